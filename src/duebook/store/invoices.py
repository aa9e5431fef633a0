"""Invoices in PostgreSQL: locked, written and read as sets. What is locked becomes `core.invoice.Invoice` values here and nowhere else;
what is only shown goes as the columns that an answer needs (`InvoiceFace`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from duebook.core.instalment import Instalment
from duebook.core.invoice import Invoice
from duebook.store.arrays import days, nested, plain, texts
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("invoices.sql")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class InvoiceRow(NamedTuple):
    """A payment, link or write-off as an answer shows it; in order of recording.

    The same columns of a record stand for it as they are: take it apart by their order.
    """

    kind: str
    amount: int
    dated_on: date
    external_id: str | None
    credit_note_id: UUID | None
    credit_note_external_id: str | None


class InvoiceFace(NamedTuple):
    """What an answer shows of an invoice without its rows.

    The first columns of a record of `read` or of a page stand for it as a plain tuple: making a value of each row of a page takes as long
    as fetching it. Of a single instalment only a due date other than the invoice's is told. `updated_ms`: milliseconds since 1970; in
    a dry run a new invoice has neither it nor an id.
    """

    id: UUID | None
    customer_id: UUID
    external_id: str | None
    reference: str
    amount: int
    currency: str
    default_amount: int | None
    issued_on: date
    due_on: date
    only_due_on: date | None
    instalment_due_on: Sequence[date] | None
    instalment_amount: Sequence[int] | None
    instalment_default_amount: Sequence[int | None] | None
    amount_paid: int
    amount_offset: int
    standing: str
    uncovered_on: date | None
    promised_on: date | None
    updated_ms: int | None


_WIDTH: Final = len(InvoiceFace._fields)
_rows_of: Final = msgspec.json.Decoder(list[InvoiceRow]).decode
InvoiceView = tuple[InvoiceFace, Sequence[InvoiceRow]]
"""An invoice with its rows, as it is shown."""


def face(invoice: Invoice) -> InvoiceFace:
    """What reading the invoice back would show."""
    # Taken apart and made in one step each, as a batch has a hundred of them: in the order of the fields.
    (
        id, customer_id, external_id, reference, amount, _, currency, value, issued_on, due_on, parts, paid, offset, standing, uncovered_on,
        promised_on, _, _, _, _, _, at,
    ) = invoice  # fmt: skip
    if len(parts) == 1:
        only = parts[0].due_on
        schedule = None if only == due_on else only, None, None, None
    else:
        schedule = None, [part.due_on for part in parts], [part.amount for part in parts], [part.default_amount for part in parts]
    return InvoiceFace._make((
        id, customer_id, external_id, reference, amount, currency, value, issued_on, due_on, *schedule,
        paid, offset, standing, uncovered_on, promised_on, None if at is None else _milliseconds(at),
    ))  # fmt: skip


@lru_cache(maxsize=1)
def _milliseconds(at: datetime) -> int:
    # All that one unit of work writes is of the same instant.
    return (at - _EPOCH) // _MILLISECOND


async def lock_by_external_id(unit: Unit, external_ids: Sequence[str]) -> list[Invoice]:
    """The known invoices among these, locked in order of id until the unit ends."""
    return [from_record(r) for r in await unit.connection.fetch(_SQL["lock_by_external_id"], unit.tenant.id, external_ids)]


async def lock(unit: Unit, ids: Iterable[UUID]) -> list[Invoice]:
    """These invoices, locked in order of id until the unit ends."""
    return [from_record(r) for r in await unit.connection.fetch(_SQL["lock"], unit.tenant.id, list(ids))]


async def find_references(unit: Unit, ids: Sequence[UUID], external_ids: Sequence[str]) -> list[tuple[UUID, str | None]]:
    """(id, external id) of what these name."""
    return [(r[0], r[1]) for r in await unit.connection.fetch(_SQL["find_references"], unit.tenant.id, ids, external_ids)]


async def insert(unit: Unit, invoices: Sequence[Invoice]) -> None:
    """Store new invoices. Raises one of TAKEN when another writer took an external id first."""
    currency = invoices[0].currency
    if all(_is_plain(invoice, currency) for invoice in invoices):
        await unit.connection.fetchval(_SQL["insert_plain"], unit.tenant.id, unit.at, currency, *_plain_columns(invoices))
    else:
        announced = days([i.payment_in_progress_on for i in invoices])
        await unit.connection.fetchval(_SQL["insert"], unit.tenant.id, unit.at, *_columns(invoices), announced)


async def update(unit: Unit, invoices: Sequence[Invoice]) -> None:
    """Store new content of known invoices."""
    flags = (days([i.disputed_on for i in invoices]), days([i.payment_in_progress_on for i in invoices]))
    await unit.connection.execute(_SQL["update"], unit.tenant.id, unit.at, *_columns(invoices), *flags)


async def read(connection: Connection, *, tenant_id: UUID, id: UUID) -> InvoiceView | None:
    """One invoice with its rows, in one statement."""
    records: Sequence[Any] = await connection.fetch(_SQL["read"], tenant_id, id)
    if not records:
        return None
    first: Any = records[0]
    rows: list[Any] = [record[_WIDTH:-1] for record in records[1:]]
    return first[:_WIDTH], rows


def of_page(records: Sequence[Any]) -> list[InvoiceView]:
    """The invoices of a page (`lists.page`: a face, then its rows, JSON, or None), each with its rows."""
    return [(record[:_WIDTH], () if record[_WIDTH] is None else _rows_of(record[_WIDTH])) for record in records]


async def due_for_review(unit: Unit, *, limit: int) -> list[Invoice]:
    """Locked invoices on which time may have changed something by the unit's day; those another worker holds are left to it."""
    return [from_record(r) for r in await unit.connection.fetch(_SQL["due_for_review"], unit.tenant.id, unit.day, limit)]


