"""Webhook endpoints at the LeanPay door, and what they are told: each fact once, in this door's words, whichever door wrote it."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from duebook.actions.review_receivables import review_receivables
from duebook.leanpay.wire import EventName
from tests.actions.issuing import draft, issue, within
from tests.jobs.told import URL, listens, names, tell, told
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice, some_id

NEW = ["id", "tenantId", "url", "events", "description", "createdAt", "updatedAt", "secret"]


async def made(company: Company, **fields: Any) -> Any:
    """A new endpoint, as it is answered."""
    response = await company.call("POST", "/webhooks", json={"url": URL} | fields)
    assert response.status_code == 201, response.text
    return response.json()


async def test_an_endpoint_is_made_with_its_secret_and_read_without(acme: Company) -> None:
    new = await made(acme, events=["invoice.imported", "payment.recorded"], description="books")
    assert list(new) == NEW
    assert (new["tenantId"], new["url"], new["description"]) == (str(acme.tenant.id), URL, "books")
    assert new["events"] == ["invoice.imported", "payment.recorded"]
    assert new["createdAt"] == new["updatedAt"]
    assert len(base64.b64decode(new.pop("secret").removeprefix("whsec_"))) == 32
    assert await acme.get(f"/webhooks/{new['id']}") == new
    assert await acme.get("/webhooks") == {"data": [new], "count": 1, "total": 1, "page": 1, "pageCount": 1}


async def test_a_put_changes_what_is_given(acme: Company) -> None:
    new = await made(acme, events=["payment.recorded"], description="books")
    new.pop("secret")
    moved = await acme.call("PUT", f"/webhooks/{new['id']}", json={"url": URL + "2"})
    assert (moved.status_code, moved.json()) == (200, new | {"url": URL + "2", "updatedAt": moved.json()["updatedAt"]})
    same = await acme.call("PUT", f"/webhooks/{new['id']}", json={"url": URL + "2"})
    assert same.json() == moved.json(), "nothing was changed, so nothing was updated"
    cleared = await acme.call("PUT", f"/webhooks/{new['id']}", json={"url": URL, "description": None, "events": []})
    assert (cleared.json()["description"], cleared.json()["events"]) == (None, [])


async def test_a_deleted_endpoint_is_gone(acme: Company) -> None:
    new = await made(acme)
    response = await acme.call("DELETE", f"/webhooks/{new['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert (await acme.get("/webhooks"))["data"] == []
    for method, arguments in (("GET", {}), ("DELETE", {}), ("PUT", {"json": {"url": URL}})):
        gone = await acme.call(method, f"/webhooks/{new['id']}", **arguments)
        assert gone.status_code == 404
        assert gone.json()["errors"][0]["code"] == "not_found"


async def test_nobody_sees_or_touches_another_companys(acme: Company, bergeron: Company) -> None:
    id = (await made(acme))["id"]
    assert (await bergeron.get("/webhooks"))["total"] == 0
    for method, arguments in (("GET", {}), ("DELETE", {}), ("PUT", {"json": {"url": URL}})):
        assert (await bergeron.call(method, f"/webhooks/{id}", **arguments)).status_code == 404


async def test_endpoints_of_the_other_door_are_not_shown_here(acme: Company) -> None:
    await listens(acme)
    assert (await acme.get("/webhooks"))["total"] == 0


async def test_pages_of_a_hundred(acme: Company) -> None:
    ids = [(await made(acme))["id"] for _ in range(101)]
    first, second = await acme.get("/webhooks"), await acme.get("/webhooks", page=2)
    assert [row["id"] for row in (*first["data"], *second["data"])] == ids
    assert (second["count"], second["total"], second["page"], second["pageCount"]) == (1, 101, 2, 2)
    assert (await acme.get("/webhooks", page=3))["data"] == []


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"url": "http://hooks.example.com/in"}, [("$.url", "format")]),
        ({"url": "https://192.168.1.1/in"}, [("$.url", "format")]),
        ({"url": "https://hooks.example.com/" + "a" * 2_000}, [("$.url", "too_long")]),
        ({"description": "a" * 81}, [("$.description", "too_long")]),
        ({"events": ["invoice.created"]}, [("$.events[0]", "enum")]),
        ({"events": ["payment.recorded", "payment.recorded"]}, [("$.events[1]", "duplicate")]),
        ({"secret": "mine"}, [("$.secret", "unknown_field")]),
        (
            {"url": "https://localhost/", "events": ["payment.moved", "payment.moved"]},
            [("$.events[1]", "duplicate"), ("$.url", "format")],
        ),
    ],
)
async def test_what_cannot_be(fields: dict[str, Any], faults: list[tuple[str, str]], acme: Company) -> None:
    assert await acme.refused("/webhooks", {"url": URL} | fields, status=400) == faults
    assert (await acme.get("/webhooks"))["total"] == 0


async def test_in_a_dry_run_nothing_is_made(acme: Company) -> None:
    response = await acme.call("POST", "/webhooks", params={"dryRun": "true"}, json={"url": URL})
    new = response.json()
    assert (response.status_code, new["id"], new["createdAt"], new["updatedAt"]) == (201, None, None, None)
    assert (await acme.get("/webhooks"))["total"] == 0
    real = (await made(acme))["id"]
    await acme.call("DELETE", f"/webhooks/{real}", params={"dryRun": "true"})
    assert (await acme.get("/webhooks"))["total"] == 1


async def test_for_development_private_addresses_are_allowed(acme: Company) -> None:
    company = replace(acme, settings=replace(acme.settings, webhook_allow_private=True))
    response = await company.call("POST", "/webhooks", json={"url": "http://[::1]:9000/in"})
    assert response.status_code == 201


# What they are told

Story = Callable[[Company], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A story and what is told of it, in order."""

    story: Story
    events: tuple[EventName, ...]


