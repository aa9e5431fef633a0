"""A PostgreSQL of the operator's: gone and back, shared by several servers, and refused where it could lose what was answered."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from duebook import embedded
from duebook.embedded import settings as server_settings
from duebook.embedded.site import settle, socket_dir
from duebook.store.db import UnfitDatabase, check_fitness
from duebook.supervisor import prepare
from tests.faults.conftest import Books, External, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import ask, is_clean_503, run
from tests.make import simple_invoice

LEAD = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = 4714000002 AND granted"


def leader(dsn: str) -> int:
    """The database session of the worker that follows."""
    found = ask(dsn, LEAD)
    assert len(found) <= 1, "two workers follow"
    return found[0][0] if found else 0


def test_gone_and_back(books: Books, data_dir: Path, tmp_path: Path, started: Starter) -> None:
    postgresql = embedded.start(data_dir=data_dir)
    try:
        served = started(tmp_path / "nothing", DUEBOOK_DATABASE_URL=postgresql.dsn)
        body = simple_invoice(books.client_id)
        assert served.post("/invoices", body).status_code == 200
        os.kill(postgresql.pid, signal.SIGKILL)
        within(5, lambda: not served.is_ready())
        for method, path in (("GET", "/invoices"), ("POST", "/invoices"), ("GET", "/clients")):
            answer = served.call(method, path, **({"json": simple_invoice(books.client_id)} if method == "POST" else {}))
            assert is_clean_503(answer), answer.text
        assert served.process.poll() is None
        postgresql.restart()
        began = time.monotonic()
        within(5, served.is_ready)
        assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200
        within(5, lambda: leader(postgresql.dsn) > 0)
        assert time.monotonic() - began < 10
        assert ask(postgresql.dsn, "SELECT count(*) FROM invoices") == [(2,)]
        assert served.stop() == 0
    finally:
        postgresql.stop()
    assert not (tmp_path / "nothing").exists()


def test_several_servers_on_one_empty_database(external: External, tmp_path: Path, starting: Starter) -> None:
    dsn = external.fresh(template="template0")
    first, second = (starting(tmp_path / "nothing", DUEBOOK_DATABASE_URL=dsn) for _ in range(2))
    for served in (first, second):
        served.ready()  # both brought the schema up to date, one after the other
    assert ask(dsn, "SELECT count(*) FROM alembic_version") == [(1,)]
    within(5, lambda: leader(dsn) > 0)
    leading = leader(dsn)
    time.sleep(1.5)
    assert leader(dsn) == leading
    first.kill()
    time.sleep(0.5)
    if leader(dsn) == leading:  # it was the other one's
        third = starting(tmp_path / "nothing", DUEBOOK_DATABASE_URL=dsn).ready()
        second.kill()
        second = third
    within(5, lambda: leader(dsn) not in (0, leading))
    assert second.is_ready()
    assert ask(dsn, "SELECT count(*) FROM pg_roles WHERE rolname = 'duebook_app'") == [(1,)]


@pytest.mark.parametrize("scope", ["ROLE duebook", "DATABASE {name}"])
def test_a_database_that_may_lose_what_was_answered_is_refused(scope: str, external: External) -> None:
    dsn = external.fresh()
    scope = scope.format(name=dsn.split("@/")[1].split("?")[0])
    ask(external.server.superuser_dsn, f"ALTER {scope} SET synchronous_commit = off")
    try:
        with pytest.raises(UnfitDatabase, match="synchronous_commit"):
            prepare(dsn)
    finally:
        ask(external.server.superuser_dsn, f"ALTER {scope} RESET synchronous_commit")


@pytest.fixture
def lax(books: Books, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts a PostgreSQL that an operator has set otherwise than we would: `lax("fsync=off")`."""
    running: list[subprocess.Popen[bytes]] = []

    def start(setting: str) -> str:
        shutil.copytree(books.data_dir / "postgres", tmp_path / "lax" / "postgres")
        site = settle(data_dir=tmp_path / "lax", as_root="auto", state_dir=tmp_path)
        folder = socket_dir(site)
        command = [site.programs / "postgres", "-D", site.data, *server_settings.command_line(socket_dir=folder), "-c", setting]
        running.append(subprocess.Popen(site.account.command(command, signal="INT"), cwd=site.data, stderr=subprocess.DEVNULL))
        within(10, lambda: embedded.running(data_dir=tmp_path / "lax") is not None)
        return embedded.running(data_dir=tmp_path / "lax") or ""

    yield start
    for process in running:
        process.send_signal(signal.SIGINT)
        process.wait(20)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_may_lose_what_was_answered_is_refused(setting: str, lax: Callable[[str], str]) -> None:
    with pytest.raises(UnfitDatabase, match=f"{setting} is off: what was answered could be lost"):
        prepare(lax(f"{setting}=off"))


async def test_a_server_of_old_is_refused() -> None:
    class Old:
        def get_server_version(self) -> Any:
            return SimpleNamespace(major=14)

    connection: Any = Old()
    with pytest.raises(UnfitDatabase, match="PostgreSQL 14 is too old: duebook needs 15 to 18"):
        await check_fitness(connection)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://nobody:verysecret@127.0.0.1:1/books", "cannot reach the database"),
        ("mysql://nobody:verysecret@127.0.0.1/books", "DUEBOOK_DATABASE_URL must begin with postgresql://"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_in_a_line(url: str, said: str) -> None:
    done = run("serve", DUEBOOK_DATABASE_URL=url)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "verysecret" not in done.stderr


def test_a_database_that_does_not_exist_is_told_in_a_line(external: External) -> None:
    done = run("serve", DUEBOOK_DATABASE_URL=external.server.dsn.replace("@/duebook", "@/nowhere"))
    assert done.returncode == 1
    assert done.stderr == 'duebook: cannot reach the database: database "nowhere" does not exist\n'
