"""Documents as this door shows them: the contract's example to the letter, and what each key says of what either door wrote."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from duebook.core.transaction import Transaction
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import documents as translate
from duebook.store import documents
from duebook.store.documents import Document
from tests import make
from tests.hyperline.contract import schemas
from tests.make import Company
from tests.store import papers
from tests.store.written import unit_of

GOLDEN = json.loads((Path(__file__).parent / "golden" / "partially-paid.json").read_text(encoding="utf-8"))
FRAME = translate.Frame(address="https://duebook.example", moment=datetime(2026, 2, 1, 8, 30, tzinfo=UTC), timezone="Europe/Paris")


def named(text: str, kind: ids.Kind) -> UUID:
    found = ids.read(text, kind=kind)
    assert found is not None
    return found


async def golden(company: Company) -> Document:
    """The contract's example, as the books hold it."""
    [line] = GOLDEN["line_items"]
    [payment] = GOLDEN["transactions"]
    customer, entity = named(GOLDEN["customer"]["id"], "customer"), named(GOLDEN["seller"]["id"], "entity")
    at = datetime(2026, 2, 1, 8, 30, 0, 124_000, tzinfo=UTC)
    async with company.database.owner() as connection:
        await connection.execute("UPDATE entities SET id = $2 WHERE tenant_id = $1", company.tenant.id, entity)
        await connection.execute(
            "INSERT INTO customers (tenant_id, id, name, updated_at) VALUES ($1, $2, 'Kervella', $3)", company.tenant.id, customer, at
        )
    async with unit_of(company.database, company.tenant, at=at) as unit:
        said = papers.content(
            customer_id=customer, entity_id=entity, line_id=named(line["id"], "line"), product_id=named(line["product_id"], "product")
        )
        paid_at = datetime(2026, 1, 20, 8, tzinfo=UTC)
        invoice = named(GOLDEN["id"], "invoice")
        settled = Transaction(
            named(payment["id"], "transaction"), invoice, customer, "one_time", "settled", 10_000, "EUR", "transfer", paid_at, paid_at
        )
        await papers.issue(unit, papers.paper(invoice, said), settled=[settled])
    return await read(company, invoice)


async def read(company: Company, id: UUID) -> Document:
    async with company.database.tenant(company.tenant.id) as connection:
        return (await documents.read_many(connection, tenant_id=company.tenant.id, ids=[id]))[id]


def shown(answer: Any) -> Any:
    return json.loads(wire.encode(answer))


async def test_the_contracts_example_to_the_letter(acme: Company):
    """Every key, in order, with its value; but for the code in the address of the public page, which no one can foretell."""
    answer = shown(translate.details(await golden(acme), frame=FRAME))
    address = answer.pop("public_url")
    expected = {key: value for key, value in GOLDEN.items() if key != "public_url"}

    assert json.dumps(answer, ensure_ascii=False) == json.dumps(expected, ensure_ascii=False)
    assert address.startswith("https://duebook.example/i/")


SHAPES = {
    "InvoiceDetails": translate.details,
    "Invoice": translate.listed,
    "InvoiceDetailsV1": translate.details_v1,
    "InvoiceV1": translate.listed_v1,
}