async def open_import(company: Company) -> None:
    await company.post("/invoices", simple_invoice(await company.customer()))


async def new_content(company: Company) -> None:
    body = simple_invoice(await company.customer())
    await company.post("/invoices", body)
    await company.post("/invoices", body)
    await company.post("/invoices", body | {"reference": "FA-other"})


async def paid_in_two_parts(company: Company) -> None:
    body = complete_invoice(await company.customer(), due="2026-03-31")
    await company.post("/invoices/complete", body)
    first, second = {"date": "2026-01-20", "amount": 5_000}, {"date": "2026-01-25", "amount": 7_000}
    await company.post("/invoices/complete", body | {"payments": [first]})
    await company.post("/invoices/complete", body | {"payments": [first, second]})


async def paid_when_imported(company: Company) -> None:
    rows = [{"date": "2026-01-20", "amount": 5_000}, {"date": "2026-01-25", "amount": 7_000}]
    await company.post("/invoices/complete", complete_invoice(await company.customer(), payments=rows))


async def overdue(company: Company) -> None:
    await company.post("/invoices", simple_invoice(await company.customer(), dueDate="2026-02-10"))
    await within(company, review_receivables, day="2026-02-11")


async def credit_note_import(company: Company) -> None:
    await company.post("/credit-notes", simple_credit_note(await company.customer()))


async def credit_note_deducted(company: Company) -> None:
    client = await company.customer()
    invoice = await company.post("/invoices", simple_invoice(client, dueDate="2026-03-31"))
    body = complete_credit_note(client)
    await company.post("/credit-notes/complete", body)
    link = {"date": "2026-01-20", "amount": 2_000, "invoice": {"id": invoice["id"]}}
    await company.post("/credit-notes/complete", body | {"invoiceLinks": [link]})


async def issued_at_the_other_door(company: Company) -> None:
    id = UUID(await company.customer())
    await issue(company, draft(id), draft(id, status="paid"), draft(id, status="draft"), draft(id, kind="document"))


STORIES = (
    Row(story=open_import, events=("invoice.imported",)),
    Row(story=new_content, events=("invoice.imported", "invoice.imported")),
    Row(
        story=paid_in_two_parts,
        events=("invoice.imported", "payment.recorded", "invoice.status_changed", "payment.recorded"),
    ),
    Row(story=paid_when_imported, events=("invoice.imported", "payment.recorded", "payment.recorded")),
    Row(story=overdue, events=("invoice.imported", "invoice.status_changed")),
    Row(story=credit_note_import, events=("credit_note.imported",)),
    Row(story=credit_note_deducted, events=("invoice.imported", "credit_note.imported", "credit_note.status_changed")),
    Row(story=issued_at_the_other_door, events=("invoice.imported", "invoice.imported", "payment.recorded")),
)


