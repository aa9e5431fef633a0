"""Batches in the hands of workers: everybody has his turn, each is run once, and what cannot be run is found out and set aside."""

import asyncio
import sys
import time
from dataclasses import replace
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from duebook.core.paper import PaperDraft
from duebook.jobs import batches as jobs
from duebook.store import wakeups
from duebook.store.db import Database
from duebook.web.problem import Problem
from duebook.web.work import Work
from tests.actions.issuing import customer, draft, line, rows
from tests.conftest import TODAY
from tests.jobs.mortal import DEADLY
from tests.jobs.working import accepted, done, is_done, items, stored, until, worker
from tests.make import Company, open_company
from tests.store.written import unit_of


@pytest.fixture
async def dupont(own_database: Database) -> Company:
    """A company on a database of its own, since workers serve whoever is there."""
    return await open_company(own_database, day=TODAY)


async def orders(company: Company, number: int = 2) -> list[PaperDraft]:
    """Drafts for one customer."""
    id = await customer(company)
    return [draft(id) for _ in range(number)]


async def test_a_batch_is_run_at_once_and_its_documents_are_there(own_dsn: str, own_database: Database, dupont: Company):
    async with worker(own_database, own_dsn):
        await asyncio.sleep(0.5)
        id = await accepted(dupont, await orders(dupont, 50))
        took = await done(dupont, id)
    assert took < 2
    found = await stored(dupont, id)
    assert (found["succeeded"], found["failed"], found["takes"]) == (50, 0, 1)
    numbers = [row["reference"] for row in await rows(dupont, "invoices")]
    assert sorted(numbers, key=lambda number: int(number.split("-")[1])) == [f"INV-{n}" for n in range(1, 51)]


async def test_what_was_accepted_without_a_worker_is_run_when_there_is_one(own_dsn: str, own_database: Database, dupont: Company):
    ids = [await accepted(dupont, await orders(dupont)) for _ in range(5)]
    async with own_database.owner() as connection:
        await connection.execute("DELETE FROM pgqueuer")  # and its wake-up was lost
    async with worker(own_database, own_dsn):
        await done(dupont, *ids)
    assert [(await stored(dupont, id))["takes"] for id in ids] == [1] * 5


async def test_a_submitter_that_is_paused_before_it_commits_holds_up_nobody_else(own_dsn: str, own_database: Database, dupont: Company):
    """It has entered a wake-up that nobody can see, and whoever enters another for the same company has to wait for it."""
    martin = await open_company(own_database, day=TODAY)
    waiting = await accepted(dupont, await orders(dupont))
    async with own_database.owner() as connection:
        await connection.execute("DELETE FROM pgqueuer")  # so that the sweep has to enter one
    async with worker(own_database, own_dsn):
        async with unit_of(own_database, dupont.tenant) as paused:
            await wakeups.wake(paused)
            for _ in range(3):
                assert await done(martin, await accepted(martin, await orders(martin))) < 3
                await asyncio.sleep(1)
        await done(dupont, waiting)


async def test_a_tenant_with_ten_thousand_batches_does_not_hold_up_another_with_one(own_dsn: str, own_database: Database, dupont: Company):
    martin = await open_company(own_database, day=TODAY)
    first = await accepted(dupont, await orders(dupont, 2))
    async with own_database.owner() as connection:  # the same again, ten thousand times
        await connection.execute(
            "INSERT INTO batches (tenant_id, id, updated_at, day, size, state, dialect, name, actor_kind, actor_id, request_sha256, drafts)"
            " SELECT tenant_id, md5(n::text)::uuid, updated_at, day, size, state, dialect, n::text, actor_kind, actor_id, request_sha256,"
            " drafts FROM batches, generate_series(1, 10000) AS n WHERE id = $1",
            first,
        )
    async with worker(own_database, own_dsn):
        await until(lambda: is_done(dupont, first))
        took = [await done(martin, await accepted(martin, await orders(martin, 50))) for _ in range(5)]
        async with own_database.owner() as connection:
            left = await connection.fetchval("SELECT count(*) FROM batches WHERE tenant_id = $1 AND state <> 'done'", dupont.tenant.id)
    assert max(took) < 2
    assert left > 5_000, "the other was still at it"


