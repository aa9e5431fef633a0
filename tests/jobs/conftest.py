"""Fixtures of the tests of workers."""

import pytest

from duebook.store.db import Database
from tests.conftest import TODAY
from tests.jobs.posting import Post
from tests.make import open_company


@pytest.fixture
async def post(own_database: Database, own_dsn: str) -> Post:
    """A tenant with endpoints, in a database of the test's own: workers deliver for everybody."""
    company = await open_company(own_database, day=TODAY)
    return Post(own_database, own_dsn, company.tenant.id)
