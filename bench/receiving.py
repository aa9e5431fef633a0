"""`python -m bench.receiving`: a webhook receiver that is as quick as it can be, in a process of its own, and one that never answers.

It prints their two ports. GET on the first answers how many messages it has taken. It checks nothing: what receivers do is not measured.
"""

import asyncio
from typing import Any

import uvloop

_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


class Quick(asyncio.Protocol):
    """Takes every message; `taken` counts those of all connections."""

    taken = 0

    def __init__(self) -> None:
        self._unread = b""

    def connection_made(self, transport: Any) -> None:
        """Somebody has connected."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is there whole."""
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            head = self._unread[:end].lower()
            if head.startswith(b"get"):
                told = str(Quick.taken).encode()
                self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
                self._unread = self._unread[end + 4 :]
                continue
            size = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            if len(self._unread) < end + 4 + size:
                return
            self._unread = self._unread[end + 4 + size :]
            Quick.taken += 1
            self._transport.write(_TAKEN)


class Silent(asyncio.Protocol):
    """Takes connections and says nothing."""


async def main() -> None:
    """Receive until the process is killed."""
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(kind, "127.0.0.1", 0, backlog=4_096) for kind in (Quick, Silent)]
    print(*[server.sockets[0].getsockname()[1] for server in servers], flush=True)
    await asyncio.gather(*[server.serve_forever() for server in servers])


if __name__ == "__main__":
    uvloop.run(main())
