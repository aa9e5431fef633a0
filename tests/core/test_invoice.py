"""What an import makes of an invoice, what its rows make of it, and what the books refuse."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.instalment import Instalment, InstalmentDraft
from duebook.core.invoice import (
    KEEP,
    Identity,
    Invoice,
    InvoiceDraft,
    Reference,
    imported,
    is_plain,
    laid,
    move_refusals,
    newly_paid,
    plain,
    row_refusals,
)
from duebook.core.money import MAX_AMOUNT
from duebook.core.refusal import Refusal
from tests.core.drawn import DUPONT, FIRST_DAY, Allocation, invoice, invoices, row, rows

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
MARTIN = UUID(int=77)

SIMPLE = InvoiceDraft("FA-1", Reference(id=DUPONT), "FA-1", 100, FIRST_DAY, JANUARY)
HALVES = invoice((JANUARY, 50), (MARCH, 50))
DOLLARS = invoice((JANUARY, 100))._replace(currency="USD", default_amount=90, instalments=(Instalment(JANUARY, 100, 90),))


def told(refusals: list[Refusal]) -> list[tuple[str, str, str]]:
    return [(refusal.kind, refusal.code, ".".join(map(str, refusal.path))) for refusal in refusals]


def import_over(known: Invoice | None, draft: InvoiceDraft) -> tuple[Invoice, list[tuple[str, str, str]]]:
    found, refusals = imported(draft, known=known, customer_id=DUPONT, home_currency="EUR")
    return found, told(refusals)


@given(
    amount=st.integers(0, MAX_AMOUNT),
    net_amount=st.sampled_from([KEEP, None, 7]),
    due_on=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    day=st.dates(date(2026, 1, 1), date(2026, 3, 1)),
)
def test_the_short_way_of_a_plain_import_ends_where_the_long_one_does(amount: int, net_amount: Any, due_on: date, day: date):
    draft = InvoiceDraft("FA-1", Reference(id=DUPONT), "FA-1", amount, FIRST_DAY, due_on, net_amount)
    new = Identity(UUID(int=5), datetime(2026, 2, 1, tzinfo=UTC))

    assert is_plain(draft)
    long, refusals = imported(draft, known=None, customer_id=DUPONT, home_currency="EUR", new=new)
    assert refusals == []
    assert plain(draft, customer_id=DUPONT, home_currency="EUR", day=day, new=new) == laid(long, (), day=day)


@given(invoices(), rows())
def test_sums_hold(document: Invoice, on_it: list[Allocation]):
    found = laid(document, on_it, day=FIRST_DAY)
    surplus = max(0, found.amount_paid + found.amount_offset - found.amount)

    assert found.amount_paid == sum(one.amount for one in on_it if one.kind == "payment")
    assert found.amount_offset == sum(one.amount for one in on_it if one.kind != "payment")
    assert found.amount_paid + found.amount_offset + found.amount_remaining - surplus == found.amount
    assert (found.amount_remaining > 0) == (found.standing not in ("paid", "offset"))
    assert (found.uncovered_on is None) == (found.amount_remaining == 0)


@given(invoices(), rows())
def test_laying_the_same_rows_again_changes_nothing(document: Invoice, on_it: list[Allocation]):
    once = laid(document, on_it, day=FIRST_DAY)

    assert laid(once, list(reversed(on_it)), day=FIRST_DAY) == once


def test_the_largest_amount_is_held_exactly():
    whole = laid(invoice((JANUARY, MAX_AMOUNT)), [row(amount=MAX_AMOUNT - 1)], day=FIRST_DAY)
    assert (whole.amount_remaining, whole.standing) == (1, "open")

    settled = laid(whole, [row(amount=MAX_AMOUNT - 1), row("write_off", number=2, amount=1)], day=FIRST_DAY)
    assert (settled.amount_remaining, settled.standing) == (0, "paid")


def test_a_simple_import_makes_one_instalment_at_home():
    found, faults = import_over(None, SIMPLE)

    assert faults == []
    assert (found.currency, found.default_amount, found.due_on) == ("EUR", 100, JANUARY)
    assert found.instalments == (Instalment(JANUARY, 100, 100),)


@pytest.mark.parametrize(
    ("known", "amount", "due", "schedule"),
    [
        pytest.param(HALVES, 100, MARCH, HALVES.instalments, id="equal amount and the latest day: left alone"),
        pytest.param(HALVES._replace(due_on=FEBRUARY), 100, FEBRUARY, HALVES.instalments, id="equal amount and the stored due date"),
        pytest.param(HALVES, 100, JANUARY, (Instalment(JANUARY, 100, 100),), id="another day: one instalment"),
        pytest.param(HALVES, 80, MARCH, (Instalment(MARCH, 80, 80),), id="another amount: one instalment"),
        pytest.param(DOLLARS, 100, JANUARY, DOLLARS.instalments, id="a foreign document with its amount and day"),
        pytest.param(DOLLARS, 100, MARCH, (Instalment(MARCH, 100, 90),), id="a foreign document keeps its value on another day"),
    ],
)
def test_a_simple_import_of_a_known_schedule(known: Invoice, amount: int, due: date, schedule: tuple[Instalment, ...]):
    found, faults = import_over(known, SIMPLE._replace(amount=amount, due_on=due))

    assert faults == []
    assert (found.instalments, found.due_on, found.currency) == (schedule, due, known.currency)
    assert found.default_amount == sum(part.default_amount for part in schedule)


def test_a_simple_import_never_changes_a_foreign_amount():
    assert import_over(DOLLARS, SIMPLE._replace(amount=99))[1] == [("conflict", "conflict", "amount")]


def test_a_complete_import_without_a_due_date_is_due_with_its_last_instalment():
    drafts = (InstalmentDraft(MARCH, 60, "EUR"), InstalmentDraft(JANUARY, 40, "EUR"))

    assert import_over(None, SIMPLE._replace(due_on=None, instalments=drafts))[0].due_on == MARCH


def test_a_complete_import_keeps_the_due_date_it_gives_and_goes_late_by_its_instalments():
    drafts = (InstalmentDraft(JANUARY, 40, "EUR"), InstalmentDraft(MARCH, 60, "EUR"))
    found, faults = import_over(None, SIMPLE._replace(due_on=FEBRUARY, instalments=drafts))

    assert (faults, found.due_on) == ([], FEBRUARY)
    assert laid(found, [row(amount=40)], day=FIRST_DAY).uncovered_on == MARCH


def test_a_simple_import_needs_a_due_date():
    assert import_over(None, SIMPLE._replace(due_on=None))[1] == [("invalid", "required", "due_on")]


def test_an_absent_net_amount_changes_nothing_and_null_clears():
    known = HALVES._replace(net_amount=83)

    assert import_over(known, SIMPLE)[0].net_amount == 83
    assert import_over(known, SIMPLE._replace(net_amount=None))[0].net_amount is None
    assert import_over(known, SIMPLE._replace(net_amount=80))[0].net_amount == 80


def test_an_import_leaves_flags_and_promises_alone():
    known = HALVES._replace(promised_on=FEBRUARY, recovery_on=JANUARY, disputed_on=JANUARY, payment_in_progress_on=JANUARY, positions=4)
    found, _ = import_over(known, SIMPLE)

    kept = ("id", "promised_on", "recovery_on", "disputed_on", "payment_in_progress_on", "positions", "updated_at")
    assert [getattr(found, name) for name in kept] == [getattr(known, name) for name in kept]


def test_a_new_payment_ends_a_dispute_and_an_announced_payment():
    disputed = HALVES._replace(disputed_on=JANUARY, payment_in_progress_on=JANUARY, recovery_on=JANUARY)

    assert newly_paid(disputed) == HALVES._replace(recovery_on=JANUARY)


@pytest.mark.parametrize(
    ("on_it", "in_request", "faults"),
    [
        pytest.param([("link", 60), ("write_off", 40)], 60, [], id="links and write-offs up to the amount"),
        pytest.param([("link", 60), ("write_off", 41)], 60, [("conflict", "over_allocation", "links")], id="above it"),
        pytest.param([("link", 101)], 101, [("invalid", "over_allocation", "links")], id="the request by itself is above it"),
        pytest.param([("link", 101)], None, [("conflict", "over_allocation", "amount")], id="the amount was lowered below its links"),
        pytest.param([("payment", 500)], None, [], id="payments may exceed it: the surplus is the customer's"),
        pytest.param([("payment", 100), ("link", 100)], 100, [], id="links lie before payments"),
        pytest.param([("payment", MAX_AMOUNT)], None, [], id="the largest sum of payments"),
        pytest.param([("payment", MAX_AMOUNT), ("payment", 1)], None, [("invalid", "too_large", "payments")], id="one unit more"),
    ],
)
def test_what_may_lie_on_an_invoice_of_100(on_it: list[tuple[str, int]], in_request: int | None, faults: list[tuple[str, str, str]]):
    stored = [
        row("payment" if kind == "payment" else "write_off" if kind == "write_off" else "link", number=number, amount=amount)
        for number, (kind, amount) in enumerate(on_it, start=1)
    ]

    assert told(row_refusals(HALVES, stored, links_in_request=in_request)) == faults


MOVED = HALVES._replace(customer_id=MARTIN, currency="USD")
BOTH = [("conflict", "conflict", "customer"), ("conflict", "conflict", "instalments.0.currency")]


@pytest.mark.parametrize(
    ("after", "has_rows", "faults"),
    [
        pytest.param(MOVED, False, [], id="nothing hangs on it: it goes"),
        pytest.param(MOVED, True, BOTH, id="a row hangs on it, even of 0"),
        pytest.param(MOVED._replace(promised_on=MARCH), False, BOTH, id="a promise"),
        pytest.param(MOVED._replace(disputed_on=MARCH), False, BOTH, id="a dispute"),
        pytest.param(HALVES, True, [], id="same customer, same currency"),
    ],
)
def test_another_customer_or_currency(after: Invoice, has_rows: bool, faults: list[tuple[str, str, str]]):
    assert told(move_refusals(after, known=HALVES, has_rows=has_rows)) == faults
    assert move_refusals(after, known=None, has_rows=has_rows) == []
