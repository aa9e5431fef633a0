"""What `duebook doctor` reads of papers and batches, a page at a time, beside what `checks` reads of the books."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from duebook.core.allocation import Allocation
from duebook.core.batch import Batch, ItemOutcome
from duebook.core.paper import Content, Paper
from duebook.core.paper_proof import Receivable, StoredPaper
from duebook.core.transaction import Transaction
from duebook.store import batches as stored_batches
from duebook.store import papers as stored_papers
from duebook.store.checks import LAST_ID
from duebook.store.db import Connection
from duebook.store.journal import FIRST_ID
from duebook.store.queries import load

T = TypeVar("T")

_SQL = load("checks.sql")
_COLUMNS = len(Paper._fields)
_CONTENT = Paper._fields.index("content")


class PaperPage(NamedTuple):
    """Papers in order of id; every transaction whose document lies between the page before and this one's last, by that document's id."""

    papers: Sequence[StoredPaper]
    receivables: dict[UUID, list[Receivable]]
    transactions: dict[UUID, list[Transaction]]
    rows: dict[UUID, Allocation]


class StoredBatch(NamedTuple):
    """A batch with its outcomes by position. None: they cannot be read."""

    batch: Batch
    outcomes: Sequence[ItemOutcome | None] | None


async def papers(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[PaperPage]:
    """The papers with what belongs to them; the last page has no papers, but any transactions behind the last paper."""
    id, end = FIRST_ID, False
    while not end:
        records = await connection.fetch(_SQL["papers"], tenant_id, id)
        end = not records
        until = LAST_ID if end else records[-1][0]
        moved = [Transaction(*row) for row in await connection.fetch(_SQL["transactions"], tenant_id, id, until)]
        owed = await connection.fetch(_SQL["receivables"], tenant_id, [r[0] for r in records])
        rows = await connection.fetch(_SQL["rows_named"], tenant_id, [one.id for one in moved])
        yield PaperPage(
            [_paper(r) for r in records],
            _by_document((row.id, row) for row in (Receivable(*r) for r in owed)),
            _by_document((one.document_id, one) for one in moved),
            {r[0]: Allocation(*r) for r in rows},
        )
        id = until


async def batches(connection: Connection, *, tenant_id: UUID) -> AsyncIterator[Sequence[StoredBatch]]:
    """The batches in order of id, in pages."""
    id = FIRST_ID
    while records := await connection.fetch(_SQL["batches"], tenant_id, id):
        yield [_batch(r) for r in records]
        id = records[-1][0]


async def papers_there(connection: Connection, *, tenant_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these papers there are."""
    return {r[0] for r in await connection.fetch(_SQL["papers_there"], tenant_id, list(ids))}


def _paper(r: Any) -> StoredPaper:
    values: list[Any] = [*r]
    said: bytes = values[_CONTENT]
    line_ids, product_ids = values[_COLUMNS:]
    try:
        content: Content = stored_papers.decoded(said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return StoredPaper(values[0], None, said, line_ids, product_ids)
    values[_CONTENT] = content
    return StoredPaper(values[0], Paper(*values[:_COLUMNS]), said, line_ids, product_ids)


def _batch(r: Any) -> StoredBatch:
    *columns, outcomes = r
    batch = Batch(*columns)
    try:
        return StoredBatch(batch, stored_batches.outcomes_of(outcomes, size=batch.size))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return StoredBatch(batch, None)


def _by_document(pairs: Iterable[tuple[UUID, T]]) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = {}
    for id, value in pairs:
        found.setdefault(id, []).append(value)
    return found
