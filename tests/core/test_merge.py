"""A given array meets the stored rows of its kind: what is matched, added, kept and removed."""

import time
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.allocation import Allocation, AllocationDraft, merge, repeated
from tests.core.drawn import FIRST_DAY, row

MONDAY, TUESDAY = FIRST_DAY, FIRST_DAY + timedelta(days=1)
AVOIR, OTHER_AVOIR = UUID(int=7), UUID(int=8)


def said(rows: list[Allocation]) -> list[tuple[str | None, int]]:
    return [(one.external_id, one.amount) for one in rows]


def test_a_row_is_known_by_its_external_id_whatever_else_changed():
    stored = [row(number=1, external_id="a", amount=10), row(number=2, external_id="b", amount=20)]

    merged = merge(stored, [AllocationDraft(TUESDAY, 25, "b"), AllocationDraft(MONDAY, 10, "a")], side="by_invoice")

    assert said(merged.kept) == [("a", 10), ("b", 25)]
    assert merged.kept[1].dated_on == TUESDAY
    assert [one.id for one in merged.kept] == [one.id for one in stored]
    assert (merged.added, merged.removed) == ([], [])


def test_a_row_without_a_name_is_known_by_its_day_and_amount_and_receives_the_name():
    merged = merge([row(amount=10, on=MONDAY)], [AllocationDraft(MONDAY, 10, "a")], side="by_invoice")

    assert said(merged.kept) == [("a", 10)]


def test_a_row_with_a_name_keeps_it_when_the_given_one_has_none():
    merged = merge([row(amount=10, on=MONDAY, external_id="a")], [AllocationDraft(MONDAY, 10)], side="by_invoice")

    assert said(merged.kept) == [("a", 10)]


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(AllocationDraft(MONDAY, 10, "b"), id="two names are two rows"),
        pytest.param(AllocationDraft(TUESDAY, 10), id="another day"),
        pytest.param(AllocationDraft(MONDAY, 11), id="another amount"),
    ],
)
def test_what_does_not_match_is_added_and_what_nobody_names_goes(draft: AllocationDraft):
    stored = row(amount=10, on=MONDAY, external_id="a")

    merged = merge([stored], [draft], side="by_invoice")

    assert (merged.kept, merged.added, merged.removed) == ([], [draft], [stored])


def test_a_name_goes_before_day_and_amount():
    """The unnamed draft comes first in the request and may not take the row that the second one names."""
    merged = merge(
        [row(amount=10, on=MONDAY, external_id="a")], [AllocationDraft(MONDAY, 10), AllocationDraft(TUESDAY, 5, "a")], side="by_invoice"
    )

    assert said(merged.kept) == [("a", 5)]
    assert merged.added == [AllocationDraft(MONDAY, 10)]


def test_the_first_of_equal_rows_is_taken_first():
    stored = [row(number=number, amount=10, on=MONDAY, external_id=name) for number, name in enumerate(["a", None, "b"], start=1)]

    merged = merge(stored, [AllocationDraft(MONDAY, 10, "x"), AllocationDraft(MONDAY, 10)], side="by_invoice")

    assert said(merged.kept) == [("a", 10), ("x", 10)]
    assert said(merged.removed) == [("b", 10)]


def test_an_empty_array_names_nothing_any_more():
    stored = [row(number=1), row(number=2, by="hand")]

    merged = merge(stored, [], side="by_invoice")

    assert (merged.kept, merged.removed) == ([stored[1]], [stored[0]])


def test_what_was_recorded_otherwise_stays_and_is_not_taken_for_a_row_of_the_array():
    """Dupont's cheque was entered by hand; the accounting system states a payment of the same day and amount: it is another."""
    by_hand = row(amount=10, on=MONDAY, by="hand")

    merged = merge([by_hand], [AllocationDraft(MONDAY, 10)], side="by_invoice")

    assert (merged.kept, merged.added, merged.removed) == ([by_hand], [AllocationDraft(MONDAY, 10)], [])


