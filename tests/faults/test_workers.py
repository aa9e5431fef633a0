"""`duebook work` as processes of their own: they wait for a database, share the work, are paused and come back, and end when told."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from duebook import embedded
from duebook.jobs.batches import LANES
from duebook.store.db import Database
from tests.actions.issuing import customer, draft, rows
from tests.conftest import TODAY
from tests.faults.conftest import Books, External
from tests.faults.embedded.killing import within, working_in
from tests.faults.serving import DUEBOOK, ask, environment
from tests.faults.striking import Strike, Striking
from tests.jobs.working import accepted, done, is_done, stored, until
from tests.make import Company, open_company

STOP_SECONDS = 15


class Worker:
    """One `duebook work`."""

    def __init__(self, *, log: Path, **settings: str) -> None:
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [*DUEBOOK, "work"], env=environment(**settings), stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )

    def logged(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


class Starting:
    """Starts workers that are ended with the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.workers: list[Worker] = []

    def __call__(self, **settings: str) -> Worker:
        self.workers.append(Worker(log=self._folder / f"work-{len(self.workers)}", **settings))
        return self.workers[-1]


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Starting]:
    starting = Starting(tmp_path)
    yield starting
    for worker in starting.workers:
        worker.end()


@pytest.fixture
def dsn(external: External) -> str:
    """A database with the schema and without an open batch."""
    return external.fresh()


@pytest.fixture
async def dupont(dsn: str) -> AsyncIterator[Company]:
    database = await Database.open(dsn)
    yield await open_company(database, day=TODAY)
    await database.close()


@pytest.fixture
def striking(dsn: str, external: External) -> Iterator[Striking]:
    folder = Path(tempfile.mkdtemp(prefix="duebook-test-"))  # short: a socket's path has 107 bytes
    made = Striking(dsn, folder=folder, postmaster=lambda: external.server.pid)
    yield made
    made.close()
    shutil.rmtree(folder)


async def orders(company: Company, number: int = 3) -> UUID:
    """An accepted batch."""
    id = await customer(company)
    return await accepted(company, [draft(id) for _ in range(number)])


def test_without_a_database_it_waits_and_ends_when_it_is_told(tmp_path: Path, working: Starting) -> None:
    nothing = tmp_path / "nothing"
    nowhere = working(DUEBOOK_DATABASE_URL="postgresql://duebook@127.0.0.1:1/duebook")
    unserved = working(DUEBOOK_DATA_DIR=str(nothing))
    for worker in (nowhere, unserved):
        within(30, lambda worker=worker: "waiting for" in worker.logged())
        assert worker.process.poll() is None
        assert worker.stop() == 0
    assert not nothing.exists(), "it starts no PostgreSQL"


def test_it_finds_the_embedded_database_and_does_not_hold_it(books: Books, data_dir: Path, working: Starting) -> None:
    worker = working(DUEBOOK_DATA_DIR=str(data_dir))
    within(30, lambda: "waiting for" in worker.logged())
    server = embedded.start(data_dir=data_dir)
    try:
        within(30, lambda: sessions(server.dsn) > 0)
    finally:
        server.stop()
    assert not working_in(data_dir / "postgres")
    assert worker.process.poll() is None
    server = embedded.start(data_dir=data_dir)
    try:
        within(30, lambda: sessions(server.dsn) > 0)
        assert worker.stop() == 0
    finally:
        server.stop()


def sessions(dsn: str) -> int:
    """Of workers on the queue."""
    return ask(dsn, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'duebook queue %%'")[0][0]


async def test_a_killed_workers_batches_go_on_with_another(dsn: str, dupont: Company, working: Starting) -> None:
    ids = [await orders(dupont) for _ in range(6)]
    async with dupont.database.owner() as other, other.transaction():
        await other.execute("SELECT 1 FROM entities FOR UPDATE")  # so that it cannot be done before it dies
        first = working(DUEBOOK_DATABASE_URL=dsn)
        await until(lambda: was_taken(dupont, ids[0]), seconds=30)
        first.end()
    working(DUEBOOK_DATABASE_URL=dsn)
    await done(dupont, *ids, seconds=30)
    assert (await stored(dupont, ids[0]))["takes"] == 2
    await prove(dupont, 18)


async def was_taken(company: Company, id: UUID) -> bool:
    return (await stored(company, id))["takes"] > 0


async def prove(company: Company, number: int) -> None:
    """So many invoices, each with a number and an event of its own."""
    numbers = [row["reference"] for row in await rows(company, "invoices")]
    assert sorted(numbers, key=lambda text: int(text.split("-")[1])) == [f"INV-{place}" for place in range(1, number + 1)]
    told = [row["object_id"] for row in await rows(company, "journal", kind="paper", action="issued")]
    assert len(told) == len(set(told)) == number


async def test_a_paused_workers_batch_goes_on_elsewhere_and_it_cannot_commit_it(
    dsn: str, dupont: Company, striking: Striking, working: Starting
) -> None:
    """It is stopped with everything written and nothing committed; when it wakes, it says COMMIT to nobody."""
    paused = working(DUEBOOK_DATABASE_URL=striking.dsn)
    strike = Strike("worker", "after", 1, says=b'"document_id":"', sign=signal.SIGSTOP)
    striking.arm(strike)
    id = await orders(dupont)
    await until(lambda: has_fallen(strike), seconds=30)
    began = time.monotonic()
    other = working(DUEBOOK_DATABASE_URL=dsn)
    await done(dupont, id, seconds=30)
    assert time.monotonic() - began < 30
    assert await rows(dupont, "invoices")
    os.kill(paused.process.pid, signal.SIGCONT)
    second = await orders(dupont)
    await done(dupont, second)
    await asyncio.sleep(1)
    await prove(dupont, 6)
    assert (await stored(dupont, id))["takes"] == 2
    assert paused.process.poll() is None
    assert [worker.stop() for worker in (paused, other)] == [0, 0]
    assert '"event": "bug"' not in paused.logged() + other.logged()


async def has_fallen(strike: Strike) -> bool:
    return strike.fell.is_set()


async def test_told_to_stop_it_finishes_the_batches_in_hand(dsn: str, dupont: Company, working: Starting) -> None:
    *in_hand, following = [await orders(dupont) for _ in range(LANES + 1)]
    async with dupont.database.owner() as other, other.transaction():
        await other.execute("SELECT 1 FROM entities FOR UPDATE")
        worker = working(DUEBOOK_DATABASE_URL=dsn)
        for id in in_hand:
            await until(lambda id=id: was_taken(dupont, id), seconds=30)
        worker.process.terminate()
        await asyncio.sleep(0.5)
        assert worker.process.poll() is None
    assert worker.process.wait(STOP_SECONDS) == 0
    assert await is_done(dupont, *in_hand)
    assert (await stored(dupont, following))["takes"] == 0


async def test_what_it_cannot_finish_in_its_grace_it_gives_back(dsn: str, dupont: Company, working: Starting) -> None:
    id = await orders(dupont)
    async with dupont.database.owner() as other, other.transaction():
        await other.execute("SELECT 1 FROM entities FOR UPDATE")
        worker = working(DUEBOOK_DATABASE_URL=dsn, DUEBOOK_GRACE_SECONDS="1")
        await until(lambda: was_taken(dupont, id), seconds=30)
        assert worker.stop() == 0
        found = await stored(dupont, id)
        assert (found["state"], found["takes"]) == ("pending", 0)
    assert '"event": "bug"' not in worker.logged()
