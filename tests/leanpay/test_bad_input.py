"""Bodies that are no good: a clear 4xx that names the place, and not a row more in the books than before."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from duebook.core.money import MAX_AMOUNT
from tests.leanpay.footprint import unchanged
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice, some_id

Body = dict[str, Any]
ROW = {"date": "2026-01-10", "amount": 1}
OTHER = {"id": str(some_id())}

OPERATIONS: dict[str, Callable[[str], Body]] = {
    "/clients": lambda _: {"name": "Dupont", "externalId": "d", "registrationNumber": None, "paymentTermDays": 30},
    "/invoices": simple_invoice,
    "/credit-notes": simple_credit_note,
    "/invoices/complete": lambda client_id: complete_invoice(client_id, payments=[ROW], creditNoteLinks=[ROW | {"creditNote": OTHER}]),
    "/credit-notes/complete": lambda client_id: complete_credit_note(client_id, paybacks=[ROW], invoiceLinks=[ROW | {"invoice": OTHER}]),
}
BATCHES = {"/clients/batch": "clients", "/invoices/batch": "invoices", "/credit-notes/batch": "creditNotes"}


def single(path: str) -> str:
    return path.removesuffix("/batch")


async def sent(company: Company, path: str, content: bytes) -> Any:
    return await company.call("POST", path, content=content, headers={"Content-Type": "application/json"})


def changed(body: Body, place: tuple[Any, ...], new: Any) -> Body:
    """A copy of the body with one value put at a place; `...` takes it out."""
    body = copy.deepcopy(body)
    at: Any = body
    for step in place[:-1]:
        at = at[step]
    if new is ...:
        del at[place[-1]]
    else:
        at[place[-1]] = new
    return body


def written(place: tuple[Any, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


NO_JSON: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "syntax"),
    "blanks": (b" \r\n\t", "syntax"),
    "a word": (b"invoice", "syntax"),
    "an open object": (b'{"name": "Dupont"', "syntax"),
    "two objects": (b'{"name": "Dupont"}{"name": "Dupont"}', "syntax"),
    "a trailing comma": (b'{"name": "Dupont",}', "syntax"),
    "single quotes": (b"{'name': 'Dupont'}", "syntax"),
    "a byte order mark": (b'\xef\xbb\xbf{"name": "Dupont"}', "syntax"),
    "latin-1": ('{"name": "Société"}'.encode("latin-1"), "syntax"),
    "utf-16": ('{"name": "Dupont"}'.encode("utf-16"), "syntax"),
    "an overlong byte": (b'{"name": "\xc0\x80"}', "syntax"),
    "half a character": (b'{"name": "\xe2\x82"}', "syntax"),
    "100,000 brackets": (b"[" * 100_000, "syntax"),
    "100,000 nested objects": (b'{"name":' * 100_000, "syntax"),
    "a list": (b"[]", "type"),
    "a number": (b"1", "type"),
    "null": (b"null", "type"),
    "a form": (b"name=Dupont", "syntax"),
}


@pytest.mark.parametrize("path", [*OPERATIONS, *BATCHES])
@pytest.mark.parametrize("name", NO_JSON)
async def test_what_is_no_json_object_is_refused_as_a_whole(acme: Company, path: str, name: str) -> None:
    content, code = NO_JSON[name]
    async with unchanged(acme):
        answer = await sent(acme, path, content)
    assert answer.status_code == 400
    assert [(error["index"], error["path"], error["code"]) for error in answer.json()["errors"]] == [(None, "$", code)]


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("/clients", b'{"name": "Dupont", "name": "Durand"}', [("$.name", "duplicate")]),
        ("/clients", b'{"name": "Du\\u0000pont"}', [("$.name", "format")]),
        ("/clients", b'{"name": "Dupont \\ud83d"}', [("$.name", "format")]),
        ("/clients", b'{"name": "Dupont \\ude00\\ud83d"}', [("$.name", "format")]),
        ("/clients", b'{"name": "Dupont", "externalId": "\\u0000"}', [("$.externalId", "format")]),
        ("/clients", b'{"name": "Dupont", "a\\u0000": 1}', [('$["a\\\\u0000"]', "format")]),
        ("/clients/batch", b'{"clients": [{"name": "A", "name": "B"}]}', [("$.clients[0].name", "duplicate")]),
        ("/clients/batch", b'{"clients": [], "clients": [{"name": "B"}]}', [("$.clients", "duplicate")]),
        ("/clients/batch", b'{"clients": [{"name": "A"}, {"name": "\\ud800"}]}', [("$.clients[1].name", "format")]),
    ],
)
async def test_keys_said_twice_nul_and_lone_surrogates_are_refused_by_place(
    acme: Company, path: str, content: bytes, told: list[tuple[str, str]]
) -> None:
    async with unchanged(acme):
        answer = await sent(acme, path, content)
    assert answer.status_code == 400
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == told


async def test_a_pair_of_surrogates_is_one_character(acme: Company) -> None:
    answer = await sent(acme, "/clients", b'{"name": "Dupont \\ud83d\\ude00"}')
    assert (answer.status_code, answer.json()["name"]) == (200, "Dupont 😀")


AMOUNTS: list[tuple[Any, str]] = [
    (24000.5, "type"),
    ("24000", "type"),
    (-1, "too_small"),
    (MAX_AMOUNT + 1, "too_large"),
    (10**30, "too_large"),
    (True, "type"),
    (None, "type"),
    ([], "type"),
    ({}, "type"),
]
DAYS: list[tuple[Any, str]] = [
    ("2026-02-30", "format"),
    ("2025-02-29", "format"),
    ("2026-13-01", "format"),
    ("2026-1-1", "format"),
    ("01/02/2026", "format"),
    ("20260201", "format"),
    ("2026-02-01T00:00:00Z", "format"),
    ("", "format"),
    ("1899-12-31", "format"),
    ("3000-01-01", "format"),
    ("0000-01-01", "format"),
    (20260201, "type"),
    (None, "type"),
]
TEXTS: list[tuple[Any, str]] = [("x" * 81, "too_long"), ("é" * 81, "too_long"), (1, "type"), (None, "type"), (["FA-1"], "type")]
UUIDS: list[tuple[Any, str]] = [
    ("1", "format"),
    ("", "format"),
    ("019c1845a0ee7804bd459e21551e5107", "format"),
    (1, "type"),
    (None, "type"),
]
EXTERNAL_IDS: list[tuple[Any, str]] = [("x" * 81, "too_long"), (1, "type"), ({}, "type")]
CURRENCIES: list[tuple[Any, str]] = [
    ("XYZ", "currency"),
    ("eur", "currency"),
    ("EURO", "currency"),
    ("", "currency"),
    (978, "type"),
    (None, "type"),
]
FIELDS: list[tuple[str, tuple[Any, ...], list[tuple[Any, str]]]] = [
    ("/invoices", ("clientId",), UUIDS),
    ("/invoices", ("reference",), TEXTS),
    ("/invoices", ("amount",), AMOUNTS),
    ("/invoices", ("netAmount",), [case for case in AMOUNTS if case[0] is not None]),
    ("/invoices", ("issueDate",), DAYS),
    ("/invoices", ("dueDate",), DAYS),
    ("/invoices", ("sentDate",), [case for case in DAYS if case[0] is not None]),
    ("/invoices", ("externalId",), EXTERNAL_IDS),
    ("/invoices/complete", ("amount",), AMOUNTS),
    ("/invoices/complete", ("issueDate",), DAYS),
    ("/invoices/complete", ("reference",), TEXTS),
    ("/invoices/complete", ("client",), [({}, "required"), (None, "type"), ("x", "type"), ([], "type")]),
    ("/invoices/complete", ("client", "id"), UUIDS),
    ("/invoices/complete", ("client", "externalId"), [("", "required"), ("x" * 81, "too_long"), (None, "type")]),
    ("/invoices/complete", ("dueDates",), [([], "too_few"), (None, "type"), ({}, "type")]),
    ("/invoices/complete", ("dueDates", 0, "dueDate"), DAYS),
    ("/invoices/complete", ("dueDates", 0, "currency"), CURRENCIES),
    ("/invoices/complete", ("dueDates", 0, "amount"), AMOUNTS),
    ("/invoices/complete", ("dueDates", 0, "defaultCurrencyAmount"), [case for case in AMOUNTS if case[0] is not None]),
    ("/invoices/complete", ("payments",), [(None, "type"), ({}, "type"), ([ROW] * 501, "too_many")]),
    ("/invoices/complete", ("payments", 0), [(None, "type"), ([], "type")]),
    ("/invoices/complete", ("payments", 0, "date"), DAYS),
    ("/invoices/complete", ("payments", 0, "amount"), AMOUNTS),
    ("/invoices/complete", ("payments", 0, "externalId"), EXTERNAL_IDS),
    ("/invoices/complete", ("creditNoteLinks",), [(None, "type"), ([ROW | {"creditNote": OTHER}] * 501, "too_many")]),
    ("/invoices/complete", ("creditNoteLinks", 0, "creditNote"), [({}, "required"), (None, "type"), (str(some_id()), "type")]),
    ("/invoices/complete", ("creditNoteLinks", 0, "amount"), AMOUNTS),
    ("/credit-notes", ("clientId",), UUIDS),
    ("/credit-notes", ("amount",), AMOUNTS),
    ("/credit-notes", ("dueDate",), DAYS),
    ("/credit-notes/complete", ("currency",), CURRENCIES),
    ("/credit-notes/complete", ("amount",), AMOUNTS),
    ("/credit-notes/complete", ("defaultCurrencyAmount",), [case for case in AMOUNTS if case[0] is not None]),
    ("/credit-notes/complete", ("paybacks", 0, "amount"), AMOUNTS),
    ("/credit-notes/complete", ("paybacks", 0, "date"), DAYS),
    ("/credit-notes/complete", ("invoiceLinks", 0, "invoice"), [({}, "required"), (None, "type")]),
    ("/clients", ("name",), [("", "required"), *TEXTS]),
    ("/clients", ("currency",), [case for case in CURRENCIES if case[0] is not None]),
    ("/clients", ("language",), [("es-ES", "enum"), ("FR", "enum"), (1, "type")]),
    ("/clients", ("paymentTermDays",), [(-1, "too_small"), (366, "too_large"), (1.5, "type"), ("30", "type")]),
]


@pytest.mark.parametrize(("path", "place", "cases"), FIELDS, ids=[f"{path} {written(place)}" for path, place, _ in FIELDS])
async def test_a_field_with_a_value_it_cannot_have_is_named(
    acme: Company, path: str, place: tuple[Any, ...], cases: list[tuple[Any, str]]
) -> None:
    body = OPERATIONS[path](await acme.customer())
    async with unchanged(acme):
        for new, code in cases:
            told = await acme.refused(path, changed(body, place, new), status=400)
            assert (written(place), code) in told, new


REQUIRED = {
    "/clients": ["name"],
    "/invoices": ["clientId", "reference", "amount", "issueDate", "dueDate"],
    "/invoices/complete": ["reference", "amount", "issueDate", "dueDates"],
    "/credit-notes": ["clientId", "reference", "amount", "issueDate", "dueDate"],
    "/credit-notes/complete": ["reference", "amount", "issueDate", "currency"],
}


@pytest.mark.parametrize("path", OPERATIONS)
async def test_every_required_field_that_is_missing_is_named(acme: Company, path: str) -> None:
    body = OPERATIONS[path](await acme.customer())
    async with unchanged(acme):
        assert await acme.refused(path, {}, status=400) == [(f"$.{field}", "required") for field in REQUIRED[path]]
        for field in REQUIRED[path]:
            assert (f"$.{field}", "required") in await acme.refused(path, changed(body, (field,), ...), status=400)


@pytest.mark.parametrize(
    ("path", "place"),
    [(path, ("dueDat",)) for path in OPERATIONS]
    + [("/invoices/complete", (*place, "amout")) for place in (("dueDates", 0), ("payments", 0), ("creditNoteLinks", 0), ("client",))]
    + [("/credit-notes/complete", (*place, "amout")) for place in (("paybacks", 0), ("invoiceLinks", 0), ("invoiceLinks", 0, "invoice"))]
    + [("/invoices/complete", ("netAmount",)), ("/invoices/complete", ("sentDate",)), ("/credit-notes", ("sentDate",))],
)
async def test_an_unknown_field_is_refused_by_name(acme: Company, path: str, place: tuple[Any, ...]) -> None:
    body = OPERATIONS[path](await acme.customer())
    async with unchanged(acme):
        assert (written(place), "unknown_field") in await acme.refused(path, changed(body, place, 1), status=400)


@pytest.mark.parametrize(("path", "field"), BATCHES.items())
async def test_a_batch_holds_1_to_100_items(acme: Company, path: str, field: str) -> None:
    client_id = await acme.customer()
    make = OPERATIONS[single(path)]
    async with unchanged(acme):
        assert await acme.refused(path, {field: []}, status=400) == [(f"$.{field}", "too_few")]
        assert await acme.refused(path, {}, status=400) == [(f"$.{field}", "required")]
        assert await acme.refused(path, {field: {}}, status=400) == [(f"$.{field}", "type")]
        many = [changed(make(client_id), ("externalId",), f"e{number}") for number in range(101)]
        assert await acme.refused(path, {field: many}, status=400) == [(f"$.{field}", "too_many")]
    assert len((await acme.post(path, {field: many[:100]}))["data"]) == 100


async def test_a_document_holds_at_most_500_rows_and_that_many_are_taken(acme: Company) -> None:
    client_id = await acme.customer()
    rows = [{"date": "2026-01-10", "amount": 1, "externalId": f"p{number}"} for number in range(501)]
    parts = [{"dueDate": "2026-01-31", "currency": "EUR", "amount": 1} for _ in range(501)]
    async with unchanged(acme):
        told = await acme.refused("/invoices/complete", complete_invoice(client_id, amount=501, dueDates=parts, payments=rows), status=400)
        assert told == [("$.dueDates", "too_many"), ("$.payments", "too_many")]
    body = complete_invoice(client_id, amount=500, dueDates=parts[:500], payments=rows[:500])
    invoice = await acme.post("/invoices/complete", body)
    assert (len(invoice["dueDates"]), len(invoice["payments"]), invoice["status"]) == (500, 500, "paid")


@pytest.mark.parametrize(
    ("written_as", "whole"),
    [("24000", 24000), ("24000.0", 24000), ("2.4e4", 24000), ("24E3", 24000), ("-0", 0), (f"{MAX_AMOUNT}.0", MAX_AMOUNT)],
)
async def test_a_number_without_a_fraction_is_whole_however_it_is_written(acme: Company, written_as: str, whole: int) -> None:
    body = json.dumps(simple_invoice(await acme.customer(), amount=77777)).replace("77777", written_as)
    answer = await sent(acme, "/invoices", body.encode())
    assert (answer.status_code, answer.json()["amount"]) == (200, whole)


async def test_the_largest_amount_and_80_characters_are_taken(acme: Company) -> None:
    body = simple_invoice(await acme.customer(), amount=MAX_AMOUNT, netAmount=MAX_AMOUNT, reference="é" * 80, externalId="😀" * 80)
    invoice = await acme.post("/invoices", body | {"issueDate": "1900-01-01", "dueDate": "2999-12-31"})
    assert (invoice["amount"], invoice["reference"], invoice["externalId"]) == (MAX_AMOUNT, "é" * 80, "😀" * 80)
    assert (invoice["issueDate"], invoice["dueDate"]) == ("1900-01-01T00:00:00.000Z", "2999-12-31T00:00:00.000Z")