def test_what_was_recorded_otherwise_under_the_same_name_is_the_same_row():
    by_hand = row(amount=10, on=MONDAY, external_id="a", by="hand")

    merged = merge([by_hand], [AllocationDraft(TUESDAY, 12, "a")], side="by_invoice")
    assert merged.kept == [by_hand._replace(dated_on=TUESDAY, amount=12, by_invoice=True)]

    let_go = merge(merged.kept, [], side="by_invoice")
    assert let_go.kept == [merged.kept[0]._replace(by_invoice=False)], "the import named it for a while; it was there before"


def test_links_to_two_credit_notes_are_two_rows_even_under_one_name():
    stored = [row("link", number=1, credit_note=7, external_id="a"), row("link", number=2, credit_note=8)]

    merged = merge(stored, [AllocationDraft(MONDAY, 100, "a", OTHER_AVOIR)], side="by_invoice")

    assert [(one.credit_note_id, one.external_id) for one in merged.kept] == [(OTHER_AVOIR, "a")]
    assert merged.removed == [stored[0]]


def test_a_link_lives_while_one_side_names_it():
    """Martin's credit note and his invoice both name their link; each leaves it out in turn."""
    link = row("link", credit_note=7, by="invoice credit_note")

    left_out_by_the_invoice = merge([link], [], side="by_invoice")
    assert left_out_by_the_invoice.kept == [link._replace(by_invoice=False)]

    left_out_by_both = merge(left_out_by_the_invoice.kept, [], side="by_credit_note")
    assert left_out_by_both.removed == [link._replace(by_invoice=False)]


def test_a_link_given_by_the_other_side_is_taken_up_and_not_doubled():
    link = row("link", credit_note=7, amount=10, on=MONDAY, by="credit_note")

    merged = merge([link], [AllocationDraft(MONDAY, 10, None, AVOIR)], side="by_invoice")

    assert merged.kept == [link._replace(by_invoice=True)]
    assert merged.added == []


def test_the_side_of_the_credit_note_knows_a_link_by_its_invoice():
    link = row("link", credit_note=7, amount=10, on=MONDAY, by="invoice")
    stranger = AllocationDraft(MONDAY, 10, None, UUID(int=99))

    merged = merge([link], [stranger], side="by_credit_note")

    assert (merged.kept, merged.added) == ([link], [stranger])


names = st.none() | st.sampled_from("abc")
few = st.integers(1, 2)
notes = st.sampled_from([AVOIR, OTHER_AVOIR])
whose = st.sampled_from(["invoice", "credit_note", "hand", "invoice credit_note", "invoice hand", "credit_note hand"])


def _once_named(rows: list[tuple[str | None, int, UUID, int, str]]) -> list[Allocation]:
    """Stored links, as unique on (invoice, credit note, externalId) as the books keep them."""
    seen: set[tuple[UUID, str]] = set()
    kept: list[Allocation] = []
    for number, (name, amount, note, day, by) in enumerate(rows, start=1):
        unique = None if name is None or (note, name) in seen else name
        if unique is not None:
            seen.add((note, unique))
        on = MONDAY + timedelta(days=day)
        kept.append(row("link", number=number, amount=amount, on=on, external_id=unique, credit_note=note.int, by=by))
    return kept


def _draft(day: int, amount: int, name: str | None, note: UUID) -> AllocationDraft:
    return AllocationDraft(MONDAY + timedelta(days=day), amount, name, note)


stored_rows = st.lists(st.tuples(names, few, notes, few, whose), max_size=6).map(_once_named)
given_rows = st.lists(st.builds(_draft, few, few, names, notes), max_size=6).filter(lambda drafts: not repeated(drafts, path=(), within=""))


