"""The queue: its tables are what the library asks for, and its wake-ups do what store/wakeups.py says of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from pgqueuer import AsyncpgDriver

from duebook.store import wakeups
from duebook.store.db import Connection, Database
from duebook.store.queue import NAMES, queries_on
from duebook.web.today import now
from tests.conftest import TODAY
from tests.make import Company, open_company
from tests.store.queueing import Worker, add_batch, unit_of, until, waiting


@pytest.fixture
async def owner(own_dsn: str) -> AsyncIterator[Connection]:
    """The owner's connection to a database of this test's own."""
    connection = await asyncpg.connect(own_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def dupont(own_database: Database) -> Company:
    """A company with a database of its own."""
    return await open_company(own_database, day=TODAY)


async def test_the_tables_are_those_that_the_library_declares(owner: Connection):
    """Its own plan for bringing a schema up to date finds nothing to do but to put its function in the place of ours, which says less."""
    plan = await queries_on(AsyncpgDriver(owner)).plan_upgrade()

    assert [statement.split("(")[0] for statement in plan.statements] == ["CREATE OR REPLACE FUNCTION public.fn_pgqueuer_changed"]


def test_names_do_not_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    """The library reads its names from variables that a build machine may have for other reasons."""
    for name in ("CHANNEL", "FUNCTION", "TRIGGER", "DURABILITY", "PGQUEUER_PREFIX", "PGQUEUER_SCHEMA", "QUEUE_TABLE"):
        monkeypatch.setenv(name, "stable")

    assert type(NAMES).model_validate(NAMES.model_dump()) == NAMES
    assert NAMES.queue_table == "pgqueuer"
    assert NAMES.channel == "ch_pgqueuer"


async def test_a_wake_up_is_what_the_library_would_have_entered(owner: Connection, dupont: Company):
    async with unit_of(dupont) as unit:
        await wakeups.wake(unit)
    await queries_on(AsyncpgDriver(owner)).enqueue(wakeups.ENTRYPOINT, dupont.tenant.id.bytes, dedupe_key="another")
    left_out = "- 'id' - 'dedupe_key' - 'headers' - 'created' - 'updated' - 'heartbeat' - 'execute_after'"

    ours, theirs = [json.loads(row[0]) for row in await owner.fetch(f"SELECT to_jsonb(q) {left_out} FROM pgqueuer AS q ORDER BY id")]
    assert ours == theirs


async def test_a_tenant_waits_once_however_often_it_is_woken(owner: Connection, dupont: Company):
    for _ in range(3):
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
            await wakeups.wake(unit)  # and its transaction goes on

    assert await waiting(owner) == [(dupont.tenant.id, "queued")]


async def test_a_wake_up_stands_or_falls_with_its_transaction(owner: Connection, dupont: Company):
    with pytest.raises(KeyError):  # noqa: PT012 - as a deed does that is refused
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
            raise KeyError
    assert await waiting(owner) == []


async def test_two_that_wake_at_the_same_time_leave_one_wake_up(owner: Connection, dupont: Company):
    async with unit_of(dupont) as first:
        await wakeups.wake(first)

        async def wake() -> None:
            async with unit_of(dupont) as second:
                await wakeups.wake(second)

        second = asyncio.create_task(wake())
        await asyncio.sleep(0.1)
        assert not second.done(), "it cannot know yet whether there will be one"
    await second
    assert await waiting(owner) == [(dupont.tenant.id, "queued")]


async def test_who_is_accepted_while_a_wake_up_is_served_waits_for_the_next(own_dsn: str, owner: Connection, dupont: Company):
    worker = Worker(holds=True)
    async with worker.at_work(own_dsn):
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
        await until(lambda: len(worker.served) == 1)
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
        await until(lambda: len(worker.served) == 2, seconds=1)
        worker.may_end.set()
        await until(lambda: len(worker.ended) == 2)
        assert await waiting(owner) == []


async def test_whoever_still_has_an_open_batch_goes_to_the_end(own_dsn: str, own_database: Database, owner: Connection, dupont: Company):
    martin = await open_company(own_database, day=TODAY)
    await add_batch(owner, dupont.tenant.id)
    for company in (dupont, martin):
        async with unit_of(company) as unit:
            await wakeups.wake(unit)
    rows = await owner.fetch("SELECT id FROM pgqueuer ORDER BY id")

    await wakeups.begin(owner, id=rows[0][0])
    await wakeups.finish(owner, id=rows[0][0], tenant_id=dupont.tenant.id, at=now())

    assert await waiting(owner) == [(martin.tenant.id, "queued"), (dupont.tenant.id, "queued")]


@pytest.mark.parametrize(
    ("taken_at", "is_woken"),
    [("NULL", True), ("now()", False), ("now() - interval '3 s'", True), ("now() + interval '1 min'", True)],
)
async def test_a_batch_that_was_just_taken_wakes_nobody(taken_at: str, is_woken: bool, owner: Connection, dupont: Company):
    """What lies in the future was taken by a clock that is wrong."""
    await add_batch(owner, dupont.tenant.id, state="running")
    await owner.execute(f"UPDATE batches SET taken_at = {taken_at}")

    await wakeups.finish(owner, id=0, tenant_id=dupont.tenant.id, at=now())

    assert bool(await waiting(owner)) == is_woken


async def test_the_sweep_finds_everybody_with_an_open_batch_and_nobody_else(own_database: Database, owner: Connection):
    companies = [await open_company(own_database, day=TODAY) for _ in range(4)]
    for company in companies[:3]:
        for _ in range(3):
            await add_batch(owner, company.tenant.id)
    await owner.execute("UPDATE batches SET state = 'done', finished_at = now() WHERE tenant_id = $1", companies[0].tenant.id)

    assert await wakeups.sweep(owner) == 2
    assert await wakeups.sweep(owner) == 0, "they wait already"
    assert {id for id, _ in await waiting(owner)} == {company.tenant.id for company in companies[1:3]}


async def test_what_a_dead_worker_had_picked_is_forgotten_and_what_a_living_one_has_is_not(
    own_dsn: str, owner: Connection, dupont: Company, own_database: Database
):
    martin = await open_company(own_database, day=TODAY)
    worker = Worker(holds=True)
    async with worker.at_work(own_dsn):
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
        await until(lambda: len(worker.served) == 1)
        await add_batch(owner, martin.tenant.id)
        await owner.execute(
            "INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload, queue_manager_id)"
            " VALUES (0, 'picked', 'batches', $1, $2, $3)",
            f"batches {martin.tenant.id}",
            martin.tenant.id.bytes,
            uuid4(),
        )
        assert await wakeups.sweep(owner) == 1, "its key no longer keeps the tenant out"
        await until(lambda: worker.served[1:] == [martin.tenant.id])
        assert (dupont.tenant.id, "picked") in await waiting(owner)


async def test_a_worker_serves_as_many_at_once_as_it_was_told(own_dsn: str, own_database: Database, owner: Connection):
    worker = Worker(holds=True)
    async with worker.at_work(own_dsn, at_once=4):
        for _ in range(6):
            async with unit_of(await open_company(own_database, day=TODAY)) as unit:
                await wakeups.wake(unit)
        await until(lambda: len(worker.served) == 4)
        await asyncio.sleep(0.3)
        assert len(worker.served) == 4
        worker.may_end.set()
        await until(lambda: len(worker.ended) == 6)
    assert await waiting(owner) == []


async def test_a_worker_that_stops_ends_what_it_has_and_takes_no_more(
    own_dsn: str, own_database: Database, owner: Connection, dupont: Company
):
    worker = Worker(holds=True)
    async with worker.at_work(own_dsn):
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
        await until(lambda: len(worker.served) == 1)
        worker.stop.set()
        await asyncio.sleep(0.1)
        martin = await open_company(own_database, day=TODAY)
        async with unit_of(martin) as unit:
            await wakeups.wake(unit)
    assert worker.ended == [dupont.tenant.id]
    assert await waiting(owner) == [(martin.tenant.id, "queued")]


async def test_a_worker_whose_connection_dies_says_so(own_dsn: str, owner: Connection):
    worker = Worker()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):  # noqa: PT012 - it is told when the block ends
        async with worker.at_work(own_dsn):
            await asyncio.sleep(0.3)
            await owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'duebook queue %'")
            await asyncio.sleep(1)


async def test_many_wake_ups_are_one_notice_and_what_waits_already_is_none(own_dsn: str, owner: Connection, dupont: Company):
    heard: list[object] = []
    listening = await asyncpg.connect(own_dsn)
    await listening.add_listener("ch_pgqueuer", lambda *said: heard.append(said[-1]))
    try:
        for _ in range(3):
            async with unit_of(dupont) as unit:
                await wakeups.wake(unit)
        await owner.execute("UPDATE pgqueuer SET heartbeat = now()")
        await until(lambda: bool(heard))
        await owner.execute("DELETE FROM pgqueuer WHERE id = 0")
        await asyncio.sleep(0.1)
        assert len(heard) == 1
        await owner.execute("DELETE FROM pgqueuer")
        await until(lambda: len(heard) == 2)
    finally:
        await listening.close()


async def test_the_log_is_pruned(own_dsn: str, owner: Connection, dupont: Company):
    worker = Worker()
    async with worker.at_work(own_dsn):
        async with unit_of(dupont) as unit:
            await wakeups.wake(unit)
        await until(lambda: len(worker.ended) == 1)
    before = now()
    await owner.execute("INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint) VALUES (1, 'picked', 0, 'batches')")
    assert await owner.fetchval("SELECT count(*) FROM pgqueuer_log") > 1

    await wakeups.prune_log(owner, before=before)

    assert await owner.fetchval("SELECT count(*) FROM pgqueuer_log") == 1
