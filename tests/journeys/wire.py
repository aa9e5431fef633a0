"""The ways of a story to the door: the application in this process, or a real server over TCP, whose line can be cut."""

import asyncio
import json
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2

from tests.make import PREFIX, Company

_HEARD_SECONDS = 30


class Outlet(Protocol):
    """What a teller needs of the door."""

    async def get(self, day: date, path: str, **query: str) -> Any:
        """The JSON of a GET that must succeed."""
        ...

    async def post(self, day: date, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON."""
        ...

    async def cut(self, path: str, body: Any, *, whole: bool) -> None:
        """Send a POST and cut the line, in the middle of the body or before the answer."""
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

    async def cut(self, path: str, body: Any, *, whole: bool) -> None:
        raise AssertionError(f"{path}: a story whose line is cut needs a real server")


class OverTcp:
    """A real server, whose clock stands on one day: the story must happen on it."""

    def __init__(self, address: str, *, key: str, day: date) -> None:
        self._address, self._key, self._day = address, key, day

    async def get(self, day: date, path: str, **query: str) -> Any:
        status, answer = await self._call(day, "GET", path, params=query)
        assert status == 200, answer
        return answer

    async def post(self, day: date, path: str, body: Any) -> tuple[int, Any]:
        return await self._call(day, "POST", path, json=body)

    async def _call(self, day: date, method: str, path: str, **arguments: Any) -> tuple[int, Any]:
        assert day == self._day, f"the server's clock stands on {self._day}"
        async with httpx2.AsyncClient(base_url=self._address, headers={"Authorization": self._key}, timeout=30) as client:
            response = await client.request(method, PREFIX + path, **arguments)
        return response.status_code, response.json()

    async def cut(self, path: str, body: Any, *, whole: bool) -> None:
        place = urlsplit(self._address)
        content = json.dumps(body).encode()
        head = f"POST {PREFIX}{path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: {self._key}\r\nContent-Type: application/json\r\n"
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + (content if whole else content[: len(content) // 2]))
        await writer.drain()
        if whole:
            # The first byte of the answer says that the server has done its part; the rest is never read.
            await asyncio.wait_for(reader.read(1), _HEARD_SECONDS)
        writer.transport.abort()
