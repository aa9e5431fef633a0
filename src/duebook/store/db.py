"""Connections: the one place where a role and a tenant are set.

Requests run as `duebook_app`, which cannot pass row-level security, with the tenant kept on the connection: a read costs one round
trip, and a connection changes its tenant only when another tenant comes. Followers and operators run as the owner. What this module
does not do: SQL of the books.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg
import asyncpg.transaction

from duebook.store.connection import Connection, KeptConnection, Watch
from duebook.store.pool import Pool

Transaction = asyncpg.transaction.Transaction

APP_ROLE: Final = "duebook_app"
LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DatabaseDroppedError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
    OSError,
)
"""What a database that went away looks like from here, or one that stood down for another; `is_bug` tells what only looks so."""
REFUSED: Final = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
"""The server is there and does not let us in."""
REPEATABLE: Final = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""40001 and 40P01: the transaction was rolled back and may be run again."""
TAKEN: Final = (asyncpg.UniqueViolationError,)
"""Another writer took a name first; run again, the books see it as known."""
GONE: Final = (asyncpg.ForeignKeyViolationError,)
"""Another writer deleted what a new row refers to; run again, the books do not know it any more."""
TIMED_OUT: Final = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, TimeoutError)
OUT_OF_ROOM: Final = (asyncpg.InsufficientResourcesError, asyncpg.PostgresIOError)
"""What the server has too little of: nothing was stored, and room heals it."""
FULL: Final = (asyncpg.DiskFullError, asyncpg.PostgresIOError, asyncpg.TooManyConnectionsError)
"""Those of them that are nobody's own: whoever asks at this moment meets them."""

_SERVER_SETTINGS: Final = {
    "application_name": "duebook",
    # A tenant that the statistics do not know must not make a look-up scan the tenant: measured, see docs/benchmarks.md.
    "plan_cache_mode": "force_generic_plan",
    # Plans take every tenant for the whole table (see the migration): for a small one that must still not mean reading all the others.
    "enable_seqscan": "off",
    "jit": "off",
    "timezone": "UTC",
    "search_path": "public",
    # A process of ours that is killed while its statement waits for a lock must not hold its own locks until the statement ends.
    "client_connection_check_interval": "2s",
}


class LostRace(Exception):
    """Another writer was first: what was read before the locks no longer holds. The unit of work is run again."""


class UnfitDatabase(Exception):
    """The database cannot keep the promises of the books; the message says what to change."""


def is_bug(error: BaseException) -> bool:
    """Whether one of LOST is a value that does not fit its parameter, which the driver files under the same head."""
    return isinstance(error, ValueError)


class _Held:
    """`async with`: a connection as `duebook_app`, set for one tenant (None: for whichever it was), until the block ends."""

    __slots__ = ("_connection", "_patience", "_pool", "_tenant_id")

    def __init__(self, pool: Pool[KeptConnection], tenant_id: UUID | None, patience: float) -> None:
        self._pool, self._tenant_id, self._patience = pool, tenant_id, patience
        self._connection: KeptConnection | None = None

    async def __aenter__(self) -> Connection:
        tenant_id = self._tenant_id
        connection = self._pool.free(tenant_id) or await self._pool.take(tenant_id=tenant_id, patience=self._patience)
        if tenant_id is not None and connection.kept_tenant != tenant_id:
            connection.kept_tenant = None
            try:
                await connection.execute(f"SET duebook.tenant_id = '{tenant_id}'", timeout=self._patience)
            except BaseException:
                self._pool.give_back(connection, spoilt=True)
                raise
            connection.kept_tenant = tenant_id
        self._connection = connection
        return connection

    async def __aexit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if self._connection is not None:
            # A statement that was cut off may still be running over there.
            cut_off = error is not None and isinstance(error, (asyncio.CancelledError, *TIMED_OUT))
            self._pool.give_back(self._connection, spoilt=cut_off)


