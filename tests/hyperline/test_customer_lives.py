"""Customers at the Hyperline door in the course of time: archived, deleted, in batches, under keys, and the same at the LeanPay door."""

import asyncio
import itertools
from typing import Any

import pytest

from duebook.hyperline import ids
from tests.hyperline.keeping import WHOLE, archived, changed, findings, journal_of, kept, read
from tests.make import Company, simple_invoice


async def test_a_customer_is_archived_and_taken_back_and_each_twice_is_once(acme: Company) -> None:
    made = await kept(acme)
    gone = await archived(acme, made["id"])
    assert gone["status"] == "archived"
    assert "providers" not in gone
    assert await archived(acme, made["id"]) == gone
    back = await archived(acme, made["id"], "unarchive")
    assert back["status"] == "active"
    assert await archived(acme, made["id"], "unarchive") == back
    assert [action for action, _, _ in await journal_of(acme, made["id"])] == ["created", "archived", "recovered"]


async def test_a_customer_is_deleted_once_it_is_archived_and_has_no_documents(acme: Company) -> None:
    made, billed = await kept(acme), await kept(acme, external_id="billed")
    await acme.hyper_post(f"/v1/customers/{made['id']}/payment-methods", {"provider_name": "mollie", "provider_payment_method_id": "mdt_1"})
    await acme.post("/invoices", simple_invoice(str(ids.read(billed["id"], kind="customer"))))
    for id in (made["id"], billed["id"]):
        refused = await acme.hyper("DELETE", f"/v1/customers/{id}")
        assert (refused.status_code, refused.json()["message"]) == (400, "a customer is archived before it is deleted")
        await archived(acme, id)
    refused = await acme.hyper("DELETE", f"/v1/customers/{billed['id']}")
    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    gone = await acme.hyper("DELETE", f"/v1/customers/{made['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert "content-type" not in gone.headers
    assert (await acme.hyper("GET", f"/v2/customers/{made['id']}")).status_code == 404
    assert (await acme.hyper("DELETE", f"/v1/customers/{made['id']}")).status_code == 404
    assert (await acme.hyper_get("/v1/customers", status="all"))["meta"]["total"] == 1
    assert (await kept(acme))["external_id"] == "k", "its name is free again"
    assert await findings(acme) == []


async def test_an_import_that_meets_the_deletion_of_its_customer_is_told_that_there_is_none(acme: Company) -> None:
    """It found the customer, and waits where it stores the invoice; then the customer is gone."""
    client_id = str(ids.read((await kept(acme))["id"], kind="customer"))
    async with acme.database.owner() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("DELETE FROM customers WHERE tenant_id = $1", acme.tenant.id)
        sent = asyncio.create_task(acme.call("POST", "/invoices", json=simple_invoice(client_id)))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        for _ in range(1_000):
            if await connection.fetchval(waiting):
                break
            await asyncio.sleep(0.01)
        await transaction.commit()
    answer = await sent
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


async def test_a_retried_delete_is_answered_as_the_first_time(acme: Company) -> None:
    made = await kept(acme)
    await archived(acme, made["id"])
    keyed = {"Idempotency-Key": "0123456789abcdef"}
    answers = [await acme.hyper("DELETE", f"/v1/customers/{made['id']}", headers=keyed) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    other = await acme.hyper("DELETE", f"/v1/customers/{(await kept(acme))['id']}", headers=keyed)
    assert (other.status_code, other.json()["type"]) == (417, "IdempotencyError")


async def test_a_retried_creation_makes_one_customer(acme: Company) -> None:
    keyed = {"Idempotency-Key": "abcdefghijklmnop"}
    first, again = [await acme.hyper("POST", "/v1/customers", json={"name": "x"}, headers=keyed) for _ in range(2)]
    assert (first.status_code, first.content) == (201, again.content)
    assert (await acme.hyper_get("/v1/customers"))["meta"]["total"] == 1
    other = await acme.hyper("POST", "/v1/customers", json={"name": "y"}, headers=keyed)
    assert other.status_code == 417


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/customers/{id}"),
        ("GET", "/v2/customers/{id}"),
        ("PUT", "/v1/customers/{id}"),
        ("PUT", "/v1/customers/{id}/archive"),
        ("PUT", "/v1/customers/{id}/unarchive"),
        ("DELETE", "/v1/customers/{id}"),
        ("GET", "/v1/customers/{id}/taxes/rates"),
        ("GET", "/v1/customers/{id}/portal"),
    ],
)
async def test_what_is_not_of_this_company_is_not_there(acme: Company, bergeron: Company, method: str, path: str) -> None:
    made = await kept(acme)
    told = {"statusCode": 404, "type": "NotFoundError", "message": "Customer not found"}
    for id in (made["id"], "cus_0000000000000000000001", "cus_x", "inv_" + made["id"][4:], "a%2Fb"):
        answer = await bergeron.hyper(method, path.format(id=id), json={} if method == "PUT" else None)
        assert (answer.status_code, answer.json()) == (404, told)
    assert await acme.hyper_get(f"/v1/customers/{made['id']}") == made


