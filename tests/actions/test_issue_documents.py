"""What documents come to when they are issued: totals by hand, statuses, kinds, what is announced, the journal."""

import asyncio
import time
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from duebook.actions.issue_documents import issue_documents
from duebook.core.paper import PaperLineDraft
from duebook.store import papers
from tests.actions import issuing
from tests.actions.issuing import draft, instant, line, off, paid, rows
from tests.conftest import CompanyMaker
from tests.leanpay.footprint import deeds, journal
from tests.make import Company


async def test_the_example_of_the_contract_by_hand(acme: Company) -> None:
    """24000 less 500 is 23500; 20 % of it is 4700; together 28200, of which 10000 is paid."""
    kervella = await issuing.customer(acme)
    product = await issuing.product(acme)
    january = instant("2026-01-01T00:00:00+00:00"), instant("2026-01-31T00:00:00+00:00")
    asked = PaperLineDraft(
        name="Accès plateforme", unit_amount=24_000, description="Janvier 2026", tax_rate=Decimal(20), product_id=product,
        period_starts_at=january[0], period_ends_at=january[1],
    )  # fmt: skip
    one = await issuing.issued(
        acme,
        draft(
            kervella, asked, currency="EUR", payment_method_strategy="external", reference="V0KAHOU6J3", issued_at=instant("2026-01-15"),
            properties={}, transactions=(paid(10_000, shape="transfer"),), coupons=(off(500, name="Remise fidélité", positions=(0,)),),
        ),
    )  # fmt: skip

    paper = one.paper
    assert paper is not None
    content = paper.content
    assert (paper.total, content.net, content.tax, content.discount, content.tax_scheme) == (28_200, 23_500, 4_700, 500, "manual")
    assert (paper.number, paper.currency, content.source, content.reference) == ("INV-1", "EUR", "api", "V0KAHOU6J3")
    assert (content.conversion_rate, content.converted_total) == (1, 28_200)
    assert (paper.issued_at, paper.due_at) == (instant("2026-01-15"), instant("2026-02-14"))
    assert (paper.period_starts_at, paper.period_ends_at) == january
    (written,) = content.lines
    assert (written.entry, written.unit_amount, written.net, written.tax, written.discount) == ("debit", 24_000, 23_500, 4_700, 500)
    assert (written.product_id, written.product_type, written.tax_percent, written.description) == (product, "flat_fee", 20, "Janvier 2026")
    (coupon,) = content.coupons
    assert (coupon.id, coupon.name, coupon.amount, coupon.percent, coupon.line_ids) == (None, "Remise fidélité", 500, None, (written.id,))
    (moved,) = one.transactions
    assert (moved.kind, moved.status, moved.amount, moved.method) == ("one_time", "settled", 10_000, "transfer")
    (invoice,) = await rows(acme, "invoices")
    assert (invoice["id"], invoice["reference"], invoice["amount"], invoice["net_amount"]) == (paper.id, "INV-1", 28_200, 23_500)
    assert (invoice["amount_paid"], invoice["standing"], invoice["default_amount"]) == (10_000, "open", 28_200)
    assert (invoice["issued_on"], invoice["due_on"]) == (date(2026, 1, 15), date(2026, 2, 14))
    (row,) = await rows(acme, "allocations")
    assert (row["id"], row["kind"], row["amount"], row["dated_on"], row["by_hand"]) == (
        moved.id,
        "payment",
        10_000,
        date(2026, 1, 20),
        True,
    )


async def test_what_was_written_is_what_is_read(acme: Company) -> None:
    """Quantities, rates and numbers in properties digit by digit; everything a paper can hold."""
    kervella = await issuing.customer(acme, vat_number="FR19812345676", billing_email="c@kervella.example", external_id="sage-91")
    properties = {"score": Decimal("1.50"), "big": Decimal("2E+3"), "tags": ["a", None, 3], "on": True}
    asked = draft(
        kervella,
        line(1_999, units_count=Decimal("2.50"), tax_rate="5.50", description="x"),
        line(-700),
        properties=properties,
        purchase_order="BC 7",
        note="n",
        subscription_id="sub_1",
        display_fields=({"type": "custom", "label": "a", "value": "b"},),
        transactions=(paid(10, shape="provider", provider_name="stripe", provider_id="acct", provider_transaction_id="ch_1"),),
        coupons=(off(100),),
    )
    made = await issuing.paper(acme, asked)
    (read,) = await issuing.on_connection(acme, lambda c: papers.read_many(c, tenant_id=acme.tenant.id, ids=[made.id]))

    assert read == made
    assert read.content.properties == properties
    assert str(read.content.lines[0].units_count) == "2.50"
    (moved,) = await rows(acme, "transactions")
    assert (moved["provider_name"], moved["provider_id"], moved["provider_transaction_id"]) == ("stripe", "acct", "ch_1")


