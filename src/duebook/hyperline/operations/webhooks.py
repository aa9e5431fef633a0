"""Webhook endpoints at the Hyperline door: kept and listed here, told in this door's words (`hyperline/events.py`).

A PUT also enables an endpoint that was disabled. Secrets are shown by one operation alone, the one that makes a new one. Messages are in
`webhook_messages`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import UNSET

from duebook.actions.keep_endpoints import create_endpoint, delete_endpoint, rotate_secret, update_endpoint
from duebook.core.refusal import Refusal
from duebook.hyperline import iterators
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, NO_CONTENT, READ_CODES, WRITE_CODES, id_in, missing
from duebook.hyperline.events import DIALECT
from duebook.hyperline.translate import webhooks as translate
from duebook.hyperline.wire import encode
from duebook.hyperline.wire import webhooks as wire
from duebook.outbox import secrets
from duebook.store import endpoints
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

_WORD: Final = "Webhook endpoint"


async def list_endpoints(ask: Ask) -> Answer:
    """GET /v1/webhooks/endpoints: oldest first."""
    size, behind = iterators.size_of(ask), iterators.behind(ask, kind="endpoint")
    async with ask.database.tenant(ask.tenant.id) as connection:
        found = await endpoints.page(
            connection, tenant_id=ask.tenant.id, dialect=DIALECT, limit=size + 1, behind=behind or endpoints.FIRST_ID
        )
    meta = iterators.meta(found, size=size, kind="endpoint")
    return Answer(200, encode(wire.EndpointPage(meta, [translate.endpoint(one) for one in found[:size]])))


async def create(ask: Ask) -> Answer:
    """POST /v1/webhooks/endpoints."""
    request: wire.CreateEndpoint = await ask.read(wire.CreateEndpoint)
    secret = None if request.secret is UNSET else request.secret

    async def deed(unit: Unit) -> Answer:
        fields = translate.endpoint_fields(request)
        made = await create_endpoint(unit, dialect=DIALECT, fields=fields, allow_private=ask.calls_private, secret=secret)
        if isinstance(made, list):
            raise RequestRefused([], made)
        return Answer(201, encode(translate.endpoint(made[0])))

    return await ask.write(deed)


async def find(ask: Ask) -> Answer:
    """GET /v1/webhooks/endpoints/{id}."""
    id = id_in(ask, kind="endpoint", word=_WORD)
    async with ask.database.tenant(ask.tenant.id) as connection:
        found = await endpoints.read(connection, tenant_id=ask.tenant.id, id=id)
    if found is None or found.dialect != DIALECT:
        raise missing(_WORD)
    return Answer(200, encode(translate.endpoint(found)))


async def update(ask: Ask) -> Answer:
    """PUT /v1/webhooks/endpoints/{id}."""
    request: wire.UpdateEndpoint = await ask.read(wire.UpdateEndpoint)
    id = id_in(ask, kind="endpoint", word=_WORD)

    async def deed(unit: Unit) -> Answer:
        fields = translate.endpoint_fields(request)
        changed = await update_endpoint(unit, id=id, dialect=DIALECT, fields=fields, allow_private=ask.calls_private)
        if isinstance(changed, list):
            raise refused(changed, word=_WORD)
        return Answer(200, encode(translate.endpoint(changed)))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/webhooks/endpoints/{id}."""
    id = id_in(ask, kind="endpoint", word=_WORD)

    async def deed(unit: Unit) -> Answer:
        refusal = await delete_endpoint(unit, id=id, dialect=DIALECT)
        if refusal is not None:
            raise refused([refusal], word=_WORD)
        return NO_CONTENT

    return await ask.write(deed)


async def rotate(ask: Ask) -> Answer:
    """POST /v1/webhooks/endpoints/{id}/secret."""
    id = id_in(ask, kind="endpoint", word=_WORD)

    async def deed(unit: Unit) -> Answer:
        secret = await rotate_secret(unit, id=id, dialect=DIALECT)
        if isinstance(secret, Refusal):
            raise refused([secret], word=_WORD)
        return Answer(200, encode(wire.EndpointSecret(secrets.shown(secret))))

    return await ask.write(deed)


def refused(refusals: Sequence[Refusal], *, word: str) -> RequestRefused:
    """The refusals as this door tells them; what the path names and is not there, in its own words."""
    if any(refusal.kind == "not_found" for refusal in refusals):
        return missing(word)
    return RequestRefused([], list(refusals))


def operation(method: Any, path: str, handler: Callable[[Ask], Any], **rest: Any) -> Operation:
    """A row of the table below /v1/webhooks."""
    scope = "read" if method == "GET" else "write"
    keyed = method != "GET"
    return Operation(method=method, path=f"/v1/webhooks{path}", tag="Webhooks", scope=scope, handler=handler, keyed=keyed, **rest)


OPERATIONS: Final = (
    operation(
        "GET",
        "/endpoints",
        list_endpoints,
        id="listWebhookEndpoints",
        summary="List webhook endpoints",
        query=(iterators.LIMIT, iterators.ITERATOR),
        answers={200: wire.EndpointPage},
        codes=LIST_CODES,
    ),
    operation(
        "POST",
        "/endpoints",
        create,
        id="createWebhookEndpoint",
        summary="Create a webhook endpoint",
        request=wire.CreateEndpoint,
        answers={201: wire.Endpoint},
        codes=WRITE_CODES,
    ),
    operation(
        "GET",
        "/endpoints/{id}",
        find,
        id="getWebhookEndpoint",
        summary="Get a webhook endpoint",
        answers={200: wire.Endpoint},
        codes=READ_CODES,
    ),
    operation(
        "PUT",
        "/endpoints/{id}",
        update,
        id="updateWebhookEndpoint",
        summary="Update a webhook endpoint, and enable it",
        request=wire.UpdateEndpoint,
        answers={200: wire.Endpoint},
        codes=WRITE_CODES,
    ),
    operation(
        "DELETE",
        "/endpoints/{id}",
        delete,
        id="deleteWebhookEndpoint",
        summary="Delete a webhook endpoint",
        answers={204: None},
        codes=CHANGE_CODES,
    ),
    operation(
        "POST",
        "/endpoints/{id}/secret",
        rotate,
        id="rotateWebhookSecret",
        summary="Rotate the secret of a webhook endpoint",
        answers={200: wire.EndpointSecret},
        codes=CHANGE_CODES,
    ),
)
