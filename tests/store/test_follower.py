"""Sealing and folding beside writers: every journal row is sealed once, totals are exact in every snapshot, and nothing is forgotten.

Writers commit and roll back, quickly and slowly, while the follower visits; the books are then counted by hand.
"""

import asyncio
import hashlib
import random
from collections import Counter
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from duebook.jobs import follower
from duebook.store import journal
from duebook.store.db import Connection, Database
from duebook.store.unit import Tenant
from duebook.web.today import now
from tests.store.written import A_DAY, Stand, add_customer, add_invoices, some_tenant, unit_of, visit_until_quiet

STANDS = (Stand(), Stand(uncovered_on=date(2026, 3, 1)), Stand(promised_on=date(2026, 2, 9)), Stand("paid", None))


class Abandoned(Exception):
    """A unit of work that changes its mind."""


async def write(database: Database, tenant: Tenant, *, seed: int, units: int) -> int:
    """Units of one writer, of which some roll back and some take their time; gives how many were committed."""
    chance = random.Random(seed)
    committed = 0
    for _ in range(units):
        try:
            async with unit_of(database, tenant) as unit:
                customer = await add_customer(unit)
                await add_invoices(unit, customer, chance.choices(STANDS, k=chance.randint(1, 4)))
                await asyncio.sleep(chance.choice([0, 0, 0.002, 0.02]))
                if chance.random() < 0.3:
                    raise Abandoned
                committed += 1
        except Abandoned:
            continue
    return committed


async def follow(database: Database, *, until: asyncio.Event) -> int:
    """Visit as the worker does, only more often."""
    visits = 0
    while not until.is_set():
        visits += await follower.visit_writers(database, at=now())
        await asyncio.sleep(0.001)
    return visits


async def watch(database: Database, tenant: Tenant, *, until: asyncio.Event) -> int:
    """Totals and statuses are exact in every snapshot, whatever of them is folded."""
    looks = 0
    while not until.is_set():
        async with database.tenant(tenant.id) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            await assert_totals(connection, tenant)
        looks += 1
        await asyncio.sleep(0.001)
    return looks


async def assert_totals(connection: Connection, tenant: Tenant) -> None:
    totals = await journal.totals(connection, tenant_id=tenant.id)
    rows = await connection.fetch("SELECT standing, uncovered_on, promised_on FROM invoices WHERE tenant_id = $1", tenant.id)
    customers = await connection.fetchval("SELECT count(*) FROM customers WHERE tenant_id = $1", tenant.id)
    assert (totals.invoices, totals.customers, totals.credit_notes) == (len(rows), customers, 0)
    by_status = await journal.totals_by_status(connection, tenant_id=tenant.id, day=A_DAY)
    assert sum(by_status.values()) == len(rows)
    assert by_status.get("paid", 0) == sum(row["standing"] == "paid" for row in rows)
    assert by_status.get("upcoming_payment", 0) == sum(row["promised_on"] is not None for row in rows)


async def journal_of(connection: Connection, tenant: Tenant) -> list[Any]:
    return await connection.fetch(
        "SELECT xid::text::bigint AS xid, id, body, sha256 FROM journal WHERE tenant_id = $1 ORDER BY journal.xid, id", tenant.id
    )


async def blocks_of(connection: Connection, tenant: Tenant) -> list[Any]:
    return await connection.fetch(
        "SELECT number, first_xid::text::bigint AS first_xid, first_id, last_xid::text::bigint AS last_xid, last_id, rows, sha256"
        " FROM journal_blocks WHERE tenant_id = $1 ORDER BY number",
        tenant.id,
    )


def assert_sealed_once(rows: list[Any], blocks: list[Any]) -> None:
    """Every row is in exactly one block, the blocks follow each other, and their hashes are what anybody can work out again."""
    assert [block["number"] for block in blocks] == list(range(1, len(blocks) + 1))
    ranges = [((block["first_xid"], block["first_id"]), (block["last_xid"], block["last_id"])) for block in blocks]
    assert all(one[1] < other[0] for one, other in pairwise(ranges))
    places = [[number for number, (first, last) in enumerate(ranges) if first <= (row["xid"], row["id"]) <= last] for row in rows]
    assert [place for place in places if len(place) != 1] == []

    previous = bytes(32)
    for number, group in groupby(zip(places, rows, strict=True), key=lambda pair: pair[0][0]):
        sealed = [row for _, row in group]
        assert len(sealed) == blocks[number]["rows"]
        assert all(hashlib.sha256(row["body"]).digest() == row["sha256"] for row in sealed)
        previous = hashlib.sha256(previous + b"".join(row["sha256"] for row in sealed)).digest()
        assert blocks[number]["sha256"] == previous


async def test_writers_and_follower_side_by_side(own_database: Database):
    database = own_database
    acme, bergeron = await some_tenant(database), await some_tenant(database)
    over = asyncio.Event()
    following = asyncio.create_task(follow(database, until=over))
    watching = asyncio.create_task(watch(database, acme, until=over))

    committed = rounds = blocks = 0
    while blocks < 4 and rounds < 50:  # until it has sealed some of it while they wrote, on a slow machine too
        writers = (write(database, tenant, seed=4 * rounds + n, units=10) for n, tenant in enumerate([acme, acme, acme, bergeron]))
        committed += sum(await asyncio.gather(*writers))
        rounds += 1
        async with database.owner() as connection:
            blocks = len(await blocks_of(connection, acme))
    over.set()
    assert await following >= blocks >= 4
    assert await watching > 0
    assert 0 < committed < rounds * 40, "some were committed and some rolled back"

    await visit_until_quiet(database)
    async with database.owner() as connection:
        for tenant in (acme, bergeron):
            assert_sealed_once(await journal_of(connection, tenant), await blocks_of(connection, tenant))
            await assert_totals(connection, tenant)
            left = await connection.fetch("SELECT is_base FROM tallies WHERE tenant_id = $1", tenant.id)
            assert [row["is_base"] for row in left] == [True]


