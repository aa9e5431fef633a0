"""Deliveries in PostgreSQL: endpoints held by workers, messages that are due, outcomes.

One worker at a time delivers to an endpoint: it holds the endpoint, so its rate limit and its fair share are counted in one place, and a
message needs no claim of its own. What a worker holds is free when its time is over or when the worker is gone (`presence`); an attempt
that its death cut left no trace, so the message is simply due. What this module does not do: call anybody, or judge an answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from duebook.store.db import Connection
from duebook.store.presence import WORKERS
from duebook.store.queries import load

_SQL = load("deliveries.sql")


class Target(NamedTuple):
    """An endpoint as it is called; `rate_limit` a second, None: no limit; the previous secret signs too until its time is over."""

    id: UUID
    dialect: str
    url: str
    rate_limit: int | None
    secret: bytes
    previous_secret: bytes | None
    previous_secret_until: datetime | None
    failing_since: datetime | None

    def secrets(self, *, at: datetime) -> tuple[bytes, ...]:
        """Those that sign at an instant, the current one first."""
        until = self.previous_secret_until
        if self.previous_secret is None or until is None or until <= at:
            return (self.secret,)
        return (self.secret, self.previous_secret)


class Due(NamedTuple):
    """A message that is due, tried `attempts` times before."""

    id: UUID
    sequence: int
    attempts: int
    body: bytes


class Supply(NamedTuple):
    """What is due at an endpoint, oldest first, and when the next message is due behind what is due now (None: never)."""

    target: Target
    due: list[Due]
    later_at: datetime | None


class Outcome(NamedTuple):
    """What an attempt that ended `at` came to; `status` as in the table of messages."""

    id: UUID
    status: str
    next_at: datetime | None
    last_status: int | None
    last_error: str | None
    at: datetime


async def announce(connection: Connection, *, tenant_id: UUID) -> None:
    """Wake the workers when this transaction commits: the tenant has new messages, or an endpoint of it has changed."""
    await connection.execute(_SQL["announce"], str(tenant_id))


async def tenants_with_due(connection: Connection, *, at: datetime) -> list[UUID]:
    """For whom something is due. Owner role."""
    return [row["tenant_id"] for row in await connection.fetch(_SQL["tenants_with_due"], at)]


async def hold(
    connection: Connection, *, tenant_id: UUID, worker: int, known: Sequence[UUID], at: datetime, until: datetime, limit: int,
    failing: bool,
) -> list[Target]:  # fmt: skip
    """Take endpoints with something due that nobody holds, at most `limit`, beside those that are `known` to be held by this worker.

    The well come first; `failing`: whether those whose last attempt failed may come at all.
    """
    rows = await connection.fetch(_SQL["hold"], tenant_id, worker, known, at, until, WORKERS, limit, failing)
    return [Target(*row) for row in rows]


async def hold_on(connection: Connection, *, tenant_id: UUID, worker: int, ids: Sequence[UUID], until: datetime) -> list[Target]:
    """Those of the endpoints that are still this worker's and still listen, as they are now, held until then."""
    return [Target(*row) for row in await connection.fetch(_SQL["hold_on"], tenant_id, worker, ids, until)]


async def due(
    connection: Connection, *, tenant_id: UUID, worker: int, wanted: Sequence[tuple[UUID, int, int]], in_hand: Sequence[UUID], at: datetime
) -> dict[UUID, Supply]:
    """What is due at the endpoints that are `wanted`, each with its largest number of messages, and of bytes before the last of them.

    An endpoint that is missing in the answer is no longer this worker's, or no longer listens.
    """
    ids, numbers, sizes = ([row[column] for row in wanted] for column in range(3))
    found: dict[UUID, Supply] = {}
    for row in await connection.fetch(_SQL["due"], tenant_id, worker, ids, numbers, sizes, in_hand, at):
        supply = found.get(row["endpoint_id"])
        if supply is None:
            supply = found[row["endpoint_id"]] = Supply(_target(row), [], row["later_at"])
        if row["id"] is not None:
            supply.due.append(Due(row["id"], row["sequence"], row["attempts"], row["body"]))
    return found


async def settle(connection: Connection, *, tenant_id: UUID, worker: int, outcomes: Sequence[Outcome], at: datetime) -> int:
    """Write outcomes down; gives how many counted: what another worker holds by now is left to it."""
    columns = [list(column) for column in zip(*outcomes, strict=True)]
    return len(await connection.fetch(_SQL["settle"], tenant_id, worker, at, *columns))


async def mark_failing(connection: Connection, *, tenant_id: UUID, worker: int, since: Sequence[tuple[UUID, datetime | None]]) -> None:
    """Say since when endpoints fail; None: they are well again."""
    ids, instants = [id for id, _ in since], [instant for _, instant in since]
    await connection.execute(_SQL["mark_failing"], tenant_id, worker, ids, instants)


async def disable(
    connection: Connection, *, tenant_id: UUID, worker: int, endpoint_id: UUID, url: str, at: datetime, reason: str
) -> bool:  # fmt: skip
    """Tell an endpoint nothing more, if it is still at `url`; whether it was listening until now."""
    return bool(await connection.fetch(_SQL["disable"], tenant_id, worker, endpoint_id, at, reason, url))


def _target(row: Any) -> Target:
    return Target(
        row["endpoint_id"],
        row["dialect"],
        row["url"],
        row["rate_limit"],
        row["secret"],
        row["previous_secret"],
        row["previous_secret_until"],
        row["failing_since"],
    )
