"""Who may run PostgreSQL on a data folder: the holder of a lock that the kernel takes back when the holder dies.

`Claim` is for the one that runs the server. `guest` is for commands that use it beside its owner, so that a command
which started it for itself can wait until they are done. Knows nothing of PostgreSQL but its data folder.
"""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from duebook.embedded import postmaster
from duebook.embedded.errors import AlreadyRunningError

Purpose = Literal["serve", "command"]
# A dead holder's lock may live on for a moment in its forked children; a command ends soon.
_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that wrote itself into the lock file. `started` is the kernel's tick, since pids are used again."""

    pid: int
    started: int
    purpose: str

    def lives(self) -> bool:
        return _started(self.pid) == self.started


class Claim:
    """The right to run the server on `home`, held until `release` or our death."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    @property
    def held(self) -> bool:
        return self._fd is not None

    def release(self) -> None:
        if self._fd is not None:
            fcntl.flock(self._fd, fcntl.LOCK_UN)  # said aloud: a forked child would keep a merely closed one
            os.close(self._fd)
            self._fd = None


def take(*, home: Path, data_dir: Path, purpose: Purpose) -> Claim:
    """Take the claim on `home`. A living server is refused at once; a dying one, and a command, are waited for.

    A command that asks while anyone holds it is refused at once too: it goes on to use what is running.
    Raises AlreadyRunningError.
    """
    fd = os.open(home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    try:
        while not _locked(fd, fcntl.LOCK_EX):
            holder = _read(fd)
            lives = holder is not None and holder.lives()
            by_server = lives and holder is not None and holder.purpose == "serve"
            if by_server or (lives and purpose == "command") or time.monotonic() > deadline:
                raise refusal(home=home, data_dir=data_dir, holder=holder if lives else None)
            time.sleep(0.05)
        note = f"{os.getpid()} {_started(os.getpid())} {purpose}\n".encode()
        os.pwrite(fd, note, 0)
        os.ftruncate(fd, len(note))
    except BaseException:
        os.close(fd)
        raise
    return Claim(fd)


def refusal(*, home: Path, data_dir: Path, holder: Holder | None) -> AlreadyRunningError:
    """The words for a second server on the same data."""
    found = postmaster.living(home / "postgres")
    server = f"PostgreSQL process {found.pid}" if found else "a PostgreSQL that is starting or stopping"
    owner = f", started by process {holder.pid}" if holder else ""
    return AlreadyRunningError(
        f"the data in {data_dir} is in use by {server}{owner}: stop that server first, or choose another DUEBOOK_DATA_DIR",
        pid=found.pid if found else None,
    )


@contextmanager
def guest(home: Path) -> Generator[None]:
    """While inside, a command that runs the server for itself does not stop it."""
    with _file(home / "postgres.guests") as fd:
        fcntl.flock(fd, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(home: Path, *, patience: float) -> Generator[None]:
    """Entered when no guest is left, or after `patience` seconds."""
    with _file(home / "postgres.guests") as fd:
        deadline = time.monotonic() + patience
        while not _locked(fd, fcntl.LOCK_EX) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield


@contextmanager
def _file(path: Path) -> Generator[int]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def _locked(fd: int, mode: int) -> bool:
    try:
        fcntl.flock(fd, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(fd: int) -> Holder | None:
    words = os.pread(fd, 200, 0).decode(errors="replace").split()
    if len(words) != 3 or not (words[0].isdigit() and words[1].isdigit()):
        return None
    return Holder(pid=int(words[0]), started=int(words[1]), purpose=words[2])


def _started(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    after_name = stat.rpartition(")")[2].split()  # the name may hold blanks and brackets
    return None if after_name[0] in "ZX" else int(after_name[19])