@pytest.mark.parametrize(
    ("fields", "number", "status", "paid_amount", "transactions"),
    [
        ({"status": "paid"}, "INV-1", "paid", 12_000, 1),
        ({"status": "to_pay"}, "INV-1", "open", 0, 0),
        ({"status": "to_pay", "transactions": (paid(12_000),)}, "INV-1", "paid", 12_000, 1),
        ({"status": "to_pay", "transactions": (paid(1),)}, "INV-1", "open", 1, 1),
        ({"status": "paid", "transactions": (paid(13_000),)}, "INV-1", "paid", 13_000, 1),
        ({"status": "paid", "transactions": ()}, "INV-1", "paid", 12_000, 1),
        ({"status": "paid", "number": "F-7"}, "F-7", "paid", 12_000, 1),
        ({"status": "paid", "number": ""}, "INV-1", "paid", 12_000, 1),
    ],
)
async def test_statuses(acme: Company, fields: dict[str, Any], number: str, status: str, paid_amount: int, transactions: int) -> None:
    one = await issuing.issued(acme, draft(await issuing.customer(acme), **fields))
    (invoice,) = await rows(acme, "invoices")

    assert one.paper is not None
    assert (one.paper.number, invoice["reference"], invoice["standing"], invoice["amount_paid"]) == (number, number, status, paid_amount)
    assert len(one.transactions) == transactions
    assert one.paper.content.source == ("other" if number == "F-7" else "api")


async def test_a_total_of_nothing_is_paid_without_a_transaction(acme: Company) -> None:
    one = await issuing.issued(acme, draft(await issuing.customer(acme), line(100), line(-100), status="paid"))
    (invoice,) = await rows(acme, "invoices")

    assert one.transactions == ()
    assert (invoice["amount"], invoice["standing"]) == (0, "paid")


@pytest.mark.parametrize(("number", "shown"), [(None, ""), ("F-7", "F-7")])
async def test_a_draft_is_paper_alone(acme: Company, number: str | None, shown: str) -> None:
    paper = await issuing.paper(acme, draft(await issuing.customer(acme), status="draft", number=number))
    (stored,) = await rows(acme, "papers")

    assert (paper.is_draft, paper.number, stored["number"]) == (True, shown, shown)
    assert (paper.content.is_issue_open, paper.content.is_due_open) == (True, True)
    assert await rows(acme, "invoices") == await rows(acme, "transactions") == []
    assert (await issuing.seller(acme)).next_invoice_number == 1


async def test_a_document_has_no_legal_value(acme: Company) -> None:
    """It has its own numbers, its name, and stands in no balance."""
    fields = {"kind": "document", "name": "Proforma", "transactions": (paid(2_000),)}
    paper = await issuing.paper(acme, draft(await issuing.customer(acme), **fields))
    (moved,) = await rows(acme, "transactions")

    assert (paper.number, paper.content.name, paper.amount_paid) == ("DOC-1", "Proforma", 2_000)
    assert (moved["status"], moved["document_id"]) == ("settled", paper.id)
    assert await rows(acme, "invoices") == await rows(acme, "allocations") == []


async def test_only_a_document_bears_a_name(acme: Company) -> None:
    assert (await issuing.paper(acme, draft(await issuing.customer(acme), name="Proforma"))).content.name is None


@pytest.mark.parametrize(
    ("fields", "standing", "paid_back"),
    [
        ({"status": "to_pay"}, "available", 0),
        ({"status": "paid"}, "deducted", 12_000),
        ({"status": "to_pay", "transactions": (paid(5_000),)}, "available", 5_000),
        ({"status": "to_pay", "transactions": (paid(12_000),)}, "deducted", 12_000),
    ],
)
async def test_a_credit_note_by_itself(acme: Company, fields: dict[str, Any], standing: str, paid_back: int) -> None:
    one = await issuing.issued(acme, draft(await issuing.customer(acme), line(15_000), line(-5_000), kind="credit_note", **fields))
    (note,) = await rows(acme, "credit_notes")

    assert one.paper is not None
    assert (one.paper.number, one.paper.total, one.paper.original_id) == ("CN-1", 12_000, None)
    assert [written.entry for written in one.paper.content.lines] == ["credit", "debit"]
    assert (note["id"], note["reference"], note["amount"]) == (one.paper.id, "CN-1", 12_000)
    assert (note["standing"], note["amount_paid_back"]) == (standing, paid_back)
    assert {moved.kind for moved in one.transactions} <= {"refund"}
    assert [row["kind"] for row in await rows(acme, "allocations")] == ["payback"] * (paid_back > 0)


