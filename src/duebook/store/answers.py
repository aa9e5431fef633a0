"""Answers kept for Idempotency-Key, in the transaction of the change they answer; and what became of a COMMIT without an answer."""

import hashlib
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("answers.sql")
KEPT: Final = timedelta(hours=24)


class KeptAnswer(NamedTuple):
    """An answer as it went out, and the SHA-256 of the request it answered."""

    request_sha256: bytes
    status: int
    content_type: str
    body: bytes


async def try_lock(unit: Unit, *, key: str) -> bool:
    """Hold the key until the transaction ends; False when another request holds it. Dies with its connection."""
    digest = hashlib.sha256(unit.tenant.id.bytes + key.encode()).digest()
    return bool(await unit.connection.fetchval(_SQL["try_lock"], int.from_bytes(digest[:8], "big", signed=True)))


async def find(unit: Unit, *, key: str) -> KeptAnswer | None:
    """The answer kept for the key within the last 24 h."""
    row = await unit.connection.fetchrow(_SQL["find"], unit.tenant.id, key, unit.at - KEPT)
    return None if row is None else KeptAnswer(*row)


async def keep(unit: Unit, *, key: str, answer: KeptAnswer) -> None:
    """Keep an answer; one that is older than 24 h gives way."""
    await unit.connection.execute(
        _SQL["keep"], unit.tenant.id, key, unit.at, answer.status, answer.request_sha256, answer.content_type, answer.body
    )


async def purge(connection: Connection, *, tenant_id: UUID, at: datetime) -> None:
    """Forget what is older than 24 h."""
    await connection.execute(_SQL["purge"], tenant_id, at - KEPT)


async def took_effect(connection: Connection, *, unit: Unit) -> bool | None:
    """Whether the transaction of a unit that left a trace was committed; None while it is not over. As the owner, on another connection.

    The transaction id alone would not do: one that a crash has wiped out is given to another transaction afterwards.
    """
    try:
        status = await connection.fetchval(_SQL["xact_status"], unit.xid or (unit.accepted and unit.accepted.xid))
    except asyncpg.InvalidParameterValueError:
        status = "in the future: the crash wiped it out"
    if status == "in progress":
        return None
    if unit.xid is None:
        return unit.accepted is not None and await connection.fetchval(_SQL["accepted"], unit.tenant.id, unit.accepted.batch_id)
    return bool(await connection.fetchval(_SQL["journalled"], unit.tenant.id, unit.xid, unit.journal_id))
