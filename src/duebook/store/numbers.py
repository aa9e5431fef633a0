"""The counters of the sellers' numbers.

A counter is moved in the transaction that makes documents final, once for all of them: from then on other writers of the same seller wait
until it ends, and a rollback gives the numbers back. What this module does not do: make numbers of it (`core.numbering`), or read sellers
(`store.entities`).
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from duebook.core.lines import Kind
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("numbers.sql")
_KINDS: tuple[Kind, ...] = ("invoice", "credit_note", "document")


class Counter(NamedTuple):
    """Where a counter stood before it was moved: the first number that was taken, and the pattern and zone that make texts of it."""

    first: int
    pattern: str
    timezone: str


async def move(unit: Unit, counts: Mapping[tuple[UUID, Kind], int]) -> dict[tuple[UUID, Kind], Counter]:
    """Move the counter of each seller and kind on by how many numbers are taken; gives where each stood."""
    ids = sorted({id for id, _ in counts})
    columns = [[counts.get((id, kind), 0) for id in ids] for kind in _KINDS]
    moved: dict[tuple[UUID, Kind], Counter] = {}
    for id, timezone, *counters in await unit.connection.fetch(_SQL["move"], unit.tenant.id, ids, *columns):
        for kind, first, pattern in zip(_KINDS, counters[::2], counters[1::2], strict=True):
            moved[id, kind] = Counter(first, pattern, timezone)
    return moved
