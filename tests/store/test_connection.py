"""The pool's connection fetches as the driver's own does, and is cut where PostgreSQL answers no more."""

import asyncio
import time
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from duebook.store.connection import KeptConnection, Watch
from duebook.store.db import Database

SQL = "SELECT n, $1::text AS word, $2::uuid AS id, now() AT TIME ZONE 'UTC' IS NULL AS never FROM generate_series(1, 3) AS n"
ARGUMENTS = ("a", UUID(int=7))
NOBODY = UUID(int=1)


async def theirs(connection: Any, query: str, *args: Any) -> list[Any]:
    return await asyncpg.Connection.fetch(connection, query, *args)


async def test_records_are_those_of_the_driver(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        expected = await theirs(connection, SQL, *ARGUMENTS)
        for _ in range(2):
            found = await connection.fetch(SQL, *ARGUMENTS)
            assert found == expected
            assert found[0]["word"] == "a"
        assert await connection.fetch("SELECT 1 WHERE false") == []


@pytest.mark.parametrize("args", [(), ("a",), ("a", 7), ("a", UUID(int=7), 1)])
async def test_wrong_arguments_are_refused_alike(database: Database, args: tuple[Any, ...]) -> None:
    async with database.tenant(NOBODY) as connection:
        told: list[BaseException] = []
        for fetch in (theirs(connection, SQL, *args), connection.fetch(SQL, *args)):
            with pytest.raises((asyncpg.InterfaceError, asyncpg.DataError)) as raised:
                await fetch
            told.append(raised.value)
        assert (type(told[0]), str(told[0])) == (type(told[1]), str(told[1]))
        assert len(await connection.fetch(SQL, *ARGUMENTS)) == 3


async def test_what_postgresql_refuses_is_raised_and_the_connection_goes_on(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.fetch("SELECT 1 / $1::int", 0)
        assert [row[0] for row in await connection.fetch("SELECT 1 / $1::int", 1)] == [1]


async def test_a_statement_whose_columns_changed_is_prepared_anew(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        await connection.execute("CREATE TEMPORARY TABLE changing (a int)")
        await connection.execute("INSERT INTO changing VALUES (1)")
        assert [tuple(row) for row in await connection.fetch("SELECT * FROM changing")] == [(1,)]
        await connection.execute("ALTER TABLE changing ADD COLUMN b int DEFAULT 2")

        for _ in range(2):
            assert [tuple(row) for row in await connection.fetch("SELECT * FROM changing")] == [(1, 2)]

        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("ALTER TABLE changing ADD COLUMN c int")
        with pytest.raises(asyncpg.InvalidCachedStatementError):
            await connection.fetch("SELECT * FROM changing")
        await transaction.rollback()


async def test_what_was_run_and_cannot_be_read_is_not_run_again(database: Database) -> None:
    """The row type of a table that has grown: the driver learns of it when it sees a row, and then it is too late to repeat."""
    written = "INSERT INTO log SELECT 1 RETURNING (SELECT pair FROM pair) AS pair"
    async with database.tenant(NOBODY) as connection:
        await connection.execute("CREATE TEMPORARY TABLE pair (a int); CREATE TEMPORARY TABLE log (n int); INSERT INTO pair VALUES (1)")
        assert [tuple(row["pair"]) for row in await connection.fetch(written)] == [(1,)]
        await connection.execute("ALTER TABLE pair ADD COLUMN b int DEFAULT 2")

        with pytest.raises(asyncpg.OutdatedSchemaCacheError):
            await connection.fetch(written)
        assert await connection.fetchval("SELECT count(*) FROM log") == 2
        assert [tuple(row["pair"]) for row in await connection.fetch(written)] == [(1, 2)]


async def test_of_more_statements_than_are_kept_the_oldest_goes(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        for number in range(1_050):
            assert (await connection.fetch(f"SELECT {number}"))[0][0] == number
        kept = await connection.fetchval("SELECT count(*) FROM pg_prepared_statements")
        assert 490 < kept < 520  # the fixtures and the driver have a few of their own


async def test_a_fetch_on_a_busy_connection_is_refused_and_the_first_still_watched(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        assert isinstance(connection, KeptConnection)
        first = asyncio.create_task(connection.fetch("SELECT pg_sleep(0.2)"))
        await asyncio.sleep(0.1)
        with pytest.raises(asyncpg.InterfaceError):
            await connection.fetch("SELECT 1")
        assert connection.asked_at is not None
        await first
        assert connection.asked_at is None


async def test_a_listener_still_hears_what_is_asked(database: Database) -> None:
    heard: list[str] = []
    async with database.tenant(NOBODY) as connection:
        connection.add_query_logger(lambda query: heard.append(query.query))
        await connection.fetch("SELECT 1")
        await asyncio.sleep(0)
    assert heard == ["SELECT 1"]


async def test_a_closed_connection_is_lost(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        await connection.fetch("SELECT 1")
        await connection.close()
        with pytest.raises(asyncpg.InterfaceError):
            await connection.fetch("SELECT 1")


async def test_a_fetch_that_is_cancelled_leaves_a_connection_that_answers(database: Database) -> None:
    async with database.tenant(NOBODY) as connection:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connection.fetch("SELECT pg_sleep(30)")
        assert [row[0] for row in await connection.fetch("SELECT 1")] == [1]


async def test_where_the_process_itself_stood_still_nobody_is_cut_off(database: Database) -> None:
    """The answer came long ago, and is read after the watch has looked."""
    watch = Watch(seconds=0.1)
    async with database.tenant(NOBODY) as connection:
        assert isinstance(connection, KeptConnection)
        await connection.fetch("SELECT 1")
        watch.add(connection)
        for _ in range(3):
            asking = asyncio.create_task(connection.fetch("SELECT 1"))
            await asyncio.sleep(0)
            time.sleep(1.2)  # noqa: ASYNC251 - that is the point
            assert [row[0] for row in await asking] == [1]
            await asyncio.sleep(0)
            assert not connection.is_closed()


async def test_who_waits_too_long_is_cut_off_and_who_does_not_goes_on(database: Database) -> None:
    watch = Watch(seconds=0.5)
    async with database.tenant(NOBODY) as slow, database.tenant(NOBODY) as other:
        assert isinstance(slow, KeptConnection)
        assert isinstance(other, KeptConnection)
        watch.add(slow)
        watch.add(other)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(20):
                await slow.fetch("SELECT pg_sleep(30)")
        assert slow.is_closed()
        assert [row[0] for row in await other.fetch("SELECT 1")] == [1]
