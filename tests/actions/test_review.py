"""The daily review makes the events of what time changed: one for each fact, however late, often or crowded it is held."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from duebook.jobs import calendar
from duebook.store.db import Database
from duebook.web.work import Work
from tests.leanpay.footprint import column, execute, journal, unchanged
from tests.make import Company, complete_invoice, open_company, simple_invoice

Told = list[tuple[str, str]]


@pytest.fixture
async def alone(own_database: Database) -> Company:
    """A company in a database of its own, because a round visits all tenants; on 2026-01-05."""
    return await open_company(own_database, day=date(2026, 1, 5))


async def round_on(company: Company, day: str | None) -> int:
    """One round of the calendar on that day, as the worker and `duebook review --as-of` hold it."""
    pinned = None if day is None else date.fromisoformat(day)
    return await calendar.round_of_reviews(company.database, Work(company.database), pinned=pinned)


async def told(company: Company, invoice: dict[str, Any]) -> Told:
    """(before, after) of the status events of an invoice."""
    rows = await journal(company, object_id=invoice["id"])
    return [(row["before"]["status"], row["after"]["status"]) for row in rows if row["action"] == "status_changed"]


async def imported(company: Company, **fields: Any) -> dict[str, Any]:
    return await company.post("/invoices", simple_invoice(await company.customer(), dueDate="2026-01-10", **fields))


async def test_the_day_after_the_due_date_is_told_once(alone: Company) -> None:
    invoice = await imported(alone)
    assert await round_on(alone, "2026-01-10") == 0
    assert await told(alone, invoice) == []
    assert await round_on(alone, "2026-01-11") == 1
    for day in ("2026-01-11", "2026-01-11", "2026-01-12", "2026-06-01"):
        async with unchanged(alone):
            assert await round_on(alone, day) == 0
    assert await told(alone, invoice) == [("due", "overdue")]


async def test_a_round_that_comes_late_tells_it_once(alone: Company) -> None:
    invoice = await imported(alone)
    assert await round_on(alone, "2026-05-01") == 1
    assert await told(alone, invoice) == [("due", "overdue")]
    assert await round_on(alone, "2026-05-02") == 0


async def test_four_workers_at_once_tell_each_fact_once(alone: Company) -> None:
    client_id = await alone.customer()
    invoices: list[dict[str, Any]] = []
    for _ in range(7):
        batch = {"invoices": [simple_invoice(client_id, dueDate="2026-01-10") for _ in range(100)]}
        invoices += (await alone.post("/invoices/batch", batch))["data"]
    reviewed = await asyncio.gather(*(round_on(alone, "2026-01-11") for _ in range(4)))
    assert sum(reviewed) == 700
    events = await column(alone, "SELECT object_id::text FROM journal WHERE tenant_id = $1 AND action = 'status_changed'")
    assert sorted(events) == sorted(invoice["id"] for invoice in invoices)
    assert await round_on(alone, "2026-01-11") == 0


async def test_a_promise_is_followed_by_what_lies_behind_it(alone: Company) -> None:
    late, early = await imported(alone), await alone.post("/invoices", simple_invoice(await alone.customer(), dueDate="2026-01-20"))
    await execute(alone, "UPDATE invoices SET promised_on = '2026-01-15', review_on = '2026-01-16' WHERE tenant_id = $1")
    for day in ("2026-01-11", "2026-01-15", "2026-01-16", "2026-01-20", "2026-01-21", "2026-01-22"):
        await round_on(alone, day)
    assert await told(alone, late) == [("upcoming_payment", "overdue")]
    assert await told(alone, early) == [("upcoming_payment", "due"), ("due", "overdue")]


async def test_what_is_settled_is_never_reviewed(alone: Company) -> None:
    client_id = await alone.customer()
    body = complete_invoice(client_id, due="2026-01-10", payments=[{"date": "2026-01-05", "amount": 12_000}])
    invoice = await alone.post("/invoices/complete", body)
    assert await round_on(alone, "2026-01-11") == 0
    assert await told(alone, invoice) == []


async def test_an_invoice_that_is_imported_late_has_no_change_to_tell(alone: Company) -> None:
    invoice = await imported(alone.on("2026-02-01"))
    assert invoice["status"] == "overdue"
    assert await round_on(alone, "2026-02-02") == 0
    assert await told(alone, invoice) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [("due", "overdue")]),
        ({"reference": "other"}, [("due", "overdue")]),
        ({"amount": 13_000}, [("due", "overdue")]),
        ({"dueDate": "2026-01-09"}, [("due", "overdue")]),
        ({"dueDate": "2026-03-01"}, []),
        ({"amount": 0}, [("due", "paid")]),
    ],
)
async def test_a_re_import_before_the_late_review_loses_no_event(alone: Company, change: dict[str, Any], expected: Told) -> None:
    """Due on the 10th, nobody reviewed, imported again on the 15th: together they tell the fact once."""
    body = simple_invoice(await alone.customer(), dueDate="2026-01-10")
    invoice = await alone.post("/invoices", body)
    answer = await alone.on("2026-01-15").post("/invoices", body | change)
    await round_on(alone, "2026-01-15")
    await round_on(alone, "2026-01-16")
    assert await told(alone, invoice) == expected
    assert answer["status"] == (expected[-1][1] if expected else "due")


async def test_a_payment_before_the_late_review_tells_the_way_from_the_last_told_status(alone: Company) -> None:
    body = complete_invoice(await alone.customer(), due="2026-01-10")
    invoice = await alone.post("/invoices/complete", body)
    await alone.on("2026-01-15").post("/invoices/complete", body | {"payments": [{"date": "2026-01-14", "amount": 12_000}]})
    assert await round_on(alone, "2026-01-16") == 0
    assert await told(alone, invoice) == [("due", "paid")]


async def test_an_import_between_reviews_moves_the_next_one(alone: Company) -> None:
    body = simple_invoice(await alone.customer(), dueDate="2026-01-10")
    invoice = await alone.post("/invoices", body)
    await alone.post("/invoices", body | {"dueDate": "2026-01-20"})
    assert await round_on(alone, "2026-01-11") == 0
    assert await round_on(alone, "2026-01-21") == 1
    assert await told(alone, invoice) == [("due", "overdue")]


async def test_reviews_leave_documents_and_their_moments_alone(alone: Company) -> None:
    invoice = await imported(alone)
    await round_on(alone, "2026-01-11")
    seen = await alone.on("2026-01-11").get(f"/invoices/{invoice['id']}")
    assert seen == invoice | {"status": "overdue"}
    assert (await alone.on("2026-01-11").get("/invoices", status="overdue"))["total"] == 1


async def test_the_event_says_who_told_it_when(alone: Company) -> None:
    invoice = await imported(alone)
    await round_on(alone, "2026-01-11")
    (event,) = [row for row in await journal(alone, object_id=invoice["id"]) if row["action"] == "status_changed"]
    assert event["actor"] == {"kind": "job", "id": "review"}
    assert (event["before"], event["after"]) == ({"status": "due"}, {"status": "overdue"})
    assert datetime.now(UTC) - datetime.fromisoformat(event["at"].replace("Z", "+00:00")) < timedelta(minutes=1)


async def test_each_tenant_is_reviewed_on_its_own_today(own_database: Database) -> None:
    """The day before Kiritimati's today is past there and never yet past in Pago Pago, 25 hours behind."""
    yesterday = datetime.now(UTC).astimezone(ZoneInfo("Pacific/Kiritimati")).date() - timedelta(days=1)
    found: dict[str, Told] = {}
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        company = await open_company(own_database, day=yesterday - timedelta(days=10), timezone=zone)
        invoice = await company.post("/invoices", simple_invoice(await company.customer(), dueDate=yesterday.isoformat()))
        await round_on(replace(company, settings=replace(company.settings, today=None)), None)
        found[zone] = await told(company, invoice)
    assert found == {"Pacific/Kiritimati": [("due", "overdue")], "Pacific/Pago_Pago": []}
