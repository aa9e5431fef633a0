"""Which endpoints this worker delivers to: those with something due that no other worker holds.

Notices say for which tenants to look; a sweep every few seconds finds what no notice told of: messages due again, endpoints of workers that
are gone. What is told of goes before what a sweep found. What this module does not do: fetch messages (`deliveries`).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from duebook.jobs.board import Board
from duebook.jobs.lanes import Seat
from duebook.store import deliveries
from duebook.store.db import Database
from duebook.store.presence import Presence
from duebook.web.today import now

SWEEP_SECONDS: Final = 10.0
_SWEEP_SHARE: Final = 200
"""A sweep that takes long is made more seldom, so that it never costs more than one part in so many."""
HOLD: Final = timedelta(seconds=60)
_RENEW_SECONDS: Final = 10.0
_HOLD_ON_SECONDS: Final = 40.0
"""An endpoint with work is held longer when less than this is left."""
_LINGER_SECONDS: Final = 30.0
"""One without work is let go after this."""
_AT_ONCE: Final = 256
_MOST: Final = 8_192
"""Endpoints that one worker holds at most; failing ones fill no more than half of them."""


class Holding:
    """The endpoints of one worker; `changed` is called when the board has heard of some. For one event loop."""

    def __init__(self, database: Database, *, presence: Presence, board: Board, changed: Callable[[], None]) -> None:
        self._database = database
        self._presence = presence
        self._board = board
        self._changed = changed
        self._told: set[UUID] = set()
        self._swept: deque[UUID] = deque()
        self._news = asyncio.Event()

    async def round(self) -> None:
        """Be there, sweep, then hear of tenants until it is time for the next sweep. Raises what a lost database raises."""
        if self._presence.is_there:
            await self._presence.still_there()
        else:
            await self._presence.join(self._hear, lost=self._news.set)
        begun = time.monotonic()
        async with self._database.owner() as connection:
            found = await deliveries.tenants_with_due(connection, at=now())
        until = begun + max(SWEEP_SECONDS, (time.monotonic() - begun) * _SWEEP_SHARE)
        self._swept = deque(found)
        await self._hold_on()
        renewed = time.monotonic()
        while self._presence.is_there and (left := until - time.monotonic()) > 0:
            if self._told:
                told, self._told = self._told, set()
                for tenant_id in told:
                    await self._visit(tenant_id)
            elif self._swept:
                await self._visit(self._swept.popleft())
            else:
                self._news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), min(left, _RENEW_SECONDS))
            if time.monotonic() - renewed >= _RENEW_SECONDS:
                await self._hold_on()
                renewed = time.monotonic()

    def _hear(self, text: str) -> None:
        with suppress(ValueError):  # anybody who may connect may send notices
            self._told.add(UUID(text))
            self._news.set()

    async def _visit(self, tenant_id: UUID) -> None:
        """Look for what is due at the tenant's endpoints, held or not."""
        for seat in self._board.of(tenant_id):
            self._board.want(seat)
        self._changed()
        while await self._held_more(tenant_id):
            pass

    async def _held_more(self, tenant_id: UUID) -> bool:
        """Hold more of a tenant's endpoints; whether there may be more still."""
        limit = min(_AT_ONCE, _MOST - len(self._board))
        if limit <= 0:
            return False
        known = [seat.target.id for seat in self._board.of(tenant_id)]
        at, clock = now(), asyncio.get_running_loop().time()
        async with self._database.tenant(tenant_id) as connection:
            found = await deliveries.hold(
                connection,
                tenant_id=tenant_id,
                worker=self._presence.number,
                known=known,
                at=at,
                until=at + HOLD,
                limit=limit,
                failing=len(self._board) < _MOST // 2,
            )
        for target in found:
            self._board.hold(tenant_id, target, held_until=clock + HOLD.total_seconds(), at=clock)
        self._changed()
        return len(found) == limit

    async def _hold_on(self) -> None:
        """Hold longer what has work, and let go what has had none for a while."""
        clock = asyncio.get_running_loop().time()
        ending: dict[UUID, list[Seat]] = {}
        for seat in self._board:
            if not seat.has_work():
                if clock - seat.used_at > _LINGER_SECONDS:
                    self._board.drop(seat)
            elif seat.held_until - clock < _HOLD_ON_SECONDS:
                ending.setdefault(seat.tenant_id, []).append(seat)
        for tenant_id, seats in ending.items():
            await self._hold_longer(tenant_id, seats)
        self._changed()

    async def _hold_longer(self, tenant_id: UUID, seats: Iterable[Seat]) -> None:
        ids = [seat.target.id for seat in seats]
        at, clock = now(), asyncio.get_running_loop().time()
        async with self._database.tenant(tenant_id) as connection:
            kept = await deliveries.hold_on(connection, tenant_id=tenant_id, worker=self._presence.number, ids=ids, until=at + HOLD)
        targets = {target.id: target for target in kept}
        for seat in seats:
            if seat.target.id not in targets:
                self._board.drop(seat)
            elif not seat.is_gone:
                self._board.hold(tenant_id, targets[seat.target.id], held_until=clock + HOLD.total_seconds(), at=clock)
