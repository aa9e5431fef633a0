"""Laws of the proof: what the rules made has no fault on any day, and one changed column has at least one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core import credit_note as credit_note_rules
from duebook.core import invoice as invoice_rules
from duebook.core.allocation import Allocation
from duebook.core.assessment import review_on
from duebook.core.credit_note import CreditNote
from duebook.core.instalment import Instalment
from duebook.core.invoice import Invoice
from duebook.core.proof import Counterpart, StoredRow, credit_note_faults, invoice_faults

DUPONT, NOTE, BILL = UUID(int=1), UUID(int=2), UUID(int=3)
NOTES = {NOTE: Counterpart(DUPONT, "EUR")}
A_DAY = date(2026, 1, 1)
days = st.integers(min_value=0, max_value=60).map(lambda number: A_DAY + timedelta(days=number)) | st.just(date.max)


def _row(place: int, kind: Any, amount: int, dated_on: date) -> Allocation:
    note = NOTE if kind in ("link", "payback") else None
    bill = None if kind == "payback" else BILL
    positions = (None if bill is None else place, None if note is None else place)
    return Allocation(UUID(int=100 + place), kind, amount, dated_on, A_DAY, None, bill, note, *positions, True, False, False)


def _stored(rows: list[Allocation]) -> list[StoredRow]:
    return [StoredRow(row, row.effective_on) for row in rows]


@st.composite
def invoices(draw: st.DrawFn) -> tuple[Invoice, list[Allocation], date]:
    """An invoice as an import on a day stores it, with its rows."""
    parts = sorted(draw(st.lists(st.tuples(days, st.integers(0, 50)), min_size=1, max_size=4)))
    amount = sum(part[1] for part in parts)
    links = draw(st.integers(0, amount))
    kinds = [("link", links), *(("payment", draw(st.integers(0, 60))) for _ in range(draw(st.integers(0, 3))))]
    rows = [_row(place, kind, money, draw(days)) for place, (kind, money) in enumerate(kinds, start=1)]
    written_on = draw(days)
    bare = Invoice(
        BILL,
        DUPONT,
        None,
        "FA",
        amount,
        None,
        "EUR",
        amount,
        A_DAY,
        parts[-1][0],
        tuple(Instalment(due, part, part) for due, part in parts),
    )
    promised = bare._replace(promised_on=draw(st.none() | days), disputed_on=draw(st.none() | days), positions=len(rows))
    return invoice_rules.laid(promised, rows, day=written_on), rows, written_on


@given(invoices(), st.integers(min_value=0, max_value=90))
def test_what_the_rules_made_has_no_fault_on_any_later_day(made: tuple[Invoice, list[Allocation], date], later: int) -> None:
    """The review is held late or not at all: neither is a fault of the books."""
    invoice, rows, written_on = made
    day = written_on if written_on > date.max - timedelta(days=later) else written_on + timedelta(days=later)
    reviewed = review_on(standing=invoice.standing, uncovered_on=invoice.uncovered_on, promised_on=invoice.promised_on, day=day)

    for stored in (invoice, invoice._replace(review_on=reviewed)):
        assert invoice_faults(stored, _stored(rows), notes=NOTES, home_currency="EUR", day=day) == []


@given(invoices(), st.sampled_from(("amount", "amount_paid", "amount_offset", "default_amount")))
def test_an_amount_off_by_one_is_a_fault(made: tuple[Invoice, list[Allocation], date], column: str) -> None:
    invoice, rows, written_on = made
    damaged = invoice._replace(**{column: getattr(invoice, column) + 1})

    assert invoice_faults(damaged, _stored(rows), notes=NOTES, home_currency="EUR", day=written_on)


@given(invoices(), st.sampled_from(("open", "paid", "offset", "recovery", "disputed", "payment_in_progress")), st.none() | days)
def test_another_standing_or_uncovered_day_is_a_fault(
    made: tuple[Invoice, list[Allocation], date], standing: str, uncovered_on: date | None
) -> None:
    invoice, rows, written_on = made
    other = invoice._replace(standing=standing, uncovered_on=uncovered_on)
    faults = invoice_faults(other, _stored(rows), notes=NOTES, home_currency="EUR", day=written_on)

    assert bool(faults) == ((standing, uncovered_on) != (invoice.standing, invoice.uncovered_on))


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 50), st.sampled_from(("amount_paid_back", "amount_linked", "positions")))
def test_credit_notes(paid_back: int, linked: int, rest: int, column: str) -> None:
    """As the rules made it there is no fault; one column down by one there is."""
    rows = [_row(1, "payback", paid_back, A_DAY), _row(2, "link", linked, A_DAY)]
    amount = paid_back + linked + rest
    bare = CreditNote(NOTE, DUPONT, None, "AV", amount, None, "EUR", amount, A_DAY, None, positions=2)
    made = credit_note_rules.laid(bare, rows)

    assert credit_note_faults(made, _stored(rows), home_currency="EUR") == []
    assert credit_note_faults(made._replace(**{column: getattr(made, column) - 1}), _stored(rows), home_currency="EUR")


@pytest.mark.parametrize(
    ("notes", "told"),
    [
        ({}, "which this tenant does not have"),
        ({NOTE: Counterpart(UUID(int=9), "EUR")}, "of another customer"),
        ({NOTE: Counterpart(DUPONT, "USD")}, "joins EUR to USD"),
    ],
)
def test_links_that_do_not_belong_together(notes: dict[UUID, Counterpart], told: str) -> None:
    row = _row(1, "link", 5, A_DAY)
    bare = Invoice(BILL, DUPONT, None, "FA", 10, None, "EUR", 10, A_DAY, A_DAY, (Instalment(A_DAY, 10, 10),), positions=1)
    invoice = invoice_rules.laid(bare, [row], day=A_DAY)

    faults = invoice_faults(invoice, _stored([row]), notes=notes, home_currency="EUR", day=A_DAY)

    assert [fault.code for fault in faults] == ["link"]
    assert told in faults[0].message
