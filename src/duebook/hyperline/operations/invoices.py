"""Invoices at the Hyperline door, one at a time: read in both shapes, and created at once. Lists are in `invoice_lists`."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from duebook.actions.issue_documents import issue_documents
from duebook.hyperline import wire
from duebook.hyperline.answers import READ_CODES, WRITE_CODES, id_in, missing
from duebook.hyperline.operations.reading import frame
from duebook.hyperline.translate import documents as translate
from duebook.hyperline.translate import drafts
from duebook.store import documents
from duebook.store.documents import Document
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

WORD: Final = "Invoice"
"""What messages call a document of any kind."""


def _reading(show: Callable[..., Any]) -> Callable[[Ask], Awaitable[Answer]]:
    """GET /v2/invoices/{id} and /v1/invoices/{id}."""

    async def handler(ask: Ask) -> Answer:
        id = id_in(ask, kind="invoice", word=WORD)
        async with ask.database.moment(ask.tenant.id) as connection:
            found = await documents.read_many(connection, tenant_id=ask.tenant.id, ids=[id])
        if id not in found:
            raise missing(WORD)
        return Answer(200, wire.encode(show(found[id], frame=frame(ask))))

    return handler


async def create(ask: Ask) -> Answer:
    """POST /v1/invoices: the checks of an item of a batch, at once."""
    draft = drafts.paper_draft(await ask.read(wire.CreateInvoice))

    async def deed(unit: Unit) -> Answer:
        [issued] = await issue_documents(unit, [(0, draft)])
        if issued.paper is None:
            raise RequestRefused([], drafts.placed(issued.refusals))
        made = await _read(unit, issued.paper.id)
        return Answer(201, wire.encode(translate.details_v1(made, frame=frame(ask))))

    return await ask.write(deed)


async def _read(unit: Unit, id: Any) -> Document:
    return (await documents.read_many(unit.connection, tenant_id=unit.tenant.id, ids=[id]))[id]


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v2/invoices/{id}",
        id="getInvoice",
        tag="Invoices",
        summary="One invoice",
        scope="read",
        handler=_reading(translate.details),
        answers={200: wire.InvoiceDetails},
        codes=READ_CODES,
    ),
    Operation(
        method="GET",
        path="/v1/invoices/{id}",
        id="getInvoiceDeprecated",
        tag="Invoices",
        summary="One invoice, old shape",
        scope="read",
        handler=_reading(translate.details_v1),
        answers={200: wire.InvoiceDetailsV1},
        codes=READ_CODES,
        deprecated=True,
    ),
    Operation(
        method="POST",
        path="/v1/invoices",
        id="createInvoice",
        tag="Invoices",
        summary="Create one invoice",
        scope="write",
        handler=create,
        request=wire.CreateInvoice,
        answers={201: wire.InvoiceDetailsV1},
        codes=WRITE_CODES,
        keyed=True,
    ),
)
