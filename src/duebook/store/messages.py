"""Messages in PostgreSQL: written by the follower, once for each endpoint and event; listed, replayed, and emptied when they are old.

Sending them, and what became of that, is `deliveries`. What this module does not do: know what an event's body looks like.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from duebook.store.arrays import plain
from duebook.store.db import Connection
from duebook.store.facts import Told
from duebook.store.ids import created_at, first_at
from duebook.store.queries import Rendered, load, render
from duebook.store.unit import Unit
from duebook.store.views import WHOLE

_SQL = load("messages.sql")

KEPT: Final = timedelta(days=90)
"""How long the body of a message can be read and replayed."""
AT_ONCE: Final = 10_000
"""Messages that one statement gives up or empties: while it runs, the journal behind it waits, everybody's."""

PAGE_BYTES: Final = 16 << 20
"""Of the bodies of a page: each may be as long as a request."""
GONE: Final = "its endpoint was deleted"


class Cursor(NamedTuple):
    """How far the journal was turned into messages, and the last sequence number that was given out."""

    xid: str
    id: UUID
    sequence: int


class Row(NamedTuple):
    """A row of the journal, its body as it was written."""

    xid: str
    id: UUID
    body: bytes


class Event(NamedTuple):
    """An event of one dialect with its place in the order of the facts, and the endpoints that want it."""

    event_id: UUID
    sequence: int
    told: Told
    endpoints: Sequence[UUID]


class Message(NamedTuple):
    """A message as it is read. `body` None: expunged."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    event_type: str
    status: str
    sent_at: datetime | None
    body: bytes | None

    def readable(self, at: datetime) -> bytes | None:
        """The body while it is not older than `KEPT`."""
        return None if created_at(self.id) < at - KEPT else self.body


async def tenants_with_untold(connection: Connection) -> list[UUID]:
    """Tenants whose journal holds something that is not turned into messages yet, and that have somebody to tell. Owner role."""
    return [row[0] for row in await connection.fetch(_SQL["with_untold"])]


async def hold_cursor(connection: Connection, *, tenant_id: UUID) -> Cursor | None:
    """The tenant's cursor, locked until the transaction ends; None where there never was an endpoint."""
    row = await connection.fetchrow(_SQL["hold_cursor"], tenant_id)
    return None if row is None else Cursor(*row)


async def untold(connection: Connection, *, tenant_id: UUID, cursor: Cursor, limit: int) -> list[Row]:
    """The next rows of the journal in the order of the facts, (xid, id)."""
    return [Row(*row) for row in await connection.fetch(_SQL["untold"], tenant_id, cursor.xid, cursor.id, limit)]


async def told_of(connection: Connection, *, tenant_id: UUID, cursor: Cursor) -> list[bytes]:
    """The bodies of rows that show documents, of the transaction in which the cursor stands, up to the cursor."""
    return [row[0] for row in await connection.fetch(_SQL["told_of"], tenant_id, cursor.xid, cursor.id, [*WHOLE, "link"])]


async def move_cursor(connection: Connection, *, tenant_id: UUID, cursor: Cursor) -> None:
    """Say how far the journal was turned into messages."""
    await connection.execute(_SQL["move_cursor"], tenant_id, *cursor)


async def insert(connection: Connection, *, tenant_id: UUID, at: datetime, ids: Sequence[UUID], events: Sequence[Event]) -> int:
    """Write a message for each endpoint of each event, due at once; gives how many were new. `ids` are as many, in growing order."""
    pairs = [(endpoint, number) for number, event in enumerate(events, 1) for endpoint in event.endpoints]
    written = await connection.fetch(
        _SQL["insert"],
        tenant_id,
        at,
        plain(ids),
        plain([endpoint for endpoint, _ in pairs]),
        plain([number for _, number in pairs]),
        plain(range(1, len(events) + 1)),
        plain([event.event_id for event in events]),
        plain([event.told.once_for for event in events]),
        plain([event.sequence for event in events]),
        plain([event.told.event_type for event in events]),
        [event.told.body for event in events],
    )
    return len(written)


async def page(
    connection: Connection, *, tenant_id: UUID, dialect: str, size: int, behind: UUID | None = None,
    before: datetime | None = None, after: datetime | None = None, event_types: Sequence[str] = (),
) -> list[Message]:  # fmt: skip
    """Messages to endpoints of a dialect, newest first: older than the message `behind`, made before and not before these instants.

    Up to `size`; where those on a page of `PAGE_BYTES` are fewer, these and one more at least.
    """
    given: dict[str, Any] = {
        "behind": behind,
        "before": None if before is None else first_at(before),
        "after": None if after is None else first_at(after),
        "event_types": list(event_types) or None,
    }
    values = {name: value for name, value in given.items() if value is not None}
    query = _rendered(frozenset(values))
    values |= {"tenant_id": tenant_id, "dialect": dialect, "size": size, "bytes": PAGE_BYTES}
    return [Message(*row) for row in await connection.fetch(query.sql, *query.arguments(values))]


@cache
def _rendered(given: frozenset[str]) -> Rendered:
    return render(_SQL["page"], given=given)


async def lock(unit: Unit, id: UUID, *, dialect: str) -> Message | None:
    """A message to an endpoint of a dialect, locked until the unit ends."""
    row = await unit.connection.fetchrow(_SQL["lock"], unit.tenant.id, id, dialect)
    return None if row is None else Message(*row)


async def replay(unit: Unit, id: UUID) -> None:
    """Send a message again, with its id and its bytes, as soon as may be."""
    await unit.connection.execute(_SQL["replay"], unit.tenant.id, id, unit.at)


async def give_up(connection: Connection, *, tenant_id: UUID, endpoint_id: UUID, reason: str, at: datetime) -> int:
    """Send nothing more of `AT_ONCE` messages that an endpoint has not got yet; gives how many there were. Call again until 0."""
    return len(await connection.fetch(_SQL["give_up"], tenant_id, endpoint_id, reason, at, AT_ONCE))


async def deleted_with_pending(connection: Connection, *, tenant_id: UUID) -> list[UUID]:
    """Deleted endpoints of which not all has been given up."""
    return [row[0] for row in await connection.fetch(_SQL["deleted_with_pending"], tenant_id)]


async def expunge(connection: Connection, *, tenant_id: UUID, at: datetime) -> int:
    """Empty `AT_ONCE` messages that are older than `KEPT`; gives how many there were. In a transaction; call again until 0."""
    row = await connection.fetchrow(_SQL["expunge"], tenant_id, first_at(at - KEPT), AT_ONCE)
    if row is None or not row["number"]:
        return 0
    await connection.execute(_SQL["move_expunged"], tenant_id, row["last"])
    return row["number"]
