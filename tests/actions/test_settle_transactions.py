"""Scheduled transactions are settled when their time has come, once, and the doctor finds nothing wrong with what comes of it."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from duebook.actions.examine_books import examine_books
from duebook.actions.finding import Finding
from duebook.actions.settle_transactions import settle_transactions
from duebook.store import checks
from duebook.store.db import Database
from tests.actions import issuing
from tests.actions.issuing import draft, instant, line, paid, rows
from tests.leanpay.footprint import deeds, execute, journal, unchanged
from tests.make import Company, open_company

DAY, EVE = "2026-03-01", "2026-02-28"
LATER = instant(f"{DAY}T00:00:00+00:00")


async def settle(company: Company, day: str = DAY) -> int:
    """One unit of settling on that day."""
    return await issuing.within(company, settle_transactions, day=day)


async def invoice_of(company: Company, *transactions: Any, **fields: Any) -> UUID:
    """An invoice over 12000 with these transactions; gives its id."""
    kervella = await issuing.customer(company)
    return (await issuing.paper(company, draft(kervella, transactions=transactions, **fields))).id


async def test_a_transfer_is_settled_on_its_day_and_not_before(acme: Company) -> None:
    id = await invoice_of(acme, paid(12_000, LATER, shape="transfer"))
    async with unchanged(acme):
        assert await settle(acme, EVE) == 0

    assert await settle(acme) == 1
    (moved,) = await rows(acme, "transactions")
    (row,) = await rows(acme, "allocations")
    (invoice,) = await rows(acme, "invoices")
    assert (moved["status"], moved["settled_at"]) == ("settled", LATER)
    assert (row["id"], row["kind"], row["amount"], row["dated_on"], row["by_hand"]) == (moved["id"], "payment", 12_000, LATER.date(), True)
    assert (invoice["id"], invoice["standing"], invoice["amount_paid"], invoice["uncovered_on"]) == (id, "paid", 12_000, None)
    told = await journal(acme)
    assert deeds(told)[-3:] == [("invoice", "status_changed"), ("payment", "recorded"), ("transaction", "settled")]
    assert (told[-1]["before"]["status"], told[-1]["after"]["status"]) == ("scheduled", "settled")
    async with unchanged(acme):
        assert await settle(acme) == 0


async def test_the_time_of_day_counts(acme: Company) -> None:
    """Midnight has passed whatever the hour is; the last minute of the day has not."""
    await invoice_of(acme, paid(1, LATER), paid(2, LATER + timedelta(hours=22, minutes=59, seconds=59)))

    assert await settle(acme) == 1
    assert await settle(acme, "2026-03-02") == 1


async def test_what_was_announced_is_announced_until_the_last_one_came(acme: Company) -> None:
    providers = [
        paid(amount, LATER + timedelta(days=days), shape="provider", provider_name="mollie") for days, amount in enumerate((5_000, 3_000))
    ]
    await invoice_of(acme, *providers)
    standings: list[tuple[str, date | None]] = []
    for day in (EVE, DAY, "2026-03-02"):
        await settle(acme, day)
        (invoice,) = await rows(acme, "invoices")
        standings.append((invoice["standing"], invoice["payment_in_progress_on"]))

    assert standings == [("payment_in_progress", date(2026, 2, 1)), ("payment_in_progress", date(2026, 2, 1)), ("open", None)]


async def test_two_on_one_day_lie_on_the_invoice_in_their_order(acme: Company) -> None:
    await invoice_of(acme, paid(1_000), paid(3_000, LATER + timedelta(seconds=2)), paid(2_000, LATER + timedelta(seconds=1)))

    assert await settle(acme, "2026-03-02") == 2
    found = sorted(await rows(acme, "allocations"), key=lambda row: row["invoice_position"])
    assert [(row["invoice_position"], row["amount"]) for row in found] == [(1, 1_000), (2, 2_000), (3, 3_000)]
    (invoice,) = await rows(acme, "invoices")
    assert (invoice["amount_paid"], invoice["positions"]) == (6_000, 3)


async def test_a_surplus_is_taken_as_any_payment_is(acme: Company) -> None:
    await invoice_of(acme, paid(12_000), paid(500, LATER))

    assert await settle(acme) == 1
    (invoice,) = await rows(acme, "invoices")
    assert (invoice["standing"], invoice["amount_paid"]) == ("paid", 12_500)


async def test_a_refund_is_paid_back(acme: Company) -> None:
    await invoice_of(acme, paid(12_000, LATER), kind="credit_note")

    assert await settle(acme) == 1
    (note,) = await rows(acme, "credit_notes")
    assert (note["standing"], note["amount_paid_back"]) == ("deducted", 12_000)
    assert [row["kind"] for row in await rows(acme, "allocations")] == ["payback"]


async def test_a_credit_note_that_was_spent_meanwhile_fails_its_refund(acme: Company) -> None:
    id = await invoice_of(acme, paid(2_000, LATER), kind="credit_note")
    kervella = (await rows(acme, "credit_notes"))[0]["customer_id"]
    body = {
        "client": {"id": str(kervella)}, "reference": "FA-1", "externalId": "FA-1", "amount": 20_000, "issueDate": "2026-01-01",
        "dueDates": [{"dueDate": "2026-01-31", "currency": "EUR", "amount": 20_000}],
        "creditNoteLinks": [{"date": "2026-02-01", "amount": 11_000, "creditNote": {"id": str(id)}}],
    }  # fmt: skip
    await acme.post("/invoices/complete", body)

    assert await settle(acme) == 1
    (moved,) = await rows(acme, "transactions")
    (note,) = await rows(acme, "credit_notes")
    assert (moved["status"], moved["settled_at"], note["amount_paid_back"]) == ("failed", None, 0)
    assert deeds(await journal(acme))[-1] == ("transaction", "failed")
    assert await settle(acme) == 0


async def test_a_failed_one_announces_nothing_any_more(acme: Company) -> None:
    """Payments beyond what the books can hold: none of our doors lets it come to that, a bank file might."""
    await invoice_of(acme, paid(12_000, LATER, shape="provider", provider_name="mollie"))
    await execute(acme, "UPDATE transactions SET amount = 9007199254740991 WHERE tenant_id = $1")
    (invoice,) = await rows(acme, "invoices")
    await execute(
        acme,
        "INSERT INTO allocations (tenant_id, id, kind, amount, dated_on, recorded_on, effective_on, invoice_id, invoice_position,"
        " by_invoice, by_credit_note, by_hand, updated_at)"
        " VALUES ($1, gen_random_uuid(), 'payment', 1, $3, $3, $3, $2, 1, false, false, true, now())",
        invoice["id"], date(2026, 2, 1),
    )  # fmt: skip
    await execute(acme, "UPDATE invoices SET positions = 1, amount_paid = 1 WHERE tenant_id = $1")

    assert await settle(acme) == 1
    (invoice,) = await rows(acme, "invoices")
    assert (invoice["standing"], invoice["amount_paid"], invoice["payment_in_progress_on"]) == ("open", 1, None)


async def test_a_document_without_legal_value_notes_what_came(acme: Company) -> None:
    await invoice_of(acme, paid(2_000), paid(10_000, LATER), kind="document")

    assert await settle(acme) == 1
    (paper,) = await rows(acme, "papers")
    assert paper["amount_paid"] == 12_000
    told = await journal(acme)
    assert deeds(told)[-2:] == [("transaction", "settled"), ("paper", "paid")]
    assert (told[-1]["before"], told[-1]["after"]) == ({"amount_paid": 2_000}, {"amount_paid": 12_000})
    assert await rows(acme, "allocations") == []


async def test_a_dispute_ends_with_the_money(acme: Company) -> None:
    await invoice_of(acme, paid(100, LATER))
    await execute(acme, "UPDATE invoices SET disputed_on = '2026-02-01', standing = 'disputed' WHERE tenant_id = $1")
    await settle(acme)

    assert (await rows(acme, "invoices"))[0]["standing"] == "open"


async def test_four_workers_settle_each_once(acme: Company) -> None:
    """Small units, so that they meet; what one holds is left to it."""
    kervella = await issuing.customer(acme)
    await issuing.issue(acme, *(draft(kervella, transactions=(paid(5_000, LATER), paid(7_000, LATER))) for _ in range(20)))

    async def worker() -> int:
        done = 0
        while True:
            count = await issuing.within(acme, lambda unit: settle_transactions(unit, limit=3), day=DAY)
            done += count
            if not count and not await rows(acme, "transactions", status="scheduled"):
                return done

    assert sum(await asyncio.gather(*(worker() for _ in range(4)))) == 40
    assert {invoice["amount_paid"] for invoice in await rows(acme, "invoices")} == {12_000}
    assert len(await rows(acme, "allocations")) == 40


async def test_bergeron_settles_nothing_of_acmes(acme: Company, bergeron: Company) -> None:
    await invoice_of(acme, paid(1, LATER))

    assert await settle(bergeron) == 0
    assert [moved["status"] for moved in await rows(acme, "transactions")] == ["scheduled"]


KINDS = ("invoice", "credit_note", "document")


@pytest.fixture
async def written(own_database: Database) -> Company:
    """A company whose books hold documents of every kind, status and shape, in its own and a foreign currency."""
    acme = await open_company(own_database, day=date(2026, 2, 1))
    kervella, dollars = UUID(await acme.customer("Kervella")), UUID(await acme.customer("Dollar", currency="USD"))
    method = await issuing.payment_method(acme, kervella, means="direct_debit")
    moved = ((), (paid(2_000),), (paid(2_000, LATER),), (paid(12_000),), (paid(0), paid(1, shape="provider", provider_name="mollie")))
    drafts = [
        draft(payer, line(15_000), line(-5_000), kind=kind, status=status, transactions=transactions)
        for payer in (kervella, dollars)
        for kind in KINDS
        for status in ("to_pay", "paid", "draft")
        for transactions in moved
    ]
    debit = paid(5_000, LATER, shape="payment_method", payment_method_id=method)
    drafts += [draft(kervella, line(0)), draft(kervella, transactions=(debit, paid(13_000))), draft(kervella, transactions=(debit,))]
    # Lines of two rates that count against each other: the net alone is below 0.
    drafts.append(draft(kervella, line(10_000), line(-10_100, tax_rate=0)))
    await issuing.issue(acme, *drafts)
    return acme


async def examined(company: Company, day: str) -> list[Finding]:
    findings: list[Finding] = []
    async with company.database.owner() as connection, checks.snapshot(connection):
        await examine_books(connection, tenant=company.tenant, day=date.fromisoformat(day), tell=findings.append, progress=lambda *_: None)
    return findings


async def test_the_doctor_finds_nothing_wrong(written: Company) -> None:
    assert len(await rows(written, "invoices")) > 10
    assert await examined(written, EVE) == []

    assert await settle(written) > 5
    assert await examined(written, DAY) == []
