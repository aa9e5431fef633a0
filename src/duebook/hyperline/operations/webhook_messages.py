"""Webhook messages at the Hyperline door: what endpoints were told or are about to be told, listed and sent again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from duebook.actions.keep_endpoints import replay_message
from duebook.core.refusal import Refusal
from duebook.hyperline import iterators
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, id_in
from duebook.hyperline.events import DIALECT
from duebook.hyperline.operations.webhooks import operation, refused
from duebook.hyperline.parameters import instant
from duebook.hyperline.translate import webhooks as translate
from duebook.hyperline.wire import encode
from duebook.hyperline.wire import webhooks as wire
from duebook.store import messages
from duebook.store.unit import Unit
from duebook.web.faults import Facts
from duebook.web.operations import Ask, BadParameter, Parameter
from duebook.web.work import Answer

_WORD: Final = "Webhook message"


async def list_messages(ask: Ask) -> Answer:
    """GET /v1/webhooks/messages: newest first, those that wait to be sent too."""
    size = iterators.size_of(ask)
    before: datetime | None = ask.query.get("before")
    after: datetime | None = ask.query.get("after")
    async with ask.database.tenant(ask.tenant.id) as connection:
        found = await messages.page(
            connection,
            tenant_id=ask.tenant.id,
            dialect=DIALECT,
            size=size + 1,
            behind=iterators.behind(ask, kind="message"),
            before=before,
            after=after,
            event_types=ask.query.get("event_types", ()),
        )
    size = min(size, _fitting(found))
    meta = iterators.meta(found, size=size, kind="message")
    return Answer(200, encode(wire.MessagePage(meta, [translate.message(one, at=ask.at) for one in found[:size]])))


async def replay(ask: Ask) -> Answer:
    """POST /v1/webhooks/messages/{id}/replay."""
    id = id_in(ask, kind="message", word=_WORD)

    async def deed(unit: Unit) -> Answer:
        result = await replay_message(unit, id=id, dialect=DIALECT)
        if isinstance(result, Refusal):
            raise refused([result], word=_WORD)
        return Answer(202, encode(translate.message(result, at=unit.at)))

    return await ask.write(deed)


def _fitting(found: Sequence[messages.Message]) -> int:
    """How many messages, and at least one, have no more bytes than a page may; where they have more, the page ends early."""
    total = 0
    for number, message in enumerate(found):
        total += len(message.body or b"")
        if number and total > messages.PAGE_BYTES:
            return number
    return max(len(found), 1)


def _event_types(value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for part in value.split(",") if (name := part.strip())))
    for name in names:
        if not wire.is_event_type(name):
            facts = Facts("check", "string", noun="the name of an event, such as invoice.created")
            raise BadParameter(f"must be names of events, such as invoice.created, not {name!r}", facts=facts)
    return names


def _instant(name: str, description: str) -> Parameter:
    schema = {"type": "string", "format": "date-time"}
    return Parameter(name=name, schema=schema, read=instant, description=description, optional_value=True)


_QUERY: Final = (
    _instant("before", "made before this instant"),
    _instant("after", "made at this instant or later"),
    Parameter(
        name="event_types",
        schema={"type": "array", "items": {"type": "string"}},
        read=_event_types,
        description="one or several, joined by commas",
        joined=True,
        repeated=True,
        optional_value=True,
    ),
    iterators.LIMIT,
    iterators.ITERATOR,
)


OPERATIONS: Final = (
    operation(
        "GET",
        "/messages",
        list_messages,
        id="listWebhookMessages",
        summary="List webhook messages",
        query=_QUERY,
        answers={200: wire.MessagePage},
        codes=LIST_CODES,
    ),
    operation(
        "POST",
        "/messages/{id}/replay",
        replay,
        id="replayWebhookMessage",
        summary="Send a webhook message again",
        answers={202: wire.EndpointMessage},
        codes=CHANGE_CODES,
    ),
)
