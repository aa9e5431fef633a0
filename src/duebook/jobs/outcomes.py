"""What came of attempts, on its way into the database: written as sets, a few times a second at most, and kept until it could be.

What this module does not do: judge an answer (`core.delivery`).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import structlog

from duebook.core.delivery import Answer, Verdict
from duebook.jobs.board import Board
from duebook.jobs.lanes import Flight, Seat
from duebook.jobs.rounds import side_by_side
from duebook.store import deliveries
from duebook.store.db import Connection, Database
from duebook.store.deliveries import Due, Outcome
from duebook.store.presence import Presence
from duebook.web.today import now

_log = structlog.get_logger("duebook.deliveries")

_GATHER_SECONDS: Final = 0.01
_ROWS: Final = 1_000
"""Of one statement."""
GONE: Final = "the receiver answered 410: it wants no more messages"


class _Told(NamedTuple):
    seat: Seat
    letter: Due
    outcome: Outcome
    is_good: bool
    gone_from: str | None
    """The address where nobody wants messages any more."""


class Outcomes:
    """The outcomes of one worker's attempts; `changed` is called when the board has heard of some. For one event loop."""

    def __init__(self, database: Database, *, presence: Presence, board: Board, changed: Callable[[], None]) -> None:
        self._database = database
        self._presence = presence
        self._board = board
        self._changed = changed
        self._waiting: list[_Told] = []
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, flight: Flight, answer: Answer, verdict: Verdict, *, at: datetime) -> None:
        """Take an attempt's outcome over."""
        if verdict.status == "given_up":
            error = _loggable(answer.status, answer.error)
            _log.warning("message given up", endpoint=str(flight.seat.target.id), message=str(flight.letter.id), error=error)
        outcome = Outcome(flight.letter.id, verdict.status, verdict.next_at, answer.status, answer.error, at)
        gone_from = flight.target.url if answer.is_gone else None
        self._waiting.append(_Told(flight.seat, flight.letter, outcome, answer.is_good, gone_from))
        self._news.set()
        self._idle.clear()

    async def written(self) -> None:
        """Wait until all outcomes are in the database."""
        await self._idle.wait()

    async def write(self) -> None:
        """Write what there is, once. Raises what a lost database raises; what is left is then written by the next call."""
        await self._news.wait()
        await asyncio.sleep(_GATHER_SECONDS)
        by_tenant: dict[UUID, list[_Told]] = {}
        for told in self._waiting:
            by_tenant.setdefault(told.seat.tenant_id, []).append(told)
        try:
            await side_by_side([self._write_for(tenant_id, some[:_ROWS]) for tenant_id, some in by_tenant.items()])
        finally:
            self._waiting = [told for told in self._waiting if told.outcome.id in told.seat.ids]
            if not self._waiting:
                self._news.clear()
                self._idle.set()

    async def _write_for(self, tenant_id: UUID, some: Sequence[_Told]) -> None:
        async with self._database.tenant(tenant_id) as connection:
            await self._store(connection, tenant_id, some)
        clock, at = asyncio.get_running_loop().time(), now()
        for told in some:
            next_at = told.outcome.next_at
            again_at = None if next_at is None else clock + (next_at - at).total_seconds()
            self._board.written(told.seat, told.letter, again_at=again_at, at=clock)
        self._changed()

    async def _store(self, connection: Connection, tenant_id: UUID, some: Sequence[_Told]) -> None:
        """The outcomes come first: what is missed after them, the next outcome of the same endpoint makes good."""
        at, worker = now(), self._presence.number
        await deliveries.settle(connection, tenant_id=tenant_id, worker=worker, outcomes=[told.outcome for told in some], at=at)
        since: dict[Seat, datetime | None] = {}
        for told in some:
            known = since.get(told.seat, told.seat.target.failing_since)
            since[told.seat] = None if told.is_good else known or told.outcome.at
        changed = [(seat, instant) for seat, instant in since.items() if instant != seat.target.failing_since]
        if changed:
            rows = [(seat.target.id, instant) for seat, instant in changed]
            await deliveries.mark_failing(connection, tenant_id=tenant_id, worker=worker, since=rows)
            for seat, instant in changed:
                if seat.target.failing_since is None:
                    last = [told.outcome for told in some if told.seat is seat and not told.is_good][-1]
                    _log.warning("endpoint fails", endpoint=str(seat.target.id), error=_loggable(last.last_status, last.last_error))
                seat.target = seat.target._replace(failing_since=instant)
        for endpoint_id, url in {(told.seat.target.id, told.gone_from) for told in some if told.gone_from is not None}:
            gone = await deliveries.disable(
                connection, tenant_id=tenant_id, worker=worker, endpoint_id=endpoint_id, url=url, at=at, reason=GONE
            )
            if gone:
                _log.warning("endpoint disabled", endpoint=str(endpoint_id), reason=GONE)


def _loggable(status: int | None, error: str | None) -> str | None:
    """Why an attempt failed, without what the receiver wrote: that may repeat the message."""
    return error if status is None else f"status {status}"
