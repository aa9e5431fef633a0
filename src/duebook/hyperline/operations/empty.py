"""Lists of what duebook does not have: programs that synchronise read them, and fail on a 404, so they answer an empty page."""

from typing import Final, NamedTuple

from msgspec import UNSET

from duebook.hyperline import wire
from duebook.hyperline.answers import LIST_CODES, offset_meta
from duebook.hyperline.pages import OFFSET, cursor_parameters, offset_page
from duebook.web.operations import Ask, Operation
from duebook.web.problem import Problem
from duebook.web.work import Answer


class _Empty(NamedTuple):
    path: str
    id: str
    words: str
    by_cursor: bool = False


_LISTS: Final = (
    _Empty("/v1/users", "listUsers", "users"),
    _Empty("/v1/quotes", "listQuotes", "quotes"),
    _Empty("/v1/customers/credits", "listCustomerCredits", "credits of customers"),
    _Empty("/v1/customers/segments", "listCustomerSegments", "segments of customers"),
    _Empty("/v1/price-books", "listPriceBooks", "price books"),
    _Empty("/v1/features", "listFeatures", "features"),
    _Empty("/v1/promotion-codes", "listPromotionCodes", "promotion codes"),
    _Empty("/v1/audit-logs", "listAuditLogs", "audit logs", by_cursor=True),
    _Empty("/v2/subscriptions", "listSubscriptions", "subscriptions", by_cursor=True),
    _Empty("/v2/subscriptions/transitions", "listSubscriptionTransitions", "transitions of subscriptions", by_cursor=True),
    _Empty("/v2/wallets", "listWallets", "wallets", by_cursor=True),
)


async def list_page(ask: Ask) -> Answer:
    """The empty page, by offset or by cursor, of any of these lists."""
    if ask.operation.answers[200] is wire.OffsetPageEmpty:
        meta = offset_meta(total=0, taken=0, page=offset_page(ask.query))
        return Answer(200, wire.encode(wire.OffsetPageEmpty(meta, [])))
    if "cursor" in ask.query:
        # No page of such a list ever gave one out.
        raise Problem(400, "cursor", "Invalid cursor")
    total = 0 if ask.query.get("include_total") else UNSET
    return Answer(200, wire.encode(wire.CursorPageEmpty(data=[], next_cursor=None, has_more=False, total=total)))


def _operation(of: _Empty) -> Operation:
    return Operation(
        method="GET",
        path=of.path,
        id=of.id,
        tag="Empty lists",
        summary=f"List {of.words}: always empty",
        scope="read",
        handler=list_page,
        query=cursor_parameters() if of.by_cursor else OFFSET,
        answers={200: wire.CursorPageEmpty if of.by_cursor else wire.OffsetPageEmpty},
        codes=LIST_CODES,
    )


OPERATIONS: Final = tuple(map(_operation, _LISTS))
