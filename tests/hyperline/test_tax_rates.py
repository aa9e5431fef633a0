"""Tax rates at the Hyperline door: an entity's own rates, and its codes for classes of legal ones."""

from decimal import Decimal
from typing import Any

import pytest

from duebook.core.paper import PaperLineDraft
from duebook.hyperline import ids
from tests.actions import issuing
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company

PATH = "/v1/taxes/rates"
SHARED = "id code invoicing_entity_id created_at updated_at type".split()
CUSTOM: dict[str, Any] = {"code": "CORSE", "type": "custom", "name": "Corse", "rate": 2.1}
DEFAULT: dict[str, Any] = {"code": "FR20", "type": "default", "country": "FR", "rate_class": "standard_rate"}


async def entity(company: Company) -> str:
    return (await company.hyper_get("/v1/invoicing-entities"))["data"][0]["id"]


async def made(company: Company, body: dict[str, Any]) -> dict[str, Any]:
    return await company.hyper_post(PATH, {"invoicing_entity_id": await entity(company)} | body)


async def patch(company: Company, id: str, body: Any) -> Any:
    return await company.hyper("PATCH", f"{PATH}/{id}", json=body)


async def test_a_rate_of_ones_own(acme: Company) -> None:
    rate = await made(acme, CUSTOM | {"description": "Presse", "country": "FR"})

    assert list(rate) == [*SHARED, "name", "description", "country", "rate"]
    assert {name: rate[name] for name in CUSTOM} == CUSTOM
    assert (rate["invoicing_entity_id"], rate["description"], rate["country"]) == (await entity(acme), "Presse", "FR")
    assert await acme.hyper_get(f"{PATH}/{rate['id']}") == rate


async def test_a_code_for_a_class_of_legal_rates(acme: Company) -> None:
    rate = await made(acme, DEFAULT)
    regional = await made(acme, DEFAULT | {"country": "NON_EU", "rate_class": "exempt", "scope": "international"})

    assert list(rate) == [*SHARED, "country", "rate_class", "scope"]
    assert {name: rate[name] for name in DEFAULT} == DEFAULT
    assert (rate["scope"], regional["scope"], regional["country"]) == ("all", "international", "NON_EU")
    page = await acme.hyper_get(PATH)
    assert (page["meta"], page["data"]) == ({"total": 2, "taken": 2, "skipped": 0}, [regional, rate])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (CUSTOM | {"rate": 101}, {"rate": ["Too big: expected number to be <=100"]}),
        (CUSTOM | {"country": "XX"}, {"country"}),
        (DEFAULT | {"country": "XX"}, {"country"}),
        (DEFAULT | {"country": []}, {"country"}),
        (DEFAULT | {"rate_class": "low"}, {"rate_class"}),
        (CUSTOM | {"typo": 1}, {"typo": ['Unrecognized key: "typo"']}),
        (CUSTOM | {"scope": "all"}, {"body": ["Invalid input"]}),
        (DEFAULT | {"rate": 20}, {"body": ["Invalid input"]}),
        ({"code": "C", "type": "custom", "name": "x"}, {"body": ["Invalid input"]}),
        ({"code": "C", "type": "default", "country": "FR"}, {"body": ["Invalid input"]}),
        (DEFAULT | {"country": None}, {"body": ["Invalid input"]}),
    ],
)
async def test_what_the_form_refuses(acme: Company, body: Any, errors: Any) -> None:
    whole = body | {"invoicing_entity_id": await entity(acme)}

    async with unchanged(acme):
        refused = await acme.hyper("POST", PATH, json=whole)

    told = refused.json()["errors"]
    assert (refused.status_code, told if isinstance(errors, dict) else set(told)) == (400, errors)


async def test_a_rate_belongs_to_an_entity(acme: Company, bergeron: Company) -> None:
    async with unchanged(acme):
        for id in ("ive_nothing", await entity(bergeron)):
            refused = await acme.hyper("POST", PATH, json=CUSTOM | {"invoicing_entity_id": id})
            assert (refused.status_code, refused.json()["message"]) == (400, "invoicing_entity_id: Invoicing entity not found")


