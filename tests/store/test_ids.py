"""Ids are UUIDv7 whose order is the order of creation, since lists are in that order without a column for it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.store.db import Database
from duebook.store.ids import Ids, created_at

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
LAST = (datetime(9999, 12, 31, tzinfo=UTC) - EPOCH) // MILLISECOND
instants = st.integers(0, LAST).map(lambda milliseconds: EPOCH + milliseconds * MILLISECOND)


@given(instants, st.integers(1, 20))
def test_an_id_is_a_uuid7_that_tells_its_instant(at: datetime, count: int):
    made = Ids(at=at)

    for id in [made.new(), *made.many(count)]:
        assert isinstance(id, UUID)
        assert (id.version, id.variant) == (7, RFC_4122)
        assert created_at(id) == at


@given(instants)
def test_ids_of_one_unit_strictly_grow_however_they_are_asked_for(at: datetime):
    made = Ids(at=at)
    found = [*made.many(50), made.new(), made.new(), *made.many(50)]

    assert all(earlier < later for earlier, later in pairwise(found))


@given(st.integers(0, (1 << 26) - 100), st.integers(0, 30), st.integers(0, 30))
def test_many_are_what_as_many_new_ones_are(counter: int, first: int, then: int):
    """Also where the counter's lower half is used up on the way: the noise apart, they are the same."""
    at = datetime(2026, 2, 1, tzinfo=UTC)
    made, one_by_one = Ids(at=at), Ids(at=at)
    made._counter = one_by_one._counter = counter - counter % (1 << 14) - 20 if counter > 1 << 15 else counter

    found = [*made.many(first), *made.many(then), made.new()]

    assert [id.bytes[:10] for id in found] == [one_by_one.new().bytes[:10] for _ in found]


@given(instants.filter(lambda at: at.year < 9999), st.integers(1, 10_000))
def test_a_later_instant_gives_a_later_id(at: datetime, milliseconds: int):
    earlier, later = Ids(at=at), Ids(at=at + timedelta(milliseconds=milliseconds))

    assert max(earlier.many(20)) < min(later.many(20))


def test_two_units_of_one_instant_never_make_the_same_id():
    at = datetime(2026, 2, 1, tzinfo=UTC)
    found = [id for _ in range(50) for id in Ids(at=at).many(200)]

    assert len(set(found)) == len(found)


def test_the_counter_ends_with_an_error_and_not_with_an_id_out_of_order(monkeypatch: pytest.MonkeyPatch):
    made = Ids(at=datetime(2026, 2, 1, tzinfo=UTC))
    before = made.new()
    monkeypatch.setattr(made, "_counter", (1 << 26) - 1)  # the last number, some 50 million ids later
    last = made.new()

    assert last > before
    assert (last.version, last.variant, created_at(last)) == (7, RFC_4122, datetime(2026, 2, 1, tzinfo=UTC))
    with pytest.raises(OverflowError):
        made.new()


async def test_postgresql_keeps_the_same_order_and_the_same_id(database: Database):
    made = [id for hour in range(3) for id in Ids(at=datetime(2026, 2, 1, hour, tzinfo=UTC)).many(20)]
    async with database.owner() as connection:
        rows = await connection.fetch("SELECT id FROM unnest($1::uuid[]) AS n (id) ORDER BY id", list(reversed(made)))

    assert [row[0] for row in rows] == made
    assert {id: number for number, id in enumerate(made)}[UUID(str(made[7]))] == 7, "equal and hashed as any other UUID"
