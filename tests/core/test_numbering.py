"""Numbers of documents: patterns, padding, a block of numbers in one move, and what is no pattern."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.numbering import Taken, numbered, pattern_refusals, taken

LAST_DAY_OF_2025, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("pattern", "number", "shown"),
    [
        ("INV-{number}", 35, "INV-35"),
        ("00{number}", 1, "001"),
        ("00{number}", 10, "0010"),
        ("{number}", 0, "0"),
        ("FA{YYYY}{MM}-{number}", 7, "FA202601-7"),
        ("{DD}/{MM}/{YYYY} n°{number}", 12_345, "01/01/2026 n°12345"),
        ("{number}-{number}", 3, "3-3"),
        ("number {number}", 3, "number 3"),
        ("{number}", 9_007_199_254_740_991, "9007199254740991"),
    ],
)
def test_what_a_pattern_makes_of_a_number(pattern: str, number: int, shown: str):
    assert pattern_refusals(pattern) == []
    assert numbered(pattern, number=number, day=NEW_YEAR) == shown


def test_days_are_padded_and_early_years_have_four_digits():
    assert numbered("{YYYY}.{MM}.{DD}.{number}", number=1, day=date(987, 6, 5)) == "0987.06.05.1"


def test_a_block_takes_its_numbers_in_order_and_the_sequence_goes_on_in_the_new_year():
    assert taken("{YYYY}-{number}", next_number=99, days=[LAST_DAY_OF_2025, NEW_YEAR, LAST_DAY_OF_2025]) == Taken(
        ["2025-99", "2026-100", "2025-101"], next_number=102
    )


def test_an_empty_block_leaves_the_counter_where_it_is():
    assert taken("INV-{number}", next_number=5, days=[]) == Taken([], next_number=5)


@pytest.mark.parametrize(
    ("pattern", "codes"),
    [
        pytest.param("INV", ["required"], id="no number"),
        pytest.param("", ["required"], id="empty"),
        pytest.param("INV-#####", ["required"], id="as the published examples have it"),
        pytest.param("{Number}", ["required", "pattern"], id="in another spelling"),
        pytest.param("{number}-{YY}", ["pattern"], id="an unknown place"),
        pytest.param("{number}-{YY}-{YY}-{}", ["pattern", "pattern"], id="each unknown place once"),
        pytest.param("{number", ["required", "pattern"], id="left open"),
        pytest.param("{{number}}", ["pattern"], id="braces in braces"),
        pytest.param("{number}}", ["pattern"], id="closed twice"),
    ],
)
def test_what_is_no_pattern(pattern: str, codes: list[str]):
    refusals = pattern_refusals(pattern, path=("invoice_number_pattern",))

    assert [refusal.code for refusal in refusals] == codes
    assert all(refusal.kind == "invalid" and refusal.path == ("invoice_number_pattern",) for refusal in refusals)


texts = st.text(st.characters(blacklist_characters="{}"), max_size=5)
patterns = st.lists(texts | st.sampled_from(["{YYYY}", "{MM}", "{DD}"]), max_size=4).map(lambda pieces: "".join([*pieces, "{number}"]))


@given(patterns, st.integers(0, 10**9), st.lists(st.dates(), max_size=12), st.lists(st.dates(), max_size=12))
def test_two_blocks_are_one_block_and_no_number_comes_twice(pattern: str, start: int, first: list[date], second: list[date]):
    one = taken(pattern, next_number=start, days=first)
    two = taken(pattern, next_number=one.next_number, days=second)

    assert taken(pattern, next_number=start, days=[*first, *second]) == Taken([*one.numbers, *two.numbers], two.next_number)
    same_day = taken(pattern, next_number=start, days=[NEW_YEAR] * 30).numbers
    assert len(set(same_day)) == 30
