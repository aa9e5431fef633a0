"""Keep invoicing entities: the sellers of a tenant, one of which is the default, with the patterns and counters of their numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from duebook.core.entity import Entity
from duebook.core.numbering import pattern_refusals
from duebook.core.refusal import Refusal, conflict, not_found
from duebook.store import entities, journal
from duebook.store.journal import Change, Tally
from duebook.store.unit import Unit

Kept = Entity | list[Refusal]
"""The entity as it is afterwards, or everything that speaks against the change."""

_PATTERNS: Final = ("invoice_pattern", "credit_note_pattern", "document_pattern")
_KINDS: Final = {"invoice": "invoices", "credit_note": "credit notes", "document": "documents"}


async def create_entity(unit: Unit, fields: Mapping[str, Any]) -> Kept:
    """A new seller of these `fields`; its zone is the tenant's unless it says another. The first one of a tenant is the default.

    Refused: a pattern that makes no numbers, a country that is none of ISO 3166-1.
    """
    known = await entities.lock_every(unit)
    given: dict[str, Any] = {"timezone": unit.tenant.timezone} | dict(fields) | {"id": unit.ids.new(), "updated_at": unit.at}
    entity = Entity(**given)
    entity = entity._replace(is_default=entity.is_default or not known)
    refusals = _refusals(entity)
    if refusals:
        return refusals
    changes = await _give_up_default(unit, known, to=entity)
    await entities.insert(unit, entity)
    await journal.append(unit, [*changes, Change("entity", entity.id, "created", None, entity)], Tally())
    return entity


async def update_entity(unit: Unit, *, id: UUID, fields: Mapping[str, Any]) -> Kept:
    """Change the given fields of a seller.

    Refused: an unknown id; another country; a pattern that makes no numbers; another next number once one of its kind was taken; taking
    the default away without giving it to another.
    """
    known = await entities.lock_every(unit)
    before = next((entity for entity in known if entity.id == id), None)
    if before is None:
        return [not_found(path=(), message="no invoicing entity has this id")]
    after = before._replace(**fields)
    if after == before:
        return before
    refusals = [*_change_refusals(before, after=after), *_refusals(after)]
    if refusals:
        return refusals
    changes = await _give_up_default(unit, [entity for entity in known if entity.id != id], to=after)
    after = after._replace(updated_at=unit.at)
    await entities.update(unit, after)
    await journal.append(unit, [*changes, Change("entity", id, "updated", before, after)], Tally())
    return after


async def _give_up_default(unit: Unit, others: Sequence[Entity], *, to: Entity) -> list[Change]:
    """Take the default from whoever has it, if it goes to another."""
    changes: list[Change] = []
    for before in others if to.is_default else ():
        if before.is_default:
            after = before._replace(is_default=False, updated_at=unit.at)
            await entities.update(unit, after)
            changes.append(Change("entity", before.id, "updated", before, after))
    return changes


def _refusals(entity: Entity) -> list[Refusal]:
    refusals = [refusal for name in _PATTERNS for refusal in pattern_refusals(getattr(entity, name), path=(name,))]
    if len(entity.country) != 2:
        message = f"{entity.country} is no country by itself: a seller sits in one of ISO 3166-1"
        refusals.append(Refusal("invalid", "country", message, ("country",)))
    return refusals


def _change_refusals(before: Entity, *, after: Entity) -> list[Refusal]:
    refusals: list[Refusal] = []
    if after.country != before.country:
        refusals.append(conflict(path=("country",), message=f"the country of an invoicing entity never changes: it is {before.country}"))
    if before.is_default and not after.is_default:
        refusals.append(conflict(path=("is_default",), message="one entity is the default: make another one the default instead"))
    for kind, words in _KINDS.items():
        name = f"next_{kind}_number"
        if getattr(after, name) != getattr(before, name) and getattr(before, f"has_{kind}_numbers"):
            message = f"numbers of {words} were taken already: the next one is {getattr(before, name)}"
            refusals.append(conflict(path=(name,), message=message))
    return refusals
