"""Products at the Hyperline door: kept, found, archived, deleted. Their prices by themselves are in test_prices."""

from typing import Any

import pytest

from duebook.core.paper import PaperLineDraft
from duebook.hyperline import ids
from tests.actions import issuing
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company

PATH, PRICES = "/v1/products", "/v1/price-configurations"
KEYS = (
    "id name status description description_display_interval_dates public_description translations properties custom_properties accounting"
    " integrations type is_available_on_demand is_available_on_subscription"
).split()
PRICE_KEYS = (
    "id product_id price_book_id status currency country countries plan_id billing_interval commitment_interval updated_at archived_at"
    " integrations type metering_filter prices"
).split()
LANGUAGES = ["fr", "en", "de", "it", "nl", "es", "pt", "pl"]
ONCE: dict[str, Any] = {
    "currency": "EUR", "billing_interval": {"period": "once"}, "type": "fee", "prices": [{"type": "fee", "amount": 24_000}],
}  # fmt: skip


async def made(company: Company, name: str = "Accès", **fields: Any) -> dict[str, Any]:
    return await company.hyper_post(PATH, {"type": "flat_fee", "name": name} | fields)


async def names(company: Company, **params: Any) -> list[str]:
    page = await company.hyper_get(PATH, **params)
    assert page["meta"]["total"] == page["meta"]["taken"] == len(page["data"])
    return [row["name"] for row in page["data"]]


async def entity_id(company: Company) -> str:
    return (await company.hyper_get("/v1/invoicing-entities"))["data"][0]["id"]


async def test_what_is_given_is_what_is_answered_and_read(acme: Company) -> None:
    seller = await entity_id(acme)
    rate = await acme.hyper_post(
        "/v1/taxes/rates", {"code": "C", "invoicing_entity_id": seller, "type": "custom", "name": "Corse", "rate": 2.1}
    )
    await acme.hyper_post("/v1/custom-properties", {"name": "Niveau", "type": "number", "slug": "level", "entities": ["product"]})
    given = {
        "description": "Pour nous",
        "public_description": "Pour vous",
        "is_available_on_demand": False,
        "is_available_on_subscription": False,
        "properties": {"a": 5.5, "b": ["x", 1, True, None]},
        "custom_properties": {"level": 3.25},
        "accounting": {seller: {"tax_rate_id": rate["id"], "product_code": "P1", "account_code": "706000"}},
        "translations": {"en": {"name": "Access", "public_description": "For you"}, "fr": None},
    }

    product = await made(acme, **given, price_configurations=[ONCE, ONCE | {"country": "BE", "countries": ["FR", "BE"]}])

    assert list(product) == [*KEYS, "price_configurations"]
    for name in given.keys() - {"accounting", "translations"}:
        assert product[name] == given[name], name
    assert product["accounting"] == {seller: given["accounting"][seller] | {"integrations": []}}
    assert list(product["translations"]) == LANGUAGES
    assert product["translations"]["en"] == {"name": "Access", "public_description": "For you"}
    assert product["translations"]["fr"] == {"name": None, "public_description": None}
    assert (product["status"], product["type"], product["integrations"]) == ("active", "flat_fee", [])
    first, second = product["price_configurations"]
    assert list(first) == PRICE_KEYS
    assert (first["product_id"], first["prices"], first["billing_interval"]) == (product["id"], ONCE["prices"], {"period": "once"})
    assert (first["country"], first["countries"], second["country"], second["countries"]) == (None, [], None, ["BE", "FR"])
    assert await acme.hyper_get(f"{PATH}/{product['id']}") == product
    (listed,) = (await acme.hyper_get(PATH))["data"]
    assert listed == {key: product[key] for key in KEYS}, "prices are not in lists"


async def test_what_is_not_given_is_empty(acme: Company) -> None:
    product = await made(acme)

    assert (product["description"], product["public_description"]) == (None, None)
    assert (product["properties"], product["custom_properties"], product["accounting"], product["price_configurations"]) == ({}, {}, {}, [])
    assert (product["is_available_on_demand"], product["is_available_on_subscription"]) == (True, True)


async def test_a_change_changes_what_is_given_and_null_clears(acme: Company) -> None:
    product = await made(acme, description="d", public_description="p", properties={"a": 1}, price_configurations=[ONCE])

    renamed = await acme.hyper("PUT", f"{PATH}/{product['id']}", json={"name": "Support", "type": "ignored"})
    cleared = await acme.hyper(
        "PUT", f"{PATH}/{product['id']}", json={"name": "Support", "description": None, "properties": None, "translations": None}
    )
    nameless = await acme.hyper("PUT", f"{PATH}/{product['id']}", json={"description": "x"})

    assert (renamed.status_code, renamed.json()) == (200, product | {"name": "Support"})
    assert cleared.json() == product | {"name": "Support", "description": None, "properties": {}}
    assert nameless.json()["errors"] == {"name": ["Invalid input: expected string, received undefined"]}
    told = await journal(acme, object_id=str(ids.read(product["id"], kind="product")))
    assert deeds(told) == [("product", "created"), ("product", "updated"), ("product", "updated")]
    assert told[1]["before"]["name"] == "Accès"
    assert told[1]["after"]["name"] == "Support"


