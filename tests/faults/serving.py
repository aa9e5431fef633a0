"""A whole server in processes of its own: started as an operator starts it, watched and killed from outside.

Nothing here looks into the server: only its ports, its processes, its files and its database are seen.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg

from duebook import embedded
from tests.faults.embedded.killing import within, working_in
from tests.make import PREFIX

DUEBOOK = [sys.executable, "-c", "from duebook.cli import main; main()"]
TODAY = "2026-02-01"
SECONDS_TO_START = 30


def environment(**settings: str) -> dict[str, str]:
    """Ours without any setting of duebook's or PostgreSQL's, and with `settings`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DUEBOOK_", "PG"))}
    return clean | {"DUEBOOK_TODAY": TODAY, "DUEBOOK_PORT": "0"} | settings


def run(*words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A command of duebook's, to its end."""
    return subprocess.run([*DUEBOOK, *words], env=environment(**settings), capture_output=True, text=True, timeout=60, check=False)


class Served:
    """One `duebook serve`. `call` speaks to it as the company whose `key` it was given."""

    def __init__(self, data_dir: Path, *words: str, key: str = "", log: Path, shell: str = 'exec "$@"', **settings: str) -> None:
        self.data_dir = data_dir
        self.key = key
        self.log = log
        self.address = ""
        command = ["sh", "-c", shell, "sh", *DUEBOOK, "serve", *words]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command,
                env=environment(DUEBOOK_DATA_DIR=str(data_dir), **settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )

    def ready(self) -> "Served":
        """Wait until it says that it is ready."""
        assert self.process.stdout
        alarm = threading.Timer(SECONDS_TO_START, self.process.kill)
        alarm.start()
        line = self.process.stdout.readline()
        alarm.cancel()
        assert " is ready at " in line, self.logged()
        self.address = line.rsplit(" ", 1)[1].strip()
        return self

    @property
    def place(self) -> tuple[str, int]:
        """Host and port, for a socket."""
        parts = urlsplit(self.address)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    @property
    def dsn(self) -> str:
        """Of the embedded database, as its owner."""
        found = embedded.running(data_dir=self.data_dir)
        assert found, "the embedded PostgreSQL does not run"
        return found

    @property
    def superuser_dsn(self) -> str:
        return self.dsn.replace("duebook@/duebook", "postgres@/duebook")

    @property
    def data(self) -> Path:
        return self.data_dir / "postgres"

    def call(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """One request on a connection of its own."""
        headers = {"Authorization": self.key} | arguments.pop("headers", {})
        timeout = arguments.pop("timeout", 40)
        with self.client(timeout=timeout) as client:
            return client.request(method, PREFIX + path, headers=headers, **arguments)

    def client(self, *, timeout: float = 40) -> httpx2.Client:
        """Connections that are kept, without a key. `verify` is off because reading certificates takes longer than the request."""
        return httpx2.Client(base_url=self.address, timeout=timeout, verify=False, trust_env=False)

    def post(self, path: str, body: Any, *, idempotency_key: str | None = None, **arguments: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self.call("POST", path, json=body, headers=headers, **arguments)

    def is_ready(self) -> bool:
        """What /health/ready says now; False where nobody answers."""
        try:
            with self.client(timeout=5) as client:
                return client.get("/health/ready").status_code == 200
        except httpx2.TransportError:
            return False

    def children(self, kind: str = "") -> list[int]:
        """The processes that the server started for HTTP and as worker, or those of one kind, longest running first."""
        wanted = f"duebook.child\0{kind}".encode()
        found = [pid for pid in _of_parent(self.process.pid) if wanted in _command(pid)]
        return sorted(found)

    def postmaster(self) -> int:
        """The process id of the embedded PostgreSQL."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def left(self) -> list[int]:
        """Everything of this server's that still runs, PostgreSQL included: what names it as parent, and what works in its data."""
        mark = f" {self.process.pid} ".replace(" ", "\0").encode()
        helpers = [pid for pid in _numbers() if b"duebook.child" in _command(pid) and mark in _command(pid)]
        return [*helpers, *working_in(self.data), *([self.process.pid] if self.process.poll() is None else [])]

    def logged(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, *, sign: signal.Signals = signal.SIGTERM, patience: float = 40) -> int:
        """Ask it to stop; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.wait(patience)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """However it stands: leave nothing running."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        self.kill()
        assert self.process.stdout
        self.process.stdout.close()
        within(10, lambda: not self.left())


def _numbers() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _of_parent(parent: int) -> list[int]:
    return [pid for pid in _numbers() if _parent(pid) == parent]


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def ask(dsn: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of one statement, committed."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(sql.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


def log_lines(served: Served) -> list[Mapping[str, Any]]:
    """The log, read as what it has to be: JSON lines."""
    return [json.loads(line) for line in served.logged().splitlines()]


@contextlib.contextmanager
def meanwhile(deed: Callable[[], None]) -> Iterator[None]:
    """Repeat `deed` in a thread while inside, and raise what it raised."""
    over = threading.Event()
    failed: list[BaseException] = []

    def again_and_again() -> None:
        try:
            while not over.is_set():
                deed()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            failed.append(error)

    thread = threading.Thread(target=again_and_again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]


def until_200(deed: Callable[[], httpx2.Response], *, seconds: float) -> tuple[httpx2.Response, list[httpx2.Response | Exception]]:
    """Try again until it succeeds, as a client does: the answer, and all that came before it."""
    before: list[httpx2.Response | Exception] = []
    began = time.monotonic()
    while True:
        try:
            answer = deed()
            if answer.status_code == 200:
                return answer, before
            before.append(answer)
        except httpx2.TransportError as error:
            before.append(error)
        assert time.monotonic() - began < seconds, before
        time.sleep(0.05)


def is_clean_503(answer: httpx2.Response) -> bool:
    """503 in the door's shape, with the time to wait."""
    body = answer.json()
    return (
        answer.status_code == 503
        and int(answer.headers["Retry-After"]) >= 1
        and list(body) == ["statusCode", "error", "message", "errors"]
        and body["errors"][0]["code"] == "unavailable"
    )
