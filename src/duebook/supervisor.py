"""`duebook serve`: PostgreSQL (embedded or yours), HTTP processes and a worker, started, watched and stopped together.

What dies is started again: a process after a short pause, an embedded PostgreSQL up to five times in a row. SIGTERM and SIGINT stop
everything in order: HTTP first (requests in flight finish), then the worker, then PostgreSQL.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from duebook import embedded
from duebook.app import GRACE_SECONDS
from duebook.settings import Settings
from duebook.store import migrations
from duebook.store.db import Database, check_fitness

_log = structlog.get_logger("duebook.serve")

_RESTARTS: Final = 5
_PAUSE_SECONDS: Final = 0.5
_STEADY_SECONDS: Final = 60
"""A database that ran this long has earned its five restarts again."""
READY_SECONDS: Final = 60


class CannotServe(Exception):
    """The server cannot start or go on; the message says why and what to do."""


@dataclass(slots=True)
class _Child:
    kind: str
    process: "subprocess.Popen[bytes]"
    started: float


class Supervisor:
    """Runs one server in the foreground, from the main thread."""

    def __init__(self, settings: Settings, *, workers: int, on_ready: Callable[[str, str], None]) -> None:
        self._settings = settings
        self._workers = workers
        self._on_ready = on_ready
        self._stopping = False
        self._children: list[_Child] = []

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises CannotServe."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with self._database() as (dsn, server):
            prepare(dsn)
            with _listening(self._settings) as listener:
                address = _address(listener)
                environment = os.environ | {"DUEBOOK_DATABASE_URL": dsn}
                kinds = [*["http"] * self._workers, "worker"]
                try:
                    self._children = [self._spawn(kind, listener, environment) for kind in kinds]
                    if self._until_ready(address):
                        self._on_ready(address, dsn)
                    self._watch(server, listener, environment)
                finally:
                    self._stop_children()

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    @contextmanager
    def _database(self) -> Iterator[tuple[str, embedded.Embedded | None]]:
        if self._settings.database_url is not None:
            yield self._settings.database_url, None
            return
        server = embedded.start(data_dir=self._settings.data_dir)
        try:
            yield server.dsn, server
        finally:
            server.stop()

    def _spawn(self, kind: str, listener: socket.socket, environment: Mapping[str, str]) -> _Child:
        fd = listener.fileno()
        command = [sys.executable, "-m", "duebook.child", kind, str(os.getpid()), str(fd)]
        # A session of its own: Ctrl-C reaches the server alone, which then stops its processes in order.
        process = subprocess.Popen(command, env=environment, pass_fds=[fd], start_new_session=True, stdin=subprocess.DEVNULL)
        return _Child(kind, process, time.monotonic())

    def _until_ready(self, address: str) -> bool:
        end = time.monotonic() + READY_SECONDS
        while not self._stopping:
            for child in self._children:
                if child.process.poll() is not None:
                    raise CannotServe(f"the {child.kind} process ended with code {child.process.returncode}: see the log above")
            try:
                with urllib.request.urlopen(f"{address}/health/ready", timeout=2):
                    return True
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end:
                    raise CannotServe(f"not ready within {READY_SECONDS} s: see the log above") from None
                time.sleep(0.02)
        return False

    def _watch(self, server: embedded.Embedded | None, listener: socket.socket, environment: Mapping[str, str]) -> None:
        restarts, started = 0, time.monotonic()
        while not self._stopping:
            if server is not None and server.poll() is not None:
                restarts = 0 if time.monotonic() - started > _STEADY_SECONDS else restarts
                restarts += 1
                if restarts > _RESTARTS:
                    raise CannotServe(f"PostgreSQL died {_RESTARTS} times in a row: see {self._settings.data_dir}/postgres.log")
                _log.warning("PostgreSQL died, starting it again", time=restarts)
                started = time.monotonic()
                try:
                    server.restart()
                except embedded.EmbeddedError as error:
                    _log.error("PostgreSQL did not start", error=str(error))
            for place, child in enumerate(self._children):
                if child.process.poll() is not None and time.monotonic() - child.started > _PAUSE_SECONDS:
                    _log.warning("process died, starting it again", kind=child.kind, code=child.process.returncode)
                    self._children[place] = self._spawn(child.kind, listener, environment)
            time.sleep(0.2)

    def _stop_children(self) -> None:
        for child in sorted(self._children, key=lambda child: child.kind):
            if child.process.poll() is None:
                child.process.terminate()
        end = time.monotonic() + GRACE_SECONDS + 5
        for child in self._children:
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


def prepare(dsn: str) -> None:
    """Bring the schema to the newest revision and refuse a database that cannot keep the books' promises. Raises UnfitDatabase."""
    migrations.upgrade(dsn)

    async def check() -> None:
        database = await Database.open(dsn)
        try:
            async with database.owner() as connection:
                await check_fitness(connection)
        finally:
            await database.close()

    asyncio.run(check())


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            message = f"cannot listen on {settings.host} port {settings.port}: {error.strerror}. Set DUEBOOK_HOST or DUEBOOK_PORT"
            raise CannotServe(message) from error
        listener.listen(2048)
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
