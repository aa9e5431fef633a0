"""What the drafts of one call name, looked up as sets: a fixed number of statements, however many drafts there are.

What this module does not do: say what is wrong with a draft. What a draft names and the tenant does not have is simply not on the shelf.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from duebook.core.catalogue import Entry, Kind
from duebook.core.customer import Customer
from duebook.core.entity import Entity
from duebook.core.paper import UNKNOWN, PaperDraft
from duebook.store import catalogue, customers, entities
from duebook.store.unit import Unit


class Shelf(NamedTuple):
    """What was found, by id. `below`: prices by product and tax rates by entity; `properties`: those of invoices by slug."""

    customers: Mapping[UUID, Customer]
    entities: Mapping[UUID, Entity]
    default_entity: Entity
    entries: Mapping[UUID, Entry]
    below: Mapping[UUID, Sequence[Entry]]
    properties: Mapping[str, Entry]

    def entry(self, id: UUID, *, kind: Kind) -> Entry | None:
        """The entry of this kind, archived ones too; None when there is none or it was deleted."""
        found = self.entries.get(id)
        return found if found is not None and found.kind == kind and found.deleted_at is None else None


async def look_up(unit: Unit, drafts: Sequence[PaperDraft]) -> Shelf:
    """Read everything that `drafts` name, with the prices and rates their lines may need."""
    owing = _known(draft.customer_id for draft in drafts)
    found = await customers.read_many(unit.connection, tenant_id=unit.tenant.id, ids=owing)
    sellers = await entities.every(unit.connection, tenant_id=unit.tenant.id)
    named = _known(id for draft in drafts for id in _named(draft))
    parents = _known(line.product_id for draft in drafts for line in draft.lines if line.unit_amount is None)
    if any(_states_rates(draft) for draft in drafts):
        parents += [entity.id for entity in sellers]
    return Shelf(
        customers={customer.id: customer for customer in found if customer.id is not None},
        entities={entity.id: entity for entity in sellers},
        default_entity=next(entity for entity in sellers if entity.is_default),
        entries=await catalogue.find(unit, named) if named else {},
        below=await catalogue.of_parents(unit, parents) if parents else {},
        properties=await catalogue.custom_properties(unit, "invoice"),
    )


def _known(ids: Iterable[UUID | None]) -> list[UUID]:
    """Each id once; what can name nothing is not asked for."""
    return [id for id in dict.fromkeys(ids) if id is not None and id != UNKNOWN]


def _named(draft: PaperDraft) -> Iterable[UUID | None]:
    """What a draft names of the catalogue."""
    for line in draft.lines:
        yield line.product_id
    for coupon in draft.coupons:
        yield coupon.id
    yield draft.payment_method_id
    yield draft.bank_account_id
    for transaction in draft.transactions or ():
        yield transaction.payment_method_id
        yield transaction.bank_account_id


def _states_rates(draft: PaperDraft) -> bool:
    return draft.tax_rate is not None or any(line.tax_rate is not None for line in draft.lines)
