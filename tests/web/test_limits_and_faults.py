"""What stops a good request: rates, too many at once, time, a fault of ours, a client that leaves. Each leaves the books as they were."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from duebook import app
from duebook.store.db import Database
from duebook.web.limits import Rate
from tests.conftest import TODAY
from tests.leanpay.footprint import unchanged
from tests.make import PREFIX, Company, open_company, simple_invoice


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def served(company: Company, **settings: Any) -> Company:
    """The same company at a server with other settings."""
    return replace(company, settings=replace(company.settings, **settings))


@pytest.fixture
async def alone(own_database: Database) -> Company:
    """A company in a database of its own, which the test damages."""
    return await open_company(own_database, day=TODAY)


@pytest.mark.parametrize(("setting", "slowed", "free"), [("writes", "POST", "GET"), ("reads", "GET", "POST")])
async def test_a_rate_that_the_operator_switched_on_is_429_with_the_time_to_wait(
    acme: Company, bergeron: Company, setting: str, slowed: str, free: str
) -> None:
    body: dict[str, dict[str, Any]] = {"POST": {"json": {"name": "Dupont", "externalId": "d"}}, "GET": {}}
    async with served(acme, **{setting: Rate(1)}).client() as client:
        assert (await client.request(slowed, f"{PREFIX}/clients", **body[slowed])).status_code == 200
        async with unchanged(acme):
            answer = await client.request(slowed, f"{PREFIX}/clients", **body[slowed])
        assert code_of(answer) == (429, "rate_limit")
        assert int(answer.headers["retry-after"]) >= 1
        assert (await client.request(free, f"{PREFIX}/clients", **body[free])).status_code == 200
        other = {"Authorization": bergeron.key}
        assert (await client.request(slowed, f"{PREFIX}/clients", headers=other, **body[slowed])).status_code == 200
        stranger = await client.request(slowed, f"{PREFIX}/clients", headers={"Authorization": "nobody"}, **body[slowed])
        assert stranger.status_code == 401, "the key is asked before the rate"
        await asyncio.sleep(1.05)
        assert (await client.request(slowed, f"{PREFIX}/clients", **body[slowed])).status_code == 200


async def test_more_requests_at_once_than_are_admitted_are_503(acme: Company) -> None:
    async with served(acme, in_flight=2).client() as client:
        answers = await asyncio.gather(*(client.get(f"{PREFIX}/clients") for _ in range(8)))
        refused = [answer for answer in answers if answer.status_code != 200]
        assert 1 <= len(refused) <= 6
        assert {code_of(answer) for answer in refused} == {(503, "unavailable")}
        assert all(answer.headers["retry-after"] == "1" for answer in refused)
        assert (await client.get(f"{PREFIX}/clients")).status_code == 200, "whoever left makes room"


async def test_a_request_that_takes_too_long_is_rolled_back_and_503(acme: Company) -> None:
    body = simple_invoice(await acme.customer())
    await acme.post("/invoices", body)
    async with acme.database.owner() as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM invoices WHERE tenant_id = $1 FOR UPDATE", acme.tenant.id)
        items = {"invoices": [simple_invoice(body["clientId"]), body | {"reference": "other"}]}
        answer = await served(acme, request_seconds=1.0).call("POST", "/invoices/batch", json=items)
    assert code_of(answer) == (503, "unavailable")
    assert "retry-after" in answer.headers
    assert (await acme.get("/invoices"))["total"] == 1
    assert (await acme.post("/invoices/batch", items))["data"][1]["reference"] == "other", "the connection serves again"


async def test_a_fault_of_ours_tells_its_request_id_and_leaves_nothing_half_written(alone: Company) -> None:
    client_id = await alone.customer()
    async with alone.database.owner() as connection:
        await connection.execute("ALTER TABLE journal RENAME TO mislaid")
        answer = await alone.call("POST", "/invoices", json=simple_invoice(client_id))
        await connection.execute("ALTER TABLE mislaid RENAME TO journal")
    assert code_of(answer) == (500, "internal")
    id = answer.headers["request-id"]
    assert id in answer.json()["message"]
    assert "journal" not in answer.text
    assert (await alone.get("/invoices"))["total"] == 0
    assert (await alone.post("/invoices", simple_invoice(client_id)))["id"]


async def test_a_client_that_drips_its_body_is_503_when_its_time_is_over(acme: Company) -> None:
    """Otherwise as many slow clients as requests are admitted would keep everybody else out."""
    application = app.build(settings=replace(acme.settings, request_seconds=1.0), database=acme.database)
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(0.3)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    async with unchanged(acme), asyncio.timeout(5):
        await application(posting(acme), receive, send)
    head, body = sent
    assert head["status"] == 503
    assert dict(head["headers"])[b"connection"] == b"close"
    assert b"within 1 s" in body["body"]


def posting(company: Company) -> dict[str, Any]:
    """A POST /clients as a server hands it over, its body still to come."""
    headers = [(b"authorization", company.key.encode()), (b"content-type", b"application/json")]
    path = f"{PREFIX}/clients"
    return {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}


async def test_a_client_that_leaves_before_its_body_is_whole_begins_nothing(acme: Company) -> None:
    application = app.build(settings=acme.settings, database=acme.database)
    sent: list[Any] = []
    messages = iter([{"type": "http.request", "body": b'{"name": "Du', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    async with unchanged(acme):
        await application(posting(acme), receive, send)
    assert sent == []


async def test_a_client_that_leaves_before_its_answer_may_send_the_same_again(acme: Company) -> None:
    """Cut off at every moment, with and without a key: afterwards the books hold the batch once."""
    client_id = await acme.customer()
    for number, headers in enumerate([{}, {"Idempotency-Key": "k"}]):
        body = {"invoices": [simple_invoice(client_id, externalId=f"{number}-{place}") for place in range(20)]}
        for moments in range(0, 60, 3):
            cut = asyncio.create_task(acme.call("POST", "/invoices/batch", json=body, headers=headers))
            for _ in range(moments):
                await asyncio.sleep(0)
            cut.cancel()
            await asyncio.gather(cut, return_exceptions=True)
            total = (await acme.get("/invoices"))["total"]
            assert total in (20 * number, 20 * number + 20), "all of it or nothing"
        answer = await acme.post("/invoices/batch", body, headers=headers)
        assert len(answer["data"]) == 20
        assert (await acme.get("/invoices"))["total"] == 20 * number + 20
