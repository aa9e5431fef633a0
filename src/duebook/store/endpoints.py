"""Webhook endpoints in PostgreSQL: kept for each tenant beside the cursor of what it was told.

`hold` comes first in every unit of work that changes endpoints: the follower locks the same row, so that it never meets half a change.
What this module does not do: deliver (`deliveries`), or decide what an endpoint may be (`actions.keep_endpoints`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from duebook.core.endpoint import Endpoint
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("endpoints.sql")

FIRST_ID: Final = UUID(int=0)
LAST_ID: Final = UUID(int=(1 << 128) - 1)
"""Behind every row of a transaction."""


class Numbers(NamedTuple):
    """How many endpoints of a tenant there are, and how many of them are not disabled."""

    there: int
    listening: int


class Listener(NamedTuple):
    """An endpoint as the follower sees it: facts of transactions above `from_xid` are its own."""

    id: UUID
    dialect: str
    event_types: frozenset[str]
    from_xid: int

    def wants(self, event_type: str) -> bool:
        """Whether it asks for events of this type."""
        return not self.event_types or event_type in self.event_types


async def hold(unit: Unit) -> None:
    """Lock the tenant's cursor until the unit ends; the first time, make it."""
    await unit.connection.fetchval(_SQL["hold"], unit.tenant.id, LAST_ID)


async def skip_the_past(unit: Unit) -> None:
    """Move the cursor behind this transaction: nobody was listening to what lies before."""
    xid = await unit.connection.fetchval(_SQL["this_transaction"])
    await unit.connection.execute(_SQL["jump"], unit.tenant.id, xid, LAST_ID)


async def numbers(unit: Unit) -> Numbers:
    """How many endpoints there are."""
    row = await unit.connection.fetchrow(_SQL["numbers"], unit.tenant.id)
    return Numbers(0, 0) if row is None else Numbers(*row)


async def set_tells(unit: Unit, *, tells: bool) -> None:
    """Say whether writers of the tenant keep what each fact looked like."""
    await unit.connection.execute(_SQL["set_tells"], unit.tenant.id, tells)


async def insert(unit: Unit, endpoint: Endpoint, *, secret: bytes) -> None:
    """Store a new endpoint; what this and later transactions write is told to it."""
    await unit.connection.execute(
        _SQL["insert"], unit.tenant.id, endpoint.id, endpoint.dialect, endpoint.url, endpoint.description, endpoint.rate_limit,
        list(endpoint.event_types), secret, unit.at,
    )  # fmt: skip


async def lock(unit: Unit, id: UUID) -> Endpoint | None:
    """An endpoint, locked until the unit ends."""
    row = await unit.connection.fetchrow(_SQL["lock"], unit.tenant.id, id)
    return None if row is None else _endpoint(row)


async def update(unit: Unit, endpoint: Endpoint) -> None:
    """Store new content of a known endpoint."""
    await unit.connection.execute(
        _SQL["update"], unit.tenant.id, endpoint.id, endpoint.url, endpoint.description, endpoint.rate_limit,
        list(endpoint.event_types), unit.at,
    )  # fmt: skip


async def enable(unit: Unit, id: UUID) -> None:
    """Let a disabled endpoint listen again, from this transaction on."""
    xid = await unit.connection.fetchval(_SQL["this_transaction"])
    await unit.connection.execute(_SQL["enable"], unit.tenant.id, id, xid)


async def rotate(unit: Unit, id: UUID, *, secret: bytes, previous_until: datetime) -> None:
    """Give an endpoint a new secret; the one it had signs too until `previous_until`."""
    await unit.connection.execute(_SQL["rotate"], unit.tenant.id, id, secret, previous_until)


async def delete(unit: Unit, id: UUID) -> None:
    """Take an endpoint out; its row stays for its messages' sake."""
    await unit.connection.execute(_SQL["delete"], unit.tenant.id, id, unit.at)


async def read(connection: Connection, *, tenant_id: UUID, id: UUID) -> Endpoint | None:
    """An endpoint that was not deleted."""
    row = await connection.fetchrow(_SQL["read"], tenant_id, id)
    return None if row is None else _endpoint(row)


async def page(
    connection: Connection, *, tenant_id: UUID, dialect: str, limit: int, behind: UUID = FIRST_ID, skipped: int = 0
) -> list[Endpoint]:
    """Endpoints of a dialect, oldest first: those with ids above `behind`, without the first `skipped` of them."""
    return [_endpoint(row) for row in await connection.fetch(_SQL["page"], tenant_id, dialect, behind, limit, skipped)]


async def count(connection: Connection, *, tenant_id: UUID, dialect: str) -> int:
    """How many endpoints of a dialect there are."""
    return await connection.fetchval(_SQL["count"], tenant_id, dialect)


async def listening(connection: Connection, *, tenant_id: UUID) -> Sequence[Listener]:
    """Whom to tell."""
    rows = await connection.fetch(_SQL["listening"], tenant_id)
    return [Listener(r["id"], r["dialect"], frozenset(r["event_types"]), int(r["from_xid"])) for r in rows]


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(*row)._replace(event_types=tuple(row["event_types"]))
