"""The follower of the journal: seals it, folds the tallies, marks pages, keeps the planner's statistics, forgets old kept answers.

It visits only tenants that wrote since its last visit; a sweep each minute visits all. One statement a second is what an idle follower
costs.
"""

from datetime import datetime
from uuid import UUID

from duebook.store import answers, journal, marks, statistics, tenants
from duebook.store.db import Database


async def visit_writers(database: Database, *, at: datetime) -> int:
    """Visit every tenant that wrote since the last visit; gives how many."""
    async with database.owner() as connection:
        found = await journal.tenants_to_visit(connection)
    for tenant_id in found:
        await visit(database, tenant_id=tenant_id, at=at)
    if found:
        async with database.owner() as connection:
            await statistics.keep_up(connection)
    return len(found)


async def sweep(database: Database, *, at: datetime) -> None:
    """Visit every tenant, and forget kept answers older than 24 h."""
    async with database.owner() as connection:
        found = await tenants.every(connection)
    for tenant in found:
        await visit(database, tenant_id=tenant.id, at=at)
        async with database.owner() as connection:
            await answers.purge(connection, tenant_id=tenant.id, at=at)


async def visit(database: Database, *, tenant_id: UUID, at: datetime) -> None:
    """Seal and fold what is over for good, on one snapshot, then mark pages."""
    async with database.owner() as connection:
        # One snapshot for both: what is folded is exactly what is sealed, so no tenant is forgotten with an unsealed tail.
        async with connection.transaction(isolation="repeatable_read"):
            await journal.seal(connection, tenant_id=tenant_id, at=at)
            await journal.fold(connection, tenant_id=tenant_id, at=at)
        await marks.extend(connection, tenant_id=tenant_id)
