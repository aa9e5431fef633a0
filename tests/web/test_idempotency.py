"""Idempotency-Key: the same request under a key is done once, answered byte for byte, and only what was done is kept."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from duebook.store import answers
from duebook.store.db import LostRace
from duebook.store.unit import Actor, Unit
from duebook.web.today import now
from duebook.web.work import Answer, Attempt, Work
from tests.conftest import TODAY
from tests.leanpay.footprint import execute, footprint, unchanged, value
from tests.make import Company, complete_invoice, simple_invoice, some_id

KEYS = "SELECT count(*) FROM kept_answers WHERE tenant_id = $1"


def keyed(key: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": key}}


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


async def test_the_same_request_again_is_the_same_answer_and_nothing_else(acme: Company) -> None:
    client_id = await acme.customer()
    body = simple_invoice(client_id)
    del body["externalId"]
    for path, content in (("/invoices", body), ("/invoices/batch", {"invoices": [body]}), ("/clients", {"name": "Durand"})):
        first = await acme.call("POST", path, json=content, **keyed(f"k{path}"))
        assert first.status_code == 200
        async with unchanged(acme):
            again = await acme.call("POST", path, json=content, **keyed(f"k{path}"))
            later = await acme.on("2027-01-01").call("POST", path, json=content, **keyed(f"k{path}"))
        for replayed in (again, later):
            assert (replayed.status_code, replayed.content) == (200, first.content)
            assert replayed.headers["content-type"] == first.headers["content-type"]
            assert replayed.headers["request-id"] != first.headers["request-id"]


async def test_a_put_takes_a_key(acme: Company) -> None:
    client_id = await acme.customer()
    first = await acme.call("PUT", f"/clients/{client_id}", json={"name": "Durand"}, **keyed("k"))
    await acme.call("PUT", f"/clients/{client_id}", json={"name": "Martin"})
    async with unchanged(acme):
        again = await acme.call("PUT", f"/clients/{client_id}", json={"name": "Durand"}, **keyed("k"))
    assert again.content == first.content
    assert (await acme.get(f"/clients/{client_id}"))["name"] == "Martin", "a late copy under a key changes nothing"


async def test_a_207_is_kept_too(acme: Company) -> None:
    body = {"invoices": [simple_invoice(await acme.customer(), externalId=None), simple_invoice(str(some_id()))]}
    first = await acme.call("POST", "/invoices/batch?allowPartial=true", json=body, **keyed("k"))
    assert first.status_code == 207
    async with unchanged(acme):
        again = await acme.call("POST", "/invoices/batch?allowPartial=true", json=body, **keyed("k"))
    assert (again.status_code, again.content) == (207, first.content)


async def test_a_key_used_for_another_request_is_refused(acme: Company) -> None:
    body = simple_invoice(await acme.customer())
    await acme.post("/invoices", body, **keyed("k"))
    others = [
        ("/invoices", body | {"amount": 1}),
        ("/invoices/batch", {"invoices": [body]}),
        ("/invoices?x=1", body),
        ("/credit-notes", body),
    ]
    async with unchanged(acme):
        for path, other in others:
            assert code_of(await acme.call("POST", path, json=other, **keyed("k"))) == (409, "key_reused"), path
        spaced = b" " + (await acme.call("POST", "/invoices", json=body, **keyed("k"))).request.content
        answer = await acme.call("POST", "/invoices", content=spaced, headers={"Idempotency-Key": "k", "Content-Type": "application/json"})
        assert code_of(answer) == (409, "key_reused"), "the bytes of the body count"


async def test_what_failed_is_not_kept_and_the_key_may_try_again(acme: Company) -> None:
    client_id = await acme.customer()
    stranger = str(some_id())
    async with unchanged(acme):
        for body, status in (({"amount": 1}, 400), (simple_invoice(stranger), 404)):
            assert (await acme.call("POST", "/invoices", json=body, **keyed("k"))).status_code == status
        dear = complete_invoice(client_id, payments=[{"date": "2026-01-10", "amount": 1}, {"date": "x", "amount": 1}])
        assert (await acme.call("POST", "/invoices/complete", json=dear, **keyed("k"))).status_code == 400
    assert (await acme.call("POST", "/invoices", json=simple_invoice(client_id), **keyed("k"))).status_code == 200
    assert await value(acme, KEYS) == 1


async def test_a_dry_run_is_not_kept(acme: Company) -> None:
    body = simple_invoice(await acme.customer())
    async with unchanged(acme):
        dry = await acme.call("POST", "/invoices?dryRun=true", json=body, **keyed("k"))
        assert (dry.status_code, dry.json()["id"]) == (200, None)
    assert (await acme.post("/invoices", body, **keyed("k")))["id"] is not None


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "\t", "a\x7f"])
async def test_a_key_has_1_to_255_printable_characters(acme: Company, key: str) -> None:
    body = simple_invoice(await acme.customer())
    async with unchanged(acme):
        assert code_of(await acme.call("POST", "/invoices", json=body, **keyed(key))) == (400, "format")


async def test_the_longest_key_is_taken(acme: Company) -> None:
    body = simple_invoice(await acme.customer(), externalId=None)
    first = await acme.post("/invoices", body, **keyed("x" * 255))
    assert await acme.post("/invoices", body, **keyed("x" * 255)) == first
    assert (await acme.post("/invoices", body, **keyed("x" * 254)))["id"] != first["id"]


async def test_a_get_takes_no_key(acme: Company) -> None:
    before = await footprint(acme)
    assert (await acme.call("GET", "/invoices", **keyed("k"))).status_code == 200
    assert await footprint(acme) == before


async def test_a_key_belongs_to_its_company(acme: Company, bergeron: Company) -> None:
    body = {"name": "Durand"}
    ours, theirs = await acme.post("/clients", body, **keyed("k")), await bergeron.post("/clients", body, **keyed("k"))
    assert ours["id"] != theirs["id"]
    assert (ours["tenantId"], theirs["tenantId"]) == (str(acme.tenant.id), str(bergeron.tenant.id))
    assert (await bergeron.call("POST", "/clients", json={"name": "x"}, **keyed("k"))).status_code == 409


async def test_an_answer_is_kept_for_24_hours(acme: Company) -> None:
    body = {"name": "Durand"}
    first = await acme.post("/clients", body, **keyed("k"))
    await execute(acme, "UPDATE kept_answers SET created_at = created_at - interval '23 hours 59 minutes' WHERE tenant_id = $1")
    assert await acme.post("/clients", body, **keyed("k")) == first
    await execute(acme, "UPDATE kept_answers SET created_at = created_at - interval '2 minutes' WHERE tenant_id = $1")
    second = await acme.post("/clients", body, **keyed("k"))
    assert second["id"] != first["id"]
    assert await acme.post("/clients", body, **keyed("k")) == second
    await execute(acme, "UPDATE kept_answers SET created_at = created_at - interval '25 hours' WHERE tenant_id = $1")
    assert (await acme.call("POST", "/clients", json={"name": "Other"}, **keyed("k"))).status_code == 200


async def test_old_answers_are_forgotten_by_the_sweep_and_young_ones_are_not(acme: Company) -> None:
    for key in ("old", "young"):
        await acme.post("/clients", {"name": "Durand"}, **keyed(key))
    await execute(acme, "UPDATE kept_answers SET created_at = created_at - interval '25 hours' WHERE tenant_id = $1 AND key = 'old'")
    async with acme.database.owner() as connection:
        await answers.purge(connection, tenant_id=acme.tenant.id, at=now())
    assert await value(acme, "SELECT key FROM kept_answers WHERE tenant_id = $1") == "young"


async def test_while_the_first_one_runs_the_second_is_told_to_wait(acme: Company) -> None:
    client_id = await acme.customer()
    body = simple_invoice(client_id)
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slowly(unit: Unit) -> Answer:
        assert await answers.try_lock(unit, key="k")
        begun.set()
        await finish.wait()
        return Answer(200, b"{}")

    attempt = Attempt(acme.tenant, Actor(kind="key", id="x"), TODAY, now(), True, None)
    first = asyncio.create_task(Work(acme.database).run(attempt, slowly))
    await begun.wait()
    try:
        async with unchanged(acme):
            answer = await acme.call("POST", "/invoices", json=body, **keyed("k"))
            assert code_of(answer) == (409, "running")
            assert answer.headers["retry-after"] == "1"
        assert (await acme.call("POST", "/invoices", json=body, **keyed("other"))).status_code == 200
    finally:
        finish.set()
        await first
    assert (await acme.call("POST", "/invoices", json=body, **keyed("k"))).status_code == 200


async def test_a_repeat_carries_the_instant_at_which_it_begins(acme: Company) -> None:
    """An id that is much older than its transaction would stand behind a page mark, and its `updatedAt` behind a sync."""
    seen: list[datetime] = []

    async def beaten_once(unit: Unit) -> Answer:
        seen.append(unit.at)
        await asyncio.sleep(0.005)
        if len(seen) == 1:
            raise LostRace
        return Answer(200, b"{}")

    attempt = Attempt(acme.tenant, Actor(kind="key", id="x"), TODAY, now(), True, None)
    await Work(acme.database).run(attempt, beaten_once)
    assert attempt.at == seen[0] < seen[1]


async def test_a_change_and_its_kept_answer_are_of_one_transaction(acme: Company) -> None:
    await acme.post("/clients", {"name": "Durand"}, **keyed("k"))
    sql = (
        "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM kept_answers WHERE tenant_id = $1"
        " UNION ALL SELECT xmin FROM journal WHERE tenant_id = $1 UNION ALL SELECT xmin FROM customers WHERE tenant_id = $1) AS rows"
    )
    assert await value(acme, sql) == 1
