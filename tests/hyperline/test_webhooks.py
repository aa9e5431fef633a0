"""Webhook endpoints at the Hyperline door: made, read, changed, enabled, rotated, deleted, listed."""

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from duebook.actions.open_tenant import create_key
from duebook.core import endpoint as rules
from duebook.hyperline import ids
from duebook.store.ids import Ids
from duebook.web.today import now
from tests.hyperline.asking import pages, refused
from tests.jobs.told import URL, listens, names, tell, told
from tests.make import Company

ENDPOINTS = "/v1/webhooks/endpoints"
MESSAGES = "/v1/webhooks/messages"
SECRET = base64.b64encode(bytes(range(32))).decode()


async def stored(company: Company, id: str) -> dict[str, Any]:
    """The row of an endpoint."""
    async with company.database.owner() as connection:
        row = await connection.fetchrow("SELECT * FROM endpoints WHERE id = $1", ids.read(id, kind="endpoint"))
    assert row is not None
    return dict(row)


async def tells(company: Company) -> bool:
    """Whether writers of the company keep what facts look like."""
    async with company.database.owner() as connection:
        return await connection.fetchval("SELECT tells FROM tenants WHERE tenant_id = $1", company.tenant.id)


async def test_an_endpoint_is_made_and_read(acme: Company) -> None:
    assert not await tells(acme)
    made = await acme.hyper_post(ENDPOINTS, {"url": URL, "description": "books", "rate_limit": 5, "event_types": ["invoice.created"]})
    assert list(made) == ["id", "description", "url", "rate_limit", "event_types", "created_at"]
    assert re.fullmatch(r"ep_[0-9A-Za-z]{22}", made["id"])
    assert (made["description"], made["url"], made["rate_limit"], made["event_types"]) == ("books", URL, 5, ["invoice.created"])
    assert await acme.hyper_get(f"{ENDPOINTS}/{made['id']}") == made
    assert await acme.hyper_get(ENDPOINTS) == {"meta": {"iterator": None}, "data": [made]}
    assert await tells(acme)


async def test_what_is_not_given_is_every_event_and_a_secret_of_its_own(acme: Company) -> None:
    made = await acme.hyper_post(ENDPOINTS, {"url": URL})
    assert (made["description"], made["rate_limit"], made["event_types"]) == (None, None, [])
    row = await stored(acme, made["id"])
    assert len(row["secret"]) == 32
    other = await stored(acme, (await acme.hyper_post(ENDPOINTS, {"url": URL}))["id"])
    assert row["secret"] != other["secret"]


async def test_a_secret_that_is_given_is_the_one_that_signs_and_is_never_answered(acme: Company) -> None:
    made = await acme.hyper_post(ENDPOINTS, {"url": URL, "secret": SECRET})
    assert (await stored(acme, made["id"]))["secret"] == bytes(range(32))
    texts = [json.dumps(made), json.dumps(await acme.hyper_get(ENDPOINTS)), json.dumps(await acme.hyper_get(f"{ENDPOINTS}/{made['id']}"))]
    async with acme.database.owner() as connection:
        texts += [bytes(row[0]).decode() for row in await connection.fetch("SELECT body FROM journal WHERE tenant_id = $1", acme.tenant.id)]
    assert not [text for text in texts if SECRET in text or "secret" in text.replace("secret_rotated", "")]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"url": None}, "url"),
        ({"url": "hooks.example.com"}, "url"),
        ({"url": 7}, "url"),
        ({"url": "https://example.com/" + "a" * 2_000}, "url"),
        ({"description": "a" * 501}, "description"),
        ({"rate_limit": 0}, "rate_limit"),
        ({"rate_limit": 10_001}, "rate_limit"),
        ({"rate_limit": 1.5}, "rate_limit"),
        ({"secret": "short"}, "secret"),
        ({"secret": SECRET[:-1]}, "secret"),
        ({"secret": "whsec_" + SECRET}, "secret"),
        ({"secret": "a" * 101}, "secret"),
        ({"event_types": ["Invoice Created"]}, "event_types.0"),
        ({"event_types": ["invoice.created", "invoice"]}, "event_types.1"),
        ({"event_types": ["a." + "b" * 100]}, "event_types.0"),
    ],
)
async def test_what_cannot_be(fields: dict[str, Any], path: str, acme: Company) -> None:
    body = await refused(acme, "POST", ENDPOINTS, {"url": URL} | fields)
    assert list(body["errors"]) == [path], body
    assert not await tells(acme)


