"""The journal: one row per change of the books, in the writer's transaction, which is also the event.

The body is JSON in neutral words: who, when, what before, what after. Its bytes are never changed: their SHA-256 is sealed into the
tenant's blocks by a follower (`seal`). Each writing transaction also leaves one tally row, from which lists are counted (`tally`,
`fold`).
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from duebook.store import views
from duebook.store.arrays import days, plain
from duebook.store.db import Connection
from duebook.store.ids import Ids
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("journal.sql")
_encode = msgspec.json.Encoder().encode

BLOCK_ROWS: Final = 100_000
"""The most rows one block seals; a longer tail becomes several blocks."""
FIRST_XID: Final = "0"
FIRST_ID: Final = UUID(int=0)
GENESIS: Final = bytes(32)
"""What the first block of a tenant follows."""

Stand = tuple[str, date | None, date | None]
"""(standing, uncovered_on, promised_on): all that the status of an invoice on a day is read from."""


class Change(NamedTuple):
    """One change: `before` and `after` are values with named fields (None: was not, is no more)."""

    kind: str
    object_id: UUID
    action: str
    before: Any
    after: Any


class Tally(NamedTuple):
    """How many documents more (or fewer) there are after a transaction; invoices also by what their status is read from."""

    customers: int = 0
    credit_notes: int = 0
    invoices: int = 0
    stands: Counter[Stand] | None = None


async def append(unit: Unit, changes: Sequence[Change], tally: Tally) -> None:
    """Write the rows of one transaction, after its other writes. `unit.xid` and `unit.journal_id` are known afterwards.

    While somebody listens (`unit.tenant.tells`) each row also keeps what its fact looked like (`store.views`).
    """
    stands = [(stand, number) for stand, number in (tally.stands or {}).items() if number]
    ids = unit.ids.many(len(changes) + 1)
    unit.journal_id = ids[0]
    bodies = _bodies(unit, changes, beside=await views.kept(unit, changes) if unit.tenant.tells and changes else None)
    unit.xid = await unit.connection.fetchval(
        _SQL["append"],
        unit.tenant.id,
        ids[:-1],
        [change.object_id for change in changes],
        plain([change.kind for change in changes]),
        plain([change.action for change in changes]),
        bodies,
        ids[-1],
        tally.customers,
        tally.credit_notes,
        tally.invoices,
        plain([stand[0] for stand, _ in stands]),
        days([stand[1] for stand, _ in stands]),
        days([stand[2] for stand, _ in stands]),
        plain([number for _, number in stands]),
        # Hashed here: the driver's library does it in a fifth of the time that PostgreSQL takes without its own.
        b"".join([hashlib.sha256(body).digest() for body in bodies]),
    )


def _bodies(unit: Unit, changes: Sequence[Change], *, beside: Sequence[dict[str, Any]] | None) -> list[bytes]:
    """The exact bytes of each row: what all of a transaction share comes first, and is encoded once; what is kept `beside` it, last."""
    shared = {"tenant_id": unit.tenant.id, "at": unit.at, "actor": {"kind": unit.actor.kind, "id": unit.actor.id}}
    head = _encode(shared)[:-1] + b","
    told = [_Row(kind, object_id, action, named(before), named(after)) for kind, object_id, action, before, after in changes]
    if beside is not None:
        told = [msgspec.structs.asdict(row) | more for row, more in zip(told, beside, strict=True)]
    return [head + _encode(one)[1:] for one in told]


class _Row(msgspec.Struct, gc=False):
    """What a row says of its own change, in the order in which it is written."""

    kind: str
    object_id: UUID
    action: str
    before: Any
    after: Any


def named(value: Any) -> Any:
    """A value as the journal writes it: NamedTuples by the names of their fields, nulls left out; instalments as lists."""
    return value if value is None or not hasattr(value, "_fields") else _form_of(value.__class__)(*value)


@cache
def _form_of(kind: Any) -> type[msgspec.Struct]:
    """A struct of the fields of a NamedTuple: the encoder leaves its nulls out, faster than anything written here could."""
    return msgspec.defstruct(kind.__name__, [(name, Any, None) for name in kind._fields], omit_defaults=True, gc=False)


async def tenants_to_visit(connection: Connection) -> list[UUID]:
    """Tenants that wrote since the follower's last visit. Owner role."""
    return [row[0] for row in await connection.fetch(_SQL["tenants_to_visit"])]


async def seal(connection: Connection, *, tenant_id: UUID, at: datetime) -> int:
    """Seal what stands above the last block and below every running writer; gives the number of rows sealed.

    Owner role, in a transaction.
    """
    last = await connection.fetchrow(_SQL["last_block"], tenant_id)
    number, xid, id, previous = (
        (last["number"], last["last_xid"], last["last_id"], last["sha256"]) if last else (0, FIRST_XID, FIRST_ID, GENESIS)
    )
    sealed = 0
    while True:
        number += 1
        block = await connection.fetchrow(_SQL["seal"], tenant_id, number, xid, id, BLOCK_ROWS, previous, at)
        if block is None:
            return sealed
        sealed += block["rows"]
        xid, id, previous = block["last_xid"], block["last_id"], block["sha256"]
        if block["rows"] < BLOCK_ROWS:
            return sealed


async def fold(connection: Connection, *, tenant_id: UUID, at: datetime) -> None:
    """Make one base of the tallies of transactions that are over for good. Owner role, in a transaction."""
    row = await connection.fetchrow(_SQL["fold"], tenant_id)
    if row is None or row["invoices"] is None:
        return
    await connection.execute(
        _SQL["set_base"], tenant_id, Ids(at=at).new(), row["customers"], row["credit_notes"], row["invoices"],
        row["standing"], row["uncovered_on"], row["promised_on"], row["difference"],
    )  # fmt: skip


async def totals(connection: Connection, *, tenant_id: UUID) -> Tally:
    """The exact number of documents of the tenant."""
    row = await connection.fetchrow(_SQL["totals"], tenant_id)
    return Tally(row["customers"], row["credit_notes"], row["invoices"]) if row else Tally()


async def totals_by_status(connection: Connection, *, tenant_id: UUID, day: date) -> dict[str, int]:
    """The exact number of invoices in each status on `day`."""
    return {row[0]: row[1] for row in await connection.fetch(_SQL["totals_by_standing"], tenant_id, day)}
