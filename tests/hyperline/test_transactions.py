"""Transactions read on their own: those made here, scheduled ones too, and the payments and paybacks of the other door."""

from typing import Any
from uuid import UUID

import pytest

from duebook.hyperline import ids
from tests import make
from tests.make import Company

PAYMENT = [
    *("id", "type", "amount", "currency", "customer_id", "provider_id", "process_at", "settled_at", "refunded_at", "last_refreshed_at"),
    *("provider_fee", "integrations", "allocations", "payment_method_type"),
]
"""The keys of a payment in order; then come those of its means, and its status."""


@pytest.fixture
async def trade(acme: Company) -> dict[str, Any]:
    """An invoice with a transfer that is settled and one that is scheduled; an import with a payment; a credit note with a payback."""
    buyer = (await acme.hyper_post("/v1/customers", {"name": "Kervella"}))["id"]
    client = str(ids.read(buyer, kind="customer"))
    body = {
        "customer_id": buyer,
        "line_items": [{"name": "Conseil", "unit_amount": 10_000, "tax_rate": 20}],
        "status": "to_pay",
        "currency": "EUR",
        "emitted_at": "2026-01-15T08:00:00.000Z",
        "transactions": [
            {"amount": 2_000, "process_at": "2026-01-20T08:00:00.000Z", "payment_method_type": "transfer"},
            {"amount": 10_000, "process_at": "2026-03-20T08:00:00.000Z", "payment_method_type": "external"},
        ],
    }
    invoice = await acme.hyper_post("/v1/invoices", body)
    paid = [{"date": "2026-01-10", "amount": 3_000}]
    imported = await acme.post("/invoices/complete", make.complete_invoice(client, payments=paid))
    back = [{"date": "2026-01-25", "amount": 500}]
    note = await acme.post("/credit-notes/complete", make.complete_credit_note(client, paybacks=back))
    return {"invoice": invoice, "import": _shown(imported), "note": _shown(note)}


def _shown(document: dict[str, Any]) -> str:
    return ids.shown(UUID(document["id"]), kind="invoice")


async def test_all_of_them_newest_first(acme: Company, trade: dict[str, Any]):
    page = await acme.hyper_get("/v1/transactions")
    embedded = {one["id"]: one for one in trade["invoice"]["transactions"]}

    assert page["meta"] == {"total": 4, "taken": 4, "skipped": 0}
    assert [(one["type"], one["amount"], one["status"], one["payment_method_type"]) for one in page["data"]] == [
        ("refund", 500, "settled", "external"),
        ("one_time", 3_000, "settled", "external"),
        ("one_time", 10_000, "scheduled", "external"),
        ("one_time", 2_000, "settled", "transfer"),
    ]
    assert [one["allocations"] for one in page["data"]] == [
        [{"invoice_id": trade["note"], "amount": 500}],
        [{"invoice_id": trade["import"], "amount": 3_000}],
        [],
        [{"invoice_id": trade["invoice"]["id"], "amount": 2_000}],
    ]
    for one in page["data"][2:]:
        same = {key: value for key, value in embedded[one["id"]].items() if key in one}
        assert {key: value for key, value in one.items() if key != "allocations"} == same
    rest = await acme.hyper_get("/v1/transactions", take=2, skip=3, type="refund", sort="amount")
    assert ([one["id"] for one in rest["data"]], rest["meta"]["taken"]) == ([page["data"][3]["id"]], 1), "no filter or sort is honoured"


async def test_one_of_each_by_its_id(acme: Company, trade: dict[str, Any]):
    assert trade
    for listed in (await acme.hyper_get("/v1/transactions"))["data"]:
        alone = await acme.hyper_get(f"/v1/transactions/{listed['id']}")
        means = ["bank_account"] if listed["payment_method_type"] == "transfer" else []
        keys = [*PAYMENT, *means, "status"]
        if listed["type"] == "refund":
            keys[keys.index("refunded_at")] = "original_transaction_id"

        assert alone == listed
        assert [*alone] == keys


async def test_another_companys_is_not_there(acme: Company, bergeron: Company, trade: dict[str, Any]):
    [first, *_] = trade["invoice"]["transactions"]
    for id in (first["id"], "tra_nonsense", trade["invoice"]["id"]):
        response = await bergeron.hyper("GET", f"/v1/transactions/{id}")
        assert (response.status_code, response.json()["message"]) == (404, "Transaction not found")
    assert (await bergeron.hyper_get("/v1/transactions"))["meta"]["total"] == 0
