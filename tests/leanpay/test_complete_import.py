"""The complete import: arrays state what a document's rows are, and rows that were recorded otherwise outlive every one of them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.leanpay.footprint import column, execute, journal, unchanged
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice

Body = dict[str, Any]


def row(amount: int, date: str = "2026-01-10", **fields: Any) -> Body:
    return {"date": date, "amount": amount} | fields


def rows_of(document: Body, field: str) -> list[tuple[str, int, str | None]]:
    return [(one["date"][:10], one["amount"], one["externalId"]) for one in document[field]]


async def ids(company: Company) -> list[str]:
    """The ids of all rows in order of recording: the same row keeps its id."""
    return await column(company, "SELECT id FROM allocations WHERE tenant_id = $1 ORDER BY id")


async def flags(company: Company) -> list[tuple[bool, bool, bool]]:
    """By whom each row is named: invoice, credit note, otherwise; in order of recording."""
    sql = "SELECT (by_invoice, by_credit_note, by_hand) FROM allocations WHERE tenant_id = $1 ORDER BY id"
    return [tuple(one) for one in await column(company, sql)]


async def record_by_hand(
    company: Company, *, kind: str, document: str, amount: int, external_id: str | None, date: str = "2026-01-10"
) -> None:
    """A payment or payback as a bank file or the desk would record it: a row that no complete import made."""
    place = "invoice" if kind == "payment" else "credit_note"
    total = "amount_paid" if kind == "payment" else "amount_paid_back"
    await execute(
        company,
        f"INSERT INTO allocations (tenant_id, id, {place}_id, {place}_position, kind, amount, updated_at, dated_on, recorded_on,"
        " effective_on, by_invoice, by_credit_note, by_hand, external_id)"
        " SELECT $1, $2, id, positions + 1, $4, $5, now(), $6::text::date, '2026-02-01',"
        f" LEAST($6::text::date, '2026-02-01'), false, false, true, $7 FROM {place}s WHERE tenant_id = $1 AND id = $3",
        uuid4(), document, kind, amount, date, external_id,
    )  # fmt: skip
    await execute(
        company,
        f"UPDATE {place}s SET positions = positions + 1, {total} = {total} + $3 WHERE tenant_id = $1 AND id = $2", document, amount,
    )  # fmt: skip


PAIRS = [
    ("/invoices/complete", complete_invoice, "payments", "payment"),
    ("/credit-notes/complete", complete_credit_note, "paybacks", "payback"),
]


@pytest.mark.parametrize(("path", "make", "field", "kind"), PAIRS)
class TestRows:
    """Payments of an invoice, paybacks of a credit note: one rule."""

    async def test_the_same_request_again_changes_nothing(self, acme: Company, path: str, make: Any, field: str, kind: str) -> None:
        body = make(await acme.customer()) | {field: [row(3), row(3), row(4, externalId="a"), row(5, "2026-01-02")]}
        first = await acme.post(path, body)
        async with unchanged(acme):
            assert await acme.post(path, body) == first
            shuffled = body | {field: body[field][::-1]}
            assert await acme.post(path, shuffled) == first

    async def test_absent_changes_nothing_given_replaces_and_empty_removes(
        self, acme: Company, path: str, make: Any, field: str, kind: str
    ) -> None:
        body = make(await acme.customer())
        await acme.post(path, body | {field: [row(3, externalId="a"), row(4, externalId="b")]})
        kept = await acme.post(path, body | {"reference": "other"})
        assert rows_of(kept, field) == [("2026-01-10", 3, "a"), ("2026-01-10", 4, "b")]
        replaced = await acme.post(path, body | {field: [row(4, externalId="b"), row(5, externalId="c")]})
        assert rows_of(replaced, field) == [("2026-01-10", 4, "b"), ("2026-01-10", 5, "c")]
        removed = await acme.post(path, body | {field: []})
        assert rows_of(removed, field) == []
        assert (removed["remainingAmount"], await ids(acme)) == (removed["amount"], [])

    async def test_a_row_is_matched_by_its_external_id_and_updated(
        self, acme: Company, path: str, make: Any, field: str, kind: str
    ) -> None:
        body = make(await acme.customer())
        await acme.post(path, body | {field: [row(3, externalId="a"), row(4, externalId="b")]})
        before = await ids(acme)
        later = await acme.post(path, body | {field: [row(7, "2026-01-20", externalId="a"), row(4, externalId="b")]})
        assert rows_of(later, field) == [("2026-01-10", 4, "b"), ("2026-01-20", 7, "a")]
        assert await ids(acme) == before

    async def test_a_row_without_a_name_is_matched_by_date_and_amount(
        self, acme: Company, path: str, make: Any, field: str, kind: str
    ) -> None:
        body = make(await acme.customer())
        await acme.post(path, body | {field: [row(3), row(4, externalId="b")]})
        before = await ids(acme)
        named = await acme.post(path, body | {field: [row(3, externalId="a"), row(4)]})
        assert rows_of(named, field) == [("2026-01-10", 3, "a"), ("2026-01-10", 4, "b")]
        assert await ids(acme) == before

    async def test_two_different_names_are_two_rows(self, acme: Company, path: str, make: Any, field: str, kind: str) -> None:
        body = make(await acme.customer())
        await acme.post(path, body | {field: [row(3, externalId="a")]})
        before = await ids(acme)
        other = await acme.post(path, body | {field: [row(3, externalId="z")]})
        assert rows_of(other, field) == [("2026-01-10", 3, "z")]
        assert not set(await ids(acme)) & set(before)

    async def test_twins_are_as_many_as_are_given(self, acme: Company, path: str, make: Any, field: str, kind: str) -> None:
        body = make(await acme.customer())
        for count in (1, 3, 2):
            answer = await acme.post(path, body | {field: [row(3)] * count})
            assert rows_of(answer, field) == [("2026-01-10", 3, None)] * count

    async def test_rows_recorded_otherwise_are_kept(self, acme: Company, path: str, make: Any, field: str, kind: str) -> None:
        body = make(await acme.customer())
        document = await acme.post(path, body | {field: [row(3, externalId="a")]})
        await record_by_hand(acme, kind=kind, document=document["id"], amount=10, external_id="bank")
        await record_by_hand(acme, kind=kind, document=document["id"], amount=3, external_id=None)
        emptied = await acme.post(path, body | {field: []})
        assert rows_of(emptied, field) == [("2026-01-10", 10, "bank"), ("2026-01-10", 3, None)]
        assert emptied["amount"] - emptied["remainingAmount"] == 13

    async def test_a_row_recorded_otherwise_is_not_taken_for_one_with_its_date_and_amount(
        self, acme: Company, path: str, make: Any, field: str, kind: str
    ) -> None:
        body = make(await acme.customer())
        document = await acme.post(path, body)
        await record_by_hand(acme, kind=kind, document=document["id"], amount=10, external_id=None)
        answer = await acme.post(path, body | {field: [row(10)]})
        assert rows_of(answer, field) == [("2026-01-10", 10, None)] * 2

    async def test_a_row_recorded_otherwise_is_updated_by_its_name_and_outlives_the_next_array(
        self, acme: Company, path: str, make: Any, field: str, kind: str
    ) -> None:
        body = make(await acme.customer())
        document = await acme.post(path, body)
        await record_by_hand(acme, kind=kind, document=document["id"], amount=10, external_id="bank")
        before = await ids(acme)
        updated = await acme.post(path, body | {field: [row(12, "2026-01-11", externalId="bank")]})
        assert rows_of(updated, field) == [("2026-01-11", 12, "bank")]
        assert await ids(acme) == before
        assert (await flags(acme))[0][2] is True
        emptied = await acme.post(path, body | {field: []})
        assert rows_of(emptied, field) == [("2026-01-11", 12, "bank")]
        assert await flags(acme) == [(False, False, True)]

    async def test_rows_stand_by_date_then_in_order_of_recording(self, acme: Company, path: str, make: Any, field: str, kind: str) -> None:
        body = make(await acme.customer())
        given = [row(1, "2026-01-20", externalId="d"), row(1, "2026-01-05", externalId="c"), row(1, "2026-01-20", externalId="a")]
        await acme.post(path, body | {field: given})
        answer = await acme.post(path, body | {field: [*given, row(1, "2026-01-05", externalId="b")]})
        assert [one["externalId"] for one in answer[field]] == ["c", "b", "d", "a"]
        resource = path.removesuffix("/complete")
        assert await acme.get(f"{resource}/{answer['id']}") == answer
        assert (await acme.get(resource, externalId=answer["externalId"]))["data"] == [answer]

    async def test_each_row_that_comes_changes_or_goes_is_in_the_journal(
        self, acme: Company, path: str, make: Any, field: str, kind: str
    ) -> None:
        body = make(await acme.customer())
        await acme.post(path, body | {field: [row(3, externalId="a"), row(4, externalId="b")]})
        already = len(await journal(acme))
        await acme.post(path, body | {field: [row(5, externalId="a"), row(6, externalId="c")]})
        told = [one for one in (await journal(acme))[already:] if one["kind"] == kind]
        assert sorted((one["action"], (one["after"] or one["before"])["external_id"]) for one in told) == [
            ("recorded", "c"), ("removed", "b"), ("updated", "a"),
        ]  # fmt: skip
        changed = next(one for one in told if one["action"] == "updated")
        assert (changed["before"]["amount"], changed["after"]["amount"]) == (3, 5)


async def test_the_due_date_is_the_latest_day_unless_it_is_given(acme: Company) -> None:
    parts = [{"dueDate": day, "currency": "EUR", "amount": 6_000} for day in ("2026-03-31", "2026-01-31")]
    body = complete_invoice(await acme.customer(), dueDates=parts)
    assert (await acme.post("/invoices/complete", body))["dueDate"] == "2026-03-31T00:00:00.000Z"
    given = await acme.post("/invoices/complete", body | {"dueDate": "2025-06-01"})
    assert (given["dueDate"], given["status"]) == ("2025-06-01T00:00:00.000Z", "overdue")
    only_the_instalments_decide = await acme.on("2026-01-31").get(f"/invoices/{given['id']}")
    assert only_the_instalments_decide["status"] == "due"
    for absent in ({}, {"dueDate": None}):
        assert (await acme.post("/invoices/complete", body | absent))["dueDate"] == "2026-03-31T00:00:00.000Z"


async def test_instalments_stand_by_day_then_as_given(acme: Company) -> None:
    given = [("2026-03-31", 1), ("2026-01-31", 2), ("2026-03-31", 3), ("2026-01-31", 4), ("2026-02-28", 5)]
    parts = [{"dueDate": day, "currency": "EUR", "amount": amount} for day, amount in given]
    invoice = await acme.post("/invoices/complete", complete_invoice(await acme.customer(), amount=15, dueDates=parts))
    assert [part["amount"] for part in invoice["dueDates"]] == [2, 4, 5, 1, 3]
    assert await acme.get(f"/invoices/{invoice['id']}") == invoice


async def test_without_a_client_a_known_document_keeps_its_own(acme: Company) -> None:
    client_id = await acme.customer()
    for path, make in (("/invoices/complete", complete_invoice), ("/credit-notes/complete", complete_credit_note)):
        body = make(client_id)
        first = await acme.post(path, body)
        del body["client"]
        async with unchanged(acme):
            assert await acme.post(path, body) == first


async def test_another_client_or_currency_is_judged_after_the_request(acme: Company) -> None:
    """A row that stays holds the document; an array that empties the document in the same request lets it go."""
    dupont, martin = await acme.customer("Dupont"), await acme.customer("Martin")
    body = complete_invoice(dupont, payments=[row(0, externalId="nothing")])
    await acme.post("/invoices/complete", body)
    dollars = [{"dueDate": "2026-01-31", "currency": "USD", "amount": 12_000, "defaultCurrencyAmount": 11_000}]
    moved = body | {"client": {"id": martin}}
    async with unchanged(acme):
        assert await acme.refused("/invoices/complete", moved, status=409) == [("$.client", "conflict")]
        told = await acme.refused("/invoices/complete", body | {"dueDates": dollars}, status=409)
        assert told == [("$.dueDates[0].currency", "conflict")]
    answer = await acme.post("/invoices/complete", moved | {"payments": [], "dueDates": dollars})
    assert (answer["clientId"], answer["dueDates"][0]["currency"]) == (martin, "USD")


async def test_a_credit_note_moves_likewise(acme: Company) -> None:
    dupont, martin = await acme.customer("Dupont"), await acme.customer("Martin")
    body = complete_credit_note(dupont, paybacks=[row(0)])
    await acme.post("/credit-notes/complete", body)
    moved = body | {"client": {"id": martin}, "currency": "USD", "defaultCurrencyAmount": 1_800}
    async with unchanged(acme):
        told = await acme.refused("/credit-notes/complete", moved, status=409)
        assert told == [("$.client", "conflict"), ("$.currency", "conflict")]
    answer = await acme.post("/credit-notes/complete", moved | {"paybacks": []})
    assert answer["clientId"] == martin


async def test_an_updated_document_gets_a_new_moment_and_so_does_one_whose_rows_changed(acme: Company) -> None:
    client_id = await acme.customer()
    body = complete_invoice(client_id)
    first = await acme.post("/invoices/complete", body)
    second = await acme.post("/invoices/complete", body | {"payments": [row(1, externalId="a")]})
    third = await acme.post("/invoices/complete", body | {"payments": [row(1, "2026-01-11", externalId="a")]})
    assert first["updatedAt"] < second["updatedAt"] < third["updatedAt"]
    assert first["createdAt"] == third["createdAt"]


async def test_a_surplus_is_told_as_paid_and_is_the_clients_credit(acme: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post("/invoices/complete", complete_invoice(client_id, amount=100, payments=[row(70), row(80)]))
    assert (invoice["paidAmount"], invoice["remainingAmount"], invoice["status"]) == (150, 0, "paid")
    (balance,) = (await acme.get(f"/clients/{client_id}"))["balances"]
    assert (balance["outstandingAmount"], balance["unappliedAmount"], balance["balanceAmount"]) == (0, 50, -50)


async def test_one_bank_receipt_pays_several_invoices(acme: Company) -> None:
    client_id = await acme.customer()
    receipt = {"payments": [row(12_000, externalId="receipt-1")]}
    for _ in range(3):
        assert (await acme.post("/invoices/complete", complete_invoice(client_id) | receipt))["status"] == "paid"


async def test_only_a_new_payment_above_0_closes_a_dispute(acme: Company) -> None:
    body = complete_invoice(await acme.customer(), payments=[row(1, externalId="a")])
    invoice = await acme.post("/invoices/complete", body)
    await execute(acme, "UPDATE invoices SET disputed_on = '2026-01-20', standing = 'disputed' WHERE tenant_id = $1")
    for payments in ([row(1, externalId="a")], [row(1, externalId="a"), row(0)], [row(2, externalId="a"), row(0)], []):
        assert (await acme.post("/invoices/complete", body | {"payments": payments}))["status"] == "disputed"
    simple = simple_invoice(invoice["clientId"], externalId=body["externalId"], dueDate="2026-03-01")
    assert (await acme.post("/invoices", simple))["status"] == "disputed"
    assert (await acme.post("/invoices/complete", body))["status"] == "overdue"


async def test_a_simple_credit_note_import_leaves_its_rows(acme: Company) -> None:
    client_id = await acme.customer()
    body = complete_credit_note(client_id, paybacks=[row(5, externalId="a")])
    await acme.post("/credit-notes/complete", body)
    answer = await acme.post("/credit-notes", simple_credit_note(client_id, externalId=body["externalId"], reference="other"))
    assert rows_of(answer, "paybacks") == [("2026-01-10", 5, "a")]
