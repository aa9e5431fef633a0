"""Tenants, their settings and their API keys.

A key is 256 random bits behind `test_` or `prod_`; only its SHA-256 and a visible prefix are stored, so that a stolen database opens no
door.
"""

import hashlib
import secrets
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Tenant

_SQL = load("tenants.sql")
_VISIBLE = len("test_") + 8


class Key(NamedTuple):
    """A known, unrevoked key: whose, what it may do (`read`, `write`, `admin`) and its visible prefix."""

    tenant_id: UUID
    prefix: str
    scope: str


def hashed(key: str) -> bytes:
    """What is stored of a key, 32 bytes."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def new_key(*, mode: str) -> str:
    """A fresh key; `mode` is `test` or `prod`."""
    return f"{mode}_{secrets.token_urlsafe(32)}"


async def find_key(connection: Connection, *, key: str) -> Key | None:
    """Whose key it is; None when unknown or revoked."""
    row = await connection.fetchrow(_SQL["find_key"], hashed(key))
    if row is None or row["revoked_at"] is not None:
        return None
    return Key(row["tenant_id"], row["prefix"], row["scope"])


async def read(connection: Connection, *, tenant_id: UUID) -> Tenant | None:
    """The tenant with its settings."""
    row = await connection.fetchrow(_SQL["read"], tenant_id)
    return None if row is None else _tenant(row)


async def by_name(connection: Connection, *, name: str) -> list[Tenant]:
    """The live and the sandbox tenant of a company (none when the name is unknown)."""
    return [_tenant(row) for row in await connection.fetch(_SQL["by_name"], name)]


async def every(connection: Connection) -> list[Tenant]:
    """All tenants, by name. Owner role."""
    return [_tenant(row) for row in await connection.fetch(_SQL["every_tenant"])]


async def with_reviews_due(connection: Connection, *, day: date) -> list[Tenant]:
    """Tenants with an invoice to review by `day`. Owner role."""
    return [_tenant(row) for row in await connection.fetch(_SQL["with_reviews_due"], day)]


async def add(connection: Connection, *, tenant: Tenant, entity_id: UUID, at: datetime) -> None:
    """A new tenant with its default invoicing entity."""
    await connection.execute(
        _SQL["insert_tenant"], tenant.id, tenant.name, tenant.mode, tenant.currency, tenant.timezone, tenant.country, at
    )
    await connection.execute(_SQL["insert_entity"], tenant.id, entity_id, tenant.name, tenant.country, tenant.currency, tenant.timezone, at)


async def store_settings(connection: Connection, *, tenant: Tenant) -> None:
    """Write the settings of a known tenant."""
    await connection.execute(_SQL["set"], tenant.id, tenant.currency, tenant.timezone, tenant.country, tenant.unknown_fields)


async def has_documents(connection: Connection, *, tenant_id: UUID) -> bool:
    """Whether anything was entered for the tenant: every document needs a customer first."""
    return bool(await connection.fetchval(_SQL["has_documents"], tenant_id))


async def add_key(connection: Connection, *, tenant_id: UUID, key: str, scope: str, at: datetime) -> str:
    """Store a new key's hash; gives its visible prefix."""
    prefix = key[:_VISIBLE]
    await connection.execute(_SQL["insert_key"], hashed(key), tenant_id, prefix, scope, at)
    return prefix


async def every_key(connection: Connection) -> list[dict[str, Any]]:
    """All keys for an operator: prefix, company, mode, scope, created, revoked. No secrets: none are kept."""
    return [dict(row) for row in await connection.fetch(_SQL["every_key"])]


async def revoke_key(connection: Connection, *, prefix: str, at: datetime) -> int:
    """Revoke by visible prefix; gives how many keys that ended."""
    return len(await connection.fetch(_SQL["revoke_key"], prefix, at))


def _tenant(row: Any) -> Tenant:
    return Tenant(
        id=row["tenant_id"],
        name=row["name"],
        mode=row["mode"],
        currency=row["currency"],
        timezone=row["timezone"],
        country=row["country"],
        unknown_fields=row["unknown_fields"],
        tells=row["tells"],
    )
