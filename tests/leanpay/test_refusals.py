"""The books saying no to well-formed requests: by place, with both sums named, and nothing stored."""

from typing import Any

import pytest

from duebook.actions.open_tenant import set_tenant
from duebook.core.money import MAX_AMOUNT
from tests.leanpay.footprint import unchanged
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice, some_id

SIMPLE = [("/invoices", simple_invoice), ("/credit-notes", simple_credit_note)]


def part(amount: int, due: str = "2026-01-31", **fields: Any) -> dict[str, Any]:
    return {"dueDate": due, "currency": "EUR", "amount": amount} | fields


def row(amount: int, **fields: Any) -> dict[str, Any]:
    return {"date": "2026-01-10", "amount": amount} | fields


async def errors(company: Company, path: str, body: Any) -> tuple[int, list[dict[str, Any]]]:
    answer = await company.call("POST", path, json=body)
    return answer.status_code, answer.json()["errors"]


async def test_instalments_that_do_not_add_up_name_both_sums(acme: Company) -> None:
    body = complete_invoice(await acme.customer(), amount=12_000, dueDates=[part(5_000), part(6_999)])
    async with unchanged(acme):
        status, told = await errors(acme, "/invoices/complete", body)
    assert (status, [(error["path"], error["code"]) for error in told]) == (400, [("$.dueDates", "sum_mismatch")])
    assert "11999" in told[0]["message"]
    assert "12000" in told[0]["message"]


async def test_instalments_are_in_one_currency(acme: Company) -> None:
    dollars = part(1, currency="USD", defaultCurrencyAmount=1)
    body = complete_invoice(await acme.customer(), amount=3, dueDates=[part(1), dollars, part(1)])
    async with unchanged(acme):
        assert await acme.refused("/invoices/complete", body, status=400) == [("$.dueDates[1].currency", "currency")]


async def test_sums_beyond_the_largest_amount_are_refused(acme: Company) -> None:
    client_id = await acme.customer()
    most = MAX_AMOUNT
    dollars = [part(1, currency="USD", defaultCurrencyAmount=most), part(1, currency="USD", defaultCurrencyAmount=1)]
    async with unchanged(acme):
        body = complete_invoice(client_id, amount=most, dueDates=[part(most), part(1)])
        assert await acme.refused("/invoices/complete", body, status=400) == [("$.dueDates", "too_large")]
        body = complete_invoice(client_id, amount=2, dueDates=dollars)
        assert await acme.refused("/invoices/complete", body, status=400) == [("$.dueDates", "too_large")]
        body = complete_invoice(client_id, amount=most, payments=[row(most), row(1)])
        assert await acme.refused("/invoices/complete", body, status=400) == [("$.payments", "too_large")]


async def test_default_currency_shares_never_pass_the_largest_amount(acme: Company) -> None:
    """A surplus is converted at the document's ratio: an amount of 1 worth a fortune makes a large payment worth too much."""
    dear = [part(1, currency="USD", defaultCurrencyAmount=MAX_AMOUNT)]
    body = complete_invoice(await acme.customer(), amount=1, dueDates=dear, payments=[row(MAX_AMOUNT)])
    async with unchanged(acme):
        assert await acme.refused("/invoices/complete", body, status=400) == [("$.payments", "too_large")]


async def test_links_of_a_request_above_its_own_amount_are_400_and_above_the_credit_note_409(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=2_000))
    named = {"creditNote": {"id": note["id"]}}
    async with unchanged(acme):
        body = complete_invoice(client_id, amount=1_000, creditNoteLinks=[row(600, **named), row(401, **named)])
        assert ("$.creditNoteLinks", "over_allocation") in await acme.refused("/invoices/complete", body, status=400)
        body = complete_invoice(client_id, amount=9_000, creditNoteLinks=[row(2_001, **named)])
        assert await acme.refused("/invoices/complete", body, status=409) == [("$.creditNoteLinks[0].amount", "over_allocation")]