async def set_review(unit: Unit, *, ids: Sequence[UUID], reviews: Sequence[date | None]) -> None:
    """When to look at these invoices again."""
    await unit.connection.execute(_SQL["set_review"], unit.tenant.id, plain(ids), days(reviews))


def _is_plain(invoice: Invoice, currency: str) -> bool:
    """Whether the rest of a new invoice follows from the columns of `insert_plain`: no rows, so what is open is all of it."""
    return (
        invoice.positions == 0
        and invoice.standing == "open"
        and invoice.currency == currency
        and invoice.default_amount == invoice.amount
        and invoice.instalments == ((invoice.due_on, invoice.amount, invoice.amount),)
    )


def _plain_columns(invoices: Sequence[Invoice]) -> tuple[Any, ...]:
    return (
        # As they are: the driver copies the bytes of ids, of which PostgreSQL would read a text in four times as long.
        [i.id for i in invoices],
        [i.customer_id for i in invoices],
        texts([i.external_id for i in invoices]),
        texts([i.reference for i in invoices]),
        plain([i.amount for i in invoices]),
        plain([i.net_amount for i in invoices]),
        days([i.issued_on for i in invoices]),
        days([i.due_on for i in invoices]),
        days([i.review_on for i in invoices]),
    )


def _columns(invoices: Sequence[Invoice]) -> tuple[str, ...]:
    parts = [i.instalments for i in invoices]
    return (
        plain([i.id for i in invoices]),
        plain([i.customer_id for i in invoices]),
        texts([i.external_id for i in invoices]),
        texts([i.reference for i in invoices]),
        plain([i.amount for i in invoices]),
        plain([i.net_amount for i in invoices]),
        plain([i.currency for i in invoices]),
        plain([i.default_amount for i in invoices]),
        days([i.issued_on for i in invoices]),
        days([i.due_on for i in invoices]),
        nested([days([part.due_on for part in p]) for p in parts]),
        nested([plain([part.amount for part in p]) for p in parts]),
        nested([plain([part.default_amount for part in p]) for p in parts]),
        plain([i.amount_paid for i in invoices]),
        plain([i.amount_offset for i in invoices]),
        plain([i.standing for i in invoices]),
        days([i.uncovered_on for i in invoices]),
        days([i.review_on for i in invoices]),
        plain([i.positions for i in invoices]),
    )


def from_record(r: Any) -> Invoice:
    """The invoice of a record whose first columns are those of the `lock` block."""
    due_on: list[date] = r[10]
    instalments = (Instalment(due_on[0], r[11][0], r[12][0]),) if len(due_on) == 1 else tuple(map(Instalment, due_on, r[11], r[12]))
    updated_at: datetime = r[23]
    return Invoice(
        r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], instalments,
        r[13], r[14], r[15], r[16], r[17], r[18], r[19], r[20], r[21], r[22], updated_at,
    )  # fmt: skip
