"""The unit of work of a request: tenant set, key held, a kept answer replayed, the change and its answer committed
together.

Repeats inside the server are for what PostgreSQL rolled back for another writer's sake, and for a race that the books
lost; a lost connection is never repeated: the caller is told what is known."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

import structlog

from duebook.store import answers
from duebook.store.db import GONE, LOST, OUT_OF_ROOM, REPEATABLE, TAKEN, TIMED_OUT, Connection, Database, LostRace, Transaction, is_bug
from duebook.store.pool import Busy
from duebook.store.room import Room
from duebook.store.unit import Actor, Tenant, Unit
from duebook.web.problem import Problem, unavailable
from duebook.web.today import now

_log = structlog.get_logger("duebook.work")

_REPEATS: Final = 3
_RACES: Final = 12
_FULL: Final = "the database has no room: nothing was stored"
_OUTCOME_SECONDS: Final = 5
_AGE: Final = timedelta(seconds=0.5)
"""A stamp that is older when the unit is about to commit is not written: rows must be seen within a second of it."""
_RESTARTS: Final = 3
_ROLLBACK_SECONDS: Final = 5


class Answer(NamedTuple):
    """What goes out: status, body and media type."""

    status: int
    body: bytes
    content_type: str = "application/json"


class KeyedRequest(NamedTuple):
    """An Idempotency-Key and the SHA-256 of method, path with query, and body."""

    key: str
    sha256: bytes


class Attempt(NamedTuple):
    """Who does what, when. A repeat is the same but for `at`."""

    tenant: Tenant
    actor: Actor
    day: date
    at: datetime
    stores: bool
    keyed: KeyedRequest | None


class _Aged(Exception):
    """The unit took so long that its rows would be seen too late after their `updated_at`; it was rolled back to be run again."""


T = TypeVar("T")
Deed = Callable[[Unit], Awaitable[T]]


def request_sha256(*, method: str, target: str, body: bytes) -> bytes:
    """What identifies a request under a key."""
    digest = hashlib.sha256(f"{method} {target}\n".encode())
    digest.update(body)
    return digest.digest()


class Work:
    """Runs deeds on one database, each within `seconds`."""

    def __init__(self, database: Database, *, seconds: float = 30, room: Room | None = None) -> None:
        self._database = database
        self._seconds = seconds
        # Tenants whose last import met known documents: a first import is spared the look-ups, a nightly one its collisions.
        self._meeting_known: set[UUID] = set()
        self._room = room or Room(None)

    def expects_known(self, tenant_id: UUID) -> bool:
        """Whether the tenant's imports have been meeting documents that are known already."""
        return tenant_id in self._meeting_known

    async def write(self, attempt: Attempt, deed: Deed[Answer]) -> Answer:
        """Run a request's `deed` and commit what it did with its answer; under a key, once.

        Raises Problem 409 when the key is held or was used for another request, and whatever `run` raises.
        """
        if attempt.keyed is None or not attempt.stores:
            return await self.run(attempt, deed)
        keyed = attempt.keyed

        async def once(unit: Unit) -> Answer:
            return await _under_key(unit, keyed, deed)

        return await self.run(attempt, once)

    async def run(self, attempt: Attempt, deed: Deed[T], *, seconds: float | None = None) -> T:
        """Run `deed` in a transaction and commit, within `seconds` (default: those of a request). Whatever it raises rolls back.

        A repeat carries the instant at which it begins: page marks and syncs count on ids and `updatedAt` that are hardly older than their
        transaction.

        Raises Problem 503 (nothing was stored) and 500 `outcome_unknown`.
        """
        if attempt.stores and self._room.low():
            raise unavailable(_FULL, seconds=10)
        seconds = min(seconds or self._seconds, self._seconds)
        deadline = time.monotonic() + seconds
        repeats = races = restarts = 0
        while True:
            begun = time.monotonic()
            try:
                return await self._once(attempt, deed, deadline=deadline, may_age=restarts >= _RESTARTS)
            except _Aged:
                # Run again only where that ends in time too: late rows are better than a change that is never made.
                in_time = deadline - time.monotonic() > 2 * (time.monotonic() - begun)
                restarts = restarts + 1 if in_time else _RESTARTS
                attempt = attempt._replace(at=now())
            except REPEATABLE as error:
                repeats += 1
                if repeats > _REPEATS:
                    raise unavailable("other writers hold the same documents: ask again in a moment") from error
                attempt = attempt._replace(at=now())
            except (LostRace, *TAKEN, *GONE) as error:
                self._meeting_known.add(attempt.tenant.id)
                races += 1
                if races > _RACES:
                    raise unavailable("other writers keep changing what this request needs: ask again in a moment") from error
                attempt = attempt._replace(at=now())
            except Busy as error:
                raise unavailable(f"{error}: nothing was stored") from error
            except TIMED_OUT as error:
                raise unavailable(f"it took longer than {seconds:g} s and was rolled back") from error
            except OUT_OF_ROOM as error:
                raise unavailable(_FULL, seconds=10) from error
            except LOST as error:
                if is_bug(error):
                    raise
                _log.warning("database lost", error=type(error).__name__, message=str(error))
                raise unavailable("the database is away: nothing was stored") from error

    async def _once(self, attempt: Attempt, deed: Deed[T], *, deadline: float, may_age: bool) -> T:
        left = max(0.01, deadline - time.monotonic())
        async with self._database.tenant(attempt.tenant.id, patience=min(left, 10)) as connection:
            unit = Unit(
                connection=connection,
                tenant=attempt.tenant,
                actor=attempt.actor,
                day=attempt.day,
                at=attempt.at,
                stores=attempt.stores,
                expects_known=self.expects_known(attempt.tenant.id),
                clock=now,
            )
            transaction = connection.transaction()
            try:
                async with asyncio.timeout(max(0.01, deadline - time.monotonic())):
                    await transaction.start()
                    result = await deed(unit)
            except BaseException:
                await _roll_back(transaction, connection)
                raise
            if not attempt.stores:
                await _roll_back(transaction, connection)
                return result
            if unit.xid is not None and now() - unit.at > _AGE:
                if not may_age:
                    await _roll_back(transaction, connection)
                    raise _Aged
                _log.warning("rows will be seen late after their updated_at", seconds=(now() - unit.at).total_seconds())
            if unit.met_known is False:
                self._meeting_known.discard(attempt.tenant.id)
            try:
                await transaction.commit()
            except (*LOST, *TIMED_OUT, asyncio.CancelledError) as error:
                await self._find_out(unit, error)
            return result

    async def _find_out(self, unit: Unit, error: BaseException) -> None:
        """The COMMIT got no answer: ask whether it took effect, for up to 5 s. Returns when it did."""
        unit.connection.terminate()
        _log.warning("no answer to COMMIT", error=type(error).__name__, xid=unit.xid)
        end = time.monotonic() + _OUTCOME_SECONDS
        while (left := end - time.monotonic()) > 0:
            left_nothing = unit.xid is None and unit.accepted is None
            took_effect = False if left_nothing else await self._took_effect(unit, seconds=left)
            if took_effect:
                return
            if took_effect is False:
                raise unavailable("the database went away: nothing was stored") from error
            await asyncio.sleep(0.1)
        message = "the database went away while storing and it cannot be found out whether it did: send the same request with the same key"
        raise Problem(500, "outcome_unknown", message) from error

    async def _took_effect(self, unit: Unit, *, seconds: float) -> bool | None:
        """Whether the unit was committed; None when that cannot be told yet."""
        try:
            async with asyncio.timeout(seconds), self._database.owner() as connection:
                return await answers.took_effect(connection, unit=unit)
        except (*LOST, *TIMED_OUT, *OUT_OF_ROOM):
            return None


async def _roll_back(transaction: Transaction, connection: Connection) -> None:
    """End the transaction without a trace of it; where it does not answer, end the connection, and PostgreSQL rolls back by itself."""
    try:
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await transaction.rollback()
    except (Exception, asyncio.CancelledError):  # noqa: BLE001 - whatever the reason, this connection must not serve another request
        connection.terminate()


async def _under_key(unit: Unit, keyed: KeyedRequest, deed: Deed[Answer]) -> Answer:
    """The kept answer of the key, or the deed's, kept with what it did."""
    if not await answers.try_lock(unit, key=keyed.key):
        message = "the first request with this Idempotency-Key is still running"
        raise Problem(409, "running", message, headers={"Retry-After": "1"})
    kept = await answers.find(unit, key=keyed.key)
    if kept is not None:
        if kept.request_sha256 != keyed.sha256:
            raise Problem(409, "key_reused", "this Idempotency-Key was used for another request: take a new one")
        return Answer(kept.status, kept.body, kept.content_type)
    answer = await deed(unit)
    await answers.keep(unit, key=keyed.key, answer=answers.KeptAnswer(keyed.sha256, answer.status, answer.content_type, answer.body))
    return answer