async def test_every_fault_at_once(acme: Company) -> None:
    body = await refused(acme, "POST", ENDPOINTS, {"rate_limit": 0, "secret": "x"})
    assert sorted(body["errors"]) == ["rate_limit", "secret", "url"]
    assert (body["message"], body["errors"]["url"]) == ("Invalid body", ["Invalid input: expected string, received undefined"])


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/in",
        "https://127.0.0.1/in",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost:8080/",
        "https://user:password@hooks.example.com/",
        "ftp://hooks.example.com/",
    ],
)
async def test_where_no_webhook_goes(url: str, acme: Company) -> None:
    body = await refused(acme, "POST", ENDPOINTS, {"url": url})
    assert body["message"].startswith("url: no webhook can be sent there: "), body
    made = await acme.hyper_post(ENDPOINTS, {"url": URL})
    await refused(acme, "PUT", f"{ENDPOINTS}/{made['id']}", {"url": url})
    assert await acme.hyper_get(f"{ENDPOINTS}/{made['id']}") == made


async def test_for_development_private_addresses_are_allowed(acme: Company) -> None:
    company = replace(acme, settings=replace(acme.settings, webhook_allow_private=True))
    made = await company.hyper_post(ENDPOINTS, {"url": "http://127.0.0.1:9000/in"})
    assert made["url"] == "http://127.0.0.1:9000/in"


async def test_a_put_changes_what_is_given(acme: Company) -> None:
    made = await acme.hyper_post(ENDPOINTS, {"url": URL, "description": "books", "rate_limit": 5, "event_types": ["invoice.created"]})
    path = f"{ENDPOINTS}/{made['id']}"
    moved = await acme.hyper("PUT", path, json={"url": URL + "2"})
    assert moved.json() == made | {"url": URL + "2"}
    cleared = await acme.hyper("PUT", path, json={"url": URL, "description": None, "rate_limit": None, "event_types": None})
    assert cleared.json() == made | {"url": URL, "description": None, "rate_limit": None, "event_types": []}
    assert (await refused(acme, "PUT", path, {}))["errors"] == {"url": ["Invalid input: expected string, received undefined"]}


async def test_a_put_enables_what_was_disabled_from_then_on(acme: Company) -> None:
    id = await listens(acme, "customer.created")
    async with acme.database.owner() as connection:
        await connection.execute(
            "UPDATE endpoints SET disabled_at = now(), disabled_reason = 'gone', failing_since = now() WHERE tenant_id = $1", acme.tenant.id
        )
    await acme.customer("Early")
    assert await names(acme) == []
    assert (await acme.hyper("PUT", f"{ENDPOINTS}/{id}", json={"url": URL})).status_code == 200
    row = await stored(acme, id)
    assert (row["disabled_at"], row["disabled_reason"], row["failing_since"]) == (None, None, None)
    await acme.customer("Late")
    assert [message.data["name"] for message in await told(acme)] == ["Late"]


async def test_the_secret_is_rotated_and_the_old_one_signs_for_a_day(acme: Company) -> None:
    made = await acme.hyper_post(ENDPOINTS, {"url": URL, "secret": SECRET})
    answer = await acme.hyper_post(f"{ENDPOINTS}/{made['id']}/secret", {}, status=200)
    assert list(answer) == ["secret"]
    assert answer["secret"].startswith("whsec_")
    row = await stored(acme, made["id"])
    assert base64.b64decode(answer["secret"].removeprefix("whsec_")) == row["secret"]
    assert row["previous_secret"] == bytes(range(32))
    assert timedelta(hours=23, minutes=59) < row["previous_secret_until"] - now() <= timedelta(hours=24)

    again = await acme.hyper("POST", f"{ENDPOINTS}/{made['id']}/secret")
    assert again.status_code == 200, "clients post without a body"
    assert (await stored(acme, made["id"]))["previous_secret"] == row["secret"], "the one before the last is gone"


async def test_a_deleted_endpoint_is_gone_with_its_secrets(acme: Company) -> None:
    id = await listens(acme, "customer.created")
    await acme.customer()
    await tell(acme)
    headers = {"Idempotency-Key": "once"}
    for _ in range(2):
        response = await acme.hyper("DELETE", f"{ENDPOINTS}/{id}", headers=headers)
        assert (response.status_code, response.content) == (204, b"")
    assert (await refused(acme, "DELETE", f"{ENDPOINTS}/{id}", status=404))["message"] == "Webhook endpoint not found"
    assert (await acme.hyper_get(ENDPOINTS))["data"] == []
    row = await stored(acme, id)
    assert (row["secret"], row["previous_secret"]) == (b"", None)
    assert not await tells(acme)
    page = await acme.hyper_get(MESSAGES)
    assert [(message["payload"]["event_type"], message["sent_at"]) for message in page["data"]] == [("customer.created", None)]
    async with acme.database.owner() as connection:
        assert await connection.fetchval("SELECT status FROM messages WHERE tenant_id = $1", acme.tenant.id) == "given_up"
    replayed = await refused(acme, "POST", f"{MESSAGES}/{page['data'][0]['id']}/replay")
    assert "deleted" in replayed["message"]


