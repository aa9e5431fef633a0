"""The LeanPay door's bodies are the contract's: names, keys, order, demands; and the law of the form holds for each."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from duebook.leanpay import wire
from duebook.web.body import decoder_for
from duebook.web.shapes import schemas_of
from tests.web.damage import SOME_ID, damaged, stands, taken, valid
from tests.web.drafts import attempt

CONTRACT = Path(__file__).parents[2] / "contract" / "leanpay.yaml"
REQUESTS = [
    wire.ClientImport,
    wire.ClientUpdate,
    wire.ClientsBatchRequest,
    wire.CompleteCreditNote,
    wire.CompleteInvoice,
    wire.CreditNoteImport,
    wire.CreditNoteLinkImport,
    wire.CreditNotesBatchRequest,
    wire.InstalmentImport,
    wire.InvoiceImport,
    wire.InvoiceLinkImport,
    wire.InvoicesBatchRequest,
    wire.MoneyImport,
    wire.Reference,
]
ANSWERS = [
    wire.Client,
    wire.ClientBalance,
    wire.ClientPage,
    wire.Clients,
    wire.ClientsPartial,
    wire.Counterpart,
    wire.CreditNote,
    wire.CreditNoteLinkRow,
    wire.CreditNotePage,
    wire.CreditNotes,
    wire.CreditNotesPartial,
    wire.Error,
    wire.ErrorItem,
    wire.Instalment,
    wire.Invoice,
    wire.InvoiceLinkRow,
    wire.InvoicePage,
    wire.Invoices,
    wire.InvoicesPartial,
    wire.MoneyRow,
]
# The least document of each, and one bad change a struct could miss.
INVOICE = {"clientId": SOME_ID, "reference": "FA-1", "amount": 1, "issueDate": "2026-01-12", "dueDate": "2026-02-11"}
INSTALMENT = {"dueDate": "2026-02-11", "currency": "EUR", "amount": 1}
COMPLETE = {"reference": "FA-1", "amount": 1, "issueDate": "2026-01-12", "dueDates": [INSTALMENT]}
CREDIT_NOTE = {"reference": "AV-1", "amount": 1, "issueDate": "2026-01-12", "currency": "EUR"}
LINK = {"date": "2026-01-30", "creditNote": {"id": SOME_ID}, "amount": 1}


def said(struct: type[msgspec.Struct], document: Any) -> list[tuple[Any, str]]:
    _, faults = attempt(decoder_for(struct), json.dumps(document).encode())
    return [(fault.path, fault.code) for fault in faults]


@cache
def contract() -> dict[str, Any]:
    return yaml.safe_load(CONTRACT.read_text())["components"]["schemas"]


def resolved(schema: Any, components: dict[str, Any]) -> Any:
    """The schema without references and words: what is left is what it demands."""
    if isinstance(schema, list):
        return [resolved(part, components) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        named = components[schema["$ref"].rpartition("/")[2]]
        return resolved(named | {key: part for key, part in schema.items() if key != "$ref"}, components)
    words = ("description", "title", "default")
    made = {
        key: {name: resolved(field, components) for name, field in part.items()} if key == "properties" else resolved(part, components)
        for key, part in schema.items()
        if key not in words
    }
    match made:
        case {"allOf": [base]}:
            rest = {key: part for key, part in made.items() if key != "allOf"}
            rows = rest["properties"]["data"] | base["properties"]["data"]
            made = base | {"properties": base["properties"] | {"data": rows}}
        case {"anyOf": [{"enum": values}, {"type": "null"}]}:
            made = {"type": ["string", "null"], "enum": [*values, None]}
        case _:
            pass
    if "required" in made:
        made["required"] = sorted(made["required"])
    if "enum" in made:
        # Of a closed list of texts the type says nothing more.
        made = {"enum": sorted(map(str, made["enum"]))}
    return made


def without_truncation(schema: dict[str, Any]) -> dict[str, Any]:
    """`truncated: true` is a `const` in the contract and an enumeration of one value here."""
    fields = {name: field for name, field in schema["properties"].items() if name != "truncated"}
    return schema | {"properties": fields}


@pytest.mark.parametrize("struct", REQUESTS, ids=lambda struct: struct.__name__)
def test_a_request_demands_what_the_contract_demands(struct: type[msgspec.Struct]) -> None:
    name = struct.__name__
    _, components = schemas_of([struct], ref_template="#/components/schemas/{name}")
    ours = resolved(components[name], components)
    theirs = resolved(contract()[name], contract())
    assert ours == theirs


@pytest.mark.parametrize("struct", ANSWERS, ids=lambda struct: struct.__name__)
def test_an_answer_has_the_keys_of_the_contract_in_their_order(struct: type[msgspec.Struct]) -> None:
    name = struct.__name__
    theirs = resolved(contract()[name], contract())
    assert list(struct.__struct_fields__) == list(theirs["properties"])
    _, components = schemas_of([struct], ref_template="#/components/schemas/{name}")
    ours = resolved(components[name], components)
    ours.pop("additionalProperties", None)
    for field, schema in without_truncation(theirs)["properties"].items():
        if (name, field) in {("Error", "statusCode"), ("ErrorItem", "code")} or field in {"errors", "data"}:
            continue
        told = ours["properties"][field]
        assert closed(_without_null(told) if field == "defaultCurrencyAmount" else told) == schema, field


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Of a number or null the number."""
    assert schema["type"] == ["integer", "null"]
    return schema | {"type": "integer"}


