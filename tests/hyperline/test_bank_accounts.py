"""Bank accounts at the Hyperline door: the company's own, in four formats."""

from typing import Any

import pytest

from duebook.hyperline import ids
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company

PATH = "/v1/bank-accounts"
SHARED = "type id currency bank_name name country format".split()
IBAN: dict[str, Any] = {"currency": "EUR", "format": "iban_bic_swift", "iban": "FR76 3000 6000 0112 3456 7890 189", "bic_swift": "AGRIFRPP"}
FORMATS: list[tuple[dict[str, Any], str]] = [
    (IBAN, "iban bic_swift"),
    (
        {"currency": "GBP", "format": "sort_code_account_number", "sort_code": "200000", "account_number": "55779911"},
        "sort_code account_number",
    ),
    (
        {"currency": "USD", "format": "account_number_routing_number", "account_number": "1234567", "routing_number": "021000021"},
        "account_number routing_number",
    ),
    (
        {"currency": "CHF", "format": "account_number_bic_swift", "account_number": "1234567", "bic_swift": "POFICHBE"},
        "account_number bic_swift",
    ),
]


async def put(company: Company, id: str, body: Any) -> Any:
    return await company.hyper("PUT", f"{PATH}/{id}", json=body)


@pytest.mark.parametrize(("body", "keys"), FORMATS, ids=lambda value: value.split()[0] if isinstance(value, str) else "")
async def test_an_account_has_the_keys_of_its_format(acme: Company, body: dict[str, Any], keys: str) -> None:
    named = {"name": "Courant", "bank_name": "Crédit Agricole", "country": "LU"}

    account = await acme.hyper_post(PATH, body | named)

    assert list(account) == [*SHARED, *keys.split()]
    assert account["type"] == "standard"
    assert {name: account[name] for name in named} == named
    for name in keys.split():
        assert account[name] == body[name].replace(" ", ""), "blanks are no part of an IBAN"
    assert await acme.hyper_get(f"{PATH}/{account['id']}") == account
    page = await acme.hyper_get(PATH)
    assert (page["meta"], page["data"]) == ({"total": 1, "taken": 1, "skipped": 0}, [account])


async def test_what_is_not_given_is_null_but_the_country_of_an_iban(acme: Company) -> None:
    account = await acme.hyper_post(PATH, {"currency": "EUR", "format": "iban_bic_swift", "iban": "FR7630006000011234567890189"})
    other = await acme.hyper_post(PATH, FORMATS[1][0])

    assert (account["name"], account["bank_name"], account["bic_swift"], account["country"]) == (None, None, None, "FR")
    assert (other["name"], other["country"]) == (None, None)


async def test_an_account_moves_to_another_format(acme: Company) -> None:
    account = await acme.hyper_post(PATH, IBAN | {"name": "Courant", "bank_name": "CA"})

    moved = await put(acme, account["id"], FORMATS[1][0])
    renamed = await put(acme, account["id"], FORMATS[1][0] | {"name": "Pounds", "bank_name": None})

    assert (moved.status_code, list(moved.json())) == (200, [*SHARED, "sort_code", "account_number"])
    assert (moved.json()["name"], moved.json()["bank_name"], moved.json()["currency"]) == ("Courant", "CA", "GBP")
    assert (renamed.json()["name"], renamed.json()["bank_name"]) == ("Pounds", None)
    told = await journal(acme, object_id=str(ids.read(account["id"], kind="bank_account")))
    assert deeds(told) == [("bank_account", "created"), ("bank_account", "updated"), ("bank_account", "updated")]
    assert (told[1]["after"]["content"]["iban"], told[1]["after"]["content"]["bic"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (IBAN | {"iban": "FR7630006000011234567890188"}, {"iban": ["Invalid input: expected an IBAN whose check digits are right"]}),
        ({"currency": "EUR", "format": "iban_bic_swift"}, {"body": ["Invalid input"]}),
        (FORMATS[1][0] | {"format": "account_number_routing_number"}, {"body": ["Invalid input"]}),
        (
            {"format": "iban_bic_swift", "iban": IBAN["iban"]},
            {"currency": ["Invalid option: expected a currency code of ISO 4217 such as EUR"]},
        ),
    ],
)
async def test_what_the_form_refuses(acme: Company, body: Any, errors: Any) -> None:
    account = await acme.hyper_post(PATH, IBAN)

    async with unchanged(acme):
        for refused in (await acme.hyper("POST", PATH, json=body), await put(acme, account["id"], body)):
            assert (refused.status_code, refused.json()["errors"]) == (400, errors)


async def test_a_deleted_account_is_gone(acme: Company) -> None:
    account = await acme.hyper_post(PATH, IBAN)
    path = f"{PATH}/{account['id']}"

    assert (await acme.hyper("DELETE", path)).status_code == 204

    for answer in (await acme.hyper("GET", path), await acme.hyper("DELETE", path), await put(acme, account["id"], IBAN)):
        assert (answer.status_code, answer.json()["message"]) == (404, "Bank account not found")
    assert (await acme.hyper_get(PATH))["data"] == []


async def test_its_transactions_are_an_empty_page(acme: Company) -> None:
    account = await acme.hyper_post(PATH, IBAN)
    path = f"{PATH}/{account['id']}/transactions"

    assert await acme.hyper_get(path) == {"data": [], "next_cursor": None, "has_more": False}
    assert (await acme.hyper_get(path, include_total="true"))["total"] == 0
    assert (await acme.hyper("GET", path, params={"cursor": "x"})).json()["message"] == "Invalid cursor"
    assert (await acme.hyper("GET", f"{PATH}/bac_nothing/transactions")).status_code == 404


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    account = await acme.hyper_post(PATH, IBAN)

    async with unchanged(acme, bergeron):
        for method, tail in (("GET", ""), ("DELETE", ""), ("GET", "/transactions")):
            assert (await bergeron.hyper(method, f"{PATH}/{account['id']}{tail}")).status_code == 404
        assert (await put(bergeron, account["id"], IBAN)).status_code == 404
        assert (await bergeron.hyper_get(PATH))["data"] == []
