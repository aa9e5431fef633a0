"""What a tenant's books consist of, row by row, so that a test can prove that a refused request changed nothing at all.

It reads as the owner and never writes.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from tests.make import Company

TABLES = ("customers", "invoices", "credit_notes", "allocations", "journal", "tallies", "kept_answers", "entities", "catalogue")


async def footprint(company: Company) -> dict[str, tuple[int, str]]:
    """The number of rows of each table of the tenant and a digest of their whole content."""
    found: dict[str, tuple[int, str]] = {}
    async with company.database.owner() as connection:
        for table in TABLES:
            (row,) = await connection.fetch(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} AS t WHERE tenant_id = $1",
                company.tenant.id,
            )
            found[table] = (row[0], row[1])
    return found


@asynccontextmanager
async def unchanged(*companies: Company) -> AsyncGenerator[None]:
    """What happens inside must leave every row of these companies as it was, and add none."""
    before = [await footprint(company) for company in companies]
    yield
    assert [await footprint(company) for company in companies] == before


async def column(company: Company, sql: str, *arguments: Any) -> list[Any]:
    """The first column of a query on the tenant's rows; $1 is the tenant."""
    async with company.database.owner() as connection:
        return [row[0] for row in await connection.fetch(sql, company.tenant.id, *arguments)]


async def value(company: Company, sql: str, *arguments: Any) -> Any:
    """The one value of a query; $1 is the tenant."""
    (only,) = await column(company, sql, *arguments)
    return only


async def execute(company: Company, sql: str, *arguments: Any) -> None:
    """Change the tenant's rows behind the door's back, as a bank file or an operator would; $1 is the tenant."""
    async with company.database.owner() as connection:
        await connection.execute(sql, company.tenant.id, *arguments)


async def journal(company: Company, *, object_id: str | None = None) -> list[dict[str, Any]]:
    """The journal's bodies in order of writing, of one object or of all."""
    sql = "SELECT body FROM journal WHERE tenant_id = $1 AND ($2::text IS NULL OR object_id::text = $2) ORDER BY xid, id"
    return [msgspec.json.decode(body) for body in await column(company, sql, object_id)]


def deeds(rows: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """(kind, action) of journal rows."""
    return [(row["kind"], row["action"]) for row in rows]
