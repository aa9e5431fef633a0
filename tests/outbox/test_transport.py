"""The way out, tried against a listener on loopback that must see nobody, and receivers that must be reached as they are called."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest
import trustme

from duebook.outbox.addresses import Found
from duebook.outbox.resolver import Resolver
from duebook.outbox.transport import AddressRefused, PublicTransport
from tests.outbox.names import leading_to
from tests.receiving import OK, Call, answer, receiver


async def post(transport: PublicTransport, url: str, *, body: bytes = b"{}") -> httpx2.Response:
    """One request, its answer read whole, within 5 s."""
    async with asyncio.timeout(5):
        response = await transport.handle_async_request(httpx2.Request("POST", url, content=body))
        try:
            await response.aread()
        finally:
            await response.aclose()
    return response


@pytest.fixture
async def private() -> AsyncIterator[PublicTransport]:
    """A transport that may call this machine, for what is not about addresses."""
    async with PublicTransport(allow_private=True) as transport:
        yield transport


HOSTS = (
    "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "books.localhost", "127.1", "2130706433", "0x7f000001", "0177.1", "0", "0.0.0.0",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[fe80::1]", "[fd00:ec2::254]", "169.254.169.254", "10.0.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255",
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
async def test_no_private_host_is_called(host: str, monkeypatch: pytest.MonkeyPatch):
    """Refused before anything is connected: a listener that every loopback spelling reaches sees nobody, and no socket is made at all."""
    made: list[object] = []
    async with receiver() as listening, PublicTransport() as transport:
        monkeypatch.setattr("duebook.outbox.transport._connected", lambda *places, **_: made.append(places))
        with pytest.raises((AddressRefused, httpx2.ConnectError)) as refused:
            await post(transport, f"https://{host}:{listening.port}/hook")

        assert isinstance(refused.value, AddressRefused) or "was not found" in str(refused.value)
        assert (made, listening.connections) == ([], 0)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00:ec2::254", "fe80::1"])
async def test_no_name_that_leads_to_a_private_address_is_called(address: str):
    async with receiver() as listening, PublicTransport(resolver=Resolver(leading_to(address))) as transport:
        with pytest.raises(AddressRefused, match=r"hooks\.example\.com leads to .*, which is no public address"):
            await post(transport, f"https://hooks.example.com:{listening.port}/hook")

        assert listening.connections == 0


async def test_one_private_address_among_public_ones_spoils_a_name():
    async with receiver() as listening, PublicTransport(resolver=Resolver(leading_to("1.1.1.1", "127.0.0.1"))) as transport:
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
            await post(transport, f"https://hooks.example.com:{listening.port}/hook")

        assert listening.connections == 0


async def test_a_name_that_answers_differently_the_second_time_gains_nothing(monkeypatch: pytest.MonkeyPatch):
    """The name is asked for once, and the connection goes to what was checked, whatever the name means by then."""
    asked: list[str] = []
    connected: list[tuple[object, ...]] = []

    def rebinding(host: str, port: int) -> Sequence[Found]:
        asked.append(host)
        return leading_to("1.1.1.1" if len(asked) == 1 else "127.0.0.1")(host, port)

    async def connect(self: asyncio.AbstractEventLoop, sock: socket.socket, address: tuple[object, ...]) -> None:
        connected.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    async with receiver() as listening, PublicTransport(resolver=Resolver(rebinding)) as transport:
        with monkeypatch.context() as patched:
            patched.setattr(type(asyncio.get_running_loop()), "sock_connect", connect)
            with pytest.raises(httpx2.ConnectError):
                await post(transport, f"https://hooks.example.com:{listening.port}/hook")
        with pytest.raises(AddressRefused):
            await post(transport, f"https://hooks.example.com:{listening.port}/hook")

        assert asked == ["hooks.example.com", "hooks.example.com"], "once for each request"
        assert connected == [("1.1.1.1", listening.port)]
        assert listening.connections == 0


async def test_http_is_refused_without_asking_for_the_name():
    asked: list[str] = []

    def lookup(host: str, port: int) -> Sequence[Found]:
        asked.append(host)
        return leading_to("1.1.1.1")(host, port)

    async with PublicTransport(resolver=Resolver(lookup)) as transport:
        with pytest.raises(AddressRefused, match="http:// is not called"):
            await post(transport, "http://hooks.example.com/")

    assert asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(private: PublicTransport, status: int):
    async with receiver() as inside:

        async def redirecting(_: Call) -> bytes:
            return answer(status, Location=inside.url("/secret"))

        async with receiver(redirecting) as outside:
            response = await post(private, outside.url())

            assert response.status_code == status
            assert len(outside.calls) == 1
        assert inside.connections == 0


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    async with receiver() as proxy, receiver() as there, PublicTransport(allow_private=True) as transport:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        await post(transport, there.url())

        assert (proxy.connections, len(there.calls)) == (0, 1)


def certified(*names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for these names, and a client's that trusts its issuer."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


async def test_the_certificate_is_checked_for_the_name_and_the_server_is_asked_by_name():
    server, client = certified("hooks.example.com")
    asked: list[str | None] = []

    def heard(_socket: object, name: str | None, _context: object) -> None:
        asked.append(name)

    server.sni_callback = heard
    transport = PublicTransport(allow_private=True, resolver=Resolver(leading_to("127.0.0.1")), ssl_context=client)
    async with receiver(tls=server) as there, transport:
        response = await post(transport, there.url(host="hooks.example.com", scheme="https"))

        assert response.status_code == 204
        assert [call.headers["host"] for call in there.calls] == [f"hooks.example.com:{there.port}"]
    assert asked == ["hooks.example.com"]


async def test_a_certificate_for_another_name_ends_the_attempt_before_anything_is_said():
    server, client = certified("other.example.com", "127.0.0.1")
    transport = PublicTransport(allow_private=True, resolver=Resolver(leading_to("127.0.0.1")), ssl_context=client)
    async with receiver(tls=server) as there, transport:
        with pytest.raises(httpx2.ConnectError, match=r"gave no secure connection: .*(?i:hostname mismatch)"):
            await post(transport, there.url(host="hooks.example.com", scheme="https"))

        assert there.calls == []


async def test_an_issuer_that_the_machine_does_not_trust_ends_it_too():
    server, _ = certified("hooks.example.com")
    transport = PublicTransport(allow_private=True, resolver=Resolver(leading_to("127.0.0.1")))
    async with receiver(tls=server) as there, transport:
        with pytest.raises(httpx2.ConnectError, match="certificate verify failed"):
            await post(transport, there.url(host="hooks.example.com", scheme="https"))

        assert there.calls == []


async def test_the_next_address_is_tried_when_the_first_does_not_answer():
    async with receiver() as there:
        transport = PublicTransport(allow_private=True, resolver=Resolver(leading_to("127.0.0.2", "127.0.0.1")))
        async with transport:
            response = await post(transport, there.url(host="hooks.example.com"))

        assert response.status_code == 204


async def test_a_connection_serves_one_request_after_the_other(private: PublicTransport):
    async with receiver() as there:
        for _ in range(20):
            await post(private, there.url())

        assert (len(there.calls), there.connections) == (20, 1)


async def test_a_kept_connection_that_was_hung_up_is_no_failure(private: PublicTransport):
    """A server that forgets idle connections without a word: the next request meets it as it leaves, and goes out again on a new one."""
    calls: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        calls.append(1)
        writer.write(OK)
        await writer.drain()
        await reader.read(1)  # the second request on this connection is taken and never answered
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await post(private, url)
        response = await post(private, url)

    assert response.status_code == 204
    assert len(calls) == 2


async def test_an_answer_that_was_not_read_whole_costs_the_connection(private: PublicTransport):
    async with receiver() as there:

        async def long(_: Call) -> bytes:
            return answer(200, body=b"x" * 1_000_000)

        there.answering = long
        for _ in range(2):
            response = await private.handle_async_request(httpx2.Request("POST", there.url(), content=b"{}"))
            await response.aclose()

        assert there.connections == 2


async def test_a_large_body_that_is_refused_early_is_answered_with_its_status(private: PublicTransport):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(413, Connection="close"))
        await writer.drain()
        await reader.read(4_000_000)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        response = await post(private, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", body=b"x" * 3_000_000)

    assert response.status_code == 413


async def test_a_name_without_an_address_is_told():
    def lookup(host: str, port: int) -> Sequence[Found]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with PublicTransport(resolver=Resolver(lookup)) as transport:
        with pytest.raises(httpx2.ConnectError, match=r"nowhere\.example was not found: Name or service not known"):
            await post(transport, "https://nowhere.example/")
