"""Customers at the Hyperline door: everything that is kept of one and how it is answered, what is refused, their tax and their page."""

import asyncio
from typing import Any

import pytest

from duebook.hyperline import ids
from tests.hyperline.keeping import WHOLE, changed, findings, journal_of, kept, read
from tests.make import Company, simple_invoice


async def test_everything_that_a_customer_may_say_of_itself_is_kept_and_answered(acme: Company) -> None:
    made = await acme.hyper_post("/v1/customers", WHOLE)
    shown = await read(acme, made["id"])
    same = set(WHOLE) - {
        "custom_payment_delay", "custom_payment_initiation_delay", "tax_ids", "follower_ids", "invoice_reminders_enabled",
        "billing_address", "shipping_address",
    }  # fmt: skip
    assert {name: shown[name] for name in same} == {name: WHOLE[name] for name in same}
    assert (shown["payment_terms"], shown["payment_initiation_delay"]) == (45, 3)
    assert shown["tax_ids"] == [{"value": "FR19812345676", "status": "valid"}]
    assert shown["billing_address"] == {"state": None} | WHOLE["billing_address"]
    assert shown["shipping_address"]["line1"] is None
    assert shown["country"] == "FR"
    assert shown["invoice_reminders_enabled"] is False
    assert (shown["subscriptions"], shown["followers"], shown["owner"]) == ([], [], None)
    assert (shown["status"], shown["deleted_at"]) == ("active", None)
    old = await acme.hyper_get(f"/v1/customers/{made['id']}")
    assert old == made
    assert (old["vat_number"], old["vat_number_valid"], old["vat_rate_custom"]) == ("FR19812345676", True, 5.5)
    assert (old["current_payment_method_type"], old["custom_payment_delay"], old["providers"]) == ("transfer", 45, {})


async def test_the_keys_stand_in_the_order_of_the_contract(acme: Company) -> None:
    answer = await acme.hyper("POST", "/v1/customers", json=WHOLE)
    keys = list(answer.json())
    assert keys[:6] == ["id", "name", "type", "status", "currency", "country"]
    assert keys[-6:] == ["deleted_at", "providers", "current_payment_method", "bank_account", "organisation_id", "organisation_invoicing"]


async def test_numbers_of_free_properties_come_back_digit_by_digit(acme: Company) -> None:
    properties = b'{"rate":12.50,"small":0.10000000000000000555,"whole":12,"far":9007199254740993,"list":[1.10,null]}'
    body = b'{"name":"x","tax_rate_custom":5.50,"properties":' + properties + b"}"
    answer = await acme.hyper("POST", "/v1/customers", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    assert b'"properties":' + properties in answer.content
    assert b'"tax_rate_custom":5.5,' in answer.content
    assert b'"properties":' + properties in (await acme.hyper("GET", f"/v2/customers/{answer.json()['id']}")).content
    assert await findings(acme) == [], "the journal has them too"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"billing_email": "a@b.example", "external_id": "x"}, "a@b.example"),
        ({"name": "", "external_id": "x"}, "x"),
        ({"external_id": ""}, None),
        ({}, None),
    ],
)
async def test_without_a_name_the_email_then_the_external_id_then_the_id_serves_as_one(
    acme: Company, body: dict[str, Any], name: str | None
) -> None:
    made = await acme.hyper_post("/v1/customers", body)
    assert made["name"] == (name or made["id"])
    assert made["external_id"] == (body.get("external_id") or None)


async def test_what_is_not_said_has_its_default(acme: Company) -> None:
    made = await acme.hyper_post("/v1/customers", {"name": "Kervella", "billing_email": "Compta@Kervella.Example"})
    entity = (await acme.hyper_get("/v1/invoicing-entities"))["data"][0]["id"]
    assert made["domain"] == "kervella.example"
    assert (made["taxability"], made["organisation_invoicing"], made["invoice_reminders_enabled"]) == ("taxable", "none", True)
    assert made["invoicing_entity_id"] == entity
    assert (made["currency"], made["type"], made["tax_ids"], made["vat_number_valid"]) == (None, None, [], None)


