"""The follower that turns the journal into messages: each fact once to each endpoint, in order, as it was, whoever dies in between."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from duebook.jobs import messages as follower
from duebook.store import messages
from duebook.store.db import Connection, Database
from duebook.store.messages import Cursor
from tests.actions.issuing import draft, issue
from tests.conftest import TODAY
from tests.jobs.told import is_behind, journal_of, listens, names, tell, tell_once, told, told_now, written
from tests.make import Company, open_company, simple_invoice
from tests.store.written import add_customer, unit_of

# Order, and once


async def test_followers_at_once_tell_each_fact_once(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of them, in short rounds, while eight writers go on."""
    monkeypatch.setattr(follower, "ROWS", 3)
    await listens(acme)
    await listens(acme, "customer.created")
    over = asyncio.Event()
    visits: Counter[int] = Counter()

    async def follow(number: int) -> None:
        while not over.is_set():
            visits[number] += await tell_once(acme) > 0
            await asyncio.sleep(0.001)

    followers = [asyncio.create_task(follow(number)) for number in range(4)]
    made = 0
    while (len(+visits) < 2 or visits.total() < 6) and made < 400:  # until several have told something, on a slow machine too
        await written(acme, customers=8)
        made += 8
    over.set()
    await asyncio.gather(*followers)
    assert len(+visits) >= 2

    found = await told(acme)
    assert Counter(message.event_id for message in found) == Counter({message.event_id: 2 for message in found})
    facts = [row["object_id"] for row in await journal_of(acme) if row["kind"] == "customer"]
    by_fact = list(dict.fromkeys((message.sequence, message.event_id) for message in found))
    assert (len(found), len(facts), len(by_fact)) == (2 * made, made, made)
    assert all(one < other for one, other in pairwise(sequence for sequence, _ in by_fact))
    async with acme.database.owner() as connection:
        rows = await connection.fetch("SELECT id FROM journal WHERE tenant_id = $1 AND kind = 'customer' ORDER BY xid, id", acme.tenant.id)
    assert [id for _, id in by_fact] == [row[0] for row in rows], "the order of the facts"


