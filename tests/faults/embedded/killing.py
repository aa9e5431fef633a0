"""What the tests of the embedded PostgreSQL share: another process to kill, and eyes of their own on what is left."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

ROOT = os.geteuid() == 0

OWNER = """
import json, sys
from pathlib import Path
from duebook.embedded import start
options = json.loads(sys.argv[2])
if "state_dir" in options:
    options["state_dir"] = Path(options["state_dir"])
server = start(data_dir=Path(sys.argv[1]), **options)
print(json.dumps({"pid": server.pid, "dsn": server.dsn}), flush=True)
sys.stdin.read()
"""
BORROWER = """
import sys
from pathlib import Path
from duebook.embedded import borrowed
with borrowed(data_dir=Path(sys.argv[1])) as dsn:
    print(dsn, flush=True)
    sys.stdin.read()
"""


class Owner:
    """Another process that runs the server, to be killed."""

    def __init__(
        self,
        data_dir: Path,
        *,
        code: str = OWNER,
        shell: str = 'exec "$@"',
        start_new_session: bool = False,
        **options: str,
    ) -> None:
        argv = ["sh", "-c", shell, "sh", sys.executable, "-c", code, str(data_dir), json.dumps(options)]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=start_new_session,
        )

    def said(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        return json.loads(line)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def leave(self) -> int:
        """End as a program does that forgot to stop the server."""
        self.process.communicate(timeout=30)
        return self.process.returncode


def ask(dsn: str, sql: str, *, fetch: bool = True) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if fetch else []


def kept(dsn: str) -> list[str]:
    return [name for (name,) in ask(dsn, "SELECT name FROM kept ORDER BY 1")]


def working_in(data: Path) -> list[int]:
    """Every process that works in the data folder, found without the launcher's own eyes."""
    numbers = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in numbers if _cwd(pid) == str(data.resolve())]


def _cwd(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def within(seconds: float, condition: Callable[[], bool]) -> float:
    """Wait for `condition`; how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began