@pytest.mark.parametrize(
    ("status", "strategy", "given", "kept"),
    [
        ("to_pay", "current", False, "standing"),
        ("to_pay", "external", False, None),
        ("to_pay", "current", True, "given"),
        ("paid", "current", False, None),
    ],
)
async def test_the_method_of_an_invoice_to_pay(acme: Company, status: str, strategy: str, given: bool, kept: str | None) -> None:
    kervella = await issuing.customer(acme)
    method = await issuing.payment_method(acme, kervella)
    payer = await issuing.customer(acme, profile={"payment_method_id": method})
    own = await issuing.payment_method(acme, payer)
    asked = draft(payer, status=status, payment_method_strategy=strategy, payment_method_id=own if given else None)
    content = (await issuing.paper(acme, asked)).content

    assert content.payment_method_id == {"standing": method, "given": own, None: None}[kept]
    assert content.payment_method_strategy == (strategy if status == "to_pay" else None)


@pytest.mark.parametrize(
    ("shape", "means", "standing"),
    [
        ("provider", None, "payment_in_progress"),
        ("payment_method", "direct_debit", "payment_in_progress"),
        ("payment_method", "card", "payment_in_progress"),
        ("transfer", None, "open"),
        ("external", None, "open"),
    ],
)
async def test_providers_and_methods_announce_what_is_scheduled(acme: Company, shape: str, means: str | None, standing: str) -> None:
    kervella = await issuing.customer(acme)
    method = await issuing.payment_method(acme, kervella, means=means) if means else None
    later = paid(
        12_000, instant("2026-03-01"), shape=shape, payment_method_id=method, provider_name="mollie" if shape == "provider" else None
    )
    one = await issuing.issued(acme, draft(kervella, transactions=(later,)))
    (invoice,) = await rows(acme, "invoices")

    assert [moved.status for moved in one.transactions] == ["scheduled"]
    assert (invoice["standing"], invoice["amount_paid"]) == (standing, 0)
    assert (invoice["payment_in_progress_on"] == date(2026, 2, 1)) == (standing != "open")
    assert await rows(acme, "allocations") == []


async def test_each_change_is_one_journal_row_and_the_item_is_told_once(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    one, _, bad = await issuing.issue(acme, draft(kervella, status="paid"), draft(kervella, status="draft"), draft(issuing.some_ids(1)[0]))
    told = await journal(acme)
    papers = [row for row in told if row["kind"] == "paper"]

    assert bad.paper is None
    assert deeds(told) == [("invoice", "imported"), ("payment", "recorded"), ("paper", "issued"), ("paper", "drafted")]
    assert one.paper is not None
    assert papers[0]["before"] is None
    assert papers[0]["object_id"] == str(one.paper.id)
    assert papers[0]["after"]["content"]["net"] == 10_000
    assert [(row["amount"], row["status"]) for row in papers[0]["after"]["transactions"]] == [(12_000, "settled")]


async def test_bergeron_sees_nothing(acme: Company, bergeron: Company) -> None:
    """What is Acme's does not exist for Bergeron."""
    kervella = await issuing.customer(acme)
    product = await issuing.product(acme)
    seller = await issuing.seller(acme)
    own = await issuing.customer(bergeron)
    asked = draft(own, PaperLineDraft(product_id=product, unit_amount=1), entity_id=seller.id)

    assert await issuing.refused(bergeron, draft(kervella)) == [("not_found", "not_found", "customer_id")]
    assert sorted(await issuing.refused(bergeron, asked)) == [
        ("not_found", "not_found", "entity_id"),
        ("not_found", "not_found", "lines.0.product_id"),
    ]


async def test_the_pinned_day_is_the_day_of_what_gives_none(company: CompanyMaker) -> None:
    acme = await company(day=date(2024, 2, 29))
    paper = await issuing.paper(acme, draft(await issuing.customer(acme), status="paid"))
    (row,) = await rows(acme, "allocations")

    assert issuing.day_in_paris(paper.issued_at) == date(2024, 2, 29)
    assert row["dated_on"] == row["recorded_on"] == date(2024, 2, 29)


async def test_long_documents_leave_others_their_turn(acme: Company) -> None:
    """Sixteen of a thousand lines and fifty coupons: nobody beside them waits until all are judged."""
    kervella = await issuing.customer(acme)
    long = draft(kervella, *[line()] * 1_000, coupons=tuple([off(5)] * 50))
    moments = [time.perf_counter()]

    async def look_at_the_clock() -> None:
        while True:
            await asyncio.sleep(0)
            moments.append(time.perf_counter())

    looking = asyncio.create_task(look_at_the_clock())
    await issuing.within(acme, lambda unit: issue_documents(unit, [(place, long) for place in range(16)]))
    looking.cancel()

    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert max(waits) < sum(waits) / 2
