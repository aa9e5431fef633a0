"""A connection keeps its tenant between requests. Many companies on two connections: each sees its own, whatever went wrong before."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest

from duebook.store.db import Connection, Database
from duebook.store.unit import Tenant
from tests.store.written import add_customer, some_tenant, unit_of

TENANTS, ROUNDS, CONNECTIONS = 8, 60, 2


@pytest.fixture
async def narrow(dsn: str) -> AsyncIterator[Database]:
    """The shared database through two connections, on which a statement may take a tenth of a second."""
    opened = await Database.open(dsn, connections=CONNECTIONS, statement_seconds=0.1)
    yield opened
    await opened.close()


@pytest.fixture
async def companies(database: Database) -> list[Tenant]:
    """Eight tenants with one customer each."""
    tenants = [await some_tenant(database) for _ in range(TENANTS)]
    for tenant in tenants:
        async with unit_of(database, tenant) as unit:
            await add_customer(unit)
    return tenants


async def seen(connection: Connection) -> list[UUID]:
    """Whose customers the connection sees."""
    return [row[0] for row in await connection.fetch("SELECT tenant_id FROM customers")]


async def fails(connection: Connection) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await connection.fetchval("SELECT 1 / 0")


async def fails_in_a_transaction(connection: Connection) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with connection.transaction():
            await connection.fetchval("SELECT 1 / 0")


async def runs_into_the_statement_timeout(connection: Connection) -> None:
    with pytest.raises(asyncpg.QueryCanceledError):
        await connection.execute("SELECT pg_sleep(5)")


async def runs_into_our_own_timeout(connection: Connection) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), connection.transaction():
            await connection.execute("SELECT pg_sleep(5)")


async def leaves_a_transaction_open(connection: Connection) -> None:
    """As a client does whose roll back was cancelled too."""
    await connection.transaction().start()
    await connection.execute("SELECT 1")


async def sets_the_tenant_for_its_transaction(connection: Connection) -> None:
    """Even what a statement sets by itself, against the rule, is gone after a roll back."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL duebook.tenant_id = '00000000-0000-0000-0000-000000000000'")
    await transaction.rollback()


async def goes_well(connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute("SELECT 1")


MISHAPS: tuple[Callable[[Connection], Awaitable[None]], ...] = (
    fails,
    fails_in_a_transaction,
    runs_into_the_statement_timeout,
    runs_into_our_own_timeout,
    leaves_a_transaction_open,
    sets_the_tenant_for_its_transaction,
    goes_well,
    goes_well,
)


@pytest.mark.filterwarnings("ignore:.*active transaction")
async def test_each_company_sees_its_own_whatever_happened_before(narrow: Database, companies: list[Tenant]):
    chance = random.Random(2026)

    async def visit(tenant: Tenant) -> None:
        for mishap in chance.choices(MISHAPS, k=ROUNDS // TENANTS):
            async with narrow.tenant(tenant.id) as connection:
                assert not connection.is_in_transaction(), "somebody else's transaction"
                assert await seen(connection) == [tenant.id]
                await mishap(connection)

    await asyncio.gather(*(visit(tenant) for tenant in companies))


async def test_each_company_sees_its_own_after_tasks_were_cancelled_anywhere(narrow: Database, companies: list[Tenant]):
    """Cancelled while waiting for a connection, while the tenant is being set, in the statement, in the roll back."""
    chance = random.Random(2026)
    wrong: list[tuple[UUID, list[UUID]]] = []
    finished = 0

    async def look(tenant: Tenant) -> None:
        nonlocal finished
        async with narrow.tenant(tenant.id) as connection, connection.transaction():
            found = await seen(connection)
            if found != [tenant.id]:
                wrong.append((tenant.id, found))
            await connection.execute("SELECT pg_sleep(0.001)")
        finished += 1

    for _ in range(25):
        tasks = [asyncio.create_task(look(chance.choice(companies))) for _ in range(6)]
        for task in tasks:
            await asyncio.sleep(chance.random() / 1000)
            if chance.random() < 0.6:
                task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [error for error in results if not isinstance(error, asyncio.CancelledError | None)] == []
    for tenant in companies:
        await look(tenant)

    assert wrong == []
    assert TENANTS < finished < TENANTS + 25 * 6, "some were cancelled and some were not"


async def test_another_tenant_on_the_same_connection_sees_its_own_at_once(dsn: str, companies: list[Tenant]):
    single = await Database.open(dsn, connections=1)
    try:
        for tenant in (*companies, *companies[::-1]):
            async with single.tenant(tenant.id) as connection:
                assert await seen(connection) == [tenant.id]
            async with single.anyone() as connection:
                assert await connection.fetchval("SELECT current_user::text") == "duebook_app"
    finally:
        await single.close()
