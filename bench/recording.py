"""What a request asks of PostgreSQL: the very statements and arguments, listened to while the application answers it in this process.

So the other side of a ratio is always what the code does today, however many statements that is.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from bench.ground import Books
from duebook import app, settings
from duebook.store.db import Database


class Statement(NamedTuple):
    """A statement as the driver sent it."""

    sql: str
    arguments: Sequence[Any]


def statements(books: Books, path: str) -> list[Statement]:
    """The statements of a GET whose key and tenant are remembered already. Raises when its answer is no 200."""
    return asyncio.run(_listened(books, path))


async def _listened(books: Books, target: str) -> list[Statement]:
    heard: list[Statement] = []
    database = await Database.open(books.dsn, connections=1)
    try:
        async with database.tenant(UUID(books.tenant_id)) as connection:
            connection.add_query_logger(lambda query: heard.append(Statement(query.query, query.args)))
        application = app.build(settings=settings.read({}), database=database)
        for _ in range(2):  # the first time the key is looked up, and new types are asked about
            heard.clear()
            status = await _get(application, target, key=books.key)
            # The driver tells its listeners one turn of the loop later: without it, the last statement of one time is heard in the next.
            await asyncio.sleep(0)
            if status != 200:
                raise RuntimeError(f"GET {target} answered {status}")
    finally:
        await database.close()
    return heard


async def _get(application: Any, target: str, *, key: str) -> int:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "scheme": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"authorization", key.encode())],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"]