async def test_the_same_content_again_is_no_change(acme: Company) -> None:
    product = await made(acme, description="d", properties={"a": 1.5})

    async with unchanged(acme):
        again = await acme.hyper("PUT", f"{PATH}/{product['id']}", json={"name": "Accès", "description": "d", "properties": {"a": 1.5}})

    assert again.json() == product


async def test_archived_taken_back_and_deleted(acme: Company) -> None:
    """A product is deleted from the archive only, with its prices, and each step is told once."""
    product = await made(acme, price_configurations=[ONCE])
    path, (price,) = f"{PATH}/{product['id']}", product["price_configurations"]

    refused = await acme.hyper("DELETE", path)
    steps = [await acme.hyper("PUT", f"{path}/{verb}") for verb in ("archive", "archive", "unarchive", "unarchive", "archive")]
    gone = await acme.hyper("DELETE", path)

    assert (refused.status_code, refused.json()["message"]) == (400, "a product is archived before it is deleted")
    assert [(step.status_code, step.json()["status"]) for step in steps] == [
        (200, status) for status in ("archived", "archived", "active", "active", "archived")
    ]
    assert (gone.status_code, gone.content) == (204, b"")
    for method, where in (("GET", path), ("PUT", f"{path}/archive"), ("DELETE", path), ("GET", f"{PRICES}/{price['id']}")):
        assert (await acme.hyper(method, where)).status_code == 404
    assert (await names(acme), (await acme.hyper_get(PRICES))["meta"]["total"]) == ([], 0)
    assert deeds(await journal(acme)) == [
        *(("product", "created"), ("price", "created"), ("product", "archived"), ("product", "recovered"), ("product", "archived")),
        *(("product", "deleted"), ("price", "deleted")),
    ]


@pytest.mark.parametrize("status", ["to_pay", "draft"])
async def test_a_product_on_a_document_stays(acme: Company, status: str) -> None:
    product = await made(acme, price_configurations=[ONCE])
    line = PaperLineDraft(product_id=ids.read(product["id"], kind="product"))
    paper = await issuing.paper(acme, issuing.draft(await issuing.customer(acme), line, status=status))
    assert (paper.content.lines[0].name, paper.content.lines[0].unit_amount) == ("Accès", 24_000)
    await acme.hyper("PUT", f"{PATH}/{product['id']}/archive")

    async with unchanged(acme):
        refused = await acme.hyper("DELETE", f"{PATH}/{product['id']}")

    assert (refused.status_code, refused.json()) == (
        400,
        {"statusCode": 400, "type": "ValidationError", "message": "this product is in use", "errors": []},
    )


async def test_every_fault_of_a_body_is_told_with_its_place(acme: Company) -> None:
    seller = await entity_id(acme)
    body = {
        "type": "flat_fee",
        "name": "x",
        "custom_properties": {"zz": 1},
        "accounting": {seller: {"tax_rate_id": "taxr_nothing"}, "ive_nothing": {}},
    }

    async with unchanged(acme):
        refused = await acme.hyper("POST", PATH, json=body)
        malformed = await acme.hyper("POST", PATH, json={"type": "seat", "price_configurations": [ONCE | {"prices": ONCE["prices"] * 2}]})

    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert refused.json()["message"].split("; ") == [
        "custom_properties.zz: there is no custom property 'zz' here",
        f"accounting.{seller}.tax_rate_id: Tax rate not found",
        "accounting.ive_nothing: Invoicing entity not found",
    ]
    assert malformed.json()["errors"] == {
        "type": ['Invalid option: expected one of "flat_fee"'],
        "name": ["Invalid input: expected string, received undefined"],
        "price_configurations.0.prices": ["Too big: expected array to have <=1 items"],
    }


async def test_a_tax_rate_of_another_entity_is_none_of_this_one(acme: Company) -> None:
    seller = await entity_id(acme)
    other = await acme.hyper_post("/v1/invoicing-entities", {"name": "L", "country": "FR", "currency": "EUR", "accounting_currency": "EUR"})
    rate = await acme.hyper_post("/v1/taxes/rates", {"code": "C", "invoicing_entity_id": seller, "type": "custom", "name": "C", "rate": 2})

    refused = await acme.hyper(
        "POST", PATH, json={"type": "flat_fee", "name": "x", "accounting": {other["id"]: {"tax_rate_id": rate["id"]}}}
    )

    assert refused.json()["message"] == f"accounting.{other['id']}.tax_rate_id: Tax rate not found"


