"""The status of an invoice and of a credit note: total, and what the books say it is, on every day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.core.assessment import assess, told_status
from duebook.core.invoice import Invoice, laid
from duebook.core.status import (
    CREDIT_NOTE_STATUSES,
    INVOICE_STATUSES,
    INVOICE_TABLE,
    STANDINGS,
    CreditNoteFacts,
    InvoiceFacts,
    credit_note_status,
    standing,
    status_on,
)
from tests.core.drawn import DAYS, FIRST_DAY, LAST_DAY, Allocation, days, invoice, invoices, maybe_days, row, rows

OFTEN = settings(max_examples=300)
"""Days that meet are rare among drawn ones, and they are what these laws are about."""


def by_the_books(document: Invoice, on_it: list[Allocation], day: date) -> str:
    """The status as an accountant would read it off the papers, without columns that were worked out before."""
    paid = sum(paper.amount for paper in on_it if paper.kind == "payment")
    credited = sum(paper.amount for paper in on_it if paper.kind in ("link", "write_off"))
    if document.amount == 0:
        return "paid"
    if document.amount <= paid + credited:
        return "paid" if paid else "offset"
    for word, since in (
        ("recovery", document.recovery_on),
        ("disputed", document.disputed_on),
        ("payment_in_progress", document.payment_in_progress_on),
    ):
        if since is not None:
            return word
    if document.promised_on is not None and day <= document.promised_on:
        return "upcoming_payment"
    purse = paid + credited
    for part in document.instalments:
        lacking = part.amount - min(purse, part.amount)
        purse -= part.amount - lacking
        if lacking and part.due_on < day:
            return "overdue"
    return "due"


@OFTEN
@given(invoices(), rows())
def test_the_status_is_the_one_of_the_books_on_every_day(document: Invoice, on_it: list[Allocation]):
    found = laid(document, on_it, day=FIRST_DAY)

    for day in DAYS:
        assert assess(found, day).status == by_the_books(document, on_it, day)


def every_kind_of_facts() -> Iterator[InvoiceFacts]:
    """Nothing, a part or all covered by either kind, every flag, every order of the days."""
    yes_or_no = (False, True)
    marked = (None, *DAYS[1:4])
    for amounts in product((0, 2), (0, 1, 2), (0, 1, 2)):
        for flags in product(yes_or_no, yes_or_no, yes_or_no):
            for promised_on, uncovered_on in product(marked, marked):
                yield InvoiceFacts(*amounts, *flags, promised_on=promised_on, uncovered_on=uncovered_on)


def test_standing_and_day_give_the_first_row_of_the_table_that_holds():
    for facts in every_kind_of_facts():
        stands = standing(facts)
        assert stands in STANDINGS
        for day in DAYS[:5]:
            first = next(line.status for line in INVOICE_TABLE if line.holds(facts, day))
            assert status_on(standing=stands, uncovered_on=facts.uncovered_on, promised_on=facts.promised_on, day=day) == first


def test_the_contract_knows_these_words_and_no_others():
    assert set(INVOICE_STATUSES) == set("paid offset recovery disputed payment_in_progress upcoming_payment overdue due".split())
    assert set(CREDIT_NOTE_STATUSES) == set("available deducted disputed recovery".split())


@OFTEN
@given(invoices(), rows(), st.sampled_from(DAYS))
def test_nothing_changes_until_the_review_and_something_does_on_it(document: Invoice, on_it: list[Allocation], day: date):
    found = assess(laid(document, on_it, day=FIRST_DAY), day)
    end = found.review_on or LAST_DAY + timedelta(days=1)
    assert end > day
    quiet = [later for later in DAYS if day <= later < end]

    assert {assess(laid(document, on_it, day=FIRST_DAY), later).status for later in quiet} == {found.status}
    if found.review_on is not None:
        assert assess(laid(document, on_it, day=FIRST_DAY), found.review_on).status != found.status


@OFTEN
@given(invoices(), rows())
def test_reviews_held_on_their_days_tell_every_change_once(document: Invoice, on_it: list[Allocation]):
    """From review to review the same statuses are met as by looking every day."""
    found = laid(document, on_it, day=FIRST_DAY)
    day_by_day = [assess(found, day).status for day in DAYS]
    changes = [(before, after) for before, after in pairwise(day_by_day) if before != after]

    told: list[tuple[str, str]] = []
    while (day := found.review_on) is not None:
        told.append((told_status(found, day), assess(found, day).status))
        found = found._replace(review_on=assess(found, day).review_on)

    assert told == changes


@OFTEN
@given(invoices(), rows(), st.sampled_from(DAYS))
def test_a_review_that_comes_late_knows_what_was_told_before(document: Invoice, on_it: list[Allocation], late: date):
    found = laid(document, on_it, day=FIRST_DAY)
    overslept = found.review_on is not None and found.review_on <= late

    assert told_status(found, late) == assess(found, FIRST_DAY if overslept else late).status


def test_dupont_promises_pays_half_and_is_late_again():
    second, fifth, eighth = (FIRST_DAY + timedelta(days=number) for number in (1, 4, 7))
    halves = invoice((second, 50), (eighth, 50))

    assert [assess(laid(halves, [], day=FIRST_DAY), day).status for day in (second, second + timedelta(days=1))] == ["due", "overdue"]

    promised = laid(halves._replace(promised_on=fifth), [], day=second)
    assert assess(promised, fifth) == ("upcoming_payment", fifth + timedelta(days=1))
    assert assess(promised, fifth + timedelta(days=1)) == ("overdue", None)

    half_paid = laid(halves, [row(amount=50)], day=fifth)
    assert assess(half_paid, fifth) == ("due", eighth + timedelta(days=1))
    assert assess(half_paid, eighth + timedelta(days=1)) == ("overdue", None)

    assert assess(laid(halves, [row(amount=50), row(number=2, amount=50)], day=fifth), eighth) == ("paid", None)


def test_a_day_that_never_ends_needs_no_review():
    """9999-12-31 is what users write for "never", and there is no day after it."""
    never = laid(invoice((date.max, 10), promised_on=date.max), [], day=FIRST_DAY)

    assert assess(never, FIRST_DAY) == ("upcoming_payment", None)
    assert assess(never._replace(promised_on=None), date.max) == ("due", None)


@pytest.mark.parametrize(
    ("amount", "paid_back", "linked", "recovery", "disputed", "status"),
    [
        (10, 4, 6, False, False, "deducted"),
        (10, 10, 0, True, True, "deducted"),
        (0, 0, 0, False, False, "deducted"),
        (10, 4, 5, True, True, "recovery"),
        (10, 4, 5, False, True, "disputed"),
        (10, 4, 5, False, False, "available"),
        (10, 0, 0, False, False, "available"),
    ],
)
def test_the_status_of_a_credit_note(amount: int, paid_back: int, linked: int, recovery: bool, disputed: bool, status: str):
    assert credit_note_status(CreditNoteFacts(amount, paid_back, linked, recovery, disputed)) == status


@given(days, maybe_days, maybe_days)
def test_a_standing_that_is_not_open_is_the_status_on_every_day(day: date, uncovered: date | None, promised: date | None):
    for word in STANDINGS[1:]:
        assert status_on(standing=word, uncovered_on=uncovered, promised_on=promised, day=day) == word
