"""What the operations on the catalogue share: a page of a kind, one entry by the id in the path, and refusals of what keeps them."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from duebook.actions.keep_catalogue import delete
from duebook.core.catalogue import Entry, Kind
from duebook.core.refusal import Refusal
from duebook.hyperline import wire
from duebook.hyperline.answers import NO_CONTENT, id_in, missing, offset_meta
from duebook.hyperline.pages import offset_page
from duebook.hyperline.parameters import conditions
from duebook.hyperline.translate.places import placed
from duebook.store import catalogue
from duebook.store.conditions import Condition
from duebook.store.unit import Unit
from duebook.web.operations import Ask
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

T = TypeVar("T")

WORDS: Final[Mapping[Kind, str]] = {
    "product": "Product",
    "price": "Price configuration",
    "coupon": "Coupon",
    "custom_property": "Custom property",
    "payment_method": "Payment method",
    "bank_account": "Bank account",
    "tax_rate": "Tax rate",
}
"""Each kind as messages call it."""


def kept(result: T | list[Refusal], *, word: str, names: Mapping[str, str] | None = None) -> T:
    """What an action kept. Raises RequestRefused for its refusals, at the places of the body (`names`: ours by theirs)."""
    if not isinstance(result, list):
        return result
    refusals: list[Refusal] = result  # pyright: ignore[reportUnknownVariableType] - no T of ours is a list
    if any(refusal.kind == "not_found" and not refusal.path for refusal in refusals):
        raise missing(word)
    raise RequestRefused([], placed(refusals, names=names or {}))


def path_id(ask: Ask, kind: Kind, *, place: int = 0) -> UUID:
    """The id of a kind in the path. Raises RequestRefused for a text that cannot be one."""
    return id_in(ask, kind=kind, word=WORDS[kind], place=place)


async def one(ask: Ask, kind: Kind) -> Entry:
    """The entry that the path names. Raises RequestRefused when there is none, or none any more."""
    id = path_id(ask, kind)
    async with ask.database.tenant(ask.tenant.id) as connection:
        entry = (await catalogue.read_many(connection, tenant_id=ask.tenant.id, ids=[id])).get(id)
    if entry is None or entry.kind != kind or entry.deleted_at is not None:
        raise missing(WORDS[kind])
    return entry


async def page(
    ask: Ask, kind: Kind, *, struct: Callable[..., Any], show: Callable[[Entry], Any], within: tuple[Condition, ...] = ()
) -> Answer:
    """A page by offset of a kind: `struct` of the page, `show` for its rows; `within` narrows it besides what the query asks for."""
    asked = offset_page(ask.query)
    async with ask.database.moment(ask.tenant.id) as connection:
        entries, total = await catalogue.page(
            connection,
            tenant_id=ask.tenant.id,
            kind=kind,
            limit=asked.take,
            offset=asked.skip,
            conditions=[*conditions(ask.query), *within],
        )
    meta = offset_meta(total=total, taken=len(entries), page=asked)
    return Answer(200, wire.encode(struct(meta=meta, data=[show(entry) for entry in entries])))


async def deleted(ask: Ask, kind: Kind) -> Answer:
    """Delete the entry that the path names: 204. Raises RequestRefused for one that is in use, or is not there."""
    id = path_id(ask, kind)

    async def deed(unit: Unit) -> Answer:
        kept(await delete(unit, id=id, kind=kind), word=WORDS[kind])
        return NO_CONTENT

    return await ask.write(deed)
