"""Page marks: the id of each 5,000th invoice behind the oldest writer, so that a far page is found without counting to it.

Ids carry the instant they were made. A mark is set only where no unit of work that may still run could put an invoice before it: a
minute behind the oldest transaction, so clocks of several servers have to agree within that minute.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from duebook.store.db import Connection
from duebook.store.ids import created_at
from duebook.store.queries import load

_SQL = load("lists.sql")

DISTANCE: Final = 5_000
_MARGIN: Final = timedelta(seconds=60)


async def extend(connection: Connection, *, tenant_id: UUID, most: int = 200) -> int:
    """Set up to `most` further marks of a tenant; gives how many. Owner role."""
    last = await connection.fetchrow(_SQL["last_mark"], tenant_id)
    position, id = (last["position"], last["id"]) if last else (0, UUID(int=0))
    settled = await connection.fetchval(_SQL["oldest_writer"]) - _MARGIN
    for number in range(most):
        id = await connection.fetchval(_SQL["next_mark"], tenant_id, id, DISTANCE)
        if id is None or created_at(id) >= settled:
            return number
        position += DISTANCE
        await connection.execute(_SQL["insert_mark"], tenant_id, position, id)
    return most
