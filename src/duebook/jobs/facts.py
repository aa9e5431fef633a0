"""Rows of the journal as facts: what their writers kept beside them put together, and what nobody kept read as it is now.

A document is kept once in its transaction, so rows share it. Where the follower's rows begin inside a transaction, the rows before them are
looked through for it. What this module does not do: say which events a fact is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from duebook.core.catalogue import Entry
from duebook.core.customer import Customer
from duebook.store import catalogue, customers, documents, entities, messages, views
from duebook.store.db import Connection
from duebook.store.facts import Fact
from duebook.store.messages import Cursor, Row
from duebook.store.unit import Tenant
from duebook.store.views import View
from duebook.web.today import today

_NOTHING: Final = msgspec.Raw()


class _Body(msgspec.Struct):
    """A journal row's body. `day` and what follows are there when somebody listened as it was written."""

    at: datetime
    kind: str
    action: str
    object_id: UUID
    before: msgspec.Raw
    after: msgspec.Raw
    day: date | None = None
    customer_id: UUID | None = None
    view: msgspec.Raw = _NOTHING
    viewed: bool = False
    prices: list[dict[str, Any]] = []


_decode: Final = msgspec.json.Decoder(_Body).decode
_plain: Final = msgspec.json.decode


async def read_facts(connection: Connection, rows: Sequence[Row], *, behind: Cursor, tenant: Tenant, pinned: date | None) -> list[Fact]:
    """The rows, which begin behind a cursor, as the dialects are told of them."""
    bodies = [_decode(row.body) for row in rows]
    about = [_document_id(body) for body in bodies]
    kept = await _earlier_views(connection, rows, bodies, behind=behind, tenant=tenant)
    bare = [(body, id) for body, id in zip(bodies, about, strict=True) if body.day is None]
    ids = list(dict.fromkeys(id for _, id in bare if id is not None))
    found = await documents.read_many(connection, tenant_id=tenant.id, ids=ids)
    present = {id: View(document) for id, document in found.items()}
    products = [body.object_id for body, _ in bare if body.kind == "product"]
    prices = await catalogue.children(connection, tenant_id=tenant.id, ids=products, kind="price") if products else {}
    facts: list[Fact] = []
    xid = behind.xid
    for row, body, id in zip(rows, bodies, about, strict=True):
        if row.xid != xid:
            xid, kept = row.xid, {}
        if body.day is None:
            facts.append(_shown(row, body, view=present.get(id) if id else None, tenant=tenant, pinned=pinned, prices=prices))
            continue
        if id is not None and body.view:
            kept[id] = View(body.view)
        facts.append(_kept(row, body, day=body.day, view=kept.get(id) if id and (body.view or body.viewed) else None, tenant=tenant))
    return await _with_references(connection, facts, tenant=tenant)


async def _earlier_views(
    connection: Connection, rows: Sequence[Row], bodies: Sequence[_Body], *, behind: Cursor, tenant: Tenant
) -> dict[UUID, View]:
    """What rows of the same transaction in front of the first row have kept, where these rows show the same."""
    if rows[0].xid != behind.xid or not any(body.viewed for row, body in zip(rows, bodies, strict=True) if row.xid == behind.xid):
        return {}
    earlier = await messages.told_of(connection, tenant_id=tenant.id, cursor=behind)
    found = [(body, id) for text in earlier if (body := _decode(text)).view and (id := _document_id(body)) is not None]
    return {id: View(body.view) for body, id in found}


def _document_id(body: _Body) -> UUID | None:
    if body.kind in views.WHOLE:
        return body.object_id
    # A payment's own words are decoded only where nobody has kept whose it is.
    if body.kind != "link" and body.day is not None:
        return None
    return views.document_id(views.Words(body.kind, body.object_id, _plain(body.before), _plain(body.after)))


def _kept(row: Row, body: _Body, *, day: date, view: View | None, tenant: Tenant) -> Fact:
    """A row whose writer kept what it looked like."""
    return Fact(
        tenant=tenant,
        id=row.id,
        at=body.at,
        day=day,
        kind=body.kind,
        action=body.action,
        object_id=body.object_id,
        raw_before=body.before,
        raw_after=body.after,
        view=view,
        customer_id=body.customer_id,
        customer=_customer(body),
        prices=[catalogue.restored(price) for price in body.prices],
    )


def _shown(
    row: Row, body: _Body, *, view: View | None, tenant: Tenant, pinned: date | None, prices: Mapping[UUID, Sequence[Entry]]
) -> Fact:
    """A row written by a process that did not know yet that somebody listens."""
    return Fact(
        tenant=tenant,
        id=row.id,
        at=body.at,
        day=today(timezone=tenant.timezone, at=body.at, pinned=pinned),
        kind=body.kind,
        action=body.action,
        object_id=body.object_id,
        raw_before=body.before,
        raw_after=body.after,
        view=view if views.shows(body.kind) else None,
        customer_id=view.document.customer.id if view else None,
        customer=_customer(body),
        prices=prices.get(body.object_id, ()) if body.kind == "product" else (),
    )


def _customer(body: _Body) -> Customer | None:
    if body.kind != "customer":
        return None
    if body.view:
        return views.customer_of(body.view)
    after: Mapping[str, Any] | None = _plain(body.after)
    return customers.restored(_plain(body.before) if after is None else after)


async def _with_references(connection: Connection, facts: list[Fact], *, tenant: Tenant) -> list[Fact]:
    """Customers beside what they refer to, as it is now; other facts as they are."""
    if not any(fact.kind == "customer" for fact in facts):
        return facts
    named = {id for fact in facts if fact.kind == "customer" if (id := _method_id(fact)) is not None}
    found = await catalogue.read_many(connection, tenant_id=tenant.id, ids=named) if named else {}
    methods = {id: entry for id, entry in found.items() if entry.deleted_at is None}
    default = next((entity.id for entity in await entities.every(connection, tenant_id=tenant.id) if entity.is_default), None)
    return [replace(fact, default_entity_id=default, methods=methods) if fact.kind == "customer" else fact for fact in facts]


def _method_id(fact: Fact) -> UUID | None:
    profile = fact.customer.profile if fact.customer else None
    return profile.payment_method_id if profile else None
