"""Credit notes at the LeanPay door."""

from collections.abc import Sequence
from typing import Final

from duebook.actions.import_credit_notes import import_credit_notes
from duebook.core.refusal import Refusal
from duebook.leanpay import parameters, translate, wire, wording
from duebook.leanpay.answers import LIST_CODES, READ_CODES, WRITE_CODES, encode, import_batch, import_one, not_found, page
from duebook.store import credit_notes, lists
from duebook.store.credit_notes import CreditNoteView
from duebook.store.db import Connection
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer


async def _shown(unit: Unit, views: Sequence[CreditNoteView]) -> list[wire.CreditNote]:
    tenant_id = str(unit.tenant.id)
    return [translate.credit_note(view, tenant_id=tenant_id) for view in views]


def _placed_simple(refusal: Refusal) -> Refusal:
    return wording.placed(refusal, field="creditNotes", simple=True, link_field="invoiceLinks")


def _placed(refusal: Refusal) -> Refusal:
    return wording.placed(refusal, field=None, simple=False, link_field="invoiceLinks")


async def import_many(ask: Ask) -> Answer:
    """POST /credit-notes/batch."""
    return await import_batch(
        ask,
        draft=translate.credit_note_draft,
        action=import_credit_notes,
        show=_shown,
        place=_placed_simple,
        whole=wire.CreditNotes,
        part=wire.CreditNotesPartial,
    )


async def import_simple(ask: Ask) -> Answer:
    """POST /credit-notes."""
    draft = translate.credit_note_draft(await ask.read(wire.CreditNoteImport))
    return await import_one(ask, draft, action=import_credit_notes, show=_shown, place=_placed_simple)


async def import_complete(ask: Ask) -> Answer:
    """POST /credit-notes/complete."""
    draft = translate.complete_credit_note_draft(await ask.read(wire.CompleteCreditNote))
    return await import_one(ask, draft, action=import_credit_notes, show=_shown, place=_placed)


async def find(ask: Ask) -> Answer:
    """GET /credit-notes/{creditNoteId}."""
    if ask.id is None:
        raise TypeError("the route gives an id")
    async with ask.database.tenant(ask.tenant.id) as connection:
        views = await credit_notes.read_many(connection, tenant_id=ask.tenant.id, ids=[ask.id])
    if not views:
        raise not_found(f"no credit note has the id {ask.id}")
    return Answer(200, encode(translate.credit_note(views[0], tenant_id=str(ask.tenant.id))))


async def list_page(ask: Ask) -> Answer:
    """GET /credit-notes."""
    tenant_id = ask.tenant.id

    async def read(connection: Connection, found: lists.Page) -> list[wire.CreditNote]:
        views = await credit_notes.read_many(connection, tenant_id=tenant_id, ids=found.ids)
        return [translate.credit_note(view, tenant_id=str(tenant_id)) for view in views]

    return await page(ask, resource="credit_notes", struct=wire.CreditNotePage, read=read)


_WRITES: Final = (parameters.DRY_RUN,)
_FILTERS: Final = (
    parameters.PAGE,
    parameters.CREDIT_NOTE_STATUS,
    parameters.CLIENT_ID,
    parameters.EXTERNAL_ID,
    parameters.UPDATED_SINCE,
    parameters.SEARCH,
    parameters.SORT,
)

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/credit-notes",
        id="listCreditNotes",
        tag="Credit notes",
        summary="List credit notes",
        scope="read",
        handler=list_page,
        query=_FILTERS,
        answers={200: wire.CreditNotePage},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/credit-notes",
        id="importCreditNote",
        tag="Credit notes",
        summary="Import a credit note",
        scope="write",
        handler=import_simple,
        query=_WRITES,
        request=wire.CreditNoteImport,
        answers={200: wire.CreditNote},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="POST",
        path="/credit-notes/batch",
        id="importCreditNotes",
        tag="Credit notes",
        summary="Import credit notes (max 100)",
        scope="write",
        handler=import_many,
        query=(*_WRITES, parameters.ALLOW_PARTIAL),
        request=wire.CreditNotesBatchRequest,
        items=("creditNotes", wire.CreditNoteImport),
        answers={200: wire.CreditNotes, 207: wire.CreditNotesPartial},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="POST",
        path="/credit-notes/complete",
        id="importCompleteCreditNote",
        tag="Credit notes",
        summary="Import a complete credit note",
        scope="write",
        handler=import_complete,
        query=_WRITES,
        request=wire.CompleteCreditNote,
        answers={200: wire.CreditNote},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/credit-notes/{creditNoteId}",
        id="findCreditNote",
        tag="Credit notes",
        summary="Find a credit note by its id",
        scope="read",
        handler=find,
        path_parameter="creditNoteId",
        answers={200: wire.CreditNote},
        codes=READ_CODES,
    ),
)