async def test_a_batch_makes_what_is_good_and_says_why_the_rest_is_not(acme: Company) -> None:
    await kept(acme, external_id="taken")
    items = [
        {"batch_customer_id": "a", "name": "Good", "external_id": "1"},
        {"batch_customer_id": "b", "external_id": "taken", "tax_rate_custom": 5.5, "colour": "red"},
        {"batch_customer_id": "c", "external_id": "1"},
        {"batch_customer_id": "d", "invoicing_entity_id": "ive_x"},
        {"batch_customer_id": "e", "name": "Good too"},
    ]
    answer = await acme.hyper_post("/v1/customers/batch", {"customers": items})
    assert [(made["batch_customer_id"], made["name"]) for made in answer["successes"]] == [("a", "Good"), ("e", "Good too")]
    assert list(answer["successes"][0])[-1] == "batch_customer_id"
    assert [(failed["batch_customer_id"], failed["error"]["type"], list(failed["error"]["errors"])) for failed in answer["errors"]] == [
        ("b", "BusinessRuleError", ["external_id"]),
        ("c", "BusinessRuleError", ["external_id"]),
        ("d", "NotFoundError", ["invoicing_entity_id"]),
    ]
    assert answer["errors"][0]["customer_payload"] == {"external_id": "taken", "tax_rate_custom": 5.5}
    assert (await acme.hyper_get("/v1/customers"))["meta"]["total"] == 3
    assert await findings(acme) == []


@pytest.mark.parametrize(
    ("customers", "place"),
    [
        ([], "customers"),
        ([{"batch_customer_id": "x"}] * 2, "customers.1.batch_customer_id"),
        ([{"name": "x"}], "customers.0.batch_customer_id"),
        ([{"batch_customer_id": str(n)} for n in range(51)], "customers"),
        ([{"batch_customer_id": "x", "currency": "XXX"}], "customers.0.currency"),
    ],
)
async def test_a_batch_whose_form_is_wrong_makes_nothing(acme: Company, customers: Any, place: str) -> None:
    answer = await acme.hyper("POST", "/v1/customers/batch", json={"customers": customers})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [place])
    assert (await acme.hyper_get("/v1/customers"))["meta"]["total"] == 0


async def test_a_client_of_the_other_door_is_the_same_customer(acme: Company) -> None:
    client = await acme.post("/clients", {"name": "Dupont", "externalId": "d", "vatNumber": "FR19812345676", "paymentTermDays": 30})
    id = (await acme.hyper_get("/v2/customers"))["data"][0]["id"]
    assert str(ids.read(id, kind="customer")) == client["id"]
    shown = await read(acme, id)
    assert (shown["name"], shown["external_id"], shown["payment_terms"], shown["type"]) == ("Dupont", "d", 30, None)
    assert shown["tax_ids"] == [{"value": "FR19812345676", "status": "valid"}]
    assert (shown["created_at"], shown["updated_at"]) == (client["createdAt"], client["updatedAt"])
    mine = await changed(acme, id, {"billing_email": "a@dupont.example", "custom_payment_delay": 60, "language": "de"})
    assert (await acme.get(f"/clients/{client['id']}"))["paymentTermDays"] == 60
    again = await acme.call("PUT", f"/clients/{client['id']}", json={"name": "Dupont SA", "vatNumber": "FR00000000000"})
    assert again.json()["language"] == "de"
    after = await acme.hyper_get(f"/v1/customers/{id}")
    assert after == mine | {
        "name": "Dupont SA", "vat_number": "FR00000000000", "vat_number_valid": False, "updated_at": after["updated_at"],
        "tax_ids": [{"value": "FR00000000000", "status": "invalid"}],
    }  # fmt: skip


async def test_an_import_at_the_other_door_leaves_alone_what_it_does_not_speak_of(acme: Company) -> None:
    made = await acme.hyper_post("/v1/customers", WHOLE)
    await archived(acme, made["id"])
    await acme.post("/clients", {"name": "Renamed", "externalId": WHOLE["external_id"]})
    after = await acme.hyper_get(f"/v1/customers/{made['id']}")
    assert after == made | {"name": "Renamed", "status": "archived", "updated_at": after["updated_at"]}
    assert await findings(acme) == []


async def test_the_journal_tells_each_change_with_what_was_before_and_the_doctor_finds_it_in_the_books(acme: Company) -> None:
    made = await acme.hyper_post("/v1/customers", WHOLE)
    await changed(acme, made["id"], {"name": "Other", "billing_address": None})
    await archived(acme, made["id"])
    rows = await journal_of(acme, made["id"])
    assert [action for action, _, _ in rows] == ["created", "updated", "archived"]
    assert [before and before["name"] for _, before, _ in rows] == [None, WHOLE["name"], "Other"]
    assert all(earlier[2] == later[1] for earlier, later in itertools.pairwise(rows)), "each begins where the last one ended"
    assert rows[0][2]["profile"]["billing_address"]["city"] == "Quimper"
    assert rows[1][2]["profile"]["billing_address"] is None
    assert await findings(acme) == []
    async with acme.database.owner() as connection:
        await connection.execute("UPDATE customers SET billing_email = 'x@y.example' WHERE tenant_id = $1", acme.tenant.id)
    assert [finding.code for finding in await findings(acme)] == ["unjournalled"]


async def test_whoever_may_only_read_changes_nothing(acme: Company) -> None:
    made = await kept(acme)
    async with acme.database.owner() as connection:
        await connection.execute("UPDATE keys SET scope = 'read' WHERE tenant_id = $1", acme.tenant.id)
    for method, path in (
        ("POST", ""),
        ("POST", "/batch"),
        ("PUT", f"/{made['id']}"),
        ("PUT", f"/{made['id']}/archive"),
        ("DELETE", f"/{made['id']}"),
    ):
        answer = await acme.hyper(method, f"/v1/customers{path}", json={})
        assert (answer.status_code, answer.json()["type"]) == (403, "ForbiddenError")
    assert await acme.hyper_get(f"/v1/customers/{made['id']}") == made
