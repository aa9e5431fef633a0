"""The life of an embedded server: start, ready, watched, started again, stopped; and its use by commands.

All of it is synchronous, and starting has to happen on the main thread: the kernel ties the server's life to the thread
that made it. Nothing here opens a connection: PostgreSQL's own note says when it is ready.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from duebook.embedded import claim, cluster, postmaster, settings
from duebook.embedded.errors import AlreadyRunningError, EmbeddedError
from duebook.embedded.site import STATE_DIR, AsRoot, Site, home_of, settle, socket_dir

_READY_SECONDS = 600.0  # recovery after a crash reads up to max_wal_size
_DYING_SECONDS = 60.0  # a dying server writes its last checkpoint
_UNEXPLAINED_SECONDS = 3.0  # between its owner's death and the moment PostgreSQL notes that it is stopping
_STALE_LOCK_SECONDS = 10.0
_GUEST_SECONDS = 60.0
_LOG_BYTES = 8 << 20
# What PostgreSQL says when it meets the remains of a server that is not quite gone.
_STALE_LOCK = (b"pre-existing shared memory block", b'lock file "postmaster.pid"')


class Embedded:
    """A PostgreSQL server of ours. `dsn` holds for its whole life, restarts included; `pid` is the present one."""

    def __init__(self, *, site: Site, held: claim.Claim) -> None:
        self._site = site
        self._claim = held
        self._socket_dir = socket_dir(site)
        self._process: subprocess.Popen[bytes] | None = None
        self.dsn = _dsn(socket_dir=str(self._socket_dir), port=settings.PORT)
        self.superuser_dsn = _dsn(socket_dir=str(self._socket_dir), port=settings.PORT, role=cluster.SUPERUSER, database="postgres")
        self._launch()

    @property
    def pid(self) -> int:
        """The postmaster's process id, of the last one where it has died."""
        return self._started().pid

    @property
    def data(self) -> Path:
        """Where the data lies: below /var/lib/duebook where root had to drop to one who cannot enter data_dir."""
        return self._site.data

    def poll(self) -> int | None:
        """None while the server runs, else its exit status. Also keeps the log short, so ask every few seconds."""
        _trim(self._log)
        return self._started().poll()

    def restart(self) -> None:
        """Start it again on the same data and socket, recovery included; one that still runs is stopped first."""
        if not self._claim.held:
            raise EmbeddedError(f"the server on {self._site.data_dir} was stopped and cannot be restarted")
        self._end(patience=30.0)
        self._launch()

    def stop(self, *, patience: float = 30.0) -> None:
        """Stop it: open transactions are rolled back, and all that was committed is on disk. Twice is as good as once.

        After `patience` seconds without an end it is cut off; the next start recovers.
        """
        if not self._claim.held:
            return
        try:
            self._end(patience=patience)
            if self._socket_dir.parent != self._site.home:
                with suppress(OSError):
                    self._socket_dir.rmdir()
        finally:
            self._claim.release()

    @property
    def _log(self) -> Path:
        return self._site.data_dir / "postgres.log"

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise EmbeddedError(f"the server on {self._site.data_dir} was never started")
        return self._process

    def _launch(self) -> None:
        deadline = time.monotonic() + _STALE_LOCK_SECONDS
        while True:
            postmaster.clear_away(self._site.data)
            self._spawn()
            try:
                if self._becomes_ready():
                    return
            except BaseException:
                self._end(patience=5.0)
                raise
            said = _tail(self._log)
            if time.monotonic() > deadline or not any(sign in said for sign in _STALE_LOCK):
                text = said.decode(errors="replace").strip()
                raise EmbeddedError(f"PostgreSQL did not start on {self._site.data}; {self._log} ends with:\n{text}")
            time.sleep(0.5)

    def _spawn(self) -> None:
        site = self._site
        _trim(self._log)
        settings.write(data=site.data, account=site.account)
        argv = [site.programs / "postgres", "-D", site.data, *settings.command_line(socket_dir=self._socket_dir)]
        # Appending, so that the log can be cut short under the running server.
        log = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._process = subprocess.Popen(
                site.account.command(argv, signal="INT"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=site.data,
                env=cluster.environment(),
                start_new_session=True,  # Ctrl-C at the terminal is for us: the server goes last, not first
            )
        finally:
            os.close(log)

    def _becomes_ready(self) -> bool:
        """Wait until the server takes connections; False if it ended instead."""
        process = self._started()
        deadline = time.monotonic() + _READY_SECONDS
        while process.poll() is None:
            found = postmaster.living(self._site.data)
            if found and found.pid == process.pid and found.status == "ready":
                return True
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL on {self._site.data} was not ready within {_READY_SECONDS:.0f} s")
            time.sleep(0.01)
        return False

    def _end(self, *, patience: float) -> None:
        process = self._started()
        for sign, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, None)):
            if process.poll() is not None:
                break
            process.send_signal(sign)
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        postmaster.clear_away(self._site.data)


