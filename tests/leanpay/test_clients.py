"""Clients: imported and changed by their own fields only, with what they owe per currency."""

from typing import Any

import pytest

from tests.leanpay.footprint import deeds, execute, journal, unchanged, value
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice, some_id

Body = dict[str, Any]
KEYS = "id tenantId externalId name registrationNumber vatNumber currency language paymentTermDays balances createdAt updatedAt".split()
BALANCE_KEYS = """currency outstandingAmount overdueAmount disputedAmount recoveryAmount uncollectibleAmount unappliedAmount creditAmount
miscAmount balanceAmount""".split()
FULL = {
    "externalId": "sage-1",
    "name": "Menuiserie Kervella SARL",
    "registrationNumber": "81234567600017",
    "vatNumber": "FR19812345676",
    "currency": "EUR",
    "language": "fr",
    "paymentTermDays": 30,
}


async def put(company: Company, id: str, body: Body, *, status: int = 200, **params: str) -> Any:
    answer = await company.call("PUT", f"/clients/{id}", json=body, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


async def balances(company: Company, id: str) -> dict[str, Body]:
    return {row["currency"]: row for row in (await company.get(f"/clients/{id}"))["balances"]}


async def test_a_client_is_answered_with_every_key_in_its_order(acme: Company) -> None:
    client = await acme.post("/clients", FULL)
    assert list(client) == KEYS
    assert {name: client[name] for name in FULL} == FULL
    assert client["balances"] == []
    bare = await acme.post("/clients", {"name": "Dupont"})
    assert list(bare) == KEYS
    assert [bare[name] for name in FULL if name != "name"] == [None] * 6
    assert await acme.get(f"/clients/{client['id']}") == client


async def test_an_import_is_an_upsert_on_the_external_id(acme: Company) -> None:
    first = await acme.post("/clients", FULL)
    async with unchanged(acme):
        assert await acme.post("/clients", FULL) == first
        assert await acme.post("/clients", {"externalId": "sage-1", "name": FULL["name"]}) == first
    second = await acme.post("/clients", FULL | {"name": "Kervella", "vatNumber": None})
    assert (second["id"], second["name"], second["vatNumber"], second["language"]) == (first["id"], "Kervella", None, "fr")
    assert second["updatedAt"] > first["updatedAt"]
    assert deeds(await journal(acme, object_id=first["id"])) == [("customer", "imported")] * 2


@pytest.mark.parametrize("nameless", [{}, {"externalId": None}, {"externalId": ""}])
async def test_without_an_external_id_every_client_is_new(acme: Company, nameless: Body) -> None:
    for _ in range(2):
        client = await acme.post("/clients", {"name": "Dupont"} | nameless)
        assert client["externalId"] is None
    assert (await acme.get("/clients"))["total"] == 2


async def test_a_change_keeps_what_is_absent_and_clears_what_is_null(acme: Company) -> None:
    first = await acme.post("/clients", FULL)
    id = first["id"]
    assert await put(acme, id, {}) == first
    second = await put(acme, id, {"name": "Kervella"})
    assert second == first | {"name": "Kervella", "updatedAt": second["updatedAt"]}
    assert second["updatedAt"] > first["updatedAt"]
    nullable = [name for name in FULL if name != "name"]
    cleared = await put(acme, id, dict.fromkeys(nullable))
    assert [cleared[name] for name in nullable] == [None] * len(nullable)
    assert (await put(acme, id, {"externalId": ""}))["externalId"] is None
    assert await acme.get(f"/clients/{id}") == cleared


async def test_a_change_without_a_difference_touches_nothing(acme: Company) -> None:
    first = await acme.post("/clients", FULL)
    async with unchanged(acme):
        assert await put(acme, first["id"], FULL) == first
        assert await put(acme, first["id"], {"name": "New"}, dryRun="true") == first | {"name": "New"}


async def test_a_change_that_is_no_good_changes_nothing(acme: Company) -> None:
    first = await acme.post("/clients", FULL)
    await acme.post("/clients", {"name": "Durand", "externalId": "sage-2"})
    bad: list[tuple[Body, str, str]] = [
        ({"name": None}, "$.name", "type"),
        ({"name": ""}, "$.name", "required"),
        ({"nom": "x"}, "$.nom", "unknown_field"),
        ({"clientId": first["id"]}, "$.clientId", "unknown_field"),
        ({"balances": []}, "$.balances", "unknown_field"),
    ]
    async with unchanged(acme):
        for body, path, code in bad:
            (error,) = (await put(acme, first["id"], body, status=400))["errors"]
            assert (error["path"], error["code"]) == (path, code)
        (error,) = (await put(acme, first["id"], {"externalId": "sage-2"}, status=409))["errors"]
        assert (error["path"], error["code"]) == ("$.externalId", "conflict")
        (error,) = (await put(acme, str(some_id()), {"name": "x"}, status=404))["errors"]
        assert error["code"] == "not_found"


async def test_what_a_client_owes(acme: Company) -> None:
    """On 2026-02-01: one invoice of three parts with the first paid and the second late, one overpaid, a credit note half used."""
    id = await acme.customer()
    assert await balances(acme, id) == {}
    parts = [{"dueDate": day, "currency": "EUR", "amount": 100} for day in ("2026-01-10", "2026-01-31", "2026-02-28")]
    payments = [{"date": "2026-01-10", "amount": 130}]
    await acme.post("/invoices/complete", complete_invoice(id, amount=300, dueDates=parts, payments=payments))
    await acme.post("/invoices/complete", complete_invoice(id, amount=50, payments=[{"date": "2026-01-10", "amount": 60}]))
    await acme.post("/credit-notes/complete", complete_credit_note(id, amount=40, paybacks=[{"date": "2026-01-10", "amount": 15}]))
    rows = await balances(acme, id)
    assert list(rows["EUR"]) == BALANCE_KEYS
    assert list(rows["EUR"].values()) == ["EUR", 170, 70, 0, 0, 0, 10, 25, 0, 135]
    assert (await balances(acme.on("2026-01-31"), id))["EUR"]["overdueAmount"] == 0
    assert (await balances(acme.on("2026-03-01"), id))["EUR"]["overdueAmount"] == 170


async def test_currencies_stand_apart(acme: Company) -> None:
    id = await acme.customer()
    dollars = [{"dueDate": "2026-01-31", "currency": "USD", "amount": 300, "defaultCurrencyAmount": 280}]
    await acme.post("/invoices/complete", complete_invoice(id, amount=300, dueDates=dollars))
    await acme.post("/invoices", simple_invoice(id, amount=100, dueDate="2026-02-01"))
    await acme.post("/credit-notes/complete", complete_credit_note(id, amount=7, currency="JPY", defaultCurrencyAmount=1))
    rows = await balances(acme, id)
    told = ("outstandingAmount", "overdueAmount", "creditAmount", "balanceAmount")
    assert {code: [row[name] for name in told] for code, row in rows.items()} == {
        "EUR": [100, 0, 0, 100],
        "USD": [300, 300, 0, 300],
        "JPY": [0, 0, 7, -7],
    }


async def test_disputed_and_recovery_are_parts_of_what_is_outstanding(acme: Company) -> None:
    id = await acme.customer()
    for mark in ("disputed", "recovery"):
        await acme.post("/invoices", simple_invoice(id, externalId=mark, amount=100))
        sql = f"UPDATE invoices SET standing = '{mark}', {mark}_on = '2026-01-31' WHERE tenant_id = $1 AND external_id = '{mark}'"
        await execute(acme, sql)
    row = (await balances(acme, id))["EUR"]
    assert (row["outstandingAmount"], row["overdueAmount"], row["disputedAmount"], row["recoveryAmount"]) == (200, 200, 100, 100)


async def test_balances_of_every_door_to_a_client_agree_and_documents_do_not_touch_it(acme: Company) -> None:
    body = {"name": "Dupont", "externalId": "dupont"}
    first = await acme.post("/clients", body)
    await acme.post("/invoices", simple_invoice(first["id"], amount=100))
    await acme.post("/credit-notes", simple_credit_note(first["id"], amount=30))
    one = await acme.get(f"/clients/{first['id']}")
    assert one["balances"][0]["balanceAmount"] == 70
    assert one["updatedAt"] == first["updatedAt"]
    assert (await acme.get("/clients"))["data"] == [one]
    assert await acme.post("/clients", body) == one
    assert (await acme.post("/clients/batch", {"clients": [body]}))["data"] == [one]
    assert await put(acme, first["id"], {}) == one


async def test_two_clients_may_have_one_name_and_a_client_may_take_a_freed_external_id(acme: Company) -> None:
    first = await acme.post("/clients", {"name": "Dupont", "externalId": "a"})
    await put(acme, first["id"], {"externalId": "b"})
    second = await acme.post("/clients", {"name": "Dupont", "externalId": "a"})
    assert second["id"] != first["id"]
    assert await value(acme, "SELECT count(*) FROM customers WHERE tenant_id = $1") == 2


async def test_a_balance_is_exact_however_large_the_sum(acme: Company) -> None:
    """Two documents of the largest amount owe more than any document can: the sum is told digit for digit, and never a failure."""
    largest = 9_007_199_254_740_991
    client_id = await acme.customer()
    for _ in range(25):
        invoices = [simple_invoice(client_id, amount=largest) for _ in range(100)]
        await acme.post("/invoices/batch", {"invoices": invoices})
    response = await acme.call("GET", f"/clients/{client_id}")
    assert response.status_code == 200
    assert f'"outstandingAmount":{2_500 * largest}' in response.text
    assert response.json()["balances"][0]["balanceAmount"] == 2_500 * largest
