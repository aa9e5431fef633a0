"""Allocations in PostgreSQL: the rows of documents, read and written as sets."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from duebook.core.allocation import Allocation
from duebook.store.arrays import days, plain, texts
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("allocations.sql")


async def of_invoices(unit: Unit, ids: Iterable[UUID]) -> list[Allocation]:
    """All rows of these invoices, each invoice's in order of recording."""
    return [Allocation(*row) for row in await unit.connection.fetch(_SQL["of_invoices"], unit.tenant.id, list(ids))]


async def of_credit_notes(unit: Unit, ids: Iterable[UUID]) -> list[Allocation]:
    """All rows of these credit notes, each credit note's in order of recording."""
    return [Allocation(*row) for row in await unit.connection.fetch(_SQL["of_credit_notes"], unit.tenant.id, list(ids))]


async def credit_notes_linked_to(unit: Unit, invoice_external_ids: Sequence[str]) -> set[UUID]:
    """Credit notes that lie on these invoices, read before any lock."""
    rows = await unit.connection.fetch(_SQL["credit_notes_linked_to"], unit.tenant.id, invoice_external_ids)
    return {row[0] for row in rows if row[0] is not None}


async def insert(unit: Unit, rows: Sequence[Allocation]) -> None:
    """Store new rows."""
    await unit.connection.fetchval(
        _SQL["insert"],
        unit.tenant.id,
        unit.at,
        plain([row.id for row in rows]),
        plain([row.kind for row in rows]),
        plain([row.amount for row in rows]),
        days([row.dated_on for row in rows]),
        days([row.recorded_on for row in rows]),
        texts([row.external_id for row in rows]),
        plain([row.invoice_id for row in rows]),
        plain([row.credit_note_id for row in rows]),
        plain([row.invoice_position for row in rows]),
        plain([row.credit_note_position for row in rows]),
        *_named_by(rows),
    )


async def update(unit: Unit, rows: Sequence[Allocation]) -> None:
    """Store new content of known rows."""
    await unit.connection.execute(
        _SQL["update"],
        unit.tenant.id,
        unit.at,
        plain([row.id for row in rows]),
        plain([row.amount for row in rows]),
        days([row.dated_on for row in rows]),
        texts([row.external_id for row in rows]),
        *_named_by(rows),
    )


async def delete(unit: Unit, rows: Sequence[Allocation]) -> None:
    """Take rows out of the books; the journal keeps what they were."""
    await unit.connection.execute(_SQL["delete"], unit.tenant.id, [row.id for row in rows])


def _named_by(rows: Sequence[Allocation]) -> tuple[str, str, str]:
    return plain([row.by_invoice for row in rows]), plain([row.by_credit_note for row in rows]), plain([row.by_hand for row in rows])