@pytest.mark.parametrize("id", ["ep_000000000000000000000A", "ep_1", "cus_000000000000000000000A", "%2e%2e"])
@pytest.mark.parametrize(
    ("method", "rest", "body"), [("GET", "", None), ("PUT", "", {"url": URL}), ("DELETE", "", None), ("POST", "/secret", None)]
)
async def test_an_id_that_names_nothing(id: str, method: str, rest: str, body: Any, acme: Company) -> None:
    answer = await refused(acme, method, f"{ENDPOINTS}/{id}{rest}", body, status=404)
    assert answer["message"] == "Webhook endpoint not found"


async def test_nobody_sees_or_touches_another_companys(acme: Company, bergeron: Company) -> None:
    id = await listens(acme, "customer.created")
    await acme.customer()
    await tell(acme)
    message = (await acme.hyper_get(MESSAGES))["data"][0]["id"]
    assert (await bergeron.hyper_get(ENDPOINTS))["data"] == []
    assert (await bergeron.hyper_get(MESSAGES))["data"] == []
    for method, path, body in (
        ("GET", f"{ENDPOINTS}/{id}", None),
        ("PUT", f"{ENDPOINTS}/{id}", {"url": URL}),
        ("DELETE", f"{ENDPOINTS}/{id}", None),
        ("POST", f"{ENDPOINTS}/{id}/secret", None),
        ("POST", f"{MESSAGES}/{message}/replay", None),
    ):
        await refused(bergeron, method, path, body, status=404)


async def test_endpoints_of_the_other_door_are_not_shown_here(acme: Company) -> None:
    other = await listens(acme, "payment.recorded", door="leanpay")
    assert (await acme.hyper_get(ENDPOINTS))["data"] == []
    await refused(acme, "GET", f"{ENDPOINTS}/{ids.shown(UUID(other), kind='endpoint')}", status=404)


async def test_a_key_that_may_only_read(acme: Company) -> None:
    async with acme.database.owner() as connection, connection.transaction():
        key = await create_key(connection, tenant=acme.tenant, scope="read", at=now())
    reader = replace(acme, key=key.key)
    assert (await reader.hyper_get(ENDPOINTS))["data"] == []
    await refused(reader, "POST", ENDPOINTS, {"url": URL}, status=403)


async def test_so_many_endpoints_and_no_more(acme: Company) -> None:
    async with acme.database.owner() as connection:
        await connection.execute(
            "INSERT INTO endpoints (tenant_id, id, updated_at, dialect, url, event_types, secret)"
            " SELECT $1, n.id, now(), 'hyperline', $3, '{}', 's' FROM unnest($2::uuid[]) AS n (id)",
            acme.tenant.id,
            Ids(at=now()).many(rules.MOST_ENDPOINTS - 1),
            URL,
        )
    made = await acme.hyper_post(ENDPOINTS, {"url": URL})
    assert str(rules.MOST_ENDPOINTS) in (await refused(acme, "POST", ENDPOINTS, {"url": URL}))["message"]
    await acme.hyper("DELETE", f"{ENDPOINTS}/{made['id']}")
    await acme.hyper_post(ENDPOINTS, {"url": URL})


# Pages


async def test_endpoints_come_in_pages_oldest_first(acme: Company) -> None:
    made = [await listens(acme) for _ in range(5)]
    assert [[one["id"] for one in page] for page in await pages(acme, ENDPOINTS, limit=2)] == [made[:2], made[2:4], made[4:]]
    assert len(await pages(acme, ENDPOINTS, limit=5)) == 1, "the last page says so itself"


@pytest.mark.parametrize(
    ("path", "params", "told_of"),
    [
        (ENDPOINTS, {"limit": 0}, "limit"),
        (ENDPOINTS, {"limit": 251}, "limit"),
        (MESSAGES, {"limit": "many"}, "limit"),
        (MESSAGES, {"before": "2026-02-01"}, "before"),
        (MESSAGES, {"after": "yesterday"}, "after"),
        (MESSAGES, {"event_types": "invoice.created,Nonsense"}, "event_types"),
    ],
)
async def test_a_parameter_that_cannot_be(path: str, params: dict[str, Any], told_of: str, acme: Company) -> None:
    response = await acme.hyper("GET", path, params=params)
    assert (response.status_code, response.json()["message"]) == (400, "Invalid query params")
    assert list(response.json()["errors"]) == [told_of]


@pytest.mark.parametrize("path", [ENDPOINTS, MESSAGES])
async def test_an_iterator_of_nobody(path: str, acme: Company) -> None:
    response = await acme.hyper("GET", path, params={"iterator": "x"})
    assert (response.status_code, response.json()["message"]) == (400, "Invalid cursor")
