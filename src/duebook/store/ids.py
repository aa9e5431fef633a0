"""New ids: UUIDv7 whose instant is the moment given, so that the order of ids is the order of creation.

Within one call and one `Ids` the ids strictly grow (RFC 9562, section 6.2, method 1): the 26 bits behind the millisecond are a counter
with a random start, the other 48 are random. They are the driver's own UUIDs: `uuid.UUID` in every respect, made and
written several times faster.
"""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from asyncpg.pgproto import pgproto

_COUNTER_BITS = 26
_NOISE_BYTES = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Ids:
    """Ids of one unit of work: all carry the same instant and grow in the order they are asked for."""

    def __init__(self, *, at: datetime) -> None:
        self._milliseconds = (at - _EPOCH) // _MILLISECOND
        self._counter = int.from_bytes(os.urandom(3), "big")
        self._noise = b""
        self._used = 0

    def new(self) -> UUID:
        """The next id. Raises OverflowError after some 50 million ids of one unit."""
        if self._used >= len(self._noise):
            # Drawn ahead: a system call for every id would cost more than all the rest of it.
            self._noise, self._used = os.urandom(_NOISE_BYTES * 128), 0
        noise = self._noise[self._used : self._used + _NOISE_BYTES]
        self._used += _NOISE_BYTES
        counter = self._counter
        if counter >> _COUNTER_BITS:
            raise OverflowError("a unit of work made more ids than one instant can hold")
        self._counter = counter + 1
        head = self._milliseconds << 32 | (0x7000 | counter >> 14) << 16 | 0x8000 | counter & 0x3FFF
        return pgproto.UUID(head.to_bytes(10, "big") + noise)

    def many(self, count: int) -> list[UUID]:
        """`count` ids in growing order."""
        return [self.new() for _ in range(count)]


def read_id(text: str) -> UUID:
    """The id that a text of 36 characters writes out. Raises ValueError where it writes none."""
    return pgproto.UUID(text)


def created_at(id: UUID) -> datetime:
    """The instant an id was made, UTC, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=int.from_bytes(id.bytes[:6], "big"))


def first_at(at: datetime) -> UUID:
    """The bound below every id that is made at the instant `at` or later, and above every earlier one. Nothing was made before 1970."""
    return UUID(int=max(0, (at - _EPOCH) // _MILLISECOND) << 80)