async def test_long_bodies_are_told_in_short_transactions(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction ends with the row that goes beyond the bound; all are told once, and the numbers go on."""
    for _ in range(2):
        await listens(acme, "customer.created")
    await tell(acme)
    monkeypatch.setattr(follower, "BYTES", 1)
    inserted: list[int] = []
    insert = messages.insert

    async def counted(connection: Connection, *, tenant_id: UUID, at: Any, ids: Sequence[UUID], events: Sequence[Any]) -> int:
        inserted.append(len(events))
        return await insert(connection, tenant_id=tenant_id, at=at, ids=ids, events=events)

    monkeypatch.setattr(messages, "insert", counted)
    await written(acme, customers=4)
    found = await told(acme)
    assert inserted == [1, 1, 1, 1]
    assert len(found) == 8
    numbers = sorted({message.sequence for message in found})
    assert numbers == list(range(numbers[0], numbers[0] + 4))


async def test_what_a_running_writer_may_still_precede_waits(own_database: Database) -> None:
    """A slow writer took its number first: what others commit after it is told behind it, once it is over."""
    acme = await open_company(own_database, day=TODAY)
    await listens(acme, "customer.created")
    async with unit_of(own_database, acme.tenant) as slow:
        await add_customer(slow, name="Slow")
        await acme.customer("Quick")
        assert await tell_once(acme) == 0
        assert not await is_behind(acme)
    assert [message.data["name"] for message in await told(acme)] == ["Slow", "Quick"]


async def test_a_follower_that_dies_in_the_middle_leaves_nothing_half_told(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await listens(acme, "customer.created")
    await acme.customer("Dupont")
    move = messages.move_cursor

    async def dies(connection: Connection, *, tenant_id: UUID, cursor: Cursor) -> None:
        await move(connection, tenant_id=tenant_id, cursor=cursor)
        raise OSError("killed")

    monkeypatch.setattr(messages, "move_cursor", dies)
    with pytest.raises(OSError, match="killed"):
        await tell_once(acme)
    async with acme.database.owner() as connection:
        assert await connection.fetchval("SELECT count(*) FROM messages WHERE tenant_id = $1", acme.tenant.id) == 0
    monkeypatch.undo()
    assert await names(acme) == ["customer.created"]


async def test_an_event_has_one_number_whoever_it_is_told_to(acme: Company) -> None:
    for _ in range(3):
        await listens(acme, "invoice.created", "invoice.ready")
    await acme.post("/invoices", simple_invoice(await acme.customer(), dueDate="2026-03-31"))
    found = await told(acme)
    numbers = Counter((message.sequence, message.event_type) for message in found)
    assert list(numbers.values()) == [3, 3]
    assert len({message.id for message in found}) == 6, "an id for each endpoint and fact"
    assert len({message.raw for message in found}) == 2, "and the same bytes for all"


async def test_a_long_tail_is_told_in_short_transactions(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "ROWS", 4)
    await listens(acme, "customer.created")
    for _ in range(2):
        await written(acme, customers=5)
    taken: list[int] = []
    read = messages.untold

    async def counted(*given: Any, **named: Any) -> Sequence[Any]:
        rows = await read(*given, **named)
        taken.append(len(rows))
        return rows

    monkeypatch.setattr(messages, "untold", counted)
    assert len(await names(acme)) == 10
    assert sum(taken) == 10
    assert max(taken) == 4


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
async def test_a_transaction_that_is_told_in_parts_is_told_the_same(rows: int, acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its documents are kept once each, in front; what comes in a later round still shows them."""
    monkeypatch.setattr(follower, "ROWS", rows)
    await listens(acme)
    knowing = await told_now(acme)
    id = UUID(await acme.customer())
    await issue(knowing, draft(id), draft(id, status="paid"), draft(id, kind="credit_note"))
    rows_kept = [row for row in await journal_of(acme) if row["kind"] in ("invoice", "credit_note", "paper")]
    assert [("view" in row, row.get("viewed", False)) for row in rows_kept] == [(True, False)] * 3 + [(False, True)] * 3
    assert await names(acme) == [
        *(
            "customer.created",
            "invoice.created",
            "invoice.ready",
            "invoice.created",
            "invoice.ready",
            "invoice.settled",
            "credit_note.ready",
        ),
    ]
    assert [message.data["status"] for message in (await told(acme))[1:]] == ["to_pay", "to_pay", "paid", "paid", "paid", "to_pay"]


async def test_where_many_listen_a_transaction_takes_fewer_rows(acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "MESSAGES", 6)
    for _ in range(4):
        await listens(acme, "customer.created")
    await written(acme, customers=3)
    written_at_once: list[int] = []
    insert = messages.insert

    async def counted(*given: Any, **named: Any) -> int:
        number = await insert(*given, **named)
        written_at_once.append(number)
        return number

    monkeypatch.setattr(messages, "insert", counted)
    assert await tell(acme) == 12
    assert written_at_once == [4, 4, 4]


# Whom


async def test_a_new_endpoint_is_told_nothing_old(acme: Company) -> None:
    await acme.customer("Before")
    await listens(acme, "customer.created")
    await acme.customer("First")
    await listens(acme, "customer.created")
    await acme.customer("Both")
    by_name = Counter(message.data["name"] for message in await told(acme))
    assert by_name == {"First": 1, "Both": 2}


async def test_who_comes_when_nobody_has_listened_for_a_while_is_told_nothing_old(acme: Company) -> None:
    endpoint = await listens(acme, "customer.created")
    await acme.hyper("DELETE", f"/v1/webhooks/endpoints/{endpoint}")
    await written(acme, customers=3)
    assert not await is_behind(acme), "nobody is visited for nobody"
    await listens(acme, "customer.created")
    await acme.customer("Last")
    assert [message.data["name"] for message in await told(acme)] == ["Last"]


async def test_events_are_filtered_by_endpoint(acme: Company) -> None:
    await listens(acme, "invoice.ready")
    await listens(acme, "invoice.created", "customer.created")
    await listens(acme, "never.sent")
    await acme.post("/invoices", simple_invoice(await acme.customer(), dueDate="2026-03-31"))
    assert await names(acme) == ["customer.created", "invoice.created", "invoice.ready"]


async def test_companies_are_told_of_their_own_facts(acme: Company, bergeron: Company) -> None:
    await listens(acme, "customer.created")
    await listens(bergeron, "customer.created")
    await acme.customer("Dupont")
    await bergeron.customer("Martin")
    assert [message.data["name"] for message in await told(acme)] == ["Dupont"]
    assert [message.data["name"] for message in await told(bergeron)] == ["Martin"]
