"""The lines and coupons of a draft: filled in from the catalogue, then reckoned.

Whatever can be said of the rest is said although some of it names nothing, so that a draft learns all its faults at once. What this module
does not do: choose who pays and who sells.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from duebook.actions.papers.shelf import Shelf
from duebook.core import catalogue
from duebook.core.catalogue import Entry
from duebook.core.coupon import Discount, resolved
from duebook.core.lines import Kind, LineDraft, Reckoning, reckoned
from duebook.core.paper import CouponReference, PaperDraft, PaperLineDraft
from duebook.core.refusal import Path, Refusal, conflict, not_found
from duebook.core.rounding import is_reckonable
from duebook.core.tax import Taxation


class Circumstances(NamedTuple):
    """What the prices of one document depend on. `are_parties_known`: else what would follow from customer and seller is not judged."""

    kind: Kind
    currency: str
    country: str | None
    taxation: Taxation
    now: datetime
    are_parties_known: bool


class Priced(NamedTuple):
    """The lines as they are reckoned with, in order, the product of each, and the reckoning."""

    lines: list[LineDraft]
    products: list[Entry | None]
    reckoning: Reckoning


class _Lines(NamedTuple):
    lines: list[LineDraft]
    products: list[Entry | None]
    is_whole: bool
    """Every line has its price: what the lines add up to may be judged."""


def priced(draft: PaperDraft, *, shelf: Shelf, circumstances: Circumstances) -> tuple[Priced | None, list[Refusal]]:
    """The lines and coupons of `draft` worked out, or everything that speaks against them."""
    refusals: list[Refusal] = []
    filled = _filled(draft.lines, shelf, circumstances, refusals)
    discounts, places = _discounts(draft.coupons, shelf, circumstances, refusals)
    reckoning, found = reckoned(filled.lines, discounts=discounts, taxation=circumstances.taxation, kind=circumstances.kind)
    for refusal in found:
        told = _told(refusal, filled, places, circumstances)
        if told is not None:
            refusals.append(told)
    if refusals or reckoning is None or not filled.is_whole:
        return None, refusals
    return Priced(filled.lines, filled.products, reckoning), []


def _filled(drafts: Sequence[PaperLineDraft], shelf: Shelf, circumstances: Circumstances, refusals: list[Refusal]) -> _Lines:
    """Name, price and description from the product, where a line leaves them out."""
    lines: list[LineDraft] = []
    products: list[Entry | None] = []
    is_whole = True
    for place, draft in enumerate(drafts):
        product = None
        name, amount, description = draft.name, draft.unit_amount, draft.description
        if draft.product_id is not None:
            path = ("lines", place, "product_id")
            product = shelf.entry(draft.product_id, kind="product")
            if product is None:
                refusals.append(not_found(path=path, message="Product not found"))
            else:
                if not product.is_active:
                    refusals.append(conflict(path=path, message=f"product {product.name!r} is archived: it is sold no more"))
                name = product.name if name is None else name
                description = product.content.line_description if description is None else description
                if amount is None:
                    amount = _price(product, shelf, circumstances, ("lines", place, "unit_amount"), refusals)
        products.append(product)
        if amount is None:
            is_whole, draft, amount = False, _of_one_unit(draft), 1
        lines.append(draft.filled(name=name or "", unit_amount=amount, description=description))
    return _Lines(lines, products, is_whole)


def _of_one_unit(draft: PaperLineDraft) -> PaperLineDraft:
    """A line without a price stands for something above 0, so that no coupon is blamed for it; a quantity that is none stays one fault."""
    return replace(draft, units_count=Decimal(1)) if is_reckonable(draft.units_count) else draft


def _price(product: Entry, shelf: Shelf, circumstances: Circumstances, path: Path, refusals: list[Refusal]) -> int | None:
    prices = [entry for entry in shelf.below.get(product.id, ()) if entry.kind == "price"]
    found = catalogue.price_for(prices, currency=circumstances.currency, country=circumstances.country)
    if found is not None:
        return found.content.amount
    if circumstances.are_parties_known:
        where = f" for a customer in {circumstances.country}" if circumstances.country else ""
        message = f"product {product.name!r} has no price in {circumstances.currency}{where}: give the line its unit_amount"
        refusals.append(conflict(path=path, message=message))
    return None


def _discounts(
    references: Sequence[CouponReference], shelf: Shelf, circumstances: Circumstances, refusals: list[Refusal]
) -> tuple[list[Discount], list[int]]:
    """What the coupons ask for, and the place in the draft that each has there."""
    discounts: list[Discount] = []
    places: list[int] = []
    for place, reference in enumerate(references):
        known = None
        if reference.id is not None:
            entry = shelf.entries.get(reference.id)
            if entry is None or entry.kind != "coupon":
                refusals.append(not_found(path=("coupons", place, "id"), message="Coupon not found"))
                continue
            known = catalogue.coupon(entry)
        discount, found = resolved(
            reference.draft, known=known, currency=circumstances.currency, at=circumstances.now, path=("coupons", place)
        )
        refusals += [_at_its_id(refusal) if refusal.path == ("coupons", place) else refusal for refusal in found]
        if discount is not None:
            discounts.append(discount)
            places.append(place)
    return discounts, places


def _at_its_id(refusal: Refusal) -> Refusal:
    """A coupon of the catalogue that does not fit is blamed where it is named."""
    return refusal._replace(path=(*refusal.path, "id"))


def _told(refusal: Refusal, filled: _Lines, places: Sequence[int], circumstances: Circumstances) -> Refusal | None:
    """The refusal with its place in the draft; None where it only follows from something that is missing."""
    match refusal.path:
        case ("lines", _, "tax_rate") if refusal.code == "required" and not circumstances.are_parties_known:
            return None
        case ("lines", int(), *_):
            return refusal
        case ("coupons", int(place), *rest):
            return refusal._replace(path=("coupons", places[place], *rest))
        case _:
            return refusal if filled.is_whole else None
