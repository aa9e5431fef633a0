"""From an import at one door to receivers of both: written once, told to each in its own words, delivered by the worker."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from duebook import app
from duebook.jobs import runner
from duebook.store.db import Database
from tests.conftest import TODAY
from tests.jobs.working import until
from tests.make import Company, open_company, simple_invoice
from tests.receiving import receiver


@asynccontextmanager
async def worker(company: Company, dsn: str) -> AsyncGenerator[None]:
    """A whole worker, as `duebook serve` runs it for development, while inside."""
    stop = asyncio.Event()
    running = asyncio.create_task(
        runner.work(
            company.database,
            dsn=dsn,
            request_seconds=30,
            pinned=TODAY,
            stop=stop,
            tellers=app.tellers(company.settings),
            names=app.message_names(),
            allow_private=True,
        )
    )
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)


async def test_an_invoice_of_the_leanpay_door_reaches_receivers_of_both(own_database: Database, own_dsn: str):
    company = await open_company(own_database, day=TODAY)
    company = replace(company, settings=replace(company.settings, webhook_allow_private=True))
    async with receiver() as hyper, receiver() as lean, worker(company, own_dsn):
        endpoint = await company.hyper_post("/v1/webhooks/endpoints", {"url": hyper.url(), "event_types": ["invoice.created"]})
        secret = (await company.hyper_post(f"/v1/webhooks/endpoints/{endpoint['id']}/secret", {}, status=200))["secret"]
        made = await company.call("POST", "/webhooks", json={"url": lean.url()})
        assert made.status_code == 201, made.text
        client = await company.customer()
        await company.post("/invoices/batch", {"invoices": [simple_invoice(client)]})

        async def both_came() -> bool:
            return bool(hyper.calls) and any(b"invoice" in call.body for call in lean.calls)

        await until(both_came, seconds=10)

        async def is_marked() -> bool:
            (message,) = (await company.hyper_get("/v1/webhooks/messages"))["data"]
            return message["sent_at"] is not None

        await until(is_marked)
        (message,) = (await company.hyper_get("/v1/webhooks/messages"))["data"]
        (call,) = hyper.calls

    assert call.headers["webhook-id"] == message["id"]
    assert call.verified(secret) == message["payload"]
    assert call.verified(secret)["event_type"] == "invoice.created"
    assert int(call.headers["duebook-sequence"]) >= 1
    assert {"event", "tenantId", "occurredAt", "data"} == set(json.loads(lean.calls[-1].body))