async def test_two_workers_share_what_there_is_and_do_nothing_twice(own_dsn: str, own_database: Database, dupont: Company):
    martin = await open_company(own_database, day=TODAY)
    ids = {company: [await accepted(company, await orders(company, 3)) for _ in range(20)] for company in (dupont, martin)}
    other = await Database.open(own_dsn)
    try:
        async with worker(own_database, own_dsn), worker(other, own_dsn):
            for company, theirs in ids.items():
                await done(company, *theirs)
    finally:
        await other.close()
    for company in ids:
        numbers = [row["reference"] for row in await rows(company, "invoices")]
        assert sorted(numbers, key=lambda number: int(number.split("-")[1])) == [f"INV-{n}" for n in range(1, 61)]
        told = [(row["kind"], row["action"]) for row in await rows(company, "journal")]
        assert told.count(("paper", "issued")) == 60


async def test_an_item_that_raises_fails_alone_and_waits_for_an_operator(own_dsn: str, own_database: Database, dupont: Company):
    """A number that PostgreSQL cannot store stands for every bug: the door refuses it, and nobody foresaw it here."""
    good, bad, *others = await orders(dupont, 5)
    id = await accepted(dupont, [good, replace(bad, number="FA-\x00"), *others])
    with capture_logs() as logs:
        async with worker(own_database, own_dsn):
            await done(dupont, id, seconds=20)
    assert [line["event"] for line in logs] == ["bug"] * 3 + ["batch run item by item", "bug"]
    found = await stored(dupont, id)
    assert (found["succeeded"], found["failed"], found["is_set_aside"], found["takes"]) == (4, 1, True, jobs.TOGETHER_TAKES + 1)
    assert [item.outcome is not None and item.outcome.is_bug for item in await items(dupont, id)] == [False, True, False, False, False]
    assert [row["reference"] for row in await rows(dupont, "invoices")] == ["INV-1", "INV-2", "INV-3", "INV-4"]


@pytest.mark.parametrize(("takes", "numbers"), [(3, ["INV-1", "INV-2", "INV-3"]), (4, ["INV-3", "INV-2", "INV-1"])])
async def test_who_was_killed_by_an_item_comes_from_the_other_side(
    takes: int, numbers: list[str], own_dsn: str, own_database: Database, dupont: Company
):
    id = await accepted(dupont, await orders(dupont, 3), takes=takes)
    async with worker(own_database, own_dsn):
        await done(dupont, id)
    outcomes = [item.outcome for item in await items(dupont, id)]
    references = {row["id"]: row["reference"] for row in await rows(dupont, "invoices")}
    assert [references[outcome.document_id] for outcome in outcomes if outcome and outcome.document_id] == numbers


async def test_what_nobody_can_run_is_given_up_and_the_next_goes_on(own_dsn: str, own_database: Database, dupont: Company):
    lost = await accepted(dupont, await orders(dupont, 2), takes=jobs.MOST_TAKES)
    next_one = await accepted(dupont, await orders(dupont, 2))
    async with worker(own_database, own_dsn):
        await done(dupont, lost, next_one)
    found = await stored(dupont, lost)
    assert (found["succeeded"], found["failed"], found["is_set_aside"]) == (0, 2, True)
    assert (await stored(dupont, next_one))["succeeded"] == 2
    told = [(row["kind"], row["action"]) for row in await rows(dupont, "journal")]
    assert told.count(("batch_item", "failed")) == 2


async def test_who_kills_its_worker_takes_nobody_else_with_it(own_dsn: str, own_database: Database, dupont: Company):
    """Two are run side by side once; from then on the killer alone, until it is given up."""
    good, *others = await orders(dupont, 4)
    killer = await accepted(dupont, [replace(good, reference=DEADLY), others[0]])
    innocent = await accepted(dupont, others[1:])
    for death in (1, 2):
        assert await until_death(own_dsn) == 9
        assert (await stored(dupont, killer))["takes"] == death
        assert (await stored(dupont, innocent))["takes"] == 1
    async with own_database.owner() as connection:
        await connection.execute("UPDATE batches SET takes = $2 WHERE id = $1", killer, jobs.MOST_TAKES - 1)
    assert await until_death(own_dsn) == 9
    async with worker(own_database, own_dsn):
        await done(dupont, killer, innocent)
    found = [await stored(dupont, id) for id in (killer, innocent)]
    assert [(row["succeeded"], row["failed"], row["is_set_aside"]) for row in found] == [(0, 2, True), (2, 0, False)]


