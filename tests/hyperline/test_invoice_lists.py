"""Lists of invoices over HTTP: pages by cursor and by offset, and every parameter of the contract, by its names of both versions."""

import base64
import json
from typing import Any
from uuid import UUID

import pytest
import yaml

from duebook.hyperline import ids
from duebook.hyperline.operations import invoice_lists
from duebook.hyperline.operations.invoice_lists import asked
from duebook.hyperline.pages import Cursor, written_cursor
from duebook.store.document_lists import WORDS
from tests import make
from tests.hyperline.contract import CONTRACT
from tests.make import Company

FILTERS = {
    ("v2", "issued_at"): ("v1", "emission_date"),
    ("v2", "due_at"): ("v1", "due_date"),
}


async def customer(company: Company, name: str = "Kervella", **fields: Any) -> str:
    return (await company.hyper_post("/v1/customers", {"name": name} | fields))["id"]


async def invoice(company: Company, customer_id: str, **fields: Any) -> str:
    """An invoice of 100.00 at 20 %, to be paid; gives the id."""
    line = {"name": "Conseil", "unit_amount": 10_000, "tax_rate": 20}
    body = {"customer_id": customer_id, "line_items": [line], "status": "to_pay", "currency": "EUR"} | fields
    return (await company.hyper_post("/v1/invoices", body))["id"]


async def found(company: Company, **params: Any) -> set[str]:
    """The ids that the list of the current version holds; those of the old one are the same."""
    new = {one["id"] for one in (await company.hyper_get("/v2/invoices", **params))["data"]}
    renamed = {_old_name(name): value for name, value in params.items()}
    assert {one["id"] for one in (await company.hyper_get("/v1/invoices", **renamed))["data"]} == new, params
    return new


def _old_name(name: str) -> str:
    for (_, new), (_, old) in FILTERS.items():
        if name == new or name.startswith(new + "__"):
            return old + name.removeprefix(new)
    return name


def test_every_parameter_of_the_contract_is_served():
    paths = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    for operation in invoice_lists.OPERATIONS:
        theirs = {_named(one, paths) for one in paths["paths"][operation.path]["get"]["parameters"]}
        assert theirs <= {parameter.name for parameter in operation.query}, operation.path


def _named(parameter: dict[str, Any], contract: dict[str, Any]) -> str:
    if "$ref" in parameter:
        return contract["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]["name"]
    return parameter["name"]


def test_every_status_and_type_of_the_contract_can_be_asked_for():
    schemas = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    statuses = {*schemas["InvoiceStatusFilter"]["anyOf"][0]["enum"], *schemas["InvoiceStatus"]["enum"], "settleable"}
    types = {*schemas["InvoiceTypeFilter"]["anyOf"][0]["enum"], "credit_note"}
    for operation in invoice_lists.OPERATIONS:
        by_name = {parameter.name: parameter for parameter in operation.query}
        for status in statuses:
            assert by_name["status"].read(status).values == by_name["status__in"].read(status).values == (status,)
        for kind in types:
            assert by_name["type"].read(kind).values == by_name["type__in"].read(kind).values == (kind,)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("all", None),
        ("open", set[str]()),
        ("to_reconcile", set[str]()),
        ("missing_info", set[str]()),
        ("settleable", {"to_pay", "partially_paid", "error"}),
        ("outstanding,draft", {"to_pay", "partially_paid", "error", "draft"}),
        ("all,paid", None),
        *((word, {word}) for word in WORDS),
    ],
)
def test_what_a_status_takes_in(status: str, words: set[str] | None):
    [parameter] = [one for one in invoice_lists.OPERATIONS[0].query if one.name == "status"]

    assert asked({"status": parameter.read(status)}).words == words


