"""The embedded PostgreSQL in awkward folders, under root, under others, without user namespaces."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from duebook import embedded
from duebook.embedded import programs as wheel
from tests.faults.embedded.killing import ROOT, Owner, ask, kept, within, working_in


def permissions(path: Path) -> dict[str, tuple[int, int, int]]:
    """Mode and owner of every folder from `path` up to the root."""
    return {str(each): (each.stat().st_mode, each.stat().st_uid, each.stat().st_gid) for each in (path, *path.parents)}


def user_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1])


def test_no_permission_changes_outside_its_folder_even_below_0700(tmp_path: Path, started: Callable[..., Any]) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "neighbour").write_text("mine")
    before = permissions(private), (private / "neighbour").stat().st_mode
    server = started(private / "books")
    assert server.data == private / "books" / "postgres"
    server.stop()
    assert (permissions(private), (private / "neighbour").stat().st_mode) == before
    assert sorted(path.name for path in private.iterdir()) == ["books", "neighbour"]
    for path in ((private / "books" / "postgres"), *(private / "books" / "postgres").rglob("*")):
        assert (path.stat().st_uid, path.stat().st_mode & 0o077) == (os.geteuid(), 0), path


def test_where_namespaces_are_refused_root_drops_and_others_start_directly(
    tmp_path: Path, open_place: Path, owner: Callable[..., Owner], started: Callable[..., Any]
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    before = permissions(private)
    state_dir = open_place / "state"
    server = started(private / "books", as_root="drop", state_dir=state_dir)
    nobody = pwd.getpwnam("nobody").pw_uid
    assert user_of(server.pid) == (nobody if ROOT else os.geteuid())
    assert server.data.is_relative_to(state_dir if ROOT else private)
    assert permissions(private) == before
    ask(server.dsn, "CREATE TABLE kept AS SELECT 'Bergeron' AS name", fetch=False)
    assert embedded.running(data_dir=private / "books") == server.dsn
    with pytest.raises(embedded.AlreadyRunningError):
        embedded.start(data_dir=private / "books", as_root="drop", state_dir=state_dir)
    server.stop()

    parent = owner(private / "books", as_root="drop", state_dir=str(state_dir))
    assert kept(parent.said()["dsn"]) == ["Bergeron"]
    parent.kill()
    within(5, lambda: not working_in(server.data))
    # Namespaces are allowed again: the data stays where it is, and under its owner.
    again = started(private / "books", state_dir=state_dir)
    assert kept(again.dsn) == ["Bergeron"]
    assert user_of(again.pid) == (nobody if ROOT else os.geteuid())


def test_a_dropped_root_keeps_the_data_in_a_folder_that_nobody_may_enter(
    template: Path, open_place: Path, started: Callable[..., Any]
) -> None:
    before = permissions(open_place)
    shutil.copytree(template / "postgres", open_place / "books" / "postgres")
    server = started(open_place / "books", as_root="drop", state_dir=open_place / "state")
    assert server.data == open_place / "books" / "postgres"
    assert kept(server.dsn) == ["Dupont"]  # made by root in a namespace, handed over with all its files
    assert user_of(server.pid) == (pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid())
    assert permissions(open_place) == before


def test_root_data_out_of_reach_is_refused_in_words_and_left_as_it_is(
    data_dir: Path, open_place: Path, started: Callable[..., Any]
) -> None:
    (data_dir.parent).chmod(0o700)
    if ROOT:
        with pytest.raises(embedded.EmbeddedError, match=f"cannot enter {data_dir}"):
            embedded.start(data_dir=data_dir, as_root="drop", state_dir=open_place)
    assert kept(started(data_dir, state_dir=open_place).dsn) == ["Dupont"]


def test_copied_programs_run_with_their_libraries(open_place: Path) -> None:
    copy = wheel.copied(wheel.newest(), into=open_place)
    assert copy.is_relative_to(open_place)
    assert wheel.copied(wheel.newest(), into=open_place) == copy
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if ROOT else []
    for name in ("postgres", "initdb", "psql"):
        said = subprocess.run([*drop, copy / name, "--version"], capture_output=True, text=True, check=True, cwd="/")
        assert "PostgreSQL) 1" in said.stdout
    assert [path.name for path in open_place.iterdir()] == [copy.parents[2].name]
