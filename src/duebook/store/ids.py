"""New ids: UUIDv7 whose instant is the moment given, so that the order of ids is the order of creation.

Within one call and one `Ids` the ids strictly grow (RFC 9562, section 6.2, method 1): the 26 bits behind the millisecond are a counter
with a random start, the other 48 are random.
"""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

_COUNTER_BITS = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Ids:
    """Ids of one unit of work: all carry the same instant and grow in the order they are asked for."""

    def __init__(self, *, at: datetime) -> None:
        self._milliseconds = (at - _EPOCH) // _MILLISECOND
        self._counter = int.from_bytes(os.urandom(3), "big")

    def new(self) -> UUID:
        """The next id. Raises OverflowError after some 50 million ids of one unit."""
        return UUID(int=self._number(os.urandom(6)))

    def many(self, count: int) -> list[UUID]:
        """`count` ids in growing order."""
        noise = os.urandom(6 * count)
        return [UUID(int=self._number(noise[start : start + 6])) for start in range(0, 6 * count, 6)]

    def _number(self, noise: bytes) -> int:
        counter = self._counter
        if counter >> _COUNTER_BITS:
            raise OverflowError("a unit of work made more ids than one instant can hold")
        self._counter = counter + 1
        high = self._milliseconds << 16 | 0x7000 | counter >> 14
        low = 0x8000_0000_0000_0000 | (counter & 0x3FFF) << 48 | int.from_bytes(noise, "big")
        return high << 64 | low


def created_at(id: UUID) -> datetime:
    """The instant an id was made, UTC, to the millisecond."""
    return _EPOCH + (id.int >> 80) * _MILLISECOND
