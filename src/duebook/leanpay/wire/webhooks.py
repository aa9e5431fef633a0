"""Webhook endpoints at the LeanPay door, as the contract names them: what comes in, what goes out, and the bodies that endpoints get.

That a URL may be called, and that no event is named twice, is not asked here.
"""
# ruff: noqa: N815  # the names are the contract's keys

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, UnsetType

from duebook.leanpay.wire.answers import Answer
from duebook.leanpay.wire.requests import Request
from duebook.leanpay.wire.scalars import MOST_ITEMS, Amount, Count, Id, NewId, NewInstant, Text

EventName = Literal[
    "invoice.imported",
    "invoice.status_changed",
    "credit_note.imported",
    "credit_note.status_changed",
    "payment.recorded",
    "payment.moved",
    "dispute.opened",
    "dispute.closed",
    "promise.made",
    "promise.kept",
    "promise.broken",
    "promise.renewed",
    "promise.cancelled",
    "recovery.started",
    "recovery.stopped",
    "payment_in_progress.announced",
    "payment_in_progress.withdrawn",
    "block.started",
    "block.stopped",
    "write_off.made",
    "write_off.reversed",
    "uncollectible.marked",
    "uncollectible.unmarked",
]
Url = Annotated[str, Meta(max_length=2_000, extra={"noun": "an https:// URL"}, extra_json_schema={"format": "uri", "pattern": "^https://"})]


class WebhookRequest(Request, frozen=True, kw_only=True):
    """`events` absent or empty: all of them."""

    url: Url
    events: Annotated[list[EventName], Meta(extra_json_schema={"uniqueItems": True})] | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET


class Webhook(Answer):
    """An endpoint without its secret."""

    id: NewId
    tenantId: Id
    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    events: list[EventName]
    description: str | None
    createdAt: NewInstant
    updatedAt: NewInstant


class NewWebhook(Answer):
    """The answer to POST, the only one that holds the secret."""

    id: NewId
    tenantId: Id
    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    events: list[EventName]
    description: str | None
    createdAt: NewInstant
    updatedAt: NewInstant
    secret: str


class WebhookPage(Answer):
    """`count` are the rows here, `total` all; pages are counted from 1."""

    data: Annotated[list[Webhook], Meta(max_length=MOST_ITEMS)]
    count: Count
    total: Count
    page: Annotated[int, Meta(ge=1)]
    pageCount: Count


class Event(Answer):
    """What an endpoint gets: `data` is the object at this door."""

    event: EventName
    tenantId: str
    occurredAt: str
    data: Raw | Any


class Payment(Answer):
    """A payment by itself; `date` is its day, `transaction` the bank line it was matched with."""

    id: Id
    tenantId: Id
    clientId: Id
    invoiceId: Id
    amount: Amount
    date: str
    externalId: str | None
    transaction: Any
    createdAt: str
    updatedAt: str
