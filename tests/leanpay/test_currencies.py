"""Foreign documents: when a value in the tenant's currency is needed, and what share of it each row has."""

from typing import Any

import pytest

from tests.leanpay.footprint import unchanged, value
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice

Body = dict[str, Any]


def part(amount: int, worth: int | None = None, *, currency: str = "USD", due: str = "2026-01-31") -> Body:
    return {"dueDate": due, "currency": currency, "amount": amount} | ({} if worth is None else {"defaultCurrencyAmount": worth})


def row(amount: int, date: str = "2026-01-10", **fields: Any) -> Body:
    return {"date": date, "amount": amount} | fields


def shares(document: Body, field: str) -> list[int]:
    return [one["defaultCurrencyAmount"] for one in document[field]]


async def test_in_the_tenants_currency_the_value_is_the_amount(acme: Company) -> None:
    client_id = await acme.customer()
    for worth in (None, 12_000):
        body = complete_invoice(client_id, dueDates=[part(12_000, worth, currency="EUR")])
        assert shares(await acme.post("/invoices/complete", body), "dueDates") == [12_000]
    async with unchanged(acme):
        told = await acme.refused(
            "/invoices/complete", complete_invoice(client_id, dueDates=[part(12_000, 11_999, currency="EUR")]), status=400
        )
        assert told == [("$.dueDates[0].defaultCurrencyAmount", "sum_mismatch")]
        told = await acme.refused("/credit-notes/complete", complete_credit_note(client_id, defaultCurrencyAmount=1), status=400)
        assert told == [("$.defaultCurrencyAmount", "sum_mismatch")]


async def test_null_stands_for_an_absent_value(acme: Company) -> None:
    body = complete_invoice(await acme.customer())
    body["dueDates"][0]["defaultCurrencyAmount"] = None
    assert shares(await acme.post("/invoices/complete", body), "dueDates") == [12_000]


async def test_another_currency_needs_its_value(acme: Company) -> None:
    client_id = await acme.customer()
    async with unchanged(acme):
        body = complete_invoice(client_id, amount=3, dueDates=[part(1), part(2, 2)])
        assert await acme.refused("/invoices/complete", body, status=400) == [("$.dueDates[0].defaultCurrencyAmount", "required")]
        body = complete_credit_note(client_id, currency="USD")
        assert await acme.refused("/credit-notes/complete", body, status=400) == [("$.defaultCurrencyAmount", "required")]


async def test_the_tenants_currency_decides_which_one_is_foreign(company: Any) -> None:
    states = await company(currency="USD")
    client_id = await states.customer()
    assert (await states.post("/invoices", simple_invoice(client_id)))["dueDates"][0]["currency"] == "USD"
    assert shares(await states.post("/invoices/complete", complete_invoice(client_id, dueDates=[part(12_000)])), "dueDates") == [12_000]
    async with unchanged(states):
        told = await states.refused("/invoices/complete", complete_invoice(client_id), status=400)
        assert told == [("$.dueDates[0].defaultCurrencyAmount", "required")]


async def test_a_known_foreign_invoice_needs_the_value_again_and_a_credit_note_only_with_another_amount(acme: Company) -> None:
    client_id = await acme.customer()
    body = complete_invoice(client_id, dueDates=[part(12_000, 11_000)])
    await acme.post("/invoices/complete", body)
    note = complete_credit_note(client_id, currency="USD")
    await acme.post("/credit-notes/complete", note | {"defaultCurrencyAmount": 1_800})
    async with unchanged(acme):
        told = await acme.refused("/invoices/complete", body | {"dueDates": [part(12_000)]}, status=400)
        assert told == [("$.dueDates[0].defaultCurrencyAmount", "required")]
        told = await acme.refused("/credit-notes/complete", note | {"amount": 1_999}, status=400)
        assert told == [("$.defaultCurrencyAmount", "required")]
        for absent in ({}, {"defaultCurrencyAmount": None}):
            await acme.post("/credit-notes/complete", note | absent)
    await acme.post("/credit-notes/complete", note | {"amount": 1_999, "defaultCurrencyAmount": 1_801})
    assert await value(acme, "SELECT default_amount FROM credit_notes WHERE tenant_id = $1") == 1_801


async def test_a_credit_note_that_changes_its_currency_needs_the_value(acme: Company) -> None:
    note = complete_credit_note(await acme.customer())
    await acme.post("/credit-notes/complete", note)
    async with unchanged(acme):
        told = await acme.refused("/credit-notes/complete", note | {"currency": "USD"}, status=400)
        assert told == [("$.defaultCurrencyAmount", "required")]


