"""Who follows: an advisory lock on a connection of its own, so that one worker at a time seals and folds. It dies with its connection.

On a distributed database this is one node's lock; the primary keys of blocks and tallies are the second guard.
"""

from typing import Final

import asyncpg

from duebook.store.db import LOST, Connection
from duebook.store.queries import load

_SQL = load("lead.sql")
_LOCK: Final = 4_714_000_002
_SILENT_SECONDS: Final = 30
_PATIENCE_SECONDS: Final = 5
"""A database that does not answer the holder of the lead for so long has to be asked on a new connection."""


class Lead:
    """The claim of one worker on following."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None
        self._held = False

    async def taken(self) -> bool:
        """Whether this worker leads now; takes the lead when nobody has it. Raises what a lost database raises.

        The lead that is held is asked for too: a connection may have died without a word, and its lock with it.
        """
        if self._connection is not None and self._connection.is_closed():
            self._connection, self._held = None, False
        if self._connection is None:
            self._connection = await asyncpg.connect(
                self._dsn,
                # A leader that was paused must not keep the others from leading; one that works asks each second.
                server_settings={"application_name": "duebook worker", "idle_session_timeout": f"{_SILENT_SECONDS}s"},
                timeout=_PATIENCE_SECONDS,
                command_timeout=_PATIENCE_SECONDS,
            )
        try:
            if self._held:
                await self._connection.execute(_SQL["still_there"])
            else:
                self._held = bool(await self._connection.fetchval(_SQL["try"], _LOCK))
        except BaseException:
            self._connection.terminate()
            raise
        return self._held

    async def give_back(self) -> None:
        """Let another worker lead at once."""
        if self._connection is not None and not self._connection.is_closed():
            try:
                await self._connection.close(timeout=2)
            except (*LOST, TimeoutError):
                self._connection.terminate()
