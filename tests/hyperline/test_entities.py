"""Invoicing entities at the Hyperline door: what a seller is, which one is the default, and when its counters may be set."""

from typing import Any

import pytest

from duebook.hyperline import ids
from tests.actions import issuing
from tests.leanpay.footprint import deeds, journal, unchanged
from tests.make import Company

PATH = "/v1/invoicing-entities"
KEYS = (
    "id name trade_name timezone language is_default currency accounting_currency address_line1 address_line2 zip_code state city country"
    " registration_number tax_id tax_id_valid billing_email invoice_number_pattern credit_note_number_pattern document_number_pattern"
    " next_invoice_number next_credit_note_number next_document_number default_payment_delay invoice_grace_period_duration"
    " invoice_payment_initiation_delay document_payment_initiation_delay invoice_late_fees invoice_footer document_footer logo_url"
    " favicon_url brand_color forced_customer_type credit_note_wallet_refund_enabled standalone_credit_note_creation_enabled created_at"
    " updated_at deleted_at"
).split()
SMALL = {"name": "Atelier Lyon SAS", "country": "FR", "currency": "EUR", "accounting_currency": "EUR"}
WHOLE = SMALL | {
    "trade_name": "L'Atelier",
    "timezone": "Europe/Brussels",
    "language": "nl",
    "address_line1": "8 quai Saint-Vincent",
    "address_line2": "2e étage",
    "zip_code": "69001",
    "state": "Rhône",
    "city": "Lyon",
    "registration_number": "123 456 824",
    "tax_id": "FR40123456824",
    "billing_email": "compta@verney.example",
    "invoice_number_pattern": "F{YYYY}-{number}",
    "credit_note_number_pattern": "A-00{number}",
    "document_number_pattern": "D{number}",
    "next_invoice_number": 35,
    "next_credit_note_number": 7,
    "next_document_number": 0,
    "default_payment_delay": 45,
    "invoice_grace_period_duration": 0,
    "invoice_payment_initiation_delay": 2,
    "document_payment_initiation_delay": 3,
    "invoice_late_fees": "Pénalités : 3 fois le taux légal",
    "invoice_footer": "SAS au capital de 10 000 €",
    "document_footer": "Sans valeur légale",
    "logo_url": "https://verney.example/logo.svg",
    "favicon_url": "https://verney.example/favicon.ico",
    "brand_color": "#1A73E8",
    "forced_customer_type": "corporate",
    "credit_note_wallet_refund_enabled": True,
    "standalone_credit_note_creation_enabled": False,
}
NULLABLE = (
    "trade_name address_line1 address_line2 zip_code state city registration_number tax_id billing_email invoice_payment_initiation_delay"
    " document_payment_initiation_delay invoice_late_fees invoice_footer document_footer logo_url favicon_url brand_color"
    " forced_customer_type"
).split()


async def default(company: Company) -> dict[str, Any]:
    return next(row for row in (await company.hyper_get(PATH))["data"] if row["is_default"])


async def put(company: Company, id: str, body: Any) -> Any:
    return await company.hyper("PUT", f"{PATH}/{id}", json=body)


async def test_a_company_begins_with_one_seller_of_its_own(acme: Company) -> None:
    page = await acme.hyper_get(PATH)

    assert page["meta"] == {"total": 1, "taken": 1, "skipped": 0}
    (seller,) = page["data"]
    assert list(seller) == KEYS
    assert (seller["name"], seller["country"], seller["currency"], seller["is_default"]) == (acme.tenant.name, "FR", "EUR", True)
    assert (seller["timezone"], seller["language"], seller["default_payment_delay"]) == ("Europe/Paris", "fr", 30)
    assert (seller["tax_id"], seller["tax_id_valid"]) == (None, None)


