"""Invoices at the LeanPay door."""

from collections.abc import Sequence
from typing import Final

from duebook.actions.import_invoices import import_invoices, import_together
from duebook.core.refusal import Refusal
from duebook.leanpay import parameters, translate, wire, wording
from duebook.leanpay.answers import LIST_CODES, READ_CODES, WRITE_CODES, encode, import_batch, import_one, not_found, page
from duebook.store import invoices, lists
from duebook.store.db import Connection
from duebook.store.invoices import InvoiceView
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer


async def _shown(unit: Unit | Ask, views: Sequence[InvoiceView]) -> list[wire.Invoice]:
    tenant_id = str(unit.tenant.id)
    return [translate.invoice(view, tenant_id=tenant_id, day=unit.day) for view in views]


def _placed_simple(refusal: Refusal) -> Refusal:
    return wording.placed(refusal, field="invoices", simple=True)


def _placed(refusal: Refusal) -> Refusal:
    return wording.placed(refusal, field=None, simple=False)


async def import_many(ask: Ask) -> Answer:
    """POST /invoices/batch."""
    return await import_batch(
        ask,
        draft=translate.invoice_draft,
        action=import_invoices,
        show=_shown,
        place=_placed_simple,
        whole=wire.Invoices,
        part=wire.InvoicesPartial,
        together=import_together,
    )


async def import_simple(ask: Ask) -> Answer:
    """POST /invoices."""
    draft = translate.invoice_draft(await ask.read(wire.InvoiceImport))
    return await import_one(ask, draft, action=import_invoices, show=_shown, place=_placed_simple)


async def import_complete(ask: Ask) -> Answer:
    """POST /invoices/complete."""
    draft = translate.complete_invoice_draft(await ask.read(wire.CompleteInvoice))
    return await import_one(ask, draft, action=import_invoices, show=_shown, place=_placed)


async def find(ask: Ask) -> Answer:
    """GET /invoices/{invoiceId}."""
    if ask.id is None:
        raise TypeError("the route gives an id")
    async with ask.database.tenant(ask.tenant.id) as connection:
        view = await invoices.read(connection, tenant_id=ask.tenant.id, id=ask.id)
    if view is None:
        raise not_found(f"no invoice has the id {ask.id}")
    return Answer(200, encode(translate.invoice(view, tenant_id=str(ask.tenant.id), day=ask.day)))


async def list_page(ask: Ask) -> Answer:
    """GET /invoices."""
    tenant_id = str(ask.tenant.id)

    async def read(_: Connection, found: lists.Page) -> list[wire.Invoice]:
        return [translate.invoice(view, tenant_id=tenant_id, day=ask.day) for view in invoices.of_page(found.records)]

    return await page(ask, resource="invoices", struct=wire.InvoicePage, read=read)


_WRITES: Final = (parameters.DRY_RUN,)
_FILTERS: Final = (
    parameters.PAGE,
    parameters.INVOICE_STATUS,
    parameters.CLIENT_ID,
    parameters.EXTERNAL_ID,
    parameters.UPDATED_SINCE,
    parameters.SEARCH,
    parameters.SORT,
)

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/invoices",
        id="listInvoices",
        tag="Invoices",
        summary="List invoices",
        scope="read",
        handler=list_page,
        query=_FILTERS,
        answers={200: wire.InvoicePage},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/invoices",
        id="importInvoice",
        tag="Invoices",
        summary="Import an invoice",
        scope="write",
        handler=import_simple,
        query=_WRITES,
        request=wire.InvoiceImport,
        answers={200: wire.Invoice},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="POST",
        path="/invoices/batch",
        id="importInvoices",
        tag="Invoices",
        summary="Import invoices (max 100)",
        scope="write",
        handler=import_many,
        query=(*_WRITES, parameters.ALLOW_PARTIAL),
        request=wire.InvoicesBatchRequest,
        items=("invoices", wire.InvoiceImport),
        answers={200: wire.Invoices, 207: wire.InvoicesPartial},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="POST",
        path="/invoices/complete",
        id="importCompleteInvoice",
        tag="Invoices",
        summary="Import a complete invoice",
        scope="write",
        handler=import_complete,
        query=_WRITES,
        request=wire.CompleteInvoice,
        answers={200: wire.Invoice},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/invoices/{invoiceId}",
        id="findInvoice",
        tag="Invoices",
        summary="Find invoice by id",
        scope="read",
        handler=find,
        path_parameter="invoiceId",
        answers={200: wire.Invoice},
        codes=READ_CODES,
    ),
)
