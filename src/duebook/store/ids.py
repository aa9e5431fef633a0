"""New ids: UUIDv7 whose instant is the moment given, so that the order of ids is the order of creation.

Within one call and one `Ids` the ids strictly grow (RFC 9562, section 6.2, method 1): the 26 bits behind the millisecond are a counter
with a random start, the other 48 are random. They are the driver's own UUIDs: `uuid.UUID` in every respect, made and
written several times faster.
"""

import os
from datetime import UTC, datetime, timedelta
from itertools import repeat
from struct import Struct
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto

_COUNTER_BITS = 26
_NOISE_BYTES = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LOW = 1 << 14
"""The counter's lower half stands behind the variant: so many ids in a row differ in it and in the noise alone."""
_packed: Final = Struct(f">8sH{_NOISE_BYTES}s").pack


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
        head = self._milliseconds << 32 | (0x7000 | self._high()) << 16 | 0x8000 | self._counter % _LOW
        self._counter += 1
        return pgproto.UUID(head.to_bytes(10, "big") + noise)

    def many(self, count: int) -> list[UUID]:
        """`count` ids in growing order: as `new` makes them, in half the time. Raises as `new`."""
        made: list[UUID] = []
        while len(made) < count:
            low = self._counter % _LOW
            size = min(count - len(made), _LOW - low)
            head = (self._milliseconds << 16 | 0x7000 | self._high()).to_bytes(8, "big")
            noise = os.urandom(_NOISE_BYTES * size)
            noises = [noise[place : place + _NOISE_BYTES] for place in range(0, len(noise), _NOISE_BYTES)]
            made += map(pgproto.UUID, map(_packed, repeat(head), range(0x8000 | low, (0x8000 | low) + size), noises))
            self._counter += size
        return made

    def _high(self) -> int:
        """The counter's upper half."""
        if self._counter >> _COUNTER_BITS:
            raise OverflowError("a unit of work made more ids than one instant can hold")
        return self._counter // _LOW


def own(id: UUID) -> UUID:
    """The same id as the driver's own value: its text is made in a tenth of the time."""
    return pgproto.UUID(id.bytes)


def read_id(text: str) -> UUID:
    """The id that a text of 36 characters writes out. Raises ValueError where it writes none."""
    return pgproto.UUID(text)


def created_at(id: UUID) -> datetime:
    """The instant an id was made, UTC, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=int.from_bytes(id.bytes[:6], "big"))


def first_at(at: datetime) -> UUID:
    """The bound below every id that is made at the instant `at` or later, and above every earlier one. Nothing was made before 1970."""
    return UUID(int=max(0, (at - _EPOCH) // _MILLISECOND) << 80)
