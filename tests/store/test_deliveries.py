"""Who may deliver where, and what is handed out of it: statements of deliveries on rows of several workers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from duebook.store import deliveries
from duebook.store.db import Database
from duebook.store.deliveries import Outcome
from duebook.store.presence import Presence
from duebook.web.today import now
from tests.jobs.posting import endpoint, messages, stored_endpoint, write
from tests.make import Company

URL = "https://hooks.example.com/"
MINE, OTHERS = 11, 12


async def held(database: Database, company: Company, *, worker: int = MINE, known: list[UUID] | None = None, **how: Any) -> list[UUID]:
    """What a worker gets that asks for endpoints, in order."""
    at = now()
    options: dict[str, Any] = {"limit": 100, "failing": True} | how
    async with database.tenant(company.tenant.id) as connection:
        found = await deliveries.hold(
            connection, tenant_id=company.tenant.id, worker=worker, known=known or [], at=at, until=at + timedelta(minutes=1), **options
        )
    return [target.id for target in found]


async def test_an_endpoint_with_something_due_is_held_by_one_worker(database: Database, dsn: str, acme: Company):
    """As long as that worker is there and its time is not over."""
    there = Presence(dsn)
    await there.join(lambda _: None, lost=lambda: None)
    try:
        busy = await endpoint(database, acme.tenant.id, URL)
        idle = await endpoint(database, acme.tenant.id, URL)
        await write(database, acme.tenant.id, busy)
        await write(database, acme.tenant.id, idle, due=timedelta(minutes=5))

        assert await held(database, acme, worker=there.number) == [busy]
        assert await held(database, acme, worker=there.number, known=[busy]) == []
        assert await held(database, acme, worker=OTHERS) == []
    finally:
        await there.leave()

    assert await held(database, acme, worker=OTHERS) == [busy], "its worker is gone"


async def test_a_hold_runs_out_though_its_worker_is_there(database: Database, dsn: str, acme: Company):
    there = Presence(dsn)
    await there.join(lambda _: None, lost=lambda: None)
    try:
        id = await endpoint(database, acme.tenant.id, URL, held_by=there.number, held_until=now() - timedelta(seconds=1))
        await write(database, acme.tenant.id, id)

        assert await held(database, acme, worker=OTHERS) == [id]
    finally:
        await there.leave()


async def test_the_well_are_held_before_the_failing(database: Database, acme: Company):
    failing = await endpoint(database, acme.tenant.id, URL, failing_since=now())
    await write(database, acme.tenant.id, failing)
    well = await endpoint(database, acme.tenant.id, URL)
    await write(database, acme.tenant.id, well)

    assert await held(database, acme, limit=1) == [well]
    assert await held(database, acme, known=[well], failing=False) == []
    assert await held(database, acme, known=[well]) == [failing]


async def test_another_companys_endpoints_are_not_held(database: Database, acme: Company, bergeron: Company):
    await write(database, acme.tenant.id, await endpoint(database, acme.tenant.id, URL))

    assert await held(database, bergeron) == []


@pytest.mark.parametrize(("number", "size", "expected"), [(3, 10_000, 3), (100, 10_000, 10), (100, 0, 1), (100, 150, 3), (0, 10_000, 0)])
async def test_so_much_is_handed_out_oldest_first(database: Database, acme: Company, number: int, size: int, expected: int):
    """At most `number`; and as long as what comes before has no more bytes than `size`, so that one always comes."""
    id = await endpoint(database, acme.tenant.id, URL)
    ids = await write(database, acme.tenant.id, id, number=10)
    assert await held(database, acme) == [id]
    async with database.tenant(acme.tenant.id) as connection:
        found = await deliveries.due(connection, tenant_id=acme.tenant.id, worker=MINE, wanted=[(id, number, size)], in_hand=[], at=now())

    assert [letter.id for letter in found[id].due] == ids[:expected]


async def test_what_is_in_hand_is_not_handed_out_and_what_comes_later_is_told(database: Database, acme: Company):
    id = await endpoint(database, acme.tenant.id, URL)
    first, second = await write(database, acme.tenant.id, id, number=2)
    await write(database, acme.tenant.id, id, due=timedelta(minutes=5))
    await held(database, acme)
    at = now()
    async with database.tenant(acme.tenant.id) as connection:
        found = await deliveries.due(connection, tenant_id=acme.tenant.id, worker=MINE, wanted=[(id, 10, 10_000)], in_hand=[first], at=at)
        strangers = await deliveries.due(connection, tenant_id=acme.tenant.id, worker=OTHERS, wanted=[(id, 10, 10_000)], in_hand=[], at=at)

    assert [letter.id for letter in found[id].due] == [second]
    assert found[id].later_at is not None
    assert timedelta(minutes=4) < found[id].later_at - at <= timedelta(minutes=5)
    assert strangers == {}, "nothing for who does not hold it"


async def test_outcomes_count_only_for_who_holds_the_endpoint(database: Database, acme: Company):
    id = await endpoint(database, acme.tenant.id, URL)
    (message,) = await write(database, acme.tenant.id, id)
    await held(database, acme)
    at = now()
    outcome = Outcome(message, "sent", None, 204, None, at)
    async with database.tenant(acme.tenant.id) as connection:
        assert await deliveries.settle(connection, tenant_id=acme.tenant.id, worker=OTHERS, outcomes=[outcome], at=at) == 0
        for worker, url in ((OTHERS, URL), (MINE, "https://moved.example/")):
            assert not await deliveries.disable(
                connection, tenant_id=acme.tenant.id, worker=worker, endpoint_id=id, url=url, at=at, reason="it was not asked"
            )
        assert await deliveries.settle(connection, tenant_id=acme.tenant.id, worker=MINE, outcomes=[outcome], at=at) == 1
        assert await deliveries.settle(connection, tenant_id=acme.tenant.id, worker=MINE, outcomes=[outcome], at=at) == 0, "once"

    (row,) = await messages(database, acme.tenant.id)
    assert (row["status"], row["attempts"], row["sent_at"], row["next_at"]) == ("sent", 1, at, None)
    assert (await stored_endpoint(database, id))["disabled_at"] is None
