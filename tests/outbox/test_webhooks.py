"""One attempt: what leaves, checked by the library that receivers use, and what every kind of answer comes to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import WebhookVerificationError

from duebook.core.delivery import Answer
from duebook.outbox.transport import PublicTransport
from duebook.outbox.webhooks import Letter, retry_after, send
from tests.receiving import Call, always, answer, receiver

SECRET = bytes(range(32))
OLD_SECRET = bytes(range(32, 64))
BODY = '{"event_type":"invoice.created","data":{"name":"Crèche à Paris — 10 €"}}'.encode()
AT = datetime(2026, 2, 1, 9, 30, 15, 999_000, tzinfo=UTC)


def letter(url: str, **fields: object) -> Letter:
    """A message on its way to `url`."""
    return Letter(id="msg_0001", url=url, body=BODY, secrets=(SECRET,), sequence=41)._replace(**fields)


@pytest.fixture
async def transport() -> AsyncIterator[PublicTransport]:
    async with PublicTransport(allow_private=True) as opened:
        yield opened


async def test_what_leaves(transport: PublicTransport):
    at = datetime.now(UTC)
    async with receiver() as there:
        told = await send(transport, letter(there.url("/hook?tenant=1")), at=at)
        (call,) = there.calls

    assert told == Answer(status=204)
    assert call.path == "/hook?tenant=1"
    assert call.body == BODY, "byte for byte"
    assert call.verified(SECRET)["data"]["name"] == "Crèche à Paris — 10 €"
    told_of_it = {
        name: call.headers[name] for name in ("content-type", "user-agent", "webhook-id", "webhook-timestamp", "duebook-sequence")
    }
    assert told_of_it == {
        "content-type": "application/json",
        "user-agent": "duebook",
        "webhook-id": "msg_0001",
        "webhook-timestamp": str(int(at.timestamp())),
        "duebook-sequence": "41",
    }


async def test_while_a_secret_is_exchanged_both_sign(transport: PublicTransport):
    async with receiver() as there:
        await send(transport, letter(there.url(), secrets=(SECRET, OLD_SECRET)), at=datetime.now(UTC))
        (call,) = there.calls

    assert len(call.headers["webhook-signature"].split(" ")) == 2
    assert call.verified(SECRET) == call.verified(OLD_SECRET)
    with pytest.raises(WebhookVerificationError):
        call.verified(bytes(32))


async def test_every_2xx_is_good(transport: PublicTransport):
    async with receiver() as there:
        for status in (200, 201, 202, 204, 299):
            there.answering = always(answer(status))
            assert await send(transport, letter(there.url()), at=AT) == Answer(status=status)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 429, 500, 503])
async def test_everything_else_is_not(transport: PublicTransport, status: int):
    async with receiver(always(answer(status, Location="http://127.0.0.1:1/"))) as there:
        told = await send(transport, letter(there.url()), at=AT)

    assert told == Answer(status=status, error=f"status {status}")
    assert (told.is_good, told.is_gone) == (False, status == 410)


async def test_of_an_error_a_few_words_are_kept(transport: PublicTransport):
    """On one line, printable, at most 200 characters: it may hold anything, and PostgreSQL takes no NUL."""
    body = b"<h1>Oops\x00\x1b[31m</h1>\r\n" + b"the dog \xff ate it, " * 100_000
    async with receiver(always(answer(500, body=body))) as there:
        told = await send(transport, letter(there.url()), at=AT)

    assert told.error is not None
    assert told.error.startswith("status 500: <h1>Oops [31m</h1> the dog � ate it, the dog")
    assert len(told.error) == len("status 500: ") + 200
    assert told.error.isprintable()


async def test_an_answer_without_end_costs_no_memory_and_is_good(transport: PublicTransport):
    """Headers say 200, the body never ends: 64 KB of it are read, and the connection is given up."""
    sent: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
                sent.append(65_536)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        told = await send(transport, letter(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), at=AT)

    assert told == Answer(status=200)
    assert sum(sent) < 20_000_000, "what fits into the buffers of the system"


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
async def test_the_whole_attempt_has_its_time(transport: PublicTransport, first: bytes):
    """Silence, a head that stops, a body that stops: all end in time."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        began = asyncio.get_running_loop().time()
        told = await send(transport, letter(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), at=AT, seconds=0.2)

    assert told == Answer(error="no answer within 0.2 s")
    assert asyncio.get_running_loop().time() - began < 1


async def test_what_cannot_be_reached_is_told(transport: PublicTransport):
    told = await send(transport, letter("http://127.0.0.1:1/"), at=AT)

    assert told == Answer(error="127.0.0.1 (127.0.0.1): Connection refused")


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02", b""])
async def test_what_speaks_no_http_is_told(transport: PublicTransport, said: bytes):
    async with receiver(always(said)) as there:

        async def hanging_up(_: Call) -> bytes:
            if said:
                return said + b"\r\n\r\n"
            raise ConnectionResetError

        there.answering = hanging_up
        told = await send(transport, letter(there.url()), at=AT)

    assert told.status is None
    assert told.error


@pytest.mark.parametrize("url", ["https://0177.0.0.1/", "https://127.0.0.1/", "https://169.254.169.254/", "http://hooks.example.com/"])
async def test_what_may_not_be_called_is_a_failed_attempt(url: str):
    async with PublicTransport() as public:
        told = await send(public, letter(url), at=AT)

    assert told.status is None
    assert told.error


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        (None, None),
        ("0", timedelta()),
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("999999999", timedelta(hours=24)),
        ("99999999999999999999", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (format_datetime(AT + timedelta(minutes=3), usegmt=False), timedelta(minutes=3, milliseconds=-999)),
        ("Sun, 01 Feb 2026 09:31:15 GMT", timedelta(seconds=59, milliseconds=1)),
        ("Sun, 01 Feb 2026 09:31:15 -0000", timedelta(seconds=59, milliseconds=1)),
        ("Sun, 01 Feb 2026 09:00:00 GMT", timedelta()),
        ("Sun, 01 Feb 2099 09:00:00 GMT", timedelta(hours=24)),
        ("Sun, 99 Feb 2026 09:00:00 GMT", None),
        (f"Sun, 01 Feb 2026 09:00:00 +{'9' * 18}", None),
    ],
)
def test_how_long_a_receiver_wants_to_be_left_alone(said: str | None, wait: timedelta | None):
    assert retry_after(said, at=AT) == wait


async def test_retry_after_is_told(transport: PublicTransport):
    async with receiver(always(answer(503, Retry_After="7"))) as there:
        told = await send(transport, letter(there.url()), at=AT)

    assert told == Answer(status=503, error="status 503", retry_after=timedelta(seconds=7))
