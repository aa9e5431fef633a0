"""Lists of customers at the Hyperline door: by cursor (v2) and by offset in the old shape (v1), and what they may be narrowed to.

Where the house has nothing of a kind (subscriptions, segments, integrations) a filter on it finds what is without, which is everybody or
nobody.
"""

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from duebook.core.customer import Customer
from duebook.hyperline import wire
from duebook.hyperline.answers import LIST_CODES, cursor_answer, offset_meta
from duebook.hyperline.operations.customers import beside
from duebook.hyperline.pages import FURTHEST, OFFSET, Cursor, CursorPage, cursor_page, cursor_parameters, offset_page
from duebook.hyperline.parameters import (
    CUSTOM_PROPERTIES,
    choice_filters,
    conditions,
    date_filters,
    id_filters,
    plain_filter,
    text_filters,
    text_parameter,
)
from duebook.hyperline.translate import customers as translate
from duebook.store import customer_lists
from duebook.store.conditions import Condition
from duebook.store.customer_lists import SORTS, UNARCHIVED, Filters, Sort
from duebook.store.db import Connection
from duebook.web.operations import Ask, Operation
from duebook.web.problem import Problem
from duebook.web.work import Answer

_ALL_STATES: Final = frozenset({"kept", "imported", "archived"})
_STATES: Final[Mapping[str, frozenset[str]]] = {
    "all": _ALL_STATES,
    "active": frozenset({"kept", "imported"}),
    "inactive": frozenset(),
    "imported": frozenset({"imported"}),
    "archived": frozenset({"archived"}),
}
"""What the store calls the states that a status takes in."""
_SUBSCRIPTIONS: Final = ("active", "pending", "cancelled", "paused", "trialing", "errored", "draft", "none")
_METHODS: Final = ("card", "direct_debit", "direct_debit_ach", "direct_debit_bacs", "transfer", "external", "missing", "errored")
_ALL_METHODS: Final = frozenset[str](_METHODS)
_NONE: Final = frozenset[str]()


def filters(query: Mapping[str, Any]) -> Filters | None:
    """What a list is narrowed to; None where that is nobody."""
    kept: list[Condition] = []
    states, methods = _ALL_STATES, _ALL_METHODS
    asks_status = False
    for condition in conditions(query):
        chosen = frozenset(condition.values)
        match condition.field:
            case "status":
                asks_status = True
                states &= frozenset[str]().union(*(_STATES[status] for status in chosen))
            case "payment_method_type":
                methods &= chosen
            case "subscription_status":
                methods = methods if "none" in chosen else _NONE
            case "segment_id" | "integration_entity_id":
                return None
            case _:
                kept.append(condition)
    if not states or not methods:
        return None
    if not asks_status:
        kept.append(UNARCHIVED)
    elif states != _ALL_STATES:
        kept.append(Condition("state", "in", tuple(sorted(states))))
    return Filters(
        conditions=tuple(kept),
        methods=tuple(sorted(methods)) if methods != _ALL_METHODS else (),
        search=cast("str | None", query.get("search")),
    )


async def list_by_cursor(ask: Ask) -> Answer:
    """GET /v2/customers."""
    page, narrowed = cursor_page(ask.query, kind="customer", sorts=SORTS), filters(ask.query)
    tenant_id = ask.tenant.id
    async with ask.database.moment(tenant_id) as connection:
        found = [] if narrowed is None else await _behind(connection, ask, page, narrowed)
        total = None if not page.include_total else await _total(connection, ask, narrowed)
        surroundings = await beside(connection, found, tenant_id=tenant_id)
    shown = [translate.customer(customer, surroundings) for customer in found[: page.limit]]
    answer = cursor_answer(
        wire.CursorPageCustomer, found=found, shown=shown, page=page, kind="customer", total=total, place=lambda last: _place(last, page)
    )
    return Answer(200, wire.encode(answer))


async def list_by_offset(ask: Ask) -> Answer:
    """GET /v1/customers."""
    page, narrowed = offset_page(ask.query, furthest=FURTHEST), filters(ask.query)
    tenant_id = ask.tenant.id
    async with ask.database.moment(tenant_id) as connection:
        total = await _total(connection, ask, narrowed)
        found: list[Customer] = []
        if narrowed is not None and page.skip < total:
            found = await customer_lists.by_offset(connection, tenant_id=tenant_id, filters=narrowed, take=page.take, skip=page.skip)
        surroundings = await beside(connection, found, tenant_id=tenant_id)
    meta = offset_meta(total=total, taken=len(found), page=page)
    answer = wire.OffsetPageCustomerV1(meta=meta, data=[translate.customer_v1(customer, surroundings) for customer in found])
    return Answer(200, wire.encode(answer))


async def _total(connection: Connection, ask: Ask, narrowed: Filters | None) -> int:
    return 0 if narrowed is None else await customer_lists.total(connection, tenant_id=ask.tenant.id, filters=narrowed)


async def _behind(connection: Connection, ask: Ask, page: CursorPage, narrowed: Filters) -> list[Customer]:
    """One customer more than the page has, if there are more."""
    sort: Sort = "updated_at" if page.sort == "updated_at" else "created_at"
    after, at = page.after, page.after.at if page.after else None
    if after is not None and sort == "updated_at" and at is None:
        at = await customer_lists.updated_at(connection, tenant_id=ask.tenant.id, id=after.id)
        if at is None:
            raise Problem(400, "cursor", "Invalid cursor")
    return await customer_lists.behind(
        connection,
        tenant_id=ask.tenant.id,
        filters=narrowed,
        sort=sort,
        descending=page.descending,
        limit=page.limit + 1,
        after=after.id if after else None,
        at=at,
    )


def _place(last: Customer, page: CursorPage) -> Cursor:
    id = last.id or UUID(int=0)
    return Cursor(id, page.sort, page.descending, last.updated_at if page.sort == "updated_at" else None)


_FILTERS: Final = (
    *(parameter for name in ("name", "currency", "country", "external_id", "billing_email", "tax_id") for parameter in text_filters(name)),
    *id_filters("invoicing_entity_id", kind="entity"),
    *choice_filters("type", ("corporate", "person", "automatically_created")),
    *choice_filters("status", tuple(_STATES)),
    *choice_filters("subscription_status", _SUBSCRIPTIONS),
    *choice_filters("payment_method_type", _METHODS),
    *date_filters("created_at"),
    *date_filters("updated_at"),
    text_parameter("search", description="words, each the beginning of one of the name, the external id or the e-mail"),
    plain_filter("segment_id"),
    plain_filter("integration_entity_id"),
    CUSTOM_PROPERTIES,
)

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v2/customers",
        id="listCustomers",
        tag="Customers",
        summary="List customers by cursor",
        scope="read",
        handler=list_by_cursor,
        query=(*cursor_parameters(SORTS), *_FILTERS),
        answers={200: wire.CursorPageCustomer},
        codes=LIST_CODES,
    ),
    Operation(
        method="GET",
        path="/v1/customers",
        id="listCustomersDeprecated",
        tag="Customers",
        summary="List customers by offset, in the old shape",
        scope="read",
        handler=list_by_offset,
        query=(*OFFSET, *_FILTERS),
        answers={200: wire.OffsetPageCustomerV1},
        codes=LIST_CODES,
        deprecated=True,
    ),
)
