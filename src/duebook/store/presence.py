"""A worker's presence: one connection that listens, and that holds a lock by whose end everybody knows that the worker is gone.

What a worker holds (an endpoint, say) is written with its number; the number's lock dies with its connection, however the worker dies. On
a distributed database the lock is the coordinator's, which sees all workers. What this module does not do: say what is held.
"""

import secrets
from collections.abc import Callable
from typing import Any, Final

import asyncpg

from duebook.store.db import LOST, Connection
from duebook.store.queries import load

_SQL = load("deliveries.sql")

WORKERS: Final = 4_714_003
"""The first half of the lock's key; the second is the worker's number."""
CHANNEL: Final = "duebook_deliveries"
_PATIENCE_SECONDS: Final = 5


class Presence:
    """This worker among the others."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None
        self._was_there = False
        self.number = _any_number()

    @property
    def is_there(self) -> bool:
        """Whether the others can see this worker, as far as is known here."""
        return self._connection is not None and not self._connection.is_closed()

    async def join(self, hear: Callable[[str], None], *, lost: Callable[[], None]) -> None:
        """Connect, be seen and listen; `hear` gets the text of each notice, `lost` is called when the connection ends.

        Raises what a lost database raises.
        """
        await self.leave()
        connection: Any = await asyncpg.connect(
            self._dsn,
            server_settings={"application_name": "duebook deliveries"},
            timeout=_PATIENCE_SECONDS,
            command_timeout=_PATIENCE_SECONDS,
        )
        try:
            if not await connection.fetchval(_SQL["join"], WORKERS, self.number):
                if not self._was_there:
                    self.number = _any_number()
                raise ConnectionError("another worker has this number, or the connection before this one is not dead yet")

            def heard(*notice: Any) -> None:
                hear(str(notice[-1]))

            def ended(_: Any) -> None:
                lost()

            connection.add_termination_listener(ended)
            await connection.add_listener(CHANNEL, heard)
        except BaseException:
            connection.terminate()
            raise
        self._connection, self._was_there = connection, True

    async def still_there(self) -> None:
        """Ask the connection whether it lives: it may have died without a word. Raises what a lost database raises."""
        if self._connection is not None:
            try:
                await self._connection.execute(_SQL["still_there"])
            except BaseException:
                self._connection.terminate()
                raise

    async def leave(self) -> None:
        """Be gone for the others: what this worker holds is free at once."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            try:
                await connection.close(timeout=2)
            except (*LOST, TimeoutError):
                connection.terminate()


def _any_number() -> int:
    return secrets.randbelow(2**31 - 1) + 1