async def test_what_is_given_is_what_is_answered_and_read(acme: Company) -> None:
    made = await acme.hyper_post(PATH, WHOLE | {"quote_footer": "never answered"})

    assert list(made) == KEYS
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert (made["is_default"], made["tax_id_valid"], made["deleted_at"]) == (False, True, None)
    assert await acme.hyper_get(f"{PATH}/{made['id']}") == made
    assert [row["id"] for row in (await acme.hyper_get(PATH))["data"]] == [made["id"], (await default(acme))["id"]], "newest first"


async def test_what_is_not_given_is_the_default_of_the_contract(acme: Company) -> None:
    made = await acme.hyper_post(PATH, SMALL)

    told = {name: made[name] for name in KEYS if made[name] is not None and name not in (*SMALL, "id", "created_at", "updated_at")}
    assert told == {
        "timezone": "Europe/Paris",
        "language": "fr",
        "is_default": False,
        "invoice_number_pattern": "INV-{number}",
        "credit_note_number_pattern": "CN-{number}",
        "document_number_pattern": "DOC-{number}",
        "next_invoice_number": 1,
        "next_credit_note_number": 1,
        "next_document_number": 1,
        "default_payment_delay": 30,
        "invoice_grace_period_duration": 3,
        "credit_note_wallet_refund_enabled": False,
        "standalone_credit_note_creation_enabled": True,
    }


async def test_a_change_changes_what_is_given_and_null_clears(acme: Company) -> None:
    made = await acme.hyper_post(PATH, WHOLE)

    renamed = await put(acme, made["id"], {"name": "Atelier du Rhône"})
    cleared = await put(acme, made["id"], dict.fromkeys(NULLABLE))

    assert renamed.status_code == 200
    assert renamed.json() == made | {"name": "Atelier du Rhône", "updated_at": renamed.json()["updated_at"]}
    assert {name: cleared.json()[name] for name in NULLABLE} == dict.fromkeys(NULLABLE)
    assert cleared.json()["default_payment_delay"] == 45
    assert deeds(await journal(acme, object_id=str(ids.read(made["id"], kind="entity")))) == [
        ("entity", "created"),
        ("entity", "updated"),
        ("entity", "updated"),
    ]


async def test_the_same_content_again_is_no_change(acme: Company) -> None:
    made = await acme.hyper_post(PATH, WHOLE)

    async with unchanged(acme):
        again = await put(acme, made["id"], WHOLE)

    assert again.json() == made


async def test_there_is_one_default(acme: Company) -> None:
    first = await default(acme)
    second = await acme.hyper_post(PATH, SMALL | {"is_default": True})
    assert (await default(acme))["id"] == second["id"]

    assert (await put(acme, first["id"], {"is_default": True})).json()["is_default"] is True
    assert [row["id"] for row in (await acme.hyper_get(PATH))["data"] if row["is_default"]] == [first["id"]]

    refused = await put(acme, first["id"], {"is_default": False})
    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert "make another one the default" in refused.json()["message"]
    told = await journal(acme, object_id=str(ids.read(first["id"], kind="entity")))
    assert [row["after"]["is_default"] for row in told] == [False, True], "whoever lost it is told of too"


