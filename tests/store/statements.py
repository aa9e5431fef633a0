"""Every statement that store can send, read off its .sql files: plain blocks as they are, list blocks in each form that a list can ask for.

What it knows of list blocks it reads from their text, so that a new condition is in every combination without a word here.
"""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from duebook.store.queries import load, render
from tests.house.tree import SOURCE

FOLDER = SOURCE / "store"
FILES = tuple(sorted(path.name for path in FOLDER.glob("*.sql")))

_OPTIONAL = re.compile(r"^\s*--\? (\w+): (.*)$", re.MULTILINE)
_HEADS = ("page", "total", "total_by_status", "count")
_STATUSES = ("timeless", "upcoming_payment", "overdue", "due", "several")
"""A list asks for one of these at most; what is asked of several statuses is `several`."""


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
    """A plain block itself; of a list block every combination of head, conditions, status and order. Totals go with pages."""
    optional = _OPTIONAL.findall(text)
    if not optional:
        yield text
        return
    names = dict.fromkeys(name for name, _ in optional)
    orders = [name for name, line in optional if line.startswith("ORDER BY")]
    statuses = [None, *(name for name in names if name in _STATUSES)]
    conditions = [name for name in names if name not in {*_HEADS, *orders, *_STATUSES}]
    for order in orders:
        yield render(text, given={"page", "total", order}).sql
        if "total_by_status" in names:
            yield from (render(text, given={"page", "total_by_status", status, order}).sql for status in statuses if status)
    for number in range(len(conditions) + 1):
        for chosen in itertools.combinations(conditions, number):
            for status in statuses:
                given = {*chosen, *([status] if status else [])}
                yield render(text, given=given | {"count"}).sql
                for order in orders:
                    yield render(text, given=given | {"page", order}).sql