def closed(schema: Any) -> Any:
    """An answer's objects are closed in the contract; ours are by being written from structs."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "defaultCurrencyAmount" in schema.get("properties", {}):
        # The one named difference to the contract here: null where nobody has told what a foreign amount is worth.
        told = schema["properties"]["defaultCurrencyAmount"]
        schema = schema | {"properties": schema["properties"] | {"defaultCurrencyAmount": _without_null(told)}}
    made = {key: closed(part) for key, part in schema.items()}
    return made | {"additionalProperties": False} if made.get("type") == "object" else made


LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("struct", REQUESTS, ids=lambda struct: struct.__name__)
def test_what_is_refused_has_a_reason_and_a_place(struct: type[msgspec.Struct]) -> None:
    @LAW
    @given(document=valid(struct), data=st.data(), wounds=st.integers(0, 3))
    def law(document: Any, data: st.DataObject, wounds: int) -> None:
        for _ in range(wounds):
            document = damaged(document, data)
        wanted = taken(struct, document)
        read, faults = attempt(decoder_for(struct), json.dumps(document).encode())
        assert read == wanted
        assert all(stands(fault.path, document) for fault in faults), faults

    law()


@pytest.mark.parametrize("struct", REQUESTS, ids=lambda struct: struct.__name__)
def test_what_the_contract_allows_is_taken(struct: type[msgspec.Struct]) -> None:
    @LAW
    @given(document=valid(struct))
    def law(document: Any) -> None:
        read, faults = attempt(decoder_for(struct), json.dumps(document).encode())
        assert not faults
        assert isinstance(read, struct)

    law()


@pytest.mark.parametrize(
    ("struct", "document", "expected"),
    [
        (wire.InvoiceImport, INVOICE | {"clientId": None}, [(("clientId",), "type")]),
        (wire.InvoiceImport, INVOICE | {"currency": "EUR"}, [(("currency",), "unknown_field")]),
        (wire.InvoiceImport, INVOICE | {"netAmount": "1"}, [(("netAmount",), "type")]),
        (wire.CompleteInvoice, COMPLETE | {"dueDates": []}, [(("dueDates",), "too_few")]),
        (wire.CompleteInvoice, COMPLETE | {"dueDates": [INSTALMENT] * 501}, [(("dueDates",), "too_many")]),
        (wire.CompleteInvoice, COMPLETE | {"client": {}}, [(("client",), "required")]),
        (wire.CompleteInvoice, COMPLETE | {"client": None}, [(("client",), "type")]),
        (wire.CompleteInvoice, COMPLETE | {"payments": None}, [(("payments",), "type")]),
        (wire.CompleteInvoice, COMPLETE | {"netAmount": 1}, [(("netAmount",), "unknown_field")]),
        (
            wire.CompleteInvoice,
            COMPLETE | {"dueDates": [INSTALMENT | {"currency": "EURO"}]},
            [(("dueDates", 0, "currency"), "currency")],
        ),
        (
            wire.CompleteInvoice,
            COMPLETE | {"creditNoteLinks": [LINK | {"creditNote": {}}]},
            [(("creditNoteLinks", 0, "creditNote"), "required")],
        ),
        (wire.CompleteCreditNote, CREDIT_NOTE | {"defaultCurrencyAmount": 1.5}, [(("defaultCurrencyAmount",), "type")]),
        (wire.CompleteCreditNote, CREDIT_NOTE | {"currency": "XXX"}, [(("currency",), "currency")]),
        (wire.CompleteCreditNote, CREDIT_NOTE | {"currency": None}, [(("currency",), "type")]),
        (wire.CompleteCreditNote, CREDIT_NOTE | {"client": {"externalId": ""}}, [(("client", "externalId"), "required")]),
        (wire.ClientImport, {"name": "Kervella", "language": "br"}, [(("language",), "enum")]),
        (wire.ClientImport, {"name": "Kervella", "currency": "FRF"}, [(("currency",), "currency")]),
        (wire.ClientImport, {"name": "Kervella", "paymentTermDays": 366}, [(("paymentTermDays",), "too_large")]),
        (wire.ClientImport, {"name": ""}, [(("name",), "required")]),
        (wire.ClientUpdate, {"name": None}, [(("name",), "type")]),
    ],
)
def test_what_the_contract_forbids_is_refused_at_its_place(
    struct: type[msgspec.Struct], document: Any, expected: list[tuple[Any, str]]
) -> None:
    assert said(struct, document) == expected


@pytest.mark.parametrize(
    ("struct", "field", "item"),
    [
        (wire.InvoicesBatchRequest, "invoices", INVOICE),
        (wire.CreditNotesBatchRequest, "creditNotes", INVOICE),
        (wire.ClientsBatchRequest, "clients", {"name": "Kervella"}),
    ],
)
def test_a_batch_holds_one_to_a_hundred_items(struct: type[msgspec.Struct], field: str, item: Any) -> None:
    assert said(struct, {field: [item] * 100}) == []
    assert said(struct, {field: [item] * 101}) == [((field,), "too_many")]
    assert said(struct, {field: []}) == [((field,), "too_few")]
    assert said(struct, {}) == [((field,), "required")]


def test_the_least_documents_are_taken_and_leave_the_rest_unsaid() -> None:
    assert said(wire.CompleteInvoice, COMPLETE) == said(wire.CompleteCreditNote, CREDIT_NOTE) == []
    read = decoder_for(wire.InvoiceImport).read(json.dumps(INVOICE | {"netAmount": None}).encode())
    assert read.clientId == UUID(SOME_ID)
    assert (read.netAmount, read.externalId, read.sentDate) == (None, UNSET, UNSET)


def test_an_invoice_is_written_in_the_order_of_the_contract() -> None:
    midnight, instant = "2026-02-11T00:00:00.000Z", "2026-02-01T08:15:42.318Z"
    answer = wire.Invoice(
        id=None,
        tenantId=SOME_ID,
        clientId=SOME_ID,
        externalId=None,
        reference="FA-1",
        amount=3,
        remainingAmount=1,
        paidAmount=1,
        offsetAmount=1,
        sentDate=midnight,
        issueDate=midnight,
        dueDate=midnight,
        status="due",
        upcomingPaymentDate=None,
        dueDates=[wire.Instalment(dueDate=midnight, currency="EUR", amount=3, defaultCurrencyAmount=3)],
        payments=[wire.MoneyRow(date=midnight, amount=1, defaultCurrencyAmount=1, externalId=None)],
        creditNoteLinks=[],
        createdAt=None,
        updatedAt=instant,
    )
    assert msgspec.json.encode(wire.Invoices(data=[answer])).decode() == (
        f'{{"data":[{{"id":null,"tenantId":"{SOME_ID}","clientId":"{SOME_ID}","externalId":null,"reference":"FA-1","amount":3,'
        f'"remainingAmount":1,"paidAmount":1,"offsetAmount":1,"sentDate":"{midnight}","issueDate":"{midnight}",'
        f'"dueDate":"{midnight}","status":"due","upcomingPaymentDate":null,"dueDates":[{{"dueDate":"{midnight}",'
        f'"currency":"EUR","amount":3,"defaultCurrencyAmount":3}}],"payments":[{{"date":"{midnight}","amount":1,'
        f'"defaultCurrencyAmount":1,"externalId":null}}],"creditNoteLinks":[],"createdAt":null,"updatedAt":"{instant}"}}]}}'
    )
