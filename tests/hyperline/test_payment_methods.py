"""Payment methods of a customer at the Hyperline door: references to a provider, and what becomes of who paid by them."""

from typing import Any

import pytest

from duebook.hyperline import ids
from tests.leanpay.footprint import column, deeds, journal, unchanged
from tests.make import Company

STRIPE = {"provider_name": "stripe", "provider_payment_method_id": "pm_1NkA", "provider_id": "acct_1"}


async def customer(company: Company, name: str = "Kervella") -> str:
    return (await company.hyper_post("/v1/customers", {"name": name}))["id"]


def path(customer_id: str, id: str = "") -> str:
    return f"/v1/customers/{customer_id}/payment-methods" + (f"/{id}" if id else "")


@pytest.mark.parametrize(
    ("provider", "type", "keys"),
    [
        ("stripe", "card", "id status type last_4_digits expiration_date brand integration"),
        ("mollie", "card", "id status type last_4_digits expiration_date brand integration"),
        ("airwallex", "card", "id status type last_4_digits expiration_date brand integration"),
        ("gocardless", "direct_debit", "id status type account_number_ending integration"),
    ],
)
async def test_a_method_is_a_reference_to_its_provider(acme: Company, provider: str, type: str, keys: str) -> None:  # noqa: A002 - the key
    kervella = await customer(acme)

    made = await acme.hyper_post(path(kervella), STRIPE | {"provider_name": provider})

    assert list(made) == keys.split()
    assert (made["status"], made["type"]) == ("active", type)
    assert made["integration"] == {"entity_id": "pm_1NkA", "provider_name": provider, "provider_account_id": "acct_1"}
    page = await acme.hyper_get(path(kervella))
    assert (page["meta"], page["data"]) == ({"total": 1, "taken": 1, "skipped": 0}, [made])


async def test_no_number_of_a_card_is_kept_even_when_it_is_sent(acme: Company) -> None:
    kervella = await customer(acme)

    await acme.hyper_post(path(kervella), STRIPE | {"card_number": "4242424242424242", "last_4_digits": 4242})

    (content,) = await column(acme, "SELECT content FROM catalogue WHERE tenant_id = $1")
    assert b"4242" not in content
    assert [row for row in await column(acme, "SELECT body FROM journal WHERE tenant_id = $1") if b"4242" in row] == []


async def test_a_list_holds_the_methods_of_one_customer(acme: Company) -> None:
    kervella, dupont = await customer(acme), await customer(acme, "Dupont")
    first, second = [await acme.hyper_post(path(kervella), STRIPE) for _ in range(2)]
    await acme.hyper_post(path(dupont), STRIPE)

    assert [row["id"] for row in (await acme.hyper_get(path(kervella)))["data"]] == [second["id"], first["id"]]
    assert (await acme.hyper_get(path(kervella), take=1))["meta"] == {"total": 2, "taken": 1, "skipped": 0}


async def test_who_paid_by_a_deleted_method_pays_by_none(acme: Company) -> None:
    kervella, other = await customer(acme), await customer(acme, "Dupont")
    kept, gone = [await acme.hyper_post(path(kervella), STRIPE) for _ in range(2)]
    chosen = await acme.hyper("PUT", f"/v1/customers/{kervella}", json={"payment_method_id": gone["id"]})
    assert chosen.json()["current_payment_method_id"] == gone["id"], chosen.text

    elsewhere = await acme.hyper("DELETE", path(other, gone["id"]))
    deleted = await acme.hyper("DELETE", path(kervella, gone["id"]))
    again = await acme.hyper("DELETE", path(kervella, gone["id"]))

    assert (elsewhere.status_code, again.status_code) == (404, 404)
    assert again.json()["message"] == "Payment method not found"
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await acme.hyper_get(f"/v2/customers/{kervella}"))["payment_method_id"] is None
    assert [row["id"] for row in (await acme.hyper_get(path(kervella)))["data"]] == [kept["id"]]
    told = await journal(acme, object_id=str(ids.read(kervella, kind="customer")))
    assert deeds(told) == [("customer", "created"), ("customer", "updated"), ("customer", "updated")]
    assert deeds(await journal(acme, object_id=str(ids.read(gone["id"], kind="payment_method"))))[-1] == ("payment_method", "deleted")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"provider_name", "provider_payment_method_id"}),
        (STRIPE | {"provider_name": "adyen"}, {"provider_name"}),
        (STRIPE | {"provider_payment_method_id": 1}, {"provider_payment_method_id"}),
    ],
)
async def test_what_the_form_refuses(acme: Company, body: Any, errors: set[str]) -> None:
    kervella = await customer(acme)

    async with unchanged(acme):
        refused = await acme.hyper("POST", path(kervella), json=body)

    assert (refused.status_code, set(refused.json()["errors"])) == (400, errors)


async def test_an_unknown_customer_has_none(acme: Company, bergeron: Company) -> None:
    kervella = await customer(acme)
    method = await acme.hyper_post(path(kervella), STRIPE)

    async with unchanged(acme, bergeron):
        for company, id in ((acme, "cus_nothing"), (bergeron, kervella)):
            for answer in (await company.hyper("GET", path(id)), await company.hyper("POST", path(id), json=STRIPE)):
                assert (answer.status_code, answer.json()["message"]) == (404, "Customer not found")
        assert (await bergeron.hyper("DELETE", path(kervella, method["id"]))).status_code == 404


async def test_a_client_of_the_other_door_has_methods_too(acme: Company) -> None:
    dupont = await acme.customer("Dupont")
    hers = next(row["id"] for row in (await acme.hyper_get("/v2/customers"))["data"] if row["name"] == "Dupont")
    assert str(ids.read(hers, kind="customer")) == dupont

    await acme.hyper_post(path(hers), STRIPE)

    assert (await acme.hyper_get(path(hers)))["meta"]["total"] == 1
