"""Making the data folder: initdb, the role and the database, in a neighbouring folder that is renamed when whole.

A kill in the middle leaves only the neighbour, which the next start removes. Never touches a folder that is whole.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from duebook.embedded import postmaster, settings
from duebook.embedded.account import Account
from duebook.embedded.errors import EmbeddedError

ROLE = "duebook"
DATABASE = "duebook"
SUPERUSER = "postgres"

_UNFINISHED = "postgres.new-"
# The application's role owns its database and may make the role its requests run under, and is above no rule itself.
_SQL = f"CREATE ROLE {ROLE} LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n"
# Everybody who can enter the server's 0700 socket folder is its own user or root, who could read and change the data
# files as well: a password would lie beside them, guard nothing more, and leak into URLs and logs. TCP is closed.
_INITDB = (
    f"--username={SUPERUSER}",
    "--data-checksums",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # not the C library's, whose order may change under the indexes
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
)


def create(*, data: Path, programs: Path, account: Account) -> None:
    """Make a whole data folder at `data`. The caller holds the claim and has seen that there is none."""
    remove_unfinished(data.parent)
    fresh = data.parent / f"{_UNFINISHED}{secrets.token_hex(4)}"
    fresh.mkdir(mode=0o700)
    account.give(fresh)
    # Nothing is flushed until the end, then everything at once: the folder counts only from its rename on.
    _run([programs / "initdb", "-D", fresh, "--no-sync", *_INITDB], account=account, cwd=data.parent)
    _run(
        [programs / "postgres", "--single", "-D", fresh, "-F", "-c", "exit_on_error=true", SUPERUSER],
        account=account,
        cwd=data.parent,
        stdin=_SQL,
    )
    (fresh / "postgresql.conf").write_text(settings.POSTGRESQL_CONF)
    settings.write(data=fresh, account=account)
    _run([programs / "initdb", "-D", fresh, "--sync-only"], account=account, cwd=data.parent)
    fresh.rename(data)
    _flush_folder(data.parent)


def remove_unfinished(home: Path) -> None:
    """Remove what a killed first start left."""
    for folder in home.glob(f"{_UNFINISHED}*"):
        postmaster.clear_away(folder)
        shutil.rmtree(folder)


def _run(argv: Sequence[str | Path], *, account: Account, cwd: Path, stdin: str = "") -> None:
    command = account.command(argv, signal="KILL")
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=cwd, env=environment(), timeout=300)
    if done.returncode:
        raise EmbeddedError(f"{Path(argv[0]).name} could not make {cwd / 'postgres'}: {done.stderr.strip()}")


def environment() -> dict[str, str]:
    """No PG* variable of the caller's reaches a server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _flush_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
