"""The follower of messages as a worker runs it: whom it visits, when, and what it forgets."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from duebook import app
from duebook.jobs import messages as follower
from duebook.jobs.bell import Bell
from duebook.store import messages
from duebook.store.db import Database
from duebook.store.facts import Fact, Told
from duebook.store.ids import Ids
from duebook.store.room import Room
from duebook.web.today import now
from tests.conftest import TODAY
from tests.jobs.told import is_behind, listens, names, tell, written
from tests.make import Company, open_company

# The follower's visits


async def test_only_who_has_something_to_tell_is_visited(acme: Company, bergeron: Company) -> None:
    await bergeron.customer()
    assert not await is_behind(bergeron), "nobody listens"
    await listens(acme, "invoice.ready")
    await tell(acme)
    assert not await is_behind(acme)
    await acme.customer()
    assert await is_behind(acme)
    await tell(acme)
    assert not await is_behind(acme), "an event that nobody wants is passed over once"


async def test_a_fact_that_cannot_be_told_holds_up_its_own_company_alone(own_database: Database) -> None:
    """A bug of a dialect: nothing is lost, and it is told when it is mended."""
    acme, bergeron = [await open_company(own_database, day=TODAY) for _ in range(2)]
    for company in (acme, bergeron):
        await listens(company, "customer.created")
        await company.customer("Dupont")
    tellers = dict(app.tellers(acme.settings))
    sound = tellers["hyperline"]

    def broken(fact: Fact) -> Sequence[Told]:
        if fact.tenant.id == acme.tenant.id and fact.kind == "customer":
            raise ZeroDivisionError
        return sound(fact)

    for _ in range(2):
        await follower.tell(own_database, tellers=tellers | {"hyperline": broken}, pinned=TODAY)
    assert await is_behind(acme)
    async with own_database.owner() as connection:
        told_of = [row[0] for row in await connection.fetch("SELECT tenant_id FROM messages")]
    assert told_of == [bergeron.tenant.id]
    await follower.tell(own_database, tellers=tellers, pinned=TODAY)
    assert await names(acme) == ["customer.created"]


async def test_a_long_journal_holds_up_nobody_elses(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acme came first with much; Bergeron's one fact is told after one turn of Acme's, and Acme goes on in the next."""
    monkeypatch.setattr(follower, "ROWS", 1)
    monkeypatch.setattr(follower, "TURN_SECONDS", 0.0)
    acme, bergeron = [await open_company(own_database, day=TODAY) for _ in range(2)]
    for company, customers in ((acme, 3), (bergeron, 1)):
        await listens(company, "customer.created")
        await written(company, customers=customers)
    tellers = app.tellers(acme.settings)

    async def after_a_round() -> tuple[bool, bool, dict[UUID, int]]:
        behind = await follower.tell(own_database, tellers=tellers, pinned=TODAY)
        async with own_database.owner() as connection:
            rows = await connection.fetch("SELECT tenant_id, count(*) FROM messages GROUP BY tenant_id")
        return acme.tenant.id in behind, bergeron.tenant.id in behind, dict(rows)

    assert await after_a_round() == (True, True, {acme.tenant.id: 1, bergeron.tenant.id: 1})
    assert await after_a_round() == (True, False, {acme.tenant.id: 2, bergeron.tenant.id: 1})


