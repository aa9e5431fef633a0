"""Lanes: endpoints sorted by how their last attempt went, each sort with bounds of its own, so that a slow or dead receiver slows no other.

- `fresh`: nothing is known yet;
- `brisk`: the last attempt was taken within a second;
- `slow`: it took longer, or is taking longer right now;
- `failing`: it failed. However fast failures are, they are kept to a few a second, because they cost the time of others too.

What this module does not do: decide who is next (`board`), or look at a clock: instants are the event loop's, in seconds.
"""

from collections import deque
from typing import Final, Literal, NamedTuple
from uuid import UUID

from duebook.store.deliveries import Due, Target

LaneName = Literal["fresh", "brisk", "slow", "failing"]

SLOW_SECONDS: Final = 1.0
_MB: Final = 1024 * 1024


class Rule(NamedTuple):
    """The bounds of a lane.

    `slots` attempts at once, `each` of them for one endpoint; one endpoint gets `fetch` messages or `fetch_bytes` from the database at a
    time; `in_hand` messages and `bytes_in_hand` in memory; `per_second` starts, None: no limit.
    """

    slots: int
    each: int
    fetch: int
    fetch_bytes: int
    in_hand: int
    bytes_in_hand: int
    per_second: float | None = None


RULES: Final[dict[LaneName, Rule]] = {
    "brisk": Rule(slots=256, each=16, fetch=256, fetch_bytes=_MB, in_hand=4_096, bytes_in_hand=48 * _MB),
    "fresh": Rule(slots=128, each=8, fetch=8, fetch_bytes=_MB // 2, in_hand=1_024, bytes_in_hand=16 * _MB),
    "slow": Rule(slots=512, each=8, fetch=16, fetch_bytes=_MB // 2, in_hand=1_024, bytes_in_hand=16 * _MB),
    "failing": Rule(slots=256, each=8, fetch=8, fetch_bytes=_MB // 2, in_hand=512, bytes_in_hand=16 * _MB, per_second=100),
}


class Lane:
    """The endpoints of a lane that may start (`ready`) or want messages (`hungry`), in turns, and what is used of its bounds."""

    def __init__(self, name: LaneName) -> None:
        self.name: LaneName = name
        self.rule = RULES[name]
        self.ready: deque[Seat] = deque()
        self.hungry: deque[Seat] = deque()
        self.in_flight = 0
        self.in_hand = 0
        self.bytes = 0
        self.free_at = 0.0

    def has_room(self) -> bool:
        """Whether more may be fetched."""
        return self.in_hand < self.rule.in_hand and self.bytes < self.rule.bytes_in_hand


class Seat:
    """An endpoint that this worker holds until `held_until`, with its messages."""

    def __init__(self, tenant_id: UUID, target: Target, lane: Lane, *, held_until: float, at: float) -> None:
        self.tenant_id, self.target, self.lane = tenant_id, target, lane
        self.held_until, self.used_at = held_until, at
        self.letters: deque[Due] = deque()
        """Those that wait for their attempt."""
        self.ids: set[UUID] = set()
        """Those that wait, are on their way, or have an outcome that is not written down yet."""
        self.in_hand = 0
        """The same in messages, and `bytes`; what is being fetched counts as much as it may be."""
        self.bytes = 0
        self.in_flight = 0
        self.free_at = 0.0
        """No attempt starts before; `wakes_at`: for which such instant there is a timer."""
        self.wakes_at = 0.0
        self.later_at: float | None = None
        """When a message will be due that is not yet."""
        self.wants = self.wants_again = self.is_fetching = self.is_gone = False
        self.ready_in: Lane | None = None
        self.hungry_in: Lane | None = None

    def has_work(self) -> bool:
        """Whether it must stay held."""
        return bool(self.ids) or self.wants or self.is_fetching or self.later_at is not None

    def count(self, messages: int, size: int) -> None:
        """Count messages and their bytes as in hand, here and in the lane."""
        self.in_hand += messages
        self.bytes += size
        self.lane.in_hand += messages
        self.lane.bytes += size

    def move(self, lane: Lane) -> None:
        """Take everything in hand to another lane; more than one fetch of waiting messages is left for later."""
        messages, size = self.in_hand, self.bytes
        self.count(-messages, -size)
        self.lane = lane
        self.count(messages, size)
        self.forget(len(self.letters) - lane.rule.fetch)

    def forget(self, number: int) -> None:
        """Leave the last `number` waiting messages to another fetch."""
        for _ in range(max(number, 0)):
            letter = self.letters.pop()
            self.ids.discard(letter.id)
            self.count(-1, -len(letter.body))
            self.wants = True


class Flight:
    """One attempt that began at `since`, at the endpoint as it was then; its place is counted in `lane`."""

    __slots__ = ("lane", "letter", "seat", "since", "target")

    def __init__(self, seat: Seat, letter: Due, *, since: float) -> None:
        self.seat, self.letter, self.lane, self.since = seat, letter, seat.lane, since
        self.target = seat.target
