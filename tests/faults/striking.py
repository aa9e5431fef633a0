"""Kills at a chosen point of the conversation between a worker and PostgreSQL: a proxy that knows who speaks, and counts what he says.

A *word* is what a worker says at once on a connection of its units of work: BEGIN, a statement with its values, COMMIT. The strike falls
before PostgreSQL hears the chosen word, while it works on it, or after it has answered and nobody has heard the answer.
"""

import contextlib
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qs, quote, urlsplit

Victim = Literal["worker", "backend", "postmaster"]
Phase = Literal["before", "inside", "after"]

_UNITS: Final = b"SET ROLE duebook_app"
"""Said at the beginning of each connection on which units of work run."""
COMMIT: Final = b"COMMIT;\x00"
_BACKEND: Final = b"K\x00\x00\x00\x0c"
"""How PostgreSQL tells a client the number of its backend."""


@dataclass
class Strike:
    """Who is hit, at which word (from 1) of those in which `says` stands, in which phase, with what.

    `is_coming` from that word on, `fell` once it has fallen.
    """

    victim: Victim
    phase: Phase
    word: int
    says: bytes = b""
    sign: signal.Signals = signal.SIGKILL
    is_coming: bool = False
    fell: threading.Event = field(default_factory=threading.Event)
    hit: int = 0


class Striking:
    """Listens in `folder`; `dsn` is the way through. `postmaster` tells its process id."""

    def __init__(self, dsn: str, *, folder: Path, postmaster: Callable[[], int]) -> None:
        (target,) = parse_qs(urlsplit(dsn).query)["host"]
        self._target = f"{target}/.s.PGSQL.5432"
        self._postmaster = postmaster
        self.dsn = dsn.replace(quote(target), quote(str(folder)))
        self._lock = threading.Lock()
        self._strike: Strike | None = None
        self._heard = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{folder}/.s.PGSQL.5432")
        self._listener.listen(100)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, strike: Strike | None) -> None:
        """The next strike (None: none), counted from now on."""
        with self._lock:
            self._strike, self._heard = strike, 0

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                front, _ = self._listener.accept()
                back = socket.socket(socket.AF_UNIX)
                try:
                    back.connect(self._target)
                except OSError:
                    _end(front, back)
                    continue
                conversation = _Conversation(self, front, back)
                for half in (conversation.forth, conversation.back):
                    threading.Thread(target=half, daemon=True).start()

    def due(self, said: bytes) -> Strike | None:
        """The strike, if it falls on this word."""
        with self._lock:
            strike = self._strike
            if strike is None or strike.says not in said:
                return None
            self._heard += 1
            if self._heard < strike.word:
                return None
            self._strike, strike.is_coming = None, True
            return strike

    def fall(self, strike: Strike, *, worker: int, backend: int) -> None:
        strike.hit = {"worker": worker, "backend": backend, "postmaster": self._postmaster()}[strike.victim]
        with contextlib.suppress(ProcessLookupError):
            os.kill(strike.hit, strike.sign)
        strike.fell.set()


class _Conversation:
    """One connection."""

    def __init__(self, striking: Striking, front: socket.socket, back: socket.socket) -> None:
        self._striking, self._front, self._back = striking, front, back
        credentials = front.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self._speaker: int = struct.unpack("3i", credentials)[0]
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{self._speaker}/cmdline").read_bytes()
            self._is_worker = b"duebook.child\0worker" in command or b"\0work" in command
        self._is_of_units = False
        self._backend = 0
        self._after: Strike | None = None

    _is_worker = False

    def forth(self) -> None:
        with contextlib.suppress(OSError):
            while said := self._front.recv(1 << 20):
                self._is_of_units = self._is_of_units or _UNITS in said
                strike = self._striking.due(said) if self._is_worker and self._is_of_units else None
                if strike and strike.phase == "before":
                    self._fall(strike)
                    if strike.sign == signal.SIGKILL and strike.victim == "worker":
                        break
                if strike and strike.phase == "after":
                    self._after = strike
                self._back.sendall(said)
                if strike and strike.phase == "inside":
                    self._fall(strike)
        _end(self._front, self._back)

    def back(self) -> None:
        with contextlib.suppress(OSError):
            while said := self._back.recv(1 << 20):
                if not self._backend and _BACKEND in said:
                    place = said.index(_BACKEND) + len(_BACKEND)
                    (self._backend,) = struct.unpack("!i", said[place : place + 4])
                if self._after:
                    strike, self._after = self._after, None
                    self._fall(strike)
                self._front.sendall(said)
        _end(self._front, self._back)

    def _fall(self, strike: Strike) -> None:
        self._striking.fall(strike, worker=self._speaker, backend=self._backend)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