async def test_pages_by_cursor_to_the_end(acme: Company):
    buyer = await customer(acme)
    made = [await invoice(acme, buyer) for _ in range(5)]
    first = await acme.hyper_get("/v2/invoices", limit=2, include_total="true", sort="created_at", order="asc")
    second = await acme.hyper_get("/v2/invoices", limit=2, cursor=first["next_cursor"], sort="emitted_at", order="desc")
    third = await acme.hyper_get("/v2/invoices", limit=2, cursor=second["next_cursor"], include_total="true")

    assert [one["id"] for page in (first, second, third) for one in page["data"]] == made, "the cursor's order wins over the query's"
    assert [page["has_more"] for page in (first, second, third)] == [True, True, False]
    assert (first["total"], "total" in second, third["total"], third["next_cursor"]) == (5, False, 5, None)
    assert [*first] == ["data", "next_cursor", "has_more", "total"]
    told = json.loads(base64.urlsafe_b64decode(first["next_cursor"] + "=="))
    assert told == {"i": made[1], "s": "created_at", "o": "asc"}


async def test_in_order_of_issue_ties_by_id(acme: Company):
    buyer = await customer(acme)
    days = ["2026-01-20T08:00:00.000Z", "2026-01-10T08:00:00.000Z", "2026-01-20T08:00:00.000Z", "2025-12-31T08:00:00.000Z"]
    a, b, c, d = [await invoice(acme, buyer, emitted_at=day) for day in days]
    imported = await acme.post("/invoices", make.simple_invoice(str(ids.read(buyer, kind="customer")), issueDate="2026-01-10"))
    e = ids.shown(UUID(imported["id"]), kind="invoice")
    read: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await acme.hyper_get("/v2/invoices", limit=1, sort="emitted_at", cursor=cursor)
        read += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]

    assert read == [c, a, b, e, d], "midnight UTC of the 10th comes before 8 o'clock of it"
    for place, id in enumerate(read):
        bare = written_cursor(Cursor(ids.read(id, kind="invoice") or UUID(int=0), "emitted_at", True), kind="invoice")
        behind = await acme.hyper_get("/v2/invoices", cursor=bare)
        assert [one["id"] for one in behind["data"]] == read[place + 1 :], "a cursor without the instant finds its place by the document"
    nobody = written_cursor(Cursor(UUID(int=1), "emitted_at", True), kind="invoice")
    refused = await acme.hyper("GET", "/v2/invoices", params={"cursor": nobody})
    assert (refused.status_code, refused.json()["message"]) == (400, "Invalid cursor")
    old = await acme.hyper_get("/v1/invoices", sort="emitted_at", order="asc", take=2, skip=1)
    assert [one["id"] for one in old["data"]] == [e, b]


async def books(company: Company) -> dict[str, str]:
    """Ids by what they are: a draft, a paid invoice, a late one, a document and a credit note, of two customers."""
    kervella, martin = await customer(company, external_id="sage-1"), await customer(company, "Martin", external_id="sage-2")
    return {
        "kervella": kervella,
        "martin": martin,
        "draft": await invoice(company, kervella, status="draft"),
        "paid": await invoice(company, kervella, status="paid", subscription_id="sub_1", emitted_at="2026-01-15T08:00:00.000Z"),
        "late": await invoice(company, martin, emitted_at="2025-12-01T08:00:00.000Z", number="OLD-1"),
        "document": await invoice(company, martin, type="document"),
        "refund": await invoice(company, martin, type="credit_note"),
    }