async def test_an_update_changes_what_is_given_and_null_clears(acme: Company) -> None:
    made = await acme.hyper_post("/v1/customers", WHOLE)
    after = await changed(acme, made["id"], {"domain": None, "custom_payment_delay": None, "tax_ids": None, "properties": None})
    assert after == made | {
        "domain": None, "custom_payment_delay": None, "tax_ids": [], "vat_number": None, "vat_number_valid": None, "properties": {},
        "updated_at": after["updated_at"],
    }  # fmt: skip
    assert after["updated_at"] >= made["updated_at"]
    unnamed = await changed(acme, made["id"], {"name": None, "billing_email": None})
    assert (unnamed["name"], unnamed["billing_email"]) == ("sage-91", None)


async def test_an_update_that_changes_nothing_leaves_no_trace(acme: Company) -> None:
    made = await acme.hyper_post("/v1/customers", WHOLE)
    assert await changed(acme, made["id"], WHOLE) == made
    assert await changed(acme, made["id"], {}) == made
    assert [action for action, _, _ in await journal_of(acme, made["id"])] == ["created"]


async def test_the_country_is_that_of_the_billing_address_whichever_is_given(acme: Company) -> None:
    made = await kept(acme, country="DE")
    assert (made["country"], made["billing_address"]) == ("DE", None)
    moved = await changed(acme, made["id"], {"billing_address": {"city": "Lyon", "country": "FR"}})
    assert (moved["country"], moved["billing_address"]["country"]) == ("FR", "FR")
    again = await changed(acme, made["id"], {"country": "ES-CE"})
    assert (again["country"], again["billing_address"]["country"], again["billing_address"]["city"]) == ("ES-CE", "ES-CE", "Lyon")


@pytest.mark.parametrize(
    ("value", "country", "status"),
    [
        ("FR19812345676", "FR", "valid"),
        ("FR00000000000", "FR", "invalid"),
        ("FR19812345676", "DE", "mismatch"),
        ("42", "ZW", "unsupported"),
    ],
)
async def test_a_tax_id_is_never_refused_its_check_sets_the_status(acme: Company, value: str, country: str, status: str) -> None:
    made = await kept(acme, vat_number=value, country=country)
    assert made["tax_ids"] == [{"value": value, "status": status}]
    assert made["vat_number_valid"] is (status == "valid")


async def test_of_two_names_for_one_field_the_newer_counts(acme: Company) -> None:
    made = await kept(acme, vat_number="old", tax_ids=[{"value": "new"}], vat_rate_custom=7, tax_rate_custom=9)
    assert (made["tax_ids"][0]["value"], made["tax_rate_custom"]) == ("new", 9)


async def test_an_external_id_names_one_customer(acme: Company, bergeron: Company) -> None:
    first, second = await kept(acme), await kept(acme, external_id="k2")
    answer = await acme.hyper("POST", "/v1/customers", json={"external_id": "k"})
    assert (answer.status_code, answer.json()["type"]) == (409, "ConflictError")
    assert "external_id" in answer.json()["message"]
    assert (await changed(acme, second["id"], {"external_id": "k"}, status=409))["statusCode"] == 409
    assert (await changed(acme, first["id"], {"external_id": "k"}))["external_id"] == "k"
    assert (await kept(bergeron))["external_id"] == "k", "another company may use it"


async def test_of_writers_of_one_external_id_at_the_same_time_one_is_first(acme: Company) -> None:
    async with acme.client() as client:
        client.headers["Authorization"] = f"Bearer {acme.key}"
        answers = await asyncio.gather(*(client.post("/v1/customers", json={"name": str(n), "external_id": "k"}) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"invoicing_entity_id": "ive_0000000000000000000001"}, "invoicing_entity_id: Invoicing entity not found"),
        ({"invoicing_entity_id": "nothing"}, "invoicing_entity_id: Invoicing entity not found"),
        ({"custom_properties": {"kind": 1}}, "custom_properties.kind: there is no custom property 'kind' here"),
    ],
)
async def test_what_the_body_names_must_exist(acme: Company, body: dict[str, Any], message: str) -> None:
    answer = await acme.hyper("POST", "/v1/customers", json=body)
    assert (answer.status_code, answer.json()) == (400, {"statusCode": 400, "type": "ValidationError", "message": message, "errors": []})
    made = await kept(acme)
    assert (await changed(acme, made["id"], body, status=400))["message"] == message