class Database:
    """Two pools on one PostgreSQL: `tenant` for requests and work of one tenant, `owner` for what crosses tenants."""

    def __init__(self, app: Pool[KeptConnection], owner: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._app = app
        self._owner = owner

    @classmethod
    async def open(
        cls, dsn: str, *, connections: int = 16, owners: int = 2, statement_seconds: float = 30, silent_seconds: float = 60
    ) -> "Database":
        """Connect. `connections` bounds the concurrent units of work; each statement ends after `statement_seconds`.

        A transaction whose process says nothing for `silent_seconds` is rolled back: it was paused, and others wait for what it has locked.
        """
        settings = _SERVER_SETTINGS | {
            "statement_timeout": str(int(statement_seconds * 1000)),
            "idle_in_transaction_session_timeout": str(int(silent_seconds * 1000)),
        }

        watch = Watch(seconds=statement_seconds + 5)

        async def connect() -> KeptConnection:
            connection: Any = await asyncpg.connect(
                dsn,
                connection_class=KeptConnection,
                statement_cache_size=500,
                max_cached_statement_lifetime=0,
                server_settings=settings,
                command_timeout=statement_seconds + 5,
            )
            await connection.execute(f"SET ROLE {APP_ROLE}")
            watch.add(connection)
            return connection

        owner = await asyncpg.create_pool(
            dsn, min_size=0, max_size=owners, server_settings=settings, command_timeout=600, max_inactive_connection_lifetime=60
        )
        return cls(Pool(connect, size=connections), owner)

    async def close(self) -> None:
        """End every connection; those that do not end within 5 s are cut."""
        try:
            async with asyncio.timeout(5):
                await self._app.close()
                await self._owner.close()
        except TimeoutError:
            self._owner.terminate()

    def tenant(self, tenant_id: UUID, *, patience: float = 10) -> AbstractAsyncContextManager[Connection]:
        """A connection as `duebook_app`, set for one tenant. Waits at most `patience` seconds for a free one (Busy)."""
        return _Held(self._app, tenant_id, patience)

    @asynccontextmanager
    async def moment(self, tenant_id: UUID) -> AsyncGenerator[Connection]:
        """A connection as `tenant` gives it, on which every statement sees the books as they were at the first one."""
        async with self.tenant(tenant_id) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection

    async def ping(self) -> None:
        """Ask the database anything. Raises what a lost database raises."""
        async with self.owner() as connection:
            await connection.execute("SELECT 1")

    def anyone(self) -> AbstractAsyncContextManager[Connection]:
        """A connection as `duebook_app` for what is asked before a tenant is known: keys."""
        return _Held(self._app, None, 10)

    @asynccontextmanager
    async def owner(self) -> AsyncGenerator[Connection]:
        """A connection as the owner of the database: sees all tenants."""
        async with self._owner.acquire(timeout=30) as proxy:
            connection: Any = proxy  # the pool's proxy quacks as a Connection and says so nowhere
            yield connection


async def check_fitness(connection: Connection) -> None:
    """Refuse a database that could lose what was answered 2xx, or show one tenant to another.

    Raises UnfitDatabase: server older than 15, `fsync`, `full_page_writes` or `synchronous_commit` off (here or for any role), a role that
    bypasses row-level security.
    """
    version = connection.get_server_version()
    if version.major < 15:
        raise UnfitDatabase(f"PostgreSQL {version.major} is too old: duebook needs 15 to 18")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        value = await connection.fetchval("SELECT current_setting($1)", setting)
        if value == "off":
            raise UnfitDatabase(f"{setting} is {value}: what was answered could be lost. Set {setting} = on in postgresql.conf")
    lax = await connection.fetchval(
        "SELECT string_agg(DISTINCT setting, ', ') FROM pg_db_role_setting, unnest(setconfig) AS setting"
        " WHERE setting ~* '^(synchronous_commit|fsync|full_page_writes)=(off|false|no|0)'"
    )
    if lax:
        raise UnfitDatabase(f"a role or database is set to {lax}: remove it with ALTER ROLE … RESET")
    bypasses = await connection.fetchval("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1", APP_ROLE)
    if bypasses:
        raise UnfitDatabase(f"role {APP_ROLE} passes row-level security: ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS")
    owns = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = $1", APP_ROLE)
    if owns:
        raise UnfitDatabase(f"role {APP_ROLE} owns {owns} tables, so row-level security does not hold it: give them to another owner")
