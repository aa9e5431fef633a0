"""Laws of the proof of numbers: what a counter gave has no fault in whatever order it comes, and a lost or doubled number has one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.number_proof import Series
from duebook.core.numbering import taken

PATTERNS = ("INV-{number}", "00{number}", "{YYYY}{MM}-{number}", "{number}{DD}", "{number}/{number}.", "F({YYYY})+{number}")
series = st.tuples(st.integers(0, 40_000), st.lists(st.dates(date(1900, 1, 1), date(2999, 12, 31)), min_size=3, max_size=30))


def messages(numbers: list[str], *patterns: str, next_number: int, has_numbers: bool = True) -> list[str]:
    made = Series(patterns)
    for number in numbers:
        made.take(number)
    return [fault.message for fault in made.faults(next_number=next_number, has_numbers=has_numbers)]


@given(st.sampled_from(PATTERNS), series, st.randoms(use_true_random=False))
def test_what_a_counter_gave_is_whole_in_any_order(pattern: str, drawn: tuple[int, list[date]], dice: object) -> None:
    first, days = drawn
    numbers, next_number = taken(pattern, next_number=first, days=days)
    dice.shuffle(numbers)  # type: ignore[attr-defined]  # hypothesis gives a random.Random under a name of its own

    assert messages(numbers, pattern, next_number=next_number) == []


@given(st.sampled_from(PATTERNS), series, st.data())
def test_one_that_is_lost_doubled_or_not_counted_is_told(pattern: str, drawn: tuple[int, list[date]], data: st.DataObject) -> None:
    first, days = drawn
    numbers, next_number = taken(pattern, next_number=first, days=days)
    place = data.draw(st.integers(1, len(numbers) - 2))

    assert messages(numbers[:place] + numbers[place + 1 :], pattern, next_number=next_number) == [
        f"counters that no document has: 1 (the first of them: {first + place})"
    ]
    assert messages([*numbers, numbers[place]], pattern, next_number=next_number) == [
        f"number {numbers[place]!r}: counter {first + place} was taken twice"
    ]
    assert messages(numbers, pattern, next_number=next_number + 1) == [
        f"the next number is {next_number + 1}, but the last one taken is {next_number - 1}"
    ]


@pytest.mark.parametrize(
    ("numbers", "patterns", "told"),
    [
        (["INV-1", "FV-2", "INV-3"], ("INV-{number}", "FV-{number}"), []),
        (["INV-3", "ABC"], ("INV-{number}",), ["number 'ABC' is none that a pattern of its seller makes"]),
        (["INV-01"], ("INV-{number}",), ["number 'INV-01' is none that a pattern of its seller makes"]),
        (["1-2"], ("{number}-{number}",), ["number '1-2' is none that a pattern of its seller makes"]),
        (["9" * 5_000], ("{number}",), [f"number '{'9' * 5_000}' is none that a pattern of its seller makes"]),
        # 12, or 2 behind the later pattern's 1: neither a gap nor an end can be told of such a series.
        (["INV-12", "INV-4"], ("INV-{number}", "INV-1{number}"), []),
    ],
    ids=["two patterns", "another text", "a zero before it", "two counters in one", "longer than any counter", "two meanings"],
)
def test_numbers_of_more_than_one_pattern_and_of_none(numbers: list[str], patterns: tuple[str, ...], told: list[str]) -> None:
    assert messages(numbers, *patterns, next_number=4) == told


def test_a_seller_knows_whether_it_has_numbers() -> None:
    assert messages([], "{number}", next_number=1, has_numbers=False) == []
    assert messages([], "{number}", next_number=1) == ["its seller says that numbers were taken, but there are 0"]
    assert messages(["1"], "{number}", next_number=2, has_numbers=False) == ["its seller says that no number was taken, but there are 1"]


def test_a_gap_that_is_wider_than_the_memory_for_it_is_told() -> None:
    (gap,) = messages(["1", "900000000000000000"], "{number}", next_number=900_000_000_000_000_001)

    assert gap.startswith("counters that no document has: 1")
