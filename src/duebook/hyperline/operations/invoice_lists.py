"""Lists of invoices at the Hyperline door: by cursor (v2) and by offset in the old shape (v1), and what they may be narrowed to.

Credit notes, drafts and documents without legal value are in them like invoices. No status filter means every status, since nothing here
is ever `open`; a status that no fact of the books makes finds nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from duebook.core.lines import Kind
from duebook.hyperline import wire
from duebook.hyperline.answers import LIST_CODES, cursor_answer, offset_meta
from duebook.hyperline.operations.reading import frame
from duebook.hyperline.pages import FURTHEST, OFFSET, ORDER, Cursor, CursorPage, cursor_page, cursor_parameters, offset_page, sort_parameter
from duebook.hyperline.parameters import choice_filters, conditions, date_filters, id_filters, named, plain_filter, text_filters
from duebook.hyperline.translate import documents as translate
from duebook.store import document_lists, documents
from duebook.store.conditions import Condition
from duebook.store.db import Connection
from duebook.store.document_lists import KINDS, WORDS, Asked, Place, Sort, Stretch, Today
from duebook.store.documents import Document
from duebook.web.operations import Ask, Operation, Parameter
from duebook.web.problem import Problem
from duebook.web.work import Answer

SORTS: Final[tuple[Sort, ...]] = ("created_at", "emitted_at")

_NO_KIND: Final[frozenset[Kind]] = frozenset()
_TYPES: Final[Mapping[str, frozenset[Kind]]] = {
    "invoice": frozenset({"invoice"}),
    "refund": frozenset({"credit_note"}),
    "credit_note": frozenset({"credit_note"}),
    "document": frozenset({"document"}),
    "child_invoice_ref": _NO_KIND,
    "child_creditnote_ref": _NO_KIND,
}
_OUTSTANDING: Final = frozenset({"to_pay", "partially_paid", "error"})
_SELVES: Final = {word: frozenset({word}) for word in WORDS}
_NEVER: Final = (
    "open", "grace_period", "pending_approval", "changes_requested", "closed", "missing_info", "archived", "charged_on_parent",
    "pending_parent_concat", "pending_consolidation", "consolidated",
)  # fmt: skip
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "all": frozenset(WORDS),
    **_SELVES,
    "outstanding": _OUTSTANDING,
    "settleable": _OUTSTANDING,
    # Bank lines that wait to be matched: there are none while no bank files come in.
    "to_reconcile": frozenset[str](),
    **dict.fromkeys(_NEVER, frozenset[str]()),
}
"""What the lists' words are that a status filter takes in."""


def asked(query: Mapping[str, Any]) -> Asked:
    """What a list is narrowed to."""
    kinds, words = frozenset(KINDS), frozenset(WORDS)
    narrows = False
    external_id = line_id = None
    kept: list[Condition] = []
    for condition in conditions(query):
        match condition.field:
            case "type":
                kinds &= _NO_KIND.union(*(_TYPES[name] for name in condition.values))
            case "status":
                narrows = narrows or "all" not in condition.values
                words = words & frozenset[str]().union(*(_WORDS[name] for name in condition.values))
            case "customer_external_id":
                external_id = cast("str", condition.values[0])
            case "line_item_id":
                line_id = named(condition.values[0], kind="line")
            case _:
                kept.append(condition)
    return Asked(kinds=kinds, words=words if narrows else None, conditions=tuple(kept), customer_external_id=external_id, line_id=line_id)


async def list_by_cursor(ask: Ask) -> Answer:
    """GET /v2/invoices."""
    page, narrowed, today = cursor_page(ask.query, kind="invoice", sorts=SORTS), asked(ask.query), _today(ask)
    async with ask.database.moment(ask.tenant.id) as connection:
        stretch = await _behind(connection, ask, page)
        found = await document_lists.page(connection, tenant_id=ask.tenant.id, asked=narrowed, stretch=stretch, today=today)
        total = None
        if page.include_total:
            total = await document_lists.total(connection, tenant_id=ask.tenant.id, asked=narrowed, today=today)
        shown = await _read(connection, ask, found[: page.limit])
    around = frame(ask)
    answer = cursor_answer(
        wire.CursorPageInvoice,
        found=found,
        shown=[translate.listed(document, frame=around) for document in shown],
        page=page,
        kind="invoice",
        total=total,
        place=lambda last: Cursor(last.id, page.sort, page.descending, last.at),
    )
    return Answer(200, wire.encode(answer))


