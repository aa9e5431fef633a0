"""Writers at the same time, through the door: nothing lost, nothing twice, nothing over-linked, and no error but the books' own."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from tests.leanpay.footprint import column, value
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice

WRITERS = 8
Body = dict[str, Any]


async def at_once(company: Company, requests: list[tuple[str, Body]], **arguments: Any) -> list[Any]:
    """All requests at the same moment, each with a connection of its own; the answers in their order."""
    return await asyncio.gather(*(company.call("POST", path, json=body, **arguments) for path, body in requests))


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def codes(answers: list[Any]) -> set[str]:
    return {error["code"] for answer in answers if answer.status_code >= 400 for error in answer.json()["errors"]}


async def sums_hold(company: Company) -> None:
    """What the documents say of their rows is what their rows add up to, and no credit note gives more than it has."""
    wrong = await column(
        company,
        "SELECT i.reference FROM invoices AS i LEFT JOIN LATERAL (SELECT coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0) AS paid,"
        " coalesce(sum(amount) FILTER (WHERE kind <> 'payment'), 0) AS offset_by FROM allocations"
        " WHERE tenant_id = $1 AND invoice_id = i.id) AS rows ON true"
        " WHERE i.tenant_id = $1 AND (i.amount_paid, i.amount_offset) <> (rows.paid, rows.offset_by)"
        " UNION ALL SELECT c.reference FROM credit_notes AS c LEFT JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS spent FROM allocations"
        " WHERE tenant_id = $1 AND credit_note_id = c.id) AS rows ON true WHERE c.tenant_id = $1"
        " AND (c.amount_paid_back + c.amount_linked <> rows.spent OR rows.spent > c.amount)",
    )
    assert wrong == []


async def test_eight_writers_on_shuffled_overlapping_batches(acme: Company) -> None:
    client_id = await acme.customer()
    chance = random.Random(8)
    everything = [simple_invoice(client_id) for _ in range(120)]
    requests: list[tuple[str, Body]] = []
    for writer in range(WRITERS):
        some = chance.sample(everything, 80)
        requests += [("/invoices/batch", {"invoices": [one | {"reference": f"by {writer}"} for one in some]})]
    rest = [("/invoices/batch", {"invoices": part}) for part in (everything[:60], everything[60:])]
    answers = await at_once(acme, requests + rest)
    assert statuses(answers) == {200: WRITERS + 2}
    for (_, body), answer in zip(requests + rest, answers, strict=True):
        assert [one["externalId"] for one in answer.json()["data"]] == [one["externalId"] for one in body["invoices"]]
    names = await column(acme, "SELECT external_id FROM invoices WHERE tenant_id = $1")
    assert sorted(names) == sorted(one["externalId"] for one in everything)
    assert (await acme.get("/invoices"))["total"] == (await acme.get("/invoices", status="overdue"))["total"] == 120
    imported = await value(acme, "SELECT count(DISTINCT object_id) FROM journal WHERE tenant_id = $1 AND kind = 'invoice'")
    assert imported == 120


async def test_writers_that_move_documents_back_and_forth_leave_exact_totals(acme: Company) -> None:
    client_id = await acme.customer()
    chance = random.Random(9)
    names = [f"m-{number}" for number in range(20)]
    days = ["2026-01-31", "2026-02-28"]
    for _ in range(3):
        requests: list[tuple[str, Body]] = []
        for _ in range(WRITERS):
            picked = chance.sample(names, 12)
            items = [simple_invoice(client_id, externalId=name, dueDate=chance.choice(days)) for name in picked]
            requests.append(("/invoices/batch", {"invoices": items}))
        assert statuses(await at_once(acme, requests)) == {200: WRITERS}
    page = await acme.get("/invoices")
    told = Counter(invoice["status"] for invoice in page["data"])
    assert page["total"] == page["count"]
    for status in ("due", "overdue", "paid"):
        assert (await acme.get("/invoices", status=status))["total"] == told[status]


async def test_eight_links_on_one_credit_note(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=1_000))
    link = {"date": "2026-01-10", "amount": 300, "creditNote": {"id": note["id"]}}
    answers = await at_once(acme, [("/invoices/complete", complete_invoice(client_id, creditNoteLinks=[link])) for _ in range(WRITERS)])
    assert statuses(answers) == {200: 3, 409: 5}
    assert codes(answers) == {"over_allocation"}
    seen = await acme.get(f"/credit-notes/{note['id']}")
    assert (seen["deductedAmount"], seen["remainingAmount"], len(seen["invoiceLinks"])) == (900, 100, 3)
    assert (await acme.get("/invoices"))["total"] == 3
    await sums_hold(acme)


async def test_eight_credit_notes_on_one_invoice(acme: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post("/invoices", simple_invoice(client_id, amount=1_000))
    link = {"date": "2026-01-10", "amount": 300, "invoice": {"id": invoice["id"]}}
    answers = await at_once(
        acme, [("/credit-notes/complete", complete_credit_note(client_id, invoiceLinks=[link])) for _ in range(WRITERS)]
    )
    assert statuses(answers) == {200: 3, 409: 5}
    assert codes(answers) == {"over_allocation"}
    seen = await acme.get(f"/invoices/{invoice['id']}")
    assert (seen["offsetAmount"], len(seen["creditNoteLinks"])) == (900, 3)
    await sums_hold(acme)


async def test_the_same_batch_eight_times_at_once_without_a_key(acme: Company) -> None:
    client_id = await acme.customer()
    body = {"invoices": [simple_invoice(client_id) for _ in range(50)]}
    answers = await at_once(acme, [("/invoices/batch", body)] * WRITERS)
    assert statuses(answers) == {200: WRITERS}
    assert len({answer.content for answer in answers}) == 1, "one created them and the others found them unchanged"
    assert (await acme.get("/invoices"))["total"] == 50
    assert await value(acme, "SELECT count(*) FROM journal WHERE tenant_id = $1 AND kind = 'invoice'") == 50


async def test_the_same_batch_eight_times_at_once_with_a_key(acme: Company) -> None:
    client_id = await acme.customer()
    body = {"invoices": [simple_invoice(client_id, externalId=None) for _ in range(50)]}
    headers = {"Idempotency-Key": "once"}
    answers = await at_once(acme, [("/invoices/batch", body)] * WRITERS, headers=headers)
    done = [answer for answer in answers if answer.status_code == 200]
    assert done
    assert set(statuses(answers)) <= {200, 409}
    assert len({answer.content for answer in done}) == 1
    assert codes(answers) <= {"running"}
    assert (await acme.get("/invoices"))["total"] == 50
    later = await acme.call("POST", "/invoices/batch", json=body, headers=headers)
    assert (later.status_code, later.content) == (200, done[0].content)


@pytest.mark.parametrize("known", [False, True])
async def test_both_sides_of_a_link_at_once(acme: Company, known: bool) -> None:
    """An invoice's and a credit note's complete that name each other, over and over: one row, no deadlock that shows."""
    client_id = await acme.customer()
    for number in range(4):
        invoice = complete_invoice(client_id, externalId=f"i{number}")
        note = complete_credit_note(client_id, externalId=f"n{number}")
        await acme.post("/invoices/complete", invoice)
        await acme.post("/credit-notes/complete", note)
        here = {"date": "2026-01-10", "amount": 500, "externalId": "l", "creditNote": {"externalId": f"n{number}"}}
        there = {"date": "2026-01-10", "amount": 500, "externalId": "l", "invoice": {"externalId": f"i{number}"}}
        if known:
            await acme.post("/invoices/complete", invoice | {"creditNoteLinks": [here]})
        both = [("/invoices/complete", invoice | {"creditNoteLinks": [here]}), ("/credit-notes/complete", note | {"invoiceLinks": [there]})]
        answers = await at_once(acme, both * 4)
        assert statuses(answers) == {200: 8}
        seen = (await acme.get("/invoices", externalId=f"i{number}"))["data"][0]
        assert [(link["amount"], link["externalId"]) for link in seen["creditNoteLinks"]] == [(500, "l")]
        sql = "SELECT bool_and(by_invoice AND by_credit_note) FROM allocations WHERE tenant_id = $1"
        assert await value(acme, sql) is True
    await sums_hold(acme)


async def test_links_across_many_documents_in_every_order(acme: Company) -> None:
    client_id = await acme.customer()
    chance = random.Random(10)
    invoices = [complete_invoice(client_id, externalId=f"i{number}") for number in range(4)]
    notes = [complete_credit_note(client_id, externalId=f"n{number}") for number in range(4)]
    for path, bodies in (("/invoices/complete", invoices), ("/credit-notes/complete", notes)):
        for body in bodies:
            await acme.post(path, body)
    requests: list[tuple[str, Body]] = []
    for _ in range(24):
        picked = chance.sample(range(4), 3)
        if chance.random() < 0.5:
            links = [{"date": "2026-01-10", "amount": 400, "creditNote": {"externalId": f"n{number}"}} for number in picked]
            requests.append(("/invoices/complete", chance.choice(invoices) | {"creditNoteLinks": links}))
        else:
            links = [{"date": "2026-01-10", "amount": 400, "invoice": {"externalId": f"i{number}"}} for number in picked]
            requests.append(("/credit-notes/complete", chance.choice(notes) | {"invoiceLinks": links}))
    answers = await at_once(acme, requests)
    assert set(statuses(answers)) <= {200, 409}
    assert codes(answers) <= {"over_allocation"}
    await sums_hold(acme)


async def test_one_client_changed_and_imported_at_once(acme: Company) -> None:
    bodies = [("/clients", {"externalId": "dupont", "name": f"Dupont {number}"}) for number in range(WRITERS)]
    answers = await at_once(acme, bodies)
    assert statuses(answers) == {200: WRITERS}
    assert len({answer.json()["id"] for answer in answers}) == 1
    page = await acme.get("/clients")
    assert (page["total"], page["count"]) == (1, 1)


async def test_two_clients_that_want_one_external_id(acme: Company) -> None:
    ids = [await acme.customer() for _ in range(4)]
    calls = [acme.call("PUT", f"/clients/{id}", json={"externalId": "wanted"}) for id in ids]
    answers = list(await asyncio.gather(*calls))
    assert statuses(answers) == {200: 1, 409: 3}
    assert codes(answers) == {"conflict"}


async def test_a_reader_beside_the_writers_sees_whole_batches_only(acme: Company) -> None:
    client_id = await acme.customer()
    batches = [("/invoices/batch", {"invoices": [simple_invoice(client_id) for _ in range(20)]}) for _ in range(WRITERS)]
    writing = asyncio.create_task(at_once(acme, batches))
    seen: list[int] = []
    while not writing.done():
        seen.append((await acme.get("/invoices"))["total"])
    assert statuses(await writing) == {200: WRITERS}
    assert all(total % 20 == 0 for total in seen)
    assert seen == sorted(seen)
