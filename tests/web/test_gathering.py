"""Requests that share a transaction: each has its own answer and its own refusal, is there once, and shares with no other company."""

import asyncio
from typing import Any

import asyncpg
import httpx2

from duebook import app
from duebook.store.db import Database
from tests.conftest import CompanyMaker
from tests.make import PREFIX, Company, simple_invoice, some_id


class Server:
    """One application for many requests at once, as one process serves them."""

    def __init__(self, *companies: Company) -> None:
        first = companies[0]
        self._application = app.build(settings=first.settings, database=first.database)

    async def send(self, company: Company, items: list[dict[str, Any]], **headers: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self._application, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url="http://duebook.test") as client:
            body = {"invoices": items}
            return await client.post(PREFIX + "/invoices/batch", json=body, headers={"Authorization": company.key, **headers})


async def transactions(company: Company) -> int:
    """How many transactions imported the company's invoices."""
    async with company.database.owner() as connection:
        return await connection.fetchval(
            "SELECT count(DISTINCT xid) FROM journal WHERE tenant_id = $1 AND kind = 'invoice'", company.tenant.id
        )


async def stored(company: Company) -> list[str]:
    """The external ids of the company's invoices, sorted."""
    async with company.database.owner() as connection:
        rows = await connection.fetch("SELECT external_id FROM invoices WHERE tenant_id = $1 ORDER BY 1", company.tenant.id)
    return [row[0] for row in rows]


async def test_requests_that_wait_share_transactions_and_keep_their_answers(acme: Company) -> None:
    client_id = await acme.customer()
    server = Server(acme)
    batches = [[simple_invoice(client_id, externalId=f"{number}-{place}", amount=number + 1) for place in range(3)] for number in range(24)]

    answers = await asyncio.gather(*[server.send(acme, batch) for batch in batches])

    for batch, answer in zip(batches, answers, strict=True):
        assert answer.status_code == 200, answer.text
        shown = [(row["externalId"], row["amount"]) for row in answer.json()["data"]]
        assert shown == [(item["externalId"], item["amount"]) for item in batch]
    assert await stored(acme) == sorted(item["externalId"] for batch in batches for item in batch)
    assert await transactions(acme) <= 8, "24 requests at once were to need only a few transactions"
    assert (await acme.get("/invoices"))["total"] == 72


async def test_a_request_that_is_refused_is_refused_alone(acme: Company) -> None:
    client_id = await acme.customer()
    server = Server(acme)
    good = [[simple_invoice(client_id)] for _ in range(6)]
    unknown = [simple_invoice(client_id), simple_invoice(str(some_id()))]
    twice = [simple_invoice(client_id, externalId="twice"), simple_invoice(client_id, externalId="twice")]

    answers = await asyncio.gather(*[server.send(acme, batch) for batch in (*good[:3], unknown, twice, *good[3:])])

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 400, 200, 200, 200]
    assert [error["path"] for error in answers[3].json()["errors"]] == ["$.invoices[1].clientId"]
    assert [error["path"] for error in answers[4].json()["errors"]] == ["$.invoices[1].externalId"]
    assert await stored(acme) == sorted(batch[0]["externalId"] for batch in good)


async def test_the_same_document_in_two_requests_is_one(acme: Company) -> None:
    client_id = await acme.customer()
    server = Server(acme)
    item = simple_invoice(client_id, externalId="same")

    answers = await asyncio.gather(*[server.send(acme, [item, simple_invoice(client_id)]) for _ in range(8)])

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["data"][0]["id"] for answer in answers}) == 1
    assert len(await stored(acme)) == 9


async def test_known_documents_among_new_ones_are_updated(acme: Company) -> None:
    client_id = await acme.customer()
    server = Server(acme)
    known = simple_invoice(client_id, amount=100)
    first = (await server.send(acme, [known])).json()["data"][0]

    answers = await asyncio.gather(
        server.send(acme, [known | {"amount": 200}]), *[server.send(acme, [simple_invoice(client_id)]) for _ in range(5)]
    )

    assert {answer.status_code for answer in answers} == {200}
    again = answers[0].json()["data"][0]
    assert (again["id"], again["amount"]) == (first["id"], 200)
    assert len(await stored(acme)) == 6


async def test_a_shared_transaction_that_fails_sends_each_his_own_way(acme: Company, dsn: str) -> None:
    """Another writer holds one of the names while the shared transaction waits for it, and commits: every request still succeeds."""
    client_id = await acme.customer()
    server = Server(acme)
    contested = simple_invoice(client_id, externalId="contested", amount=100)
    earlier = (await server.send(acme, [contested])).json()["data"][0]
    other = await asyncpg.connect(dsn)
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("UPDATE invoices SET external_id = 'held' WHERE tenant_id = $1 AND id = $2", acme.tenant.id, earlier["id"])
        requests = [server.send(acme, [simple_invoice(client_id, externalId=name)]) for name in ("a", "held", "b", "c")]
        waiting = asyncio.gather(*requests)
        await asyncio.sleep(0.5)
        assert not waiting.done(), "the name that is held was to be waited for"
        await transaction.commit()
        answers = await waiting
    finally:
        await other.close()

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200]
    assert answers[1].json()["data"][0]["id"] == earlier["id"]
    assert await stored(acme) == ["a", "b", "c", "held"]


async def test_two_companies_never_share(company: CompanyMaker, database: Database) -> None:
    acme, bergeron = await company(), await company()
    owing = {acme.key: await acme.customer(), bergeron.key: await bergeron.customer()}
    server = Server(acme)

    answers = await asyncio.gather(*[server.send(one, [simple_invoice(owing[one.key])]) for _ in range(10) for one in (acme, bergeron)])

    assert {answer.status_code for answer in answers} == {200}
    async with database.owner() as connection:
        shared = await connection.fetch(
            "SELECT xid FROM journal WHERE tenant_id = ANY ($1) GROUP BY xid HAVING count(DISTINCT tenant_id) > 1",
            [acme.tenant.id, bergeron.tenant.id],
        )
    assert shared == []
    assert len(await stored(acme)) == len(await stored(bergeron)) == 10


async def test_a_request_under_a_key_goes_its_own_way_and_is_kept(acme: Company) -> None:
    client_id = await acme.customer()
    server = Server(acme)
    item = simple_invoice(client_id, externalId=None)

    answers = await asyncio.gather(
        *[server.send(acme, [simple_invoice(client_id)]) for _ in range(5)], server.send(acme, [item], **{"Idempotency-Key": "one"})
    )
    again = await server.send(acme, [item], **{"Idempotency-Key": "one"})

    assert {answer.status_code for answer in answers} == {200}
    assert again.content == answers[-1].content
    assert len(await stored(acme)) == 6