async def test_paybacks_and_links_above_the_credit_note_are_400_and_above_the_invoice_409(acme: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post("/invoices", simple_invoice(client_id, amount=1_000))
    named = {"invoice": {"id": invoice["id"]}}
    async with unchanged(acme):
        body = complete_credit_note(client_id, amount=2_000, paybacks=[row(2_001)])
        assert await acme.refused("/credit-notes/complete", body, status=400) == [("$.paybacks", "over_allocation")]
        body = complete_credit_note(client_id, amount=2_000, paybacks=[row(1_500)], invoiceLinks=[row(501, **named)])
        assert await acme.refused("/credit-notes/complete", body, status=400) == [("$.invoiceLinks", "over_allocation")]
        body = complete_credit_note(client_id, amount=2_000, invoiceLinks=[row(1_001, **named)])
        assert await acme.refused("/credit-notes/complete", body, status=409) == [("$.invoiceLinks[0].amount", "over_allocation")]


async def test_what_is_left_of_a_credit_note_is_counted_with_what_other_invoices_took(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes/complete", complete_credit_note(client_id, amount=2_000, paybacks=[row(500)]))
    named = {"creditNote": {"id": note["id"]}}
    await acme.post("/invoices/complete", complete_invoice(client_id, creditNoteLinks=[row(1_000, **named)]))
    async with unchanged(acme):
        await acme.refused("/invoices/complete", complete_invoice(client_id, creditNoteLinks=[row(501, **named)]), status=409)
    last = await acme.post("/invoices/complete", complete_invoice(client_id, creditNoteLinks=[row(500, **named)]))
    assert last["offsetAmount"] == 500
    assert (await acme.get(f"/credit-notes/{note['id']}"))["status"] == "deducted"


async def test_the_books_speak_this_doors_words_and_quote_the_request_as_it_is(acme: Company) -> None:
    """Inside it is a customer, here a client; what the sender wrote is not translated."""
    for name in ("my customer", "the customer's", 'a "customer"\'s'):
        [error] = (await errors(acme, "/invoices/complete", complete_invoice("", client={"externalId": name})))[1]
        assert error["message"] == f"no client has the external id {name!r}"


@pytest.mark.parametrize(("path", "make"), SIMPLE)
async def test_an_unknown_client_is_404_at_its_place(acme: Company, path: str, make: Any) -> None:
    async with unchanged(acme):
        assert await acme.refused(path, make(str(some_id())), status=404) == [("$.clientId", "not_found")]


@pytest.mark.parametrize(("path", "make"), [("/invoices/complete", complete_invoice), ("/credit-notes/complete", complete_credit_note)])
async def test_a_new_document_needs_its_client(acme: Company, path: str, make: Any) -> None:
    body = make("")
    del body["client"]
    async with unchanged(acme):
        assert await acme.refused(path, body, status=400) == [("$.client", "required")]
        told = await acme.refused(path, body | {"client": {"externalId": "nobody"}}, status=404)
        assert told == [("$.client.externalId", "not_found")]


async def test_both_documents_of_a_link_belong_to_one_client_and_one_currency(acme: Company) -> None:
    dupont, martin = await acme.customer("Dupont"), await acme.customer("Martin")
    note = await acme.post("/credit-notes", simple_credit_note(martin))
    invoice = await acme.post("/invoices", simple_invoice(martin))
    dollars = [part(12_000, currency="USD", defaultCurrencyAmount=11_000)]
    async with unchanged(acme):
        links = [row(1, creditNote={"id": note["id"]})]
        told = await acme.refused("/invoices/complete", complete_invoice(dupont, creditNoteLinks=links), status=400)
        assert told == [("$.creditNoteLinks[0].creditNote", "conflict")]
        told = await acme.refused("/invoices/complete", complete_invoice(martin, dueDates=dollars, creditNoteLinks=links), status=400)
        assert told == [("$.creditNoteLinks[0].creditNote", "currency")]
        links = [row(1, invoice={"id": invoice["id"]})]
        told = await acme.refused("/credit-notes/complete", complete_credit_note(dupont, invoiceLinks=links), status=400)
        assert told == [("$.invoiceLinks[0].invoice", "conflict")]
        body = complete_credit_note(martin, currency="USD", defaultCurrencyAmount=1_800, invoiceLinks=links)
        assert await acme.refused("/credit-notes/complete", body, status=400) == [("$.invoiceLinks[0].invoice", "currency")]


async def test_the_same_external_id_twice_in_an_array_names_the_later_row(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id))
    invoice = await acme.post("/invoices", simple_invoice(client_id))
    twice = [row(1, externalId="r"), row(2, externalId="s"), row(3, externalId="r")]
    async with unchanged(acme):
        told = await acme.refused("/invoices/complete", complete_invoice(client_id, payments=twice), status=400)
        assert told == [("$.payments[2].externalId", "duplicate")]
        links = [link | {"creditNote": {"id": note["id"]}} for link in twice]
        told = await acme.refused("/invoices/complete", complete_invoice(client_id, creditNoteLinks=links), status=400)
        assert told == [("$.creditNoteLinks[2].externalId", "duplicate")]
        told = await acme.refused("/credit-notes/complete", complete_credit_note(client_id, paybacks=twice), status=400)
        assert told == [("$.paybacks[2].externalId", "duplicate")]
        links = [link | {"invoice": {"id": invoice["id"]}} for link in twice]
        told = await acme.refused("/credit-notes/complete", complete_credit_note(client_id, invoiceLinks=links), status=400)
        assert told == [("$.invoiceLinks[2].externalId", "duplicate")]


async def test_one_external_id_may_name_a_payment_a_link_and_links_of_two_credit_notes(acme: Company) -> None:
    client_id = await acme.customer()
    notes = [await acme.post("/credit-notes", simple_credit_note(client_id)) for _ in range(2)]
    links = [row(1, creditNote={"id": note["id"]}, externalId="r") for note in notes]
    invoice = await acme.post("/invoices/complete", complete_invoice(client_id, payments=[row(1, externalId="r")], creditNoteLinks=links))
    assert (len(invoice["payments"]), len(invoice["creditNoteLinks"])) == (1, 2)


async def test_every_fault_of_a_document_is_told_at_once(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=10))
    body = complete_invoice(
        str(some_id()),
        amount=12_000,
        dueDates=[part(1, currency="USD"), part(2)],
        payments=[row(1, externalId="r"), row(1, externalId="r")],
        creditNoteLinks=[row(11, creditNote={"id": note["id"]}), row(1, creditNote={"externalId": "nothing"})],
    )
    async with unchanged(acme):
        status, told = await errors(acme, "/invoices/complete", body)
    assert status == 400
    assert {(error["path"], error["code"]) for error in told} == {
        ("$.client.id", "not_found"),
        ("$.dueDates[0].defaultCurrencyAmount", "required"),
        ("$.dueDates[1].currency", "currency"),
        ("$.dueDates", "sum_mismatch"),
        ("$.payments[1].externalId", "duplicate"),
        ("$.creditNoteLinks[0].amount", "over_allocation"),
        ("$.creditNoteLinks[1].creditNote.externalId", "not_found"),
    }
    assert all(error["index"] is None for error in told)


