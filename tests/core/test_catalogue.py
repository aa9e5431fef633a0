"""Which price a line gets, which tax rate it shows, and a coupon of the catalogue as it is reckoned with."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from duebook.core.catalogue import CouponEntry, Entry, Price, Product, TaxRate, coupon, price_for, rate_id

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def entry(number: int, kind: str, content: object, **fields: object) -> Entry:
    blank = Entry(UUID(int=number), kind, None, "Remise", None, None, None, None, content)  # pyright: ignore[reportArgumentType] - told as text
    return blank._replace(**fields)


def price(number: int, amount: int | None, currency: str = "EUR", **content: object) -> Entry:
    return entry(number, "price", Price(currency=currency, amount=amount, **content))  # pyright: ignore[reportArgumentType] - as above


@pytest.mark.parametrize(
    ("prices", "country", "expected"),
    [
        ([], "FR", None),
        ([price(1, 100, "USD")], "FR", None),
        ([price(1, 100)], "FR", 100),
        ([price(1, 100), price(2, 200)], "FR", 100),
        ([price(1, None), price(2, 200)], "FR", 200),
        ([price(1, 100, period="months", count=1), price(2, 200)], "FR", 200),
        ([price(1, 100, period="months", count=1)], "FR", 100),
        ([price(1, 100), price(2, 200, countries=("FR", "BE"))], "FR", 200),
        ([price(1, 100), price(2, 200, countries=("FR", "BE"))], "DE", 100),
        ([price(1, 100), price(2, 200, countries=("FR",), period="years", count=1)], "FR", 100),
        ([price(1, 100, countries=("FR",))], None, None),
        ([price(1, 100)._replace(archived_at=LONG_AGO), price(2, 200)], "FR", 200),
        ([price(1, 100)._replace(deleted_at=LONG_AGO)], "FR", None),
        ([price(1, 0)], "FR", 0),
    ],
    ids=[
        "there is none", "another currency", "the only one", "the older one", "one without an amount is none", "once goes first",
        "one that comes again is better than none", "of the country", "not of the country", "once goes before the country",
        "no country is known", "an archived one is none", "a deleted one is none", "for nothing is a price",
    ],
)  # fmt: skip
def test_the_price_of_a_line(prices: list[Entry], country: str | None, expected: int | None):
    for order in (prices, prices[::-1]):
        found = price_for(order, currency="EUR", country=country)

        assert (found.content.amount if found else None) == expected


def rate(number: int, percent: str | None, **content: object) -> Entry:
    kind = "custom" if percent is not None else "default"
    rate = None if percent is None else Decimal(percent)
    return entry(number, "tax_rate", TaxRate(type=kind, code="T", rate=rate, **content))  # pyright: ignore[reportArgumentType] - as above


@pytest.mark.parametrize(
    ("rates", "country", "expected"),
    [
        ([], "FR", None),
        ([rate(1, "20")], "FR", 1),
        ([rate(1, "20.00"), rate(2, "20")], "FR", 1),
        ([rate(1, "19.6")], "FR", None),
        ([rate(1, None, country="FR", rate_class="standard_rate")], "FR", None),
        ([rate(1, "20", country="DE")], "FR", None),
        ([rate(1, "20", country="DE")], None, None),
        ([rate(1, "20"), rate(2, "20", country="FR")], "FR", 2),
        ([rate(1, "20", country="FR"), rate(2, "20")], "DE", 2),
        ([rate(1, "20")._replace(deleted_at=LONG_AGO)], "FR", None),
    ],
    ids=[
        "there is none", "equal", "equal by value", "unequal", "a code for a class has no rate", "of another country",
        "no country is known", "of the country first", "the one without a country", "a deleted one is none",
    ],
)  # fmt: skip
def test_the_rate_that_a_line_shows(rates: list[Entry], country: str | None, expected: int | None):
    for order in (rates, rates[::-1]):
        assert rate_id(order, percent=Decimal(20), country=country) == (UUID(int=expected) if expected else None)


def test_a_coupon_is_reckoned_with_as_it_was_entered():
    content = CouponEntry(amount=500, currency="EUR", product_ids=(UUID(int=7),), expires_at=LONG_AGO)

    assert coupon(entry(1, "coupon", content, deleted_at=LONG_AGO)) == (
        *(UUID(int=1), "Remise", 500, "EUR", None, frozenset({UUID(int=7)}), LONG_AGO, LONG_AGO),
    )
    assert CouponEntry(amount=500, currency="EUR").type == "amount"
    assert CouponEntry(percent=Decimal(5)).type == "percent"


def test_a_line_says_what_its_product_tells_customers():
    assert Product().line_description is None
    assert Product(description="for us").line_description == "for us"
    assert Product(description="for us", public_description="for them").line_description == "for them"
