"""Who asks: API keys, looked up by hash and remembered for half a second, so that a revocation holds within one
second everywhere."""

import time
from typing import Final, NamedTuple

from duebook.store import tenants
from duebook.store.db import Database
from duebook.store.unit import Actor, Tenant
from duebook.web.problem import KeyMissing, Problem

REMEMBERED_SECONDS: Final = 0.5
_MOST_REMEMBERED: Final = 10_000
_LONGEST_KEY: Final = 200
_LONGEST_REMEMBERED: Final = 2 * _LONGEST_KEY
"""Of a header; blanks could make any key as long as one likes."""

SCOPES: Final = {"read": 0, "write": 1, "admin": 2}
"""What a key may do: each scope includes the ones before it."""


class Caller(NamedTuple):
    """Whose key it is, what it may do, and how the journal names it."""

    tenant: Tenant
    scope: str
    actor: Actor


class Keys:
    """The keys of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[str, tuple[float, Caller]] = {}

    def remembered(self, authorization: str) -> Caller | None:
        """Who sent this very header lately, as nearly every request finds it; `caller` knows the others."""
        found = self._remembered.get(authorization)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    async def caller(self, authorization: str) -> Caller:
        """Who sends this Authorization header: `<key>` or `Bearer <key>`. Raises Problem 401."""
        key = _key_of(authorization)
        moment = time.monotonic()
        self._remembered.pop(authorization, None)
        caller = await self._look_up(key)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        if len(authorization) <= _LONGEST_REMEMBERED:
            self._remembered[authorization] = (moment + REMEMBERED_SECONDS, caller)
        return caller

    async def _look_up(self, key: str) -> Caller:
        async with self._database.anyone() as connection:
            found = await tenants.find_key(connection, key=key)
        if found is None:
            raise Problem(401, "unauthorized", "this API key is unknown or revoked: see `duebook key list`")
        async with self._database.tenant(found.tenant_id) as connection:
            tenant = await tenants.read(connection, tenant_id=found.tenant_id)
        if tenant is None:
            raise Problem(401, "unauthorized", "the company of this API key is gone")
        return Caller(tenant, found.scope, Actor(kind="key", id=found.prefix))


def _key_of(authorization: str) -> str:
    key = authorization.strip()
    if key[:7].lower() == "bearer ":
        key = key[7:].strip()
    if not key:
        raise KeyMissing
    if len(key) > _LONGEST_KEY:
        raise Problem(401, "unauthorized", "this is no API key: it is too long")
    return key
