"""What a draft is refused for, by name and place; a draft learns all of it at once, and the others are issued all the same."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from duebook.core.catalogue import Price
from duebook.core.money import MAX_AMOUNT
from duebook.core.paper import UNKNOWN, PaperDraft, PaperLineDraft
from tests.actions import issuing
from tests.actions.issuing import draft, instant, line, off, paid, rows
from tests.make import Company

Case = Callable[[Company, UUID], Awaitable[PaperDraft]]
"""Makes the draft that is to be refused, of a company and its customer."""

PAST = datetime(2026, 1, 31, tzinfo=UTC)
CASES: dict[str, tuple[Case, list[tuple[str, str, str]]]] = {}


def case(*expected: tuple[str, str, str]) -> Callable[[Case], Case]:
    """(kind, code, place) of every refusal of the draft."""

    def keep(make: Case) -> Case:
        CASES[make.__name__] = make, sorted(expected)
        return make

    return keep


def of_product(id: UUID, **fields: Any) -> PaperLineDraft:
    return PaperLineDraft(product_id=id, **fields)


@case(("not_found", "not_found", "customer_id"))
async def unknown_customer(_: Company, __: UUID) -> PaperDraft:
    return draft(issuing.some_ids(1)[0])


@case(("not_found", "not_found", "customer_id"))
async def customer_id_that_is_none(_: Company, __: UUID) -> PaperDraft:
    return draft(UNKNOWN, line(tax_rate=None))


@case(("conflict", "conflict", "customer_id"))
async def archived_customer(acme: Company, _: UUID) -> PaperDraft:
    return draft(await issuing.customer(acme, archived_at=PAST))


@case(("not_found", "not_found", "entity_id"))
async def unknown_entity(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, entity_id=issuing.some_ids(1)[0])


@case(("not_found", "not_found", "lines.1.product_id"))
async def unknown_product(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, line(), of_product(issuing.some_ids(1)[0]))


@case(("not_found", "not_found", "lines.0.product_id"))
async def deleted_product(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, of_product(await issuing.product(acme, fields={"deleted_at": PAST}), unit_amount=1))


@case(("not_found", "not_found", "lines.0.product_id"))
async def a_coupon_in_place_of_a_product(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, of_product(await issuing.coupon(acme, percent=Decimal(1)), unit_amount=1))


@case(("conflict", "conflict", "lines.0.product_id"))
async def archived_product(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, of_product(await issuing.product(acme, fields={"archived_at": PAST}), unit_amount=1))


@case(("conflict", "conflict", "lines.0.unit_amount"))
async def no_price_in_the_currency(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, of_product(await issuing.product(acme, prices=(Price(currency="USD", amount=1),))))


@case(("conflict", "conflict", "lines.0.unit_amount"))
async def no_price_for_the_country(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, of_product(await issuing.product(acme, prices=(Price(currency="EUR", amount=1, countries=("IT",)),))))


@case(("not_found", "not_found", "coupons.0.id"))
async def unknown_coupon(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(id=issuing.some_ids(1)[0]),))


@case(("conflict", "conflict", "coupons.1.id"))
async def expired_coupon(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(1), off(id=await issuing.coupon(acme, percent=Decimal(5), expires_at=PAST))))


@case(("conflict", "conflict", "coupons.0.id"))
async def deleted_coupon(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(id=await issuing.coupon(acme, percent=Decimal(5), fields={"deleted_at": PAST})),))


@case(("invalid", "currency", "coupons.0.amount"))
async def coupon_in_another_currency(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(id=await issuing.coupon(acme, amount=100, currency="USD")),))


@case(("invalid", "coupon", "coupons.1.positions"))
async def coupon_on_no_line(acme: Company, customer: UUID) -> PaperDraft:
    """The first one is refused too, and the place of the second is still its own."""
    return draft(customer, coupons=(off(1), off(5, positions=(7,))))


@case(("not_found", "not_found", "coupons.0.id"), ("invalid", "coupon", "coupons.1.positions"))
async def coupon_on_no_line_behind_an_unknown_one(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(id=issuing.some_ids(1)[0]), off(5, positions=(7,))))


@case(("invalid", "coupon", "coupons.0.positions"))
async def coupon_with_half_a_position(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(5, positions=(Decimal("0.5"),)),))


@case(("invalid", "coupon", "coupons.0.positions"))
async def coupon_with_an_empty_list_of_positions(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, coupons=(off(5, positions=()),))


@case(("invalid", "coupon", "coupons.0.positions"))
async def coupon_on_a_negative_line(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, line(), line(-5), coupons=(off(5, positions=(1,)),))


@case(("invalid", "coupon", "coupons.0.positions"))
async def coupon_for_another_product(acme: Company, customer: UUID) -> PaperDraft:
    known = await issuing.coupon(acme, percent=Decimal(5), product_ids=(await issuing.product(acme),))
    return draft(customer, coupons=(off(id=known),))


@case(("invalid", "negative_total", "lines"))
async def negative_total(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, line(100), line(-101))


@case(("invalid", "negative_total", "lines"))
async def negative_total_of_a_draft(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, line(-101), status="draft")


@case(("invalid", "too_large", "lines"))
async def more_than_the_books_can_hold(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, line(MAX_AMOUNT))


@case(("invalid", "required", "lines.0.tax_rate"))
async def no_rate_on_file(acme: Company, customer: UUID) -> PaperDraft:
    return draft(customer, line(tax_rate=None), issued_at=instant("1999-01-01"))


@case(("conflict", "conflict", "transactions"))
async def transactions_on_a_draft(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, status="draft", transactions=(paid(1),))


@case(("invalid", "sum_mismatch", "transactions"))
async def paid_but_not_whole(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, status="paid", transactions=(paid(11_999), paid(1, instant("2026-03-01"))))


@case(("invalid", "over_allocation", "transactions"))
async def more_refunded_than_a_credit_note_has(_: Company, customer: UUID) -> PaperDraft:
    return draft(customer, kind="credit_note", transactions=(paid(12_001),))


@case(("conflict", "conflict", "kind"))
async def a_seller_without_standalone_credit_notes(acme: Company, customer: UUID) -> PaperDraft:
    await issuing.seller(acme, standalone_credit_notes=False)
    return draft(customer, kind="credit_note")


@case(("not_found", "not_found", "payment_method_id"), ("not_found", "not_found", "transactions.0.payment_method_id"))
async def unknown_payment_methods(_: Company, customer: UUID) -> PaperDraft:
    one, other = issuing.some_ids(2)
    return draft(customer, payment_method_id=one, transactions=(paid(1, shape="payment_method", payment_method_id=other),))


@case(("conflict", "conflict", "payment_method_id"), ("conflict", "conflict", "transactions.0.payment_method_id"))
async def another_customers_payment_method(acme: Company, customer: UUID) -> PaperDraft:
    method = await issuing.payment_method(acme, await issuing.customer(acme))
    return draft(customer, payment_method_id=method, transactions=(paid(1, shape="payment_method", payment_method_id=method),))


@case(("not_found", "not_found", "bank_account_id"), ("not_found", "not_found", "transactions.0.bank_account_id"))
async def deleted_and_unknown_bank_account(acme: Company, customer: UUID) -> PaperDraft:
    gone = await issuing.bank_account(acme, deleted_at=PAST)
    return draft(customer, bank_account_id=gone, transactions=(paid(1, shape="transfer", bank_account_id=UNKNOWN),))


@case(("invalid", "too_large", "due_at"))
async def a_term_beyond_the_calendar(acme: Company, _: UUID) -> PaperDraft:
    return draft(await issuing.customer(acme, payment_term_days=365), issued_at=instant("2999-12-30"))


@case(("invalid", "custom_property", "custom_properties.nope"))
async def unknown_custom_property(acme: Company, customer: UUID) -> PaperDraft:
    await issuing.custom_property(acme, "nope", "text", entities=("customer",))
    return draft(customer, custom_properties={"nope": "x"})


@case(("invalid", "custom_property", "custom_properties.seats"), ("invalid", "custom_property", "custom_properties.size"))
async def custom_properties_of_another_kind(acme: Company, customer: UUID) -> PaperDraft:
    await issuing.custom_property(acme, "seats", "number")
    await issuing.custom_property(acme, "size", "select", authorised_values=("S", "M"))
    return draft(customer, custom_properties={"seats": "3", "size": "XL"})


@case(("invalid", "required", "custom_properties.cost_centre"))
async def missing_custom_property(acme: Company, customer: UUID) -> PaperDraft:
    await issuing.custom_property(acme, "cost_centre", "text", is_required=True)
    return draft(customer)


@pytest.mark.parametrize("name", CASES)
async def test_what_a_draft_is_refused_for(acme: Company, name: str) -> None:
    make, expected = CASES[name]

    assert sorted(await issuing.refused(acme, await make(acme, await issuing.customer(acme)))) == expected
    assert [await rows(acme, table) for table in ("papers", "invoices", "credit_notes", "transactions", "journal")] == [[]] * 5


async def test_a_draft_learns_all_its_faults_at_once(acme: Company) -> None:
    """Nothing that only follows from what is missing is told: no price for a customer that is not known."""
    product = await issuing.product(acme, prices=(Price(currency="USD", amount=1),))
    await issuing.custom_property(acme, "seats", "number")
    wrong = draft(
        UNKNOWN,
        of_product(product),
        of_product(UNKNOWN, units_count=Decimal("0.01")),
        line(1, units_count=Decimal("1E+20")),
        line(tax_rate=None),
        entity_id=UNKNOWN,
        payment_method_id=UNKNOWN,
        bank_account_id=UNKNOWN,
        coupons=(off(id=UNKNOWN), off(5, positions=(9,)), off(5, positions=(0, 1))),
        transactions=(paid(1, shape="transfer", bank_account_id=UNKNOWN),),
        custom_properties={"seats": True},
    )

    assert sorted(place for _, _, place in await issuing.refused(acme, wrong)) == [
        "bank_account_id",
        "coupons.0.id",
        "coupons.1.positions",
        "custom_properties.seats",
        "customer_id",
        "entity_id",
        "lines.1.product_id",
        "lines.2.units_count",
        "payment_method_id",
        "transactions.0.bank_account_id",
    ]


async def test_what_is_refused_holds_nothing_up(acme: Company) -> None:
    """Good drafts are issued and numbered in their order, without a gap where a bad one stood."""
    kervella = await issuing.customer(acme)
    bad = draft(kervella, line(-1))
    issued = await issuing.issue(acme, draft(kervella), bad, draft(kervella), bad, draft(kervella))

    assert [one.paper.number if one.paper else None for one in issued] == ["INV-1", None, "INV-2", None, "INV-3"]
    assert [one.position for one in issued] == [0, 1, 2, 3, 4]
