"""What tests of the worker share: batches that were accepted, workers that run in this process, and what became of it all."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from duebook.actions.submit_batch import submit_batch
from duebook.core.paper import PaperDraft
from duebook.jobs import batches as jobs
from duebook.store import batches
from duebook.store.batches import Item
from duebook.store.db import Database
from duebook.store.unit import Unit
from duebook.web.work import Work
from tests.actions.issuing import within
from tests.conftest import TODAY
from tests.make import Company


async def accepted(company: Company, drafts: list[PaperDraft], *, name: str | None = None, takes: int = 0) -> UUID:
    """Accept a batch of drafts, called 0, 1, 2 …, as if so many workers had died with it; gives its id."""
    chosen = name or str(uuid4())

    async def deed(unit: Unit) -> UUID:
        assert await submit_batch(
            unit,
            name=chosen,
            dialect="hyperline",
            items=[(str(place), draft) for place, draft in enumerate(drafts)],
            sha256=bytes(32),
        )
        found = await batches.by_name(unit.connection, tenant_id=unit.tenant.id, name=chosen)
        assert found is not None
        if takes:
            await unit.connection.execute("UPDATE batches SET takes = $2, state = 'running' WHERE id = $1", found.id, takes)
        return found.id

    return await within(company, deed)


@asynccontextmanager
async def worker(database: Database, dsn: str, *, seconds: float = 30, pinned: date | None = TODAY) -> AsyncIterator[asyncio.Event]:
    """A worker that runs batches while inside; gives the event that stops it."""
    stop = asyncio.Event()
    running = asyncio.create_task(jobs.serve(database, Work(database, seconds=seconds), dsn=dsn, pinned=pinned, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        await running


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 10) -> float:
    """Wait for it; how long that took, in seconds."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def stored(company: Company, id: UUID) -> dict[str, Any]:
    """The row of a batch."""
    async with company.database.owner() as connection:
        row = await connection.fetchrow("SELECT * FROM batches WHERE id = $1", id)
    assert row is not None
    return dict(row)


async def is_done(company: Company, *ids: UUID) -> bool:
    """Whether these batches are done."""
    async with company.database.owner() as connection:
        return await connection.fetchval("SELECT count(*) FROM batches WHERE id = ANY($1) AND state = 'done'", list(ids)) == len(ids)


async def done(company: Company, *ids: UUID, seconds: float = 10) -> float:
    """Wait until these batches are done; how long that took, in seconds."""

    async def condition() -> bool:
        return await is_done(company, *ids)

    return await until(condition, seconds=seconds)


async def items(company: Company, id: UUID) -> list[Item]:
    """The items of a batch with what became of them."""
    async with company.database.tenant(company.tenant.id) as connection:
        return await batches.items(connection, tenant_id=company.tenant.id, id=id)
