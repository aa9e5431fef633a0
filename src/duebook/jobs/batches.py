"""The worker's batches: a wake-up names a tenant, whose oldest batches are run, each in a transaction of its own, two at a time.

A batch is counted when it is taken, in a transaction that stands whatever becomes of the run. One that was taken before without an outcome
may have killed its worker: it is run while nothing else of its tenant is, from the fourth time on item by item, so that what kills it fails
alone, and it is in the end given up. What this module does not do: make invoices, or decide whose turn it is.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import structlog

from duebook.actions.run_batch import fail_item, give_up, run_batch
from duebook.jobs.bell import Bell
from duebook.jobs.rounds import PASSING, passes, rounds, side_by_side, told
from duebook.store import batches, tenants, wakeups
from duebook.store.batches import Taken
from duebook.store.db import FULL, REPEATABLE, TIMED_OUT, Database
from duebook.store.pool import Busy
from duebook.store.queue import Queue
from duebook.store.unit import Actor, Tenant, Unit
from duebook.web.problem import Problem
from duebook.web.today import now, today
from duebook.web.work import Attempt, Work

_log = structlog.get_logger("duebook.worker")

AT_ONCE: Final = 4
"""Tenants whose batches one worker runs at the same time."""
TOGETHER_TAKES: Final = 3
"""A batch that was taken so often without an outcome is run item by item from then on."""
MOST_TAKES: Final = 10
"""After so many takes what is still open is given up."""
SWEEP_SECONDS: Final = 2.0
LANES: Final = 2
"""Batches of one tenant that run at the same time: one is judged while the other, which has its seller's counter locked, is written."""
_TURN_SECONDS: Final = 0.2
"""After so long a tenant goes to the end of the queue, if another waits there, and that one has its turn."""
_LET_PASS_SECONDS: Final = 0.3
"""So long a batch that is run item by item lets pass first what other tenants have in hand: where it kills the worker, they are through."""
_CONNECT_SECONDS: Final = 1.0
_LAST_WORDS_SECONDS: Final = 3
_LOG_KEPT: Final = timedelta(hours=1)
_ACTOR: Final = Actor(kind="job", id="batches")
_NOT_ITS_FAULT: Final = (*REPEATABLE, *FULL, Busy)
"""What keeps a batch from being run and has nothing to do with it: such a take does not count."""

T = TypeVar("T")


async def serve(database: Database, work: Work, *, dsn: str, pinned: date | None, stop: asyncio.Event, bell: Bell | None = None) -> None:
    """Run what the queue asks for until `stop`; the batches in hand are finished, or, when this is cancelled, given back."""

    async def on_one_connection() -> None:
        queue = await Queue.open(dsn)
        sweeping = asyncio.create_task(rounds(lambda: wakeups.sweep(queue.asked), seconds=SWEEP_SECONDS, stop=stop))
        try:
            await queue.run(_Turns(database, work, queue, pinned=pinned, stop=stop, bell=bell or Bell()).serve, at_once=AT_ONCE, stop=stop)
        finally:
            sweeping.cancel()
            await asyncio.wait((sweeping,))
            await queue.close()

    await rounds(on_one_connection, seconds=_CONNECT_SECONDS, stop=stop)


async def forget_old(database: Database, *, at: datetime) -> None:
    """Forget what the queue has noted of its doings more than an hour ago."""
    async with database.owner() as connection:
        await wakeups.prune_log(connection, before=at - _LOG_KEPT)


