"""What the migrated schema says of itself. It judges nothing; the laws in this folder do."""

from duebook.store.db import Connection

NOT_OF_A_TENANT = {
    "keys": "looked up by its hash before a tenant is known; holds a hash and no secret",
    "alembic_version": "the revision of the whole schema",
    "pgqueuer": "the queue of wake-ups, which the library reads as a whole; it carries tenants' ids and nothing of theirs",
    "pgqueuer_log": "what the queue notes of its own doings",
    "pgqueuer_schedules": "belongs to the library; not used",
    "pgqueuer_statistics": "belongs to the library; not used",
}
"""Tables outside row-level security, and why."""


async def every_table(connection: Connection) -> set[str]:
    """All tables of the schema."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f', 'm', 'v')"
    )
    return {row[0] for row in rows}


async def tenant_tables(connection: Connection) -> set[str]:
    """All tables but the exempt ones: whatever is added is a tenant's until it is named an exception."""
    return await every_table(connection) - set(NOT_OF_A_TENANT)
