"""`duebook serve`: PostgreSQL (embedded or yours), HTTP processes and a worker, started, watched and stopped together.

What dies is started again: a process after a short pause, an embedded PostgreSQL up to five times in a row. SIGTERM and SIGINT stop
everything in order: first HTTP and the worker (requests and the round in hand finish, or are rolled back after a grace), then PostgreSQL.
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
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from duebook import embedded
from duebook.settings import Settings
from duebook.store import migrations
from duebook.store.db import Database, check_fitness
from duebook.store.room import Room

_log = structlog.get_logger("duebook.serve")

_RESTARTS: Final = 5
_PAUSE_SECONDS: Final = 0.5
_STEADY_SECONDS: Final = 60
"""A database that ran this long has earned its five restarts again."""
READY_SECONDS: Final = 60
_FULL_DISK_SECONDS: Final = 2
_CLOSING_SECONDS: Final = 10
"""What a process may take for its last words, beyond the grace of its requests."""


class CannotServe(Exception):
    """The server cannot start or go on; the message says why and what to do."""


class _BrokenOff(BaseException):
    """The stop came while the server was starting. No Exception, so that nothing on the way takes it for a failure of its own."""


@dataclass(slots=True)
class _Child:
    kind: str
    listener: socket.socket | None
    process: "subprocess.Popen[bytes]"
    started: float


class Supervisor:
    """Runs one server in the foreground, from the main thread."""

    def __init__(self, settings: Settings, *, workers: int, on_ready: Callable[[str, str], None]) -> None:
        self._settings = settings
        self._workers = workers
        self._on_ready = on_ready
        self._stopping = False
        self._may_break_off = False
        self._children: list[_Child] = []
        self._data: Path | None = None
        self._room = Room(None)
        self._deaths = 0
        self._started_at = 0.0

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises CannotServe."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            with self._database() as (dsn, server):
                with self._breaking_off():
                    prepare(dsn)
                self._serve(dsn, server)
        except _BrokenOff:
            return

    def _serve(self, dsn: str, server: embedded.Embedded | None) -> None:
        with _listening(self._settings, number=self._workers) as listeners:
            address = _address(listeners[0])
            environment = os.environ | {"DUEBOOK_DATABASE_URL": dsn}
            self._data, self._started_at = server.data if server else None, time.monotonic()
            self._room = Room(self._data)
            try:
                for listener in (*listeners, None):
                    self._children.append(self._spawn(listener, environment))
                if self._until_ready(address):
                    self._on_ready(address, dsn)
                self._watch(server, environment)
            finally:
                # The processes close theirs: from now on nobody gets in, rather than wait in a queue that nobody serves.
                for listener in listeners:
                    listener.close()
                self._stop_children()

    def _stop(self, _number: int, _frame: object) -> None:
        first, self._stopping = not self._stopping, True
        if first and self._may_break_off:
            raise _BrokenOff

    @contextmanager
    def _breaking_off(self) -> Generator[None]:
        """While inside, a signal ends what is being done at once: waiting for a database may take minutes."""
        self._may_break_off = True
        try:
            if self._stopping:
                raise _BrokenOff
            yield
        finally:
            self._may_break_off = False

    @contextmanager
    def _database(self) -> Generator[tuple[str, embedded.Embedded | None]]:
        if self._settings.database_url is not None:
            yield self._settings.database_url, None
            return
        with self._breaking_off():
            server = embedded.start(data_dir=self._settings.data_dir)
        try:
            yield server.dsn, server
        finally:
            server.stop()

    def _spawn(self, listener: socket.socket | None, environment: Mapping[str, str]) -> _Child:
        """An HTTP process on its listening socket, or, without one, the worker: as long as anyone has a socket, clients get in."""
        kind = "http" if listener else "worker"
        sockets = [listener.fileno()] if listener else []
        command = [sys.executable, "-m", "duebook.child", kind, str(os.getpid()), str(self._data or ""), *map(str, sockets)]
        # A session of its own: Ctrl-C reaches the server alone, which then stops its processes in order.
        process = subprocess.Popen(command, env=environment, pass_fds=sockets, start_new_session=True, stdin=subprocess.DEVNULL)
        return _Child(kind, listener, process, time.monotonic())

    def _until_ready(self, address: str) -> bool:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # not by way of the environment's proxy
        end = time.monotonic() + READY_SECONDS
        while not self._stopping:
            for child in self._children:
                if child.process.poll() is not None:
                    raise CannotServe(f"the {child.kind} process ended with code {child.process.returncode}: see the log above")
            try:
                with direct.open(f"{address}/health/ready", timeout=2):
                    return True
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end:
                    raise CannotServe(f"not ready within {READY_SECONDS} s: see the log above") from None
                time.sleep(0.02)
        return False

    def _watch(self, server: embedded.Embedded | None, environment: Mapping[str, str]) -> None:
        while not self._stopping:
            if server is not None:
                self._mind(server)
            for place, child in enumerate(self._children):
                if child.process.poll() is not None and time.monotonic() - child.started > _PAUSE_SECONDS:
                    _log.warning("process died, starting it again", kind=child.kind, code=child.process.returncode)
                    self._children[place] = self._spawn(child.listener, environment)
            time.sleep(0.2)

    def _mind(self, server: embedded.Embedded) -> None:
        """Start PostgreSQL again where it died."""
        if server.poll() is None:
            self._room.keep_reserve()
            return
        now = time.monotonic()
        if self._room.low():
            # It died of a full disk, or would now: that heals by itself or not at all, so these deaths are not counted.
            if now - self._started_at < _FULL_DISK_SECONDS:
                return
            self._room.give_up_reserve()
            _log.error("PostgreSQL died and the disk is full, trying again")
        else:
            self._deaths = 1 if now - self._started_at > _STEADY_SECONDS else self._deaths + 1
            if self._deaths > _RESTARTS:
                raise CannotServe(f"PostgreSQL died {_RESTARTS} times in a row: see {self._settings.data_dir}/postgres.log")
            _log.warning("PostgreSQL died, starting it again", time=self._deaths)
        self._started_at = now
        try:
            with self._breaking_off():
                server.restart()
        except embedded.EmbeddedError as error:
            _log.error("PostgreSQL did not start", error=str(error).splitlines()[0])

    def _stop_children(self) -> None:
        for child in self._children:
            child.process.terminate()
        end = time.monotonic() + self._settings.grace_seconds + _CLOSING_SECONDS
        for child in self._children:
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.warning("process does not end, it is killed", kind=child.kind)
                child.process.kill()
                child.process.wait()


def prepare(dsn: str) -> None:
    """Bring the schema to the newest revision and refuse a database that cannot keep the books' promises. Raises UnfitDatabase."""

    async def check() -> None:
        database = await Database.open(dsn)
        try:
            async with database.owner() as connection:
                await check_fitness(connection)
        finally:
            await database.close()

    asyncio.run(check())  # before anything is changed in a database that may be the wrong one
    migrations.upgrade(dsn)
    asyncio.run(check())  # the role that the migrations made or found


@contextmanager
def _listening(settings: Settings, *, number: int) -> Generator[list[socket.socket]]:
    """A listening socket for each HTTP process, all on one port: the kernel deals connections out among them.

    On a socket that several share, whoever wakes first takes every connection that waits.
    """
    with ExitStack() as stack:
        first = stack.enter_context(_bound(settings, port=settings.port, shared=False))
        listeners = [first]
        if number > 1:
            # The first one found out, alone, that nobody else listens there; sockets that share a port would not notice.
            port: int = first.getsockname()[1]
            first.close()
            listeners = [stack.enter_context(_bound(settings, port=port, shared=True)) for _ in range(number)]
        for listener in listeners:
            listener.listen(2048)
        yield listeners


def _bound(settings: Settings, *, port: int, shared: bool) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Accepted connections inherit it. Without it an answer, which goes out as head and body, waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((settings.host, port))
    except OSError as error:
        listener.close()
        message = f"cannot listen on {settings.host} port {port}: {error.strerror}. Set DUEBOOK_HOST or DUEBOOK_PORT"
        raise CannotServe(message) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - nothing is bound here
    return f"http://{shown}:{port}"
