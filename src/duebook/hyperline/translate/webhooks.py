"""Webhook endpoints and messages between the wire and the house."""

from datetime import datetime
from typing import Any, Final, cast

from msgspec import UNSET, Raw

from duebook.core.endpoint import Endpoint
from duebook.hyperline import ids
from duebook.hyperline.wire import webhooks as wire
from duebook.store.messages import Message
from duebook.web.instants import created, instant

EXPUNGED: Final = "EXPUNGED"


def endpoint_fields(request: wire.CreateEndpoint | wire.UpdateEndpoint) -> dict[str, Any]:
    """The fields that the request gives; absent ones are left out, each event stands once."""
    fields: dict[str, Any] = {"url": request.url}
    if request.description is not UNSET:
        fields["description"] = request.description
    if request.rate_limit is not UNSET:
        fields["rate_limit"] = request.rate_limit
    if request.event_types is not UNSET:
        fields["event_types"] = tuple(dict.fromkeys(request.event_types or ()))
    return fields


def endpoint(stored: Endpoint) -> wire.Endpoint:
    """An endpoint as this door shows it."""
    return wire.Endpoint(
        id=ids.shown(stored.id, kind="endpoint"),
        description=stored.description,
        url=stored.url,
        rate_limit=stored.rate_limit,
        event_types=list(stored.event_types),
        created_at=created(stored.id),
    )


def message(stored: Message, *, at: datetime) -> wire.EndpointMessage:
    """A message as this door shows it at the instant `at`, its payload the bytes that are sent."""
    body = stored.readable(at)
    return wire.EndpointMessage(
        id=ids.shown(stored.id, kind="message"),
        event_id=ids.shown(stored.event_id, kind="event"),
        payload=EXPUNGED if body is None else cast("Any", Raw(body)),
        sent_at=None if stored.sent_at is None else instant(stored.sent_at),
    )
