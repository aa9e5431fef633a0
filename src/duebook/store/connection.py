"""A connection of the pool: it knows for which tenant it is set, and fetches with less ado than the driver's own.

The driver looks a statement up, counts down its time and arms a timer for each; here statements are kept by their text, and one look a
second sees to the time of all connections (`Watch`). What goes to PostgreSQL and what comes back is the same. This is the one place that
reaches into the driver, for what its PreparedStatement does: tests/store/test_connection.py would see an upgrade move it.
"""

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg
from asyncpg.protocol import NO_TIMEOUT

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:  # generic only in its stubs
    Connection = asyncpg.Connection

_MOST_KEPT: Final = 500
_LOOK_SECONDS: Final = 1


class KeptConnection(Connection):
    """`kept_tenant`: for whom it is set. `asked_at`: when the statement began that it is waiting for (`time.monotonic`)."""

    kept_tenant: UUID | None = None
    asked_at: float | None = None
    is_overdue = False
    _protocol: Any

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._statements: dict[str, Any] = {}

    async def fetch(self, query: str, *args: Any, timeout: float | None = None, record_class: Any = None) -> list[Any]:  # noqa: ASYNC109 - the driver's
        """The records of a statement. Raises what PostgreSQL raises, and TimeoutError where it takes longer than the watch lets it; of that
        the driver's own transaction block makes an InterfaceError, for the connection was cut.
        """
        if timeout is not None or record_class is not None or self._query_loggers or self.asked_at is not None:
            return await super().fetch(query, *args, timeout=timeout, record_class=record_class)
        statement = self._statements.get(query) or await self._prepared(query)
        self.asked_at = time.monotonic()
        try:
            return await self._protocol.bind_execute(statement._state, args, "", 0, False, NO_TIMEOUT)
        except asyncpg.InvalidCachedStatementError:
            # The schema has changed since and nothing was run: the driver knows what to do.
            self._statements.clear()
            if self.is_in_transaction():
                raise
            return await super().fetch(query, *args)
        except asyncpg.OutdatedSchemaCacheError:
            # It was run, and what came back cannot be read: never again.
            self._statements.clear()
            await self.reload_schema_state()
            raise
        except asyncpg.PostgresConnectionError:
            if self.is_overdue:
                raise TimeoutError("the statement took too long: its connection was cut") from None
            raise
        finally:
            self.asked_at = None

    async def _prepared(self, query: str) -> Any:
        if len(self._statements) >= _MOST_KEPT:
            del self._statements[next(iter(self._statements))]
        statement = self._statements[query] = await self.prepare(query)
        return statement


class Watch:
    """Cuts connections that wait for one fetch longer than `seconds`: PostgreSQL, which ends statements itself, answers no more.

    Whoever is late is cut at the second look: where this process itself stood still, the answer may be there and only not read yet.
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._watched: set[KeptConnection] = set()
        self._late: dict[KeptConnection, float] = {}
        self._next: asyncio.TimerHandle | None = None

    def add(self, connection: KeptConnection) -> None:
        """Watch it for as long as it is open."""
        self._watched.add(connection)
        if self._next is None:
            self._look()

    def _look(self) -> None:
        first = time.monotonic() - self._seconds
        self._watched = {connection for connection in self._watched if not connection.is_closed()}
        late = {connection: at for connection in self._watched if (at := connection.asked_at) is not None and at < first}
        for connection, at in late.items():
            if self._late.get(connection) == at:
                connection.is_overdue = True
                connection.terminate()
        self._late = late
        self._next = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look) if self._watched else None
