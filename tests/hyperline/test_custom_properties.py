"""Custom properties at the Hyperline door: defined, changed, and asked of what bears them."""

import asyncio
from typing import Any

import pytest

from duebook.hyperline import ids
from tests.actions import issuing
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company

PATH = "/v1/custom-properties"
KEYS = "id name slug type entities authorized_values api_only required created_at updated_at".split()
LEVEL: dict[str, Any] = {"name": "Niveau", "type": "select", "slug": "level", "entities": ["customer", "invoice"]}


async def put(company: Company, id: str, body: Any) -> Any:
    return await company.hyper("PUT", f"{PATH}/{id}", json=body)


async def test_what_is_given_is_what_is_answered_and_listed(acme: Company) -> None:
    given = LEVEL | {"authorized_values": ["gold", "blue"], "api_only": True, "required": True}

    made = await acme.hyper_post(PATH, given)

    assert list(made) == KEYS
    assert {name: made[name] for name in given} == given
    page = await acme.hyper_get(PATH)
    assert (page["meta"], page["data"]) == ({"total": 1, "taken": 1, "skipped": 0}, [made])


async def test_what_is_not_given_is_off(acme: Company) -> None:
    made = await acme.hyper_post(PATH, LEVEL)

    assert (made["authorized_values"], made["api_only"], made["required"]) == (None, False, False)


async def test_a_change_answers_201_as_the_contract_publishes_it(acme: Company) -> None:
    made = await acme.hyper_post(PATH, LEVEL | {"authorized_values": ["gold"], "required": True})

    renamed = await put(acme, made["id"], LEVEL | {"name": "Rang", "slug": "rank"})
    cleared = await put(acme, made["id"], LEVEL | {"authorized_values": None, "required": False})

    assert renamed.status_code == cleared.status_code == 201
    assert renamed.json() == made | {"name": "Rang", "slug": "rank", "updated_at": renamed.json()["updated_at"]}
    assert (cleared.json()["slug"], cleared.json()["authorized_values"], cleared.json()["required"]) == ("level", None, False)


async def test_a_slug_is_taken_once_per_company(acme: Company, bergeron: Company) -> None:
    first = await acme.hyper_post(PATH, LEVEL)
    second = await acme.hyper_post(PATH, LEVEL | {"slug": "rank"})

    async with unchanged(acme):
        refused = [await acme.hyper("POST", PATH, json=LEVEL), await put(acme, second["id"], LEVEL)]

    for answer in refused:
        assert (answer.status_code, answer.json()["type"]) == (409, "ConflictError")
        assert answer.json()["message"] == "slug: the slug 'level' is taken"
    assert (await put(acme, first["id"], LEVEL)).status_code == 201, "its own slug is free for itself"
    await bergeron.hyper_post(PATH, LEVEL)
    await acme.hyper("DELETE", f"{PATH}/{first['id']}")
    assert (await put(acme, second["id"], LEVEL)).json()["slug"] == "level", "what was deleted gives its slug back"


async def test_of_two_at_the_same_time_one_gets_the_slug(acme: Company) -> None:
    answers = await asyncio.gather(*(acme.hyper("POST", PATH, json=LEVEL) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert (await acme.hyper_get(PATH))["meta"]["total"] == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"name", "type", "slug", "entities"}),
        (LEVEL | {"slug": ""}, {"slug"}),
        (LEVEL | {"type": "color"}, {"type"}),
        (LEVEL | {"entities": ["customer", "planet"]}, {"entities.1"}),
        (LEVEL | {"authorized_values": ["a", 1]}, {"authorized_values.1"}),
    ],
)
async def test_what_the_form_refuses(acme: Company, body: Any, errors: set[str]) -> None:
    async with unchanged(acme):
        refused = await acme.hyper("POST", PATH, json=body)

    assert (refused.status_code, set(refused.json()["errors"])) == (400, errors)


async def test_a_number_has_no_authorised_values(acme: Company) -> None:
    refused = await acme.hyper("POST", PATH, json=LEVEL | {"type": "number", "authorized_values": ["1"]})

    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert refused.json()["message"].startswith("authorized_values: ")


async def test_an_invoice_is_held_to_it_until_it_is_deleted(acme: Company) -> None:
    """An unknown slug, a wrong value and a missing one each fail the document."""
    made = await acme.hyper_post(PATH, LEVEL | {"authorized_values": ["gold"], "required": True})
    customer = await issuing.customer(acme, profile={"custom_properties": {"level": "gold"}})

    async def faults(values: Any) -> list[str]:
        (one,) = await issuing.issue(acme, issuing.draft(customer, custom_properties=values))
        return sorted(".".join(map(str, refusal.path)) for refusal in one.refusals)

    assert await faults({"level": "gold"}) == []
    assert await faults({"level": "tin", "zz": 1}) == ["custom_properties.level", "custom_properties.zz"]
    assert await faults({}) == ["custom_properties.level"]

    assert (await acme.hyper("DELETE", f"{PATH}/{made['id']}")).status_code == 204

    assert await faults({}) == []
    assert await faults({"level": "gold"}) == ["custom_properties.level"]
    assert (await acme.hyper("DELETE", f"{PATH}/{made['id']}")).json()["message"] == "Custom property not found"
    told = await journal(acme, object_id=str(ids.read(made["id"], kind="custom_property")))
    assert deeds(told) == [("custom_property", "created"), ("custom_property", "deleted")]


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    made = await acme.hyper_post(PATH, LEVEL)

    async with unchanged(acme, bergeron):
        assert (await bergeron.hyper("DELETE", f"{PATH}/{made['id']}")).status_code == 404
        assert (await put(bergeron, made["id"], LEVEL)).status_code == 404
        assert (await bergeron.hyper_get(PATH))["data"] == []
