"""Instalments: what a schedule must agree on, and that money covers the oldest first."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.instalment import Instalment, InstalmentDraft, schedule, uncovered_on
from duebook.core.money import MAX_AMOUNT
from tests.core.drawn import days, small

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def euros(on: date, amount: int) -> InstalmentDraft:
    return InstalmentDraft(on, amount, "EUR")


def refused(drafts: list[InstalmentDraft], *, amount: int, home: str = "EUR") -> list[tuple[str, str]]:
    """(path, code) of everything that speaks against the schedule."""
    _, refusals = schedule(drafts, amount=amount, home_currency=home)
    return [(".".join(map(str, refusal.path)), refusal.code) for refusal in refusals]


def test_three_instalments_stand_by_day_then_as_given():
    drafts = [euros(MARCH, 1), euros(JANUARY, 2), euros(JANUARY, 3)]

    assert schedule(drafts, amount=6, home_currency="EUR") == (
        (Instalment(JANUARY, 2, 2), Instalment(JANUARY, 3, 3), Instalment(MARCH, 1, 1)),
        [],
    )


def test_amounts_that_do_not_add_up_are_named_both():
    _, [refusal] = schedule([euros(JANUARY, 40), euros(FEBRUARY, 50)], amount=100, home_currency="EUR")

    assert (refusal.kind, refusal.code, refusal.path) == ("invalid", "sum_mismatch", ("instalments",))
    assert "90" in refusal.message
    assert "100" in refusal.message


@pytest.mark.parametrize(
    ("drafts", "amount", "faults"),
    [
        pytest.param(
            [euros(JANUARY, 1), InstalmentDraft(FEBRUARY, 1, "USD", 1)],
            2,
            [("instalments.1.currency", "currency")],
            id="two currencies in one invoice",
        ),
        pytest.param(
            [InstalmentDraft(JANUARY, 1, "USD", 1), InstalmentDraft(FEBRUARY, 1, "USD")],
            2,
            [("instalments.1.default_amount", "required")],
            id="a foreign amount without its value at home",
        ),
        pytest.param(
            [InstalmentDraft(JANUARY, 10, "EUR", 11)],
            10,
            [("instalments.0.default_amount", "sum_mismatch")],
            id="an amount at home that is worth something else",
        ),
        pytest.param(
            [euros(JANUARY, MAX_AMOUNT), euros(FEBRUARY, 1)],
            MAX_AMOUNT,
            [("instalments", "too_large")],
            id="a sum above what can be held exactly",
        ),
        pytest.param(
            [InstalmentDraft(JANUARY, 1, "USD", MAX_AMOUNT), InstalmentDraft(FEBRUARY, 1, "USD", 1)],
            2,
            [("instalments", "too_large")],
            id="a sum at home above what can be held exactly",
        ),
        pytest.param(
            [InstalmentDraft(JANUARY, 10, "EUR", 11), InstalmentDraft(JANUARY, 10, "USD", 9), euros(MARCH, 3)],
            10,
            [("instalments.0.default_amount", "sum_mismatch"), ("instalments.1.currency", "currency"), ("instalments", "sum_mismatch")],
            id="all faults at once",
        ),
    ],
)
def test_a_schedule_is_refused(drafts: list[InstalmentDraft], amount: int, faults: list[tuple[str, str]]):
    assert refused(drafts, amount=amount) == faults


def test_the_largest_amount_is_taken():
    drafts = [InstalmentDraft(JANUARY, MAX_AMOUNT - 1, "JPY", 1), InstalmentDraft(FEBRUARY, 1, "JPY", MAX_AMOUNT - 1)]

    assert refused(drafts, amount=MAX_AMOUNT) == []


schedules = st.lists(st.tuples(days, small), min_size=1, max_size=5).map(
    lambda parts: [Instalment(on, amount, amount) for on, amount in sorted(parts, key=lambda part: part[0])]
)


def poured(parts: list[Instalment], money: int) -> list[int]:
    """What each instalment still lacks when money is poured in, the oldest first, a part at a time."""
    lacking: list[int] = []
    for part in parts:
        taken = min(part.amount, money)
        money -= taken
        lacking.append(part.amount - taken)
    return lacking


@given(schedules, st.integers(0, 40))
def test_money_covers_the_oldest_first(parts: list[Instalment], money: int):
    lacking = poured(parts, money)
    late = [part.due_on for part, rest in zip(parts, lacking, strict=True) if rest]

    assert uncovered_on(parts, money=money) == (late[0] if late else None)


@given(schedules, st.integers(0, 40), st.integers(0, 5))
def test_more_money_never_uncovers_an_earlier_day(parts: list[Instalment], money: int, more: int):
    before, after = uncovered_on(parts, money=money), uncovered_on(parts, money=money + more)

    assert after is None or (before is not None and after >= before)