async def test_custom_properties_are_those_that_the_company_defined(acme: Company) -> None:
    await acme.hyper_post(
        "/v1/custom-properties",
        {"name": "Segment", "type": "select", "slug": "segment", "entities": ["customer"], "authorized_values": ["A"], "required": True},
    )
    assert (await acme.hyper("POST", "/v1/customers", json={"name": "x"})).status_code == 400
    assert (await acme.hyper("POST", "/v1/customers", json={"name": "x", "custom_properties": {"segment": "B"}})).status_code == 400
    made = await kept(acme, custom_properties={"segment": "A"})
    assert made["custom_properties"] == {"segment": "A"}
    assert (await changed(acme, made["id"], {"name": "y"}))["custom_properties"] == {"segment": "A"}


async def test_the_payment_method_is_one_of_its_own(acme: Company) -> None:
    made, other = await kept(acme), await kept(acme, external_id="other")
    method = {"provider_name": "mollie", "provider_payment_method_id": "mdt_1"}
    own = await acme.hyper_post(f"/v1/customers/{made['id']}/payment-methods", method)
    theirs = await acme.hyper_post(f"/v1/customers/{other['id']}/payment-methods", method)
    refused = await changed(acme, made["id"], {"payment_method_id": theirs["id"]}, status=400)
    assert refused["message"] == "payment_method_id: Payment method not found"
    assert (await changed(acme, made["id"], {"payment_method_id": "pm_x"}, status=400))["message"] == refused["message"]
    after = await changed(acme, made["id"], {"payment_method_id": own["id"]})
    assert (after["current_payment_method_id"], after["current_payment_method_type"]) == (own["id"], own["type"])
    assert after["current_payment_method"]["id"] == own["id"]
    assert (await read(acme, made["id"]))["payment_method"]["id"] == own["id"]


async def test_the_currency_changes_until_there_is_a_document_or_a_saved_method(acme: Company) -> None:
    made = await kept(acme, currency="EUR")
    assert (await changed(acme, made["id"], {"currency": "USD"}))["currency"] == "USD"
    await acme.hyper_post(f"/v1/customers/{made['id']}/payment-methods", {"provider_name": "mollie", "provider_payment_method_id": "mdt_1"})
    refused = await changed(acme, made["id"], {"currency": "EUR"}, status=400)
    assert refused["message"].startswith("currency: ")
    assert (await changed(acme, made["id"], {"currency": "USD", "name": "n"}))["name"] == "n", "the same currency is no change"
    billed = await kept(acme, external_id="billed")
    await acme.post("/invoices", simple_invoice(str(ids.read(billed["id"], kind="customer"))))
    assert (await changed(acme, billed["id"], {"currency": "USD"}, status=400))["statusCode"] == 400


@pytest.mark.parametrize(
    ("fields", "rates"),
    [
        ({}, [{"scheme": "standard", "rate": 20}]),
        ({"country": "FR"}, [{"scheme": "standard", "rate": 20}]),
        ({"country": "DE"}, [{"scheme": "standard", "rate": 19}]),
        ({"country": "DE", "vat_number": "DE136695976"}, [{"scheme": "reverse_charge", "rate": 0}]),
        ({"country": "US"}, [{"scheme": "exempt", "rate": 0}]),
        ({"country": "DE", "taxability": "exempt"}, [{"scheme": "exempt", "rate": 0}]),
        ({"taxability": "exempt", "tax_rate_custom": 5.5}, [{"scheme": "manual", "rate": 5.5}]),
    ],
)
async def test_the_tax_that_a_line_of_the_customer_would_get(acme: Company, fields: dict[str, Any], rates: Any) -> None:
    made = await kept(acme, **fields)
    assert await acme.hyper_get(f"/v1/customers/{made['id']}/taxes/rates") == rates


async def test_where_no_rate_is_on_file_there_is_none_to_tell(company: Any) -> None:
    abroad: Company = await company(country="US")
    assert await abroad.hyper_get(f"/v1/customers/{(await kept(abroad))['id']}/taxes/rates") == []


async def test_the_portal_is_an_address_that_nobody_else_can_make(acme: Company, bergeron: Company) -> None:
    one, two, other = await kept(acme), await kept(acme, external_id="two"), await kept(bergeron)
    urls = [
        (await company.hyper_get(f"/v1/customers/{made['id']}/portal"))["url"]
        for company, made in ((acme, one), (acme, two), (bergeron, other))
    ]
    assert all(url.startswith("http://duebook.test/c/") for url in urls)
    assert len({url[-22:] for url in urls}) == 3
    assert urls[0] == (await acme.hyper_get(f"/v1/customers/{one['id']}/portal"))["url"]
    assert one["id"][4:] in urls[0]
