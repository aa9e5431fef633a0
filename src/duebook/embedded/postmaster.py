"""What runs on a data folder: PostgreSQL's own note (`postmaster.pid`) and the processes that work inside the folder.

Starts nothing. Ends only what a dead postmaster left behind, and only for a caller who holds the claim on the folder.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from duebook.embedded.errors import EmbeddedError

_NOTE = "postmaster.pid"
_LINES = 8  # pid, data folder, start, port, socket folder, listen address, shared memory key, status
# Children see that their postmaster is gone at their next wait, which a long computation may be far from.
_STRAY_SECONDS = 2.0
_KILL_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """One running server. `status` is PostgreSQL's word: starting, ready, stopping."""

    pid: int
    socket_dir: str
    port: int
    status: str


def living(data: Path) -> Postmaster | None:
    """The server that runs on `data`; None where there is none, or only the note of a dead one."""
    try:
        lines = (data / _NOTE).read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not _works_in(pid, data):
        return None
    lines += [""] * (_LINES - len(lines))
    return Postmaster(pid=pid, socket_dir=lines[4], port=int(lines[3] or 0), status=lines[7].strip() or "starting")


def clear_away(data: Path) -> None:
    """Remove what dead servers left on `data`: processes that did not see it yet, then the note.

    Only under the claim and with no postmaster living. The note has to go because its pid may by now be somebody
    else's, and PostgreSQL would take that process for a server.
    """
    began = time.monotonic()
    while strays := list(_processes(data)):
        waited = time.monotonic() - began
        if waited > _STRAY_SECONDS + _KILL_SECONDS:
            raise EmbeddedError(f"processes of a dead PostgreSQL still hold {data} and cannot be ended: {strays}")
        if waited > _STRAY_SECONDS:
            for pid in strays:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    (data / _NOTE).unlink(missing_ok=True)


def _processes(data: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(int(entry.name), data):
            yield int(entry.name)


def _works_in(pid: int, data: Path) -> bool:
    """Whether `pid` is a PostgreSQL process of this very folder: each of them has it as its working directory."""
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "postgres\n" and Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False  # gone meanwhile, or another user's and so not on our data
