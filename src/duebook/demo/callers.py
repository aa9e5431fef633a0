"""Two ways to the LeanPay door: over HTTP to a running server, or to the same application in this process when none runs.

Each sends JSON and gives the status and the JSON answer. What this module does not do: know an operation of the door.
"""

import http.client
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from duebook.settings import Settings
from duebook.store.db import Database

PREFIX: Final = "/v1/public"
Message = MutableMapping[str, Any]
Call = Callable[[str, str, Any], Awaitable[tuple[int, Any]]]
"""(method, path below the door with its query, body or None) to (status, answer)."""

_SECONDS: Final = 60


@asynccontextmanager
async def over_http(*, address: str, key: str) -> AsyncGenerator[Call]:
    """To the server at `address`, one request at a time on one connection. A call raises OSError or HTTPException."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=_SECONDS)

    # Blocking on purpose: whoever enters the demo has nothing else to do meanwhile.
    async def call(method: str, path: str, body: Any) -> tuple[int, Any]:
        connection.request(method, PREFIX + path, body=_bytes(body), headers={"Authorization": key, "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    try:
        yield call
    finally:
        connection.close()


@asynccontextmanager
async def in_process(*, settings: Settings, database: Database, key: str) -> AsyncGenerator[Call]:
    """To the application built here on an open database, byte for byte as a server would hand it on."""
    from duebook import app  # only here: the command line, `serve` included, holds no door in its memory

    application = app.build(settings=settings, database=database)
    headers = [(b"authorization", key.encode()), (b"content-type", b"application/json")]

    async def call(method: str, path: str, body: Any) -> tuple[int, Any]:
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": PREFIX + path, "raw_path": (PREFIX + path).encode()}
        scope |= {"query_string": query.encode(), "headers": headers}
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": _bytes(body) or b""}

        async def send(message: Message) -> None:
            sent.append(message)

        await application(scope, receive, send)
        return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))

    yield call


def _bytes(body: Any) -> bytes | None:
    return None if body is None else json.dumps(body, ensure_ascii=False).encode()
