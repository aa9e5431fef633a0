"""Coupons on the lines of a document: what each takes off, before tax, and how that is shared out over its lines.

Coupons count one after the other, each from what the earlier ones left; a line below 0 takes no part. A discount never goes beyond what is
left of its lines: what is answered is what was applied. What this module does not do: look coupons up, count redemptions, reckon tax.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from duebook.core.refusal import Path, Refusal, conflict, currency_refused, required
from duebook.core.rounding import percentage, shared_out


class Coupon(NamedTuple):
    """A coupon of the catalogue: `amount` in minor units of `currency`, or `percent`. No products: it is good for every product."""

    id: UUID
    name: str
    amount: int | None = None
    currency: str | None = None
    percent: Decimal | None = None
    product_ids: frozenset[UUID] = frozenset()
    expires_at: datetime | None = None
    deleted_at: datetime | None = None


_NOT_IN_THE_CATALOGUE: Final = Coupon(UUID(int=0), "")


class CouponDraft(NamedTuple):
    """A coupon as a request lays it on a document. What is given wins over the catalogue.

    `positions` count lines from 0, as the request wrote them; None means every line.
    """

    name: str | None = None
    amount: int | None = None
    positions: tuple[int | Decimal, ...] | None = None


class Discount(NamedTuple):
    """What a coupon is to take off: `amount` in minor units, or `percent` (0..100), from the lines at `positions` (None: every line).

    Every line, and every position, means those of `product_ids` where there are some.
    """

    id: UUID | None
    name: str
    amount: int | None
    percent: Decimal | None
    positions: tuple[int | Decimal, ...] | None = None
    product_ids: frozenset[UUID] = frozenset()


class AppliedCoupon(NamedTuple):
    """What a coupon took off in all, in minor units. `positions`: the lines it was laid on, in order, None for every line."""

    id: UUID | None
    name: str
    amount: int
    percent: Decimal | None
    positions: tuple[int, ...] | None


class LineDiscount(NamedTuple):
    """What all coupons took off a line, in minor units; `percent` when exactly one lies on it and it is a percent one."""

    amount: int = 0
    percent: Decimal | None = None


class Discounted(NamedTuple):
    """The discount of each line, in order of lines, and what each coupon came to, in order of coupons: both have the same sum."""

    lines: list[LineDiscount]
    coupons: list[AppliedCoupon]


def resolved(
    draft: CouponDraft, *, known: Coupon | None, currency: str, at: datetime, path: Path = ()
) -> tuple[Discount | None, list[Refusal]]:
    """What `draft` asks for on a document in `currency`, and what speaks against it; `known` is the coupon it names, None if it names none.

    Refused: a deleted coupon; one that expired at or before `at`; an amount coupon in another currency, unless the request gives the
    amount; a coupon without a name, an amount or a percent.
    """
    coupon = known or _NOT_IN_THE_CATALOGUE
    name = draft.name or coupon.name
    refusals: list[Refusal] = []
    if coupon.deleted_at is not None:
        refusals.append(conflict(path=path, message=f"coupon {name!r} was deleted"))
    if coupon.expires_at is not None and coupon.expires_at <= at:
        refusals.append(conflict(path=path, message=f"coupon {name!r} expired on {coupon.expires_at.date()}"))
    if draft.amount is None and coupon.amount is not None and coupon.currency not in (None, currency):
        message = f"coupon {name!r} is in {coupon.currency}, the document in {currency}: give its amount in {currency}"
        refusals.append(currency_refused(path=(*path, "amount"), message=message))
    if not name:
        refusals.append(required(path=(*path, "name"), message="a coupon that is not in the catalogue needs a name"))
    percent = coupon.percent if draft.amount is None else None
    amount = draft.amount if draft.amount is not None else coupon.amount
    if amount is None and percent is None:
        refusals.append(required(path=(*path, "amount"), message="a coupon that is not in the catalogue needs an amount"))
    if refusals:
        return None, refusals
    amount = None if percent is not None else amount
    return Discount(known.id if known else None, name, amount, percent, draft.positions, coupon.product_ids), []


def discounted(
    bases: Sequence[int],
    *,
    discounts: Sequence[Discount],
    product_ids: Sequence[UUID | None],
    path: Path = ("coupons",),
) -> tuple[Discounted, list[Refusal]]:
    """What `discounts` take off lines with these `bases` (minor units, below 0 for negative lines), and what speaks against it.

    Refused, at the coupon's place below `path`: a position that is no whole number; no positions at all; no line left of them (positions
    without a line are ignored, a position twice counts once); lines none of which is above 0.
    """
    left = [max(0, base) for base in bases]
    laid: list[list[Discount]] = [[] for _ in bases]
    applied: list[AppliedCoupon] = []
    refusals: list[Refusal] = []
    for place, discount in enumerate(discounts):
        found = _targets(discount, bases, product_ids, (*path, place, "positions"))
        if isinstance(found, Refusal):
            refusals.append(found)
            continue
        taking = [position for position in found if bases[position] > 0]
        available = [left[position] for position in taking]
        whole = sum(available)
        off = min(whole, _asked(discount, whole))
        for position, part in zip(taking, shared_out(off, weights=available), strict=True):
            left[position] -= part
            laid[position].append(discount)
        every = discount.positions is None and not discount.product_ids
        applied.append(AppliedCoupon(discount.id, discount.name, off, discount.percent, None if every else found))
    lines = [
        LineDiscount(max(0, base) - rest, on_it[0].percent if len(on_it) == 1 else None)
        for base, rest, on_it in zip(bases, left, laid, strict=True)
    ]
    return Discounted(lines, applied), refusals


def _asked(discount: Discount, whole: int) -> int:
    if discount.percent is not None:
        return percentage(whole, percent=discount.percent)
    return discount.amount or 0


def _targets(
    discount: Discount, bases: Sequence[int], product_ids: Sequence[UUID | None], path: tuple[str | int, ...]
) -> tuple[int, ...] | Refusal:
    """The lines that a discount is laid on, in order, of which at least one is above 0."""
    count = len(bases)
    if discount.positions is None:
        positions = set(range(count))
    elif not discount.positions:
        return _refused(path, f"coupon {discount.name!r} names no line: leave the positions out to lay it on every line")
    else:
        given = discount.positions
        broken = next((position for position in given if not _is_whole(position)), None)
        if broken is not None:
            return _refused(path, f"{broken} is no position: lines are counted 0, 1, 2, ...")
        positions = {int(position) for position in given if 0 <= position < count}
        if not positions:
            return _refused(path, f"coupon {discount.name!r} lies on no line: the document has the positions 0 to {count - 1}")
    if discount.product_ids:
        positions = {position for position in positions if product_ids[position] in discount.product_ids}
        if not positions:
            return _refused(path, f"coupon {discount.name!r} is not good for the products of its lines")
    if not any(bases[position] > 0 for position in positions):
        return _refused(path, f"coupon {discount.name!r} lies on no line above 0, so there is nothing to take it off")
    return tuple(sorted(positions))


def _is_whole(position: int | Decimal) -> bool:
    return isinstance(position, int) or (position.is_finite() and position == position.to_integral_value())


def _refused(path: tuple[str | int, ...], message: str) -> Refusal:
    return Refusal("invalid", "coupon", message, path)
