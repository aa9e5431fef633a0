"""The embedded PostgreSQL against every kind of death: real processes, real kill -9."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from duebook import embedded
from tests.faults.embedded.killing import Owner, ask, kept, within, working_in


@pytest.mark.parametrize("end", ["kill -9", "exit without stop", "kill -9, SIGINT ignored"])
def test_it_ends_with_its_parent_and_the_next_start_waits_for_it(
    end: str, data_dir: Path, owner: Callable[..., Owner], started: Callable[..., Any]
) -> None:
    # A background job of a script ignores SIGINT, and everything it starts would.
    parent = owner(data_dir, shell="trap '' INT; exec \"$@\"" if "ignored" in end else 'exec "$@"')
    said = parent.said()
    with psycopg.connect(said["dsn"]) as busy:  # an idle connection does not hold the server up
        busy.execute("INSERT INTO kept VALUES ('Martin')")
        busy.commit()
        if end == "exit without stop":
            assert parent.leave() == 0
        else:
            parent.kill()
        server = started(data_dir)  # at once, while the old one dies
    assert server.pid != said["pid"]
    assert said["pid"] not in working_in(data_dir / "postgres")
    assert kept(server.dsn) == ["Dupont", "Martin"]


def test_ctrl_c_at_the_terminal_leaves_the_server_to_its_parent(data_dir: Path, owner: Callable[..., Owner]) -> None:
    parent = owner(data_dir, shell='trap "" INT; exec "$@"', start_new_session=True)
    said = parent.said()
    os.killpg(parent.process.pid, signal.SIGINT)
    time.sleep(0.3)
    assert kept(said["dsn"]) == ["Dupont"]
    assert working_in(data_dir / "postgres")


def test_nothing_outlives_a_killed_parent_by_five_seconds(data_dir: Path, owner: Callable[..., Owner]) -> None:
    parent = owner(data_dir)
    dsn = parent.said()["dsn"]
    assert len(working_in(data_dir / "postgres")) > 3
    with psycopg.connect(dsn) as busy:
        busy.execute("CREATE TABLE bulk AS SELECT i, repeat('x', 200) AS fill FROM generate_series(1, 200000) AS i")
        busy.commit()
        parent.kill()
        within(5, lambda: not working_in(data_dir / "postgres"))


def test_a_parent_killed_while_it_starts_leaves_nothing(data_dir: Path, owner: Callable[..., Owner], started: Callable[..., Any]) -> None:
    for pause in (0.0, 0.01, 0.03):
        parent = owner(data_dir)
        within(10, lambda: (data_dir / "postgres.lock").exists() and bool((data_dir / "postgres.lock").read_text()))
        time.sleep(pause)
        parent.kill()
        within(5, lambda: not working_in(data_dir / "postgres"))
        (data_dir / "postgres.lock").write_text("")
    assert kept(started(data_dir).dsn) == ["Dupont"]


def test_it_comes_back_after_kill_9_of_the_postmaster(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    dsn = server.dsn
    ask(dsn, "INSERT INTO kept VALUES ('Martin')", fetch=False)
    computing = psycopg.connect(dsn)
    backend = computing.info.backend_pid
    # A long computation without a wait: such a backend does not see that its postmaster is gone.
    computing.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000) a, generate_series(1, 1000000) b")
    assert server.poll() is None
    first = server.pid
    os.kill(first, signal.SIGKILL)
    within(5, lambda: server.poll() is not None)
    assert server.poll() == -signal.SIGKILL

    began = time.monotonic()
    server.restart()
    assert time.monotonic() - began < 10
    assert backend not in working_in(data_dir / "postgres")
    assert (server.dsn, server.poll()) == (dsn, None)
    assert server.pid != first
    assert kept(dsn) == ["Dupont", "Martin"]
    computing.close()


def test_it_goes_on_after_kill_9_of_a_backend(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    with psycopg.connect(server.dsn) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    def answers() -> bool:
        try:
            return kept(server.dsn) == ["Dupont"]
        except psycopg.OperationalError:
            return False

    within(10, answers)
    assert server.poll() is None


def test_a_stopped_server_is_not_restarted_behind_its_successors_back(data_dir: Path, started: Callable[..., Any]) -> None:
    first = started(data_dir)
    first.stop()
    second = started(data_dir)
    with pytest.raises(embedded.EmbeddedError, match="was stopped"):
        first.restart()
    assert kept(second.dsn) == ["Dupont"]


def test_a_note_with_the_number_of_a_stranger_stops_nobody(data_dir: Path, started: Callable[..., Any]) -> None:
    # As in a container, where the numbers begin again: the note of a dead server names somebody else's process.
    with subprocess.Popen(["sleep", "60"]) as stranger:
        note = data_dir / "postgres" / "postmaster.pid"
        note.write_text(f"{stranger.pid}\n{data_dir / 'postgres'}\n1\n5432\n/tmp\n\n")
        assert embedded.running(data_dir=data_dir) is None
        assert kept(started(data_dir).dsn) == ["Dupont"]
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("pause", [0.0, 0.1, 0.25, 0.4])
def test_kill_9_in_the_very_first_start(pause: float, tmp_path: Path, owner: Callable[..., Owner], started: Callable[..., Any]) -> None:
    data_dir = tmp_path / "books"
    parent = owner(data_dir)
    within(10, lambda: any(data_dir.glob("postgres*new*")))
    time.sleep(pause)
    parent.kill()
    server = started(data_dir)
    assert ask(server.dsn, "SELECT current_database()::text") == [("duebook",)]
    assert sorted(path.name for path in data_dir.iterdir()) == ["postgres", "postgres.lock", "postgres.log", "socket"]
