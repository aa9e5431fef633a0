"""Batches in PostgreSQL: accepted, taken, locked while they run, written with their outcomes, listed.

Drafts and outcomes are JSON, numbers digit by digit. Drafts are dropped once nothing can need them any more; the names of the items live on
in the outcomes. What this module does not do: decide what a draft becomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from duebook.core.batch import Batch, ItemOutcome, NamedDraft
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Accepted, Unit
from duebook.store.wakeups import RESERVED

_SQL = load("batches.sql")
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_drafts: Final = msgspec.json.Decoder(list[NamedDraft], float_hook=Decimal).decode
_raw_drafts: Final = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]]).decode
_outcomes: Final = msgspec.json.Decoder(list[ItemOutcome | None]).decode
_NEWEST: Final = UUID(int=(1 << 128) - 1)
LONGEST_NAME: Final = 255
"""Characters of the name of a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What is accepted: `drafts` as `encoded` makes them of `size` items."""

    id: UUID
    name: str
    dialect: str
    day: date
    size: int
    request_sha256: bytes
    drafts: bytes


class Item(NamedTuple):
    """An item of a batch as it is shown: its outcome, None while it waits."""

    name: str
    outcome: ItemOutcome | None


class Locked(NamedTuple):
    """A batch that nobody else runs until the unit ends. `outcomes` by position, None for items without one."""

    batch: Batch
    outcomes: list[ItemOutcome | None]
    encoded_drafts: bytes

    def drafts(self) -> list[NamedDraft]:
        """All drafts by position. Raises msgspec.ValidationError for what this version cannot read."""
        return _drafts(self.encoded_drafts)

    def raw_drafts(self) -> list[tuple[str, msgspec.Raw]]:
        """The drafts by position, each as it stands: names can be read whatever the drafts say."""
        return _raw_drafts(self.encoded_drafts)


class Taken(NamedTuple):
    """A batch that a worker took at the instant `at`, for the `takes`th time."""

    id: UUID
    takes: int
    at: datetime


class Listed(NamedTuple):
    """A batch as an operator sees it, whichever tenant's it is; the instant at which it was accepted is in its id."""

    tenant_id: UUID
    company: str
    mode: str
    id: UUID
    name: str
    state: str
    is_set_aside: bool
    size: int
    succeeded: int
    failed: int
    takes: int
    finished_at: datetime | None


def outcomes_of(stored: bytes | None, *, size: int) -> list[ItemOutcome | None]:
    """Outcomes by position as they are stored. Raises msgspec.DecodeError where they cannot be read."""
    return [None] * size if stored is None else _outcomes(stored)


def encoded(drafts: Sequence[NamedDraft] | Sequence[tuple[str, msgspec.Raw]]) -> bytes:
    """The drafts of a batch as they are stored."""
    return _encode(drafts)


async def insert(unit: Unit, batch: NewBatch) -> bool:
    """Store a new batch; False when its name is taken, which stores nothing. `unit.accepted` is known afterwards."""
    xid = await unit.connection.fetchval(
        _SQL["insert"], unit.tenant.id, batch.id, unit.at, batch.day, batch.size, batch.dialect, batch.name, unit.actor.kind, unit.actor.id,
        batch.request_sha256, batch.drafts,
    )  # fmt: skip
    if xid is not None:
        unit.accepted = Accepted(xid, batch.id)
    return xid is not None


async def by_name(connection: Connection, *, tenant_id: UUID, name: str) -> Batch | None:
    """The batch of this name."""
    row = await connection.fetchrow(_SQL["by_name"], tenant_id, name)
    return None if row is None else Batch(*row)


async def lock(unit: Unit, id: UUID) -> Locked | None:
    """A batch with its items, locked until the unit ends."""
    row = await unit.connection.fetchrow(_SQL["lock"], unit.tenant.id, id)
    if row is None:
        return None
    *columns, drafts, outcomes = row
    batch = Batch(*columns)
    return Locked(batch, outcomes_of(outcomes, size=batch.size), drafts)


async def items(connection: Connection, *, tenant_id: UUID, id: UUID) -> list[Item]:
    """The items of a batch by position."""
    row = await connection.fetchrow(_SQL["items_of"], tenant_id, id)
    if row is None:
        return []
    known = outcomes_of(row["outcomes"], size=row["size"])
    names = [outcome.name for outcome in known if outcome is not None]
    if len(names) < len(known):
        names = [name for name, _ in _raw_drafts(row["drafts"])]
    return list(map(Item, names, known))


async def take(unit: Unit, *, at: datetime, fresh: bool = False) -> Taken | None:
    """Take the tenant's oldest batch that waits for a worker, and count it; None when none waits. `at` is the instant of the take; `fresh`:
    only one that nobody has taken before.

    Committed before the batch is run, so that it counts although the run may die. One that is run or was just taken does not wait.
    """
    row = await unit.connection.fetchrow(_SQL["take"], unit.tenant.id, at, at - RESERVED, at + RESERVED, fresh)
    return None if row is None else Taken(row["id"], row["takes"], at)


async def give_back(unit: Unit, taken: Taken) -> None:
    """Take a take back, count and all, so that another worker need not wait: this one stops before it has run the batch."""
    await unit.connection.execute(_SQL["give_back"], unit.tenant.id, taken.id, taken.at)


async def write_outcomes(unit: Unit, id: UUID, *, outcomes: Sequence[ItemOutcome | None]) -> None:
    """Write what became of the items so far. With an outcome for every item it is done, and set aside where one is a fault of ours."""
    failed = sum(1 for outcome in outcomes if outcome is not None and outcome.document_id is None)
    succeeded = sum(1 for outcome in outcomes if outcome is not None) - failed
    is_done = failed + succeeded == len(outcomes)
    is_set_aside = is_done and any(outcome.is_bug for outcome in outcomes if outcome is not None)
    await unit.connection.execute(
        _SQL["write_outcomes"], unit.tenant.id, id, _encode(outcomes), succeeded, failed, "done" if is_done else "running", is_set_aside,
        unit.at if is_done else None, unit.at, is_set_aside or not is_done,
    )  # fmt: skip


async def end_set_aside(unit: Unit, id: UUID) -> None:
    """The batch no longer waits for an operator."""
    await unit.connection.execute(_SQL["end_set_aside"], unit.tenant.id, id, unit.at)


async def page(connection: Connection, *, tenant_id: UUID, limit: int, below: UUID | None = None) -> list[Batch]:
    """Up to `limit` batches of a tenant, newest first, older than `below`."""
    return [Batch(*row) for row in await connection.fetch(_SQL["page"], tenant_id, below or _NEWEST, limit)]


async def total(connection: Connection, *, tenant_id: UUID) -> int:
    """How many batches the tenant has."""
    return await connection.fetchval(_SQL["total"], tenant_id)


async def set_aside(connection: Connection) -> list[Listed]:
    """Every batch with items that failed by a fault of ours and were not put back, oldest first. Owner role."""
    return [Listed(*row) for row in await connection.fetch(_SQL["set_aside"])]


async def unfinished(connection: Connection, *, limit: int) -> list[Listed]:
    """Up to `limit` batches that are not done, oldest first. Owner role."""
    return [Listed(*row) for row in await connection.fetch(_SQL["unfinished"], limit)]
