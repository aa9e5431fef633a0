"""Keep customers with all that is known of them: made, changed, archived and taken back, deleted. Imports are in `import_customers`.

Each change is one row of the journal. What this module does not do: ask for the form of what is given, or say whether a tax id is right.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from duebook.core.catalogue import Entry
from duebook.core.custom_properties import value_refusals
from duebook.core.customer import Customer, CustomerDraft, drafted
from duebook.core.refusal import Path, Refusal, conflict, not_found
from duebook.store import catalogue, customers, entities, journal
from duebook.store.journal import Change, Tally
from duebook.store.unit import Unit

Kept = Customer | list[Refusal]
"""The customer as it is afterwards, or everything that speaks against the change."""
Spelled = Callable[[UUID], str]
"""How the door writes a customer's id: the last thing that may serve as a name."""

_MISSING: Final = (not_found(path=(), message="Customer not found"),)


async def create_customers(unit: Unit, drafts: Sequence[CustomerDraft], *, spelled: Spelled) -> list[Kept]:
    """New customers, each accepted or refused by itself, in a fixed number of statements.

    Refused: an external id that another customer has (of two drafts the later), an entity that does not exist, custom properties that are
    not as defined.
    """
    names = [draft.fields["external_id"] for draft in drafts if draft.fields.get("external_id") is not None]
    taken = {name for _, name in await customers.find(unit, [], sorted(set(names)))} if names else set[str | None]()
    grounds = await _grounds(unit, drafts)
    results: list[Kept] = []
    new: list[Customer] = []
    for draft in drafts:
        external_id: str | None = draft.fields.get("external_id")
        refusals = grounds.refusals(draft, needs_all=True)
        if external_id is not None and external_id in taken:
            refusals.append(_taken(external_id))
        if refusals:
            results.append(refusals)
            continue
        taken.add(external_id)
        id = unit.ids.new()
        blank = Customer(id=id, external_id=None, name="", updated_at=unit.at)
        new.append(drafted(draft, known=blank, otherwise=spelled(id)))
        results.append(new[-1])
    if new and unit.stores:
        await customers.insert_whole(unit, sorted(new, key=lambda customer: customer.external_id or ""))
        changes = [Change("customer", id, "created", None, customer) for customer in new if (id := customer.id) is not None]
        await journal.append(unit, changes, Tally(customers=len(new)))
    return results


async def update_customer(unit: Unit, *, id: UUID, draft: CustomerDraft, spelled: Spelled) -> Kept:
    """Change what is given of one customer. Refused as `create_customers`, and: an unknown customer; another currency once it has a
    document or a saved payment method; a payment method that is not its own.
    """
    before = await customers.lock_whole(unit, id)
    if before is None:
        return [*_MISSING]
    after = drafted(draft, known=before, otherwise=spelled(id))
    if after == before:
        return before
    refusals = (await _grounds(unit, [draft])).refusals(draft, needs_all=False)
    external_id = after.external_id
    if external_id is not None and external_id != before.external_id and await customers.find(unit, [], [external_id]):
        refusals.append(_taken(external_id))
    refusals += await _method_refusals(unit, before, draft)
    if refusals:
        return refusals
    return await _settle(unit, before=before, after=after, action="updated")


async def archive_customer(unit: Unit, *, id: UUID) -> Kept:
    """Archive a customer: lists leave it out. One that is archived already stays as it is."""
    before = await customers.lock_whole(unit, id)
    if before is None:
        return [*_MISSING]
    if before.archived_at is not None:
        return before
    return await _settle(unit, before=before, after=before._replace(archived_at=unit.at), action="archived")


async def recover_customer(unit: Unit, *, id: UUID) -> Kept:
    """Take a customer out of the archive. One that is not in it stays as it is."""
    before = await customers.lock_whole(unit, id)
    if before is None:
        return [*_MISSING]
    if before.archived_at is None:
        return before
    return await _settle(unit, before=before, after=before._replace(archived_at=None), action="recovered")


async def delete_customer(unit: Unit, *, id: UUID) -> list[Refusal]:
    """Delete an archived customer without documents, with its saved payment methods. Gives what speaks against it."""
    before = await customers.lock_whole(unit, id)
    if before is None:
        return [*_MISSING]
    if before.archived_at is None:
        return [conflict(path=(), message="a customer is archived before it is deleted")]
    if await customers.has_documents(unit, id):
        return [conflict(path=(), message="this customer has documents: it can be archived, not deleted")]
    if not unit.stores:
        return []
    methods = (await catalogue.of_parents(unit, [id], kind="payment_method"))[id]
    gone = [method._replace(deleted_at=unit.at, updated_at=unit.at) for method in methods]
    if gone:
        await catalogue.update(unit, gone)
    await customers.delete(unit, id)
    changes = [
        Change("payment_method", after.id, "deleted", catalogue.told(method), catalogue.told(after))
        for method, after in zip(methods, gone, strict=True)
    ]
    await journal.append(unit, [*changes, Change("customer", id, "deleted", before, None)], Tally(customers=-1))
    return []


async def _settle(unit: Unit, *, before: Customer, after: Customer, action: str) -> Customer:
    after = after._replace(updated_at=unit.at)
    if unit.stores and after.id is not None:
        await customers.update_whole(unit, [after])
        await journal.append(unit, [Change("customer", after.id, action, before, after)], Tally())
    return after


class _Grounds:
    """What drafts are judged by: the entities and the custom properties that there are."""

    def __init__(self, *, known_entities: frozenset[UUID], definitions: Mapping[str, Entry]) -> None:
        self._entities, self._definitions = known_entities, definitions

    def refusals(self, draft: CustomerDraft, *, needs_all: bool) -> list[Refusal]:
        """What speaks against a draft by itself. A draft that leaves custom properties alone is not asked for those that are required."""
        found: list[Refusal] = []
        entity_id = draft.fields.get("entity_id")
        if entity_id is not None and entity_id not in self._entities:
            found.append(not_found(path=("entity_id",), message="Invoicing entity not found"))
        if needs_all or "custom_properties" in draft.profile:
            found += value_refusals(draft.profile.get("custom_properties"), definitions=self._definitions)
        return found


async def _grounds(unit: Unit, drafts: Sequence[CustomerDraft]) -> _Grounds:
    named = {draft.fields["entity_id"] for draft in drafts if draft.fields.get("entity_id") is not None}
    return _Grounds(
        known_entities=frozenset(await entities.find(unit, named)) if named else frozenset(),
        definitions=await catalogue.custom_properties(unit, "customer"),
    )


async def _method_refusals(unit: Unit, before: Customer, draft: CustomerDraft) -> list[Refusal]:
    """What the customer's documents and saved payment methods speak against."""
    if before.id is None:
        raise TypeError("a stored customer has an id")
    method_id = draft.profile.get("payment_method_id")
    is_converted = draft.fields.get("currency", before.currency) != before.currency
    if method_id is None and not is_converted:
        return []
    methods = (await catalogue.of_parents(unit, [before.id], kind="payment_method"))[before.id]
    refusals: list[Refusal] = []
    if method_id is not None and method_id not in {method.id for method in methods}:
        refusals.append(not_found(path=("payment_method_id",), message="Payment method not found"))
    if is_converted and (methods or await customers.has_documents(unit, before.id)):
        message = "the currency of a customer stays once it has an invoice or a saved payment method"
        refusals.append(conflict(path=("currency",), message=message))
    return refusals


def _taken(external_id: str) -> Refusal:
    path: Path = ("external_id",)
    return Refusal("conflict", "taken", f"another customer has the external id {external_id!r}", path)