async def list_by_offset(ask: Ask) -> Answer:
    """GET /v1/invoices."""
    page, narrowed, today = offset_page(ask.query, furthest=FURTHEST), asked(ask.query), _today(ask)
    stretch = Stretch(
        size=page.take,
        skipped=page.skip,
        sort=ask.query.get("sort", "created_at"),
        descending=ask.query.get("order", "desc") == "desc",
    )
    async with ask.database.moment(ask.tenant.id) as connection:
        total = await document_lists.total(connection, tenant_id=ask.tenant.id, asked=narrowed, today=today)
        found: list[Place] = []
        if page.skip < total:
            found = await document_lists.page(connection, tenant_id=ask.tenant.id, asked=narrowed, stretch=stretch, today=today)
        shown = await _read(connection, ask, found)
    around = frame(ask)
    meta = offset_meta(total=total, taken=len(shown), page=page)
    return Answer(200, wire.encode(wire.OffsetPageInvoiceV1(meta, [translate.listed_v1(document, frame=around) for document in shown])))


def _today(ask: Ask) -> Today:
    return Today(day=ask.day, timezone=ask.tenant.timezone)


async def _behind(connection: Connection, ask: Ask, page: CursorPage) -> Stretch:
    """One document more than the page has, if there are more. A cursor without its instant finds its place by the document."""
    after = None if page.after is None else Place(page.after.id, page.after.at)
    if after is not None and after.at is None and page.sort == "emitted_at":
        last = (await documents.read_many(connection, tenant_id=ask.tenant.id, ids=[after.id])).get(after.id)
        if last is None:
            raise Problem(400, "cursor", "Invalid cursor")
        after = Place(after.id, translate.written_at(last))
    return Stretch(size=page.limit + 1, sort=cast("Sort", page.sort), descending=page.descending, after=after)


async def _read(connection: Connection, ask: Ask, found: Sequence[Place]) -> list[Document]:
    return list((await documents.read_many(connection, tenant_id=ask.tenant.id, ids=[place.id for place in found])).values())


def _filters(*, issued: str, due: str) -> tuple[Parameter, ...]:
    """What both lists may be narrowed to; two dates have other names in the old one."""
    return (
        *choice_filters("type", tuple(_TYPES)),
        *choice_filters("status", tuple(_WORDS)),
        *id_filters("customer_id", kind="customer"),
        plain_filter("customer_external_id"),
        *text_filters("subscription_id"),
        *id_filters("invoicing_entity_id", kind="entity", field="entity_id"),
        *text_filters("invoice_number", field="number"),
        *id_filters("original_invoice_id", kind="invoice", field="original_id"),
        *text_filters("original_invoice_number", field="original_number"),
        plain_filter("line_item_id"),
        *date_filters("period_start"),
        *date_filters("period_end"),
        *date_filters(issued, field="issued_at"),
        *date_filters(due, field="due_at"),
        *date_filters("updated_at"),
    )


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v2/invoices",
        id="listInvoices",
        tag="Invoices",
        summary="List invoices by cursor",
        scope="read",
        handler=list_by_cursor,
        query=(*cursor_parameters(SORTS), *_filters(issued="issued_at", due="due_at")),
        answers={200: wire.CursorPageInvoice},
        codes=LIST_CODES,
    ),
    Operation(
        method="GET",
        path="/v1/invoices",
        id="listInvoicesDeprecated",
        tag="Invoices",
        summary="List invoices by offset",
        scope="read",
        handler=list_by_offset,
        query=(*OFFSET, ORDER, sort_parameter(SORTS), *_filters(issued="emission_date", due="due_date")),
        answers={200: wire.OffsetPageInvoiceV1},
        codes=LIST_CODES,
        deprecated=True,
    ),
)
