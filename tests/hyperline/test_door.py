"""The Hyperline door as it is mounted: which paths are its own, in which order it checks, keys for retries, limits told in headers."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from duebook.hyperline.answers import NO_CONTENT
from duebook.settings import BadSetting
from duebook.settings import read as settings
from duebook.store import answers
from duebook.store.unit import Actor, Unit
from duebook.web.limits import READS, WRITES, Rate
from duebook.web.today import now
from duebook.web.work import Answer, Attempt, Work
from tests.conftest import TODAY
from tests.make import Company, some_id
from tests.web.test_door_keys import with_scope

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
ROUTE = {"statusCode": 404, "type": "NotFoundError", "message": "Route not found"}


def served(company: Company, **changed: Any) -> Company:
    """The same company at a server with other settings."""
    return replace(company, settings=replace(company.settings, **changed))


@pytest.mark.parametrize(
    "path", ["/v1", "/v2", "/v1/", "/v1/nothing", "/v1/publicity", "/v2/customers/", "/v1/customers/a/b", "/v1//customers"]
)
async def test_an_unknown_path_is_told_in_the_shape_of_this_door(acme: Company, path: str) -> None:
    answer = await acme.hyper("GET", path)
    assert (answer.status_code, answer.json(), "allow" in answer.headers) == (404, ROUTE, False)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/customers", "GET, POST"),
        ("POST", "/v2/customers", "GET"),
        ("GET", "/v1/customers/batch", "POST"),
        ("PATCH", "/v1/customers/x", "DELETE, GET, PUT"),
        ("POST", "/v1/customers/x/archive", "PUT"),
    ],
)
async def test_another_method_is_404_with_those_that_there_are(acme: Company, method: str, path: str, allowed: str) -> None:
    answer = await acme.hyper(method, path, json={})
    assert (answer.status_code, answer.json(), answer.headers["allow"]) == (404, ROUTE, allowed)


async def test_the_other_door_keeps_its_own_paths_and_its_own_shape(acme: Company) -> None:
    assert list((await acme.call("GET", "/nothing")).json()) == ["statusCode", "error", "message", "errors"]
    assert (await acme.call("GET", f"/clients/{some_id()}")).status_code == 404
    assert (await acme.hyper("GET", "/v1/public")).json()["error"] == "Not Found"
    assert (await acme.get("/clients"))["total"] == 0


async def test_a_key_is_a_bearers_and_alone_it_is_taken_too(acme: Company) -> None:
    for written in (f"Bearer {acme.key}", f"bearer {acme.key}", acme.key):
        assert (await acme.hyper("GET", "/v2/customers", headers={"Authorization": written})).status_code == 200
    missing = await acme.hyper("GET", "/v2/customers", headers={"Authorization": ""})
    wrong = await acme.hyper("GET", "/v2/customers", headers={"Authorization": "Bearer test_x"})
    assert [(a.status_code, a.json()["message"]) for a in (missing, wrong)] == [
        (401, "Missing authentication token"),
        (401, "Invalid authentication token"),
    ]


async def test_an_empty_body_has_no_media_type_and_is_a_fault_of_the_form_where_one_is_needed(acme: Company) -> None:
    for headers in ({}, FORM, JSON, {"Content-Type": "text/plain"}):
        answer = await acme.hyper("POST", "/v1/customers", content=b"", headers=headers)
        assert (answer.status_code, answer.json()["message"]) == (400, "Invalid body"), headers
    told = await acme.hyper("POST", "/v1/customers", content=b"a=1", headers=FORM)
    assert (told.status_code, told.json()["type"]) == (415, "ValidationError")


async def test_each_check_comes_before_the_next_one(acme: Company) -> None:
    """Path, key, size, media type, form, books: each request below is wrong from one check on, and the first one speaks."""
    company = served(acme, body_bytes=2_048)
    bad, long = {"Authorization": "Bearer nobody"}, b"x" * 3_000
    stairs: list[tuple[str, bytes, dict[str, str], int]] = [
        ("/v1/nothing", long, bad | FORM, 404),
        ("/v1/customers/x/y", long, bad | FORM, 404),
        ("/v1/customers", long, bad | FORM, 401),
        ("/v1/customers", long, FORM, 413),
        ("/v1/customers", b"not json", FORM, 415),
        ("/v1/customers", b"not json", JSON, 400),
        ("/v1/customers", b'{"invoicing_entity_id": "ive_x"}', JSON, 400),
    ]
    for path, content, headers, status in stairs:
        assert (await company.hyper("POST", path, content=content, headers=headers)).status_code == status, (path, status)


async def test_the_first_request_under_a_key_still_running_is_409(acme: Company) -> None:
    keyed = {"Idempotency-Key": "0123456789abcdef"}
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slowly(unit: Unit) -> Answer:
        assert await answers.try_lock(unit, key=keyed["Idempotency-Key"])
        begun.set()
        await finish.wait()
        return NO_CONTENT

    first = asyncio.create_task(Work(acme.database).run(Attempt(acme.tenant, Actor(kind="key", id="x"), TODAY, now(), True, None), slowly))
    await begun.wait()
    try:
        second = await acme.hyper("POST", "/v1/customers", json={"name": "x"}, headers=keyed)
    finally:
        finish.set()
        await first
    assert (second.status_code, second.json()["type"], second.headers["retry-after"]) == (409, "ConflictError", "1")
    assert (await acme.hyper("POST", "/v1/customers", json={"name": "x"}, headers=keyed)).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\tb\x7f"])
async def test_a_key_for_retries_has_1_to_255_characters(acme: Company, key: str) -> None:
    answer = await acme.hyper("POST", "/v1/customers", json={"name": "x"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"]) == (400, [])


async def test_what_was_refused_is_not_kept_under_its_key(acme: Company) -> None:
    keyed = {"Idempotency-Key": "0123456789abcdef"}
    refused = await acme.hyper("POST", "/v1/customers", json={"invoicing_entity_id": "x"}, headers=keyed)
    taken = await acme.hyper("POST", "/v1/customers", json={"name": "x"}, headers=keyed)
    assert (refused.status_code, taken.status_code) == (400, 201)


async def test_without_a_limit_no_header_tells_of_one(acme: Company) -> None:
    answer = await acme.hyper("GET", "/v2/customers")
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


async def test_under_a_limit_every_answer_tells_how_the_key_stands(acme: Company, bergeron: Company) -> None:
    company = served(acme, reads=Rate(2, 60))
    async with company.client() as client:
        client.headers["Authorization"] = f"Bearer {acme.key}"
        before = datetime.now(UTC)
        first = await client.get("/v2/customers")
        second = await client.get("/v2/customers/cus_x")
        third = await client.get("/v1/customers")
        written = await client.post("/v1/customers", json={})
        stranger = await client.get("/v1/customers", headers={"Authorization": f"Bearer {bergeron.key}"})
    assert [answer.status_code for answer in (first, second, third, written, stranger)] == [200, 404, 429, 201, 200]
    assert [answer.headers["x-ratelimit-remaining"] for answer in (first, second, third, stranger)] == ["1", "0", "0", "1"]
    assert third.headers["x-ratelimit-limit"] == "2"
    assert third.json()["type"] == "TooManyRequestsError"
    assert 25 <= int(third.headers["retry-after"]) <= 31
    reset = datetime.fromisoformat(third.headers["x-ratelimit-reset"])
    assert timedelta(seconds=55) <= reset - before <= timedelta(seconds=65)
    assert "x-ratelimit-limit" not in written.headers


async def test_two_keys_of_a_company_are_counted_apart(acme: Company) -> None:
    other = await with_scope(acme, "read")
    async with served(acme, reads=Rate(1, 60)).client() as client:
        answers = [await client.get("/v1/customers", headers={"Authorization": f"Bearer {key}"}) for key in (acme.key, acme.key, other.key)]
    assert [answer.status_code for answer in answers] == [200, 429, 200]


@pytest.mark.parametrize(("written", "read"), [("on", WRITES), ("5", Rate(5)), ("0", None), ("", None)])
def test_a_limit_is_switched_on_by_itself_or_with_a_number(written: str, read: Rate | None) -> None:
    assert settings({"DUEBOOK_WRITES_PER_SECOND": written}).writes == read
    assert settings({}).writes is None
    assert settings({"DUEBOOK_READS_PER_SECOND": "on"}).reads == READS
    assert [Rate(200, 10), Rate(50, 10)] == [READS, WRITES], "as the contract says"


def test_a_limit_that_is_no_number_is_told_by_its_name() -> None:
    with pytest.raises(BadSetting, match="DUEBOOK_READS_PER_SECOND"):
        settings({"DUEBOOK_READS_PER_SECOND": "yes"})
