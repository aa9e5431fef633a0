"""Laws of the board over any sequence of events: its books add up, and no message is on its way twice."""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from duebook.jobs.board import SAFE_SECONDS, Board
from duebook.jobs.lanes import Flight, Rule, Seat
from tests.jobs.boards import TENANT, due, started, target


class Deliveries(RuleBasedStateMachine):
    """Whatever happens in whatever order, the books of the board add up, and no message is on its way twice."""

    @initialize()
    def open(self) -> None:
        self.board = Board()
        self.at = 0.0
        self.all: list[Seat] = []
        self.flights: list[Flight] = []
        self.ended: list[Flight] = []
        self.fetches: list[tuple[Seat, Rule]] = []
        self.started_ids: set[UUID] = set()

    @rule(rate_limit=st.none() | st.integers(1, 50), failing=st.booleans())
    def hold(self, rate_limit: int | None, failing: bool) -> None:
        known = set(self.board)
        self.board.hold(TENANT, target(rate_limit=rate_limit, failing=failing), held_until=self.at + 60, at=self.at)
        self.all += set(self.board) - known

    @rule(data=st.data())
    @precondition(lambda self: len(self.board) > 0)
    def renew_want_or_drop(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(list(self.board)))
        deed = data.draw(st.sampled_from(["renew", "want", "want", "drop"]))
        if deed == "renew":
            self.board.hold(TENANT, seat.target, held_until=self.at + 60, at=self.at)
        elif deed == "want":
            self.board.want(seat)
        else:
            self.board.drop(seat)

    @rule(most=st.integers(1, 10))
    def fetch(self, most: int) -> None:
        self.fetches += self.board.take_hungry(most=most)

    @rule(data=st.data(), number=st.none() | st.integers(0, 256), later=st.none() | st.floats(0.1, 100))
    @precondition(lambda self: self.fetches)
    def supply(self, data: st.DataObject, number: int | None, later: float | None) -> None:
        seat, bounds = self.fetches.pop(data.draw(st.integers(0, len(self.fetches) - 1)))
        letters = None if number is None else due(min(number, bounds.fetch), size=1_000)
        later_at = None if later is None else self.at + later
        self.board.supplied(seat, bounds, letters, later_at=later_at, at=self.at)

    @rule()
    def start(self) -> None:
        for flight in started(self.board, at=self.at):
            assert flight.letter.id not in self.started_ids
            assert not flight.seat.is_gone
            assert flight.seat.held_until - self.at > SAFE_SECONDS
            self.started_ids.add(flight.letter.id)
            self.flights.append(flight)

    @rule(data=st.data(), is_good=st.booleans(), pause=st.sampled_from([0.0, 0.0, 5.0, 500.0]))
    @precondition(lambda self: self.flights)
    def end(self, data: st.DataObject, is_good: bool, pause: float) -> None:
        flight = self.flights.pop(data.draw(st.integers(0, len(self.flights) - 1)))
        self.board.end(flight, is_good=is_good, pause=pause, at=self.at)
        self.ended.append(flight)

    @rule(again=st.none() | st.floats(1, 100))
    @precondition(lambda self: self.ended)
    def write(self, again: float | None) -> None:
        flight = self.ended.pop(0)
        self.board.written(flight.seat, flight.letter, again_at=None if again is None else self.at + again, at=self.at)

    @rule(seconds=st.floats(0.01, 30))
    def wait(self, seconds: float) -> None:
        self.at += seconds
        for flight in self.flights:
            if self.at - flight.since > 1:
                self.board.overstay(flight, at=self.at)

    @invariant()
    def books_add_up(self) -> None:
        if not hasattr(self, "board"):
            return
        lanes = {id(lane): lane for lane in self.board._lanes.values()}
        for lane in lanes.values():
            seats = [seat for seat in self.all if seat.lane is lane]
            assert lane.in_flight == sum(flight.lane is lane for flight in self.flights)
            assert (lane.in_hand, lane.bytes) == (sum(seat.in_hand for seat in seats), sum(seat.bytes for seat in seats))
        for seat in self.all:
            mine = [flight for flight in (*self.flights, *self.ended) if flight.seat is seat]
            fetching = [bounds for other, bounds in self.fetches if other is seat]
            assert seat.in_flight == sum(flight.seat is seat for flight in self.flights)
            assert seat.in_hand == len(seat.letters) + len(mine) + sum(bounds.fetch for bounds in fetching)
            assert seat.ids == {letter.id for letter in seat.letters} | {flight.letter.id for flight in mine}
            assert len(fetching) == seat.is_fetching <= 1


Deliveries.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestDeliveries = Deliveries.TestCase
