"""What the door asks of a request before its form: path, method, size, media type, query; and the order of those checks."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.leanpay.footprint import unchanged
from tests.make import PREFIX, Company, simple_invoice, some_id

BAD_KEY = {"Authorization": "test_no_such_key"}


def small(company: Company, *, body_bytes: int = 2_048) -> Company:
    """The same company at a server that takes only small bodies."""
    return replace(company, settings=replace(company.settings, body_bytes=body_bytes))


async def chunked(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


@pytest.mark.parametrize(
    "path",
    ["", "/", "/invoice", "/invoices/", "/invoices/batch/1", "/invoices/%00", "/Invoices", "//invoices", "/clients/complete/x", "/%F0%9F"],
)
async def test_an_unknown_path_is_404_in_the_doors_own_shape(acme: Company, path: str) -> None:
    answer = await acme.call("GET", path)
    if path == "/invoices/%00":
        assert code_of(answer) == (400, "format")
        return
    assert code_of(answer) == (404, "not_found")
    assert list(answer.json()) == ["statusCode", "error", "message", "errors"]
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/invoices", "GET, POST"),
        ("GET", "/invoices/batch", "POST"),
        ("PUT", "/invoices/complete", "POST"),
        ("POST", "/invoices/{id}", "GET"),
        ("PATCH", "/credit-notes/{id}", "GET"),
        ("DELETE", "/clients", "GET, POST"),
        ("POST", "/clients/{id}", "GET, PUT"),
        ("TRACE", "/clients", "GET, POST"),
    ],
)
async def test_a_wrong_method_is_told_which_ones_there_are(acme: Company, method: str, path: str, allowed: str) -> None:
    async with unchanged(acme):
        answer = await acme.call(method, path.format(id=some_id()), json={})
    assert code_of(answer) == (405, "method")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "id", ["x", "1", "019c1845a0ee7804bd459e21551e5107", "019c1845-a0ee-7804-bd45-9e21551e510", "%C3%A9", "{x}", "null"]
)
@pytest.mark.parametrize("resource", ["invoices", "credit-notes", "clients"])
async def test_a_path_id_that_is_no_uuid_is_400_and_an_unknown_one_404(acme: Company, resource: str, id: str) -> None:
    assert code_of(await acme.call("GET", f"/{resource}/{id}")) == (400, "format")
    assert code_of(await acme.call("GET", f"/{resource}/{some_id()}")) == (404, "not_found")


async def test_a_path_id_is_read_in_either_case(acme: Company) -> None:
    client_id = await acme.customer()
    assert (await acme.get(f"/clients/{client_id.upper()}"))["id"] == client_id


@pytest.mark.parametrize(
    "sent", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json", "application/json2"]
)
async def test_a_body_that_is_not_called_json_is_415(acme: Company, sent: str | None) -> None:
    content = json.dumps({"name": "Dupont"}).encode()
    headers = {} if sent is None else {"Content-Type": sent}
    async with unchanged(acme):
        for method, path in (("POST", "/clients"), ("POST", "/clients/batch"), ("PUT", f"/clients/{some_id()}")):
            answer = await acme.call(method, path, content=content, headers=headers)
            assert code_of(answer) == (415, "media_type")


@pytest.mark.parametrize(
    "sent", ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"]
)
async def test_json_is_json_with_or_without_its_character_set(acme: Company, sent: str) -> None:
    answer = await acme.call("POST", "/clients", content=b'{"name": "Dupont"}', headers={"Content-Type": sent})
    assert answer.status_code == 200


async def test_a_body_over_the_limit_is_413_whether_its_length_is_told_or_not(acme: Company) -> None:
    company = small(acme)
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"name": "Dupont"}).encode()
    async with unchanged(acme):
        declared = await company.call("POST", "/clients", content=body + b" " * 2_048, headers=headers)
        assert code_of(declared) == (413, "body_too_large")
        secret = await company.call("POST", "/clients", content=chunked(body, b" " * 1_024, b" " * 1_024), headers=headers)
        assert code_of(secret) == (413, "body_too_large")
        lying = await company.call("POST", "/clients", content=chunked(body, b" " * 2_048), headers=headers | {"Content-Length": "10"})
        assert code_of(lying) == (413, "body_too_large")


async def test_a_body_exactly_at_the_limit_is_taken(acme: Company) -> None:
    body = json.dumps({"name": "Dupont"}).encode()
    exact = body + b" " * (2_048 - len(body))
    headers = {"Content-Type": "application/json"}
    assert (await small(acme).call("POST", "/clients", content=exact, headers=headers)).status_code == 200
    assert (await small(acme).call("POST", "/clients", content=chunked(exact[:5], exact[5:]), headers=headers)).status_code == 200
    assert (await small(acme).call("POST", "/clients", content=exact + b" ", headers=headers)).status_code == 413


async def test_the_limit_is_5_mib_when_nobody_says_otherwise(acme: Company) -> None:
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"name": "Dupont"}).encode()
    most = 5 * 1024 * 1024
    assert (await acme.call("POST", "/clients", content=body + b" " * (most - len(body)), headers=headers)).status_code == 200
    assert (await acme.call("POST", "/clients", content=body + b" " * (most + 1 - len(body)), headers=headers)).status_code == 413


async def test_each_check_comes_before_the_next_one(acme: Company) -> None:
    """Path, key, size, media type, form, books: each request below is wrong from one check on, and the first one speaks."""
    company = small(acme)
    unknown = json.dumps(simple_invoice(str(some_id()))).encode()
    long, json_type, text_type = b"x" * 3_000, {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
    stairs: list[tuple[str, str, bytes, dict[str, str], tuple[int, str]]] = [
        ("POST", "/nothing", long, BAD_KEY | text_type, (404, "not_found")),
        ("DELETE", "/invoices", long, BAD_KEY | text_type, (405, "method")),
        ("POST", "/invoices", long, BAD_KEY | text_type, (401, "unauthorized")),
        ("POST", "/invoices", long, text_type, (413, "body_too_large")),
        ("POST", "/invoices", b"not json", text_type, (415, "media_type")),
        ("POST", "/invoices", b"not json", json_type, (400, "syntax")),
        ("POST", "/invoices", unknown, json_type, (404, "not_found")),
    ]
    async with unchanged(acme):
        for method, path, content, headers, expected in stairs:
            answer = await company.call(method, path, content=content, headers=headers)
            assert code_of(answer) == expected


async def test_a_key_without_the_scope_is_told_before_its_body_is_read(acme: Company) -> None:
    async with acme.database.owner() as connection:
        await connection.execute("UPDATE keys SET scope = 'read' WHERE tenant_id = $1", acme.tenant.id)
    answer = await small(acme).call("POST", "/invoices", content=b"x" * 3_000, headers={"Content-Type": "text/plain"})
    assert code_of(answer) == (403, "forbidden")


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("/invoices", "page=0", "page"),
        ("/invoices", "page=-1", "page"),
        ("/invoices", "page=1.5", "page"),
        ("/invoices", "page=one", "page"),
        ("/invoices", "page=", "page"),
        ("/invoices", "page=9007199254740992", "page"),
        ("/invoices", "page=%D9%A1", "page"),
        ("/invoices", "status=late", "status"),
        ("/invoices", "status=due,", "status"),
        ("/invoices", "status=", "status"),
        ("/invoices", "status=available", "status"),
        ("/invoices", "clientId=1", "clientId"),
        ("/invoices", "externalId=", "externalId"),
        ("/invoices", "externalId=" + "x" * 81, "externalId"),
        ("/invoices", "externalId=%00", "externalId"),
        ("/invoices", "updatedSince=yesterday", "updatedSince"),
        ("/invoices", "updatedSince=2026-02-30", "updatedSince"),
        ("/invoices", "updatedSince=2026-02-01T25:00:00Z", "updatedSince"),
        ("/invoices", "updatedSince=2026-02-01T08:00:00", "updatedSince"),
        ("/invoices", "sort=colour", "sort"),
        ("/invoices", "sort=--amount", "sort"),
        ("/invoices", "search=", "search"),
        ("/invoices", "search=%ED%A0%80", "query"),
        ("/invoices", "search=" + "x" * 9_000, "query"),
        ("/credit-notes", "status=overdue", "status"),
        ("/clients", "sort=-", "sort"),
    ],
)
async def test_a_query_parameter_with_a_bad_value_is_named(acme: Company, path: str, query: str, named: str) -> None:
    answer = await acme.call("GET", f"{path}?{query}")
    assert answer.status_code == 400
    assert named in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("query", ["dryRun=yes", "dryRun=", "dryRun=TRUE", "allowPartial=1"])
async def test_a_write_with_a_bad_query_parameter_stores_nothing(acme: Company, query: str) -> None:
    client_id = await acme.customer()
    async with unchanged(acme):
        answer = await acme.call("POST", f"/invoices/batch?{query}", json={"invoices": [simple_invoice(client_id)]})
    assert code_of(answer) == (400, "format")


async def test_all_bad_query_parameters_are_told_at_once(acme: Company) -> None:
    answer = await acme.call("GET", "/invoices?page=0&status=late&sort=colour")
    told = " ".join(error["message"] for error in answer.json()["errors"])
    assert answer.status_code == 400
    assert all(name in told for name in ("page", "status", "sort"))


async def test_unknown_query_parameters_are_ignored(acme: Company) -> None:
    await acme.get("/invoices", colour="red", pagee="0", allowPartial="perhaps")
    assert (await acme.call("POST", "/clients?colour=red&page=0", json={"name": "Dupont"})).status_code == 200


async def test_every_answer_carries_a_request_id_of_its_own(acme: Company) -> None:
    async with acme.client() as client:
        answers = [await client.get(f"{PREFIX}{path}") for path in ("/invoices", "/nothing", "/invoices/x")]
    ids = {answer.headers["request-id"] for answer in answers}
    assert len(ids) == 3
    assert all(len(id) == 16 for id in ids)


async def test_an_error_says_its_status_and_its_reason_phrase(acme: Company) -> None:
    for path, status, phrase in (("/nothing", 404, "Not Found"), ("/invoices/x", 400, "Bad Request")):
        body = (await acme.call("GET", path)).json()
        assert (body["statusCode"], body["error"]) == (status, phrase)
        assert body["message"]
        assert all(list(error) == ["index", "path", "code", "message"] and error["message"] for error in body["errors"])
