"""Conditions of lists: PostgreSQL finds the rows that the same condition finds in Python, whatever is asked of which kind of field."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from duebook.store.conditions import OPERATORS, Condition, fields_of, narrowed
from duebook.store.db import Database
from duebook.store.ids import Ids
from duebook.store.queries import load
from tests.conftest import TODAY
from tests.make import Company, open_company

MADE = datetime(2026, 2, 1, 12, 0, 0, 123_000, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
BLOCK = """
SELECT d.id
FROM customers AS d
WHERE d.tenant_id = :tenant_id
--& name text: d.name
--& country text: d.country
--& id id: d.id
--& entity_id id: d.entity_id
--& created_at birth: d.id
--& updated_at instant: d.updated_at
--& archived_at instant: d.archived_at
--& words tags: string_to_array(d.language, ',')
--& told member: convert_from(d.profile, 'UTF8')::json
ORDER BY d.id
"""


class Row:
    """A customer as the statement sees it."""

    def __init__(self, number: int, **fields: Any) -> None:
        self.made = MADE + number * TICK
        self.id = Ids(at=self.made).new()
        self.name: str = fields.get("name", "Dupont")
        self.country: str | None = fields.get("country")
        self.updated_at: datetime = fields.get("updated_at", self.made)
        self.archived_at: datetime | None = fields.get("archived_at")
        self.words: str | None = fields.get("words")
        self.told: str | None = fields.get("told")


ROWS = [
    Row(0, name="Dupont", country="FR", words="a,b", told='{"colour": "red", "size": 12, "new": true, "tags": ["x", "y"]}'),
    Row(1, name="dupont & fils", country="DE", words="b", told='{"colour": "blue", "size": 12.50, "new": false, "tags": []}'),
    Row(2, name="100 % Dupond_", updated_at=MADE + timedelta(microseconds=900), told='{"colour": null, "tags": "x"}'),
    Row(3, name=r"Back\slash", country="FR", archived_at=MADE, words="", told="{}"),
    Row(4, name="Éclair", archived_at=MADE - TICK),
]


@pytest.fixture(scope="module")
async def books(database: Database) -> Company:
    """A company with these customers."""
    company = await open_company(database, day=TODAY)
    async with database.owner() as connection:
        for row in ROWS:
            await connection.execute(
                "INSERT INTO customers (tenant_id, id, name, country, updated_at, archived_at, language, profile)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                company.tenant.id, row.id, row.name, row.country, row.updated_at, row.archived_at, row.words,
                row.told.encode() if row.told else None,
            )  # fmt: skip
    return company


async def found(books: Company, *conditions: Condition) -> list[int]:
    """The positions of the rows that are found."""
    rendered, values = narrowed(BLOCK, given=(), conditions=conditions)
    async with books.database.tenant(books.tenant.id) as connection:
        records = await connection.fetch(rendered.sql, *rendered.arguments(values | {"tenant_id": books.tenant.id}))
    return [next(place for place, row in enumerate(ROWS) if row.id == record["id"]) for record in records]


ALL = list(range(len(ROWS)))


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        (Condition("name", "equals", ("Dupont",)), [0]),
        (Condition("name", "not", ("Dupont",)), [1, 2, 3, 4]),
        (Condition("name", "contains", ("DUPON",)), [0, 1, 2]),
        (Condition("name", "contains", ("%",)), [2]),
        (Condition("name", "contains", ("_",)), [2]),
        (Condition("name", "contains", ("\\",)), [3]),
        (Condition("name", "contains", ("",)), ALL),
        (Condition("name", "starts", ("du",)), [0, 1]),
        (Condition("name", "starts", ("éc",)), [4]),
        (Condition("name", "ends", ("FILS",)), [1]),
        (Condition("name", "in", ("Dupont", "Éclair", "nobody")), [0, 4]),
        (Condition("name", "in", ()), []),
        (Condition("country", "not", ("FR",)), [1, 2, 4]),
        (Condition("country", "null"), [2, 4]),
        (Condition("country", "not_null"), [0, 1, 3]),
        (Condition("id", "equals", (ROWS[2].id,)), [2]),
        (Condition("id", "not", (ROWS[2].id,)), [0, 1, 3, 4]),
        (Condition("id", "in", (ROWS[2].id, ROWS[4].id)), [2, 4]),
        (Condition("id", "between", (ROWS[1].id, ROWS[3].id)), [1, 2, 3]),
        (Condition("entity_id", "null"), ALL),
        (Condition("entity_id", "not", (UUID(int=0),)), ALL),
        (Condition("created_at", "equals", (MADE + 2 * TICK,)), [2]),
        (Condition("created_at", "not", (MADE + 2 * TICK,)), [0, 1, 3, 4]),
        (Condition("created_at", "lt", (MADE + 2 * TICK,)), [0, 1]),
        (Condition("created_at", "lte", (MADE + 2 * TICK,)), [0, 1, 2]),
        (Condition("created_at", "gt", (MADE + 2 * TICK,)), [3, 4]),
        (Condition("created_at", "gte", (MADE + 2 * TICK,)), [2, 3, 4]),
        (Condition("created_at", "gte", (datetime(1900, 1, 1, tzinfo=UTC),)), ALL),
        (Condition("created_at", "lt", (datetime(1900, 1, 1, tzinfo=UTC),)), []),
        (Condition("created_at", "lt", (datetime(2999, 12, 31, tzinfo=UTC),)), ALL),
        (Condition("created_at", "null"), []),
        (Condition("created_at", "not_null"), ALL),
        # The third was updated within the first one's millisecond.
        (Condition("updated_at", "equals", (MADE,)), [0, 2]),
        (Condition("updated_at", "equals", (MADE + timedelta(microseconds=500),)), [0, 2]),
        (Condition("updated_at", "not", (MADE,)), [1, 3, 4]),
        (Condition("updated_at", "lte", (MADE,)), [0, 2]),
        (Condition("updated_at", "gt", (MADE,)), [1, 3, 4]),
        (Condition("updated_at", "lt", (MADE,)), []),
        (Condition("archived_at", "null"), [0, 1, 2]),
        (Condition("archived_at", "not", (MADE,)), [0, 1, 2, 4]),
        (Condition("archived_at", "lt", (MADE,)), [4]),
        (Condition("words", "any", ("a", "c")), [0]),
        (Condition("words", "any", ("b",)), [0, 1]),
        (Condition("words", "any", ("c",)), []),
        (Condition("told", "holds", ("colour", "red")), [0]),
        (Condition("told", "holds", ("size", "12")), [0]),
        (Condition("told", "holds", ("size", "12.50")), [1]),
        (Condition("told", "holds", ("new", "true")), [0]),
        (Condition("told", "holds", ("tags", "x")), [0, 2]),
        (Condition("told", "holds", ("tags", "y")), [0]),
        (Condition("told", "holds", ("colour", "null")), []),
        (Condition("told", "holds", ("'; --", "x")), []),
    ],
)  # fmt: skip
async def test_a_condition_finds(books: Company, condition: Condition, places: list[int]) -> None:
    assert await found(books, condition) == places


async def test_several_conditions_hold_together_two_on_one_field_too(books: Company) -> None:
    assert await found(books) == ALL
    assert await found(books, Condition("name", "contains", ("dupon",)), Condition("name", "not", ("Dupont",))) == [1, 2]
    colour, tag = Condition("told", "holds", ("colour", "red")), Condition("told", "holds", ("tags", "y"))
    assert await found(books, colour, tag, Condition("country", "equals", ("FR",))) == [0]
    assert await found(books, colour, Condition("country", "equals", ("DE",))) == []


def test_nothing_of_a_request_becomes_part_of_the_statement() -> None:
    asked = [Condition("name", "equals", (value,)) for value in ("a", "'; DROP TABLE x", "{x}", ":a_0")]
    assert len({narrowed(BLOCK, given=(), conditions=[condition])[0].sql for condition in asked}) == 1


@pytest.mark.parametrize("condition", [Condition("colour", "equals", ("red",)), Condition("name", "lt", ("a",)), Condition("id", "holds")])
def test_a_field_or_an_operator_that_the_list_does_not_know_is_our_bug(condition: Condition) -> None:
    with pytest.raises(KeyError):
        narrowed(BLOCK, given=(), conditions=[condition])


def test_the_lists_name_their_fields() -> None:
    fields = fields_of(load("customer_lists.sql")["customers"])
    assert {"name": "text", "created_at": "birth", "custom_properties": "member"}.items() <= fields.items()
    assert set(fields.values()) <= set(OPERATORS)
