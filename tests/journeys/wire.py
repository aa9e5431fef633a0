"""The ways of a story to the doors: the application in this process, or a real server over TCP.

A real server's line can be cut, and its worker killed.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import httpx2

from duebook.actions.run_batch import run_batch
from duebook.store import tenants
from tests.actions import issuing
from tests.actions.issuing import rows
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, run
from tests.jobs import told
from tests.make import PREFIX, Company
from tests.receiving import Receiver, receiver

_HEARD_SECONDS = 30
_WORKER_SECONDS = 10
_HOOK = "https://hooks.acme.example/duebook"


class Outlet(Protocol):
    """What a teller needs of the doors. `get`, `post` and `cut` are at the LeanPay door, `hyper` is at the Hyperline door."""

    async def get(self, day: date, path: str, **query: str) -> Any:
        """The JSON of a GET that must succeed."""
        ...

    async def post(self, day: date, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON."""
        ...

    async def hyper(self, day: date, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Status and JSON; `path` with its version."""
        ...

    async def work(self, day: date) -> None:
        """What a worker does until there is nothing to do: run batches, tell of them."""
        ...

    def hook(self) -> str:
        """A URL for a webhook endpoint."""
        ...

    async def cut(self, path: str, body: Any, *, whole: bool) -> None:
        """Send a POST and cut the line, in the middle of the body or before the answer."""
        ...

    def server(self) -> "Server":
        """The server itself. Raises AssertionError where there is none."""
        ...


class InProcess:
    """The application in this process, on the day of each step."""

    def __init__(self, company: Company) -> None:
        self._company = company

    async def get(self, day: date, path: str, **query: str) -> Any:
        return await self._company.on(day).get(path, **query)

    async def post(self, day: date, path: str, body: Any) -> tuple[int, Any]:
        response = await self._company.on(day).call("POST", path, json=body)
        return response.status_code, response.json()

    async def hyper(self, day: date, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        response = await self._company.on(day).hyper(method, path, json=body, params=query)
        return response.status_code, response.json()

    async def work(self, day: date) -> None:
        async with self._company.database.owner() as connection:
            tenant = await tenants.read(connection, tenant_id=self._company.tenant.id)
        assert tenant is not None
        company = replace(self._company.on(day), tenant=tenant)
        for row in await rows(company, "batches", state="pending"):
            id: UUID = row["id"]
            await issuing.within(company, lambda unit, id=id: run_batch(unit, id=id))
        await told.tell(company)

    def hook(self) -> str:
        return _HOOK

    async def cut(self, path: str, body: Any, *, whole: bool) -> None:
        raise AssertionError(f"{path}: a story whose line is cut needs a real server")

    def server(self) -> "Server":
        raise AssertionError("a story whose worker is killed needs a real server")


class Server:
    """A running server with a database, and what listens to it."""

    def __init__(self, served: Served, listening: Receiver, *, dsn: str) -> None:
        self._served, self._dsn = served, dsn
        self.listening = listening

    @property
    def address(self) -> str:
        return self._served.address

    async def kill_worker(self) -> None:
        """kill -9, once there is one: the server starts another half a second after a death."""
        await asyncio.to_thread(within, _WORKER_SECONDS, lambda: bool(self._served.children("worker")))
        os.kill(self._served.children("worker")[0], signal.SIGKILL)

    async def findings(self) -> str:
        """What `duebook doctor` says; empty where the books are proved."""
        done = await asyncio.to_thread(run, "doctor", DUEBOOK_DATABASE_URL=self._dsn)
        return "" if done.returncode == 0 else done.stdout + done.stderr


class OverTcp:
    """A real server, whose clock stands on one day: the story must happen on it."""

    def __init__(self, server: Server, client: httpx2.AsyncClient, *, day: date) -> None:
        self._server, self._client, self._day = server, client, day

    async def get(self, day: date, path: str, **query: str) -> Any:
        status, answer = await self._call(day, "GET", PREFIX + path, params=query)
        assert status == 200, answer
        return answer

    async def post(self, day: date, path: str, body: Any) -> tuple[int, Any]:
        return await self._call(day, "POST", PREFIX + path, json=body)

    async def hyper(self, day: date, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        return await self._call(day, method, path, json=body, params=query)

    async def _call(self, day: date, method: str, path: str, **arguments: Any) -> tuple[int, Any]:
        assert day == self._day, f"the server's clock stands on {self._day}"
        response = await self._client.request(method, path, **arguments)
        return response.status_code, response.json()

    async def work(self, day: date) -> None:
        raise AssertionError(f"{day}: the worker of a real server runs by itself")

    def hook(self) -> str:
        return self._server.listening.url()

    def server(self) -> Server:
        return self._server

    async def cut(self, path: str, body: Any, *, whole: bool) -> None:
        place = urlsplit(self._server.address)
        content = json.dumps(body).encode()
        key = self._client.headers["Authorization"]
        head = f"POST {PREFIX}{path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: {key}\r\nContent-Type: application/json\r\n"
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + (content if whole else content[: len(content) // 2]))
        await writer.drain()
        if whole:
            # The first byte of the answer says that the server has done its part; the rest is never read.
            await asyncio.wait_for(reader.read(1), _HEARD_SECONDS)
        writer.transport.abort()


@asynccontextmanager
async def over_tcp(served: Served, *, key: str, dsn: str, day: date) -> AsyncGenerator[OverTcp]:
    """To a server that is ready, on connections that are kept; its webhooks may go to a receiver here."""
    headers = {"Authorization": f"Bearer {key}"}
    # `verify` is off because reading certificates takes longer than the requests.
    async with receiver() as listening, httpx2.AsyncClient(base_url=served.address, headers=headers, timeout=30, verify=False) as client:
        yield OverTcp(Server(served, listening, dsn=dsn), client, day=day)
