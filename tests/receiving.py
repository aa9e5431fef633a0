"""A webhook receiver on a loopback port: a real HTTP server that keeps what it got and answers as a test says."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

Answering = Callable[["Call"], Awaitable[bytes]]

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, *, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of an answer; `retry_after="3"` is the header Retry-After."""
    lines = [f"HTTP/1.1 {status} As The Test Says", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(what: bytes) -> Answering:
    """Every call is answered so."""

    async def answering(_: "Call") -> bytes:
        return what

    return answering


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came; header names in small letters."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: bytes | str) -> Any:
        """The body as JSON, its signature checked by the library that receivers use. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(slots=True)
class Receiver:
    """`answering` is asked for each call; `at_once` is the largest number of calls that were open at the same time."""

    port: int = 0
    answering: Answering = field(default_factory=lambda: always(OK))
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    at_once: int = 0
    serving: set["asyncio.Task[None]"] = field(default_factory=set)

    def url(self, path: str = "/hook", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Where it listens."""
        return f"{scheme}://{host}:{self.port}{path}"

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody has connected."""
        task = asyncio.ensure_future(self.serve(reader, writer))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    def hang_up(self) -> None:
        """End all connections, whatever is being answered on them."""
        for task in list(self.serving):
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                call = Call(time.monotonic(), line.split(" ")[1], headers, body)
                self.calls.append(call)
                self.open += 1
                self.at_once = max(self.at_once, self.open)
                try:
                    writer.write(await self.answering(call))
                    await writer.drain()
                finally:
                    self.open -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiver(answering: Answering | None = None, *, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    """A receiver that listens while inside."""
    there = Receiver(answering=answering or always(OK))
    server = await asyncio.start_server(there.connected, "127.0.0.1", 0, ssl=tls, limit=1024 * 1024)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()
        there.hang_up()
        await asyncio.gather(*there.serving, return_exceptions=True)
