"""The worker's deliveries: what is due goes out, and what came of it is written down.

1. Hold endpoints with something due that no other worker holds: after a notice for their tenant, and in a sweep every few seconds.
2. Fetch what is due there, as far as the lanes have room.
3. Start attempts, as the board says.
4. Write outcomes down, as sets. Until then a message stays in hand, so that it is not fetched again.

When the worker dies, what it held is free and what was on its way is simply due; its attempts left no trace. Any number of workers may
run. What this module does not do: make messages (`messages`), choose endpoints (`holding`) or who is next (`board`), or send (`outbox`).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from duebook.core.delivery import JITTER_STEPS, Answer, judged
from duebook.jobs.board import Board
from duebook.jobs.holding import Holding
from duebook.jobs.lanes import SLOW_SECONDS, Flight, Rule, Seat
from duebook.jobs.outcomes import Outcomes
from duebook.jobs.rounds import side_by_side, told
from duebook.outbox.transport import PublicTransport
from duebook.outbox.webhooks import Letter, send
from duebook.store import deliveries
from duebook.store.db import Database
from duebook.store.deliveries import Supply
from duebook.store.presence import Presence
from duebook.web.today import now

_log = structlog.get_logger("duebook.deliveries")

_FETCHED_AT_ONCE: Final = 64
_AGAIN_SECONDS: Final = 1.0
"""After what went wrong with the database."""

Names = Mapping[str, Callable[[UUID], str]]
"""How a dialect shows the id of a message; a dialect that is not there shows the UUID."""


async def deliver(database: Database, *, dsn: str, names: Names, allow_private: bool, stop: asyncio.Event) -> None:
    """Deliver until `stop` is set; attempts on their way then end within the time of an attempt. Cancelled, they are cut and do not count.

    Without a database it waits and connects again.
    """
    transport = PublicTransport(allow_private=allow_private)
    try:
        await Courier(database, dsn=dsn, names=names, transport=transport).run(stop)
    finally:
        await transport.aclose()


class Courier:
    """The deliveries of one worker. `transport` is the caller's to close."""

    def __init__(self, database: Database, *, dsn: str, names: Names, transport: PublicTransport) -> None:
        self._database = database
        self._names = names
        self._transport = transport
        self._presence = Presence(dsn)
        self._board = Board()
        self._holding = Holding(database, presence=self._presence, board=self._board, changed=self._pump)
        self._outcomes = Outcomes(database, presence=self._presence, board=self._board, changed=self._pump)
        self._hunger = asyncio.Event()
        self._flights: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: float | None = None
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set."""
        loops = [asyncio.create_task(self._lasting(loop)) for loop in (self._holding.round, self._fetch, self._outcomes.write)]
        try:
            await stop.wait()
            self._stopping = True
            if self._flights:
                await asyncio.wait(self._flights)
            await self._outcomes.written()
        finally:
            self._stopping = True
            for task in (*loops, *self._flights):
                task.cancel()
            await asyncio.gather(*loops, *self._flights, return_exceptions=True)
            if self._timer is not None:
                self._timer.cancel()
            await self._presence.leave()

    async def _lasting(self, one_round: Callable[[], Awaitable[None]]) -> None:
        """Rounds for ever: what goes wrong ends one, and the next comes a little later."""
        while True:
            try:
                await one_round()
            except Exception as error:  # noqa: BLE001 - also a bug of ours: the next round may meet it again, but deliveries go on
                told(error)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _fetch(self) -> None:
        """Bring the messages that seats want, a statement for each tenant."""
        await self._hunger.wait()
        self._hunger.clear()
        while taken := self._board.take_hungry(most=_FETCHED_AT_ONCE):
            by_tenant: dict[UUID, list[tuple[Seat, Rule]]] = {}
            for seat, rule in taken:
                by_tenant.setdefault(seat.tenant_id, []).append((seat, rule))
            await side_by_side([self._fetch_for(tenant_id, pairs) for tenant_id, pairs in by_tenant.items()])

    async def _fetch_for(self, tenant_id: UUID, pairs: Sequence[tuple[Seat, Rule]]) -> None:
        at = now()
        wanted = [(seat.target.id, rule.fetch, rule.fetch_bytes) for seat, rule in pairs]
        in_hand = [id for seat, _ in pairs for id in seat.ids]
        found: dict[UUID, Supply] | None = None
        try:
            async with self._database.tenant(tenant_id) as connection:
                found = await deliveries.due(
                    connection, tenant_id=tenant_id, worker=self._presence.number, wanted=wanted, in_hand=in_hand, at=at
                )
        finally:
            clock = asyncio.get_running_loop().time()
            for seat, rule in pairs:
                self._supplied(seat, rule, found, at=at, clock=clock)
            self._pump()

    def _supplied(self, seat: Seat, rule: Rule, found: Mapping[UUID, Supply] | None, *, at: datetime, clock: float) -> None:
        """Hand over what was found for a seat; `found` None: the database was not there."""
        supply = None if found is None else found.get(seat.target.id)
        if supply is None:
            if found is not None:
                self._board.drop(seat)
            self._board.supplied(seat, rule, None, at=clock)
            return
        seat.target = supply.target
        later_at = None if supply.later_at is None else clock + (supply.later_at - at).total_seconds()
        self._board.supplied(seat, rule, supply.due, later_at=later_at, at=clock)

    def _pump(self) -> None:
        """Start what may start, and come back when more may."""
        if self._stopping or not self._presence.is_there:
            return
        loop = asyncio.get_running_loop()
        clock = loop.time()
        while (flight := self._board.start(clock)) is not None:
            task = loop.create_task(self._attempt(flight))
            self._flights.add(task)
            task.add_done_callback(self._flights.discard)
        next_at = self._board.next_at(clock)
        if next_at != self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None if next_at is None else loop.call_at(next_at, self._on_timer)
            self._timer_at = next_at
        if self._board.is_hungry():
            self._hunger.set()

    def _on_timer(self) -> None:
        self._timer = self._timer_at = None
        self._pump()

    async def _attempt(self, flight: Flight) -> None:
        loop = asyncio.get_running_loop()
        late = loop.call_later(SLOW_SECONDS, self._overstayed, flight)
        try:
            answer = await self._answer(flight, at=now())
        finally:
            late.cancel()
        pause = answer.retry_after.total_seconds() if answer.status == 429 and answer.retry_after else 0.0
        self._board.end(flight, is_good=answer.is_good, pause=pause, at=loop.time())
        if answer.is_gone:
            self._board.drop(flight.seat)
        steps = random.randint(0, JITTER_STEPS)  # noqa: S311 - it spreads retries and guards nothing
        at = now()
        self._outcomes.add(flight, answer, judged(answer, earlier=flight.letter.attempts, at=at, steps=steps), at=at)
        self._pump()

    async def _answer(self, flight: Flight, *, at: datetime) -> Answer:
        target, letter = flight.target, flight.letter
        id = self._names.get(target.dialect, str)(letter.id)
        try:
            return await send(self._transport, Letter(id, target.url, letter.body, target.secrets(at=at), letter.sequence), at=at)
        except Exception:  # noqa: BLE001 - a bug of ours costs this message an attempt; untold it would be tried for ever
            _log.exception("bug", message=str(letter.id))
            return Answer(error="the attempt failed inside duebook")

    def _overstayed(self, flight: Flight) -> None:
        self._board.overstay(flight, at=asyncio.get_running_loop().time())
        self._pump()
