"""What a document takes from its seller, its customer and the catalogue where its draft is silent: texts, terms, prices, tax, parties."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from duebook.core.catalogue import Price
from duebook.core.paper import Address, PaperLineDraft
from tests.actions import issuing
from tests.actions.issuing import draft, instant, line, off, paid, rows
from tests.make import Company


@pytest.mark.parametrize(
    ("seller", "fields", "footer", "additional_info"),
    [
        ({}, {}, None, None),
        ({"invoice_footer": "F", "late_fees": "L", "document_footer": "D"}, {}, "F", "L"),
        ({"invoice_footer": "F", "late_fees": "L", "document_footer": "D"}, {"kind": "credit_note"}, "F", "L"),
        ({"invoice_footer": "F", "late_fees": "L", "document_footer": "D"}, {"kind": "document"}, "D", "L"),
        ({"invoice_footer": "F"}, {"kind": "document"}, "F", None),
        ({"invoice_footer": "F", "late_fees": "L"}, {"footer": "", "additional_info": "own"}, "", "own"),
    ],
)
async def test_footers_and_late_fees_are_inherited(
    acme: Company, seller: dict[str, Any], fields: dict[str, Any], footer: str | None, additional_info: str | None
) -> None:
    await issuing.seller(acme, **seller)
    content = (await issuing.paper(acme, draft(await issuing.customer(acme), **fields))).content

    assert (content.footer, content.additional_info) == (footer, additional_info)


@pytest.mark.parametrize(
    ("own_days", "issued_at", "expected"),
    [
        (None, "2026-01-15T08:00:00+00:00", "2026-02-14T08:00:00+00:00"),
        (0, "2026-01-15T08:00:00+00:00", "2026-01-15T08:00:00+00:00"),
        (60, "2026-02-28T22:30:00+00:00", "2026-04-29T21:30:00+00:00"),
        (60, "2026-02-28T00:00:00+00:00", "2026-04-29T00:00:00+00:00"),
    ],
)
async def test_the_due_instant_follows_from_the_term(acme: Company, own_days: int | None, issued_at: str, expected: str) -> None:
    """The customer's own term, else the seller's 30 days; the same time of day in Paris, over the change to summer time too."""
    kervella = await issuing.customer(acme, payment_term_days=own_days)
    paper = await issuing.paper(acme, draft(kervella, issued_at=instant(issued_at)))

    assert paper.due_at == instant(expected)


async def test_a_given_due_instant_stands_even_in_the_past(acme: Company) -> None:
    paper = await issuing.paper(acme, draft(await issuing.customer(acme), due_at=instant("2025-06-01")))
    (invoice,) = await rows(acme, "invoices")

    assert paper.due_at == instant("2025-06-01")
    assert invoice["uncovered_on"] == date(2025, 6, 1)


async def test_days_are_those_of_the_tenants_zone(acme: Company) -> None:
    """23:30 UTC is the next day in Paris; midnight UTC is that day everywhere."""
    kervella = await issuing.customer(acme)
    for at in ("2026-01-15T23:30:00+00:00", "2026-01-15T00:00:00+00:00"):
        await issuing.paper(acme, draft(kervella, issued_at=instant(at), due_at=instant(at)))

    assert [(i["issued_on"].day, i["due_on"].day) for i in await rows(acme, "invoices")] == [(16, 16), (15, 15)]


PRICES = (
    Price(currency="EUR", amount=5_000, period="months", count=1),
    Price(currency="EUR", amount=4_000),
    Price(currency="EUR", amount=3_000, countries=("IT",)),
    Price(currency="USD", amount=6_000),
)


@pytest.mark.parametrize(
    ("country", "currency", "expected"), [("FR", None, 4_000), ("IT", None, 3_000), ("FR", "USD", 6_000), (None, "EUR", 4_000)]
)
async def test_a_line_takes_what_it_leaves_out_from_its_product(
    acme: Company, country: str | None, currency: str | None, expected: int
) -> None:
    product = await issuing.product(acme, prices=PRICES, fields={"name": "Accès"}, description="inside", public_description="for customers")
    kervella = await issuing.customer(acme, country=country)
    asked = PaperLineDraft(product_id=product, tax_rate=Decimal(0))
    (written,) = (await issuing.paper(acme, draft(kervella, asked, currency=currency))).content.lines

    assert (written.name, written.description, written.unit_amount) == ("Accès", "for customers", expected)


async def test_what_a_line_gives_wins_over_its_product(acme: Company) -> None:
    product = await issuing.product(acme, description="inside")
    asked = PaperLineDraft(product_id=product, name="Own", unit_amount=7, description="", tax_rate=Decimal(0))
    (written,) = (await issuing.paper(acme, draft(await issuing.customer(acme), asked))).content.lines

    assert (written.name, written.description, written.unit_amount, written.product_id) == ("Own", "", 7, product)


@pytest.mark.parametrize(
    ("customer", "fields", "scheme", "percent"),
    [
        ({"country": "FR"}, {}, "standard", 20),
        ({"country": None}, {}, "standard", 20),
        ({"country": "IT", "vat_number": "IT00743110157"}, {}, "reverse_charge", 0),
        ({"country": "IT", "vat_number": "IT00743110158"}, {}, "standard", 22),
        ({"country": "IT"}, {}, "standard", 22),
        ({"country": "US", "vat_number": "IT00743110157"}, {}, "exempt", 0),
        ({"country": "FR", "profile": {"is_exempt": True}}, {}, "exempt", 0),
        ({"country": "FR", "profile": {"tax_rate": Decimal("5.5")}}, {}, "manual", Decimal("5.5")),
        ({"country": "FR", "profile": {"tax_rate": Decimal("5.5")}}, {"tax_rate": Decimal(10)}, "manual", 10),
        ({"country": "FR"}, {"tax_rate": Decimal(10), "is_not_eligible": True}, "not_eligible", 0),
    ],
)
async def test_tax_follows_from_the_parties(
    acme: Company, customer: dict[str, Any], fields: dict[str, Any], scheme: str, percent: Decimal
) -> None:
    content = (await issuing.paper(acme, draft(await issuing.customer(acme, **customer), line(tax_rate=None), **fields))).content

    assert (content.tax_scheme, content.lines[0].tax_percent) == (scheme, percent)


async def test_the_setting_for_sales_in_the_union_is_the_sellers(acme: Company) -> None:
    await issuing.seller(acme, rate_between_members="origin")
    content = (await issuing.paper(acme, draft(await issuing.customer(acme, country="IT"), line(tax_rate=None)))).content

    assert content.lines[0].tax_percent == 20


async def test_a_stated_rate_shows_the_sellers_rate_that_it_equals(acme: Company) -> None:
    seller, other = await issuing.seller(acme), await issuing.another_seller(acme)
    everywhere = await issuing.tax_rate(acme, seller.id, "8.5")
    await issuing.tax_rate(acme, seller.id, "2.1", country="IT")
    await issuing.tax_rate(acme, other.id, "7")
    kervella = await issuing.customer(acme)
    asked = draft(kervella, line(tax_rate="8.50"), line(tax_rate="2.1"), line(tax_rate=7), line(tax_rate=None), tax_rate=Decimal("8.5"))
    content = (await issuing.paper(acme, asked)).content

    assert [written.tax_rate_id for written in content.lines] == [everywhere, None, None, everywhere]


@pytest.mark.parametrize(
    ("coupons", "discounts"),
    [
        ([{"percent": Decimal(10)}], [1_000, 2_000]),
        ([{"amount": 1_000, "currency": "EUR"}], [333, 667]),
        ([{"percent": Decimal(50)}, {"amount": 100, "currency": "EUR"}], [5_033, 10_067]),
    ],
)
async def test_coupons_of_the_catalogue(acme: Company, coupons: list[dict[str, Any]], discounts: list[int]) -> None:
    """Before tax, one after the other, split by largest remainder over 10000 and 20000."""
    known = [await issuing.coupon(acme, **content) for content in coupons]
    asked = draft(await issuing.customer(acme), line(10_000), line(20_000), coupons=tuple(off(id=id) for id in known))
    content = (await issuing.paper(acme, asked)).content

    assert [written.discount for written in content.lines] == discounts
    assert [coupon.id for coupon in content.coupons] == known
    assert content.discount == sum(discounts) == sum(coupon.amount for coupon in content.coupons)


async def test_currency_and_seller_follow_from_the_customer(acme: Company) -> None:
    lyon = await issuing.another_seller(acme, currency="CHF", accounting_currency="CHF")
    of_lyon = await issuing.customer(acme, entity_id=lyon.id)
    in_dollars = await issuing.customer(acme, currency="USD")
    by_lyon, dollars = await issuing.paper(acme, draft(of_lyon)), await issuing.paper(acme, draft(in_dollars))
    own = await issuing.paper(acme, draft(of_lyon, entity_id=(await issuing.seller(acme)).id, currency="EUR"))

    assert (by_lyon.entity_id, by_lyon.currency, by_lyon.content.seller.name) == (lyon.id, "CHF", "Atelier Lyon")
    assert (by_lyon.content.conversion_rate, by_lyon.content.converted_total) == (1, 12_000)
    assert (dollars.currency, dollars.content.conversion_rate, dollars.content.converted_total) == ("USD", None, None)
    assert own.currency == "EUR"
    assert own.entity_id != lyon.id


async def test_the_value_of_a_foreign_document_is_unknown_at_both_doors(acme: Company) -> None:
    """Nobody has told a rate, and none is made up; the other door shows null."""
    kervella = await issuing.customer(acme, currency="USD")
    invoice = await issuing.paper(acme, draft(kervella, transactions=(paid(2_000),)))
    await issuing.paper(acme, draft(kervella, kind="credit_note", transactions=(paid(1_000),)))
    shown = await acme.get(f"/invoices/{invoice.id}")
    listed = await acme.get("/invoices")
    notes = await acme.get("/credit-notes")

    assert [part["defaultCurrencyAmount"] for part in shown["dueDates"]] == [None]
    assert [(row["amount"], row["defaultCurrencyAmount"]) for row in shown["payments"]] == [(2_000, None)]
    assert listed["data"] == [shown]
    assert [row["defaultCurrencyAmount"] for row in notes["data"][0]["paybacks"]] == [None]


async def test_parties_are_as_they_were_when_it_was_issued(acme: Company) -> None:
    home = Address(name="Kervella", line1="12 rue du Chapeau Rouge", city="Quimper", zip="29000", country="FR")
    kervella = await issuing.customer(
        acme, vat_number="FR1", external_id="91", billing_email="c@k.example", profile={"local_tax_number": "L", "billing_address": home}
    )
    await issuing.seller(acme, address_line1="8 quai", city="Lyon", tax_id="FR40123456824")
    content = (await issuing.paper(acme, draft(kervella))).content
    buyer, seller = content.customer, content.seller

    assert (buyer.name, buyer.email, buyer.external_id, buyer.tax_id) == ("Menuiserie Kervella", "c@k.example", "91", "FR1")
    assert (buyer.local_tax_number, buyer.address) == ("L", home)
    assert seller.address == Address(name=seller.name, line1="8 quai", city="Lyon", country="FR")


@pytest.mark.parametrize("home", [None, Address(city="Köln"), Address(city="Köln", country="DE")])
async def test_the_country_that_decides_the_tax_stands_on_the_document(home: Address | None, acme: Company) -> None:
    """A customer may have told its country without an address."""
    abroad = await issuing.customer(acme, country="DE", profile={"billing_address": home})
    content = (await issuing.paper(acme, draft(abroad, line(tax_rate=None)))).content

    assert (content.tax_scheme, [one.tax_percent for one in content.lines]) == ("standard", [19])
    assert content.customer.address == Address(city=home.city if home else None, country="DE")


async def test_references_are_made_up_where_none_is_given(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    made = [(one.paper.content.reference or "") for one in await issuing.issue(acme, *[draft(kervella)] * 20) if one.paper]

    assert len(set(made)) == 20
    assert all(len(text) == 10 and text.isascii() and text.isalnum() and text == text.upper() for text in made)
