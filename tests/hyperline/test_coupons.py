"""Coupons at the Hyperline door: an amount or a percent, for all products or for some."""

from typing import Any

import pytest

from duebook.hyperline import ids
from tests.actions import issuing
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company

PATH = "/v1/coupons"
SHARED = (
    "id name description expiration_date redemption_limit product_ids repeat duration created_at deleted_at integrations type"
).split()
AMOUNT: dict[str, Any] = {"name": "Fidélité", "type": "amount", "discount_amount": 500, "currency": "EUR"}
PERCENT: dict[str, Any] = {"name": "Noël", "type": "percent", "discount_percent": 12.5}


async def product(company: Company) -> str:
    return (await company.hyper_post("/v1/products", {"type": "flat_fee", "name": "Accès"}))["id"]


async def put(company: Company, id: str, body: Any) -> Any:
    return await company.hyper("PUT", f"{PATH}/{id}", json=body)


async def test_an_amount_off(acme: Company) -> None:
    access = await product(acme)
    given = AMOUNT | {
        "description": "Pour les fidèles",
        "redemption_limit": 10,
        "product_ids": [access],
        "repeat": "duration",
        "duration": {"count": 3, "period": "months"},
    }

    coupon = await acme.hyper_post(PATH, given | {"expiration_date": "2026-03-01T00:00:00+01:00"})

    assert list(coupon) == [*SHARED, "discount_amount", "currency", "deletedAt"]
    assert {name: coupon[name] for name in given} == given
    assert coupon["expiration_date"] == "2026-02-28T23:00:00.000Z"
    assert (coupon["deleted_at"], coupon["deletedAt"], coupon["integrations"]) == (None, None, [])
    assert await acme.hyper_get(f"{PATH}/{coupon['id']}") == coupon
    (listed,) = (await acme.hyper_get(PATH))["data"]
    assert list(listed) == [*SHARED, "discount_amount", "currency"], "deletedAt stands on a coupon by itself"


async def test_a_percent_off(acme: Company) -> None:
    coupon = await acme.hyper_post(PATH, PERCENT)

    assert list(coupon) == [*SHARED, "discount_percent", "deletedAt"]
    assert coupon["discount_percent"] == 12.5
    assert [coupon[name] for name in ("description", "expiration_date", "redemption_limit", "repeat", "duration")] == [None] * 5
    assert coupon["product_ids"] == []


async def test_a_change_changes_what_is_given_and_null_clears(acme: Company) -> None:
    optional = {"description": "d", "expiration_date": "2026-03-01T00:00:00.000Z", "redemption_limit": 1, "repeat": "once"}
    coupon = await acme.hyper_post(PATH, AMOUNT | optional | {"product_ids": [await product(acme)]})

    kept = (await put(acme, coupon["id"], AMOUNT | {"name": "Loyal", "discount_amount": 700})).json()
    cleared = (await put(acme, coupon["id"], AMOUNT | dict.fromkeys((*optional, "product_ids", "duration")))).json()

    assert kept == coupon | {"name": "Loyal", "discount_amount": 700}
    assert cleared == coupon | dict.fromkeys(optional) | {"product_ids": []}


async def test_an_amount_becomes_a_percent(acme: Company) -> None:
    coupon = await acme.hyper_post(PATH, AMOUNT)

    changed = await put(acme, coupon["id"], PERCENT | {"discount_amount": 9, "currency": "USD"})

    assert (changed.status_code, list(changed.json())) == (200, [*SHARED, "discount_percent", "deletedAt"])
    (row,) = [row for row in await journal(acme) if row["action"] == "updated"]
    assert (row["after"]["content"]["amount"], row["after"]["content"]["currency"]) == (None, None)


async def test_a_coupon_keeps_a_product_that_was_deleted(acme: Company) -> None:
    """What it named stays; only what is named anew must be there."""
    access, support = await product(acme), await product(acme)
    coupon = await acme.hyper_post(PATH, AMOUNT | {"product_ids": [access]})
    for id in (access, support):
        await acme.hyper("PUT", f"/v1/products/{id}/archive")
        assert (await acme.hyper("DELETE", f"/v1/products/{id}")).status_code == 204

    renamed = await put(acme, coupon["id"], AMOUNT | {"name": "Loyal", "product_ids": [access]})
    refused = await put(acme, coupon["id"], AMOUNT | {"product_ids": [access, support]})

    assert (renamed.status_code, renamed.json()["product_ids"]) == (200, [access])
    assert (refused.status_code, refused.json()["message"]) == (400, "product_ids.1: Product not found")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "x", "type": "percent"}, {"body": ["Invalid input"]}),
        ({"name": "x", "type": "amount", "discount_amount": 5}, {"body": ["Invalid input"]}),
        (AMOUNT | {"discount_amount": 0}, {"discount_amount": ["Too small: expected number to be >0"]}),
        (PERCENT | {"discount_percent": 101}, {"discount_percent": ["Too big: expected number to be <=100"]}),
        (PERCENT | {"expiration_date": "2026-03-01"}, {"expiration_date": ["Invalid ISO datetime"]}),
        (PERCENT | {"duration": {"count": 0, "period": "months"}}, {"duration.count": ["Too small: expected number to be >=1"]}),
        (PERCENT | {"repeat": "custom"}, {"repeat": ['Invalid option: expected one of "duration"|"forever"|"once"']}),
    ],
)
async def test_what_the_form_refuses(acme: Company, body: Any, errors: Any) -> None:
    async with unchanged(acme):
        refused = await acme.hyper("POST", PATH, json=body)

    assert (refused.status_code, refused.json()["errors"]) == (400, errors)


async def test_every_product_that_is_none_is_told(acme: Company) -> None:
    access = await product(acme)

    async with unchanged(acme):
        refused = await acme.hyper("POST", PATH, json=AMOUNT | {"product_ids": ["itm_nothing", access, access, "cou_" + access[4:]]})

    assert refused.json()["message"] == "product_ids.0: Product not found; product_ids.3: Product not found"


async def test_a_deleted_coupon_is_gone_and_lies_on_no_new_document(acme: Company) -> None:
    coupon = await acme.hyper_post(PATH, AMOUNT)
    path, id = f"{PATH}/{coupon['id']}", ids.read(coupon["id"], kind="coupon")
    draft = issuing.draft(await issuing.customer(acme), coupons=(issuing.off(id=id),))
    assert (await issuing.paper(acme, draft)).content.discount == 500

    gone = await acme.hyper("DELETE", path)

    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (await acme.hyper("GET", path), await acme.hyper("DELETE", path), await put(acme, coupon["id"], AMOUNT)):
        assert (answer.status_code, answer.json()["message"]) == (404, "Coupon not found")
    assert (await acme.hyper_get(PATH))["meta"]["total"] == 0
    assert len(await issuing.refused(acme, draft)) == 1
    told = await journal(acme, object_id=str(id))
    assert deeds(told) == [("coupon", "created"), ("coupon", "deleted")]
    assert told[1]["after"]["deleted_at"]


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    coupon = await acme.hyper_post(PATH, AMOUNT)

    async with unchanged(acme, bergeron):
        for method in ("GET", "DELETE"):
            assert (await bergeron.hyper(method, f"{PATH}/{coupon['id']}")).status_code == 404
        assert (await put(bergeron, coupon["id"], PERCENT)).status_code == 404
        assert (await bergeron.hyper_get(PATH))["meta"]["total"] == 0