async def test_a_change_names_the_type_and_changes_what_is_given(acme: Company) -> None:
    own, legal = await made(acme, CUSTOM | {"description": "d"}), await made(acme, DEFAULT)

    renamed = await patch(acme, own["id"], {"type": "custom", "name": "Presse", "rate": 5.5, "country": "FR"})
    cleared = await patch(acme, own["id"], {"type": "custom", "description": None, "country": None, "code": "C2"})
    scoped = await patch(acme, legal["id"], {"type": "default", "scope": "domestic"})

    stamp = {"updated_at": renamed.json()["updated_at"]}
    assert (renamed.status_code, renamed.json()) == (200, own | stamp | {"name": "Presse", "rate": 5.5, "country": "FR"})
    assert [cleared.json()[name] for name in ("description", "country", "code", "rate")] == [None, None, "C2", 5.5]
    assert scoped.json()["scope"] == "domestic"
    told = await journal(acme, object_id=str(ids.read(own["id"], kind="tax_rate")))
    assert deeds(told) == [("tax_rate", "created"), ("tax_rate", "updated"), ("tax_rate", "updated")]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "x"}, {"type"}),
        ({"type": "custom", "scope": "all"}, {"body"}),
        ({"type": "default", "rate": 5}, {"body"}),
        ({"type": "custom", "rate_class": "exempt"}, {"rate_class"}),
        ({"type": "custom", "invoicing_entity_id": "ive_1"}, {"invoicing_entity_id"}),
    ],
)
async def test_what_the_form_of_a_change_refuses(acme: Company, body: Any, errors: set[str]) -> None:
    rate = await made(acme, CUSTOM)

    async with unchanged(acme):
        refused = await patch(acme, rate["id"], body)

    assert (refused.status_code, set(refused.json()["errors"])) == (400, errors)


async def test_a_rate_keeps_its_type(acme: Company) -> None:
    rate = await made(acme, CUSTOM)

    async with unchanged(acme):
        refused = await patch(acme, rate["id"], {"type": "default", "scope": "all"})

    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert refused.json()["message"] == "type: this tax rate is of type custom, which never changes"


async def test_a_rate_on_a_document_or_a_product_stays(acme: Company) -> None:
    on_line, on_product, free = [await made(acme, CUSTOM | {"rate": rate}) for rate in (2.1, 5.5, 10)]
    line = PaperLineDraft(name="Presse", unit_amount=1_000, tax_rate=Decimal("2.1"))
    paper = await issuing.paper(acme, issuing.draft(await issuing.customer(acme), line))
    assert paper.content.lines[0].tax_rate_id == ids.read(on_line["id"], kind="tax_rate")
    accounting = {await entity(acme): {"tax_rate_id": on_product["id"]}}
    await acme.hyper_post("/v1/products", {"type": "flat_fee", "name": "x", "accounting": accounting})

    async with unchanged(acme):
        for rate in (on_line, on_product):
            refused = await acme.hyper("DELETE", f"{PATH}/{rate['id']}")
            assert (refused.status_code, refused.json()["message"]) == (400, "this tax rate is in use")
    gone = [await acme.hyper("DELETE", f"{PATH}/{free['id']}") for _ in range(2)]

    assert [answer.status_code for answer in gone] == [204, 404]
    assert (await acme.hyper("GET", f"{PATH}/{free['id']}")).json()["message"] == "Tax rate not found"


async def test_lists_are_narrowed(acme: Company) -> None:
    first = await entity(acme)
    second = await acme.hyper_post(
        "/v1/invoicing-entities", {"name": "L", "country": "FR", "currency": "EUR", "accounting_currency": "EUR"}
    )
    corse = await made(acme, CUSTOM | {"description": "Presse en Corse", "invoicing_entity_id": first})
    await made(acme, CUSTOM | {"name": "Dom", "invoicing_entity_id": first})
    await made(acme, DEFAULT | {"invoicing_entity_id": second["id"]})

    for params, expected in (
        ({}, 3),
        ({"id": corse["id"]}, 1),
        ({"name": "Corse"}, 1),
        ({"name__startsWith": "do"}, 1),
        ({"description__contains": "corse"}, 1),
        ({"invoicing_entity_id": first}, 2),
        ({"invoicing_entity_id": second["id"]}, 1),
        ({"invoicing_entity_id__not": first}, 1),
        ({"invoicing_entity_id": "ive_nothing"}, 0),
        ({"take": 1}, 3),
    ):
        assert (await acme.hyper_get(PATH, **params))["meta"]["total"] == expected, params


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    rate = await made(acme, CUSTOM)

    async with unchanged(acme, bergeron):
        for method in ("GET", "DELETE"):
            assert (await bergeron.hyper(method, f"{PATH}/{rate['id']}")).status_code == 404
        assert (await patch(bergeron, rate["id"], {"type": "custom", "name": "x"})).status_code == 404
        assert (await bergeron.hyper_get(PATH))["data"] == []
