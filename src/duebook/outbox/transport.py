"""The way out: a transport for httpx2 that connects to checked addresses only.

1. https alone, and no name that means this machine.
2. The host is asked for once; one address of it that is not public refuses it whole.
3. The connection goes to one of exactly these addresses, while `Host`, SNI and the certificate's check keep the name.

Redirects are answers like any other, and nothing is read from the environment but where the machine keeps its certificates. Connections
are kept for the next request to the same place, for a few seconds. What this module does not do: bound the time of a request (whoever
sends does), or the size of its answer.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import httpcore2
import httpx2

from duebook.outbox.addresses import Place, fault_of
from duebook.outbox.resolver import Resolver

_IDLE_SECONDS: Final = 4.0
"""Many servers hang up after five: a request should not meet that."""
_IDLE_EACH: Final = 32
_IDLE_IN_ALL: Final = 1_000
_PLACES: Final = 3
"""Addresses of a host that are tried, one after the other."""
_PATIENCE_SECONDS: Final = 4.0
"""How long the next address waits for the one before it."""
_WRITE_AT: Final = 64 * 1024
_SHUTDOWN_SECONDS: Final = 2

Origin = tuple[bytes, bytes, int]


class AddressRefused(httpx2.TransportError):
    """The request was not sent: its scheme or its address may not be called."""


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection as httpcore2 wants it. Head and body of a request leave together, before the answer is read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._unsent: list[bytes] = []
        self._size = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore2 calls it
        # A server may answer and hang up before it has read everything: what it said counts.
        with suppress(OSError):
            await self._flush()
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as httpcore2 calls it
        self._unsent.append(buffer)
        self._size += len(buffer)
        if self._size > _WRITE_AT:
            try:
                await self._flush()
            except OSError as error:
                raise httpcore2.WriteError(str(error)) from error

    async def _flush(self) -> None:
        if self._unsent:
            self._writer.write(b"".join(self._unsent))
            self._unsent.clear()
            self._size = 0
            await self._writer.drain()

    async def aclose(self) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Close, without waiting for the other side."""
        self._writer.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self.is_over()
        if info == "server_addr":
            return self._writer.get_extra_info("peername")
        return None

    def is_over(self) -> bool:
        """Whether the other side has hung up."""
        return self._reader.at_eof() or self._writer.is_closing()


class _Line(NamedTuple):
    """An open connection; `since`: when it fell idle, in the loop's seconds."""

    connection: httpcore2.AsyncHTTP11Connection
    stream: _Stream
    since: float = 0.0


class _Body(httpx2.AsyncByteStream):
    """An answer's body; closing it gives the connection back, or cuts it when not everything was read."""

    def __init__(self, answer: httpcore2.Response, line: _Line, transport: "PublicTransport", origin: Origin) -> None:
        self._answer, self._line, self._transport, self._origin = answer, line, transport, origin

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        stream = self._answer.stream
        assert isinstance(stream, AsyncIterable)  # noqa: S101 - the type covers httpcore2's blocking half too
        try:
            async for part in stream:
                yield part
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise _told(error) from error

    async def aclose(self) -> None:
        await self._answer.aclose()
        self._transport.take_back(self._line, self._origin)


