"""An invoice is the same document wherever it is shown: in the answer to its import, by its id, in a list, and to who sends it again."""

from typing import Any

import pytest

from duebook.store.db import Database
from duebook.store.invoices import InvoiceFace
from duebook.store.lists import rendered
from duebook.store.queries import load
from tests.make import Company, complete_invoice


def part(due: str, amount: int, worth: int, currency: str = "EUR") -> dict[str, Any]:
    return {"dueDate": due, "currency": currency, "amount": amount, "defaultCurrencyAmount": worth}


@pytest.mark.parametrize(
    "fields",
    [
        {"dueDates": [part("2026-01-31", 12_000, 12_000)]},
        {"dueDates": [part("2026-01-31", 12_000, 12_000)], "dueDate": "2026-03-31"},
        {"dueDates": [part("2026-01-31", 12_000, 11_111, "USD")], "externalId": None},
        {"dueDates": [part("2026-03-31", 5_000, 4_001, "USD"), part("2026-01-31", 7_000, 6_666, "USD")]},
        {
            "dueDates": [part("2026-03-31", 5_000, 4_001, "USD"), part("2026-01-31", 7_000, 6_666, "USD")],
            "payments": [{"date": "2026-01-12", "amount": 3_333}, {"date": "2026-01-10", "amount": 3_334, "externalId": "p"}],
        },
    ],
    ids=["one instalment", "with a due date of its own", "in another currency", "two instalments", "with payments"],
)
async def test_an_invoice_is_shown_alike_everywhere(acme: Company, fields: dict[str, Any]) -> None:
    body = complete_invoice(await acme.customer(), **fields)
    told = await acme.post("/invoices/complete", body)

    expected = sorted(fields["dueDates"], key=lambda one: one["dueDate"])
    assert [one | {"dueDate": one["dueDate"][:10]} for one in told["dueDates"]] == expected
    assert told["dueDate"][:10] == fields.get("dueDate", expected[-1]["dueDate"])
    assert await acme.get(f"/invoices/{told['id']}") == told
    assert (await acme.get("/invoices"))["data"] == [told]
    assert (await acme.get("/invoices", sort="-dueDate"))["data"] == [told]
    if body["externalId"] is not None:
        assert await acme.post("/invoices/complete", body) == told


async def test_statements_that_show_invoices_begin_with_the_columns_of_the_face(database: Database) -> None:
    """The translator takes their records apart by place."""
    async with database.owner() as connection:
        for sql in (load("invoices.sql")["read"], rendered("invoices", frozenset(("page", "createdAt"))).sql):
            columns = [column.name for column in (await connection.prepare(sql)).get_attributes()]
            assert tuple(columns[: len(InvoiceFace._fields)]) == InvoiceFace._fields
