"""Scheduled transactions are settled when their time comes, on a pinned day too; tenants that have none due are not even looked at."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from duebook.core.paper import PaperDraft
from duebook.core.terms import business_moment
from duebook.jobs import settling
from duebook.store import transactions
from duebook.store.db import Database
from duebook.store.unit import Actor, Unit
from duebook.web.today import now
from duebook.web.work import Work
from tests.actions.issuing import customer, draft, instant, issued, paid, rows
from tests.conftest import TODAY
from tests.make import Company, open_company


@pytest.fixture
async def martin(own_database: Database) -> Company:
    """A company on a database of its own, since a round is held for all."""
    return await open_company(own_database, day=TODAY)


async def invoice(company: Company, *, process: str) -> PaperDraft:
    """An invoice of 120.00 that a transaction pays at that time."""
    made = draft(await customer(company), transactions=(paid(12_000, instant(process)),))
    await issued(company, made)
    return made


async def statuses(company: Company) -> list[str]:
    return [row["status"] for row in await rows(company, "transactions")]


async def test_a_transaction_waits_for_its_day_and_is_then_settled_once(own_database: Database, martin: Company):
    await invoice(martin, process="2026-02-10")
    work = Work(own_database)

    assert await settling.round_of_settling(own_database, work, pinned=TODAY) == 0
    assert await statuses(martin) == ["scheduled"]
    assert await settling.round_of_settling(own_database, work, pinned=TODAY + timedelta(days=10)) == 1
    assert await settling.round_of_settling(own_database, work, pinned=TODAY + timedelta(days=10)) == 0

    assert await statuses(martin) == ["settled"]
    assert [row["amount_paid"] for row in await rows(martin, "invoices")] == [12_000]
    told = [row["action"] for row in await rows(martin, "journal", kind="transaction")]
    assert told.count("settled") == 1


async def test_one_that_cannot_be_settled_holds_up_nobody_elses(own_database: Database, martin: Company, monkeypatch: pytest.MonkeyPatch):
    """A bug in one company's books, met first or last: the other's transactions are settled, and the bug is raised all the same."""
    other = await open_company(own_database, day=TODAY)
    for company in (martin, other):
        await invoice(company, process="2026-02-03")
    sound = settling.settle_transactions

    async def broken(unit: Unit) -> int:
        if unit.tenant.id == min(martin.tenant.id, other.tenant.id):
            raise ZeroDivisionError
        return await sound(unit)

    monkeypatch.setattr(settling, "settle_transactions", broken)
    with pytest.raises(ZeroDivisionError):
        await settling.round_of_settling(own_database, Work(own_database), pinned=TODAY + timedelta(days=5))

    assert sorted([*await statuses(martin), *await statuses(other)]) == ["scheduled", "settled"]


async def test_each_tenant_has_its_own(own_database: Database, martin: Company):
    auckland = await open_company(own_database, day=TODAY, timezone="Pacific/Auckland")
    for company in (martin, auckland):
        await invoice(company, process="2026-02-03")
        await invoice(company, process="2026-03-03")

    assert await settling.round_of_settling(own_database, Work(own_database), pinned=TODAY + timedelta(days=5)) == 2

    for company in (martin, auckland):
        assert sorted(await statuses(company)) == ["scheduled", "settled"]


ZONES = {"Europe/Paris": "FR", "America/New_York": "US", "Pacific/Auckland": "NZ"}
WHEN = ("2026-02-03T00:00:00+00:00", "2026-02-02T23:30:00+00:00", "2026-02-03T00:30:00+00:00", "2026-02-04T00:00:00+00:00")


@pytest.mark.parametrize("pinned", [None, date(2026, 2, 2), date(2026, 2, 3)])
@pytest.mark.parametrize("hour", ["02T20:00", "02T23:30", "03T00:00", "03T03:00", "03T06:00", "03T23:00"])
async def test_whoever_is_visited_has_one_due_and_whoever_has_one_is_visited(hour: str, pinned: date | None, own_database: Database):
    """The list of tenants and the transactions that a visit finds say the same, each tenant by its own clock."""
    at = datetime.fromisoformat(f"2026-02-{hour}:00+00:00")
    companies = [
        await open_company(own_database, day=date(2026, 2, 1), timezone=zone, country=country)
        for zone, country in ZONES.items()
        for _ in WHEN
    ]
    for company, process in zip(companies, WHEN * len(ZONES), strict=True):
        await invoice(company, process=process)
    due: set[UUID] = set()
    for company in companies:
        zone = ZoneInfo(company.tenant.timezone)
        day = pinned or at.astimezone(zone).date()
        async with own_database.tenant(company.tenant.id) as connection, connection.transaction():
            unit = Unit(connection=connection, tenant=company.tenant, actor=Actor(kind="job", id="test"), day=day, at=at)
            if await transactions.due(unit, now=business_moment(at, day=day, zone=zone), limit=1):
                due.add(company.tenant.id)
    async with own_database.owner() as connection:
        assert set(await transactions.tenants_with_due(connection, at=at, pinned=pinned)) == due


async def test_nobody_else_is_visited(own_database: Database, martin: Company):
    bergeron, acme = [await open_company(own_database, day=TODAY) for _ in range(2)]
    await invoice(martin, process="2026-02-03")
    await invoice(acme, process="2026-06-03")
    async with own_database.owner() as connection:
        assert await transactions.tenants_with_due(connection, at=instant("2026-02-02"), pinned=None) == []
        assert await transactions.tenants_with_due(connection, at=instant("2026-02-03"), pinned=None) == [martin.tenant.id]
        found = await transactions.tenants_with_due(connection, at=instant("2026-02-03"), pinned=date(2026, 7, 1))
    assert sorted(found) == sorted([martin.tenant.id, acme.tenant.id])
    assert bergeron.tenant.id not in found


async def test_without_a_pinned_day_the_real_one_counts(own_database: Database, martin: Company):
    await invoice(martin, process="2026-02-03")

    settled = await settling.round_of_settling(own_database, Work(own_database), pinned=None)

    assert settled == (1 if now() >= instant("2026-02-03") else 0)
