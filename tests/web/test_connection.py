"""Our connection sends what uvicorn's own sends, byte for byte, whatever the application does; and a whole answer in one write."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from duebook.web.connection import Connection

_BODY = b'{"data":[]}'
_GET = b"GET /a?b=c HTTP/1.1\r\nhost: x\r\n\r\n"
_EXPECTING = b"POST / HTTP/1.1\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
_LISTEN = "listen"
"""In place of a message: the application asks what comes."""


def start(status: int = 200, *headers: tuple[bytes, bytes], size: int | None = len(_BODY)) -> dict[str, Any]:
    length = [] if size is None else [(b"content-length", str(size).encode())]
    usual = [(b"request-id", b"a1"), (b"content-type", b"application/json"), *length]
    return {"type": "http.response.start", "status": status, "headers": [*usual, *headers]}


def body(text: bytes = _BODY, *, more: bool | None = None) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text} | ({} if more is None else {"more_body": more})


class Transport(asyncio.Transport):
    """Takes down what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        self.writes.append(b"".join(list_of_data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def connected(kind: type[HttpToolsProtocol], *messages: Any, keep_alive: float = 60) -> tuple[HttpToolsProtocol, Transport]:
    """A connection to an application that sends these messages to everybody; an exception among them is raised."""

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            if isinstance(message, Exception):
                raise message
            await (receive() if message is _LISTEN else send(message))

    config = uvicorn.Config(app, http=kind, ws="none", interface="asgi3", log_config=None, timeout_keep_alive=keep_alive)
    config.load()
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    connection = kind(config, state, {})
    transport = Transport()
    connection.connection_made(transport)
    return connection, transport


async def told(kind: type[HttpToolsProtocol], request: bytes, *messages: Any) -> tuple[bytes, bool, int]:
    """What was written, whether the connection ended, and in how many writes."""
    connection, transport = connected(kind, *messages)
    connection.data_received(request)
    for _ in range(20):
        await asyncio.sleep(0)
    connection.connection_lost(None)
    return b"".join(transport.writes), transport.is_closed, len(transport.writes)


@pytest.mark.parametrize(
    ("request_", "messages"),
    [
        (_GET, [start(), body()]),
        (_GET + _GET, [start(), body()]),
        (_GET, [start(404), body(more=False)]),
        (_GET, [start(), body(_BODY[:5], more=True), body(_BODY[5:])]),
        (_GET, [start(size=None), body(_BODY[:5], more=True), body(_BODY[5:])]),
        (_GET, [start(size=None), body()]),
        (_GET, [start(200, (b"retry-after", b"1")), body()]),
        (_GET, [start(503, (b"connection", b"close")), body()]),
        (_GET, [{"type": "http.response.start", "status": 204, "headers": [(b"request-id", b"a1")]}, body(b"")]),
        (_GET, [start(200, (b"Location", b"/\r\nx: y")), body()]),
        (_GET, [{"type": "http.response.start", "status": 200}, body()]),
        (_GET, [start(200, (b"request-id", b"a2")), body()]),
        (_GET, [start(size=0), body(b"")]),
        (_GET, [ValueError("ours")]),
        (_GET, []),
        (_GET.replace(b"GET", b"HEAD"), [start(), body()]),
        (_GET.replace(b"1.1", b"1.0"), [start(), body()]),
        (_GET.replace(b"host", b"connection: close\r\nhost"), [start(), body()]),
        (_GET, [start(size=0), {"type": "http.response.body"}]),
        (_EXPECTING + b"{}", [start(), body()]),
        (_EXPECTING + b"{}", [_LISTEN, start(), body()]),
        (_EXPECTING, [start(), body(), _LISTEN]),
        (b"no HTTP\r\n\r\n", [start(), body()]),
    ],
)
async def test_what_is_sent_is_what_uvicorn_sends(request_: bytes, messages: list[Any]) -> None:
    ours, theirs = await told(Connection, request_, *messages), await told(HttpToolsProtocol, request_, *messages)

    assert ours[:2] == theirs[:2]
    assert ours[2] <= theirs[2]


async def test_a_whole_answer_is_one_write() -> None:
    assert (await told(Connection, _GET, start(), body()))[2] == 1


async def test_a_value_that_would_be_a_second_header_is_never_sent() -> None:
    message = {"type": "http.response.start", "status": 200, "headers": [(b"request-id", b"a\r\nx: y"), *start()["headers"][1:]]}

    written, _, _ = await told(Connection, _GET, message, body())

    assert b"x: y" not in written


@pytest.mark.parametrize("size", [1, 100])
async def test_a_body_of_another_length_than_it_says_ends_the_connection(size: int) -> None:
    _, is_closed, _ = await told(Connection, _GET, start(size=size), body())

    assert is_closed


async def test_an_application_that_fails_before_the_body_is_answered_for() -> None:
    """uvicorn has sent the head by then, and can only cut the connection; here nothing has gone out."""
    written, _, _ = await told(Connection, _GET, start(), ValueError("ours"))

    assert written.startswith(b"HTTP/1.1 500 ")


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail("not within 5 s")


async def test_an_idle_connection_ends_when_its_time_is_over_and_one_in_use_goes_on() -> None:
    loop = asyncio.get_running_loop()
    connection, transport = connected(Connection, start(), body(), keep_alive=0.4)
    began = loop.time()
    while loop.time() - began < 1:
        connection.data_received(_GET)
        await asyncio.sleep(0.1)
        assert not transport.is_closed
    last = loop.time()
    await until(transport.is_closing)

    assert 0.2 < loop.time() - last < 2


async def test_a_request_that_is_still_coming_is_no_idle_time() -> None:
    connection, transport = connected(Connection, start(), body(), keep_alive=0.1)
    connection.data_received(_GET)
    await until(lambda: bool(transport.writes))
    connection.data_received(_GET[:10])
    await asyncio.sleep(0.3)
    assert not transport.is_closed

    connection.data_received(_GET[10:])
    await until(lambda: len(transport.writes) == 2)
    await until(transport.is_closing)


async def test_a_connection_that_ended_leaves_no_timer() -> None:
    connection, transport = connected(Connection, start(), body())
    connection.data_received(_GET)
    await until(lambda: bool(transport.writes))
    timer = connection.timeout_keep_alive_task
    connection.connection_lost(None)

    assert timer is not None
    assert timer.cancelled()
