"""The ordinary life of the embedded PostgreSQL: its settings, role, URL, log and second start."""

import os
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from duebook import embedded
from tests.faults.embedded.killing import ask, kept, within, working_in


def test_data_survives_a_stop_and_the_second_start_is_fast(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    ask(server.dsn, "INSERT INTO kept VALUES ('Martin')", fetch=False)
    server.stop()
    server.stop()
    assert not working_in(data_dir / "postgres")
    assert embedded.running(data_dir=data_dir) is None

    began = time.monotonic()
    again = started(data_dir)
    assert time.monotonic() - began < 2  # 0.04 s where it was written
    assert kept(again.dsn) == ["Dupont", "Martin"]


def test_the_settings_that_keep_books_safe_are_on_and_no_file_turns_them_off(data_dir: Path, started: Callable[..., Any]) -> None:
    with (data_dir / "postgres" / "postgresql.conf").open("a") as conf:
        conf.write("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nlisten_addresses = '*'\n")
        conf.write("max_connections = 33\n")
    server = started(data_dir)
    names = "fsync full_page_writes synchronous_commit data_checksums listen_addresses server_encoding max_connections"
    shown = {name: ask(server.dsn, f"SHOW {name}")[0][0] for name in names.split()}
    assert shown == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "max_connections": "33",  # the operator's own line counts where safety does not hang on it
    }


def test_the_role_owns_its_database_and_is_above_no_rule(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    [row] = ask(
        server.dsn,
        "SELECT current_user::text, rolcanlogin, rolcreaterole, rolsuper, rolbypassrls, rolcreatedb, rolreplication, "
        "(SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()) "
        "FROM pg_roles WHERE rolname = current_user",
    )
    assert row == ("duebook", True, True, False, False, False, False, "duebook")


def test_psql_reads_the_same_url_whatever_the_environment_says(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    said = subprocess.run(
        [embedded.program("psql"), server.dsn, "-Atc", "SELECT name FROM kept"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PGPORT": "1", "PGHOST": "/nowhere", "PGDATABASE": "none"},
    )
    assert said.stdout == "Dupont\n"


def test_a_relative_folder_and_one_too_long_for_a_socket(
    tmp_path: Path, template: Path, started: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("a folder with blanks, " + "x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    shutil.copytree(template / "postgres", Path(".duebook/postgres"))
    server = started(Path(".duebook"))
    monkeypatch.chdir(tmp_path)
    assert kept(server.dsn) == ["Dupont"]
    assert embedded.running(data_dir=deep / ".duebook") == server.dsn
    socket_dir = Path(ask(server.superuser_dsn, "SHOW unix_socket_directories")[0][0])
    assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
    assert len(os.fsencode(socket_dir)) < 93
    server.stop()
    assert not socket_dir.exists()


def test_the_log_stays_bounded_under_a_running_server(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    log = data_dir / "postgres.log"
    shout = "DO $$ BEGIN FOR i IN 1..9 LOOP RAISE WARNING '%', repeat('x', 1048576); END LOOP; END $$"
    ask(server.dsn, shout, fetch=False)
    assert log.stat().st_size > 8 << 20
    assert server.poll() is None
    assert log.stat().st_size < 1 << 20
    ask(server.superuser_dsn, "SELECT pg_reload_conf()")
    within(5, lambda: b"SIGHUP" in log.read_bytes())  # the server still writes where we look
    assert log.stat().st_size < 1 << 20
    assert sum(file.stat().st_size for file in data_dir.glob("postgres.log*")) < 20 << 20


def test_the_log_holds_nobodys_name(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    ask(server.dsn, "CREATE UNIQUE INDEX only_one ON kept (name)", fetch=False)
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(server.dsn, "INSERT INTO kept VALUES ('Dupont')", fetch=False)
    log = (data_dir / "postgres.log").read_text()
    assert "only_one" in log
    assert "Dupont" not in log


def test_a_thread_that_may_end_before_us_cannot_start_it(data_dir: Path) -> None:
    caught: list[BaseException] = []

    def attempt() -> None:
        try:
            embedded.start(data_dir=data_dir)
        except embedded.EmbeddedError as error:
            caught.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


def test_data_of_a_version_that_the_wheel_has_not_is_refused_in_words(data_dir: Path) -> None:
    (data_dir / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(embedded.EmbeddedError, match=r"made by PostgreSQL 12.*dump"):
        embedded.start(data_dir=data_dir)


def test_a_start_that_fails_says_why_and_leaves_the_data_free(data_dir: Path, started: Callable[..., Any]) -> None:
    conf = data_dir / "postgres" / "postgresql.conf"
    whole = conf.read_text()
    conf.write_text(whole + "max_connections = many\n")
    with pytest.raises(embedded.EmbeddedError, match="max_connections"):
        embedded.start(data_dir=data_dir)
    conf.write_text(whole)
    assert kept(started(data_dir).dsn) == ["Dupont"]
