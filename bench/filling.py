"""Fills books in bulk by the statements of filling.sql, and has the follower's own code count and mark what was filled."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.statements import blocks
from duebook.jobs import follower
from duebook.store.db import Database

_SQL = blocks("filling.sql")
_CHUNK = 100_000
JOURNAL_BYTES = 816
"""About the size of the journal's body of one imported invoice; the import part publishes the true one."""


def customers(dsn: str, *, tenant_id: str, count: int) -> list[UUID]:
    """Enter `count` customers; gives their ids."""
    with psycopg.connect(dsn) as connection:
        connection.execute(_SQL["functions"])
        values = {"tenant_id": tenant_id, "count": count}
        ids = [row[0] for row in connection.execute(_SQL["customers"], values)]
        connection.execute(_SQL["customers_tally"], values)
    return ids


def invoices(
    dsn: str, *, tenant_id: str, customer_ids: Sequence[UUID], count: int, day: date, journal: bool, settled: bool = False
) -> None:
    """Enter `count` invoices whose open ones stand around `day`, with or without journal and what settled the others."""
    values: dict[str, Any] = {
        "tenant_id": tenant_id,
        "customers": list(customer_ids),
        "customer_count": len(customer_ids),
        "day": day,
        "ends_at": _whole_milliseconds(datetime.now(UTC) - timedelta(hours=1)),
        "of": count,
        "body_bytes": JOURNAL_BYTES,
        "settled": settled,
    }
    names = ("invoices", *(["settlements"] if settled else []), *(["journal"] if journal else []), "tallies")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_SQL["functions"])
        for first in range(1, count + 1, _CHUNK):
            chunk = {"first": first, "last": min(first + _CHUNK - 1, count)}
            with connection.transaction():
                for name in names:
                    connection.execute(_SQL[name], values | chunk)


def rows_of_documents(dsn: str, *, tenant_id: str) -> None:
    """Give every invoice of the tenant two instalments, two payments and one link."""
    with psycopg.connect(dsn) as connection:
        connection.execute(_SQL["functions"])
        connection.execute(_SQL["rich_documents"], {"tenant_id": tenant_id})
        connection.execute(_SQL["rich_invoices"], {"tenant_id": tenant_id})


def follow(dsn: str, *, tenant_id: str) -> None:
    """Seal, fold and mark until nothing is left to do, then bring PostgreSQL's statistics up to date."""

    async def followed() -> None:
        database = await Database.open(dsn)
        try:
            for _ in range(5):
                await follower.visit(database, tenant_id=UUID(tenant_id), at=_whole_milliseconds(datetime.now(UTC)))
        finally:
            await database.close()

    asyncio.run(followed())
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _whole_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
