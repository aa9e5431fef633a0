"""What a company's endpoints are told: the follower run by hand, and its messages read as they would be sent."""

import asyncio
import json
import time
from dataclasses import replace
from typing import Any, NamedTuple

from duebook import app
from duebook.jobs import messages as follower
from duebook.store import messages, tenants
from tests.make import Company

URL = "https://hooks.dupont.example/in"


class Message(NamedTuple):
    """A message as it was written: `body` parsed, `data` of it, `raw` its bytes."""

    id: Any
    endpoint_id: Any
    event_id: Any
    sequence: int
    event_type: str
    raw: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)

    @property
    def data(self) -> Any:
        """What the event shows."""
        return self.body["data"]


async def listens(company: Company, *event_types: str, door: str = "hyperline", **fields: Any) -> str:
    """A new endpoint made at a door; gives its id there."""
    if door == "hyperline":
        made = await company.hyper_post("/v1/webhooks/endpoints", {"url": URL, "event_types": list(event_types), **fields})
        return made["id"]
    response = await company.call("POST", "/webhooks", json={"url": URL, "events": list(event_types), **fields})
    assert response.status_code == 201, response.text
    return response.json()["id"]


async def told_now(company: Company) -> Company:
    """The company as writers see it once they know that somebody listens."""
    async with company.database.owner() as connection:
        found = await tenants.read(connection, tenant_id=company.tenant.id)
    assert found is not None
    assert found.tells
    return replace(company, tenant=found)


async def tell(company: Company) -> int:
    """Turn all that was written into messages: transactions of others may have to end first. Gives how many there were."""
    end = time.monotonic() + 10
    written = 0
    tellers = app.tellers(company.settings)
    while True:
        written += await follower.tell_tenant(company.database, tenant_id=company.tenant.id, tellers=tellers, pinned=company.settings.today)
        async with company.database.owner() as connection:
            behind = await connection.fetchval(
                "SELECT count(*) FROM journal AS j JOIN webhook_cursors AS c ON c.tenant_id = j.tenant_id"
                " WHERE j.tenant_id = $1 AND (j.xid, j.id) > (c.xid, c.id)",
                company.tenant.id,
            )
            listeners = await connection.fetchval(
                "SELECT count(*) FROM endpoints WHERE tenant_id = $1 AND deleted_at IS NULL AND disabled_at IS NULL", company.tenant.id
            )
        if not behind or not listeners:
            return written
        assert time.monotonic() < end, "something in the journal is never told"
        await asyncio.sleep(0.01)


async def told(company: Company) -> list[Message]:
    """Every message of the company, in the order of the facts, after `tell`."""
    await tell(company)
    async with company.database.owner() as connection:
        rows = await connection.fetch(
            "SELECT id, endpoint_id, event_id, sequence, event_type, body FROM messages WHERE tenant_id = $1"
            " ORDER BY sequence, endpoint_id",
            company.tenant.id,
        )
    return [Message(*row) for row in rows]


async def names(company: Company) -> list[str]:
    """The types of all messages, in the order of the facts."""
    return [message.event_type for message in await told(company)]


async def journal_of(company: Company) -> list[Any]:
    """The bodies of the company's journal, in the order of the facts."""
    async with company.database.owner() as connection:
        rows = await connection.fetch("SELECT body FROM journal WHERE tenant_id = $1 ORDER BY xid, id", company.tenant.id)
    return [json.loads(row[0]) for row in rows]


async def tell_once(company: Company) -> int:
    """One follower, once."""
    tellers = app.tellers(company.settings)
    return await follower.tell_tenant(company.database, tenant_id=company.tenant.id, tellers=tellers, pinned=company.settings.today)


async def written(company: Company, *, customers: int) -> None:
    """So many customers, by as many requests at a time as the pool has connections."""
    await asyncio.gather(*(company.customer(f"N{number}") for number in range(customers)))


async def is_behind(company: Company) -> bool:
    """Whether the follower would visit the company."""
    async with company.database.owner() as connection:
        return company.tenant.id in await messages.tenants_with_untold(connection)
