"""Batches: all or nothing, every error of every item at once; what `allowPartial` and `dryRun` change, and what they do not."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.leanpay.footprint import footprint, unchanged
from tests.make import Company, simple_credit_note, simple_invoice, some_id

Make = Callable[..., dict[str, Any]]


def client(_: str, **fields: Any) -> dict[str, Any]:
    return {"name": "Dupont"} | fields


BATCHES: list[tuple[str, str, Make]] = [
    ("/invoices/batch", "invoices", simple_invoice),
    ("/credit-notes/batch", "creditNotes", simple_credit_note),
    ("/clients/batch", "clients", client),
]
DOCUMENTS = BATCHES[:2]
PARTIAL = {"allowPartial": "true"}
DRY = {"dryRun": "true"}


def bad(make: Make, client_id: str) -> dict[str, Any]:
    """An item whose form is wrong, whatever it is: its externalId is too long."""
    return make(client_id, externalId="x" * 81)


async def told(company: Company, path: str, body: Any, **params: str) -> tuple[int, list[tuple[int | None, str, str]], dict[str, Any]]:
    answer = await company.call("POST", path, json=body, params=params)
    body = answer.json()
    return answer.status_code, [(error["index"], error["path"], error["code"]) for error in body.get("errors", [])], body


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_one_bad_item_and_nothing_is_stored(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    items = [make(client_id), bad(make, client_id), make(client_id)]
    async with unchanged(acme):
        status, errors, body = await told(acme, path, {field: items})
    assert (status, errors) == (400, [(1, f"$.{field}[1].externalId", "too_long")])
    assert body["message"] == "1 error, nothing was stored"
    assert list(body) == ["statusCode", "error", "message", "errors"]


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_a_batch_is_answered_whole_and_in_its_order(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    names = ["m", "z", None, "a", "k"]
    answer = await acme.post(path, {field: [make(client_id, externalId=name) for name in names]})
    assert list(answer) == ["data"]
    assert [document["externalId"] for document in answer["data"]] == names
    for document in answer["data"]:
        assert await acme.get(f"{path.removesuffix('/batch')}/{document['id']}") == document


@pytest.mark.parametrize(("path", "field", "make"), DOCUMENTS)
async def test_errors_of_the_form_and_of_the_books_come_together_by_position(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    items = [
        make(str(some_id())),
        make(client_id, amount="1", dueDat="2026-01-01"),
        make(client_id, externalId="twice"),
        make(client_id),
        make(client_id, externalId="twice"),
        make(str(some_id()), reference="x" * 81),
    ]
    async with unchanged(acme):
        status, errors, _ = await told(acme, path, {field: items})
    assert status == 400
    assert errors == [
        (0, f"$.{field}[0].clientId", "not_found"),
        (1, f"$.{field}[1].amount", "type"),
        (1, f"$.{field}[1].dueDat", "unknown_field"),
        (4, f"$.{field}[4].externalId", "duplicate"),
        (5, f"$.{field}[5].reference", "too_long"),
    ]


@pytest.mark.parametrize(("path", "field", "make"), DOCUMENTS)
async def test_of_the_books_errors_alone_the_unknown_reference_gives_the_status(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    async with unchanged(acme):
        status, errors, _ = await told(acme, path, {field: [make(client_id), make(str(some_id()))]})
    assert (status, errors) == (404, [(1, f"$.{field}[1].clientId", "not_found")])


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_every_repeat_of_an_external_id_is_named(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    items = [make(client_id, externalId=name) for name in ("a", "b", "a", "a", "b", None, "")]
    async with unchanged(acme):
        status, errors, _ = await told(acme, path, {field: items})
    assert (status, errors) == (400, [(place, f"$.{field}[{place}].externalId", "duplicate") for place in (2, 3, 4)])


@pytest.mark.parametrize(("path", "field", "make"), DOCUMENTS)
async def test_a_repeat_is_named_with_its_other_faults_and_after_a_refused_first_too(
    acme: Company, path: str, field: str, make: Make
) -> None:
    stranger = str(some_id())
    items = [make(stranger, externalId="a"), make(stranger, externalId="a")]
    async with unchanged(acme):
        status, errors, _ = await told(acme, path, {field: items})
    assert status == 400
    assert sorted(errors) == sorted(
        [
            (0, f"$.{field}[0].clientId", "not_found"),
            (1, f"$.{field}[1].clientId", "not_found"),
            (1, f"$.{field}[1].externalId", "duplicate"),
        ]
    )


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_with_allow_partial_the_good_items_are_stored_and_the_others_told(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    items = [bad(make, client_id), make(client_id, externalId="z"), make(client_id, externalId="a"), make(client_id, externalId="z")]
    status, errors, body = await told(acme, path, {field: items}, **PARTIAL)
    assert status == 207
    assert list(body) == ["data", "errors"]
    assert [document["externalId"] for document in body["data"]] == ["z", "a"]
    assert errors == [(0, f"$.{field}[0].externalId", "too_long"), (3, f"$.{field}[3].externalId", "duplicate")]
    listed = await acme.get(path.removesuffix("/batch"))
    assert [document["id"] for document in listed["data"]][-2:] == [document["id"] for document in body["data"]]


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_with_allow_partial_a_good_batch_is_answered_as_ever(acme: Company, path: str, field: str, make: Make) -> None:
    status, _, body = await told(acme, path, {field: [make(await acme.customer())]}, **PARTIAL)
    assert (status, list(body)) == (200, ["data"])


@pytest.mark.parametrize(("path", "field", "make"), DOCUMENTS)
async def test_with_allow_partial_and_nothing_accepted_it_is_the_4xx_of_the_atomic_form(
    acme: Company, path: str, field: str, make: Make
) -> None:
    client_id = await acme.customer()
    for items in ([make(str(some_id())), bad(make, client_id)], [make(str(some_id()))], [bad(make, client_id)]):
        async with unchanged(acme):
            atomic = await told(acme, path, {field: items})
            assert await told(acme, path, {field: items}, **PARTIAL) == atomic
        assert atomic[0] in (400, 404)


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_a_fault_outside_the_items_is_400_also_with_allow_partial(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    for body in ({field: [make(client_id)], "x": 1}, {field: [make(client_id)] * 101}, {field: "x"}, {}):
        async with unchanged(acme):
            status, errors, answer = await told(acme, path, body, **PARTIAL)
        assert status == 400
        assert errors
        assert "data" not in answer
        assert errors[0][0] is None


@pytest.mark.parametrize(("path", "field", "make"), BATCHES)
async def test_a_dry_run_checks_everything_and_stores_nothing(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    known = make(client_id, externalId="known")
    (stored,) = (await acme.post(path, {field: [known]}))["data"]
    items = [make(client_id, externalId="new"), known]
    async with unchanged(acme):
        status, _, body = await told(acme, path, {field: items}, **DRY)
        assert status == 200
        new, same = body["data"]
        assert same == stored
        assert (new["id"], new["createdAt"], new["updatedAt"]) == (None, None, None)
        assert list(new) == list(stored)
    real = (await acme.post(path, {field: items}))["data"]
    assert real[0] | {"id": None, "createdAt": None, "updatedAt": None} == new
    assert real[1] == same


@pytest.mark.parametrize(("path", "field", "make"), DOCUMENTS)
async def test_a_dry_run_tells_the_errors_of_the_real_one(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    items = [make(client_id), bad(make, client_id), make(str(some_id())), make(client_id, externalId="a"), make(client_id, externalId="a")]
    async with unchanged(acme):
        assert await told(acme, path, {field: items}, **DRY) == await told(acme, path, {field: items})
    before = await footprint(acme)
    dry = await told(acme, path, {field: items}, **DRY, **PARTIAL)
    assert await footprint(acme) == before
    real = await told(acme, path, {field: items}, **PARTIAL)
    assert (dry[0], dry[1], len(dry[2]["data"])) == (real[0], real[1], len(real[2]["data"])) == (207, real[1], 2)
    assert [document["id"] for document in dry[2]["data"]] == [None, None]


async def test_a_dry_run_of_a_change_shows_the_document_as_it_would_be(acme: Company) -> None:
    body = simple_invoice(await acme.customer(), amount=100)
    stored = await acme.post("/invoices", body)
    async with unchanged(acme):
        answer = await acme.call("POST", "/invoices", json=body | {"amount": 70}, params=DRY)
    assert (answer.status_code, answer.json()["id"], answer.json()["remainingAmount"]) == (200, stored["id"], 70)
    assert await acme.get(f"/invoices/{stored['id']}") == stored


@pytest.mark.parametrize(("path", "field", "make"), DOCUMENTS)
async def test_at_most_a_thousand_errors_are_told_and_it_says_so(acme: Company, path: str, field: str, make: Make) -> None:
    client_id = await acme.customer()
    eleven = make(client_id) | {f"x{number}": 1 for number in range(11)}
    ten = make(client_id) | {f"x{number}": 1 for number in range(10)}
    async with unchanged(acme):
        status, errors, body = await told(acme, path, {field: [eleven] * 100})
        assert (status, len(errors), body["truncated"], list(body)[-1]) == (400, 1_000, True, "truncated")
        status, errors, body = await told(acme, path, {field: [ten] * 100})
        assert (status, len(errors), "truncated" in body) == (400, 1_000, False)
    status, errors, body = await told(acme, path, {field: [eleven] * 99 + [make(client_id)]}, **PARTIAL)
    assert (status, len(body["data"]), len(errors), body["truncated"]) == (207, 1, 1_000, True)
    assert list(body) == ["data", "errors", "truncated"]


async def test_form_and_book_errors_together_are_bounded_too(acme: Company) -> None:
    client_id, stranger = await acme.customer(), str(some_id())
    eleven = simple_invoice(client_id) | {f"x{number}": 1 for number in range(11)}
    items = [simple_invoice(stranger)] * 10 + [eleven] * 90
    async with unchanged(acme):
        status, errors, body = await told(acme, "/invoices/batch", {"invoices": items})
    assert (status, len(errors), body["truncated"]) == (400, 1_000, True)
    assert {code for _, _, code in errors} >= {"not_found", "unknown_field"}


async def test_a_hundred_good_items_with_one_bad_one_among_them_leave_no_trace(acme: Company) -> None:
    client_id = await acme.customer()
    items = [simple_invoice(client_id) for _ in range(99)]
    async with unchanged(acme):
        assert (await told(acme, "/invoices/batch", {"invoices": [*items, simple_invoice(str(some_id()))]}))[0] == 404
    assert (await acme.get("/invoices"))["total"] == 0
