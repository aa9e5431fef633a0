"""Price configurations at the Hyperline door: what a product costs, by itself."""

from typing import Any

import pytest

from duebook.hyperline import ids
from tests.hyperline.test_products import ONCE, PATH, PRICE_KEYS, PRICES, made
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company


async def test_prices_by_themselves(acme: Company) -> None:
    product = await made(acme)
    yearly = ONCE | {"product_id": product["id"], "billing_interval": {"period": "years", "count": 1}, "country": "FR"}

    price = await acme.hyper_post(PRICES, yearly)
    path = f"{PRICES}/{price['id']}"

    assert list(price) == PRICE_KEYS
    assert (price["billing_interval"], price["country"], price["countries"]) == ({"period": "years", "count": 1}, "FR", ["FR"])
    assert await acme.hyper_get(path) == price
    assert (await acme.hyper_get(f"{PATH}/{product['id']}"))["price_configurations"] == [price]
    changed = await acme.hyper("PUT", f"{path}/prices", json=[{"type": "fee", "amount": 1}])
    emptied = await acme.hyper("PUT", f"{path}/prices", json=[])
    assert (changed.status_code, changed.json()["prices"]) == (200, [{"type": "fee", "amount": 1}])
    assert (emptied.status_code, emptied.json()["prices"]) == (200, [])
    assert (await acme.hyper("DELETE", path)).status_code == 204
    assert (await acme.hyper("GET", path)).json()["message"] == "Price configuration not found"
    told = await journal(acme, object_id=str(ids.read(price["id"], kind="price")))
    assert deeds(told) == [("price", action) for action in ("created", "updated", "updated", "deleted")]


@pytest.mark.parametrize(
    ("fees", "errors"),
    [
        ([{"type": "fee", "amount": 1}] * 2, {"body": ["Too big: expected array to have <=1 items"]}),
        ([{"type": "volume", "amount": 1}], {"0.type": ['Invalid option: expected one of "fee"']}),
        ({"type": "fee", "amount": 1}, {"body": ["Invalid input: expected array, received object"]}),
    ],
)
async def test_the_fees_of_a_price_are_a_list_of_one(acme: Company, fees: Any, errors: Any) -> None:
    product = await made(acme, price_configurations=[ONCE])

    refused = await acme.hyper("PUT", f"{PRICES}/{product['price_configurations'][0]['id']}/prices", json=fees)

    assert (refused.status_code, refused.json()["errors"]) == (400, errors)


async def test_a_price_needs_a_product_and_an_interval_its_count(acme: Company) -> None:
    unknown = await acme.hyper("POST", PRICES, json=ONCE | {"product_id": "itm_nothing"})
    countless = await acme.hyper("POST", PRICES, json=ONCE | {"product_id": "itm_nothing", "billing_interval": {"period": "months"}})

    assert (unknown.status_code, unknown.json()["message"]) == (400, "product_id: Product not found")
    assert countless.json()["errors"] == {"billing_interval": ["Invalid input"]}


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    product = await made(acme, price_configurations=[ONCE])
    path = f"{PRICES}/{product['price_configurations'][0]['id']}"

    async with unchanged(acme, bergeron):
        for answer in (
            await bergeron.hyper("GET", path),
            await bergeron.hyper("DELETE", path),
            await bergeron.hyper("PUT", f"{path}/prices", json=ONCE["prices"]),
        ):
            assert (answer.status_code, answer.json()["message"]) == (404, "Price configuration not found")
        assert (await bergeron.hyper("POST", PRICES, json=ONCE | {"product_id": product["id"]})).status_code == 400
        assert (await bergeron.hyper_get(PRICES))["data"] == []
