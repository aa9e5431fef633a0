"""Lists of transactions over all documents, newest first. What a transaction looks like is read with its document (`documents`)."""

from typing import NamedTuple
from uuid import UUID

from duebook.store.db import Connection
from duebook.store.queries import load

_SQL = load("transaction_lists.sql")


class Place(NamedTuple):
    """A transaction and the document it is on."""

    id: UUID
    document_id: UUID


async def page(connection: Connection, *, tenant_id: UUID, take: int, skip: int) -> list[Place]:
    """`take` transactions behind the first `skip`."""
    return [Place(*row) for row in await connection.fetch(_SQL["page"], tenant_id, take, skip)]


async def total(connection: Connection, *, tenant_id: UUID) -> int:
    """How many transactions the tenant has."""
    return await connection.fetchval(_SQL["total"], tenant_id)


async def document_of(connection: Connection, *, tenant_id: UUID, id: UUID) -> UUID | None:
    """The document that a transaction is on; None where there is no such transaction."""
    return await connection.fetchval(_SQL["document_of"], tenant_id, id)
