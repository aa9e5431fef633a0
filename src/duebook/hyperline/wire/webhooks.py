"""Webhook endpoints and messages at the Hyperline door: what comes in, what goes out, and the bodies that endpoints get.

Whether a URL may be called is not asked here. An event may be asked for by any name of the right form: the original has many that duebook
never sends.
"""

import re
from typing import Annotated, Any, Final, Literal

from jsonschema_rs import Draft202012Validator
from msgspec import UNSET, Meta, Raw, UnsetType

from duebook.core.endpoint import LONGEST_DESCRIPTION, LONGEST_URL, MOST_PER_SECOND
from duebook.hyperline.wire.parts import Answer
from duebook.hyperline.wire.requests import Request
from duebook.hyperline.wire.scalars import MOST_ROWS, Stamp, Uri
from duebook.outbox import secrets

LONGEST_EVENT_TYPE: Final = 100

_EVENT_TYPE: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
# The validator that explains a refusal, so that check and explanation cannot differ.
_uris: Final = Draft202012Validator({"format": "uri"}, validate_formats=True)


def _is_url(text: Any) -> bool:
    return isinstance(text, str) and _uris.is_valid(text)


def _is_secret(text: Any) -> bool:
    return isinstance(text, str) and secrets.read(text) is not None


def is_event_type(text: Any) -> bool:
    """Whether a text is written like the name of an event: `invoice.created`."""
    return isinstance(text, str) and len(text) <= LONGEST_EVENT_TYPE and _EVENT_TYPE.fullmatch(text) is not None


Url = Annotated[str, Meta(max_length=LONGEST_URL, extra={"check": _is_url, "noun": "an https:// URL"}, extra_json_schema={"format": "uri"})]
Secret = Annotated[
    str,
    Meta(
        extra={"check": _is_secret, "noun": "32 to 100 characters of standard base64, without whsec_"},
        extra_json_schema={"pattern": "^([a-zA-Z0-9+/]{4}){8,24}([a-zA-Z0-9+/]{4}|[a-zA-Z0-9+/]{3}=|[a-zA-Z0-9+/]{2}==)?$"},
    ),
]
EventType = Annotated[
    str,
    Meta(
        extra={"check": is_event_type, "noun": "the name of an event, such as invoice.created"},
        extra_json_schema={"pattern": f"^(?=.{{0,{LONGEST_EVENT_TYPE}}}$)[a-z0-9_]+(\\.[a-z0-9_]+)+$"},
    ),
]
EventTypes = Annotated[list[EventType], Meta(max_length=MOST_ROWS)]
EndpointDescription = Annotated[str, Meta(max_length=LONGEST_DESCRIPTION, extra_json_schema={"pattern": "^[^\\u0000]*$"})]
PerSecond = Annotated[int, Meta(ge=1, le=MOST_PER_SECOND, extra={"noun": "a whole number of requests a second"})]


class CreateEndpoint(Request, frozen=True, kw_only=True):
    """`event_types` absent, null or empty: all of them. `secret` absent: one is made."""

    url: Url
    description: EndpointDescription | UnsetType | None = UNSET
    secret: Secret | UnsetType = UNSET
    rate_limit: PerSecond | UnsetType | None = UNSET
    event_types: EventTypes | UnsetType | None = UNSET


class UpdateEndpoint(Request, frozen=True, kw_only=True):
    """An absent field stays, null clears."""

    url: Url
    description: EndpointDescription | UnsetType | None = UNSET
    rate_limit: PerSecond | UnsetType | None = UNSET
    event_types: EventTypes | UnsetType | None = UNSET


class Endpoint(Answer):
    """An endpoint; its secret is never shown here."""

    id: str
    description: str | None
    url: Uri
    rate_limit: int | None
    event_types: list[str]
    created_at: Stamp


class EndpointSecret(Answer):
    """The new secret, the one time that it is shown."""

    secret: str


class IteratorMeta(Answer):
    """`iterator` is null on the last page."""

    iterator: str | None


class EndpointPage(Answer):
    meta: IteratorMeta
    data: list[Endpoint]


class Payload(Answer):
    """The body that an endpoint gets."""

    event_type: str
    data: Any


class EndpointMessage(Answer):
    """One event for one endpoint. `sent_at` is null until it was received, `payload` EXPUNGED once it is too old."""

    id: str
    event_id: str
    payload: Payload | Literal["EXPUNGED"]
    sent_at: Stamp | None


class MessagePage(Answer):
    meta: IteratorMeta
    data: list[EndpointMessage]


class BatchSucceeded(Answer):
    """Data of invoice.batch.creation_succeeded."""

    batch_id: str
    batch_invoice_id: str
    invoice_id: str
    invoice: Raw | Any


class BatchFailed(Answer):
    """Data of invoice.batch.creation_failed."""

    batch_id: str
    batch_invoice_id: str
    error: Any
