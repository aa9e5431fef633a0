"""How a document is settled when it is issued: a table of statuses and transactions, and the laws of their sums."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.money import MAX_AMOUNT
from duebook.core.paper import TransactionDraft
from duebook.core.settling import Movement, Terms, movements

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
ISSUED = datetime(2026, 1, 15, 8, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=3), NOW + timedelta(seconds=1)


def terms(**changes: Any) -> Terms:
    return Terms("invoice", "paid", 12_000, ISSUED, None, NOW, PARIS)._replace(**changes)


def of(amount: int | None, at: datetime | None = BEFORE, *, shape: str = "external") -> TransactionDraft:
    return TransactionDraft(shape=shape, amount=amount, process_at=at)


def amounts(found: list[Movement]) -> list[tuple[int, bool]]:
    """(amount, has happened) of each."""
    return [(movement.amount, movement.settled_at is not None) for movement in found]


@pytest.mark.parametrize(
    ("drafts", "changes", "expected"),
    [
        ([], {}, [(12_000, True)]),
        ([], {"total": 0}, []),
        ([], {"status": "to_pay"}, []),
        ([], {"status": "draft"}, []),
        ([], {"kind": "credit_note"}, [(12_000, True)]),
        ([of(12_000)], {}, [(12_000, True)]),
        ([of(7_000), of(5_000, NOW)], {}, [(7_000, True), (5_000, True)]),
        ([of(20_000)], {}, [(20_000, True)]),
        ([of(5_000), of(4_000, AFTER)], {"status": "to_pay"}, [(5_000, True), (4_000, False)]),
        ([of(0)], {"status": "to_pay"}, [(0, True)]),
        ([of(12_000), of(1, AFTER)], {}, [(12_000, True), (1, False)]),
        ([of(5_000), of(None, shape="provider")], {}, [(5_000, True), (7_000, True)]),
        ([of(None, shape="provider"), of(None, shape="provider")], {}, [(12_000, True), (0, True)]),
        ([of(20_000), of(None, shape="provider")], {}, [(20_000, True), (0, True)]),
        ([of(4_000), of(8_000, AFTER)], {"kind": "credit_note", "status": "to_pay"}, [(4_000, True), (8_000, False)]),
    ],
)
def test_what_transactions_come_to(drafts: list[TransactionDraft], changes: dict[str, Any], expected: list[tuple[int, bool]]) -> None:
    found, refusals = movements(drafts, terms=terms(**changes), methods={})

    assert refusals == []
    assert amounts(found) == expected


@pytest.mark.parametrize(
    ("drafts", "changes", "code"),
    [
        ([of(11_999)], {}, "sum_mismatch"),
        ([of(11_999), of(1, AFTER)], {}, "sum_mismatch"),
        ([of(12_000, AFTER)], {}, "sum_mismatch"),
        ([of(12_000)], {"status": "draft"}, "conflict"),
        ([of(12_001)], {"kind": "credit_note", "status": "to_pay"}, "over_allocation"),
        ([of(12_000), of(1, AFTER)], {"kind": "credit_note", "status": "to_pay"}, "over_allocation"),
        ([of(MAX_AMOUNT), of(1)], {"status": "to_pay"}, "too_large"),
    ],
)
def test_what_speaks_against_transactions(drafts: list[TransactionDraft], changes: dict[str, Any], code: str) -> None:
    _, refusals = movements(drafts, terms=terms(**changes), methods={})

    assert [(refusal.code, refusal.path) for refusal in refusals] == [(code, ("transactions",))]


def test_a_total_that_is_not_known_blames_no_sum() -> None:
    assert movements([of(1)], terms=terms(total=None), methods={})[1] == []


@pytest.mark.parametrize(("settled_at", "expected"), [(None, ISSUED), (BEFORE, BEFORE)])
def test_paid_without_transactions_came_when_it_was_said_else_when_it_was_issued(settled_at: datetime | None, expected: datetime) -> None:
    (found,), _ = movements([], terms=terms(settled_at=settled_at), methods={})

    assert (found.process_at, found.settled_at, found.method, found.draft) == (expected, expected, "external", None)


def test_a_provider_without_a_time_is_of_the_issue_instant() -> None:
    (found,), _ = movements([of(None, None, shape="provider")], terms=terms(), methods={})
    (later,), _ = movements([of(None, None, shape="provider")], terms=terms(status="to_pay", issued_at=AFTER), methods={})

    assert (found.process_at, found.settled_at) == (ISSUED, ISSUED)
    assert (later.process_at, later.settled_at) == (AFTER, None)


@pytest.mark.parametrize(
    ("shape", "method", "expected"),
    [
        ("external", None, "external"),
        ("transfer", None, "transfer"),
        ("provider", None, "external"),
        ("payment_method", "direct_debit", "direct_debit"),
        ("payment_method", "apple_pay", "card"),
        ("payment_method", "google_pay", "card"),
        ("payment_method", "stripe_link", "card"),
    ],
)
def test_the_means_of_each_shape(shape: str, method: str | None, expected: str) -> None:
    (found,), _ = movements([of(12_000, shape=shape)], terms=terms(), methods={} if method is None else {0: method})

    assert found.method == expected


INSTANTS = st.sampled_from([BEFORE, NOW, AFTER])
DRAFTS = st.lists(st.builds(of, st.integers(0, 20_000) | st.none(), INSTANTS, shape=st.just("provider")), max_size=5)


@given(drafts=DRAFTS, total=st.integers(0, 20_000), status=st.sampled_from(["paid", "to_pay"]))
def test_given_amounts_stand_and_open_ones_fill_up_to_the_total(drafts: list[TransactionDraft], total: int, status: str) -> None:
    found, refusals = movements(drafts, terms=terms(total=total, status=status), methods={})
    happened = sum(movement.amount for movement in found if movement.settled_at is not None)

    assert all(movement.amount == draft.amount for movement, draft in zip(found, drafts, strict=False) if draft.amount is not None)
    if any(draft.amount is None for draft in drafts):
        assert sum(movement.amount for movement in found) == max(total, sum(draft.amount or 0 for draft in drafts))
    assert all((movement.settled_at is None) == (movement.process_at > NOW) for movement in found)
    assert bool(refusals) == (status == "paid" and bool(drafts) and happened < total)
