"""Invoicing entities in PostgreSQL: read, locked and written, one row each.

A tenant has a handful, so lists read them all. What this module does not do: take numbers, which is done with the documents they are for.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from duebook.core.entity import Entity
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("entities.sql")
# In the order of the parameters behind tenant, id and updated_at. Whether numbers were taken is nobody's to write here.
_WRITTEN: Final = tuple(field for field in Entity._fields if field not in {"id", "updated_at"} and not field.startswith("has_"))


async def find(unit: Unit, ids: Iterable[UUID]) -> dict[UUID, Entity]:
    """The entities that these ids name."""
    wanted = set(ids)
    return {entity.id: entity for entity in await every(unit.connection, tenant_id=unit.tenant.id) if entity.id in wanted}


async def every(connection: Connection, *, tenant_id: UUID) -> list[Entity]:
    """All entities of a tenant, the oldest first."""
    return [Entity(*row) for row in await connection.fetch(_SQL["every"], tenant_id)]


async def lock_every(unit: Unit) -> list[Entity]:
    """All entities of the tenant, the oldest first, locked until the unit ends."""
    return [Entity(*row) for row in await unit.connection.fetch(_SQL["lock_every"], unit.tenant.id)]


async def insert(unit: Unit, entity: Entity) -> None:
    """Store a new entity. Raises one of TAKEN when another is the default already."""
    await unit.connection.execute(_SQL["insert"], unit.tenant.id, entity.id, unit.at, *_columns(entity))


async def update(unit: Unit, entity: Entity) -> None:
    """Store new content of a known entity. Raises one of TAKEN when another is the default already."""
    await unit.connection.execute(_SQL["update"], unit.tenant.id, entity.id, unit.at, *_columns(entity))


def _columns(entity: Entity) -> list[Any]:
    return [getattr(entity, field) for field in _WRITTEN]
