"""What only tests of the store may do: be superuser, to plant what duebook must refuse."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from duebook.embedded.cluster import SUPERUSER
from duebook.store.db import Connection


@pytest.fixture
async def superuser(dsn: str) -> AsyncIterator[Connection]:
    """A connection as superuser to the shared database, in a transaction that leaves nothing; skips where nobody may be one."""
    connection = await _as_superuser(dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
        await transaction.rollback()
    finally:
        await connection.close()


async def _as_superuser(dsn: str) -> Connection:
    try:
        return await asyncpg.connect(dsn, user=SUPERUSER)
    except asyncpg.PostgresError:
        pytest.skip("the server that DUEBOOK_DATABASE_URL names lets nobody in as superuser")