async def until_death(dsn: str) -> int:
    """The exit code of a worker that dies of its work."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.jobs.mortal", dsn)
    try:
        return await asyncio.wait_for(process.wait(), 30)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise


async def test_a_batch_that_cannot_get_its_locks_is_counted_and_comes_again(own_dsn: str, own_database: Database, dupont: Company):
    id = await accepted(dupont, await orders(dupont))
    async with own_database.owner() as other, worker(own_database, own_dsn, seconds=1):
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT 1 FROM entities WHERE tenant_id = $1 FOR UPDATE", dupont.tenant.id)
        await until(lambda: was_taken(dupont, id, times=2))
        assert not await is_done(dupont, id)
        await transaction.rollback()
        await done(dupont, id)
    found = await stored(dupont, id)
    assert (found["succeeded"], found["failed"]) == (2, 0)
    assert found["takes"] >= 2


async def was_taken(company: Company, id: UUID, *, times: int = 1) -> bool:
    return (await stored(company, id))["takes"] >= times


async def test_a_worker_that_stops_finishes_what_it_has_in_hand_and_leaves_the_next(own_dsn: str, own_database: Database, dupont: Company):
    *in_hand, following = [await accepted(dupont, await orders(dupont)) for _ in range(jobs.LANES + 1)]
    async with own_database.owner() as other, worker(own_database, own_dsn) as stop:
        async with other.transaction():
            await other.execute("SELECT 1 FROM entities WHERE tenant_id = $1 FOR UPDATE", dupont.tenant.id)
            for id in in_hand:
                await until(lambda id=id: was_taken(dupont, id))
            stop.set()
            await asyncio.sleep(0.2)
        await done(dupont, *in_hand)
    found = await stored(dupont, following)
    assert (found["state"], found["takes"], found["taken_at"]) == ("pending", 0, None)


async def test_a_worker_that_is_cut_off_gives_its_batch_back(own_dsn: str, own_database: Database, dupont: Company):
    id = await accepted(dupont, await orders(dupont))
    async with own_database.owner() as other, other.transaction():
        await other.execute("SELECT 1 FROM entities WHERE tenant_id = $1 FOR UPDATE", dupont.tenant.id)
        deed = jobs.serve(own_database, Work(own_database), dsn=own_dsn, pinned=TODAY, stop=asyncio.Event())
        serving = asyncio.create_task(deed)
        await until(lambda: was_taken(dupont, id))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert time.monotonic() - began < 5
    found = await stored(dupont, id)
    assert (found["state"], found["takes"], found["taken_at"]) == ("pending", 0, None)
    async with worker(own_database, own_dsn):
        assert await done(dupont, id) < 2


async def test_a_worker_outlives_its_database_sessions(own_dsn: str, own_database: Database, dupont: Company):
    async with worker(own_database, own_dsn):
        for _ in range(3):
            async with own_database.owner() as other:
                await other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            id = await until_accepted(dupont)
            await done(dupont, id)


async def until_accepted(company: Company) -> UUID:
    """A batch, accepted as soon as the database takes one."""
    drafts = None
    for _ in range(100):
        try:
            drafts = drafts or await orders(company)
            return await accepted(company, drafts)
        except Problem:
            await asyncio.sleep(0.05)
    raise AssertionError("never accepted")


async def test_too_much_for_one_unit_of_work_is_run_item_by_item(own_dsn: str, own_database: Database, dupont: Company):
    """A few items with a thousand lines each take longer together than a unit may; each alone does not, and no second take is needed."""
    id = await customer(dupont)
    long = await accepted(dupont, [draft(id, *[line() for _ in range(1_000)]) for _ in range(40)])
    async with worker(own_database, own_dsn, seconds=1.4):
        await done(dupont, long, seconds=60)
    found = await stored(dupont, long)
    assert (found["succeeded"], found["failed"], found["takes"]) == (40, 0, 1)
