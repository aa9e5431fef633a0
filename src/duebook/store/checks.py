"""What `duebook doctor` reads: the books of one tenant from end to end, a page at a time, on one snapshot that stands still beside traffic.

Memory is bounded by a page, however large the books are. What this module does not do: judge. Nor does it write: its transaction could not.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from duebook.core.allocation import Allocation
from duebook.core.credit_note import CreditNote
from duebook.core.customer import Customer
from duebook.core.instalment import Instalment
from duebook.core.invoice import Invoice
from duebook.core.proof import Counterpart, StoredRow
from duebook.store.customers import from_record
from duebook.store.db import Connection
from duebook.store.journal import FIRST_ID, FIRST_XID, Stand
from duebook.store.queries import load

_SQL = load("checks.sql")
LAST_ID: Final = UUID(int=2**128 - 1)
"""Behind every document."""

D = TypeVar("D", Invoice, CreditNote)


class JournalRow(NamedTuple):
    """A row of the journal, with the exact bytes of its body."""

    xid: int
    id: UUID
    object_id: UUID
    kind: str
    action: str
    body: bytes
    sha256: bytes


class Block(NamedTuple):
    """A sealed range of the journal; `first` and `last` are (xid, id)."""

    number: int
    first: tuple[int, UUID]
    last: tuple[int, UUID]
    rows: int
    sha256: bytes


class DocumentPage(NamedTuple, Generic[D]):
    """Documents in order of id; every row whose document lies between the page before and this one's last, by that document's id."""

    documents: Sequence[D]
    rows: dict[UUID, Sequence[StoredRow]]


@asynccontextmanager
async def snapshot(connection: Connection) -> AsyncGenerator[None]:
    """One snapshot for everything read inside. It takes no transaction id, so followers and writers go on as if it were not there."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.fetchrow(_SQL["set_patience"])
        yield


async def next_xid(connection: Connection) -> int:
    """The transaction id below which every transaction of this cluster lies."""
    return int(await connection.fetchval(_SQL["next_xid"]))


async def last_xid(connection: Connection, *, tenant_id: UUID) -> int:
    """The highest transaction id in the journal, 0 when it is empty."""
    return int(await connection.fetchval(_SQL["last_xid"], tenant_id) or 0)


async def sealed_rows(connection: Connection, *, tenant_id: UUID) -> int:
    """How many rows the blocks say they seal."""
    return int(await connection.fetchval(_SQL["sealed_rows"], tenant_id))


async def stands(connection: Connection, *, tenant_id: UUID) -> dict[Stand, int]:
    """How many invoices the tallies count at each stand."""
    return {(r[0], r[1], r[2]): r[3] for r in await connection.fetch(_SQL["stands"], tenant_id)}


async def blocks(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[Block]:
    """The sealed blocks by number."""
    number = -(2**63)
    while records := await connection.fetch(_SQL["blocks"], tenant_id, number):
        for r in records:
            yield Block(r[0], (int(r[1]), r[2]), (int(r[3]), r[4]), r[5], r[6])
        number = records[-1][0]


async def marks(connection: Connection, *, tenant_id: UUID) -> dict[int, UUID]:
    """The page marks: before each id there are so many invoices. One for each 5,000 invoices."""
    return {r[0]: r[1] for r in await connection.fetch(_SQL["marks"], tenant_id)}


async def journal(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[Sequence[JournalRow]]:
    """The journal in order of (xid, id), in pages."""
    xid, id = FIRST_XID, FIRST_ID
    while records := await connection.fetch(_SQL["journal"], tenant_id, xid, id):
        yield [JournalRow(int(r[0]), r[1], r[2], r[3], r[4], r[5], r[6]) for r in records]
        xid, id = records[-1][0], records[-1][1]


async def customers(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[Sequence[Customer]]:
    """The customers in order of id, in pages."""
    id = FIRST_ID
    while records := await connection.fetch(_SQL["customers"], tenant_id, id):
        yield [from_record(r) for r in records]
        id = records[-1][0]


async def invoices(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[DocumentPage[Invoice]]:
    """The invoices in order of id, with their rows; the last page has no documents, but any rows behind the last document."""
    id, end = FIRST_ID, False
    while not end:
        records = await connection.fetch(_SQL["invoices"], tenant_id, id)
        end = not records
        until = LAST_ID if end else records[-1][0]
        rows = await connection.fetch(_SQL["rows_of_invoices"], tenant_id, id, until)
        yield DocumentPage([_invoice(r) for r in records], _grouped(rows, column=6))
        id = until


async def counterparts(connection: Connection, *, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Counterpart]:
    """What these credit notes have to share with the invoices they are linked to; unknown ones are left out."""
    return {r[0]: Counterpart(r[1], r[2]) for r in await connection.fetch(_SQL["counterparts"], tenant_id, ids)} if ids else {}


async def credit_notes(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[DocumentPage[CreditNote]]:
    """The credit notes in order of id, with their rows; as `invoices`."""
    id, end = FIRST_ID, False
    while not end:
        records = await connection.fetch(_SQL["credit_notes"], tenant_id, id)
        end = not records
        until = LAST_ID if end else records[-1][0]
        rows = await connection.fetch(_SQL["rows_of_credit_notes"], tenant_id, id, until)
        yield DocumentPage([CreditNote(*[r[field] for field in CreditNote._fields]) for r in records], _grouped(rows, column=7))
        id = until


def _grouped(records: Sequence[Any], *, column: int) -> dict[UUID, Sequence[StoredRow]]:
    grouped: dict[UUID, list[StoredRow]] = {}
    for r in records:
        values = tuple(r)
        grouped.setdefault(values[column], []).append(StoredRow(Allocation(*values[:13]), values[13]))
    return dict(grouped)


def _invoice(r: Any) -> Invoice:
    """The invoice; without instalments when the arrays that hold them do not go together."""
    arrays: tuple[list[Any], ...] = (r[10], r[11], r[12])
    # What the parts are worth in the tenant's currency may be unknown, of all of them alike.
    is_valued = None not in arrays[2] or all(value is None for value in arrays[2])
    whole = len(arrays[0]) == len(arrays[1]) == len(arrays[2]) and not any(None in array for array in arrays[:2]) and is_valued
    instalments = tuple(map(Instalment, *arrays)) if whole else ()
    values: list[Any] = [*r]
    values[10:13] = [instalments]
    return Invoice(*values)
