"""Keep what documents refer to: coupons, custom properties, bank accounts, tax rates. `keep_products` and `keep_payment_methods` are built
on it.

Each change is one row of the journal. A deleted entry stays in the books, for documents name it, and can be named no more. What this
module does not do: ask for the form of what is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from duebook.core.catalogue import Content, CouponEntry, CustomProperty, Entry, Kind
from duebook.core.custom_properties import definition_refusals
from duebook.core.refusal import Refusal, conflict, not_found
from duebook.store import catalogue, entities, journal
from duebook.store.journal import Change, Tally
from duebook.store.unit import Unit

Kept = Entry | list[Refusal]
"""The entry as it is afterwards, or everything that speaks against the change."""


async def create(unit: Unit, *, kind: Kind, name: str, content: Content, slug: str | None = None, parent_id: UUID | None = None) -> Kept:
    """A new entry, a tax rate below its entity. Refused: what it names and does not exist, a slug that another of its kind bears,
    authorised values of a property that cannot have any.
    """
    entry = new(unit, kind=kind, name=name, content=content, slug=slug, parent_id=parent_id)
    refusals = await _refusals(unit, entry)
    if parent_id is not None and not await entities.find(unit, [parent_id]):
        refusals.append(not_found(path=("entity_id",), message="Invoicing entity not found"))
    if refusals:
        return refusals
    await write(unit, created=[entry])
    return entry


async def change(unit: Unit, *, id: UUID, kind: Kind, fields: Mapping[str, Any], name: str | None = None, slug: str | None = None) -> Kept:
    """Give an entry what is given (`fields` of its content). Refused as `create`, and when it is unknown."""
    before = await locked(unit, id=id, kind=kind)
    if before is None:
        return missing(kind)
    after = before._replace(
        name=before.name if name is None else name,
        slug=before.slug if slug is None else slug,
        content=replace(before.content, **fields),
    )
    if after == before:
        return before
    refusals = await _refusals(unit, after, before=before)
    if refusals:
        return refusals
    return (await settle(unit, [(before, after)], action="updated"))[0]


async def delete(unit: Unit, *, id: UUID, kind: Kind) -> Kept:
    """Delete an entry. Refused when it is unknown; and a tax rate that a document or a product names."""
    before = await locked(unit, id=id, kind=kind)
    if before is None:
        return missing(kind)
    if kind == "tax_rate" and await _rate_is_used(unit, before):
        return [conflict(path=(), message="this tax rate is in use")]
    return (await settle(unit, [(before, before._replace(deleted_at=unit.at))], action="deleted"))[0]


async def locked(unit: Unit, *, id: UUID, kind: Kind) -> Entry | None:
    """The entry of a kind, locked; None when there is none, or none any more."""
    entry = await catalogue.lock(unit, id)
    return None if entry is None or entry.kind != kind or entry.deleted_at is not None else entry


def new(unit: Unit, *, kind: Kind, name: str, content: Content, slug: str | None = None, parent_id: UUID | None = None) -> Entry:
    """An entry that is about to be stored."""
    return Entry(unit.ids.new(), kind, parent_id, name, slug, None, None, unit.at, content)


def missing(kind: Kind) -> list[Refusal]:
    """The refusal of an id that names nothing of a kind."""
    return [not_found(path=(), message=f"no {kind.replace('_', ' ')} has this id")]


async def write(unit: Unit, *, created: Sequence[Entry]) -> None:
    """Store new entries with their rows of the journal."""
    await catalogue.insert(unit, created)
    changes = [Change(entry.kind, entry.id, "created", None, catalogue.told(entry)) for entry in created]
    await journal.append(unit, changes, Tally())


async def settle(unit: Unit, changed: Sequence[tuple[Entry, Entry]], *, action: str, beside: Sequence[Change] = ()) -> list[Entry]:
    """Store what became of entries (before, after), with their rows of the journal and those of what was changed `beside` them."""
    stored = [(before, after._replace(updated_at=unit.at)) for before, after in changed]
    await catalogue.update(unit, [after for _, after in stored])
    changes = [Change(after.kind, after.id, action, catalogue.told(before), catalogue.told(after)) for before, after in stored]
    await journal.append(unit, [*changes, *beside], Tally())
    return [after for _, after in stored]


async def _refusals(unit: Unit, entry: Entry, *, before: Entry | None = None) -> list[Refusal]:
    refusals: list[Refusal] = []
    if entry.slug is not None and await catalogue.has_slug(unit, kind=entry.kind, slug=entry.slug, but=entry.id):
        refusals.append(Refusal("conflict", "taken", f"the slug {entry.slug!r} is taken", ("slug",)))
    if isinstance(entry.content, CustomProperty):
        refusals += definition_refusals(entry.content)
    if isinstance(entry.content, CouponEntry):
        named = frozenset[UUID]() if before is None else frozenset(before.content.product_ids)
        refusals += await _product_refusals(unit, entry.content.product_ids, named=named)
    return refusals


async def _product_refusals(unit: Unit, ids: Sequence[UUID], *, named: frozenset[UUID]) -> list[Refusal]:
    """A refusal for each of these ids that is no product; one that was `named` before stays, whatever became of it."""
    found = await catalogue.find(unit, ids) if ids else {}
    known = named | {entry.id for entry in found.values() if entry.kind == "product" and entry.deleted_at is None}
    return [not_found(path=("product_ids", place), message="Product not found") for place, id in enumerate(ids) if id not in known]


async def _rate_is_used(unit: Unit, rate: Entry) -> bool:
    products = await catalogue.of_kind(unit.connection, tenant_id=unit.tenant.id, kind="product")
    if any(rate.id == accounting.tax_rate_id for product in products for accounting in product.content.accounting):
        return True
    return await catalogue.is_on_papers(unit, rate)
