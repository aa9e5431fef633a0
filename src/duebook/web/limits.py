"""Bounds of one process: requests at the same time, and the rate of each API key where the operator switched one on."""

import time
from typing import Final, NamedTuple
from uuid import UUID

from duebook.web.problem import unavailable

Key = tuple[UUID, str]
"""Whose requests are counted together: a tenant, and the visible prefix of one of its keys."""


class Rate(NamedTuple):
    """So many requests in so many seconds: all of them at once, or spread out."""

    requests: float
    seconds: float = 1


READS: Final = Rate(200, 10)
WRITES: Final = Rate(50, 10)
"""Where a limit is switched on without a number."""


class Standing(NamedTuple):
    """How a key stands after a request: what the limit allows at once, what is left of it, and the seconds until all of it is back.

    `wait`: the request came too soon by so many whole seconds; None: it is admitted.
    """

    limit: int
    remaining: int
    full_in: float
    wait: int | None


class Bucket:
    """A rate with all its requests at hand to begin with (at least 1); per key and process."""

    def __init__(self, rate: Rate) -> None:
        self._per_second = rate.requests / rate.seconds
        self._size = max(1.0, rate.requests)
        self._levels: dict[Key, tuple[float, float]] = {}

    def take(self, key: Key) -> Standing:
        """Count one request, if it is admitted."""
        moment = time.monotonic()
        level, since = self._levels.get(key, (self._size, moment))
        level = min(self._size, level + (moment - since) * self._per_second)
        wait = None if level >= 1 else max(1, round((1 - level) / self._per_second + 0.5))
        if wait is None:
            level -= 1
            self._levels[key] = (level, moment)
        return Standing(int(self._size), int(level), (self._size - level) / self._per_second, wait)


class Limits:
    """What one process admits. A rate of None is off, the default."""

    def __init__(self, *, body_bytes: int, body_seconds: float, in_flight: int, reads: Rate | None, writes: Rate | None) -> None:
        self.body_bytes = body_bytes
        self.body_seconds = body_seconds
        self._in_flight = in_flight
        self._now = 0
        self._reads = Bucket(reads) if reads else None
        self._writes = Bucket(writes) if writes else None

    def enter(self) -> None:
        """Count a request that begins. Raises Problem 503 when too many are under way; `leave` must follow success."""
        if self._now >= self._in_flight:
            raise unavailable(f"{self._in_flight} requests are under way: ask again in a moment")
        self._now += 1

    def leave(self) -> None:
        """Count a request that ended."""
        self._now -= 1

    def rate(self, key: Key, *, writes: bool) -> Standing | None:
        """Count a request against the rate of its key; None where there is none."""
        bucket = self._writes if writes else self._reads
        return None if bucket is None else bucket.take(key)