async def test_counters_may_be_set_until_the_first_number_of_their_kind(acme: Company) -> None:
    """Invoices were numbered, so that counter stays; those of credit notes and documents are still free."""
    seller = await default(acme)
    assert (await put(acme, seller["id"], {"next_invoice_number": 35})).json()["next_invoice_number"] == 35
    customer = await issuing.customer(acme)
    assert (await issuing.paper(acme, issuing.draft(customer))).number == "INV-35"

    refused = await put(acme, seller["id"], {"next_invoice_number": 1, "next_credit_note_number": 5})
    taken = await put(acme, seller["id"], {"next_invoice_number": 36, "next_credit_note_number": 5, "next_document_number": 9})

    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert refused.json()["message"] == "next_invoice_number: numbers of invoices were taken already: the next one is 36"
    assert [taken.json()[f"next_{kind}_number"] for kind in ("invoice", "credit_note", "document")] == [36, 5, 9]
    assert (await issuing.paper(acme, issuing.draft(customer))).number == "INV-36"


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"country": "DE"}, "country", "never changes"),
        ({"invoice_number_pattern": "INV-#####"}, "invoice_number_pattern", "{number}"),
        ({"credit_note_number_pattern": "{number}{MONTH}"}, "credit_note_number_pattern", "{MONTH}"),
        ({"document_number_pattern": "{number}}"}, "document_number_pattern", "brace"),
    ],
)
async def test_what_the_books_refuse(acme: Company, change: Any, place: str, words: str) -> None:
    seller = await default(acme)

    async with unchanged(acme):
        refused = await put(acme, seller["id"], change)

    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert refused.json()["message"].startswith(f"{place}: ")
    assert words in refused.json()["message"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {name: ["Invalid input: expected string, received undefined"] for name in ("name",)}),
        (SMALL | {"brand_color": "red1"}, {"brand_color": ["Invalid input: expected a color such as #1A73E8"]}),
        (SMALL | {"brand_color": "#FF"}, {"brand_color": ["Too small: expected string to have >=4 characters"]}),
        (SMALL | {"default_payment_delay": -1}, {"default_payment_delay": ["Too small: expected number to be >=0"]}),
        (SMALL | {"next_invoice_number": -1}, {"next_invoice_number": ["Too small: expected number to be >=0"]}),
        (SMALL | {"billing_email": "nobody"}, {"billing_email": ["Invalid email address"]}),
        (SMALL | {"forced_customer_type": "bot"}, {"forced_customer_type": ['Invalid option: expected one of "corporate"|"person"']}),
        (SMALL | {"timezone": []}, {"timezone": ["Invalid input: expected string, received array"]}),
        (SMALL | {"timezone": "Mars/Olympus"}, {"timezone": ["Invalid input: expected an IANA time zone such as Europe/Paris"]}),
    ],
)
async def test_what_the_form_refuses(acme: Company, body: Any, errors: dict[str, list[str]]) -> None:
    async with unchanged(acme):
        refused = await acme.hyper("POST", PATH, json=body)

    assert (refused.status_code, refused.json()["message"]) == (400, "Invalid body")
    assert errors.items() <= refused.json()["errors"].items()


async def test_a_region_is_no_country_of_a_seller(acme: Company) -> None:
    refused = await acme.hyper("POST", PATH, json=SMALL | {"country": "ES-CE"})

    assert (refused.status_code, refused.json()["errors"]) == (400, [])
    assert refused.json()["message"].startswith("country: ES-CE is no country by itself")


@pytest.mark.parametrize(("tax_id", "valid"), [("FR40123456824", True), ("FR40123456825", False), ("DE136695976", False), (None, None)])
async def test_a_tax_id_is_kept_and_judged(acme: Company, tax_id: str | None, valid: bool | None) -> None:
    made = await acme.hyper_post(PATH, SMALL | {"tax_id": tax_id})

    assert (made["tax_id"], made["tax_id_valid"]) == (tax_id, valid)


async def test_nobody_else_sees_it(acme: Company, bergeron: Company) -> None:
    seller = await default(acme)

    for id in (seller["id"], "ive_nothing", "cus_" + seller["id"][4:]):
        for answer in (await bergeron.hyper("GET", f"{PATH}/{id}"), await put(bergeron, id, {"name": "mine"})):
            assert (answer.status_code, answer.json()["message"]) == (404, "Invoicing entity not found")
    assert (await default(acme))["name"] == acme.tenant.name


async def test_a_key_makes_a_retry_the_same_request(acme: Company) -> None:
    first, again = [await acme.hyper("POST", PATH, json=SMALL, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert (again.status_code, again.content) == (201, first.content)
    assert (await acme.hyper_get(PATH))["meta"]["total"] == 2
