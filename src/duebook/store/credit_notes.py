"""Credit notes in PostgreSQL: locked, written and read as sets."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from duebook.core.credit_note import CreditNote
from duebook.store.arrays import days, plain, texts
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("credit_notes.sql")
_FIELDS = CreditNote._fields


class CreditNoteRow(NamedTuple):
    """A payback or link as an answer shows it; in order of recording."""

    kind: str
    amount: int
    dated_on: date
    external_id: str | None
    invoice_id: UUID | None
    invoice_external_id: str | None


class CreditNoteView(NamedTuple):
    """A credit note with its rows, as it is read."""

    credit_note: CreditNote
    rows: Sequence[CreditNoteRow]


async def find_references(unit: Unit, ids: Sequence[UUID], external_ids: Sequence[str]) -> list[tuple[UUID, str | None]]:
    """(id, external id) of what these name."""
    return [(r[0], r[1]) for r in await unit.connection.fetch(_SQL["find_references"], unit.tenant.id, ids, external_ids)]


async def lock_by_external_id(unit: Unit, external_ids: Sequence[str]) -> list[CreditNote]:
    """The known credit notes among these, locked in order of id until the unit ends."""
    return [from_record(r) for r in await unit.connection.fetch(_SQL["lock_by_external_id"], unit.tenant.id, external_ids)]


async def lock(unit: Unit, ids: Iterable[UUID]) -> list[CreditNote]:
    """These credit notes, locked in order of id until the unit ends."""
    return [from_record(r) for r in await unit.connection.fetch(_SQL["lock"], unit.tenant.id, list(ids))]


async def insert(unit: Unit, credit_notes: Sequence[CreditNote]) -> None:
    """Store new credit notes. Raises one of TAKEN when another writer took an external id first."""
    await unit.connection.fetchval(_SQL["insert"], unit.tenant.id, unit.at, *_columns(credit_notes))


async def update(unit: Unit, credit_notes: Sequence[CreditNote]) -> None:
    """Store new content of known credit notes."""
    await unit.connection.execute(_SQL["update"], unit.tenant.id, unit.at, *_columns(credit_notes))


async def read_many(connection: Connection, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[CreditNoteView]:
    """These credit notes with their rows, in the order of `ids`."""
    grouped: dict[UUID, list[Any]] = {}
    for row in await connection.fetch(_SQL["read_many"], tenant_id, ids):
        grouped.setdefault(row["id"], []).append(row)
    return [CreditNoteView(from_record(grouped[id][0]), _rows(grouped[id])) for id in ids if id in grouped]


def _columns(credit_notes: Sequence[CreditNote]) -> tuple[str, ...]:
    return (
        plain([c.id for c in credit_notes]),
        plain([c.customer_id for c in credit_notes]),
        texts([c.external_id for c in credit_notes]),
        texts([c.reference for c in credit_notes]),
        plain([c.amount for c in credit_notes]),
        plain([c.net_amount for c in credit_notes]),
        plain([c.currency for c in credit_notes]),
        plain([c.default_amount for c in credit_notes]),
        days([c.issued_on for c in credit_notes]),
        days([c.due_on for c in credit_notes]),
        plain([c.amount_paid_back for c in credit_notes]),
        plain([c.amount_linked for c in credit_notes]),
        plain([c.standing for c in credit_notes]),
        plain([c.positions for c in credit_notes]),
    )


def _rows(records: Sequence[Any]) -> Sequence[CreditNoteRow]:
    if records[0]["kind"] is None:
        return ()
    return [
        CreditNoteRow(r["kind"], r["row_amount"], r["dated_on"], r["row_external_id"], r["invoice_id"], r["invoice_external_id"])
        for r in records
    ]


def from_record(row: Any) -> CreditNote:
    """The credit note of a record with the columns of the `lock` block."""
    return CreditNote(*[row[field] for field in _FIELDS])