def start(*, data_dir: Path, as_root: AsRoot = "auto", state_dir: Path = STATE_DIR) -> Embedded:
    """Start PostgreSQL on `data_dir`, making the data at the first start, and return when it takes connections.

    A server that is dying on the same data is waited for. `as_root` and `state_dir` are for machines that refuse user
    namespaces, see `site.settle`. Raises EmbeddedError; AlreadyRunningError where another server lives on the data.
    """
    return _start(site=_site(data_dir=data_dir, as_root=as_root, state_dir=state_dir), purpose="serve")


def running(*, data_dir: Path) -> str | None:
    """The DSN of the server that runs on `data_dir` and takes connections, or None. Changes and makes nothing."""
    try:
        found = postmaster.living(home_of(data_dir) / "postgres")
    except PermissionError:
        raise EmbeddedError(f"{data_dir.resolve()} belongs to another user: run this command under that user") from None
    return _dsn(socket_dir=found.socket_dir, port=found.port) if found and found.status == "ready" else None


@contextmanager
def borrowed(*, data_dir: Path, as_root: AsRoot = "auto", state_dir: Path = STATE_DIR) -> Generator[str]:
    """The DSN for a command: of the running server, which is never stopped; else of one started for this while.

    One started here ends when the last command that uses it beside us is done. A server that is just starting, or
    being started again, is waited for.
    """
    site = _site(data_dir=data_dir, as_root=as_root, state_dir=state_dir)
    deadline = time.monotonic() + _GUEST_SECONDS
    while True:
        with claim.guest(site.home):
            if dsn := running(data_dir=data_dir):
                yield dsn
                return
        try:
            server = _start(site=site, purpose="command")
            break
        except AlreadyRunningError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    try:
        yield server.dsn
    finally:
        with claim.alone(site.home, patience=_GUEST_SECONDS):
            server.stop()


def _site(*, data_dir: Path, as_root: AsRoot, state_dir: Path) -> Site:
    if threading.current_thread() is not threading.main_thread():
        raise EmbeddedError("PostgreSQL is started from the main thread: it ends with the thread that started it")
    return settle(data_dir=data_dir, as_root=as_root, state_dir=state_dir)


def _start(*, site: Site, purpose: claim.Purpose) -> Embedded:
    held = claim.take(home=site.home, data_dir=site.data_dir, purpose=purpose)
    try:
        _wait_for_dying(site)
        if site.data.exists():
            cluster.remove_unfinished(site.home)
            if site.data.stat().st_uid != site.account.uid:
                site.account.give_tree(site.data)
        else:
            cluster.create(data=site.data, programs=site.programs, account=site.account)
        return Embedded(site=site, held=held)
    except BaseException:
        held.release()
        raise


def _wait_for_dying(site: Site) -> None:
    """We hold the claim, so a postmaster that still lives has lost its owner and is dying, or is nobody's of ours."""
    began = time.monotonic()
    while found := postmaster.living(site.data):
        patience = _DYING_SECONDS if found.status == "stopping" else _UNEXPLAINED_SECONDS
        if time.monotonic() - began > patience:
            raise claim.refusal(home=site.home, data_dir=site.data_dir, holder=None)
        time.sleep(0.02)


def _dsn(*, socket_dir: str, port: int, role: str = cluster.ROLE, database: str = cluster.DATABASE) -> str:
    """A URL that libpq, asyncpg and SQLAlchemy read alike. The port is said because PGPORT would otherwise be asked."""
    return f"postgresql://{role}@/{database}?host={quote(socket_dir)}&port={port}"


def _tail(log: Path) -> bytes:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        return file.read()


def _trim(log: Path) -> None:
    """Put a long log aside and begin again, so that the two together stay bounded."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
