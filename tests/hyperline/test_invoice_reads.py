"""Invoices read at this door over HTTP: single reads, lists, batches and transactions, of what was made here and at the other door."""

from typing import Any
from uuid import UUID

import pytest

from duebook.hyperline import ids
from tests import make
from tests.make import Company


async def customer(company: Company, name: str = "Kervella", **fields: Any) -> dict[str, Any]:
    return await company.hyper_post("/v1/customers", {"name": name} | fields)


def body(customer_id: str, **fields: Any) -> dict[str, Any]:
    """An invoice of 100.00 at 20 %, to be paid."""
    line = {"name": "Conseil", "unit_amount": 10_000, "tax_rate": 20}
    return {"customer_id": customer_id, "line_items": [line], "status": "to_pay", "currency": "EUR"} | fields


async def test_created_at_once_in_the_old_shape_and_read_in_both(acme: Company):
    buyer = await customer(acme, billing_email="compta@kervella.example")
    made = await acme.hyper_post("/v1/invoices", body(buyer["id"], emitted_at="2026-01-15T08:00:00.000Z"))
    old = await acme.hyper_get(f"/v1/invoices/{made['id']}")
    new = await acme.hyper_get(f"/v2/invoices/{made['id']}")

    assert old == made
    assert (old["emitted_at"], old["tax_rate"], old["total_amount"], old["status"], old["number"]) == (
        "2026-01-15T08:00:00.000Z",
        20,
        12_000,
        "to_pay",
        "INV-1",
    )
    assert {**old, "issued_at": old["emitted_at"]} == new | {
        "emitted_at": old["emitted_at"],
        "tax_rate": 20,
        "customer": new["customer"] | {"vat_number": None},
    }
    assert [*new][-2:] == ["issued_at", "integrations"]
    assert [*old][-2:] == ["public_url", "integrations"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"customer_id": "cus_0000000000000000000000"}, "customer_id: Customer not found"),
        ({"line_items": [{"product_id": "itm_0000000000000000000001"}]}, "line_items.0.product_id: Product not found"),
    ],
)
async def test_what_would_fail_an_item_is_refused_with_its_message(acme: Company, fields: dict[str, Any], message: str):
    buyer = await customer(acme)
    response = await acme.hyper("POST", "/v1/invoices", json=body(buyer["id"]) | fields)

    assert response.status_code == 400
    assert response.json() == {"statusCode": 400, "type": "ValidationError", "message": message, "errors": []}
    assert (await acme.hyper_get("/v2/invoices"))["data"] == []


async def test_an_id_that_names_nothing_is_not_found(acme: Company, bergeron: Company):
    buyer = await customer(bergeron)
    theirs = await bergeron.hyper_post("/v1/invoices", body(buyer["id"]))
    for id in (theirs["id"], "inv_nonsense", "inv_zzzzzzzzzzzzzzzzzzzzzz", buyer["id"]):
        for version in ("v1", "v2"):
            response = await acme.hyper("GET", f"/{version}/invoices/{id}")
            assert (response.status_code, response.json()["message"]) == (404, "Invoice not found")


async def test_lists_hold_what_both_doors_made_newest_first(acme: Company):
    buyer = await customer(acme)
    client = str(ids.read(buyer["id"], kind="customer"))
    imported = await acme.post("/invoices", make.simple_invoice(client))
    credit = await acme.post("/credit-notes", make.simple_credit_note(client))
    draft = await acme.hyper_post("/v1/invoices", body(buyer["id"], status="draft"))
    paid = await acme.hyper_post("/v1/invoices", body(buyer["id"], status="paid"))
    page = await acme.hyper_get("/v2/invoices", include_total="true")
    expected = [paid["id"], draft["id"], *(ids.shown(UUID(one["id"]), kind="invoice") for one in (credit, imported))]

    assert [one["id"] for one in page["data"]] == expected
    assert [one["status"] for one in page["data"]] == ["paid", "draft", "to_pay", "to_pay"]
    assert (page["has_more"], page["next_cursor"], page["total"]) == (False, None, 4)
    assert "integrations" not in page["data"][0]
    old = await acme.hyper_get("/v1/invoices", take=2, skip=1)
    assert old["meta"] == {"total": 4, "taken": 2, "skipped": 1}
    assert [one["id"] for one in old["data"]] == expected[1:3]
