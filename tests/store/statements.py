"""Every statement that store can send, read off its .sql files: plain blocks as they are, list blocks in each form that a list can ask for.

What it knows of list blocks it reads from their text, so that a new condition is in every combination without a word here.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from duebook.store.conditions import OPERATORS, Condition, fields_of, narrowed
from duebook.store.queries import load, render
from tests.house.tree import SOURCE

FOLDER = SOURCE / "store"
FILES = tuple(sorted(path.name for path in FOLDER.glob("*.sql")))

_OPTIONAL = re.compile(r"^\s*--\? (\w+): (.*)$", re.MULTILINE)
_HEADS = ("page", "far", "total", "total_by_status", "count")
_STATUSES = ("timeless", "upcoming_payment", "overdue", "due", "several")
"""What is asked of several statuses is `several`."""
_ONE_OF = (
    _STATUSES,
    ("created_at", "emitted_at"),
    ("after_created_up", "after_created_down", "after_emitted_up", "after_emitted_down"),
)
"""A list asks for one of each of these at most."""


class Statement(NamedTuple):
    """A statement as PostgreSQL gets it; `text` is its block, with comments."""

    file: str
    name: str
    sql: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}::{self.name}"


def every_statement() -> Iterator[Statement]:
    """All of them; those of a list block share its name."""
    for file in FILES:
        for name, text in load(file).items():
            for sql in forms(text):
                yield Statement(file, name, sql, text)


def forms(text: str) -> Iterator[str]:
    """A plain block itself; of a list block every combination of head, conditions, choices and order, and of its fields each operator.

    Totals go with pages.
    """
    optional = _OPTIONAL.findall(text)
    if not optional:
        yield text
        return
    yield from _narrowed(text)
    names = dict.fromkeys(name for name, _ in optional)
    orders = [name for name, line in optional if line.startswith("ORDER BY")]
    choices = [[None, *(name for name in names if name in group and name not in orders)] for group in _ONE_OF]
    conditions = [name for name in names if name not in {*_HEADS, *orders, *itertools.chain(*_ONE_OF)}]
    counts = "count" in names or not any(line.startswith("SELECT") for _, line in optional)
    heads = ["page", *(["far"] if "far" in names else [])]
    for order in orders if "total" in names else ():
        yield render(text, given={"page", "total", order}).sql
        if "total_by_status" in names:
            statuses = [name for name in names if name in _STATUSES]
            yield from (render(text, given={"page", "total_by_status", status, order}).sql for status in statuses)
    for number in range(len(conditions) + 1):
        for chosen in itertools.combinations(conditions, number):
            for picked in itertools.product(*choices):
                given = {*chosen, *(name for name in picked if name)}
                if counts:
                    yield render(text, given=given | {"count"}).sql
                for head, order in itertools.product(heads, orders):
                    yield render(text, given=given | {head, order}).sql


def _narrowed(text: str) -> Iterator[str]:
    """A list block with each operator of each of its fields by itself, and with all of them at once."""
    instant = datetime(2026, 2, 1, tzinfo=UTC)
    values = {
        "instant": (instant,),
        "birth": (instant,),
        "id": (UUID(int=1), UUID(int=2)),
        "text": ("Dupont",),
        "tags": ("red",),
        "member": ("colour", "red"),
    }
    every = [
        Condition(field, operator, () if operator.endswith("null") else values[kind])
        for field, kind in fields_of(text).items()
        for operator in OPERATORS[kind]
    ]
    for conditions in [*([condition] for condition in every), every] if every else ():
        yield narrowed(text, given={"count"}, conditions=conditions)[0].sql