async def test_what_a_running_writer_may_still_precede_is_left_open(own_database: Database):
    """A slow writer took its number first: what others committed after it is sealed with it, in order, once it is over."""
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as slow:
        await add_customer(slow)
        async with unit_of(own_database, tenant) as quick:
            await add_customer(quick)
        await follower.visit_writers(own_database, at=now())
        async with own_database.owner() as connection:
            assert await blocks_of(connection, tenant) == []
            assert await journal.tenants_to_visit(connection) == [tenant.id], "it is not forgotten"
            assert (await journal.totals(connection, tenant_id=tenant.id)).customers == 1

    await visit_until_quiet(own_database)
    async with own_database.owner() as connection:
        rows = await journal_of(connection, tenant)
        assert len(rows) == 2
        assert_sealed_once(rows, await blocks_of(connection, tenant))
        assert (await journal.totals(connection, tenant_id=tenant.id)).customers == 2


async def test_what_is_committed_between_seal_and_fold_waits_for_the_next_visit(own_database: Database, monkeypatch: pytest.MonkeyPatch):
    """The sweep finds a quiet tenant, which writes at that moment. Folded but not sealed it would be forgotten: what brings the follower
    back is the tally that is not folded."""
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        await add_customer(unit)
    await visit_until_quiet(own_database)
    seal = journal.seal

    async def seal_while_others_write(connection: Connection, *, tenant_id: UUID, at: datetime) -> int:
        sealed = await seal(connection, tenant_id=tenant_id, at=at)
        async with unit_of(own_database, tenant) as unit:
            await add_customer(unit)
        return sealed

    monkeypatch.setattr(journal, "seal", seal_while_others_write)
    await follower.visit(own_database, tenant_id=tenant.id, at=now())
    monkeypatch.undo()
    async with own_database.owner() as connection:
        assert await journal.tenants_to_visit(connection) == [tenant.id]
        assert (await journal.totals(connection, tenant_id=tenant.id)).customers == 2

    await visit_until_quiet(own_database)
    async with own_database.owner() as connection:
        rows = await journal_of(connection, tenant)
        assert len(rows) == 2
        assert_sealed_once(rows, await blocks_of(connection, tenant))


async def test_two_followers_at_once_seal_once(own_database: Database):
    """One leads, but the keys of blocks and tallies hold even when two believe they do: the second gets an error and comes again."""
    tenant = await some_tenant(own_database)
    for _ in range(10):
        await write(own_database, tenant, seed=1, units=2)
        results = await asyncio.gather(
            *(follower.visit(own_database, tenant_id=tenant.id, at=now()) for _ in range(2)), return_exceptions=True
        )
        lost = (asyncpg.UniqueViolationError, asyncpg.SerializationError)
        assert [error for error in results if error is not None and not isinstance(error, lost)] == []

    await visit_until_quiet(own_database)
    async with own_database.owner() as connection:
        assert_sealed_once(await journal_of(connection, tenant), await blocks_of(connection, tenant))
        await assert_totals(connection, tenant)


async def test_a_long_tail_becomes_several_blocks(own_database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journal, "BLOCK_ROWS", 7)
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        await add_invoices(unit, await add_customer(unit), [Stand()] * 27)

    await visit_until_quiet(own_database)
    async with own_database.owner() as connection:
        blocks = await blocks_of(connection, tenant)
        assert [block["rows"] for block in blocks] == [7, 7, 7, 7]
        assert_sealed_once(await journal_of(connection, tenant), blocks)


async def test_stands_that_come_and_go_leave_nothing_behind(own_database: Database):
    """A base holds a line for each stand that some invoice has, and none for those that all have left."""
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        customer = await add_customer(unit)
        await add_invoices(unit, customer, [Stand()] * 3)
    async with unit_of(own_database, tenant) as unit:
        moved: Counter[journal.Stand] = Counter({("open", A_DAY, None): -3, ("paid", None, None): 3})
        await unit.connection.execute("UPDATE invoices SET standing = 'paid', uncovered_on = NULL WHERE tenant_id = $1", tenant.id)
        change = journal.Change("invoice", UUID(int=1), "imported", None, None)
        await journal.append(unit, [change], journal.Tally(stands=moved))

    await visit_until_quiet(own_database)
    async with own_database.owner() as connection:
        base = await connection.fetchrow("SELECT standing, difference FROM tallies WHERE tenant_id = $1", tenant.id)
        assert base is not None
        assert (base["standing"], base["difference"]) == (["paid"], [3])
        await assert_totals(connection, tenant)


async def test_a_quiet_tenant_is_not_visited(own_database: Database):
    tenant = await some_tenant(own_database)
    assert await follower.visit_writers(own_database, at=now()) == 0
    await write(own_database, tenant, seed=3, units=4)
    assert await follower.visit_writers(own_database, at=now()) == 1
    await visit_until_quiet(own_database)
    assert await follower.visit_writers(own_database, at=now()) == 0
