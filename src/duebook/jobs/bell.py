"""The bell between what a worker writes and what it tells: whoever changed the books of a tenant that has listeners rings, and the follower
of that worker comes at once instead of on its next round.

It is a matter of haste only: what other processes write, and whatever a ring came too early for, the next round finds.
"""

import asyncio
from contextlib import suppress
from uuid import UUID


class Bell:
    """Rung for tenants; a ring that comes while nobody waits is kept."""

    def __init__(self) -> None:
        self._rung: set[UUID] = set()
        self._heard = asyncio.Event()

    def ring(self, tenant_id: UUID) -> None:
        """Something was committed for this tenant."""
        self._rung.add(tenant_id)
        self._heard.set()

    async def rung(self, *, seconds: float) -> set[UUID]:
        """For whom it was rung since the last time; waits for the first ring up to so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), seconds)
        rung, self._rung = self._rung, set()
        self._heard.clear()
        return rung
