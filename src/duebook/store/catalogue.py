"""The catalogue in PostgreSQL: products, prices, coupons, custom properties, payment methods, bank accounts, tax rates, one table.

An entry is read whole: what is particular to its kind is JSON, written and read here by the kind's dataclass, numbers digit by digit. Lists
of a kind are small: whoever needs all of one reads all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from duebook.core.catalogue import CONTENTS, Content, Entry, Kind
from duebook.core.custom_properties import by_slug
from duebook.store.arrays import plain, texts
from duebook.store.conditions import Condition, narrowed
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("catalogue.sql")
_STATUS: Final = "status"
# Numbers with a fraction in free properties have no type that would turn a text back into them, so all are written as numbers.
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_decoders: Final = {kind: msgspec.json.Decoder(content, float_hook=Decimal).decode for kind, content in CONTENTS.items()}


async def find(unit: Unit, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """What these ids name, of any kind, archived and deleted entries too."""
    return await read_many(unit.connection, tenant_id=unit.tenant.id, ids=ids)


async def read_many(connection: Connection, *, tenant_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """As `find`, outside a unit of work."""
    rows = await connection.fetch(_SQL["find"], tenant_id, plain(set(ids)))
    return {row[0]: _entry(row) for row in rows}


async def of_parents(unit: Unit, ids: Iterable[UUID], *, kind: Kind | None = None) -> dict[UUID, list[Entry]]:
    """The entries below each of these (prices of products, methods of customers, rates of entities), oldest first, without deleted ones."""
    return await children(unit.connection, tenant_id=unit.tenant.id, ids=ids, kind=kind)


async def children(connection: Connection, *, tenant_id: UUID, ids: Iterable[UUID], kind: Kind | None = None) -> dict[UUID, list[Entry]]:
    """As `of_parents`, outside a unit of work."""
    result: dict[UUID, list[Entry]] = {id: [] for id in ids}
    for row in await connection.fetch(_SQL["of_parents"], tenant_id, plain(result)):
        entry = _entry(row)
        if entry.parent_id is not None and kind in (None, entry.kind):
            result[entry.parent_id].append(entry)
    return result


async def custom_properties(unit: Unit, entity: str) -> dict[str, Entry]:
    """The custom properties of a kind of thing (customer, product, invoice, ...), by slug."""
    return by_slug(await of_kind(unit.connection, tenant_id=unit.tenant.id, kind="custom_property"), entity=entity)


async def of_kind(connection: Connection, *, tenant_id: UUID, kind: Kind) -> list[Entry]:
    """All entries of a kind but deleted ones, newest first."""
    return [_entry(row) for row in await connection.fetch(_SQL["of_kind"], tenant_id, kind)]


async def page(
    connection: Connection, *, tenant_id: UUID, kind: Kind, limit: int, offset: int, conditions: Sequence[Condition] = ()
) -> tuple[list[Entry], int]:
    """A page of a kind, newest first, and how many there are in all; deleted entries are never among them.

    Conditions on id, parent, name, type, description, price_book_id, custom_properties, and on status: `in` active, archived, all.
    """
    given = {status for condition in conditions if condition.field == _STATUS for status in _statuses(condition)}
    asked = [condition for condition in conditions if condition.field != _STATUS]
    values: dict[str, Any] = {"tenant_id": tenant_id, "kind": kind, "limit": limit, "offset": offset}
    query, bound = narrowed(_SQL["page"], given={*given, "count"}, conditions=asked)
    total: int = await connection.fetchval(query.sql, *query.arguments(values | bound))
    if not limit or offset >= total:
        return [], total
    query, bound = narrowed(_SQL["page"], given={*given, "page", "newest"}, conditions=asked)
    rows = await connection.fetch(query.sql, *query.arguments(values | bound))
    return [_entry(row) for row in rows], total


def _statuses(condition: Condition) -> set[str]:
    """The line of the statement that a condition on the status asks for; none where it asks for both."""
    chosen = {str(value) for value in condition.values}
    return chosen if len(chosen) == 1 and "all" not in chosen else set()


async def lock(unit: Unit, id: UUID) -> Entry | None:
    """An entry, a deleted one too, locked until the unit ends."""
    row = await unit.connection.fetchrow(_SQL["lock"], unit.tenant.id, id)
    return None if row is None else _entry(row)


async def has_slug(unit: Unit, *, kind: Kind, slug: str, but: UUID) -> bool:
    """Whether an entry of a kind other than `but` bears `slug`; deleted ones have given theirs back."""
    return bool(await unit.connection.fetchval(_SQL["has_slug"], unit.tenant.id, kind, slug, but))


async def insert(unit: Unit, entries: Sequence[Entry]) -> None:
    """Store new entries. Raises one of TAKEN when another writer took a slug first."""
    await unit.connection.fetch(_SQL["insert"], unit.tenant.id, unit.at, *_columns(entries))


async def update(unit: Unit, entries: Sequence[Entry]) -> None:
    """Store new content of known entries; kind and parent never change."""
    await unit.connection.execute(_SQL["update"], unit.tenant.id, unit.at, *_columns(entries))


async def is_on_papers(unit: Unit, entry: Entry) -> bool:
    """Whether a document, a draft too, names a product or a tax rate."""
    if entry.kind == "product":
        return bool(await unit.connection.fetchval(_SQL["product_is_on_papers"], unit.tenant.id, entry.id))
    return bool(await unit.connection.fetchval(_SQL["rate_is_on_papers"], unit.tenant.id, entry.parent_id, str(entry.id).encode()))


def told(entry: Entry) -> Entry:
    """An entry as the journal tells of it: its content exactly as it is stored."""
    return entry._replace(content=msgspec.Raw(_encode(entry.content)))


def restored(row: Mapping[str, Any]) -> Entry:
    """The entry that a row of the journal tells of (its `before` or `after`, decoded from JSON, where nulls are left out)."""
    entry = msgspec.convert([row.get(field) for field in Entry._fields], Entry)
    return entry._replace(content=msgspec.convert(entry.content, CONTENTS[entry.kind]))


def _entry(row: Any) -> Entry:
    id, kind, parent_id, name, slug, archived_at, deleted_at, updated_at, content = row
    return Entry(id, kind, parent_id, name, slug, archived_at, deleted_at, updated_at, _decoders[kind](content))


def _columns(entries: Sequence[Entry]) -> tuple[Any, ...]:
    contents: list[Content] = [entry.content for entry in entries]
    return (
        plain([entry.id for entry in entries]),
        plain([entry.kind for entry in entries]),
        plain([entry.parent_id for entry in entries]),
        texts([entry.name for entry in entries]),
        texts([entry.slug for entry in entries]),
        [entry.archived_at for entry in entries],
        [entry.deleted_at for entry in entries],
        texts([getattr(content, "type", None) for content in contents]),
        texts([getattr(content, "description", None) for content in contents]),
        [_encode(content) for content in contents],
    )