async def test_shares_follow_the_order_of_recording_and_add_up(acme: Company) -> None:
    """100.00 USD are worth 33.34 EUR: the running sums 33.33, 66.67 and 100.00 USD are worth 11.11, 22.23 and 33.34 EUR."""
    body = complete_invoice(await acme.customer(), amount=10_000, dueDates=[part(4_000, 1_334), part(6_000, 2_000)])
    payments = [
        row(3_333, "2026-01-20", externalId="a"),
        row(3_334, "2026-01-10", externalId="b"),
        row(3_333, "2026-01-15", externalId="c"),
    ]
    answer = await acme.post("/invoices/complete", body | {"payments": payments})
    worth = {one["externalId"]: one["defaultCurrencyAmount"] for one in answer["payments"]}
    assert worth == {"a": 1_111, "b": 1_112, "c": 1_111}


async def test_a_half_is_rounded_away_from_zero(acme: Company) -> None:
    body = complete_invoice(await acme.customer(), amount=2, dueDates=[part(2, 1)], payments=[row(1), row(1)])
    assert shares(await acme.post("/invoices/complete", body), "payments") == [1, 0]


async def test_a_new_payment_never_moves_an_old_share(acme: Company) -> None:
    body = complete_invoice(await acme.customer(), amount=1_000, dueDates=[part(1_000, 777)])
    given: list[Body] = []
    known: dict[str, int] = {}
    for number, amount in enumerate((333, 1, 250, 99, 1, 316)):
        given.append(row(amount, f"2026-01-{20 - number}", externalId=f"p{number}"))
        answer = await acme.post("/invoices/complete", body | {"payments": given})
        worth = {one["externalId"]: one["defaultCurrencyAmount"] for one in answer["payments"]}
        assert {name: worth[name] for name in known} == known
        known = worth
    assert sum(known.values()) == 777


async def test_a_surplus_is_worth_the_same_ratio(acme: Company) -> None:
    body = complete_invoice(await acme.customer(), amount=100, dueDates=[part(100, 50)], payments=[row(100), row(60)])
    answer = await acme.post("/invoices/complete", body)
    assert (answer["paidAmount"], answer["remainingAmount"], shares(answer, "payments")) == (160, 0, [50, 30])


async def test_an_invoice_of_0_has_shares_of_0(acme: Company) -> None:
    body = complete_invoice(await acme.customer(), amount=0, dueDates=[part(0, 0)], payments=[row(5)])
    answer = await acme.post("/invoices/complete", body)
    assert (answer["status"], shares(answer, "payments")) == ("paid", [0])


async def test_payments_and_links_share_one_series_and_a_link_shows_each_side_its_own(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes/complete", complete_credit_note(client_id, amount=300, currency="USD", defaultCurrencyAmount=100))
    body = complete_invoice(
        client_id,
        amount=1_000,
        dueDates=[part(1_000, 500)],
        payments=[row(101, "2026-01-20")],
        creditNoteLinks=[row(101, "2026-01-05", creditNote={"id": note["id"]})],
    )
    invoice = await acme.post("/invoices/complete", body)
    assert (shares(invoice, "payments"), shares(invoice, "creditNoteLinks")) == ([51], [50])
    seen = await acme.get(f"/credit-notes/{note['id']}")
    assert shares(seen, "invoiceLinks") == [34]


async def test_paybacks_have_shares_likewise(acme: Company) -> None:
    body = complete_credit_note(await acme.customer(), amount=3, currency="USD", defaultCurrencyAmount=2, paybacks=[row(1), row(1), row(1)])
    assert shares(await acme.post("/credit-notes/complete", body), "paybacks") == [1, 0, 1]


@pytest.mark.parametrize("currency", ["JPY", "KWD", "HRK", "USD"])
async def test_amounts_are_minor_units_of_every_currency_the_books_know(acme: Company, currency: str) -> None:
    body = complete_invoice(await acme.customer(), amount=1_234, dueDates=[part(1_234, 99, currency=currency)])
    invoice = await acme.post("/invoices/complete", body)
    assert invoice["dueDates"] == [
        {"dueDate": "2026-01-31T00:00:00.000Z", "currency": currency, "amount": 1_234, "defaultCurrencyAmount": 99}
    ]


async def test_simple_imports_are_in_the_tenants_currency_whatever_the_clients_is(acme: Company) -> None:
    client_id = await acme.customer(currency="USD")
    assert (await acme.post("/invoices", simple_invoice(client_id)))["dueDates"][0]["currency"] == "EUR"
    await acme.post("/credit-notes", simple_credit_note(client_id))
    assert await value(acme, "SELECT currency FROM credit_notes WHERE tenant_id = $1") == "EUR"