async def test_lists_are_narrowed(acme: Company, bergeron: Company) -> None:
    await acme.hyper_post("/v1/custom-properties", {"name": "N", "type": "multi_select", "slug": "tags", "entities": ["product"]})
    access = await made(acme, "Accès", description="Plateforme")
    await made(acme, "Support", custom_properties={"tags": ["gold", "blue"]})
    await made(acme, "100% coton", custom_properties={"tags": ["blue"]})
    await acme.hyper("PUT", f"{PATH}/{access['id']}/archive")
    await made(bergeron, "Accès")

    assert await names(acme) == ["100% coton", "Support", "Accès"], "newest first"
    for params, expected in (
        ({"status": "all"}, 3),
        ({"status": "active"}, 2),
        ({"status__in": "archived"}, 1),
        ({"status__in": "archived,active"}, 3),
        ({"id": access["id"]}, 1),
        ({"id": "itm_nothing"}, 0),
        ({"id__not": access["id"]}, 2),
        ({"name": "Support"}, 1),
        ({"name": "support"}, 0),
        ({"name__contains": "SUP"}, 1),
        ({"name__contains": "%"}, 1),
        ({"name__startsWith": "acc"}, 1),
        ({"name__endWith": "ton"}, 1),
        ({"name__endsWith": "ton"}, 1),
        ({"name__not": "Support"}, 2),
        ({"description__isNull": "true"}, 2),
        ({"description__isNotNull": "true", "description__contains": "forme"}, 1),
        ({"type": "flat_fee"}, 3),
        ({"type": "seat"}, 0),
        ({"price_book_id": "pb_1"}, 0),
        ({"custom_properties[tags]": "blue"}, 2),
        ({"custom_properties[tags]": "gold"}, 1),
        ({"custom_properties[other]": "gold"}, 0),
        ({"name": ""}, 3),
        ({"unheard_of": "x"}, 3),
    ):
        assert len(await names(acme, **params)) == expected, params
    refused = await acme.hyper("GET", PATH, params={"status": "gone", "take": "101"})
    assert refused.json()["errors"] == {
        "status": ['Invalid option: expected one of "all"|"active"|"archived"'],
        "take": ["Too big: expected number to be <=100"],
    }


async def test_pages_by_offset(acme: Company) -> None:
    for number in range(5):
        await made(acme, f"P{number}")

    seen = [await acme.hyper_get(PATH, take=2, skip=skip) for skip in (0, 2, 4, 6)]

    assert [[row["name"] for row in page["data"]] for page in seen] == [["P4", "P3"], ["P2", "P1"], ["P0"], []]
    assert [page["meta"] for page in seen] == [
        {"total": 5, "taken": taken, "skipped": skip} for taken, skip in ((2, 0), (2, 2), (1, 4), (0, 6))
    ]
    assert (await acme.hyper_get(PATH, take=0))["meta"] == {"total": 5, "taken": 0, "skipped": 0}


async def test_a_product_shows_its_first_fifty_prices(acme: Company) -> None:
    product = await made(acme, price_configurations=[ONCE | {"currency": currency} for currency in ("EUR", "USD") for _ in range(30)])

    shown = (await acme.hyper_get(f"{PATH}/{product['id']}"))["price_configurations"]

    assert (len(shown), [price["currency"] for price in shown[29:31]]) == (50, ["EUR", "USD"])
    assert (await acme.hyper_get(PRICES))["meta"]["total"] == 60


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    product = await made(acme, price_configurations=[ONCE])
    path = f"{PATH}/{product['id']}"

    async with unchanged(acme, bergeron):
        for method, where in (("GET", path), ("PUT", f"{path}/archive"), ("PUT", f"{path}/unarchive"), ("DELETE", path)):
            answer = await bergeron.hyper(method, where)
            assert (answer.status_code, answer.json()["message"]) == (404, "Product not found")
        assert (await bergeron.hyper("PUT", path, json={"name": "x"})).status_code == 404


async def test_a_key_makes_a_retry_the_same_request(acme: Company) -> None:
    product = await made(acme)
    await acme.hyper("PUT", f"{PATH}/{product['id']}/archive")
    keyed = {"headers": {"Idempotency-Key": "delete-once"}}

    assert [(await acme.hyper("DELETE", f"{PATH}/{product['id']}", **keyed)).status_code for _ in range(2)] == [204, 204]
    assert (await acme.hyper("DELETE", f"{PATH}/{product['id']}")).status_code == 404
