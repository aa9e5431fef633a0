"""Which message goes out next. Endpoints take turns within their lane; lanes have bounds of their own.

An endpoint is in the lane that its last attempt earned it. An attempt in the fresh or brisk lane that is not over after a second moves to
the slow one and leaves its place to others, so nobody can use up the places of the healthy. What this module does not do: I/O of any kind,
or look at a clock: `at` is an instant of the event loop's, in seconds.
"""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from duebook.jobs.lanes import RULES, SLOW_SECONDS, Flight, Lane, LaneName, Rule, Seat
from duebook.store.deliveries import Due, Target

HORIZON_SECONDS: Final = 60.0
"""A message that is due later than this is not waited for: a sweep finds it when it is due."""
LONGEST_PAUSE_SECONDS: Final = 60.0
"""A receiver that says "too many" is left alone by all its messages for as long as it asks, at most this."""
SAFE_SECONDS: Final = 16.0
"""An attempt starts at the latest so long before the end of its endpoint's hold: it is over before another worker may begin."""
_CATCH_UP_SECONDS: Final = 0.02
"""High rates make up for timers that are late; low ones are kept to the letter."""


class Board:
    """All endpoints that this worker holds."""

    def __init__(self) -> None:
        self._lanes: dict[LaneName, Lane] = {name: Lane(name) for name in RULES}
        self._seats: dict[UUID, dict[UUID, Seat]] = {}
        self._timers: list[tuple[float, int, Seat]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return sum(len(seats) for seats in self._seats.values())

    def __iter__(self) -> Iterator[Seat]:
        return (seat for seats in list(self._seats.values()) for seat in list(seats.values()))

    def of(self, tenant_id: UUID) -> Sequence[Seat]:
        """The seats of a tenant."""
        return list(self._seats.get(tenant_id, {}).values())

    def hold(self, tenant_id: UUID, target: Target, *, held_until: float, at: float) -> None:
        """An endpoint is held, or held longer, and is as `target` says; a new one wants messages."""
        seat = self._seats.setdefault(tenant_id, {}).get(target.id)
        if seat is None:
            lane = self._lanes["fresh" if target.failing_since is None else "failing"]
            seat = self._seats[tenant_id][target.id] = Seat(tenant_id, target, lane, held_until=held_until, at=at)
            self.want(seat)
        else:
            seat.target, seat.held_until = target, held_until
            self._list(seat, at)

    def drop(self, seat: Seat) -> None:
        """An endpoint is no longer held or wanted; attempts on their way end as they end."""
        if not seat.is_gone:
            seat.forget(len(seat.letters))
            seat.is_gone = True
            del self._seats[seat.tenant_id][seat.target.id]
            if not self._seats[seat.tenant_id]:
                del self._seats[seat.tenant_id]

    def want(self, seat: Seat) -> None:
        """The database may have more for this seat."""
        seat.wants = True
        seat.wants_again = seat.is_fetching
        self._ask(seat)

    def is_hungry(self) -> bool:
        """Whether `take_hungry` would give anything."""
        return any(lane.hungry and lane.has_room() for lane in self._lanes.values())

    def take_hungry(self, *, most: int) -> list[tuple[Seat, Rule]]:
        """The next seats to fetch for, as far as their lanes have room, and by which bounds; each is `supplied` afterwards."""
        taken: list[tuple[Seat, Rule]] = []
        for lane in self._lanes.values():
            while lane.hungry and lane.has_room() and len(taken) < most:
                seat = lane.hungry.popleft()
                if seat.hungry_in is lane:
                    seat.hungry_in = None
                    if not seat.is_gone:
                        seat.is_fetching = True
                        seat.wants_again = False
                        seat.count(lane.rule.fetch, lane.rule.fetch_bytes)
                        taken.append((seat, lane.rule))
        return taken

    def supplied(self, seat: Seat, rule: Rule, due: Sequence[Due] | None, *, later_at: float | None = None, at: float) -> None:
        """What was fetched for a seat by `rule`, and when the next message is due behind that; None: nothing could be fetched now."""
        seat.is_fetching = False
        seat.count(-rule.fetch, -rule.fetch_bytes)
        if seat.is_gone:
            return
        if due is not None:
            size = sum([len(letter.body) for letter in due])
            seat.wants = len(due) >= rule.fetch or size > rule.fetch_bytes or seat.wants_again
            seat.letters.extend(due)
            seat.ids.update([letter.id for letter in due])
            seat.count(len(due), size)
            if due:
                seat.used_at = at
            if later_at is not None:
                self._wait(seat, later_at, at)
        self._list(seat, at)
        self._ask(seat)

    def start(self, at: float) -> Flight | None:
        """The next attempt, if one may start now."""
        self._wake(at)
        for lane in self._lanes.values():
            while lane.ready and lane.in_flight < lane.rule.slots and lane.free_at <= at:
                seat = lane.ready.popleft()
                if seat.ready_in is lane:
                    seat.ready_in = None
                    if self._may_start(seat, at):
                        return self._started(seat, at)
        return None

    def next_at(self, at: float) -> float | None:
        """When to ask for the next start again, if nothing else happens before."""
        instants = [lane.free_at for lane in self._lanes.values() if lane.ready and lane.free_at > at and lane.in_flight < lane.rule.slots]
        if self._timers:
            instants.append(self._timers[0][0])
        return min(instants, default=None)

    def overstay(self, flight: Flight, *, at: float) -> None:
        """An attempt is not over after SLOW_SECONDS: from now on its place is in the slow lane."""
        if flight.lane.name in ("fresh", "brisk"):
            slow = self._lanes["slow"]
            flight.lane.in_flight -= 1
            flight.lane = slow
            slow.in_flight += 1
            if flight.seat.lane.name in ("fresh", "brisk"):
                self._move(flight.seat, slow, at)

    def end(self, flight: Flight, *, is_good: bool, pause: float, at: float) -> None:
        """An attempt has an outcome; its message stays in hand until that is `written`. `pause`: seconds without any attempt."""
        seat = flight.seat
        flight.lane.in_flight -= 1
        seat.in_flight -= 1
        if not seat.is_gone:
            seat.used_at = at
            seat.free_at = max(seat.free_at, at + min(pause, LONGEST_PAUSE_SECONDS))
            name: LaneName = "failing" if not is_good else "slow" if at - flight.since > SLOW_SECONDS else "brisk"
            self._move(seat, self._lanes[name], at)

    def written(self, seat: Seat, letter: Due, *, again_at: float | None, at: float) -> None:
        """An outcome is written down, or another worker's affair; `again_at`: when the message will be due again."""
        seat.ids.discard(letter.id)
        seat.count(-1, -len(letter.body))
        if again_at is not None and not seat.is_gone:
            self._wait(seat, again_at, at)
        self._ask(seat)

    def _wait(self, seat: Seat, due_at: float, at: float) -> None:
        """Something will be due at a seat: have it looked at then, if that is soon."""
        if due_at - at < HORIZON_SECONDS and (seat.later_at is None or due_at < seat.later_at):
            seat.later_at = due_at
            self._wake_at(due_at, seat)

    def _move(self, seat: Seat, lane: Lane, at: float) -> None:
        if seat.lane is not lane:
            seat.move(lane)
            # What stands in the queues of the old lane is passed over there.
            seat.ready_in = seat.hungry_in = None
        self._list(seat, at)
        self._ask(seat)

    def _ask(self, seat: Seat) -> None:
        """Put a seat in the queue for messages, if it wants some and has used up half of what it had."""
        if seat.wants and not (seat.is_fetching or seat.is_gone or seat.hungry_in) and len(seat.letters) <= seat.lane.rule.fetch // 2:
            seat.hungry_in = seat.lane
            seat.lane.hungry.append(seat)

    def _list(self, seat: Seat, at: float) -> None:
        """Put a seat in the queue for attempts, if one may start, or have it looked at when its rate allows it."""
        if seat.ready_in is None:
            if self._may_start(seat, at):
                seat.ready_in = seat.lane
                seat.lane.ready.append(seat)
            elif seat.letters and seat.free_at > max(at, seat.wakes_at):
                seat.wakes_at = seat.free_at
                self._wake_at(seat.free_at, seat)

    def _may_start(self, seat: Seat, at: float) -> bool:
        return (
            bool(seat.letters)
            and not seat.is_gone
            and seat.in_flight < seat.lane.rule.each
            and seat.free_at <= at
            and seat.held_until - at > SAFE_SECONDS
        )

    def _started(self, seat: Seat, at: float) -> Flight:
        lane = seat.lane
        lane.in_flight += 1
        seat.in_flight += 1
        if lane.rule.per_second:
            lane.free_at = max(lane.free_at, at - _CATCH_UP_SECONDS) + 1 / lane.rule.per_second
        rate = seat.target.rate_limit
        if rate:
            late = _CATCH_UP_SECONDS if rate > 1 / _CATCH_UP_SECONDS else 0.0
            seat.free_at = max(seat.free_at, at - late) + 1 / rate
        flight = Flight(seat, seat.letters.popleft(), since=at)
        self._list(seat, at)
        self._ask(seat)
        return flight

    def _wake_at(self, at: float, seat: Seat) -> None:
        heapq.heappush(self._timers, (at, next(self._numbers), seat))

    def _wake(self, at: float) -> None:
        """Look at the seats whose time has come."""
        while self._timers and self._timers[0][0] <= at:
            _, _, seat = heapq.heappop(self._timers)
            if seat.is_gone:
                continue
            if seat.later_at is not None and seat.later_at <= at:
                seat.later_at = None
                self.want(seat)
            self._list(seat, at)
