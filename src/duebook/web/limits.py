"""Bounds of one process: requests at the same time, and the rate of each tenant where the operator switched one on."""

import time
from uuid import UUID

from duebook.web.problem import Problem, unavailable


class Bucket:
    """A rate of `per_second` requests with a burst of one second's worth (at least 1); per tenant and process."""

    def __init__(self, *, per_second: float) -> None:
        self._rate = per_second
        self._size = max(1.0, per_second)
        self._levels: dict[UUID, tuple[float, float]] = {}

    def take(self, tenant_id: UUID) -> None:
        """Count one request. Raises Problem 429 with Retry-After when the tenant is too fast."""
        moment = time.monotonic()
        level, since = self._levels.get(tenant_id, (self._size, moment))
        level = min(self._size, level + (moment - since) * self._rate)
        if level < 1:
            wait = max(1, round((1 - level) / self._rate + 0.5))
            message = f"more than {self._rate:g} requests a second: wait {wait} s"
            raise Problem(429, "rate_limit", message, headers={"Retry-After": str(wait)})
        self._levels[tenant_id] = (level - 1, moment)


class Limits:
    """What one process admits. A rate of None is off, the default."""

    def __init__(self, *, body_bytes: int, body_seconds: float, in_flight: int, reads: float | None, writes: float | None) -> None:
        self.body_bytes = body_bytes
        self.body_seconds = body_seconds
        self._in_flight = in_flight
        self._now = 0
        self._reads = Bucket(per_second=reads) if reads else None
        self._writes = Bucket(per_second=writes) if writes else None

    def enter(self) -> None:
        """Count a request that begins. Raises Problem 503 when too many are under way; `leave` must follow success."""
        if self._now >= self._in_flight:
            raise unavailable(f"{self._in_flight} requests are under way: ask again in a moment")
        self._now += 1

    def leave(self) -> None:
        """Count a request that ended."""
        self._now -= 1

    def rate(self, tenant_id: UUID, *, writes: bool) -> None:
        """Count a request against its tenant's rate. Raises Problem 429."""
        bucket = self._writes if writes else self._reads
        if bucket is not None:
            bucket.take(tenant_id)