EVERYTHING = "draft paid late document refund"
NARROWED = [
    ("type", "refund", "refund"),
    ("type", "credit_note", "refund"),
    ("type__in", "document,refund", "document refund"),
    ("type", "child_invoice_ref", ""),
    ("status", "all", EVERYTHING),
    ("status", "draft", "draft"),
    ("status", "paid", "paid"),
    ("status", "late", "late"),
    ("status", "open", ""),
    ("status__in", "draft,paid", "draft paid"),
    ("status", "outstanding", "late document refund"),
    ("status", "finalized", "paid late document refund"),
    ("customer_id", "{kervella}", "draft paid"),
    ("customer_id__not", "{kervella}", "late document refund"),
    ("customer_id__startsWith", "cus_", EVERYTHING),
    ("customer_id__isNull", "true", ""),
    ("customer_external_id", "sage-2", "late document refund"),
    ("customer_external_id", "nobody", ""),
    ("subscription_id", "sub_1", "paid"),
    ("subscription_id__isNotNull", "true", "paid"),
    ("invoicing_entity_id", "{seller}", EVERYTHING),
    ("invoicing_entity_id", "ive_0000000000000000000000", ""),
    ("invoice_number", "INV-1", "paid"),
    ("invoice_number__contains", "old", "late"),
    ("invoice_number__endWith", "-1", "paid late document refund"),
    ("original_invoice_id__isNull", "true", EVERYTHING),
    ("original_invoice_number", "INV-1", ""),
    ("line_item_id", "{line}", "late"),
    ("line_item_id", "nonsense", ""),
    ("issued_at__lt", "2026-01-01T00:00:00Z", "late"),
    ("issued_at__gte", "2026-01-15T09:00:00+01:00", "draft paid document refund"),
    ("due_at__lt", "2026-01-01T00:00:00Z", "late"),
    ("period_start__gte", "2026-01-01T00:00:00Z", ""),
    ("updated_at__gte", "2020-01-01T00:00:00Z", EVERYTHING),
    ("updated_at__lt", "2020-01-01T00:00:00Z", ""),
]
"""A parameter, its value, and which of the books it finds."""


async def test_filters_narrow_both_lists_alike(acme: Company):
    known = await books(acme)
    late = await acme.hyper_get(f"/v2/invoices/{known['late']}")
    names = known | {"seller": late["seller"]["id"], "line": late["line_items"][0]["id"]}
    wrong: list[str] = []
    for name, value, expected in NARROWED:
        if await found(acme, **{name: value.format_map(names)}) != {known[one] for one in expected.split()}:
            wrong.append(f"{name}={value}")

    assert wrong == []
    assert await found(acme, status="paid", customer_id=known["martin"]) == set()
    assert await found(acme, unheard_of="x", limit_="") == {known[one] for one in EVERYTHING.split()}


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("limit=101", {"limit": ["Too big: expected number to be <=100"]}),
        ("issued_at__gte=2026-01-01", {"issued_at__gte": ["Invalid ISO datetime"]}),
        ("updated_at__isNull=true", {"updated_at__isNull": ["Invalid ISO datetime"]}),
        (
            "order=down&limit=0",
            {"order": ['Invalid option: expected one of "asc"|"desc"'], "limit": ["Too small: expected number to be >0"]},
        ),
    ],
)
async def test_what_a_list_does_not_take(acme: Company, query: str, errors: dict[str, list[str]]):
    response = await acme.hyper("GET", f"/v2/invoices?{query}")

    assert response.status_code == 400
    assert response.json() == {"statusCode": 400, "type": "ValidationError", "message": "Invalid query params", "errors": errors}


@pytest.mark.parametrize("query", ["sort=amount", "status=late,gone", "type=bill"])
async def test_words_outside_the_lists_are_refused(acme: Company, query: str):
    response = await acme.hyper("GET", f"/v2/invoices?{query}")

    assert (response.status_code, [*response.json()["errors"]]) == (400, [query.split("=", maxsplit=1)[0]])
    [[told]] = response.json()["errors"].values()
    assert told.startswith('Invalid option: expected one of "'), "what may be asked for is told, however much it is"


async def test_a_cursor_that_nobody_gave_and_a_page_too_far(acme: Company):
    response = await acme.hyper("GET", "/v2/invoices?cursor=nonsense")
    far = await acme.hyper("GET", "/v1/invoices?take=100&skip=9901")

    assert (response.status_code, response.json()["message"]) == (400, "Invalid cursor")
    assert far.status_code == 400
    assert (await acme.hyper_get("/v1/invoices", take=0))["meta"] == {"total": 0, "taken": 0, "skipped": 0}
