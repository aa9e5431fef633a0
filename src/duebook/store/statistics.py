"""Keeps the planner's statistics ahead of growth.

Autovacuum counts a table up to a minute after it grew; a first import of a million invoices does not wait that long, and plans made for an
empty table would read a whole tenant to find one row. So the follower counts a table as soon as it has doubled, from a small sample: how
large it is by now matters at once, and what a full sample tells beyond that comes with autovacuum's next round.
"""

from typing import Final

from duebook.store.db import Connection
from duebook.store.queries import load

_SQL = load("statistics.sql")

_COUNTED: Final = ("customers", "invoices", "credit_notes", "allocations", "journal", "kept_answers")
"""Tables that grow with use and are looked up row by row."""

_SAMPLE: Final = 10
"""A tenth of PostgreSQL's own target, 3,000 rows: while books double again and again, counting cost a tenth of the import itself."""


async def keep_up(connection: Connection) -> list[str]:
    """Count what has outgrown its statistics; gives the names. Owner role, outside a transaction."""
    outgrown = [row[0] for row in await connection.fetch(_SQL["outgrown"], list(_COUNTED))]
    if outgrown:
        await connection.execute(f"SET default_statistics_target = {_SAMPLE}")  # until the connection goes back to its pool
    for name in outgrown:
        await connection.execute(f"ANALYZE {name}")
    return outgrown
