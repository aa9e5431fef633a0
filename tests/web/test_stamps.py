"""A row can be seen at the latest a second after its `updated_at`: who reads windows of it, one second behind the present, misses nothing.

Whatever a writer waits for, it stamps when it has it; and where it is slow behind its stamp, it begins anew.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from duebook.store import journal
from duebook.store.ids import created_at
from tests import make
from tests.make import Company

PROMISE = 1.0


@dataclass(frozen=True, kw_only=True)
class Story:
    """Acme with an invoice of a client, both known."""

    company: Company
    invoice: dict[str, Any]
    buyer_id: str

    async def import_again(self) -> None:
        await self.company.post("/invoices", self.invoice | {"amount": 13_000})

    async def change_client(self) -> None:
        response = await self.company.call("PUT", f"/clients/{self.invoice['clientId']}", json={"name": "Dupont & Fils"})
        assert response.status_code == 200, response.text

    async def issue(self) -> None:
        line = {"name": "Conseil", "unit_amount": 10_000, "tax_rate": 20}
        await self.company.hyper_post("/v1/invoices", {"customer_id": self.buyer_id, "line_items": [line], "status": "to_pay"})


Write = Callable[[Story], Awaitable[None]]
WRITES = [
    pytest.param(Story.import_again, "invoices", id="an import of a known invoice"),
    pytest.param(Story.change_client, "customers", id="a client that changes"),
    pytest.param(Story.issue, "entities", id="an invoice that takes a number"),
]


@pytest.fixture
async def story(acme: Company) -> Story:
    invoice = make.simple_invoice(await acme.customer())
    await acme.post("/invoices", invoice)
    buyer = await acme.hyper_post("/v1/customers", {"name": "Kervella"})
    return Story(company=acme, invoice=invoice, buyer_id=buyer["id"])


async def lateness(story: Story, write: Write) -> float:
    """Seconds between the newest `updated_at` of the company and the moment at which its row could be seen first."""
    watching = asyncio.create_task(_first_seen(story.company, after=await _newest(story.company)))
    await write(story)
    updated_at, seen_at = await asyncio.wait_for(watching, 10)
    return (seen_at - updated_at).total_seconds()


async def _newest(company: Company) -> datetime:
    async with company.database.tenant(company.tenant.id) as connection:
        return await connection.fetchval(
            "SELECT GREATEST((SELECT max(updated_at) FROM invoices WHERE tenant_id = $1),"
            " (SELECT max(updated_at) FROM customers WHERE tenant_id = $1))",
            company.tenant.id,
        )


async def _first_seen(company: Company, *, after: datetime) -> tuple[datetime, datetime]:
    while True:
        newest = await _newest(company)
        if newest > after:
            return newest, datetime.now(UTC)
        await asyncio.sleep(0.02)


@asynccontextmanager
async def held(company: Company, table: str, *, seconds: float) -> AsyncGenerator[None]:
    """Somebody holds every row of a table of this company for a while."""

    async def hold() -> None:
        async with company.database.owner() as connection, connection.transaction():
            await connection.execute(f"SELECT 1 FROM {table} WHERE tenant_id = $1 FOR UPDATE", company.tenant.id)
            has_it.set()
            await asyncio.sleep(seconds)

    has_it = asyncio.Event()
    holding = asyncio.create_task(hold())
    await has_it.wait()
    yield
    await holding


@pytest.mark.parametrize(("write", "table"), WRITES)
async def test_who_waited_for_a_lock_stamps_when_it_has_it(story: Story, write: Write, table: str):
    begun = time.monotonic()
    async with held(story.company, table, seconds=1.3):
        late = await lateness(story, write)

    assert time.monotonic() - begun > 1.2, "it did wait"
    assert late < PROMISE


@pytest.mark.parametrize(("write", "table"), WRITES)
async def test_who_is_slow_behind_its_stamp_begins_anew(story: Story, write: Write, table: str, monkeypatch: pytest.MonkeyPatch):
    """The journal is written last: a pause there is a writer that was held up between its stamp and its commit."""
    append, pauses = journal.append, [1.2]

    async def held_up(*arguments: Any) -> None:
        await append(*arguments)
        await asyncio.sleep(pauses.pop() if pauses else 0)

    monkeypatch.setattr(journal, "append", held_up)

    assert await lateness(story, write) < PROMISE
    assert pauses == [], f"{table}: it was held up"


async def test_an_id_keeps_the_instant_at_which_the_work_began(story: Story):
    async with held(story.company, "entities", seconds=0.6):
        await story.issue()
    async with story.company.database.tenant(story.company.tenant.id) as connection:
        rows = await connection.fetch(
            "SELECT p.id, p.updated_at, i.updated_at FROM papers AS p JOIN invoices AS i ON i.tenant_id = $1 AND i.id = p.id"
            " WHERE p.tenant_id = $1",
            story.company.tenant.id,
        )
    [(id, of_paper, of_invoice)] = rows

    assert of_paper == of_invoice
    assert (of_invoice - created_at(UUID(str(id)))).total_seconds() > 0.5


async def test_who_is_always_slow_is_stored_all_the_same(story: Story, monkeypatch: pytest.MonkeyPatch):
    """Late rows are better than a change that is never made: after three more tries it commits as it is."""
    append, tries = journal.append, list[int]()

    async def slow(*arguments: Any) -> None:
        tries.append(1)
        await append(*arguments)
        await asyncio.sleep(0.6)

    monkeypatch.setattr(journal, "append", slow)
    await story.import_again()

    assert len(tries) == 4
    assert (await story.company.get("/invoices"))["data"][0]["amount"] == 13_000