async def test_an_unknown_reference_outranks_what_the_books_do_not_allow(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, amount=10))
    links = [row(11, creditNote={"id": note["id"]}), row(1, creditNote={"id": str(some_id())})]
    async with unchanged(acme):
        told = await acme.refused("/invoices/complete", complete_invoice(client_id, creditNoteLinks=links), status=404)
    assert {code for _, code in told} == {"over_allocation", "not_found"}


async def test_unknown_fields_are_dropped_where_the_company_says_so(acme: Company) -> None:
    client_id = await acme.customer()
    body = complete_invoice(client_id, payments=[row(1, colour="red")], note="hello")
    item = simple_invoice(client_id, dueDat="2026-01-01")
    async with unchanged(acme):
        told = await acme.refused("/invoices/complete", body, status=400)
        assert told == [("$.payments[0].colour", "unknown_field"), ("$.note", "unknown_field")]
        assert await acme.refused("/invoices/batch", {"invoices": [item], "x": 1}, status=400) != []
    async with acme.database.owner() as connection:
        await set_tenant(connection, tenant=acme.tenant, changes={"unknown-fields": "ignore"})
    assert (await acme.post("/invoices/complete", body))["paidAmount"] == 1
    assert len((await acme.post("/invoices/batch", {"invoices": [item], "x": 1}))["data"]) == 1
    assert (await acme.post("/clients", {"name": "Durand", "nom": "Durand"}))["name"] == "Durand"
    async with unchanged(acme):
        assert await acme.refused("/invoices", simple_invoice(client_id, amount=-1, x=1), status=400) == [("$.amount", "too_small")]
        answer = await acme.call("POST", "/clients", content=b'{"name": "a", "x": "\\u0000"}', headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