def required(name: str) -> list[str]:
    """The keys that the contract's schema demands, in its order."""
    schema = schemas()[name]
    if "$ref" in schema:
        return required(schema["$ref"].rsplit("/", 1)[1])
    keys = list(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        keys += required(part["$ref"].rsplit("/", 1)[1]) if "$ref" in part else part.get("required", ())
    return keys


def in_order(name: str, *, is_credit_note: bool) -> list[str]:
    """The keys of the contract's shape, in its order: on credit notes `allocations` stands behind the lines."""
    keys = required(name)
    if is_credit_note:
        keys.insert(keys.index("line_items") + 1, "allocations")
    return keys


async def each_kind(company: Company) -> dict[str, Document]:
    """An import, a credit note of imports laid on it, a draft, a document without legal value, an invoice on paper."""
    client = await company.customer("Dupont")
    note = await company.post("/credit-notes/complete", make.complete_credit_note(client))
    link = {"date": "2026-01-20", "amount": 1_500, "creditNote": {"id": note["id"]}}
    paid = [{"date": "2026-01-10", "amount": 3_000}]
    imported = await company.post("/invoices/complete", make.complete_invoice(client, payments=paid, creditNoteLinks=[link]))
    async with unit_of(company.database, company.tenant) as unit:
        ids_of = unit.ids.many(6)
        async with company.database.owner() as connection:
            entity = await connection.fetchval("SELECT id FROM entities WHERE tenant_id = $1", company.tenant.id)
        said = papers.content(customer_id=UUID(client), entity_id=entity, line_id=ids_of[0])
        open_said = papers.content(customer_id=UUID(client), entity_id=entity, line_id=ids_of[1], is_issue_open=True, is_due_open=True)
        await papers.insert(unit, papers.paper(ids_of[3], open_said, is_draft=True, number=""))
        await papers.insert(unit, papers.paper(ids_of[4], said, kind="document", amount_paid=28_200, number="DOC-1"))
        await papers.issue(unit, papers.paper(ids_of[5], papers.content(customer_id=UUID(client), entity_id=entity, line_id=ids_of[2])))
    return {
        "import": await read(company, UUID(imported["id"])),
        "credit note": await read(company, UUID(note["id"])),
        "draft": await read(company, ids_of[3]),
        "document": await read(company, ids_of[4]),
        "invoice": await read(company, ids_of[5]),
    }


async def test_every_shape_has_the_contracts_keys_in_its_order(acme: Company):
    found = await each_kind(acme)
    assert {(d.kind, d.is_draft, d.paper is None) for d in found.values()} == {
        ("invoice", False, True),
        ("credit_note", False, True),
        ("invoice", True, False),
        ("document", False, False),
        ("invoice", False, False),
    }
    for name, show in SHAPES.items():
        for kind, document in found.items():
            answer = shown(show(document, frame=FRAME))
            assert [*answer] == in_order(name, is_credit_note=document.kind == "credit_note"), (name, kind)
            for line in answer["line_items"]:
                assert [*line] == required("InvoiceLineItem")
            for transaction in answer["transactions"]:
                demanded = required("Transaction")
                assert [key for key in transaction if key in demanded] == demanded


async def test_an_import_is_one_line_of_the_default_seller(acme: Company):
    """Name from the reference, tax from the net amount; its rows are external transactions and what credit notes cover is not due."""
    answer = shown(translate.details((await each_kind(acme))["import"], frame=FRAME))
    [line] = answer["line_items"]
    [payment] = answer["transactions"]

    assert line["name"] == answer["number"]
    assert line["id"].removeprefix("ili_") == answer["id"].removeprefix("inv_")
    assert (line["units_count"], line["unit_amount"], line["amount"], line["tax_amount"], line["tax_rate"]) == (1, 12_000, 12_000, 0, 0)
    assert (line["product_id"], line["product_type"], line["entry_type"], answer["tax_scheme"]) == (None, None, "debit", "manual")
    assert (answer["source"], answer["reference"], answer["seller"]["name"]) == ("other", None, acme.tenant.name)
    assert (answer["total_amount"], answer["amount_paid"], answer["amount_due"]) == (12_000, 3_000, 7_500)
    assert answer["status"] == "partially_paid"
    assert (answer["issued_at"], answer["due_at"]) == ("2026-01-01T00:00:00.000Z", "2026-01-31T00:00:00.000Z")
    assert (payment["payment_method_type"], payment["status"], payment["type"]) == ("external", "settled", "one_time")
    assert payment["process_at"] == payment["settled_at"] == "2026-01-10T00:00:00.000Z"
    assert not {"payment_method", "bank_account", "wallet_id"} & set(payment)
    assert (answer["conversion_rate"], answer["converted_amount"]) == (1, 12_000)


@pytest.mark.parametrize(
    ("amount", "net", "tax", "rate"),
    [(12_000, 10_000, 2_000, 20), (10_550, 10_000, 550, 5.5), (100, 93, 7, 7.53), (500, 0, 500, 0), (700, None, 0, 0)],
)
async def test_the_tax_of_an_import(acme: Company, amount: int, net: int | None, tax: int, rate: float):
    client = await acme.customer()
    imported = await acme.post("/invoices", make.simple_invoice(client, amount=amount, netAmount=net))
    answer = shown(translate.details_v1(await read(acme, UUID(imported["id"])), frame=FRAME))
    [line] = answer["line_items"]

    assert (line["tax_amount"], line["tax_rate"], line["amount_excluding_tax"]) == (tax, rate, amount - tax)
    assert (answer["tax_amount"], answer["tax_rate"], answer["amount_excluding_tax"], answer["total_amount"]) == (
        tax,
        rate,
        amount - tax,
        amount,
    )


async def test_a_credit_note_tells_where_it_lies(acme: Company):
    found = await each_kind(acme)
    answer = shown(translate.details(found["credit note"], frame=FRAME))

    assert answer["allocations"] == [{"invoice_id": ids.shown(found["import"].id, kind="invoice"), "amount": 1_500}]
    assert (answer["type"], answer["status"], answer["amount_due"], answer["amount_paid"]) == ("credit_note", "partially_paid", 500, 0)
    assert [line["entry_type"] for line in answer["line_items"]] == ["credit"]
    assert (answer["original_invoice_id"], answer["settled_at"]) == (None, None)


async def test_a_draft_shows_what_it_would_get_now(acme: Company):
    """Issue instant, due instant by the payment term, and its parties as they are now: nothing of that is decided yet."""
    draft = (await each_kind(acme))["draft"]
    answer = shown(translate.details(draft, frame=FRAME))
    later = shown(translate.details(draft, frame=replace(FRAME, moment=datetime(2026, 3, 20, 8, 30, tzinfo=UTC))))

    assert (answer["status"], answer["number"], answer["converted_at"]) == ("draft", "", None)
    assert (answer["issued_at"], answer["due_at"]) == ("2026-02-01T08:30:00.000Z", "2026-03-03T08:30:00.000Z")
    assert (later["issued_at"], later["due_at"]) == ("2026-03-20T08:30:00.000Z", "2026-04-19T07:30:00.000Z")
    assert answer["customer"]["name"] == "Dupont"
    assert answer["seller"]["name"] == acme.tenant.name


async def test_a_document_without_legal_value_is_told_like_an_invoice(acme: Company):
    answer = shown(translate.details((await each_kind(acme))["document"], frame=FRAME))

    assert (answer["type"], answer["number"], answer["status"], answer["amount_due"]) == ("document", "DOC-1", "paid", 0)


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ([("2026-01-10", 12_000)], "2026-01-10T00:00:00.000Z"),
        ([("2026-01-20", 4_000), ("2026-01-10", 8_000)], "2026-01-20T00:00:00.000Z"),
        ([("2026-01-10", 15_000), ("2026-01-20", 4_000)], "2026-01-10T00:00:00.000Z"),
        ([("2026-01-10", 11_999)], None),
    ],
)
async def test_when_it_was_settled(acme: Company, payments: list[tuple[str, int]], expected: str | None):
    """The instant of what reached the total, whatever was recorded first; nothing while something is due."""
    client = await acme.customer()
    rows = [{"date": day, "amount": amount} for day, amount in payments]
    imported = await acme.post("/invoices/complete", make.complete_invoice(client, payments=rows))

    assert shown(translate.details(await read(acme, UUID(imported["id"])), frame=FRAME))["settled_at"] == expected


def test_a_public_page_is_found_by_its_id_and_proved_by_its_code():
    """Two documents, or two tenants, never share an address; and the id at its beginning finds the document."""
    id = make.some_id()
    code = documents.page_code(id, secret=b"acme" * 8)
    document = cast("Any", SimpleNamespace(id=id, page_code=code))
    address = translate.public_url(document, address="https://duebook.example")

    assert address == f"https://duebook.example/i/{ids.base62(id.int)}{ids.base62(int.from_bytes(code, 'big'))}"
    assert len(address.rsplit("/", 1)[1]) == 44
