"""A pool of connections for requests: last in, first out, and by preference one that is already set for the tenant.

The driver's own pool costs 19 µs of Python for each unit of work, a tenth of a read, and knows nothing of tenants; this one costs 3. It
bounds how many connections there are, makes them when they are needed, and forgets those that died. What it does not do: reset anything
between users.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

_CLOSE_SECONDS: Final = 5


class Poolable(Protocol):
    """What the pool asks of a connection."""

    kept_tenant: UUID | None

    def is_closed(self) -> bool: ...
    def is_in_transaction(self) -> bool: ...
    def terminate(self) -> None: ...
    def close(self, *, timeout: float | None = None) -> Coroutine[Any, Any, None]: ...


C = TypeVar("C", bound=Poolable)


class Busy(TimeoutError):
    """No connection became free in time."""


class Pool(Generic[C]):
    """At most `size` connections, made by `connect`."""

    def __init__(self, connect: Callable[[], Awaitable[C]], *, size: int) -> None:
        self._connect = connect
        self._size = size
        self._free: list[C] = []
        self._all: set[C] = set()
        self._coming = 0
        self._waiting: deque[asyncio.Future[C | None]] = deque()
        self._is_closed = False

    async def take(self, *, tenant_id: UUID | None, patience: float) -> C:
        """A connection of the caller's own until `give_back`. Raises Busy after `patience` seconds, and what a lost database raises."""
        connection = self.free(tenant_id)
        if connection is not None:
            return connection
        end = asyncio.get_running_loop().time() + patience
        while True:
            if len(self._all) + self._coming < self._size and not self._is_closed:
                return await self._made(end)
            connection = await self._handed(end)
            if connection is not None:
                return connection

    def give_back(self, connection: C, *, spoilt: bool = False) -> None:
        """Return a connection. A spoilt one, or one that is still inside a transaction, is cut: nobody may meet what another left."""
        # A connection that is closed knows nothing of transactions any more, and must not be asked.
        is_closed = connection.is_closed()
        if not is_closed and (spoilt or self._is_closed or connection.is_in_transaction()):
            connection.terminate()
            is_closed = True
        if is_closed:
            self._all.discard(connection)
            self._hand(None)
        elif not (self._waiting and self._hand(connection)):
            self._free.append(connection)

    async def close(self) -> None:
        """End the free connections politely and cut the others."""
        self._is_closed = True
        free, self._free = self._free, []
        for connection in self._all.difference(free):
            connection.terminate()
        await asyncio.gather(*[connection.close(timeout=_CLOSE_SECONDS) for connection in free], return_exceptions=True)
        self._all.clear()

    def free(self, tenant_id: UUID | None) -> C | None:
        """A connection of the caller's own until `give_back`, if there is one for the taking: nobody waits here."""
        free = self._free
        while free:
            place = len(free) - 1
            if free[place].kept_tenant != tenant_id:
                place = next((i for i in range(place - 1, -1, -1) if free[i].kept_tenant == tenant_id), place)
            connection = free.pop(place)
            if not connection.is_closed():
                return connection
            self._all.discard(connection)
        return None

    async def _made(self, end: float) -> C:
        self._coming += 1
        try:
            async with asyncio.timeout_at(end):
                connection = await self._connect()
        except BaseException as error:
            self._coming -= 1
            self._hand(None)
            if isinstance(error, TimeoutError):
                raise Busy("the database did not take a connection in time") from None
            raise
        self._coming -= 1
        self._all.add(connection)
        return connection

    async def _handed(self, end: float) -> C | None:
        """The connection that another gives back, first come first served; None when there is room to make one."""
        turn: asyncio.Future[C | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout_at(end):
                return await turn
        except TimeoutError:
            self._pass_on(turn)
            raise Busy("no connection to the database was free in time") from None
        except asyncio.CancelledError:
            self._pass_on(turn)
            raise

    def _pass_on(self, turn: "asyncio.Future[C | None]") -> None:
        """Whoever was handed something and left before he saw it gives it to the next."""
        if turn.cancelled() or not turn.done():
            turn.cancel()
        elif (connection := turn.result()) is not None:
            self.give_back(connection)
        else:
            self._hand(None)

    def _hand(self, connection: C | None) -> bool:
        """Give to the first who still waits; False when nobody does."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False
