"""The process that makes the load: `python -m bench.load`, told on standard input by `driving.py`.

Requests are whole bytes before the clock starts, connections stay open, answers are read and counted but not looked into: on a
machine of two cores every microsecond spent here is taken from the server under test.
"""

import json
import random
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Share:
    """What one connection did: when each answer was whole (monotonic seconds), how long it took, and what was no 200."""

    ended: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Connection:
    """One keep-alive HTTP/1.1 connection that sends ready bytes and reads whole answers."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(1 << 20)

    def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Send a request; gives the status and the whole answer, head and body."""
        self._socket.sendall(request)
        view = memoryview(self._buffer)
        got, whole = 0, None
        while whole is None or got < whole:
            more = self._socket.recv_into(view[got:])
            if not more:
                raise ConnectionError("the server closed a connection in the middle")
            got += more
            if whole is None and (end := self._buffer.find(b"\r\n\r\n", 0, got)) >= 0:
                whole = end + 4 + _length(bytes(self._buffer[:end]))
        return bytes(self._buffer[9:12]), bytes(self._buffer[:got])


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise ValueError("the answer tells no length")


def _once(port: int, requests: list[bytes], share: Share, start: threading.Barrier) -> None:
    """Send each request of the list, which all connections empty together."""
    connection = Connection(port)
    start.wait()
    while True:
        try:
            request = requests.pop()
        except IndexError:
            return
        _ask(connection, request, share)


def _randomly(port: int, requests: list[bytes], share: Share, start: threading.Barrier, seconds: float) -> None:
    """Send requests of the list at random until the time is over."""
    connection = Connection(port)
    start.wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _ask(connection, random.choice(requests), share)


def _ask(connection: Connection, request: bytes, share: Share) -> None:
    began = time.monotonic()
    status, answer = connection.ask(request)
    ended = time.monotonic()
    share.ended.append(ended)
    share.took.append(ended - began)
    if status != b"200":
        share.refused.append(answer[:2_000].decode(errors="replace"))


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
    shares = [Share() for _ in range(order["connections"])]
    start = threading.Barrier(len(shares) + 1)
    target, more = (_once, ()) if order["seconds"] is None else (_randomly, (order["seconds"],))
    threads = [threading.Thread(target=target, args=(order["port"], requests, share, start, *more), daemon=True) for share in shares]
    for thread in threads:
        thread.start()
    start.wait(60)
    began = time.monotonic()
    for thread in threads:
        thread.join()
    answers = sorted((ended, took) for share in shares for ended, took in zip(share.ended, share.took, strict=True))
    return {
        "began": began,
        "ended": [ended for ended, _ in answers],
        "took": [took for _, took in answers],
        "refused": [refusal for share in shares for refusal in share.refused],
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
