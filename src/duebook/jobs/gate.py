"""A gate that many pass beside each other, or one alone: what may kill its process shall not take others with it.

What this module does not do: say who has to be alone.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager


class Crowded(Exception):
    """Those inside did not leave in time."""


class Gate:
    """First come, first served: while somebody waits to be alone nobody else enters."""

    def __init__(self) -> None:
        self._door = asyncio.Lock()
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def beside(self) -> AsyncGenerator[None]:
        """Be inside with others."""
        async with self._door:
            self._inside += 1
            self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @asynccontextmanager
    async def alone(self, *, patience: float) -> AsyncGenerator[None]:
        """Be inside alone. Raises Crowded where that is not so after `patience` seconds."""
        end = asyncio.get_running_loop().time() + patience
        await _in_time(self._door.acquire(), end)
        try:
            await _in_time(self._empty.wait(), end)
            yield
        finally:
            self._door.release()


async def _in_time(coming: Awaitable[object], end: float) -> None:
    try:
        async with asyncio.timeout_at(end):
            await coming
    except TimeoutError:
        raise Crowded from None