class PublicTransport(httpx2.AsyncBaseTransport):
    """Sends to public addresses over https; with `allow_private` to any, over http too. For one event loop.

    Raises AddressRefused, httpx2.ConnectError, httpx2.NetworkError and httpx2.ProtocolError.
    """

    def __init__(self, *, allow_private: bool = False, resolver: Resolver | None = None, ssl_context: ssl.SSLContext | None = None) -> None:
        self._allow_private = allow_private
        self._resolver = resolver or Resolver()
        self._ssl = ssl_context or httpx2.create_ssl_context()
        self._ssl.set_alpn_protocols(["http/1.1"])
        self._idle: dict[Origin, list[_Line]] = {}
        self._idle_number = 0
        self._sweep: asyncio.TimerHandle | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; its answer must be closed by whoever asked."""
        url = request.url
        if url.scheme != "https" and not (self._allow_private and url.scheme == "http"):
            raise AddressRefused(f"{url.scheme}:// is not called, only https://")
        origin = (url.raw_scheme, url.raw_host, url.port or (443 if url.scheme == "https" else 80))
        assert isinstance(request.stream, AsyncIterable)  # noqa: S101 - the type covers httpx2's blocking half too
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=origin[0], host=origin[1], port=origin[2], target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        line = self._kept(origin)
        if line is not None:
            try:
                return await self._answered(asked, line, origin)
            except (httpx2.NetworkError, httpx2.RemoteProtocolError):
                # A kept connection may have been hung up as this request left; nobody can tell that from a failure of the request.
                pass
        return await self._answered(asked, await self._opened(origin), origin)

    async def _answered(self, asked: httpcore2.Request, line: _Line, origin: Origin) -> httpx2.Response:
        try:
            answer = await line.connection.handle_async_request(asked)
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise _told(error) from error
        return httpx2.Response(status_code=answer.status, headers=answer.headers, stream=_Body(answer, line, self, origin))

    async def _opened(self, origin: Origin) -> _Line:
        scheme, raw_host, port = origin
        host = raw_host.decode("ascii")
        try:
            places = await self._resolver.places(host, port=port)
        except OSError as error:
            raise httpx2.ConnectError(f"{host} was not found: {error.strerror or error}") from error
        if not self._allow_private and (fault := fault_of(places, host=host)):
            raise AddressRefused(fault)
        connected = await _connected(places[:_PLACES], host=host)
        secure: dict[str, Any] = (
            {"ssl": self._ssl, "server_hostname": host, "ssl_shutdown_timeout": _SHUTDOWN_SECONDS} if scheme == b"https" else {}
        )
        try:
            reader, writer = await asyncio.open_connection(sock=connected, **secure)
        except OSError as error:
            connected.close()
            raise httpx2.ConnectError(f"{host} gave no secure connection: {error.args[-1]}") from error
        except BaseException:
            connected.close()
            raise
        stream = _Stream(reader, writer)
        place = httpcore2.Origin(scheme=scheme, host=raw_host, port=port)
        return _Line(httpcore2.AsyncHTTP11Connection(origin=place, stream=stream), stream)

    def _kept(self, origin: Origin) -> _Line | None:
        """An idle connection to the same place, the one used last."""
        lines = self._idle.get(origin)
        while lines:
            line = lines.pop()
            self._idle_number -= 1
            if not line.stream.is_over() and asyncio.get_running_loop().time() - line.since < _IDLE_SECONDS:
                return line
            line.stream.hang_up()
        return None

    def take_back(self, line: _Line, origin: Origin) -> None:
        """Keep a connection whose answer was read whole."""
        if not line.connection.is_idle() or line.stream.is_over():
            return
        lines = self._idle.setdefault(origin, [])
        if len(lines) >= _IDLE_EACH or self._idle_number >= _IDLE_IN_ALL:
            line.stream.hang_up()
            return
        loop = asyncio.get_running_loop()
        lines.append(line._replace(since=loop.time()))
        self._idle_number += 1
        if self._sweep is None:
            self._sweep = loop.call_later(_IDLE_SECONDS, self._swept)

    def _swept(self) -> None:
        """Close what nobody wanted, and look again as long as anything is kept."""
        loop = asyncio.get_running_loop()
        for origin, lines in list(self._idle.items()):
            over = [line for line in lines if line.stream.is_over() or loop.time() - line.since >= _IDLE_SECONDS]
            self._close(over)
            self._idle[origin] = [line for line in lines if line not in over]
            if not self._idle[origin]:
                del self._idle[origin]
        self._sweep = loop.call_later(_IDLE_SECONDS, self._swept) if self._idle else None

    def _close(self, lines: Iterable[_Line]) -> None:
        for line in lines:
            self._idle_number -= 1
            line.stream.hang_up()

    async def aclose(self) -> None:
        """Hang up on every connection that is kept."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for lines in self._idle.values():
            self._close(lines)
        self._idle.clear()


async def _connected(places: Iterable[Place], *, host: str) -> socket.socket:
    """A socket connected to the first of the places that answers. Raises httpx2.ConnectError."""
    waiting = list(places)
    while True:
        place = waiting.pop(0)
        candidate = socket.socket(place.family, socket.SOCK_STREAM)
        candidate.setblocking(False)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS if waiting else None):
                await asyncio.get_running_loop().sock_connect(candidate, place.sockaddr)
            return candidate
        except OSError as error:  # TimeoutError is one
            candidate.close()
            if not waiting:
                words = os.strerror(error.errno) if error.errno else "no answer"
                raise httpx2.ConnectError(f"{host} ({place.address}): {words}") from error
        except BaseException:
            candidate.close()
            raise


def _told(error: Exception) -> httpx2.TransportError:
    """What httpcore2 says, in the words of httpx2."""
    kind = httpx2.NetworkError if isinstance(error, httpcore2.NetworkError) else httpx2.RemoteProtocolError
    return kind(str(error) or type(error).__name__)
