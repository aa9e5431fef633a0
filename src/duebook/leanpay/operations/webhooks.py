"""Webhook endpoints at the LeanPay door: kept here, told in this door's words (`leanpay/events.py`).

A PUT also enables an endpoint that was disabled. Its secret is answered once, when it is made.
"""

from typing import Any, Final
from uuid import UUID

from msgspec import UNSET

from duebook.actions.keep_endpoints import create_endpoint, delete_endpoint, update_endpoint
from duebook.core.endpoint import Endpoint
from duebook.core.refusal import Refusal, duplicate
from duebook.leanpay import parameters, wire
from duebook.leanpay.answers import LIST_CODES, READ_CODES, WRITE_CODES, encode, not_found
from duebook.leanpay.events import DIALECT
from duebook.outbox import secrets
from duebook.store import endpoints
from duebook.store.lists import PAGE_SIZE
from duebook.store.unit import Unit
from duebook.web.instants import created, instant
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer


async def create(ask: Ask) -> Answer:
    """POST /webhooks."""
    request: wire.WebhookRequest = await ask.read(wire.WebhookRequest)
    repeated = _repeated(request)

    async def deed(unit: Unit) -> Answer:
        made = await create_endpoint(unit, dialect=DIALECT, fields=_fields(request), allow_private=ask.calls_private)
        if isinstance(made, list) or repeated:
            raise RequestRefused([], [_placed(refusal) for refusal in (*repeated, *(made if isinstance(made, list) else ()))])
        endpoint, secret = made
        return Answer(201, encode(wire.NewWebhook(**_keys(endpoint, ask, stored=unit.stores), secret=secrets.shown(secret))))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PUT /webhooks/{webhookId}."""
    request: wire.WebhookRequest = await ask.read(wire.WebhookRequest)
    repeated = _repeated(request)

    async def deed(unit: Unit) -> Answer:
        changed = await update_endpoint(unit, id=_id(ask), dialect=DIALECT, fields=_fields(request), allow_private=ask.calls_private)
        if isinstance(changed, list) or repeated:
            raise RequestRefused([], [_placed(refusal) for refusal in (*repeated, *(changed if isinstance(changed, list) else ()))])
        return Answer(200, encode(wire.Webhook(**_keys(changed, ask))))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /webhooks/{webhookId}."""

    async def deed(unit: Unit) -> Answer:
        refusal = await delete_endpoint(unit, id=_id(ask), dialect=DIALECT)
        if refusal is not None:
            raise RequestRefused([], [refusal])
        return Answer(204, b"")

    return await ask.write(deed)


async def find(ask: Ask) -> Answer:
    """GET /webhooks/{webhookId}."""
    async with ask.database.tenant(ask.tenant.id) as connection:
        found = await endpoints.read(connection, tenant_id=ask.tenant.id, id=_id(ask))
    if found is None or found.dialect != DIALECT:
        raise not_found(f"no webhook endpoint has the id {ask.id}")
    return Answer(200, encode(wire.Webhook(**_keys(found, ask))))


async def list_page(ask: Ask) -> Answer:
    """GET /webhooks."""
    number: int = ask.query.get("page", 1)
    skipped = (number - 1) * PAGE_SIZE
    async with ask.database.moment(ask.tenant.id) as connection:
        total = await endpoints.count(connection, tenant_id=ask.tenant.id, dialect=DIALECT)
        found: list[Endpoint] = []
        if skipped < total:
            found = await endpoints.page(connection, tenant_id=ask.tenant.id, dialect=DIALECT, limit=PAGE_SIZE, skipped=skipped)
    data = [wire.Webhook(**_keys(endpoint, ask)) for endpoint in found]
    pages = -(-total // PAGE_SIZE)
    return Answer(200, encode(wire.WebhookPage(data=data, count=len(data), total=total, page=number, pageCount=pages)))


def _fields(request: wire.WebhookRequest) -> dict[str, Any]:
    """What the request gives, in the house's words."""
    fields: dict[str, Any] = {"url": request.url}
    if request.events is not UNSET:
        fields["event_types"] = tuple(request.events)
    if request.description is not UNSET:
        fields["description"] = request.description
    return fields


def _repeated(request: wire.WebhookRequest) -> list[Refusal]:
    """A refusal for each event that is named again."""
    if request.events is UNSET:
        return []
    return [
        duplicate(path=("event_types", place), message=f"{name!r} stands twice in events")
        for place, name in enumerate(request.events)
        if name in request.events[:place]
    ]


def _placed(refusal: Refusal) -> Refusal:
    """The refusal with its path as the body has it."""
    first, rest = refusal.path[:1], refusal.path[1:]
    return refusal._replace(path=("events", *rest)) if first == ("event_types",) else refusal


def _keys(endpoint: Endpoint, ask: Ask, *, stored: bool = True) -> dict[str, Any]:
    return {
        "id": str(endpoint.id) if stored else None,
        "tenantId": str(ask.tenant.id),
        "url": endpoint.url,
        "events": list(endpoint.event_types),
        "description": endpoint.description,
        "createdAt": created(endpoint.id) if stored else None,
        "updatedAt": instant(endpoint.updated_at) if stored and endpoint.updated_at else None,
    }


def _id(ask: Ask) -> UUID:
    if ask.id is None:
        raise TypeError("the route gives an id")
    return ask.id


_WRITES: Final = (parameters.DRY_RUN,)

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/webhooks",
        id="listWebhooks",
        tag="Webhooks",
        summary="List webhook endpoints",
        scope="read",
        handler=list_page,
        query=(parameters.PAGE,),
        answers={200: wire.WebhookPage},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/webhooks",
        id="createWebhook",
        tag="Webhooks",
        summary="Create a webhook endpoint",
        scope="write",
        handler=create,
        query=_WRITES,
        request=wire.WebhookRequest,
        answers={201: wire.NewWebhook},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/webhooks/{webhookId}",
        id="findWebhook",
        tag="Webhooks",
        summary="Find a webhook endpoint by its id",
        scope="read",
        handler=find,
        path_parameter="webhookId",
        answers={200: wire.Webhook},
        codes=READ_CODES,
    ),
    Operation(
        method="PUT",
        path="/webhooks/{webhookId}",
        id="updateWebhook",
        tag="Webhooks",
        summary="Update a webhook endpoint",
        scope="write",
        handler=update,
        query=_WRITES,
        request=wire.WebhookRequest,
        path_parameter="webhookId",
        answers={200: wire.Webhook},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/webhooks/{webhookId}",
        id="deleteWebhook",
        tag="Webhooks",
        summary="Delete a webhook endpoint",
        scope="write",
        handler=delete,
        query=_WRITES,
        path_parameter="webhookId",
        answers={204: None},
        codes=(400, 401, 403, 404, 409, 429),
    ),
)
