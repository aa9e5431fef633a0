"""When a message is tried again: the whole life of one that nobody takes, and what receivers can do about it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.delivery import DELAYS, JITTER_STEPS, LONGEST_WAIT, Answer, Verdict, judged

AT = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)


def test_a_message_that_nobody_takes_is_tried_ten_times_over_more_than_three_days():
    at, instants = AT, [AT]
    while (verdict := judged(Answer(status=500, error="status 500"), earlier=len(instants) - 1, at=at, steps=0)).next_at:
        at = verdict.next_at
        instants.append(at)

    assert verdict == Verdict("given_up")
    seconds = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(instants)]
    assert seconds == [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600]
    assert at - AT > timedelta(days=3)


@pytest.mark.parametrize("earlier", [0, 3, 9, 50])
def test_what_was_taken_is_sent(earlier: int):
    assert judged(Answer(status=204), earlier=earlier, at=AT, steps=7) == Verdict("sent")


@given(st.integers(0, len(DELAYS) - 1), st.integers(0, JITTER_STEPS), st.none() | st.timedeltas(min_value=timedelta(0)))
def test_the_next_attempt(earlier: int, steps: int, wait: timedelta | None):
    """Never before its delay nor before the receiver wants it, and never later than both with their bounds."""
    verdict = judged(Answer(status=503, error="x", retry_after=wait), earlier=earlier, at=AT, steps=steps)

    assert verdict.next_at is not None
    later, asked = verdict.next_at - AT, min(wait or timedelta(), LONGEST_WAIT)
    assert later >= DELAYS[earlier]
    assert later >= asked
    assert later <= max(DELAYS[earlier] * 11 / 10, asked)
