"""`duebook batches`: what is set aside is listed and put back, once, in the name of who sent it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result
from structlog.testing import capture_logs
from typer.testing import CliRunner

from duebook.cli import main
from duebook.jobs import batches as jobs
from duebook.store.db import Database
from tests.actions.issuing import customer, draft, rows
from tests.conftest import TODAY
from tests.jobs.working import accepted, done, stored, worker
from tests.make import Company, open_company


@pytest.fixture
async def acme(own_database: Database) -> Company:
    """Acme on a database of its own, since the list is of all companies."""
    return await open_company(own_database, day=TODAY, name="Acme")


async def invoked(dsn: str, *words: str) -> Result:
    """`duebook batches …`, in a thread, since a command has a loop of its own."""
    environment = {"DUEBOOK_DATABASE_URL": dsn, "DUEBOOK_TODAY": TODAY.isoformat()}
    return await asyncio.to_thread(CliRunner().invoke, main, ["batches", *words], env=environment)


async def said(dsn: str, *words: str) -> Any:
    """What `duebook batches …` prints for scripts."""
    result = await invoked(dsn, *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


async def refused(dsn: str, *words: str) -> str:
    """The line with which it refuses."""
    result = await invoked(dsn, *words)
    assert result.exit_code == 1, result.stdout
    (line,) = result.stderr.splitlines()
    return line


async def test_what_is_set_aside_is_listed_and_put_back_once(own_dsn: str, own_database: Database, acme: Company):
    customer_id = await customer(acme)
    broken = await accepted(acme, [draft(customer_id), replace(draft(customer_id), number="FA-\x00")], name="May")
    async with own_database.owner() as connection:  # as if it had been tried as a whole already
        await connection.execute("UPDATE batches SET takes = $1", jobs.TOGETHER_TAKES)
    with capture_logs():
        async with worker(own_database, own_dsn):
            await done(acme, broken)
    waiting = await accepted(acme, [draft(customer_id)], name="June")

    (row,) = await said(own_dsn)
    assert {name: row[name] for name in ("tenant", "mode", "id", "batchId", "state", "items", "succeeded", "failed", "takes")} == {
        "tenant": "Acme",
        "mode": "test",
        "id": str(broken),
        "batchId": "May",
        "state": "set aside",
        "items": 2,
        "succeeded": 1,
        "failed": 1,
        "takes": jobs.TOGETHER_TAKES + 1,
    }
    assert row["acceptedAt"] < row["finishedAt"]
    assert [(row["batchId"], row["state"], row["finishedAt"]) for row in (await said(own_dsn, "--open"))[1:]] == [("June", "pending", None)]

    assert "no batch" in await refused(own_dsn, "put-back", str(waiting))
    assert "already" in await refused(own_dsn, "put-back", str(broken), "--name", "June")
    assert "255" in await refused(own_dsn, "put-back", str(broken), "--name", "x" * 256)
    (again,) = await said(own_dsn, "put-back", str(broken), "--name", "May again")
    assert again["batchId"] == "May again"
    assert await said(own_dsn) == []
    assert "no batch" in await refused(own_dsn, "put-back", str(broken))

    (new,) = [row for row in await rows(acme, "batches") if str(row["id"]) == again["id"]]
    assert (new["name"], new["size"], new["state"], new["actor_id"]) == (
        "May again",
        1,
        "pending",
        (await stored(acme, broken))["actor_id"],
    )
    assert (await stored(acme, broken))["failed"] == 1, "it keeps its outcomes"


async def test_with_nothing_to_tell_it_tells_nothing(own_dsn: str, acme: Company):
    assert await said(own_dsn) == []
    assert await said(own_dsn, "--open") == []
    assert "no batch" in await refused(own_dsn, "put-back", str(acme.tenant.id))
