"""A real PostgreSQL for every test that wants one: the embedded server, or the one DUEBOOK_DATABASE_URL names.

One server and one template database per worker process; tests share a database of their worker, because tenants share nothing, and take
one of their own (`own_database`) where they damage it or count what crosses tenants.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import psycopg
import pytest

from duebook import embedded
from duebook.store import migrations
from duebook.store.db import Database
from tests.make import Company, open_company

TODAY = date(2026, 2, 1)
"""The day of every test that does not say another."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """DSN of a database whose role may create databases and roles, and is no superuser."""
    given = os.environ.get("DUEBOOK_DATABASE_URL")
    if given:
        yield given
        return
    running = embedded.start(data_dir=tmp_path_factory.mktemp("postgres"))
    try:
        with psycopg.connect(running.superuser_dsn, autocommit=True) as connection:
            connection.execute("ALTER ROLE duebook CREATEDB")
        yield running.dsn
    finally:
        running.stop()


def beside(dsn: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """The name of a migrated, empty database to copy from."""
    name = f"template_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    migrations.upgrade(beside(server, name))
    yield name
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def copied(server: str, template: str) -> AsyncIterator[str]:
    name = f"books_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield beside(server, name)
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def dsn(server: str, template: str) -> AsyncIterator[str]:
    """A migrated database shared by the tests of this worker."""
    async with copied(server, template) as address:
        yield address


@pytest.fixture(scope="session")
async def database(dsn: str) -> AsyncIterator[Database]:
    """The shared database, open as the server opens it."""
    opened = await Database.open(dsn)
    yield opened
    await opened.close()


@pytest.fixture
async def own_dsn(server: str, template: str) -> AsyncIterator[str]:
    """A migrated database of this test's own."""
    async with copied(server, template) as address:
        yield address


@pytest.fixture
async def own_database(own_dsn: str) -> AsyncIterator[Database]:
    """This test's own database, open."""
    opened = await Database.open(own_dsn)
    yield opened
    await opened.close()


CompanyMaker = Callable[..., Awaitable[Company]]


@pytest.fixture
def company(database: Database) -> CompanyMaker:
    """Makes a company with its own live and sandbox tenants: `await company()`, `await company(currency="USD")`."""

    async def make(*, day: date = TODAY, **settings: str) -> Company:
        return await open_company(database, day=day, **settings)

    return make


@pytest.fixture
async def acme(company: CompanyMaker) -> Company:
    """Acme, the company whose books the stories tell; its sandbox tenant, in EUR, on 2026-02-01."""
    return await company()


@pytest.fixture
async def bergeron(company: CompanyMaker) -> Company:
    """Bergeron, another company, who must see nothing of Acme's."""
    return await company()


@pytest.fixture
def repository() -> Path:
    """The root of the project."""
    return Path(__file__).parents[1]
