"""What tests of the board share: endpoints with messages that wait, on a clock that only the tests move."""

from typing import Any
from uuid import uuid4

from duebook.jobs.board import Board
from duebook.jobs.lanes import Flight, LaneName, Seat
from duebook.store.deliveries import Due, Target
from duebook.web.today import now

TENANT = uuid4()
LONG = 1_000_000.0
"""An instant after every test."""


def target(*, rate_limit: int | None = None, failing: bool = False) -> Target:
    """An endpoint; `failing`: since before the test."""
    return Target(uuid4(), "hyperline", "https://hooks.example.com/", rate_limit, b"secret", None, None, now() if failing else None)


def due(number: int, *, size: int = 100) -> list[Due]:
    """So many messages of so many bytes."""
    return [Due(uuid4(), place, 0, bytes(size)) for place in range(number)]


def seated(board: Board, number: int = 0, *, held_until: float = LONG, at: float = 0.0, **how: Any) -> Seat:
    """A new endpoint with so many messages waiting."""
    known = set(board)
    board.hold(TENANT, target(**how), held_until=held_until, at=at)
    (seat,) = set(board) - known
    supply(board, seat, due(number), at=at)
    return seat


def supply(board: Board, seat: Seat, letters: list[Due], *, later_at: float | None = None, at: float = 0.0) -> None:
    """Bring messages to one seat; the others stay hungry."""
    board.want(seat)
    for other, bounds in board.take_hungry(most=10_000):
        board.supplied(other, bounds, letters if other is seat else None, later_at=later_at if other is seat else None, at=at)


def started(board: Board, *, at: float = 0.0) -> list[Flight]:
    """All that may start now."""
    flights: list[Flight] = []
    while flight := board.start(at):
        flights.append(flight)
    return flights


def earned(board: Board, *lanes: LaneName, number: int) -> list[Seat]:
    """Endpoints whose last attempts earned them these lanes, with so many messages waiting each. For a board without others."""
    seats = [seated(board, 1) for _ in lanes]
    flights = {flight.seat: flight for flight in started(board)}
    for seat, lane in zip(seats, lanes, strict=True):
        ended = 2.0 if lane == "slow" else 0.1
        board.end(flights[seat], is_good=lane != "failing", pause=0, at=ended)
        board.written(seat, flights[seat].letter, again_at=None, at=ended)
    for seat in seats:
        supply(board, seat, due(number), at=2)
    assert [seat.lane.name for seat in seats] == list(lanes)
    return seats
