"""Where a server lives: which folder holds the data, which programs read it, under which account, behind which socket.

Makes the folders it decides for; never moves data.
"""

import hashlib
import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from duebook.embedded import programs as wheel
from duebook.embedded import settings
from duebook.embedded.account import Account, dropped, namespaced, ourselves
from duebook.embedded.errors import EmbeddedError

AsRoot = Literal["auto", "drop"]
STATE_DIR = Path("/var/lib/duebook")

_ELSEWHERE = "postgres.elsewhere"
_SOCKET_PATH_BYTES = 107  # the kernel's limit
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")  # what needs no quoting in a URL, a setting or a list of folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`data_dir` is what the user named; `home` holds `postgres/`, the lock and, if its path allows, the socket."""

    data_dir: Path
    home: Path
    programs: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "postgres"


def home_of(data_dir: Path) -> Path:
    """The folder that holds the data of `data_dir`: itself, or the one that is noted in it. Makes nothing."""
    data_dir = data_dir.resolve()
    try:
        return Path((data_dir / _ELSEWHERE).read_text().rstrip("\n"))
    except FileNotFoundError:
        return data_dir


def data_of(data_dir: Path) -> Path:
    """The folder in which the PostgreSQL of `data_dir` keeps its data, made or not."""
    return home_of(data_dir) / "postgres"


def settle(*, data_dir: Path, as_root: AsRoot, state_dir: Path) -> Site:
    """Decide where and under whom to run. `as_root="drop"` acts as a machine does that refuses user namespaces.

    A root that has to drop keeps the data in `data_dir` if the account can enter it, else below `state_dir`, noted in
    `data_dir`. Programs that the account cannot run are copied below `state_dir`.
    """
    data_dir = data_dir.resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        home = home_of(data_dir)
        home.mkdir(parents=True, exist_ok=True)  # noted elsewhere, then killed before it was made
        owner = _owner(home / "postgres")
    except OSError as error:
        raise EmbeddedError(f"{data_dir} cannot hold the data: {error.strerror}") from error
    data = home / "postgres"
    programs = wheel.newest() if owner is None else wheel.matching(data)
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise EmbeddedError(f"{data} belongs to the user with number {owner}: start duebook under that user")
        return Site(data_dir=data_dir, home=home, programs=programs, account=ourselves())
    if as_root == "auto" and not owner:
        account = namespaced()
        if account.reaches(home, programs / "postgres"):
            return Site(data_dir=data_dir, home=home, programs=programs, account=account)
    account = dropped(owner=owner or None)
    if not account.reaches(programs / "postgres"):
        programs = wheel.copied(programs, into=state_dir / "programs")
    if not account.reaches(home):
        if owner is not None:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, this machine refuses user namespaces, and the user with number "
                f"{account.uid} cannot enter {home}: move the folder where that user can, start duebook as an "
                f"ordinary user, or set DUEBOOK_DATABASE_URL"
            )
        home = _elsewhere(data_dir=data_dir, state_dir=state_dir)
    return Site(data_dir=data_dir, home=home, programs=programs, account=account)


def socket_dir(site: Site) -> Path:
    """A 0700 folder of the account's for the socket, made if need be: in `home`, or a short one if that is too long."""
    for place, name in _socket_places(site):
        path = place / name
        if len(os.fsencode(path / f".s.PGSQL.{settings.PORT}")) > _SOCKET_PATH_BYTES or not _PLAIN.fullmatch(str(path)):
            continue
        if _private(path, site.account):
            return path
    raise EmbeddedError(f"no folder for PostgreSQL's socket: {site.home} is too long, and /run and /tmp cannot be used")


def _socket_places(site: Site) -> list[tuple[Path, str]]:
    """Postgres notes the chosen one in postmaster.pid; the name is made from the home so that a restart finds it."""
    short = f"duebook-{_digest(site.home)}"
    return [(site.home, "socket"), (Path("/run"), short), (Path(tempfile.gettempdir()), short)]


def _private(path: Path, account: Account) -> bool:
    """Make `path`, or see that it is ours alone: in a folder where anyone may write, somebody may have been first."""
    try:
        path.mkdir(mode=0o700)
        account.give(path)
    except FileExistsError:
        found = path.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and stat.S_IMODE(found.st_mode) == 0o700
    except OSError:
        return False  # no such folder, or not ours to write in
    return True


def _elsewhere(*, data_dir: Path, state_dir: Path) -> Path:
    """A new home below `state_dir`, noted before anything is made in it, so that the next start finds its pieces.

    Its name is a fresh one: whoever removes `data_dir` to begin anew must not meet the old books again.
    """
    home = state_dir / "data" / secrets.token_hex(8)
    fresh = data_dir / f"{_ELSEWHERE}.{home.name}"
    fresh.write_text(f"{home}\n")
    try:
        os.link(fresh, data_dir / _ELSEWHERE)  # unlike a rename it fails where another first start was quicker
    except FileExistsError:
        home = home_of(data_dir)
    finally:
        fresh.unlink()
    home.mkdir(parents=True, exist_ok=True)
    return home


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
