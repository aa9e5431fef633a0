"""What the door's operations share: encoding, pages, and the two ways of a request that writes (one document, a batch).

A batch checks its well-formed items against the books even if others are malformed, so that all errors are told at once.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

import msgspec

from duebook.core.refusal import Refusal
from duebook.leanpay import parameters
from duebook.leanpay.problems import error_items
from duebook.store import lists
from duebook.store.db import Connection
from duebook.store.unit import Unit
from duebook.web.faults import Fault
from duebook.web.gathering import Together
from duebook.web.operations import Ask, Struct
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

T = TypeVar("T")
encode: Final = msgspec.json.Encoder().encode

READ_CODES: Final = (400, 401, 403, 404, 429)
LIST_CODES: Final = (400, 401, 403, 429)
WRITE_CODES: Final = (400, 401, 403, 404, 409, 413, 415, 429)

Place = Callable[[Refusal], Refusal]
"""Gives a refusal the path that its body has."""


class Import(Protocol[T]):
    """An action that imports drafts, each with its index."""

    def __call__(self, unit: Unit, drafts: Any, *, atomic: bool) -> Awaitable["HasDocuments[T]"]: ...


class HasDocuments(Protocol[T]):
    """What an import came to."""

    documents: list[T]
    refusals: list[Refusal]


ReadPage = Callable[[Connection, lists.Page], Awaitable[list[Any]]]
Show = Callable[[Any, Sequence[T]], Awaitable[list[Any]]]
"""Documents as answer structs, from the unit of work (or, where it is over, the request)."""


async def import_one(ask: Ask, draft: Any, *, action: Import[T], show: Show[T], place: Place) -> Answer:
    """Import one document: 200 with it, or every refusal."""

    async def deed(unit: Unit) -> Answer:
        outcome = await action(unit, [(None, draft)], atomic=True)
        if outcome.refusals:
            raise RequestRefused([], [place(refusal) for refusal in outcome.refusals])
        return Answer(200, encode((await show(unit, outcome.documents))[0]))

    return await ask.write(deed)


async def import_batch(
    ask: Ask,
    *,
    draft: Callable[[Any], Any],
    action: Import[T],
    show: Show[T],
    place: Place,
    whole: Struct,
    part: Struct,
    together: Together | None = None,
) -> Answer:
    """Import a batch: 200 `{data}`, 207 `{data, errors}` where `allowPartial` was asked for, or every error of every item.

    `together`: the action for batches that may share a transaction with others.
    """
    batch = await ask.read_items()
    faults = batch.faults
    drafts = [(index, draft(item)) for index, item in batch.items]
    if not drafts:
        raise RequestRefused(faults, [], truncated=batch.truncated)
    if together is not None and not faults:
        documents = await ask.join(drafts, together=together)
        if documents is not None:
            return Answer(200, encode(whole(data=await show(ask, documents))))
    partial = ask.allows_partial and not (faults and batch.outside)

    async def deed(unit: Unit) -> Answer:
        outcome = await action(unit, drafts, atomic=not partial)
        refusals = [place(refusal) for refusal in outcome.refusals]
        if not (faults or refusals):
            return Answer(200, encode(whole(data=await show(unit, outcome.documents))))
        if not partial or not outcome.documents:
            raise RequestRefused(faults, refusals, truncated=batch.truncated)
        return Answer(207, encode(_partial(part, await show(unit, outcome.documents), faults, refusals, truncated=batch.truncated)))

    return await ask.write(deed, stores=partial or not faults)


def _partial(part: Struct, data: list[Any], faults: Sequence[Fault], refusals: Sequence[Refusal], *, truncated: bool) -> msgspec.Struct:
    errors, more = error_items([*faults, *refusals])
    return part(data=data, errors=errors, truncated=True if truncated or more else msgspec.UNSET)


async def page(ask: Ask, *, resource: lists.Resource, struct: Struct, read: ReadPage) -> Answer:
    """The page of a list that was asked for: `count` here, `total` in all. `read` makes its answer structs."""
    number: int = ask.query.get("page", 1)
    filters = parameters.filters(ask.query, timezone=ask.tenant.timezone)
    # Of invoices the page itself is one statement, rows and all; of others its ids come first.
    connect = ask.database.tenant if resource == "invoices" else ask.database.moment
    async with connect(ask.tenant.id) as connection:
        found = await lists.page(connection, tenant_id=ask.tenant.id, resource=resource, filters=filters, number=number, day=ask.day)
        data = await read(connection, found) if found.records else []
    pages = -(-found.total // lists.PAGE_SIZE)
    return Answer(200, encode(struct(data=data, count=len(data), total=found.total, page=number, pageCount=pages)))


def not_found(message: str) -> RequestRefused:
    """404 for an id in the path."""
    return RequestRefused([], [Refusal("not_found", "not_found", message)])
