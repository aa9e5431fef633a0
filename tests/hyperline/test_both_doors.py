"""One set of books behind both doors: what is made at one is read at the other, in its words, on every day."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import pytest

from duebook.actions.settle_transactions import settle_transactions
from duebook.hyperline import ids
from tests import make
from tests.actions.issuing import within
from tests.make import Company

LINE: Final = {"name": "Conseil", "unit_amount": 10_000, "tax_rate": 20}
TOTAL: Final = 12_000


async def buyer(company: Company) -> str:
    return (await company.hyper_post("/v1/customers", {"name": "Kervella"}))["id"]


async def issue(company: Company, customer_id: str, **fields: Any) -> dict[str, Any]:
    """An invoice of 100.00 at 20 %, to be paid, due on 2026-02-14."""
    body = {"customer_id": customer_id, "line_items": [LINE], "status": "to_pay", "currency": "EUR"}
    return await company.hyper_post("/v1/invoices", body | {"emitted_at": "2026-01-15T08:00:00.000Z"} | fields)


def other(id: str) -> str:
    """The id of an invoice of this door as the other one shows it."""
    return str(ids.read(id, kind="invoice"))


def transfer(amount: int, day: str) -> dict[str, Any]:
    return {"amount": amount, "process_at": f"{day}T08:00:00.000Z", "payment_method_type": "transfer"}


def provider(amount: int, day: str) -> dict[str, Any]:
    return {"provider_name": "stripe", "provider_transaction_id": "pi_1", "amount": amount, "process_at": f"{day}T08:00:00.000Z"}


MADE_HERE: Final[dict[str, tuple[dict[str, Any], str, dict[str, str]]]] = {
    "due later": ({}, "to_pay", {"2026-02-01": "due", "2026-02-14": "due", "2026-02-15": "overdue"}),
    "due at midnight": ({"due_at": "2026-02-01T00:00:00.000Z"}, "to_pay", {"2026-02-01": "due", "2026-02-02": "overdue"}),
    "paid in part": (
        {"transactions": [transfer(5_000, "2026-01-20")]},
        "partially_paid",
        {"2026-02-14": "due", "2026-02-15": "overdue"},
    ),
    "paid": ({"status": "paid"}, "paid", {"2026-02-01": "paid", "2026-06-01": "paid"}),
    "paid by its transactions": (
        {"transactions": [transfer(5_000, "2026-01-20"), transfer(7_000, "2026-01-21")]},
        "paid",
        {"2026-06-01": "paid"},
    ),
    "paid too much": ({"transactions": [transfer(13_000, "2026-01-20")]}, "paid", {"2026-02-01": "paid"}),
    "a transfer is scheduled": (
        {"transactions": [transfer(TOTAL, "2026-03-20")]},
        "to_pay",
        {"2026-02-14": "due", "2026-02-15": "overdue"},
    ),
    "a provider's payment is scheduled": (
        {"transactions": [provider(TOTAL, "2026-03-20")]},
        "to_pay",
        {"2026-02-01": "payment_in_progress", "2026-02-15": "payment_in_progress"},
    ),
    "free": ({"line_items": [LINE | {"unit_amount": 0}]}, "paid", {"2026-02-01": "paid"}),
}
"""By story: the invoice, its status here, and its status at the other door by day."""


@pytest.mark.parametrize("story", MADE_HERE)
async def test_an_invoice_made_here_is_read_at_the_other_door(acme: Company, story: str):
    fields, status, by_day = MADE_HERE[story]
    made = await issue(acme, await buyer(acme), **fields)
    assert made["status"] == status
    for day, expected in by_day.items():
        there = await acme.on(day).get(f"/invoices/{other(made['id'])}")
        [listed] = (await acme.on(day).get("/invoices", status=expected))["data"]

        assert (there["status"], listed) == (expected, there), day
        assert (there["reference"], there["amount"], there["remainingAmount"]) == (
            made["number"],
            made["total_amount"],
            made["amount_due"],
        )
        assert there["paidAmount"] == made["amount_paid"] == sum(row["amount"] for row in there["payments"])
        assert (await acme.on(day).hyper_get(f"/v1/invoices/{made['id']}"))["status"] == status, "no day changes it here"


async def test_what_is_no_receivable_is_not_shown_there(acme: Company):
    customer = await buyer(acme)
    for fields in ({"status": "draft"}, {"type": "document"}, {"type": "credit_note", "status": "draft"}):
        made = await issue(acme, customer, **fields)
        for path in ("invoices", "credit-notes"):
            response = await acme.call("GET", f"/{path}/{other(made['id'])}")
            assert response.status_code == 404, (fields, path)
    for path in ("/invoices", "/credit-notes"):
        assert (await acme.get(path))["total"] == 0
    client = await acme.get(f"/clients/{ids.read(customer, kind='customer')}")
    assert client["balances"] == []
    assert (await acme.hyper_get("/v2/invoices", include_total="true"))["total"] == 3


async def test_a_credit_note_made_here(acme: Company):
    customer = await buyer(acme)
    available = await issue(acme, customer, type="credit_note")
    refunded = await issue(acme, customer, type="credit_note", status="paid")
    there = {one["id"]: one for one in (await acme.get("/credit-notes"))["data"]}

    assert (available["status"], refunded["status"]) == ("to_pay", "paid")
    assert (available["amount_due"], refunded["amount_paid"]) == (TOTAL, TOTAL)
    assert [transaction["type"] for transaction in refunded["transactions"]] == ["refund"]
    assert (there[other(available["id"])]["status"], there[other(available["id"])]["remainingAmount"]) == ("available", TOTAL)
    assert (there[other(refunded["id"])]["status"], there[other(refunded["id"])]["paybackAmount"]) == ("deducted", TOTAL)


Import = Callable[[Company, str], Awaitable[dict[str, Any]]]


async def _plain(company: Company, client: str) -> dict[str, Any]:
    return await company.post("/invoices", make.simple_invoice(client))


async def _paid_in_part(company: Company, client: str) -> dict[str, Any]:
    return await company.post("/invoices/complete", make.complete_invoice(client, payments=[{"date": "2026-01-10", "amount": 3_000}]))


async def _paid(company: Company, client: str) -> dict[str, Any]:
    return await company.post("/invoices/complete", make.complete_invoice(client, payments=[{"date": "2026-01-10", "amount": 12_000}]))


async def _offset(company: Company, client: str) -> dict[str, Any]:
    note = await company.post("/credit-notes/complete", make.complete_credit_note(client, amount=12_000))
    link = {"date": "2026-01-20", "amount": 12_000, "creditNote": {"id": note["id"]}}
    return await company.post("/invoices/complete", make.complete_invoice(client, creditNoteLinks=[link]))


async def _offset_in_part(company: Company, client: str) -> dict[str, Any]:
    note = await company.post("/credit-notes/complete", make.complete_credit_note(client))
    link = {"date": "2026-01-20", "amount": 2_000, "creditNote": {"id": note["id"]}}
    return await company.post("/invoices/complete", make.complete_invoice(client, creditNoteLinks=[link]))


@pytest.mark.parametrize(
    ("imported", "there", "here", "settled_at"),
    [
        (_plain, "overdue", "to_pay", None),
        (_paid_in_part, "overdue", "partially_paid", None),
        (_paid, "paid", "paid", "2026-01-10T00:00:00.000Z"),
        (_offset, "offset", "paid", "2026-01-20T00:00:00.000Z"),
        (_offset_in_part, "overdue", "partially_paid", None),
    ],
)
async def test_an_import_is_read_here(acme: Company, imported: Import, there: str, here: str, settled_at: str | None):
    known = await imported(acme, await acme.customer("Dupont"))
    id = ids.shown(UUID(known["id"]), kind="invoice")
    answer = await acme.hyper_get(f"/v2/invoices/{id}")
    [listed] = (await acme.hyper_get("/v2/invoices", status=here, type="invoice"))["data"]

    assert known["status"] == there
    assert (answer["status"], answer["settled_at"], answer["source"]) == (here, settled_at, "other")
    assert {key: value for key, value in answer.items() if key != "integrations"} == listed
    assert (answer["amount_paid"], answer["amount_due"]) == (known["paidAmount"], known["remainingAmount"])
    assert (answer["number"], answer["customer"]["id"]) == (known["reference"], ids.shown(UUID(known["clientId"]), kind="customer"))


async def test_a_transfer_whose_time_comes_is_told_at_both(acme: Company):
    made = await issue(acme, await buyer(acme), transactions=[transfer(TOTAL, "2026-02-10")])
    later = acme.on("2026-02-11")
    assert (await later.hyper_get(f"/v2/invoices/{made['id']}"))["transactions"][0]["status"] == "scheduled", "nobody has settled it yet"

    await within(later, settle_transactions, day="2026-02-11")
    here, there = await later.hyper_get(f"/v2/invoices/{made['id']}"), await later.get(f"/invoices/{other(made['id'])}")

    assert (here["status"], here["settled_at"], here["transactions"][0]["status"]) == ("paid", "2026-02-10T08:00:00.000Z", "settled")
    assert (there["status"], there["payments"][0]["date"]) == ("paid", "2026-02-10T00:00:00.000Z")


async def test_a_client_is_a_customer_and_the_other_way_round(acme: Company):
    client = await acme.customer("Dupont", vatNumber="FR40123456824")
    invoice = await issue(acme, ids.shown(UUID(client), kind="customer"))

    assert (invoice["customer"]["name"], invoice["customer"]["tax_id"]) == ("Dupont", "FR40123456824")
    assert [one["id"] for one in (await acme.get("/invoices", clientId=client))["data"]] == [other(invoice["id"])]
    balance = (await acme.get(f"/clients/{client}"))["balances"][0]
    assert balance["outstandingAmount"] == TOTAL
