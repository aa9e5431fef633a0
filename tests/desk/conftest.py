"""A running server with a company on it, and a real browser: what a person at the screen has."""

import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, async_playwright

from duebook.store.db import Database
from tests.conftest import TODAY, copied
from tests.make import Company, open_company
from tests.serving import serving


@dataclass(frozen=True, kw_only=True)
class Site:
    """A server and a company in its books."""

    address: str
    company: Company


@pytest.fixture(scope="session")
async def site(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    """One server for the tests of the pages, on a database of its own."""
    async with copied(server, template) as dsn:
        database = await Database.open(dsn)
        company = await open_company(database, day=TODAY)
        with serving(dsn, logs=tmp_path_factory.mktemp("logs") / "server.log", today=TODAY.isoformat()) as address:
            yield Site(address=address, company=company)
        await database.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Chromium as the system has it."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: apt-get install chromium"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        await started.close()