def stored_after(stored: list[Allocation], drafts: list[AllocationDraft]) -> list[Allocation]:
    """The rows after the invoice's side stated `drafts`, new ones recorded behind the old."""
    merged = merge(stored, drafts, side="by_invoice")
    new = [
        row("link", number=100 + place, amount=d.amount, on=d.dated_on, external_id=d.external_id, credit_note=d.counterpart_id.int)
        for place, d in enumerate(merged.added)
        if d.counterpart_id is not None
    ]
    return [*merged.kept, *new]


@given(stored_rows, given_rows)
def test_the_same_array_twice_changes_nothing(stored: list[Allocation], drafts: list[AllocationDraft]):
    once = stored_after(stored, drafts)

    assert merge(once, drafts, side="by_invoice") == (once, [], [])


@given(stored_rows, given_rows)
def test_after_an_array_its_side_names_exactly_its_rows(stored: list[Allocation], drafts: list[AllocationDraft]):
    named = [one for one in stored_after(stored, drafts) if one.by_invoice]

    assert sorted((one.dated_on, one.amount, one.credit_note_id) for one in named) == sorted(
        (draft.dated_on, draft.amount, draft.counterpart_id) for draft in drafts
    )
    given_names = {(draft.counterpart_id, draft.external_id) for draft in drafts if draft.external_id is not None}
    assert given_names <= {(one.credit_note_id, one.external_id) for one in named}


@given(stored_rows, given_rows)
def test_no_row_is_lost_that_somebody_else_names(stored: list[Allocation], drafts: list[AllocationDraft]):
    merged = merge(stored, drafts, side="by_invoice")

    assert [one for one in merged.removed if one.by_credit_note or one.by_hand] == []
    assert sorted(one.id.int for one in [*merged.kept, *merged.removed] if one.id) == sorted(one.id.int for one in stored if one.id)
    assert [one.id for one in merged.kept] == [one.id for one in stored if one not in merged.removed], "in the order they had"
    named = {(draft.counterpart_id, draft.external_id) for draft in drafts}
    untouched = [
        one for one in stored if not (one.by_invoice or one.by_credit_note) and (one.credit_note_id, one.external_id or "") not in named
    ]
    assert [one for one in untouched if one not in merged.kept] == []


@given(stored_rows, given_rows)
def test_rows_under_one_name_stay_one(stored: list[Allocation], drafts: list[AllocationDraft]):
    after = [(one.credit_note_id, one.external_id) for one in stored_after(stored, drafts) if one.external_id is not None]

    assert len(after) == len(set(after))


def test_a_long_array_costs_as_much_as_it_is_long():
    """5,000 rows against 5,000 in the worst order; by comparing each with each it took six seconds."""
    count = 5_000
    stored = [row(number=number, amount=number) for number in range(count)]
    drafts = [AllocationDraft(FIRST_DAY, count - 1 - number) for number in range(count)]

    started = time.process_time()
    merged = merge(stored, drafts, side="by_invoice")

    assert (len(merged.kept), merged.added, merged.removed) == (count, [], [])
    assert time.process_time() - started < 1


def test_a_name_twice_in_one_array_is_refused_at_the_later_place():
    drafts = [AllocationDraft(MONDAY, 1, "a"), AllocationDraft(MONDAY, 2), AllocationDraft(MONDAY, 3, "a"), AllocationDraft(MONDAY, 4)]

    [refusal] = repeated(drafts, path=("payments",), within="payments")

    assert (refusal.code, refusal.path) == ("duplicate", ("payments", 2, "external_id"))


def test_one_bank_receipt_may_name_links_of_two_credit_notes():
    drafts = [AllocationDraft(MONDAY, 1, "a", AVOIR), AllocationDraft(MONDAY, 1, "a", OTHER_AVOIR)]

    assert repeated(drafts, path=("links",), within="links") == []


def test_a_row_counts_from_the_earlier_of_its_day_and_its_recording():
    assert row(on=TUESDAY)._replace(recorded_on=MONDAY).effective_on == MONDAY
    assert row(on=MONDAY)._replace(recorded_on=TUESDAY).effective_on == MONDAY
