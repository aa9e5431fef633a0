"""Transactions over all invoices at the Hyperline door: read by offset and by id. Nothing of the query but the page is honoured."""

from typing import Final

from duebook.hyperline import wire
from duebook.hyperline.answers import LIST_CODES, READ_CODES, id_in, missing, offset_meta
from duebook.hyperline.pages import OFFSET, offset_page
from duebook.hyperline.translate import transactions as translate
from duebook.store import documents, transaction_lists
from duebook.store.db import Connection
from duebook.store.transaction_lists import Place
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_WORD: Final = "Transaction"


async def list_page(ask: Ask) -> Answer:
    """GET /v1/transactions."""
    page, tenant_id = offset_page(ask.query), ask.tenant.id
    async with ask.database.moment(ask.tenant.id) as connection:
        total = await transaction_lists.total(connection, tenant_id=tenant_id)
        found: list[Place] = []
        if page.skip < total and page.take:
            found = await transaction_lists.page(connection, tenant_id=tenant_id, take=page.take, skip=page.skip)
        shown = await _shown(connection, ask, found)
    return Answer(200, wire.encode(wire.OffsetPageTransaction(offset_meta(total=total, taken=len(shown), page=page), shown)))


async def find(ask: Ask) -> Answer:
    """GET /v1/transactions/{id}."""
    id = id_in(ask, kind="transaction", word=_WORD)
    async with ask.database.moment(ask.tenant.id) as connection:
        document_id = await transaction_lists.document_of(connection, tenant_id=ask.tenant.id, id=id)
        shown = [] if document_id is None else await _shown(connection, ask, [Place(id, document_id)])
    if not shown:
        raise missing(_WORD)
    return Answer(200, wire.encode(shown[0]))


async def _shown(connection: Connection, ask: Ask, found: list[Place]) -> list[wire.TransactionDetails]:
    """The transactions at these places, each as its document tells of it."""
    ids = list({place.document_id for place in found})
    read = await documents.read_many(connection, tenant_id=ask.tenant.id, ids=ids)
    told = {transaction.id: transaction for document in read.values() for transaction in translate.told_of(document)}
    return [translate.alone(read[place.document_id], told[place.id]) for place in found]


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/transactions",
        id="listTransactions",
        tag="Transactions",
        summary="List transactions by offset",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPageTransaction},
        codes=LIST_CODES,
    ),
    Operation(
        method="GET",
        path="/v1/transactions/{id}",
        id="getTransaction",
        tag="Transactions",
        summary="One transaction",
        scope="read",
        handler=find,
        answers={200: wire.TransactionDetails},
        codes=READ_CODES,
    ),
)