async def test_what_is_left_after_a_turn_is_gone_on_with_and_a_bug_beside_it_is_no_matter(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bell rings for a company that cannot be told of, all the time: another one is told of at once all the same."""
    monkeypatch.setattr(follower, "ROWS", 1)
    monkeypatch.setattr(follower, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(follower, "FOLLOW_SECONDS", 60.0)
    acme, bergeron = [await open_company(own_database, day=TODAY) for _ in range(2)]
    for company in (acme, bergeron):
        await listens(company, "customer.created")
        await written(company, customers=3)
    tellers = dict(app.tellers(acme.settings))
    sound = tellers["hyperline"]

    def broken(fact: Fact) -> Sequence[Told]:
        if fact.tenant.id == acme.tenant.id:
            raise ZeroDivisionError
        return sound(fact)

    bell, stop = Bell(), asyncio.Event()
    told_of = tellers | {"hyperline": broken}
    serving = asyncio.create_task(follower.serve(own_database, tellers=told_of, pinned=TODAY, bell=bell, room=Room(None), stop=stop))
    for company in (acme, bergeron):
        bell.ring(company.tenant.id)
    await waited_for(bergeron, 3)
    stop.set()
    bell.ring(bergeron.tenant.id)
    await serving
    assert await is_behind(acme)


async def served(company: Company, *, bell: Bell, room: Room, stop: asyncio.Event) -> None:
    """The worker's follower."""
    tellers = app.tellers(company.settings)
    await follower.serve(company.database, tellers=tellers, pinned=TODAY, bell=bell, room=room, stop=stop)


async def waited_for(company: Company, number: int) -> float:
    """Seconds until so many messages are there."""
    began = time.monotonic()
    while True:
        async with company.database.owner() as connection:
            if await connection.fetchval("SELECT count(*) FROM messages WHERE tenant_id = $1", company.tenant.id) >= number:
                return time.monotonic() - began
        assert time.monotonic() - began < 10
        await asyncio.sleep(0.01)


async def test_a_worker_tells_at_once_what_it_wrote_itself_and_soon_what_others_did(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "FOLLOW_SECONDS", 2.0)
    acme = await open_company(own_database, day=TODAY)
    await listens(acme, "customer.created")
    bell, stop = Bell(), asyncio.Event()
    serving = asyncio.create_task(served(acme, bell=bell, room=Room(None), stop=stop))
    await asyncio.sleep(0.3)
    await acme.customer("Rung for")
    bell.ring(acme.tenant.id)
    assert await waited_for(acme, 1) < 1.0
    await acme.customer("Found")
    assert await waited_for(acme, 2) < 5.0
    stop.set()
    await serving


async def test_without_room_on_the_disk_nothing_is_written(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FOLLOW_SECONDS", 0.05)
    acme = await open_company(own_database, day=TODAY)
    await listens(acme, "customer.created")
    await acme.customer()
    full, stop = Room(None), asyncio.Event()
    monkeypatch.setattr(full, "low", lambda: True)
    serving = asyncio.create_task(served(acme, bell=Bell(), room=full, stop=stop))
    await asyncio.sleep(0.3)
    assert await is_behind(acme)
    monkeypatch.setattr(full, "low", lambda: False)
    await waited_for(acme, 1)
    stop.set()
    await serving


# Old messages


async def test_old_messages_are_emptied_once_and_young_ones_stay(acme: Company) -> None:
    await listens(acme, "customer.created")
    await written(acme, customers=3)
    await tell(acme)
    ids = [Ids(at=now() - timedelta(days=days)).new() for days in (200, 91, 89)]
    async with acme.database.owner() as connection:
        rows = await connection.fetch("SELECT id FROM messages WHERE tenant_id = $1 ORDER BY id", acme.tenant.id)
        for id, row in zip(ids, rows, strict=True):
            await connection.execute(
                "UPDATE messages SET id = $3, status = 'sent', next_at = NULL WHERE tenant_id = $1 AND id = $2", acme.tenant.id, row[0], id
            )

    async def emptied() -> tuple[int, list[bool]]:
        async with acme.database.tenant(acme.tenant.id) as connection, connection.transaction():
            number = await messages.expunge(connection, tenant_id=acme.tenant.id, at=now())
            bodies = await connection.fetch("SELECT body IS NULL FROM messages ORDER BY id")
        return number, [row[0] for row in bodies]

    assert await emptied() == (2, [True, True, False])
    assert await emptied() == (0, [True, True, False]), "what was emptied is not looked at again"


async def test_what_waits_for_a_disabled_endpoint_is_given_up_when_it_is_too_old(acme: Company) -> None:
    await listens(acme, "customer.created")
    await acme.customer()
    await tell(acme)
    old = Ids(at=now() - timedelta(days=91)).new()
    async with acme.database.owner() as connection:
        await connection.execute("UPDATE messages SET id = $2 WHERE tenant_id = $1", acme.tenant.id, old)
    assert await follower.forget_old(acme.database, at=now()) >= 1
    async with acme.database.owner() as connection:
        row = await connection.fetchrow("SELECT status, next_at, body, last_error FROM messages WHERE id = $1", old)
    assert tuple(row) == ("given_up", None, None, "it grew too old")


async def test_much_that_is_old_or_left_behind_is_done_in_short_transactions(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever deletes an endpoint does not wait for all that it has not got, and nobody else for him."""
    monkeypatch.setattr(messages, "AT_ONCE", 2)
    acme = await open_company(own_database, day=TODAY)
    id = await listens(acme, "customer.created")
    await written(acme, customers=5)
    await tell(acme)

    async def statuses() -> list[str]:
        async with own_database.owner() as connection:
            return [row[0] for row in await connection.fetch("SELECT status FROM messages ORDER BY status")]

    response = await acme.hyper("DELETE", f"/v1/webhooks/endpoints/{id}")
    assert response.status_code == 204, response.text
    assert await statuses() == ["given_up"] * 2 + ["pending"] * 3
    assert await follower.forget_old(own_database, at=now()) == 0
    assert await statuses() == ["given_up"] * 5
    assert await follower.forget_old(own_database, at=now() + timedelta(days=91)) == 5


async def test_the_worker_forgets_for_every_company(acme: Company, bergeron: Company) -> None:
    for company in (acme, bergeron):
        await listens(company, "customer.created")
        await company.customer()
        await tell(company)
        async with company.database.owner() as connection:
            await connection.execute(
                "UPDATE messages SET id = $2, status = 'given_up', next_at = NULL WHERE tenant_id = $1",
                company.tenant.id,
                Ids(at=now() - timedelta(days=120)).new(),
            )
    assert await follower.forget_old(acme.database, at=now()) == 2
