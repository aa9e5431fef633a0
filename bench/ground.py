"""The ground the benchmark stands on: one embedded PostgreSQL, and databases on it that are copies of a migrated template.

Both sides of every ratio run on this server. `duebook serve` runs on it by DUEBOOK_DATABASE_URL, so that it can be stopped while
psql has its turn.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench import accounting, filling
from bench.accounting import Cost
from duebook import embedded

OUT = Path(__file__).parent / "out"
DUEBOOK = str(Path(sys.executable).with_name("duebook"))
"""The command of this very virtual environment, whatever stands first on PATH."""
_READY_SECONDS = 60
_CUSTOMERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A database with one company: its tenant and a key to it."""

    dsn: str
    tenant_id: str
    key: str


class Ground:
    """An embedded PostgreSQL in a folder of its own, with a template of empty books."""

    def __init__(self, folder: Path, server: embedded.Embedded) -> None:
        self.folder = folder
        self.server = server
        self._template = opened(server.dsn, company="Bench")
        filling.customers(server.dsn, tenant_id=self._template.tenant_id, count=_CUSTOMERS)
        # A copy of a database has no counts of what changed, by which the follower would know that nobody has analysed it: done here, or
        # the foreign key of both sides is looked up by whichever index is the smallest.
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("ANALYZE customers")

    @contextmanager
    def copy(self, name: str, *, template: str = "duebook") -> Generator[Books]:
        """The books of the company Bench in a database of their own, empty or as the database `template` has them; dropped at the end."""
        with psycopg.connect(self.server.superuser_dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER duebook TEMPLATE {template}".encode())
        dsn = urlunsplit(urlsplit(self.server.dsn)._replace(path=f"/{name}"))
        try:
            yield Books(dsn=dsn, tenant_id=self._template.tenant_id, key=self._template.key)
        finally:
            with psycopg.connect(self.server.superuser_dsn, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def settle(self) -> None:
        """Write out what earlier runs left, so that each begins alike."""
        with psycopg.connect(self.server.superuser_dsn, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def cost(self, serving: "Serving | None" = None) -> Cost:
        """CPU seconds so far of the server, if one runs, and of PostgreSQL."""
        return accounting.cost(serving=serving.pid if serving else None, postmaster=self.server.pid)

    def program(self, name: str) -> str:
        """One of PostgreSQL's programs, of the release that serves."""
        return str(embedded.program(name))


@contextmanager
def ground() -> Generator[Ground]:
    """A fresh embedded PostgreSQL; stopped and removed at the end."""
    with scratch() as folder:
        server = embedded.start(data_dir=folder / "data")
        try:
            yield Ground(folder, server)
        finally:
            server.stop()


@contextmanager
def scratch() -> Generator[Path]:
    """A folder below bench/out for the time of a part."""
    OUT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=OUT))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def opened(dsn: str, *, company: str) -> Books:
    """A new company in the books of a database, which are made if there are none."""
    tenants = _told(dsn, "tenant", "create", company, "--json")
    key = _told(dsn, "key", "create", "--tenant", company, "--mode", "prod", "--json")
    tenant_id = next(tenant["tenantId"] for tenant in tenants if tenant["mode"] == "prod")
    return Books(dsn=dsn, tenant_id=tenant_id, key=key["key"])


def _told(dsn: str, *words: str) -> Any:
    done = subprocess.run([DUEBOOK, *words], env=os.environ | {"DUEBOOK_DATABASE_URL": dsn}, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


class Serving:
    """`duebook serve` as it is started by a user; its processes are its own."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.pid = process.pid
        self.port = port
        self._process = process

    def child(self, kind: str) -> int:
        """The process id of its child of a kind (http, worker)."""
        return next(pid for pid in accounting.tree(self.pid) if accounting.kind(pid) == kind)

    def kill(self) -> None:
        """Kill it with -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop it in order, unless it was killed. Raises where it does not end well."""
        if self._process.poll() == -signal.SIGKILL:
            return
        self._process.terminate()
        code = self._process.wait(60)
        if code != 0:
            raise RuntimeError(f"duebook serve ended with code {code}")


@contextmanager
def serving(environment: dict[str, str], *, workers: int = 1) -> Generator[Serving]:
    """A server on a free port until the block ends; ready when the block begins."""
    command = [DUEBOOK, "serve", "--workers", str(workers)]
    settings = {"DUEBOOK_PORT": "0", "DUEBOOK_LOG_LEVEL": "warning"}
    process = subprocess.Popen(command, env=os.environ | settings | environment, stdout=subprocess.PIPE, text=True)
    try:
        server = Serving(process, _announced_port(process))
        yield server
        server.stop()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _announced_port(process: "subprocess.Popen[str]") -> int:
    """The port of `… is ready at http://127.0.0.1:PORT`."""
    assert process.stdout is not None
    for line in process.stdout:
        if " is ready at " in line:
            return int(line.rstrip().rpartition(":")[2])
    raise RuntimeError("duebook serve ended before it was ready: see its log above")


def ended_sessions_count() -> None:
    """Wait until PostgreSQL has buried the processes of ended sessions: only then is their CPU counted with its own."""
    time.sleep(0.2)


def ready_after(environment: dict[str, str]) -> float:
    """Seconds from the start of a server to its first 200 at /health/ready, with whatever data there are."""
    began = time.monotonic()
    with serving(environment) as server:
        end = began + _READY_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health/ready", timeout=2):
                    return time.monotonic() - began
            except urllib.error.URLError:
                time.sleep(0.01)
    raise RuntimeError(f"not ready within {_READY_SECONDS} s")
