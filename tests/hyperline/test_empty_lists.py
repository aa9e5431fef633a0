"""Lists of what duebook does not have: connectors read them, and an empty page keeps them going."""

import pytest

from tests.make import Company

BY_OFFSET = [
    "/v1/users", "/v1/quotes", "/v1/customers/credits", "/v1/customers/segments", "/v1/price-books", "/v1/features", "/v1/promotion-codes",
]  # fmt: skip
BY_CURSOR = ["/v2/subscriptions", "/v2/subscriptions/transitions", "/v2/wallets", "/v1/audit-logs"]


@pytest.mark.parametrize("path", BY_OFFSET)
async def test_a_page_by_offset(acme: Company, path: str) -> None:
    assert await acme.hyper_get(path) == {"meta": {"total": 0, "taken": 0, "skipped": 0}, "data": []}
    assert (await acme.hyper_get(path, take="100", skip="7", status="all"))["meta"]["skipped"] == 7
    refused = await acme.hyper("GET", path, params={"take": "x"})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"take"})


@pytest.mark.parametrize("path", BY_CURSOR)
async def test_a_page_by_cursor(acme: Company, path: str) -> None:
    assert await acme.hyper_get(path) == {"data": [], "next_cursor": None, "has_more": False}
    assert await acme.hyper_get(path, include_total="true") == {"data": [], "next_cursor": None, "has_more": False, "total": 0}
    assert (await acme.hyper_get(path, cursor=""))["data"] == [], "an empty value is none"
    refused = await acme.hyper("GET", path, params={"cursor": "x"})
    assert (refused.status_code, refused.json()["message"]) == (400, "Invalid cursor")


@pytest.mark.parametrize("path", [*BY_OFFSET, *BY_CURSOR])
async def test_a_key_is_asked_for(acme: Company, path: str) -> None:
    """A connector reads the users to see whether its key is good."""
    refused = await acme.hyper("GET", path, headers={"Authorization": "Bearer test_unknown"})
    other = await acme.hyper("POST", path, json={})

    assert (refused.status_code, refused.json()["message"]) == (401, "Invalid authentication token")
    assert (other.status_code, other.json()["message"]) == (404, "Route not found")
