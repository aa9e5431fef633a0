"""The disk is full: writers are told to come back, readers are served, and free space heals it without a restart."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from duebook import embedded
from duebook.store.room import LEAST_BYTES, RESERVE_BYTES
from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, is_clean_503, log_lines, until_200
from tests.make import simple_invoice

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own, small enough to fill, is mounted by root")


@pytest.fixture
def disk(books: Books, tmp_path: Path) -> Iterator[Path]:
    """A disk of 320 MiB with the books of Acme on it."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", place], check=True)
    try:
        shutil.copytree(books.data_dir / "postgres", place / "data" / "postgres")
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)  # lazily, since a failed test may leave a server for a moment


@pytest.fixture
def started_on(disk: Path, started: Starter, starting: Starter) -> Starter:
    """`started`, asked for after `disk`, so that its servers end before the disk goes."""
    return started


def fill(disk: Path, *, leave: int) -> None:
    stat = os.statvfs(disk)
    with (disk / "ballast").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, stat.f_bavail * stat.f_frsize - leave)


def batch(books: Books, number: int = 100) -> dict[str, object]:
    return {"invoices": [simple_invoice(books.client_id) for _ in range(number)]}


def counted(dsn: str) -> tuple[int, int, int]:
    sql = (
        "SELECT (SELECT count(*) FROM invoices), (SELECT count(*) FROM journal WHERE kind = 'invoice'), (SELECT sum(invoices) FROM tallies)"
    )
    ((invoices, journalled, tallied),) = ask(dsn, sql)
    return invoices, journalled, int(tallied)


def spend_the_log(superuser_dsn: str) -> None:
    """Make PostgreSQL need further segments of its log until it cannot have one."""
    with contextlib.suppress(psycopg.Error):
        for _ in range(50):
            ask(superuser_dsn, "SELECT pg_current_xact_id()")
            ask(superuser_dsn, "SELECT pg_switch_wal()")
        pytest.fail("it found room")


def reads(served: Served) -> bool:
    try:
        return served.call("GET", "/invoices").status_code == 200
    except httpx2.TransportError:
        return False


def test_writers_are_refused_while_there_is_room_for_postgresql_itself(books: Books, disk: Path, started_on: Starter) -> None:
    served = started_on(disk / "data")
    processes = [served.postmaster(), *served.children()]
    within(5, lambda: (disk / "data" / "postgres.reserve").exists())
    assert served.post("/invoices/batch", batch(books)).status_code == 200
    within(5, lambda: counted(served.dsn) == (100, 100, 100))

    fill(disk, leave=LEAST_BYTES // 2)
    within(2, lambda: is_clean_503(refused := served.post("/invoices/batch", batch(books))) and "no room" in refused.text)
    assert reads(served)
    assert served.post("/invoices/batch", batch(books)).headers["Retry-After"] == "10"
    before = counted(served.dsn)

    (disk / "ballast").unlink()
    healed, _ = until_200(lambda: served.post("/invoices/batch", batch(books)), seconds=5)
    assert healed.status_code == 200
    within(5, lambda: counted(served.dsn) == (before[0] + 100,) * 3)
    assert [served.postmaster(), *served.children()] == processes

    # Something takes the rest in one go, and PostgreSQL's log needs its next segment: it dies of that.
    fill(disk, leave=0)
    dead = served.postmaster()
    spend_the_log(served.superuser_dsn)
    assert served.process.poll() is None
    within(10, lambda: reads(served))  # from the reserve that was given up
    assert not (disk / "data" / "postgres.reserve").exists()
    assert served.postmaster() != dead
    within(2, lambda: is_clean_503(served.post("/invoices/batch", batch(books))))
    assert counted(served.dsn) == (before[0] + 100,) * 3

    (disk / "ballast").unlink()
    until_200(lambda: served.post("/invoices/batch", batch(books)), seconds=5)
    within(5, lambda: counted(served.dsn) == (before[0] + 200,) * 3)
    within(5, lambda: (disk / "data" / "postgres.reserve").stat().st_size == RESERVE_BYTES)
    assert served.process.poll() is None
    assert [line for line in log_lines(served) if line["event"] == "bug"] == []


def test_an_external_postgresql_that_runs_out_in_the_middle(books: Books, disk: Path, tmp_path: Path, started_on: Starter) -> None:
    postgresql = embedded.start(data_dir=disk / "data")
    try:
        served = started_on(tmp_path / "nothing", DUEBOOK_DATABASE_URL=postgresql.dsn)
        assert served.post("/invoices/batch", batch(books)).status_code == 200
        fill(disk, leave=1 << 20)
        answers = [served.post("/invoices/batch", batch(books)) for _ in range(30)]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert refused
        assert all(is_clean_503(answer) for answer in refused), refused[0].text
        assert reads(served)
        stored = 100 * (1 + len(answers) - len(refused))
        assert counted(postgresql.dsn) == (stored,) * 3
        (disk / "ballast").unlink()
        assert served.post("/invoices/batch", batch(books)).status_code == 200
        within(5, lambda: counted(postgresql.dsn) == (stored + 100,) * 3)
        assert served.stop() == 0
    finally:
        postgresql.stop()
