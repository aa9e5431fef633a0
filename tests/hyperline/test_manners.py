"""The manners of the house in this dialect: a door with its error shapes and forms, over real keys and a real unit of work.

The operation here stands in for those that are to come; it answers what it read.
"""

from typing import Any, Final

import httpx2
import pytest

from duebook.hyperline import wire
from duebook.hyperline.problems import ProblemWriter
from duebook.web.door import Door
from duebook.web.faults import Facts
from duebook.web.keys import Keys
from duebook.web.limits import Limits
from duebook.web.operations import Ask, BadParameter, Operation, Parameter
from duebook.web.work import Answer, Work
from tests.hyperline.bodies import SAMPLE, item, written
from tests.make import Company

PATH: Final = "/v2/invoices/batch"
JSON: Final = {"Content-Type": "application/json"}


async def accept(ask: Ask) -> Answer:
    batch = await ask.read(wire.CreateInvoicesBatch)

    async def deed(_: Any) -> Answer:
        return Answer(202, wire.encode(wire.BatchAccepted(batch_id=batch.batch_id or "made")))

    return await ask.write(deed)


async def ended(ask: Ask) -> Answer:
    body = await ask.read(wire.UpdateCustomer)
    return Answer(202, wire.encode(wire.BatchAccepted(batch_id=f"{ask.names[0]} {body.name or None}")))


def limit(text: str) -> int:
    if int(text) > 100:
        raise BadParameter("must be at most 100", facts=Facts("maximum", "number", limit=100))
    return int(text)


SUBMIT: Final = Operation(
    method="POST",
    path=PATH,
    id="createInvoices",
    tag="Invoices",
    summary="",
    scope="write",
    handler=accept,
    answers={202: wire.BatchAccepted},
    codes=(),
    request=wire.CreateInvoicesBatch,
    query=(Parameter(name="limit", schema={"type": "number"}, read=limit),),
    keyed=True,
)


OPTIONAL: Final = Operation(
    method="PUT",
    path="/v1/things/{id}/end",
    id="endThing",
    tag="Things",
    summary="",
    scope="write",
    handler=ended,
    answers={202: wire.BatchAccepted},
    codes=(),
    request=wire.UpdateCustomer,
    body_optional=True,
    keyed=True,
)


@pytest.fixture
def door(acme: Company) -> httpx2.AsyncClient:
    """A client of the door, with Acme's key."""
    database = acme.database
    application = Door(
        [SUBMIT, OPTIONAL],
        problems=ProblemWriter(),
        database=database,
        work=Work(database),
        keys=Keys(database),
        limits=Limits(body_bytes=100_000, body_seconds=30, in_flight=10, reads=None, writes=None),
        pinned=None,
        types_empty_bodies=False,
    )
    headers = {"Authorization": f"Bearer {acme.key}"} | JSON
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=application), base_url="http://duebook.test", headers=headers)


def short(status: int, kind: str, message: str) -> dict[str, Any]:
    return {"statusCode": status, "type": kind, "message": message}


async def test_the_sample_comes_in(door: httpx2.AsyncClient) -> None:
    answer = await door.post(PATH, content=SAMPLE.encode())
    assert (answer.status_code, answer.json()) == (202, {"batch_id": "f65f58f3-ecb0-4711-be22-1e64102a380d"})


async def test_a_known_path_with_another_method_is_404_and_told_which_there_are(door: httpx2.AsyncClient) -> None:
    route = short(404, "NotFoundError", "Route not found")
    wrong, unknown = await door.get(PATH), await door.get("/v3")
    assert (wrong.status_code, wrong.json(), wrong.headers["allow"]) == (404, route, "POST")
    assert (unknown.status_code, unknown.json(), "allow" in unknown.headers) == (404, route, False)


async def test_a_key_for_another_request_is_417_and_for_the_same_one_the_kept_answer(door: httpx2.AsyncClient) -> None:
    keyed = {"Idempotency-Key": "0123456789abcdef"}
    first = await door.post(PATH, content=SAMPLE.encode(), headers=keyed)
    again = await door.post(PATH, content=SAMPLE.encode(), headers=keyed)
    other = await door.post(PATH, content=written({"invoices": [item()]}), headers=keyed)
    assert (first.status_code, again.status_code, again.content) == (202, 202, first.content)
    assert (other.status_code, other.json()["statusCode"], other.json()["type"]) == (417, 417, "IdempotencyError")


async def test_without_a_token_and_with_a_wrong_one(door: httpx2.AsyncClient) -> None:
    wrong = await door.post(PATH, headers={"Authorization": "Bearer nobody"})
    del door.headers["Authorization"]
    missing = await door.post(PATH)
    assert (missing.status_code, missing.json()) == (401, short(401, "UnauthorizedError", "Missing authentication token"))
    assert (wrong.status_code, wrong.json()) == (401, short(401, "UnauthorizedError", "Invalid authentication token"))


async def test_bad_query_parameters_are_told_by_name(door: httpx2.AsyncClient) -> None:
    answer = await door.post(f"{PATH}?limit=500", content=SAMPLE.encode())
    told = short(400, "ValidationError", "Invalid query params") | {"errors": {"limit": ["Too big: expected number to be <=100"]}}
    assert (answer.status_code, answer.json()) == (400, told)


async def test_a_bad_body_is_told_by_its_places(door: httpx2.AsyncClient) -> None:
    answer = await door.post(PATH, content=written({"invoices": [item("a"), item("b", due_at="2026-01-31")]}))
    told = short(400, "ValidationError", "Invalid body") | {"errors": {"invoices.1.due_at": ["Invalid ISO datetime"]}}
    assert (answer.status_code, answer.json()) == (400, told)


async def test_an_unknown_field_is_dropped_though_the_company_has_them_refused_at_the_other_door(
    acme: Company, door: httpx2.AsyncClient
) -> None:
    assert acme.tenant.unknown_fields == "refuse"
    answer = await door.post(PATH, content=written({"invoices": [item(colour="red")], "note": {"a": 1}}))
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [({"Content-Type": "text/plain"}, b"{}", 415), ({}, b" " * 200_000, 413), ({"Idempotency-Key": "x" * 256}, b"{}", 400)],
)
async def test_what_is_refused_before_the_form_is_one_message(
    door: httpx2.AsyncClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = await door.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["statusCode"], answer.json()["type"]) == (status, status, "ValidationError")
    assert answer.json().get("errors") == ([] if status == 400 else None)


@pytest.mark.parametrize(
    ("content", "media_type", "status", "told"),
    [
        (b"", "application/x-www-form-urlencoded", 202, "a/b None"),
        (b"", "application/json", 202, "a/b None"),
        (b"{}", "application/json", 202, "a/b None"),
        (b'{"name": "x"}', "application/json", 202, "a/b x"),
        (b"name=x", "application/x-www-form-urlencoded", 415, ""),
        (b"[]", "application/json", 400, ""),
        (b" ", "application/json", 400, ""),
    ],
)
async def test_a_body_that_may_be_empty(door: httpx2.AsyncClient, content: bytes, media_type: str, status: int, told: str) -> None:
    answer = await door.put("/v1/things/a%2Fb/end", content=content, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json().get("batch_id", "")) == (status, told)
