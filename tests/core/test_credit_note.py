"""What an import makes of a credit note, and that it is spent once."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.credit_note import CreditNote, CreditNoteDraft, imported, laid, move_refusals, row_refusals
from duebook.core.invoice import Reference
from duebook.core.refusal import Refusal
from tests.core.drawn import DUPONT, FIRST_DAY, row, small

JANUARY = date(2026, 1, 31)
EUROS = CreditNote(UUID(int=7), DUPONT, "AV-1", "AV-1", 10, None, "EUR", 10, FIRST_DAY, JANUARY)
DOLLARS = EUROS._replace(currency="USD", default_amount=9)
DRAFT = CreditNoteDraft("AV-1", Reference(id=DUPONT), "AV-1", 10, FIRST_DAY)


def told(refusals: list[Refusal]) -> list[tuple[str, str, str]]:
    return [(refusal.kind, refusal.code, ".".join(map(str, refusal.path))) for refusal in refusals]


@pytest.mark.parametrize(
    ("known", "draft", "value", "faults"),
    [
        pytest.param(None, DRAFT, ("EUR", 10), [], id="simple: at home"),
        pytest.param(EUROS, DRAFT._replace(amount=12), ("EUR", 12), [], id="simple: another amount at home"),
        pytest.param(DOLLARS, DRAFT, ("USD", 9), [], id="simple: a foreign document keeps currency and value"),
        pytest.param(
            DOLLARS, DRAFT._replace(amount=12), ("USD", 9), [("conflict", "conflict", "amount")], id="simple: but not another amount"
        ),
        pytest.param(None, DRAFT._replace(currency="EUR"), ("EUR", 10), [], id="complete at home: equal to the amount"),
        pytest.param(
            None,
            DRAFT._replace(currency="EUR", default_amount=9),
            ("EUR", 10),
            [("invalid", "sum_mismatch", "default_amount")],
            id="complete at home: worth something else",
        ),
        pytest.param(None, DRAFT._replace(currency="USD", default_amount=9), ("USD", 9), [], id="complete, foreign: as given"),
        pytest.param(
            None,
            DRAFT._replace(currency="USD"),
            ("USD", 10),
            [("invalid", "required", "default_amount")],
            id="complete, foreign: the value is needed",
        ),
        pytest.param(DOLLARS, DRAFT._replace(currency="USD"), ("USD", 9), [], id="complete: kept while the amount stands"),
        pytest.param(
            DOLLARS,
            DRAFT._replace(currency="USD", amount=12),
            ("USD", 12),
            [("invalid", "required", "default_amount")],
            id="complete: asked for with another amount",
        ),
        pytest.param(
            DOLLARS,
            DRAFT._replace(currency="GBP"),
            ("GBP", 10),
            [("invalid", "required", "default_amount")],
            id="complete: asked for in another foreign currency",
        ),
    ],
)
def test_currency_and_value(known: CreditNote | None, draft: CreditNoteDraft, value: tuple[str, int], faults: list[tuple[str, str, str]]):
    found, refusals = imported(draft, known=known, customer_id=DUPONT, home_currency="EUR")

    assert told(refusals) == faults
    assert (found.currency, found.default_amount) == value


def test_an_absent_field_changes_nothing_and_null_clears():
    known = EUROS._replace(net_amount=8, recovery_on=JANUARY, disputed_on=JANUARY, positions=3)
    absent, _ = imported(DRAFT, known=known, customer_id=DUPONT, home_currency="EUR")
    null, _ = imported(DRAFT._replace(net_amount=None, due_on=None), known=known, customer_id=DUPONT, home_currency="EUR")

    assert absent == known
    assert null == known._replace(net_amount=None, due_on=None)


@given(st.lists(st.tuples(st.sampled_from(["payback", "link"]), small), max_size=4), st.integers(0, 30))
def test_sums_hold_and_no_credit_note_is_spent_twice(spent: list[tuple[str, int]], amount: int):
    rows = [
        row("link" if kind == "link" else "payback", number=number, amount=part, credit_note=7)
        for number, (kind, part) in enumerate(spent, start=1)
    ]
    note = EUROS._replace(amount=amount)
    after = laid(note, rows)
    allowed = sum(part for _, part in spent) <= amount

    assert after.amount_paid_back + after.amount_linked + after.amount_remaining == amount
    assert (row_refusals(note, rows, given=None, path=("links",)) == []) == allowed
    if allowed:
        assert (after.standing == "deducted") == (after.amount_remaining == 0)


def test_a_request_that_spends_too_much_by_itself_is_invalid_and_the_books_are_a_conflict():
    rows = [row("payback", number=1, amount=6, credit_note=7), row("link", number=2, amount=5, credit_note=7)]

    assert told(row_refusals(EUROS, rows, given=11, path=("links",))) == [("invalid", "over_allocation", "links")]
    assert told(row_refusals(EUROS, rows, given=5, path=("links",))) == [("conflict", "over_allocation", "links")]


@pytest.mark.parametrize(("disputed", "has_rows", "stays"), [(None, False, False), (None, True, True), (JANUARY, False, True)])
def test_another_customer_or_currency_only_while_nothing_hangs_on_it(disputed: date | None, has_rows: bool, stays: bool):
    after = EUROS._replace(customer_id=UUID(int=77), currency="USD", disputed_on=disputed)
    both = [("conflict", "conflict", "customer"), ("conflict", "conflict", "currency")]

    assert told(move_refusals(after, known=EUROS, has_rows=has_rows)) == (both if stays else [])
    assert move_refusals(after, known=None, has_rows=has_rows) == []
