"""Open a company's books: its live and its sandbox tenant, and keys to them. For operators: runs as the owner, outside the doors."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from duebook.core.money import EXPONENTS
from duebook.core.refusal import Refusal, Refused
from duebook.store import tenants
from duebook.store.db import Connection
from duebook.store.ids import Ids
from duebook.store.unit import Tenant


class NewKey(NamedTuple):
    """A key as it is shown once: nobody can show it again."""

    tenant: Tenant
    key: str


async def open_tenant(connection: Connection, *, name: str, currency: str, timezone: str, country: str, at: datetime) -> list[Tenant]:
    """The live and the sandbox tenant of a new company, each with a default invoicing entity. Raises Refused."""
    refusals: list[Refusal] = _setting_refusals(currency=currency, timezone=timezone, country=country, unknown_fields="refuse")
    if not 1 <= len(name) <= 80:
        refusals.append(Refusal("invalid", "too_long", "a company's name has 1 to 80 characters", ("name",)))
    if await tenants.by_name(connection, name=name):
        refusals.append(Refusal("conflict", "conflict", f"there is a company named {name!r} already", ("name",)))
    if refusals:
        raise Refused(refusals)
    ids = Ids(at=at)
    opened: list[Tenant] = []
    for mode in ("prod", "test"):
        tenant = Tenant(id=ids.new(), name=name, mode=mode, currency=currency, timezone=timezone, country=country, unknown_fields="refuse")
        await tenants.add(connection, tenant=tenant, entity_id=ids.new(), at=at)
        opened.append(tenant)
    return opened


async def create_key(connection: Connection, *, tenant: Tenant, scope: str, at: datetime) -> NewKey:
    """A new key to a tenant."""
    key = tenants.new_key(mode=tenant.mode)
    await tenants.add_key(connection, tenant_id=tenant.id, key=key, scope=scope, at=at)
    return NewKey(tenant, key)


SETTINGS = ("currency", "timezone", "country", "unknown-fields")
"""What an operator may set, as the command line names it."""


async def set_tenant(connection: Connection, *, tenant: Tenant, changes: dict[str, str]) -> Tenant:
    """Change settings of a tenant. Raises Refused: unknown setting or value, another currency once a customer is entered."""
    refusals = [
        Refusal("invalid", "unknown_field", f"{name} is no setting: there are {', '.join(SETTINGS)}", (name,))
        for name in changes
        if name not in SETTINGS
    ]
    known = {name.replace("-", "_"): value for name, value in changes.items() if name in SETTINGS}
    after = replace(tenant, **known)
    refusals += _setting_refusals(
        currency=after.currency, timezone=after.timezone, country=after.country, unknown_fields=after.unknown_fields
    )
    if after.currency != tenant.currency and await tenants.has_documents(connection, tenant_id=tenant.id):
        message = (
            f"the {tenant.mode} books of {tenant.name} are kept in {tenant.currency}: the default currency cannot change once a client is "
            "entered. Create another company"
        )
        refusals.append(Refusal("conflict", "conflict", message, ("currency",)))
    if refusals:
        raise Refused(refusals)
    await tenants.store_settings(connection, tenant=after)
    return after


def _setting_refusals(*, currency: str, timezone: str, country: str, unknown_fields: str) -> list[Refusal]:
    refusals: list[Refusal] = []
    if currency not in EXPONENTS:
        refusals.append(Refusal("invalid", "currency", f"{currency!r} is no ISO 4217 code, such as EUR", ("currency",)))
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        refusals.append(Refusal("invalid", "enum", f"{timezone!r} is no time zone, such as Europe/Paris", ("timezone",)))
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        refusals.append(Refusal("invalid", "enum", f"{country!r} is no country code, such as FR", ("country",)))
    if unknown_fields not in ("refuse", "ignore"):
        refusals.append(Refusal("invalid", "enum", f"unknown-fields is refuse or ignore, not {unknown_fields!r}", ("unknown-fields",)))
    return refusals
