"""Every change of the books appends to the journal: who, when, what before, what after; and the row's hash is of its exact bytes."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.leanpay.footprint import column, deeds, journal, unchanged, value
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice, some_id


def by_kind(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["kind"], row["action"]): row for row in rows}


async def test_a_new_document_has_no_before_and_a_changed_one_has_both(acme: Company) -> None:
    client_id = await acme.customer()
    for path, make, kind in (("/invoices", simple_invoice, "invoice"), ("/credit-notes", simple_credit_note, "credit_note")):
        body = make(client_id, reference="old")
        document = await acme.post(path, body)
        await acme.post(path, body | {"reference": "new"})
        first, second = await journal(acme, object_id=document["id"])
        assert (first["kind"], first["action"], first["before"]) == (kind, "imported", None)
        assert (first["after"]["reference"], first["after"]["external_id"]) == ("old", body["externalId"])
        assert (second["before"]["reference"], second["after"]["reference"]) == ("old", "new")
        assert first["object_id"] == first["after"]["id"] == document["id"]


async def test_a_row_names_tenant_actor_and_instant(acme: Company) -> None:
    await acme.customer()
    (row,) = await journal(acme)
    prefix = await value(acme, "SELECT prefix FROM keys WHERE tenant_id = $1")
    assert row["tenant_id"] == str(acme.tenant.id)
    assert row["actor"] == {"kind": "key", "id": prefix}
    assert acme.key.startswith(prefix)
    assert len(prefix) < len(acme.key) / 2, "the journal names a key and does not tell it"
    assert datetime.now(UTC) - datetime.fromisoformat(row["at"].replace("Z", "+00:00")) < timedelta(minutes=1)


async def test_the_hash_is_of_the_exact_bytes_and_the_columns_agree_with_the_body(acme: Company) -> None:
    client_id = await acme.customer("Éléonore 😀")
    await acme.post("/invoices/complete", complete_invoice(client_id, payments=[{"date": "2026-01-10", "amount": 1}]))
    bodies = await column(acme, "SELECT body FROM journal WHERE tenant_id = $1 ORDER BY id")
    hashes = await column(acme, "SELECT sha256 FROM journal WHERE tenant_id = $1 ORDER BY id")
    assert [hashlib.sha256(body).digest() for body in bodies] == hashes
    assert len(bodies) == 3
    names = await column(acme, "SELECT concat_ws(' ', kind, action, object_id) FROM journal WHERE tenant_id = $1 ORDER BY xid, id")
    assert names == [f"{row['kind']} {row['action']} {row['object_id']}" for row in await journal(acme)]


async def test_one_change_is_one_transaction_with_its_rows(acme: Company) -> None:
    client_id = await acme.customer()
    await acme.post("/invoices/complete", complete_invoice(client_id, payments=[{"date": "2026-01-10", "amount": 1}]))
    sql = (
        "SELECT (SELECT count(DISTINCT xid) FROM journal WHERE tenant_id = $1 AND kind <> 'customer') = 1 AND (SELECT xid FROM journal"
        " WHERE tenant_id = $1 AND kind = 'invoice')::text = (SELECT xmin::text FROM invoices WHERE tenant_id = $1)"
    )
    assert await value(acme, sql) is True


async def test_rows_and_statuses_have_their_own_events(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=5_000))
    body = complete_invoice(client_id, due="2026-03-01")
    invoice = await acme.post("/invoices/complete", body)
    already = len(await journal(acme))
    link = {"date": "2026-01-10", "amount": 5_000, "creditNote": {"id": note["id"]}, "externalId": "l"}
    await acme.post(
        "/invoices/complete", body | {"payments": [{"date": "2026-01-10", "amount": 7_000, "externalId": "p"}], "creditNoteLinks": [link]}
    )
    rows = (await journal(acme))[already:]
    assert sorted(deeds(rows)) == sorted(
        [("payment", "recorded"), ("link", "recorded"), ("invoice", "status_changed"), ("credit_note", "status_changed")]
    ), "its own fields did not change, so no import is told"
    told = by_kind(rows)
    assert (told["invoice", "status_changed"]["before"], told["invoice", "status_changed"]["after"]) == (
        {"status": "due"},
        {"status": "paid"},
    )
    assert told["credit_note", "status_changed"]["after"] == {"status": "deducted"}
    payment, linked = told["payment", "recorded"]["after"], told["link", "recorded"]["after"]
    assert (payment["amount"], payment["external_id"], payment["invoice_id"]) == (7_000, "p", invoice["id"])
    assert (linked["invoice_id"], linked["credit_note_id"]) == (invoice["id"], note["id"])
    already += len(rows)
    await acme.post("/invoices/complete", body | {"payments": [], "creditNoteLinks": []})
    rows = (await journal(acme))[already:]
    assert sorted(deeds(rows)) == sorted(
        [("payment", "removed"), ("link", "removed"), ("invoice", "status_changed"), ("credit_note", "status_changed")]
    )
    assert by_kind(rows)["payment", "removed"]["before"] == payment
    assert by_kind(rows)["payment", "removed"]["after"] is None
    assert by_kind(rows)["invoice", "status_changed"]["after"] == {"status": "due"}


async def test_a_link_by_the_credit_note_tells_the_invoices_status(acme: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post("/invoices", simple_invoice(client_id, amount=500))
    link = {"date": "2026-01-10", "amount": 500, "invoice": {"id": invoice["id"]}}
    await acme.post("/credit-notes/complete", complete_credit_note(client_id, amount=500, invoiceLinks=[link]))
    events = [row for row in await journal(acme, object_id=invoice["id"]) if row["action"] == "status_changed"]
    assert [(row["before"]["status"], row["after"]["status"]) for row in events] == [("overdue", "offset")]


async def test_a_client_is_journaled_whole(acme: Company) -> None:
    client_id = await acme.customer("Dupont")
    await acme.call("PUT", f"/clients/{client_id}", json={"name": "Durand", "vatNumber": "FR19812345676"})
    first, second = await journal(acme, object_id=client_id)
    assert (first["kind"], first["before"], first["after"]["name"]) == ("customer", None, "Dupont")
    assert (second["before"]["name"], second["after"]["name"], second["after"]["vat_number"]) == ("Dupont", "Durand", "FR19812345676")


async def test_nothing_is_written_where_nothing_changed_or_something_was_refused(acme: Company) -> None:
    client_id = await acme.customer()
    body = complete_invoice(client_id, payments=[{"date": "2026-01-10", "amount": 1}])
    await acme.post("/invoices/complete", body)
    async with unchanged(acme):
        await acme.post("/invoices/complete", body)
        await acme.post("/invoices/complete?dryRun=true", body | {"amount": 12_000, "payments": []})
        await acme.refused("/invoices/complete", body | {"amount": 1}, status=400)
        await acme.refused("/invoices", simple_invoice(str(some_id())), status=404)
        await acme.get("/invoices")


async def test_a_batch_writes_a_row_for_each_item_in_the_order_of_the_request(acme: Company) -> None:
    client_id = await acme.customer()
    answer = await acme.post("/invoices/batch", {"invoices": [simple_invoice(client_id, externalId=name) for name in "qazp"]})
    rows = [row for row in await journal(acme) if row["kind"] == "invoice"]
    assert [row["object_id"] for row in rows] == [invoice["id"] for invoice in answer["data"]]


@pytest.mark.parametrize("statement", ["UPDATE journal SET action = 'x' WHERE tenant_id = $1", "DELETE FROM journal WHERE tenant_id = $1"])
async def test_who_serves_requests_can_neither_change_nor_delete_a_row(acme: Company, statement: str) -> None:
    await acme.customer()
    async with unchanged(acme), acme.database.tenant(acme.tenant.id) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement, acme.tenant.id)
