"""What tests of deliveries share: endpoints and messages as the follower would have written them, and workers that deliver."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from duebook.jobs.deliveries import Names, deliver
from duebook.store import deliveries
from duebook.store.db import Database
from duebook.store.ids import Ids
from duebook.web.today import now
from tests.jobs.working import until

SECRET = bytes(range(32))
NAMES: Names = {"hyperline": lambda id: f"msg_{id.hex}"}


async def endpoint(database: Database, tenant_id: UUID, url: str, **columns: Any) -> UUID:
    """A new endpoint that listens at `url`."""
    row = {"dialect": "hyperline", "event_types": [], "secret": SECRET, "updated_at": now(), "id": uuid4()} | columns
    names = ", ".join(row)
    places = ", ".join(f"${place}" for place in range(3, 3 + len(row)))
    async with database.owner() as connection:
        await connection.execute(
            f"INSERT INTO endpoints (tenant_id, url, {names}) VALUES ($1, $2, {places})", tenant_id, url, *row.values()
        )
    return row["id"]


async def write(
    database: Database, tenant_id: UUID, endpoint_id: UUID, *, number: int = 1, due: timedelta = timedelta(), attempts: int = 0,
    silently: bool = False,
) -> list[UUID]:  # fmt: skip
    """New messages, due now or later, told of like the follower's unless `silently`; gives their ids, in order."""
    at = now()
    ids = Ids(at=at).many(number)
    bodies = [json.dumps({"event_type": "invoice.created", "data": {"number": place}}).encode() for place in range(number)]
    async with database.owner() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO messages (tenant_id, id, endpoint_id, event_id, sequence, updated_at, next_at, attempts, status, event_type, body)"
            " SELECT $1, n.id, $2, n.id, n.place, $3, $4, $5, 'pending', 'invoice.created', n.body"
            " FROM unnest($6::uuid[], $7::bytea[]) WITH ORDINALITY AS n (id, body, place)",
            tenant_id, endpoint_id, at, at + due, attempts, ids, bodies,
        )  # fmt: skip
        if not silently:
            await deliveries.announce(connection, tenant_id=tenant_id)
    return ids


async def make_due(database: Database, tenant_id: UUID) -> None:
    """Time passes: whatever the tenant's messages wait for has come."""
    async with database.owner() as connection, connection.transaction():
        await connection.execute("UPDATE messages SET next_at = $2 WHERE tenant_id = $1 AND status = 'pending'", tenant_id, now())
        await deliveries.announce(connection, tenant_id=tenant_id)


async def messages(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    """All messages of a tenant, oldest first."""
    async with database.owner() as connection:
        rows = await connection.fetch("SELECT * FROM messages WHERE tenant_id = $1 ORDER BY id", tenant_id)
    return [dict(row) for row in rows]


async def stored_endpoint(database: Database, id: UUID) -> dict[str, Any]:
    """The row of an endpoint."""
    async with database.owner() as connection:
        row = await connection.fetchrow("SELECT * FROM endpoints WHERE id = $1", id)
    assert row is not None
    return dict(row)


async def are(database: Database, tenant_id: UUID, status: str, *, tried: int | None = None, number: int | None = None) -> bool:
    """Whether all messages of a tenant (there are `number`) have this status, and were tried so often."""
    found = await messages(database, tenant_id)
    return (number is None or len(found) == number) and all(
        row["status"] == status and (tried is None or row["attempts"] == tried) for row in found
    )


def waits(row: dict[str, Any]) -> float:
    """How many seconds a message waits for its next attempt, from the moment in which the last one was written down."""
    return (row["next_at"] - row["updated_at"]).total_seconds()


@asynccontextmanager
async def delivering(database: Database, dsn: str) -> AsyncGenerator[asyncio.Event]:
    """A worker that delivers while inside; gives the event that stops it."""
    stop = asyncio.Event()
    running = asyncio.create_task(deliver(database, dsn=dsn, names=NAMES, allow_private=True, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


class Post:
    """A database of the test's own, with a tenant that has endpoints."""

    def __init__(self, database: Database, dsn: str, tenant_id: UUID) -> None:
        self.database, self.dsn, self.tenant_id = database, dsn, tenant_id

    async def endpoint(self, url: str, **columns: Any) -> UUID:
        """As `endpoint`."""
        return await endpoint(self.database, self.tenant_id, url, **columns)

    async def write(self, endpoint_id: UUID, **how: Any) -> list[UUID]:
        """As `write`."""
        return await write(self.database, self.tenant_id, endpoint_id, **how)

    async def messages(self) -> list[dict[str, Any]]:
        """As `messages`."""
        return await messages(self.database, self.tenant_id)

    async def message(self) -> dict[str, Any]:
        """The only one."""
        (found,) = await self.messages()
        return found

    async def make_due(self) -> None:
        """As `make_due`."""
        await make_due(self.database, self.tenant_id)

    async def all_are(self, status: str, *, tried: int | None = None, seconds: float = 10) -> float:
        """Wait for it; how long that took."""
        return await until(lambda: are(self.database, self.tenant_id, status, tried=tried), seconds=seconds)

    def delivering(self) -> AbstractAsyncContextManager[asyncio.Event]:
        """As `delivering`."""
        return delivering(self.database, self.dsn)
