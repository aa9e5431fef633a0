"""Something between the server and its PostgreSQL that loses what it is told to lose: a proxy on a socket of its own.

It reads as much of the protocol as it must: which connection speaks of what, and when it says COMMIT.
"""

import contextlib
import socket
import threading
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

Fate = Literal["lost before it arrives", "answer lost", "answer lost and nobody there", "stalled", "stalled before it"]
_COMMIT = b"COMMIT;\x00"


class Between:
    """Listens in `folder`; `dsn` is the way through. `expect` decides the fate of the next COMMIT of who speaks of `word`."""

    def __init__(self, dsn: str, *, folder: Path) -> None:
        (target,) = parse_qs(urlsplit(dsn).query)["host"]
        self._target = f"{target}/.s.PGSQL.5432"
        self.dsn = dsn.replace(quote(target), quote(str(folder)))
        self.open = True
        self.fallen = threading.Event()
        self._word, self._fate = b"", ""
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{folder}/.s.PGSQL.5432")
        self._listener.listen(100)
        threading.Thread(target=self._accept, daemon=True).start()

    def expect(self, word: str, fate: Fate) -> None:
        self.fallen.clear()
        self._word, self._fate = word.encode(), fate

    def close(self) -> None:
        """End everything, and let nobody through any more."""
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        for pair in self._pairs:
            _end(*pair)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                front, _ = self._listener.accept()
                if not self.open:
                    front.close()
                    continue
                back = socket.socket(socket.AF_UNIX)
                try:
                    back.connect(self._target)
                except OSError:
                    front.close()
                    continue
                self._pairs.append((front, back))
                lost = threading.Event()
                threading.Thread(target=self._forth, args=(front, back, lost), daemon=True).start()
                threading.Thread(target=self._back, args=(front, back, lost), daemon=True).start()

    def _forth(self, front: socket.socket, back: socket.socket, lost: threading.Event) -> None:
        spoke = False
        with contextlib.suppress(OSError):
            while said := front.recv(65_536):
                spoke = spoke or bool(self._word and self._word in said)
                if spoke and self._fate == "stalled before it":
                    self._word = b""
                    self.fallen.set()
                    return  # the connection stays, and nothing comes through: not even what it says with that word
                if spoke and _COMMIT in said:
                    spoke, self._word = False, b""
                    if self._fate == "stalled":
                        self.fallen.set()
                        return
                    self.open = self._fate != "answer lost and nobody there"
                    if self._fate == "lost before it arrives":
                        break
                    lost.set()
                back.sendall(said)
        self.fallen.set()
        _end(front, back)

    def _back(self, front: socket.socket, back: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while said := back.recv(65_536):
                if lost.is_set():
                    break  # the answer to COMMIT: it took effect, and nobody hears of it
                front.sendall(said)
        if lost.is_set() and not self.open:
            for pair in self._pairs:
                _end(*pair)
        _end(front, back)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
