"""The simple import as an upsert: what the same, a changed, an absent and a null field make of a known document."""

from typing import Any

import pytest

from tests.leanpay.footprint import deeds, execute, journal, unchanged, value
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice

SIMPLE = [("/invoices", simple_invoice, "invoices"), ("/credit-notes", simple_credit_note, "credit_notes")]


def part(amount: int, due: str, **fields: Any) -> dict[str, Any]:
    return {"dueDate": due, "currency": "EUR", "amount": amount} | fields


def again(complete: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A simple import of the document that a complete one made."""
    body = {"clientId": complete["client"]["id"]} | {name: complete[name] for name in ("reference", "amount", "issueDate", "externalId")}
    return body | {"dueDate": "2026-01-31"} | fields


def schedule(invoice: dict[str, Any]) -> list[tuple[str, int]]:
    return [(part["dueDate"][:10], part["amount"]) for part in invoice["dueDates"]]


@pytest.mark.parametrize(("path", "make", "_"), SIMPLE)
async def test_the_same_content_again_is_the_stored_document_untouched(acme: Company, path: str, make: Any, _: str) -> None:
    body = make(await acme.customer(), netAmount=100)
    first = await acme.post(path, body)
    async with unchanged(acme):
        assert await acme.post(path, body) == first
        assert await acme.on("2026-12-24").post(path, body) == first | {
            "status": (await acme.on("2026-12-24").get(f"{path}/{first['id']}"))["status"]
        }


@pytest.mark.parametrize(("path", "make", "_"), SIMPLE)
@pytest.mark.parametrize(
    "change", [{"reference": "other"}, {"amount": 999}, {"issueDate": "2025-12-31"}, {"netAmount": 7}, {"dueDate": "2026-03-01"}]
)
async def test_other_content_updates_the_document_in_its_place(acme: Company, path: str, make: Any, _: str, change: dict[str, Any]) -> None:
    body = make(await acme.customer())
    first = await acme.post(path, body)
    second = await acme.post(path, body | change)
    assert second["id"] == first["id"]
    assert second["createdAt"] == first["createdAt"]
    assert second["updatedAt"] > first["updatedAt"]
    assert second == await acme.get(f"{path}/{first['id']}")
    for name, new in change.items():
        if name == "netAmount" or (name == "dueDate" and path == "/credit-notes"):
            continue
        assert str(second[name]).startswith(str(new))
    assert (await acme.get(path))["total"] == 1
    assert deeds(await journal(acme, object_id=first["id"]))[:2] == [(path[1:-1].replace("-", "_"), "imported")] * 2


@pytest.mark.parametrize(("path", "make", "_"), SIMPLE)
@pytest.mark.parametrize("nameless", [{"externalId": None}, {"externalId": ""}, {}])
async def test_without_an_external_id_every_request_is_a_new_document(
    acme: Company, path: str, make: Any, _: str, nameless: dict[str, Any]
) -> None:
    body = make(await acme.customer())
    del body["externalId"]
    first, second = await acme.post(path, body | nameless), await acme.post(path, body | nameless)
    assert first["id"] != second["id"]
    assert first["externalId"] is second["externalId"] is None


async def test_external_ids_of_invoices_credit_notes_and_clients_do_not_meet(acme: Company) -> None:
    client_id = await acme.customer(externalId="one")
    invoice = await acme.post("/invoices", simple_invoice(client_id, externalId="one"))
    note = await acme.post("/credit-notes", simple_credit_note(client_id, externalId="one"))
    assert len({client_id, invoice["id"], note["id"]}) == 3


async def test_external_ids_are_told_apart_to_the_letter(acme: Company) -> None:
    client_id = await acme.customer()
    names = ["FA-1", "fa-1", "FA-1 ", " FA-1", "FA‑1", "E\u0301", "\u00c9"]
    answer = await acme.post("/invoices/batch", {"invoices": [simple_invoice(client_id, externalId=name) for name in names]})
    assert [invoice["externalId"] for invoice in answer["data"]] == names
    assert len({invoice["id"] for invoice in answer["data"]}) == len(names)


@pytest.mark.parametrize(("path", "make", "table"), SIMPLE)
async def test_an_absent_net_amount_stays_and_null_clears_it(acme: Company, path: str, make: Any, table: str) -> None:
    body = make(await acme.customer())
    net = f"SELECT net_amount FROM {table} WHERE tenant_id = $1"
    await acme.post(path, body | {"netAmount": 100})
    assert await value(acme, net) == 100
    await acme.post(path, body | {"reference": "other"})
    assert await value(acme, net) == 100
    await acme.post(path, body | {"netAmount": None})
    assert await value(acme, net) is None


async def test_a_complete_import_leaves_the_net_amount(acme: Company) -> None:
    client_id = await acme.customer()
    body = complete_invoice(client_id)
    await acme.post("/invoices", again(body, netAmount=100))
    await acme.post("/invoices/complete", body | {"reference": "other"})
    assert await value(acme, "SELECT net_amount FROM invoices WHERE tenant_id = $1") == 100


async def test_the_sent_date_has_no_effect_and_is_answered_as_the_issue_date(acme: Company) -> None:
    body = simple_invoice(await acme.customer())
    first = await acme.post("/invoices", body | {"sentDate": "2026-01-13"})
    assert first["sentDate"] == first["issueDate"] == "2026-01-01T00:00:00.000Z"
    async with unchanged(acme):
        for sent in ("2026-05-05", None):
            assert await acme.post("/invoices", body | {"sentDate": sent}) == first


@pytest.mark.parametrize("due", ["2026-03-31", "2026-02-15"])
async def test_a_schedule_is_left_alone_while_amount_and_last_day_or_stored_due_date_agree(acme: Company, due: str) -> None:
    parts = [part(4_000, "2026-03-31"), part(3_000, "2026-01-31"), part(5_000, "2026-02-28")]
    body = complete_invoice(await acme.customer(), dueDates=parts, dueDate="2026-02-15")
    first = await acme.post("/invoices/complete", body)
    assert schedule(first) == [("2026-01-31", 3_000), ("2026-02-28", 5_000), ("2026-03-31", 4_000)]
    assert first["dueDate"] == "2026-02-15T00:00:00.000Z"
    second = await acme.post("/invoices", again(body, dueDate=due, reference="other"))
    assert (second["reference"], schedule(second)) == ("other", schedule(first))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"dueDate": "2026-02-28"}, [("2026-02-28", 12_000)]),
        ({"dueDate": "2026-01-31"}, [("2026-01-31", 12_000)]),
        ({"amount": 11_999, "dueDate": "2026-03-31"}, [("2026-03-31", 11_999)]),
        ({"amount": 12_001, "dueDate": "2026-04-30"}, [("2026-04-30", 12_001)]),
    ],
)
async def test_else_the_schedule_becomes_one_instalment(acme: Company, change: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    parts = [part(3_000, "2026-01-31"), part(5_000, "2026-02-28"), part(4_000, "2026-03-31")]
    body = complete_invoice(await acme.customer(), dueDates=parts)
    await acme.post("/invoices/complete", body)
    assert schedule(await acme.post("/invoices", again(body, **change))) == expected


async def test_a_foreign_invoice_keeps_its_currency_and_its_amount(acme: Company) -> None:
    dollars = [part(12_000, "2026-01-31", currency="USD", defaultCurrencyAmount=11_000)]
    body = complete_invoice(await acme.customer(), dueDates=dollars)
    await acme.post("/invoices/complete", body)
    later = await acme.post("/invoices", again(body, dueDate="2026-02-28", reference="other"))
    assert later["dueDates"] == [
        {"dueDate": "2026-02-28T00:00:00.000Z", "currency": "USD", "amount": 12_000, "defaultCurrencyAmount": 11_000}
    ]
    async with unchanged(acme):
        assert await acme.refused("/invoices", again(body, amount=12_001), status=409) == [("$.amount", "conflict")]
        batch = {"invoices": [again(body, amount=12_001)]}
        assert await acme.refused("/invoices/batch", batch, status=409) == [("$.invoices[0].amount", "conflict")]


async def test_a_foreign_credit_note_keeps_its_currency_and_its_amount(acme: Company) -> None:
    body = complete_credit_note(await acme.customer(), currency="USD", defaultCurrencyAmount=1_800)
    await acme.post("/credit-notes/complete", body)
    await acme.post("/credit-notes", again(body, reference="other"))
    sql = "SELECT currency || default_amount || reference FROM credit_notes WHERE tenant_id = $1"
    assert await value(acme, sql) == "USD1800other"
    async with unchanged(acme):
        assert await acme.refused("/credit-notes", again(body, amount=2_001), status=409) == [("$.amount", "conflict")]


async def test_a_simple_import_leaves_the_rows_and_shows_them(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, externalId="av"))
    link = {"date": "2026-01-10", "amount": 500, "creditNote": {"id": note["id"]}}
    body = complete_invoice(client_id, payments=[{"date": "2026-01-09", "amount": 1_000}], creditNoteLinks=[link])
    first = await acme.post("/invoices/complete", body)
    second = await acme.post("/invoices", again(body, reference="other"))
    assert (second["payments"], second["creditNoteLinks"]) == (first["payments"], first["creditNoteLinks"])
    assert second["creditNoteLinks"][0]["creditNote"] == {"id": note["id"], "externalId": "av"}
    assert second == await acme.get(f"/invoices/{first['id']}")
    linked = await acme.get(f"/credit-notes/{note['id']}")
    assert await acme.post("/credit-notes", simple_credit_note(client_id, externalId="av", reference=linked["reference"])) == linked


async def test_a_lower_amount_is_taken_while_links_and_write_offs_fit_and_payments_become_surplus(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=2_000))
    link = {"date": "2026-01-10", "amount": 2_000, "creditNote": {"id": note["id"]}}
    body = complete_invoice(client_id, payments=[{"date": "2026-01-09", "amount": 9_000}], creditNoteLinks=[link])
    await acme.post("/invoices/complete", body)
    lower = await acme.post("/invoices", again(body, amount=2_000))
    assert (lower["paidAmount"], lower["offsetAmount"], lower["remainingAmount"], lower["status"]) == (9_000, 2_000, 0, "paid")
    (balance,) = (await acme.get(f"/clients/{client_id}"))["balances"]
    assert (balance["unappliedAmount"], balance["balanceAmount"]) == (9_000, -9_000)
    async with unchanged(acme):
        assert await acme.refused("/invoices", again(body, amount=1_999), status=409) == [("$.amount", "over_allocation")]


async def test_a_credit_note_is_never_lowered_below_what_is_spent(acme: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post("/invoices", simple_invoice(client_id))
    link = {"date": "2026-01-10", "amount": 1_000, "invoice": {"id": invoice["id"]}}
    body = complete_credit_note(client_id, paybacks=[{"date": "2026-01-10", "amount": 500}], invoiceLinks=[link])
    await acme.post("/credit-notes/complete", body)
    async with unchanged(acme):
        assert await acme.refused("/credit-notes", again(body, amount=1_499), status=409) == [("$.amount", "over_allocation")]
    assert (await acme.post("/credit-notes", again(body, amount=1_500)))["status"] == "deducted"


@pytest.mark.parametrize(("path", "make", "table"), SIMPLE)
async def test_another_client_is_taken_only_while_nothing_hangs_on_the_document(acme: Company, path: str, make: Any, table: str) -> None:
    dupont, martin = await acme.customer("Dupont"), await acme.customer("Martin")
    body = make(dupont)
    first = await acme.post(path, body)
    moved = await acme.post(path, body | {"clientId": martin})
    assert (moved["id"], moved["clientId"]) == (first["id"], martin)
    marks = ["disputed_on", "promised_on"] if table == "invoices" else ["disputed_on"]
    for mark in marks:
        await execute(acme, f"UPDATE {table} SET {mark} = '2026-02-20' WHERE tenant_id = $1")
        async with unchanged(acme):
            assert await acme.refused(path, body, status=409) == [("$.clientId", "conflict")]
        await execute(acme, f"UPDATE {table} SET {mark} = NULL WHERE tenant_id = $1")
    assert (await acme.post(path, body))["clientId"] == dupont
