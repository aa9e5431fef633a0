"""The process that makes the load: `python -m bench.load`, told on standard input by `driving.py`.

Requests are whole bytes before the clock starts, connections stay open, answers are read and counted but not looked into: on a
machine of two cores every microsecond spent here is taken from the server under test.
"""

import json
import random
import selectors
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast


class Connection:
    """One keep-alive HTTP/1.1 connection: sends ready bytes, and collects the answer as it comes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._view = memoryview(bytearray(1 << 20))
        self._got = 0
        self._whole: int | None = None
        self.began = 0.0

    def send(self, request: bytes) -> None:
        """Begin the next exchange."""
        self._got, self._whole, self.began = 0, None, time.monotonic()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; whether the answer is whole."""
        more = self.socket.recv_into(self._view[self._got :])
        if not more:
            raise ConnectionError("the server closed a connection in the middle")
        self._got += more
        if self._whole is None:
            head = bytes(self._view[: min(self._got, 4_096)])
            if (end := head.find(b"\r\n\r\n")) >= 0:
                self._whole = end + 4 + _length(head[:end])
        return self._whole is not None and self._got >= self._whole

    @property
    def is_2xx(self) -> bool:
        """Whether the answer is a 200, 201 or 202."""
        return bytes(self._view[9:12]) in (b"200", b"201", b"202")

    @property
    def answer(self) -> str:
        """The answer's beginning."""
        return bytes(self._view[: min(self._got, 2_000)]).decode(errors="replace")


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise ValueError("the answer tells no length")


def _once(requests: list[bytes]) -> Callable[[], bytes | None]:
    """Each request of the list, once."""
    return lambda: requests.pop() if requests else None


def _randomly(requests: list[bytes], seconds: float) -> Callable[[], bytes | None]:
    """Requests of the list at random until the time is over."""
    end = time.monotonic() + seconds
    return lambda: random.choice(requests) if time.monotonic() < end else None


def _read(path: Path) -> list[bytes]:
    """Requests as `requests.py` writes them: the length of each on a line before it."""
    raw, found, place = path.read_bytes(), list[bytes](), 0
    while place < len(raw):
        end = raw.index(b"\n", place)
        start, place = end + 1, end + 1 + int(raw[place:end])
        found.append(raw[start:place])
    return found


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out an order: `port`, `connections`, `file`, and `seconds` for random requests (None: each once, in order)."""
    requests = _read(Path(order["file"]))
    requests.reverse()
    connections = [Connection(order["port"]) for _ in range(order["connections"])]
    answers: list[tuple[float, float]] = []
    refused: list[str] = []
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        began = time.monotonic()
        following = _once(requests) if order["seconds"] is None else _randomly(requests, order["seconds"])
        busy = 0
        for connection in connections:
            if (request := following()) is not None:
                connection.send(request)
                busy += 1
        while busy:
            for key, _ in selector.select(60):
                connection = cast("Connection", key.data)
                if not connection.receive():
                    continue
                ended = time.monotonic()
                answers.append((ended, ended - connection.began))
                if not connection.is_2xx:
                    refused.append(connection.answer)
                if (request := following()) is None:
                    busy -= 1
                else:
                    connection.send(request)
    return {"began": began, "ended": [ended for ended, _ in answers], "took": [took for _, took in answers], "refused": refused}


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
