"""The start refuses a database that could lose what was answered, or show one company to another; the message says what to change.

What is planted stands in a transaction that is rolled back, so that no other test meets it.
"""

from collections.abc import AsyncIterator

import pytest

from duebook.store.db import APP_ROLE, Connection, Database, UnfitDatabase, check_fitness


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Connection]:
    """A connection as the owner of the database, in a transaction that leaves nothing."""
    async with database.owner() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()


async def test_the_database_of_the_tests_is_fit(owner: Connection):
    await check_fitness(owner)


@pytest.mark.parametrize("value", ["off", "false", "no", "0"])
async def test_a_role_that_answers_before_the_disk_has_it(owner: Connection, value: str):
    await owner.execute(f"ALTER ROLE CURRENT_USER SET synchronous_commit = '{value}'")

    with pytest.raises(UnfitDatabase, match=r"synchronous_commit.*ALTER ROLE"):
        await check_fitness(owner)


async def test_a_database_that_answers_before_the_disk_has_it(owner: Connection):
    name = await owner.fetchval("SELECT current_database()")
    await owner.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')

    with pytest.raises(UnfitDatabase, match="a role or database is set to synchronous_commit=off"):
        await check_fitness(owner)


async def test_a_server_that_answers_before_the_disk_has_it(owner: Connection):
    await owner.execute("SET LOCAL synchronous_commit = off")

    with pytest.raises(UnfitDatabase, match=r"synchronous_commit is off.*postgresql\.conf"):
        await check_fitness(owner)


@pytest.mark.parametrize("value", ["on", "local", "remote_write", "remote_apply"])
async def test_every_other_way_to_commit_is_durable(owner: Connection, value: str):
    await owner.execute(f"ALTER ROLE CURRENT_USER SET synchronous_commit = '{value}'")
    await owner.execute(f"SET LOCAL synchronous_commit = '{value}'")

    await check_fitness(owner)


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS"])
async def test_a_role_of_requests_that_passes_row_level_security(superuser: Connection, attribute: str):
    await superuser.execute(f"ALTER ROLE {APP_ROLE} {attribute}")

    with pytest.raises(UnfitDatabase, match=rf"role {APP_ROLE} passes row-level security.*NOSUPERUSER NOBYPASSRLS"):
        await check_fitness(superuser)


async def test_a_role_of_requests_that_owns_a_table(superuser: Connection):
    """Row-level security does not hold the owner of a table."""
    await superuser.execute(f"ALTER TABLE customers OWNER TO {APP_ROLE}")

    with pytest.raises(UnfitDatabase, match=f"role {APP_ROLE} owns 1 tables"):
        await check_fitness(superuser)
