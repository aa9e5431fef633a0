"""The status is read off the facts and the day: the same in a GET, in a list and in its totals, though no worker ever runs here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.leanpay.footprint import execute
from tests.make import Company, complete_invoice, simple_credit_note, simple_invoice

STATUSES = "due overdue paid disputed offset payment_in_progress upcoming_payment recovery".split()
START = date(2026, 1, 8)


def part(amount: int, due: str) -> dict[str, Any]:
    return {"dueDate": due, "currency": "EUR", "amount": amount}


@pytest.fixture
async def crowd(acme: Company) -> Company:
    """Acme with an invoice for every way of standing, and instalments, promises and part payments that time moves through."""
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=12_000))
    parts = [part(4_000, day) for day in ("2026-01-10", "2026-01-15", "2026-01-20")]
    third = {"payments": [{"date": "2026-01-09", "amount": 4_000}]}
    bodies = {
        "plain": complete_invoice(client_id, due="2026-01-12"),
        "part-paid": complete_invoice(client_id, dueDates=parts) | third,
        "almost": complete_invoice(client_id, dueDates=parts, payments=[{"date": "2026-01-09", "amount": 3_999}]),
        "paid": complete_invoice(client_id, payments=[{"date": "2026-01-09", "amount": 12_000}]),
        "nothing": complete_invoice(client_id, amount=0),
        "offset": complete_invoice(client_id, creditNoteLinks=[{"date": "2026-01-09", "amount": 12_000, "creditNote": {"id": note["id"]}}]),
        "promised": complete_invoice(client_id, due="2026-01-10"),
        "promised-early": complete_invoice(client_id, due="2026-01-18"),
        "recovery": complete_invoice(client_id, due="2026-01-10"),
        "disputed": complete_invoice(client_id, due="2026-01-10"),
        "payment_in_progress": complete_invoice(client_id, due="2026-01-10"),
    }
    for name, body in bodies.items():
        await acme.on(START).post("/invoices/complete", body | {"externalId": name})
    for mark in ("recovery", "disputed", "payment_in_progress"):
        sql = f"UPDATE invoices SET standing = '{mark}', {mark}_on = '2026-01-09' WHERE tenant_id = $1 AND external_id = '{mark}'"
        await execute(acme, sql)
    await execute(acme, "UPDATE invoices SET promised_on = '2026-01-16' WHERE tenant_id = $1 AND external_id LIKE 'promised%'")
    # What the marks above changed behind the door's back is said to the totals as a writer would have said it.
    await execute(
        acme,
        "INSERT INTO tallies (tenant_id, id, is_base, customers, credit_notes, invoices, standing, uncovered_on, promised_on, difference)"
        " SELECT $1, gen_random_uuid(), false, 0, 0, 0, array_agg(s), array_agg(u), array_agg(p), array_agg(d) FROM ("
        " SELECT standing AS s, uncovered_on AS u, promised_on AS p, 1::bigint AS d FROM invoices WHERE tenant_id = $1"
        " AND (promised_on IS NOT NULL OR standing IN ('recovery', 'disputed', 'payment_in_progress')) UNION ALL"
        " SELECT 'open', uncovered_on, NULL, -1 FROM invoices WHERE tenant_id = $1"
        " AND (promised_on IS NOT NULL OR standing IN ('recovery', 'disputed', 'payment_in_progress'))) AS moved",
    )
    return acme


EXPECTED = {
    "plain": [("2026-01-08", "due"), ("2026-01-13", "overdue")],
    "part-paid": [("2026-01-08", "due"), ("2026-01-16", "overdue")],
    "almost": [("2026-01-08", "due"), ("2026-01-11", "overdue")],
    "paid": [("2026-01-08", "paid")],
    "nothing": [("2026-01-08", "paid")],
    "offset": [("2026-01-08", "offset")],
    "promised": [("2026-01-08", "upcoming_payment"), ("2026-01-17", "overdue")],
    "promised-early": [("2026-01-08", "upcoming_payment"), ("2026-01-17", "due"), ("2026-01-19", "overdue")],
    "recovery": [("2026-01-08", "recovery")],
    "disputed": [("2026-01-08", "disputed")],
    "payment_in_progress": [("2026-01-08", "payment_in_progress")],
}


def expected(name: str, day: date) -> str:
    return [status for since, status in EXPECTED[name] if since <= day.isoformat()][-1]


async def test_every_day_has_the_status_of_its_facts_in_gets_lists_and_totals(crowd: Company) -> None:
    for day in [START + timedelta(days=number) for number in range(14)]:
        today = crowd.on(day)
        page = await today.get("/invoices")
        told = {invoice["externalId"]: invoice["status"] for invoice in page["data"]}
        assert told == {name: expected(name, day) for name in EXPECTED}, day
        for invoice in page["data"]:
            assert await today.get(f"/invoices/{invoice['id']}") == invoice
        for status in STATUSES:
            some = await today.get("/invoices", status=status)
            names = [invoice["externalId"] for invoice in some["data"]]
            assert names == [name for name, its in told.items() if its == status], (day, status)
            assert (some["count"], some["total"]) == (len(names), len(names))


async def test_several_statuses_are_their_union(crowd: Company) -> None:
    for day in (START, date(2026, 1, 17), date(2026, 1, 25)):
        today = crowd.on(day)
        for wanted in (["due", "overdue"], ["paid", "offset"], ["overdue", "paid", "upcoming_payment"], ["overdue", "overdue"], STATUSES):
            some = await today.get("/invoices", status=",".join(wanted))
            assert [one["externalId"] for one in some["data"]] == [name for name in EXPECTED if expected(name, day) in wanted]
            assert some["total"] == len(some["data"])


async def test_the_day_of_a_promise_is_shown_while_it_is_open(crowd: Company) -> None:
    for day, shown in (("2026-01-16", "2026-01-16T00:00:00.000Z"), ("2026-01-17", None)):
        for name in ("promised", "promised-early"):
            (invoice,) = (await crowd.on(day).get("/invoices", externalId=name))["data"]
            assert invoice["upcomingPaymentDate"] == shown
    (disputed,) = (await crowd.get("/invoices", externalId="disputed"))["data"]
    assert disputed["upcomingPaymentDate"] is None


async def test_due_today_is_due_and_late_from_the_day_after(acme: Company) -> None:
    body = simple_invoice(await acme.customer(), dueDate="2026-02-01")
    invoice = await acme.on("2026-02-01").post("/invoices", body)
    assert invoice["status"] == "due"
    assert (await acme.on("2026-02-02").get(f"/invoices/{invoice['id']}"))["status"] == "overdue"
    late = await acme.on("2026-02-02").post("/invoices", simple_invoice(invoice["clientId"], dueDate="2026-02-01"))
    assert late["status"] == "overdue"


async def test_an_import_and_a_filter_ask_the_same_day(crowd: Company) -> None:
    """What an import answers on a day is what a GET answers on that day, also where the day has passed a due date."""
    client_id = await crowd.customer()
    body = complete_invoice(client_id, dueDates=[part(1, "2026-01-10"), part(1, "2026-01-20")], amount=2, externalId="new")
    for day in ("2026-01-10", "2026-01-11", "2026-01-21"):
        answer = await crowd.on(day).post("/invoices/complete", body)
        assert (await crowd.on(day).get("/invoices", externalId="new"))["data"] == [answer]


async def test_the_tenants_time_zone_decides_the_day(company: Any) -> None:
    """Kiritimati and Pago Pago are 25 hours apart: the day before Kiritimati's today is past there and never yet in Pago Pago."""
    yesterday = datetime.now(UTC).astimezone(ZoneInfo("Pacific/Kiritimati")).date() - timedelta(days=1)
    for zone, expected_status in (("Pacific/Kiritimati", "overdue"), ("Pacific/Pago_Pago", "due")):
        pinned = await company(timezone=zone)
        real = replace(pinned, settings=replace(pinned.settings, today=None))
        invoice = await real.post("/invoices", simple_invoice(await real.customer(), dueDate=yesterday.isoformat()))
        assert invoice["status"] == expected_status, zone
        assert (await real.get(f"/invoices/{invoice['id']}"))["status"] == expected_status
        assert (await real.get("/invoices", status=expected_status))["total"] == 1


async def test_the_pinned_day_rules_and_the_stamps_stay_real(acme: Company) -> None:
    invoice = await acme.on("2030-06-01").post("/invoices", simple_invoice(await acme.customer(), dueDate="2030-05-31"))
    assert invoice["status"] == "overdue"
    stamp = datetime.fromisoformat(invoice["createdAt"].replace("Z", "+00:00"))
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=1)
