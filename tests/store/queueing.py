"""What tests of the queue share: transactions that wake, the queue as it stands, and workers that do nothing but note whom they serve."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from duebook.store import wakeups
from duebook.store.db import Connection
from duebook.store.queue import Queue
from duebook.store.unit import Actor, Unit
from duebook.web.today import now
from tests.conftest import TODAY
from tests.make import Company


@asynccontextmanager
async def unit_of(company: Company) -> AsyncIterator[Unit]:
    """A transaction of the company's, as requests have them."""
    async with company.database.tenant(company.tenant.id) as connection, connection.transaction():
        yield Unit(connection=connection, tenant=company.tenant, actor=Actor(kind="job", id="test"), day=TODAY, at=now())


async def waiting(owner: Connection) -> list[tuple[UUID, str]]:
    """The tenants that are in the queue, in order, and how they stand there."""
    rows = await owner.fetch("SELECT payload, status::text FROM pgqueuer ORDER BY priority DESC, id")
    return [(UUID(bytes=row[0]), row[1]) for row in rows]


async def add_batch(owner: Connection, tenant_id: UUID, *, state: str = "pending") -> UUID:
    """An open batch as it stands in the books, whatever is in it."""
    return await owner.fetchval(
        "INSERT INTO batches (tenant_id, id, updated_at, day, size, state, dialect, name, actor_kind, actor_id, request_sha256, drafts)"
        " VALUES ($1, $2::uuid, now(), now(), 1, $3, 'hyperline', $2::uuid::text, 'key', 'k', sha256(''), '[]') RETURNING id",
        tenant_id,
        uuid4(),
        state,
    )


async def until(condition: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "in vain"
        await asyncio.sleep(0.01)


class Worker:
    """A worker on the queue that notes whom it is asked to serve, and lets nobody go before it is told to."""

    def __init__(self, *, holds: bool = False) -> None:
        self.served: list[UUID] = []
        self.ended: list[UUID] = []
        self.may_end = asyncio.Event()
        self.stop = asyncio.Event()
        if not holds:
            self.may_end.set()

    @asynccontextmanager
    async def at_work(self, dsn: str, *, at_once: int = 2) -> AsyncIterator[Queue]:
        queue = await Queue.open(dsn)

        async def serve(id: int, tenant_id: UUID) -> None:
            await wakeups.begin(queue.asked, id=id)
            self.served.append(tenant_id)
            await self.may_end.wait()
            await wakeups.finish(queue.asked, id=id, tenant_id=tenant_id, at=now())
            self.ended.append(tenant_id)

        running = asyncio.create_task(queue.run(serve, at_once=at_once, stop=self.stop))
        try:
            yield queue
        finally:
            self.stop.set()
            self.may_end.set()
            try:
                await running
            finally:
                await queue.close()
