"""Who goes out next, by the seconds of a clock that only the tests move: turns, lanes and their bounds."""

import itertools
from collections import Counter

import pytest

from duebook.jobs.board import LONGEST_PAUSE_SECONDS, SAFE_SECONDS, Board
from duebook.jobs.lanes import RULES, LaneName
from tests.jobs.boards import LONG, TENANT, due, earned, seated, started, supply, target


def test_endpoints_take_turns():
    board = Board()
    one, other = seated(board, 4), seated(board, 4)

    assert [flight.seat for flight in started(board)] == [one, other] * 4


@pytest.mark.parametrize("lane", ["fresh", "brisk", "slow", "failing"])
def test_one_endpoint_has_at_least_eight_attempts_at_once_and_a_bound(lane: LaneName):
    board = Board()
    seat = seated(board, RULES[lane].each + 5) if lane == "fresh" else earned(board, lane, number=RULES[lane].each + 5)[0]
    flights = [flight for second in range(1_000) for flight in started(board, at=10 + second)]

    assert len(flights) == RULES[lane].each >= 8
    assert {flight.seat for flight in flights} == {seat}


@pytest.mark.parametrize("lane", ["brisk", "slow", "failing"])
def test_a_lane_has_so_many_places(lane: LaneName):
    board = Board()
    earned(board, *[lane] * (RULES[lane].slots // RULES[lane].each + 2), number=RULES[lane].each)
    flights = [flight for second in range(1_000) for flight in started(board, at=10 + second)]

    assert len(flights) == RULES[lane].slots


def test_full_lanes_of_others_take_no_place_from_the_brisk():
    """However many endpoints are new, slow or failing."""
    board = Board()
    good, *others = earned(board, "brisk", *["slow"] * 66, *["failing"] * 40, number=16)
    slow, failing = others[:66], others[66:]
    new = [seated(board, 8) for _ in range(100)]
    started_for = Counter(flight.seat for flight in started(board, at=1_000))

    assert started_for[good] == 16
    assert sum(started_for[seat] for seat in new) == RULES["fresh"].slots
    assert sum(started_for[seat] for seat in slow) == RULES["slow"].slots
    assert sum(started_for[seat] for seat in failing) <= 3, "and those come by and by"


def test_an_attempt_that_takes_long_gives_its_place_to_others():
    """All places of the new ones are taken by the silent; after a second they are free again."""
    board = Board()
    for _ in range(RULES["fresh"].slots // 8):
        seated(board, 8)
    silent = started(board)
    late = seated(board, 1)
    assert started(board) == []

    for flight in silent:
        board.overstay(flight, at=1)

    assert [flight.seat for flight in started(board, at=1)] == [late]
    assert {flight.lane.name for flight in silent} == {"slow"}


def test_the_last_attempt_earns_the_lane():
    board = Board()
    seat = seated(board, 8)
    first, second, third, fourth, *_ = started(board)

    board.end(first, is_good=True, pause=0, at=0.5)
    assert seat.lane.name == "brisk"
    board.end(second, is_good=False, pause=0, at=0.6)
    assert seat.lane.name == "failing"
    board.end(third, is_good=True, pause=0, at=1.5)
    assert seat.lane.name == "slow"
    board.end(fourth, is_good=True, pause=0, at=0.9)
    assert seat.lane.name == "brisk"


def test_who_failed_before_the_worker_began_begins_in_the_lane_of_the_failing():
    assert seated(Board(), 1, failing=True).lane.name == "failing"


def test_failures_are_kept_to_a_pace():
    """A thousand endpoints that refuse at once cost no more than a hundred attempts a second."""
    board = Board()
    for _ in range(1_000):
        board.hold(TENANT, target(failing=True), held_until=LONG, at=0)
    attempts, at = 0, 0.0
    while at < 10:
        for seat, bounds in board.take_hungry(most=64):
            board.supplied(seat, bounds, due(bounds.fetch), at=at)
        for flight in started(board, at=at):
            attempts += 1
            board.end(flight, is_good=False, pause=0, at=at)
            board.written(flight.seat, flight.letter, again_at=None, at=at)
        at = board.next_at(at) or LONG

    assert 950 <= attempts <= 1_005


@pytest.mark.parametrize("rate", [1, 5, 20])
def test_a_rate_limit_spaces_attempts(rate: int):
    board = Board()
    seated(board, 8, rate_limit=rate)
    at, starts = 0.0, list[float]()
    while len(starts) < 8:
        starts += [at] * len(started(board, at=at))
        next_at = board.next_at(at)
        if next_at is None:
            break
        at = next_at

    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(starts) == 8
    assert gaps == pytest.approx([1 / rate] * 7)


def test_too_many_means_a_pause_of_bounded_length():
    board = Board()
    seat = seated(board, 3)
    first, *others = started(board)
    board.end(first, is_good=False, pause=10_000, at=1)
    for flight in others:
        board.end(flight, is_good=False, pause=0, at=1)
    supply(board, seat, due(1), at=1)

    assert started(board, at=LONGEST_PAUSE_SECONDS) == []
    assert len(started(board, at=LONGEST_PAUSE_SECONDS + 1)) == 1


def test_no_attempt_starts_that_might_outlast_the_hold():
    board = Board()
    seat = seated(board, 1, held_until=60)
    assert started(board, at=60 - SAFE_SECONDS) == []

    board.hold(TENANT, seat.target, held_until=120, at=60 - SAFE_SECONDS)
    assert len(started(board, at=60 - SAFE_SECONDS)) == 1


def test_what_is_due_soon_is_asked_for_when_it_is():
    board = Board()
    seat = seated(board)
    supply(board, seat, [], later_at=5.0)
    assert (board.is_hungry(), seat.has_work()) == (False, True)
    assert board.next_at(0) == 5.0

    assert started(board, at=5.0) == []
    assert board.is_hungry()


def test_what_is_due_in_an_hour_is_left_to_a_sweep():
    board = Board()
    seat = seated(board)
    supply(board, seat, [], later_at=3_600.0)

    assert (board.is_hungry(), seat.has_work(), board.next_at(0)) == (False, False, None)


def test_news_during_a_fetch_are_not_lost():
    """The fetch may have looked before they were there."""
    board = Board()
    seat = seated(board)
    board.want(seat)
    ((_, bounds),) = board.take_hungry(most=1)
    board.want(seat)
    assert not board.is_hungry(), "one fetch at a time"

    board.supplied(seat, bounds, [], at=0)
    assert board.is_hungry()


def test_memory_is_bounded():
    """Big messages: a lane stops fetching when its bytes are used up, and goes on when they are free."""
    board = Board()
    for _ in range(1_000):
        board.hold(TENANT, target(failing=True), held_until=LONG, at=0)
    fetched = 0
    while taken := board.take_hungry(most=10):
        for seat, bounds in taken:
            board.supplied(seat, bounds, due(1, size=400_000), at=0)
            fetched += 1

    assert fetched * 400_000 < RULES["failing"].bytes_in_hand + 400_000
    (flight,) = started(board, at=0)
    board.end(flight, is_good=False, pause=0, at=0)
    board.written(flight.seat, flight.letter, again_at=None, at=0)
    assert len(board.take_hungry(most=10)) <= 1
