"""Keep products and what they cost. A product is archived before it is deleted, and one that stands on a document stays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from duebook.actions.keep_catalogue import Kept, locked, missing, new, settle, write
from duebook.core.catalogue import Entry, Price, Product
from duebook.core.custom_properties import value_refusals
from duebook.core.refusal import Refusal, conflict, not_found
from duebook.store import catalogue, entities
from duebook.store.unit import Unit


async def create_product(unit: Unit, *, name: str, content: Product, prices: Sequence[Price] = ()) -> Kept:
    """A new product with its prices. Refused: custom properties that are not as defined, an entity or tax rate that does not exist."""
    refusals = await _refusals(unit, content, given=frozenset({"custom_properties", "accounting"}))
    if refusals:
        return refusals
    product = new(unit, kind="product", name=name, content=content)
    below = [new(unit, kind="price", name=price.type, content=price, parent_id=product.id) for price in prices]
    await write(unit, created=[product, *below])
    return product


async def update_product(unit: Unit, *, id: UUID, name: str, fields: Mapping[str, Any]) -> Kept:
    """Give a product its name and the given fields of its content. Refused as `create_product`, and when it is unknown."""
    before = await locked(unit, id=id, kind="product")
    if before is None:
        return missing("product")
    after = before._replace(name=name, content=replace(before.content, **fields))
    if after == before:
        return before
    refusals = await _refusals(unit, after.content, given=frozenset(fields))
    return refusals or (await settle(unit, [(before, after)], action="updated"))[0]


async def archive_product(unit: Unit, *, id: UUID) -> Kept:
    """Archive a product: no new document may name it. One that is archived already stays as it is."""
    before = await locked(unit, id=id, kind="product")
    if before is None:
        return missing("product")
    if before.archived_at is not None:
        return before
    return (await settle(unit, [(before, before._replace(archived_at=unit.at))], action="archived"))[0]


async def recover_product(unit: Unit, *, id: UUID) -> Kept:
    """Take a product out of the archive. One that is not in it stays as it is."""
    before = await locked(unit, id=id, kind="product")
    if before is None:
        return missing("product")
    if before.archived_at is None:
        return before
    return (await settle(unit, [(before, before._replace(archived_at=None))], action="recovered"))[0]


async def delete_product(unit: Unit, *, id: UUID) -> Kept:
    """Delete a product with its prices. Refused unless it is archived and stands on no document, a draft included."""
    before = await locked(unit, id=id, kind="product")
    if before is None:
        return missing("product")
    if before.archived_at is None:
        return [conflict(path=(), message="a product is archived before it is deleted")]
    if await catalogue.is_on_papers(unit, before):
        return [conflict(path=(), message="this product is in use")]
    prices = (await catalogue.of_parents(unit, [id], kind="price"))[id]
    gone = [(entry, entry._replace(deleted_at=unit.at)) for entry in (before, *prices)]
    return (await settle(unit, gone, action="deleted"))[0]


async def add_price(unit: Unit, *, product_id: UUID, price: Price) -> Kept:
    """A new price of a product. Refused when there is no such product."""
    product = await locked(unit, id=product_id, kind="product")
    if product is None:
        return [not_found(path=("product_id",), message="Product not found")]
    entry = new(unit, kind="price", name=price.type, content=price, parent_id=product.id)
    await write(unit, created=[entry])
    return entry


async def set_amount(unit: Unit, *, price_id: UUID, amount: int | None) -> Kept:
    """Give a price another amount, in minor units of its currency; None: it has none for now."""
    before = await locked(unit, id=price_id, kind="price")
    if before is None:
        return missing("price")
    after: Entry = before._replace(content=replace(before.content, amount=amount))
    return before if after == before else (await settle(unit, [(before, after)], action="updated"))[0]


async def _refusals(unit: Unit, content: Product, *, given: frozenset[str]) -> list[Refusal]:
    """What speaks against the given fields of a product; what was stored before is not judged again."""
    refusals: list[Refusal] = []
    if "custom_properties" in given:
        definitions = await catalogue.custom_properties(unit, "product")
        refusals += value_refusals(content.custom_properties, definitions=definitions)
    if "accounting" in given and content.accounting:
        refusals += await _accounting_refusals(unit, content)
    return refusals


async def _accounting_refusals(unit: Unit, content: Product) -> list[Refusal]:
    """An entity that does not exist, a tax rate that does not, or that is another entity's."""
    known = await entities.find(unit, [row.entity_id for row in content.accounting])
    rates = await catalogue.find(unit, [row.tax_rate_id for row in content.accounting if row.tax_rate_id is not None])
    refusals: list[Refusal] = []
    for place, row in enumerate(content.accounting):
        if row.entity_id not in known:
            refusals.append(not_found(path=("accounting", place), message="Invoicing entity not found"))
        rate = None if row.tax_rate_id is None else rates.get(row.tax_rate_id)
        if row.tax_rate_id is not None and (rate is None or rate.deleted_at is not None or rate.parent_id != row.entity_id):
            refusals.append(not_found(path=("accounting", place, "tax_rate_id"), message="Tax rate not found"))
    return refusals
