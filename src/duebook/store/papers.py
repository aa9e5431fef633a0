"""Papers in PostgreSQL: written, read and locked as sets.

What a paper says is JSON with numbers digit by digit; lists look at the columns beside it. What this module does not do: receivables.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from duebook.core.paper import Content, Paper
from duebook.store.arrays import instants, nested, plain, texts
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("papers.sql")
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_decode: Final = msgspec.json.Decoder(Content, float_hook=Decimal).decode
_CONTENT: Final = Paper._fields.index("content")


def encoded(content: Content) -> bytes:
    """What a paper says, as it is stored and journalled."""
    return _encode(content)


def decoded(content: bytes) -> Content:
    """What a paper says. Raises msgspec.DecodeError where it cannot be read."""
    return _decode(content)


async def insert(unit: Unit, papers: Sequence[Paper], *, contents: Sequence[bytes]) -> None:
    """Store new papers; `contents` are theirs, encoded."""
    await unit.connection.fetchval(
        _SQL["insert"],
        unit.tenant.id,
        unit.at,
        plain([p.id for p in papers]),
        plain([p.kind for p in papers]),
        plain([p.is_draft for p in papers]),
        plain([p.entity_id for p in papers]),
        plain([p.customer_id for p in papers]),
        plain([p.currency for p in papers]),
        texts([p.number for p in papers]),
        plain([p.total for p in papers]),
        instants([p.issued_at for p in papers]),
        instants([p.due_at for p in papers]),
        instants([p.settled_at for p in papers]),
        instants([p.period_starts_at for p in papers]),
        instants([p.period_ends_at for p in papers]),
        texts([p.subscription_id for p in papers]),
        plain([p.original_id for p in papers]),
        plain([p.amount_paid for p in papers]),
        nested([plain([line.id for line in p.content.lines]) for p in papers]),
        nested([plain(dict.fromkeys(line.product_id for line in p.content.lines if line.product_id)) for p in papers]),
        contents,
    )


async def read_many(connection: Connection, *, tenant_id: UUID, ids: Iterable[UUID]) -> list[Paper]:
    """These papers, by id."""
    return [_paper(row) for row in await connection.fetch(_SQL["read_many"], tenant_id, list(ids))]


async def lock(unit: Unit, ids: Iterable[UUID]) -> list[Paper]:
    """These papers, locked in order of id until the unit ends."""
    return [_paper(row) for row in await unit.connection.fetch(_SQL["lock"], unit.tenant.id, list(ids))]


async def set_paid(unit: Unit, papers: Sequence[Paper]) -> None:
    """Store what is paid on papers that have no receivable."""
    await unit.connection.execute(
        _SQL["set_paid"], unit.tenant.id, unit.at, plain([p.id for p in papers]), plain([p.amount_paid for p in papers])
    )


def _paper(record: Any) -> Paper:
    values = list(record)
    values[_CONTENT] = _decode(values[_CONTENT])
    return Paper(*values)