@pytest.mark.parametrize("row", STORIES, ids=lambda row: row.story.__name__)
async def test_stories(row: Row, acme: Company) -> None:
    await listens(acme, door="leanpay")
    await row.story(acme)
    assert await names(acme) == list(row.events)


async def test_the_body_of_an_event(acme: Company) -> None:
    """`data` is the object at this door at the moment of the fact, however late it is told."""
    await listens(acme, door="leanpay")
    body = complete_invoice(await acme.customer(), due="2026-03-31")
    unpaid = await acme.post("/invoices/complete", body)
    paid = await acme.post("/invoices/complete", body | {"payments": [{"date": "2026-01-20", "amount": 12_000, "externalId": "r-1"}]})
    imported, changed, recorded = await told(acme)

    for message in (imported, changed, recorded):
        assert list(message.body) == ["event", "tenantId", "occurredAt", "data"]
        assert (message.body["event"], message.body["tenantId"]) == (message.event_type, str(acme.tenant.id))
    assert list(imported.data) == list(unpaid)
    assert (imported.data, imported.body["occurredAt"]) == (unpaid, unpaid["createdAt"])
    assert (changed.data, changed.body["occurredAt"]) == (paid, paid["updatedAt"])
    assert (unpaid["status"], paid["status"]) == ("due", "paid")

    assert list(recorded.data) == [
        *("id", "tenantId", "clientId", "invoiceId", "amount", "date", "externalId", "transaction", "createdAt", "updatedAt")
    ]
    assert recorded.data == recorded.data | {
        "tenantId": str(acme.tenant.id),
        "clientId": paid["clientId"],
        "invoiceId": paid["id"],
        "amount": 12_000,
        "date": "2026-01-20",
        "externalId": "r-1",
        "transaction": None,
        "createdAt": paid["updatedAt"],
    }


async def test_a_status_is_that_of_the_day_of_the_fact(acme: Company) -> None:
    """Told on a later day, when it has changed again."""
    await listens(acme, door="leanpay")
    await acme.post("/invoices", simple_invoice(await acme.customer(), dueDate="2026-02-10"))
    later = acme.on("2026-02-20")
    (imported,) = await told(later)
    assert imported.data["status"] == "due"
    await within(acme, review_receivables, day="2026-02-20")
    assert (await told(later))[-1].data["status"] == "overdue"


async def test_both_doors_tell_the_same_fact_once_each(acme: Company) -> None:
    await listens(acme, door="leanpay")
    await listens(acme)
    await acme.post("/invoices", simple_invoice(await acme.customer(), dueDate="2026-03-31"))
    found = await told(acme)
    assert [message.event_type for message in found] == ["customer.created", "invoice.imported", "invoice.created", "invoice.ready"]
    assert len({message.event_id for message in found[1:]}) == 1
    assert ["event" in message.body for message in found] == [False, True, False, False]
    assert [message.sequence for message in found] == sorted({message.sequence for message in found})


async def test_only_what_is_asked_for(acme: Company) -> None:
    await listens(acme, "payment.recorded", door="leanpay")
    await paid_in_two_parts(acme)
    assert await names(acme) == ["payment.recorded", "payment.recorded"]


async def test_a_secret_is_in_no_row_of_the_journal(acme: Company) -> None:
    secret = (await made(acme))["secret"]
    await acme.call("PUT", f"/webhooks/{(await acme.get('/webhooks'))['data'][0]['id']}", json={"url": URL + "2"})
    async with acme.database.owner() as connection:
        bodies = [
            bytes(row[0])
            for row in await connection.fetch("SELECT body FROM journal WHERE tenant_id = $1 ORDER BY xid, id", acme.tenant.id)
        ]
    assert [json.loads(body)["action"] for body in bodies] == ["created", "updated"]
    assert not any(secret.removeprefix("whsec_").encode() in body for body in bodies)


async def test_an_id_that_names_nothing(acme: Company) -> None:
    assert (await acme.call("GET", f"/webhooks/{some_id()}")).status_code == 404
    assert (await acme.call("GET", "/webhooks/ep_1")).status_code == 400
    assert await tell(acme) == 0
