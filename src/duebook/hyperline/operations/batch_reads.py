"""Batches read back at the Hyperline door (ours: the original has no way to): one with the outcome of each item, all without items."""

from typing import Final

from duebook.hyperline import wire
from duebook.hyperline.answers import LIST_CODES, READ_CODES, cursor_answer, missing
from duebook.hyperline.pages import Cursor, cursor_page, cursor_parameters
from duebook.hyperline.translate import batches as translate
from duebook.store import batches
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer


async def find(ask: Ask) -> Answer:
    """GET /v2/invoices/batch/{batch_id}: the name is the client's own, whatever characters it has."""
    async with ask.database.moment(ask.tenant.id) as connection:
        found = await batches.by_name(connection, tenant_id=ask.tenant.id, name=ask.names[0])
        if found is None:
            raise missing("Batch")
        items = await batches.items(connection, tenant_id=ask.tenant.id, id=found.id)
    return Answer(200, wire.encode(translate.batch(found, items)))


async def list_page(ask: Ask) -> Answer:
    """GET /v2/invoices/batch: newest first."""
    page = cursor_page(ask.query, kind="batch")
    below = None if page.after is None else page.after.id
    async with ask.database.moment(ask.tenant.id) as connection:
        found = await batches.page(connection, tenant_id=ask.tenant.id, limit=page.limit + 1, below=below)
        total = await batches.total(connection, tenant_id=ask.tenant.id) if page.include_total else None
    answer = cursor_answer(
        wire.CursorPageBatch,
        found=found,
        shown=[translate.summary(batch) for batch in found[: page.limit]],
        page=page,
        kind="batch",
        total=total,
        place=lambda last: Cursor(last.id, page.sort, page.descending),
    )
    return Answer(200, wire.encode(answer))


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v2/invoices/batch",
        id="listInvoiceBatches",
        tag="Invoices",
        summary="List batches by cursor",
        scope="read",
        handler=list_page,
        query=cursor_parameters(),
        answers={200: wire.CursorPageBatch},
        codes=LIST_CODES,
    ),
    Operation(
        method="GET",
        path="/v2/invoices/batch/{batch_id}",
        id="getInvoiceBatch",
        tag="Invoices",
        summary="One batch with the outcomes of its items",
        scope="read",
        handler=find,
        answers={200: wire.Batch},
        codes=READ_CODES,
    ),
)
