"""Two who want the same data: servers refuse each other, commands share."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from duebook import embedded
from tests.faults.embedded.killing import BORROWER, Owner, ask, kept, within, working_in


def test_a_second_server_is_refused_in_words_and_the_first_goes_on(
    data_dir: Path, owner: Callable[..., Owner], started: Callable[..., Any]
) -> None:
    server = started(data_dir)
    with pytest.raises(embedded.AlreadyRunningError) as here:
        embedded.start(data_dir=data_dir)
    assert here.value.pid == server.pid
    assert str(data_dir) in str(here.value)
    assert str(server.pid) in str(here.value)

    _, elsewhere = owner(data_dir).process.communicate(timeout=20)
    assert f"the data in {data_dir} is in use by PostgreSQL process {server.pid}" in elsewhere
    assert server.poll() is None
    assert kept(server.dsn) == ["Dupont"]


def test_a_server_that_nobody_of_us_started_is_left_alone(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    (data_dir / "postgres.lock").unlink()  # as if it had been started by hand: it runs, and nobody holds the claim
    with pytest.raises(embedded.AlreadyRunningError, match=str(server.pid)):
        embedded.start(data_dir=data_dir)
    assert kept(server.dsn) == ["Dupont"]


def test_of_first_starts_at_the_same_time_one_wins(tmp_path: Path, owner: Callable[..., Owner]) -> None:
    data_dir = tmp_path / "books"
    racers = [owner(data_dir) for _ in range(3)]
    lines = [racer.process.stdout.readline() for racer in racers if racer.process.stdout]
    [won] = [json.loads(line) for line in lines if line]
    for racer, line in zip(racers, lines, strict=True):
        if not line:
            assert "AlreadyRunningError" in racer.process.communicate(timeout=20)[1]
    assert ask(won["dsn"], "SELECT current_database()::text") == [("duebook",)]
    assert not list(data_dir.glob("postgres.new*"))


def test_a_command_uses_the_running_server_and_never_stops_it(data_dir: Path, started: Callable[..., Any]) -> None:
    server = started(data_dir)
    with embedded.borrowed(data_dir=data_dir) as dsn:
        assert dsn == server.dsn == embedded.running(data_dir=data_dir)
        assert kept(dsn) == ["Dupont"]
    assert server.poll() is None
    command = subprocess.run([sys.executable, "-c", BORROWER, str(data_dir)], input="", capture_output=True, text=True, check=True)
    assert command.stdout.strip() == server.dsn
    assert server.poll() is None
    assert kept(server.dsn) == ["Dupont"]


def test_a_command_alone_runs_its_own_server_until_the_last_guest_leaves(
    data_dir: Path, owner: Callable[..., Owner], started: Callable[..., Any]
) -> None:
    first = owner(data_dir, code=BORROWER)
    assert first.process.stdout
    dsn = first.process.stdout.readline().strip()
    assert kept(dsn) == ["Dupont"]
    with embedded.borrowed(data_dir=data_dir) as guests:
        assert guests == dsn
        assert first.process.stdin
        first.process.stdin.close()
        time.sleep(0.5)
        assert kept(guests) == ["Dupont"]  # its owner is done, and waits for us
    assert first.process.wait(timeout=20) == 0
    within(5, lambda: not working_in(data_dir / "postgres"))
    assert kept(started(data_dir).dsn) == ["Dupont"]


def test_looking_for_a_server_makes_nothing(tmp_path: Path) -> None:
    assert embedded.running(data_dir=tmp_path / "nothing here") is None
    assert not list(tmp_path.iterdir())
