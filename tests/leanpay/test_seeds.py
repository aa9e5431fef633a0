"""The documents the project exists for: the requests of the four seeds, with real ids, answer with the seeds' keys in their order."""

from tests.make import Company

INVOICE_KEYS = """id tenantId clientId externalId reference amount remainingAmount paidAmount offsetAmount sentDate issueDate dueDate
status upcomingPaymentDate dueDates payments creditNoteLinks createdAt updatedAt""".split()
CREDIT_NOTE_KEYS = """id tenantId clientId externalId reference amount remainingAmount paybackAmount deductedAmount issueDate paybacks
invoiceLinks status createdAt updatedAt""".split()


async def test_import_invoices_then_find_one(acme: Company) -> None:
    client_id = await acme.customer()
    item = {
        "clientId": client_id,
        "reference": "<string>",
        "amount": 1,
        "netAmount": 1,
        "issueDate": "2023-12-25",
        "dueDate": "2023-12-25",
        "externalId": "<string>",
        "sentDate": "2023-12-25",
    }
    answer = await acme.post("/invoices/batch", {"invoices": [item]})
    assert list(answer) == ["data"]
    invoice = answer["data"][0]
    assert list(invoice) == INVOICE_KEYS
    assert list(invoice["dueDates"][0]) == ["dueDate", "currency", "amount", "defaultCurrencyAmount"]
    assert (invoice["clientId"], invoice["amount"], invoice["remainingAmount"], invoice["status"]) == (client_id, 1, 1, "overdue")
    assert invoice["issueDate"] == "2023-12-25T00:00:00.000Z"
    assert await acme.get(f"/invoices/{invoice['id']}") == invoice


async def test_import_a_complete_invoice(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post(
        "/credit-notes",
        {"clientId": client_id, "reference": "AV", "amount": 1, "issueDate": "2023-12-25", "dueDate": "2023-12-25", "externalId": "av"},
    )
    body = {
        "reference": "<string>",
        "amount": 3,
        "issueDate": "2023-12-25",
        "dueDates": [{"dueDate": "2023-12-25", "currency": "EUR", "amount": 3, "defaultCurrencyAmount": 3}],
        "externalId": "<string>",
        "client": {"id": client_id},
        "dueDate": "2023-12-25",
        "payments": [{"date": "2023-12-25", "amount": 1, "externalId": "<string>"}],
        "creditNoteLinks": [{"date": "2023-12-25", "creditNote": {"id": note["id"]}, "amount": 1, "externalId": "<string>"}],
    }
    invoice = await acme.post("/invoices/complete", body)
    assert list(invoice) == INVOICE_KEYS
    assert list(invoice["payments"][0]) == ["date", "amount", "defaultCurrencyAmount", "externalId"]
    link = invoice["creditNoteLinks"][0]
    assert list(link) == ["date", "amount", "defaultCurrencyAmount", "externalId", "creditNote"]
    assert link["creditNote"] == {"id": note["id"], "externalId": "av"}
    assert (invoice["paidAmount"], invoice["offsetAmount"], invoice["remainingAmount"], invoice["status"]) == (1, 1, 1, "overdue")
    assert await acme.get(f"/invoices/{invoice['id']}") == invoice
    seen_from_the_other_side = await acme.get(f"/credit-notes/{note['id']}")
    assert seen_from_the_other_side["status"] == "deducted"
    assert seen_from_the_other_side["invoiceLinks"][0]["invoice"] == {"id": invoice["id"], "externalId": "<string>"}


async def test_import_a_complete_credit_note(acme: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post(
        "/invoices",
        {"clientId": client_id, "reference": "FA", "amount": 5, "issueDate": "2023-12-25", "dueDate": "2023-12-25", "externalId": "fa"},
    )
    body = {
        "reference": "<string>",
        "amount": 3,
        "issueDate": "2023-12-25",
        "currency": "EUR",
        "externalId": "<string>",
        "client": {"id": client_id},
        "dueDate": "2023-12-25",
        "defaultCurrencyAmount": 3,
        "paybacks": [{"date": "2023-12-25", "amount": 1, "externalId": "<string>"}],
        "invoiceLinks": [{"date": "2023-12-25", "invoice": {"id": invoice["id"]}, "amount": 1, "externalId": "<string>"}],
    }
    note = await acme.post("/credit-notes/complete", body)
    assert list(note) == CREDIT_NOTE_KEYS
    assert list(note["paybacks"][0]) == ["date", "amount", "defaultCurrencyAmount", "externalId"]
    assert note["invoiceLinks"][0]["invoice"] == {"id": invoice["id"], "externalId": "fa"}
    assert (note["paybackAmount"], note["deductedAmount"], note["remainingAmount"], note["status"]) == (1, 1, 1, "available")
    assert await acme.get(f"/credit-notes/{note['id']}") == note
