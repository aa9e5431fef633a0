"""Import customers: an upsert on the external id, as a set; and the change of one known customer."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from duebook.actions.outcome import Outcome
from duebook.core.customer import Customer, imported
from duebook.core.refusal import Refusal, conflict, duplicate, not_found
from duebook.store import customers, journal
from duebook.store.journal import Change, Tally
from duebook.store.unit import Unit

Drafts = Sequence[tuple[int | None, Mapping[str, Any]]]
"""The given fields of each customer (absent ones left out), with its position in the request (None outside batches)."""


async def import_customers(unit: Unit, drafts: Drafts, *, atomic: bool = True) -> Outcome[Customer]:
    """Import `drafts` and give the customers as they are afterwards, with every refusal; as `import_invoices` does."""
    outcome: Outcome[Customer] = Outcome()
    external_ids = sorted({fields["external_id"] for _, fields in drafts if fields.get("external_id") is not None})
    found = await customers.lock_by_external_id(unit, external_ids) if external_ids else []
    known = {customer.external_id: customer for customer in found}
    seen: set[str] = set()
    pairs: list[tuple[Customer | None, Customer]] = []
    for item, fields in drafts:
        external_id = fields.get("external_id")
        if external_id is not None and external_id in seen:
            message = f"{external_id!r} stands twice in this request: an external id names one customer"
            outcome.refuse([duplicate(path=("external_id",), message=message)], item=item)
            continue
        before = known.get(external_id) if external_id is not None else None
        if external_id is not None:
            seen.add(external_id)
        pairs.append((before, imported(fields, known=before)))
    if outcome.refusals and atomic:
        outcome.documents = [after for _, after in pairs]
    else:
        outcome.documents = await _write(unit, pairs)
    return outcome


async def update_customer(unit: Unit, *, id: UUID, fields: Mapping[str, Any]) -> Customer | Refusal:
    """Change the given fields of one customer. Refused: unknown id, an external id that another customer carries."""
    external_id = fields.get("external_id")
    locked = await customers.lock(unit, [id])
    if not locked:
        return not_found(path=(), message=f"no customer has the id {id}")
    before = locked[0]
    if external_id is not None and external_id != before.external_id and await customers.find(unit, [], [external_id]):
        message = f"another customer has the external id {external_id!r}: an external id names one customer"
        return conflict(path=("external_id",), message=message)
    return (await _write(unit, [(before, imported(fields, known=before))]))[0]


async def _write(unit: Unit, pairs: Sequence[tuple[Customer | None, Customer]]) -> list[Customer]:
    """Store what differs, in a fixed number of statements; gives all the customers as they are afterwards."""
    if not unit.stores:
        return [after for _, after in pairs]
    unit.stamp()
    new: list[Customer] = []
    changed: list[Customer] = []
    changes: list[Change] = []
    result: list[Customer] = []
    for before, after in pairs:
        if before is None:
            after = after._replace(id=unit.ids.new(), updated_at=unit.at)
            new.append(after)
        elif after != before:
            after = after._replace(updated_at=unit.at)
            changed.append(after)
        result.append(after)
        if after is not before and after != before and after.id is not None:
            changes.append(Change("customer", after.id, "imported", before, after))
    if new:
        await customers.insert(unit, sorted(new, key=lambda customer: customer.external_id or ""))
    if changed:
        await customers.update(unit, changed)
    if changes:
        await journal.append(unit, changes, Tally(customers=len(new)))
    return result