class _Turns:
    """Gives tenants their turns. Two wake-ups of one tenant at the same time are one turn: its writers would only wait for each other."""

    def __init__(self, database: Database, work: Work, queue: Queue, *, pinned: date | None, stop: asyncio.Event, bell: Bell) -> None:
        self._database, self._work, self._queue, self._bell = database, work, queue, bell
        self._pinned, self._stop = pinned, stop
        self._busy: set[UUID] = set()

    async def serve(self, id: int, tenant_id: UUID) -> None:
        """One wake-up. After a turn that ended early the tenant is left to the sweep, so that what fails at once is not tried at once."""
        try:
            await wakeups.begin(self._queue.asked, id=id)
            if tenant_id in self._busy:
                return
            self._busy.add(tenant_id)
            try:
                while await self._turn(tenant_id) and not await wakeups.others_wait(self._queue.asked, tenant_id=tenant_id):
                    pass
            finally:
                self._busy.discard(tenant_id)
            await wakeups.finish(self._queue.asked, id=id, tenant_id=tenant_id, at=now())
        except Exception as error:  # noqa: BLE001 - also a bug of ours: the batch is counted and comes again, and other batches go on
            told(error, tenant=str(tenant_id))

    async def _turn(self, tenant_id: UUID) -> bool:
        """Run batches of a tenant for the time of a turn; gives whether that was too short for all that wait."""
        async with self._database.owner() as connection:
            tenant = await tenants.read(connection, tenant_id=tenant_id)
        if tenant is None:
            return False
        end = time.monotonic() + _TURN_SECONDS
        taken = await self._do(tenant, _take_first)
        await side_by_side([self._lane(tenant, one, end=end) for one in taken])
        return bool(taken) and time.monotonic() >= end and not self._stop.is_set()

    async def _lane(self, tenant: Tenant, taken: Taken | None, *, end: float) -> None:
        """Run a batch that was taken, and one after the other those that are taken next."""
        while taken is not None:
            try:
                if self._stop.is_set():
                    await self._give_back(tenant, taken)
                    return
                taken = await self._run(tenant, taken, end=end)
            except Problem as problem:
                if isinstance(problem.__cause__, _NOT_ITS_FAULT):
                    await self._give_back(tenant, taken)
                raise
            except asyncio.CancelledError:
                with suppress(*PASSING):
                    await asyncio.wait_for(self._give_back(tenant, taken), _LAST_WORDS_SECONDS)
                raise

    async def _run(self, tenant: Tenant, taken: Taken, *, end: float) -> Taken | None:
        """Run a batch that was taken; gives the next, if there is one and time for it."""
        if taken.takes > MOST_TAKES:
            _log.error("batch given up", tenant=str(tenant.id), batch=str(taken.id), takes=taken.takes)
            await self._do(tenant, lambda unit: give_up(unit, id=taken.id))
            return None
        if taken.takes > TOGETHER_TAKES:
            await asyncio.sleep(_LET_PASS_SECONDS)
            await self._run_by_item(tenant, taken)
            return None

        async def run_and_take_next(unit: Unit) -> Taken | None:
            await run_batch(unit, id=taken.id)
            # In the transaction of the outcomes, so that a batch costs one wait for the disk, and still before the next is run.
            return None if self._stop.is_set() or time.monotonic() >= end else await batches.take(unit, at=now(), fresh=True)

        try:
            return await self._do(tenant, run_and_take_next)
        except Problem as problem:
            if not isinstance(problem.__cause__, TIMED_OUT):
                raise
            # Too much for one unit of work is not too much for one item.
            await self._run_by_item(tenant, taken)
            return None

    async def _run_by_item(self, tenant: Tenant, taken: Taken) -> None:
        """Each item in a transaction of its own; one that raises is failed.

        One that kills the worker is come upon from the other side next time, so that it is in the end the only one that is open.
        """
        _log.warning("batch run item by item", tenant=str(tenant.id), batch=str(taken.id), takes=taken.takes)
        left = await self._do(tenant, lambda unit: run_batch(unit, id=taken.id, positions=()))
        for position in left if taken.takes % 2 == 0 else reversed(left):
            if self._stop.is_set():
                await self._give_back(tenant, taken)
                return
            try:
                await self._do(tenant, lambda unit, position=position: run_batch(unit, id=taken.id, positions=(position,)))
            except Exception as error:  # whatever it is, it is this item's, which fails alone
                if passes(error):
                    raise
                told(error, tenant=str(tenant.id), batch=str(taken.id), position=str(position))
                await self._do(tenant, lambda unit, position=position: fail_item(unit, id=taken.id, position=position))

    async def _give_back(self, tenant: Tenant, taken: Taken) -> None:
        await self._do(tenant, lambda unit: batches.give_back(unit, taken))

    async def _do(self, tenant: Tenant, deed: Callable[[Unit], Awaitable[T]]) -> T:
        at = now()
        day = today(timezone=tenant.timezone, at=at, pinned=self._pinned)
        result = await self._work.run(Attempt(tenant=tenant, actor=_ACTOR, day=day, at=at, stores=True, keyed=None), deed)
        if tenant.tells:
            self._bell.ring(tenant.id)
        return result


async def _take_first(unit: Unit) -> list[Taken]:
    """The oldest batch that waits and, unless it was taken before, one for each further lane. What was taken before is first and alone."""
    oldest = await batches.take(unit, at=now())
    taken = [] if oldest is None else [oldest]
    while oldest is not None and oldest.takes == 1 and len(taken) < LANES:
        beside = await batches.take(unit, at=now(), fresh=True)
        if beside is None:
            break
        taken.append(beside)
    return taken
