"""What the Hyperline door says of bad bodies: every fault at once, by dotted path, in the published words."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duebook.hyperline import wire
from duebook.hyperline.wording import worded
from duebook.web.body import decoder_for
from duebook.web.faults import MOST_FAULTS, FormRefused
from tests.hyperline.bodies import SAMPLE, complaints, invoice, item, line, read, written
from tests.web.damage import damaged, stands
from tests.web.drafts import attempt

NO_STRING = "Invalid input: expected string, received "
SHAPE = "Invalid input"
DATED = {"amount": 1, "process_at": "2026-01-31T12:00:00Z"}

FAULTS: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"customer_id": 5}, {"customer_id": [NO_STRING + "number"]}),
    ({"customer_id": None}, {"customer_id": [NO_STRING + "null"]}),
    ({"reference": ["x"]}, {"reference": [NO_STRING + "array"]}),
    ({"reference": True}, {"reference": [NO_STRING + "boolean"]}),
    ({"reference": {}}, {"reference": [NO_STRING + "object"]}),
    ({"line_items": []}, {"line_items": ["Too small: expected array to have >=1 items"]}),
    ({"line_items": [line()] * 1001}, {"line_items": ["Too big: expected array to have <=1000 items"]}),
    ({"line_items": {}}, {"line_items": ["Invalid input: expected array, received object"]}),
    ({"line_items": [5]}, {"line_items.0": ["Invalid input: expected object, received number"]}),
    ({"status": "late"}, {"status": ['Invalid option: expected one of "draft"|"paid"|"to_pay"']}),
    ({"status": 1}, {"status": ['Invalid option: expected one of "draft"|"paid"|"to_pay"']}),
    ({"currency": "EURO"}, {"currency": ["Invalid option: expected a currency code of ISO 4217 such as EUR"]}),
    ({"tax_scheme": "none"}, {"tax_scheme": ['Invalid option: expected one of "auto"|"not_eligible"']}),
    ({"payment_method_strategy": "card"}, {"payment_method_strategy": ['Invalid option: expected one of "current"|"external"']}),
    ({"type": "refund"}, {"type": ['Invalid option: expected one of "credit_note"|"document"|"invoice"']}),
    ({"custom_note": "x" * 20001}, {"custom_note": ["Too big: expected string to have <=20000 characters"]}),
    ({"additional_info": "x" * 20001}, {"additional_info": ["Too big: expected string to have <=20000 characters"]}),
    ({"footer": "x" * 20001}, {"footer": ["Too big: expected string to have <=20000 characters"]}),
    ({"tax_rate": 100.5}, {"tax_rate": ["Too big: expected number to be <=100"]}),
    ({"tax_rate": -0.01}, {"tax_rate": ["Too small: expected number to be >=0"]}),
    ({"tax_rate": "20"}, {"tax_rate": ["Invalid input: expected number, received string"]}),
    ({"line_items": [line(tax_rate=101)]}, {"line_items.0.tax_rate": ["Too big: expected number to be <=100"]}),
    ({"line_items": [line(units_count="1")]}, {"line_items.0.units_count": ["Invalid input: expected number, received string"]}),
    ({"line_items": [line(units_count=None)]}, {"line_items.0.units_count": ["Invalid input: expected number, received null"]}),
    ({"line_items": [line(units_count=True)]}, {"line_items.0.units_count": ["Invalid input: expected number, received boolean"]}),
    ({"line_items": [line(unit_amount="24000")]}, {"line_items.0.unit_amount": ["Invalid input: expected number, received string"]}),
    (
        {"line_items": [line(unit_amount=24000.5)]},
        {"line_items.0.unit_amount": ["Invalid input: expected int, received number (a whole number of minor units, not 24000.5)"]},
    ),
    ({"line_items": [line(unit_amount=2**53)]}, {"line_items.0.unit_amount": ["Too big: expected number to be <=9007199254740991"]}),
    ({"line_items": [line(unit_amount=-(2**53))]}, {"line_items.0.unit_amount": ["Too small: expected number to be >=-9007199254740991"]}),
    ({"line_items": [line(description="x" * 5001)]}, {"line_items.0.description": ["Too big: expected string to have <=5000 characters"]}),
    (
        {"line_items": [line(display_unit_amount="yes")]},
        {"line_items.0.display_unit_amount": ["Invalid input: expected boolean, received string"]},
    ),
    ({"transactions": [5]}, {"transactions.0": ["Invalid input: expected object, received number"]}),
    (
        {"transactions": [DATED | {"amount": -1}]},
        {"transactions.0.amount": ["Too small: expected number to be >=0"]},
    ),
    ({"transactions": [{"amount": -1}]}, {"transactions.0": [SHAPE], "transactions.0.amount": ["Too small: expected number to be >=0"]}),
    ({"transactions": [DATED] * 501}, {"transactions": ["Too big: expected array to have <=500 items"]}),
    ({"coupons": [{"coupon_id": "c", "discount_amount": 0}]}, {"coupons.0.discount_amount": ["Too small: expected number to be >0"]}),
    (
        {"coupons": [{"coupon_id": "c", "line_item_indexes": ["0"]}]},
        {"coupons.0.line_item_indexes.0": ["Invalid input: expected number, received string"]},
    ),
    (
        {"additional_display_fields": [{"type": "other"}]},
        {
            "additional_display_fields.0": [SHAPE],
            "additional_display_fields.0.type": ['Invalid option: expected one of "custom"|"custom_property"|"standard"'],
        },
    ),
    (
        {"additional_display_fields": [{"type": "custom", "label": "", "value": "x" * 501}]},
        {
            "additional_display_fields.0.label": ["Too small: expected string to have >=1 characters"],
            "additional_display_fields.0.value": ["Too big: expected string to have <=500 characters"],
        },
    ),
    (
        {"additional_display_fields": [{"type": "custom_property", "slug": "x"}] * 21},
        {"additional_display_fields": ["Too big: expected array to have <=20 items"]},
    ),
    ({"properties": []}, {"properties": ["Invalid input: expected object, received array"]}),
    ({"properties": {"a": {}}}, {"properties.a": [SHAPE]}),
    ({"properties": {"a": [[]]}}, {"properties.a.0": [SHAPE]}),
    ({"properties": {"a": [1] * 501}}, {"properties.a": ["Too big: expected array to have <=500 items"]}),
    ({"properties": dict.fromkeys(map(str, range(1001)), 1)}, {"properties": ["properties must hold at most 1000 fields, not 1001"]}),
    ({"custom_properties": {"a": [1]}}, {"custom_properties.a.0": [NO_STRING + "number"]}),
    ({"custom_properties": {"a": {}}}, {"custom_properties.a": [SHAPE]}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), FAULTS, ids=[ascii(change)[:70] for change, _ in FAULTS])
def test_each_bad_value_is_told_at_its_place(changes: dict[str, Any], told: dict[str, list[str]]) -> None:
    assert complaints(wire.CreateInvoice, written(invoice(**changes))) == told


def test_what_is_missing_was_undefined() -> None:
    assert complaints(wire.CreateInvoice, b"{}") == {
        "customer_id": [NO_STRING + "undefined"],
        "line_items": ["Invalid input: expected array, received undefined"],
    }
    assert complaints(wire.CreateInvoicesBatch, b"{}") == {"invoices": ["Invalid input: expected array, received undefined"]}
    assert complaints(wire.CreateInvoicesBatch, written({"invoices": [invoice()]})) == {
        "invoices.0.batch_invoice_id": [NO_STRING + "undefined"]
    }
    field = {"additional_display_fields": [{}]}
    assert complaints(wire.CreateInvoice, written(invoice(**field)))["additional_display_fields.0.type"] == [
        'Invalid option: expected one of "custom"|"custom_property"|"standard"'
    ]


def test_a_batch_holds_one_to_fifty_invoices() -> None:
    names = [item(f"i{number}") for number in range(51)]
    assert complaints(wire.CreateInvoicesBatch, written({"invoices": names[:50]})) == {}
    assert complaints(wire.CreateInvoicesBatch, written({"invoices": names})) == {
        "invoices": ["Too big: expected array to have <=50 items"]
    }
    assert complaints(wire.CreateInvoicesBatch, b'{"invoices": []}') == {"invoices": ["Too small: expected array to have >=1 items"]}


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_names_of_a_batch_have_1_to_255_characters(name: str) -> None:
    told = "Too small: expected string to have >=1 characters" if not name else "Too big: expected string to have <=255 characters"
    body = written({"invoices": [item(name)], "batch_id": name})
    assert complaints(wire.CreateInvoicesBatch, body) == {"invoices.0.batch_invoice_id": [told], "batch_id": [told]}


def test_a_name_said_twice_in_a_batch_is_told_at_each_repeat_beside_the_other_faults() -> None:
    names = ["a", "b", "a", "c", "b", "a"]
    invoices = [item(name) for name in names] + [item("d", status="late"), invoice(batch_invoice_id=5), invoice(batch_invoice_id=5)]
    told = complaints(wire.CreateInvoicesBatch, written({"invoices": invoices}))
    repeated = [path for path, messages in told.items() if "more than once" in messages[0]]
    assert repeated == [f"invoices.{place}.batch_invoice_id" for place in (2, 4, 5)]
    assert set(told) - set(repeated) == {"invoices.6.status", "invoices.7.batch_invoice_id", "invoices.8.batch_invoice_id"}


def test_every_fault_of_every_item_comes_at_once_in_the_order_of_the_body() -> None:
    invoices = [item("a", status="late", tax_rate=-1), item("b"), item("c", line_items=[line(), line(unit_amount="x"), {}], due_at="soon")]
    assert list(complaints(wire.CreateInvoicesBatch, written({"invoices": invoices, "batch_id": 1}))) == [
        "invoices.0.status",
        "invoices.0.tax_rate",
        "invoices.2.line_items.1.unit_amount",
        "invoices.2.line_items.2",
        "invoices.2.due_at",
        "batch_id",
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"NaN", "body"),
        (b"[" * 100_000, "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'{"customer_id": "a\\u0000"}', "customer_id"),
        (b'{"customer_id": "\\ud800"}', "customer_id"),
        (b'{"customer_id": "a", "customer_id": "b"}', "customer_id"),
        (b'{"line_items": [{"units_count": 1e400}]}', "line_items.0.units_count"),
        (b'{"line_items": [{"units_count": 1e-401}]}', "line_items.0.units_count"),
        (b'{"line_items": [{"units_count": 1e-99999999999999999999}]}', "line_items.0.units_count"),
        (b'{"line_items": [{"units_count": ' + b"1" * 5_000 + b"}]}", "line_items.0.units_count"),
        (b'{"properties": {"a": 1e400}}', "properties.a"),
        (b'{"properties": {"a": [1e-401]}}', "properties.a.0"),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_what_is_no_json_or_no_number_we_keep_has_a_place_too(body: bytes, place: str) -> None:
    told = complaints(wire.CreateInvoice, body)
    assert place in told
    assert all(messages and all(messages) for messages in told.values())


def test_numbers_that_are_kept_nowhere_are_refused_in_an_otherwise_good_body() -> None:
    for number in (b"1e400", b"-1e400", b"1e-401", b"1" * 400):
        body = written(invoice(line_items=[line(units_count=777)], properties={"a": 888}))
        assert list(complaints(wire.CreateInvoice, body.replace(b"777", number).replace(b"888", b"1"))) == ["line_items.0.units_count"]
        assert list(complaints(wire.CreateInvoice, body.replace(b"888", number).replace(b"777", b"1"))) == ["properties.a"]


def test_at_most_a_thousand_messages_are_told() -> None:
    lines = [line(unit_amount="x", units_count="y") for _ in range(501)]
    assert sum(map(len, complaints(wire.CreateInvoice, written(invoice(line_items=lines))).values())) == MOST_FAULTS


CUSTOMERS: list[tuple[type[msgspec.Struct], dict[str, Any], dict[str, list[str]]]] = [
    (wire.CreateCustomer, {"billing_email": "compta"}, {"billing_email": ["Invalid email address"]}),
    (wire.CreateCustomer, {"invoice_emails": ["a@b.example", "c"]}, {"invoice_emails.1": ["Invalid email address"]}),
    (wire.CreateCustomer, {"timezone": "Paris"}, {"timezone": ["Invalid input: expected an IANA time zone such as Europe/Paris"]}),
    (wire.CreateCustomer, {"domain": "a b"}, {"domain": ["Invalid input: expected a host name such as example.com"]}),
    (wire.CreateCustomer, {"type": None}, {"type": ['Invalid option: expected one of "corporate"|"person"']}),
    (wire.CreateCustomer, {"tax_ids": [{"value": "x"}] * 2}, {"tax_ids": ["Too big: expected array to have <=1 items"]}),
    (wire.CreateCustomer, {"tax_ids": [{}]}, {"tax_ids.0.value": [NO_STRING + "undefined"]}),
    (
        wire.CreateCustomer,
        {"invoice_reminders_enabled": 1},
        {"invoice_reminders_enabled": ['Invalid option: expected one of "false"|"true"']},
    ),
    (wire.CreateCustomer, {"custom_payment_delay": -1}, {"custom_payment_delay": ["Too small: expected number to be >=0"]}),
    (
        wire.CreateCustomer,
        {"custom_payment_delay": 1.5},
        {"custom_payment_delay": ["Invalid input: expected int, received number (a whole number of days, not 1.5)"]},
    ),
    (
        wire.CreateCustomer,
        {"billing_address": {"country": "XX"}},
        {"billing_address.country": ["Invalid option: expected a country code of ISO 3166-1 such as FR"]},
    ),
    (wire.CreateCustomer, {"bank_account": {"format": "iban_bic_swift"}}, {"bank_account": [SHAPE]}),
    (
        wire.CreateCustomer,
        {"bank_account": {"format": "iban_bic_swift", "iban": "FR7630006000011234567890188"}},
        {"bank_account.iban": ["Invalid input: expected an IBAN whose check digits are right"]},
    ),
    (wire.UpdateCustomer, {"taxability": None}, {"taxability": ['Invalid option: expected one of "exempt"|"taxable"']}),
    (wire.UpdateCustomer, {"tax_rate_custom": 100.01}, {"tax_rate_custom": ["Too big: expected number to be <=100"]}),
]


@pytest.mark.parametrize(("struct", "sent", "told"), CUSTOMERS, ids=[ascii(sent)[:60] for _, sent, _ in CUSTOMERS])
def test_a_bad_customer_is_told_so(struct: type[msgspec.Struct], sent: dict[str, Any], told: dict[str, list[str]]) -> None:
    assert complaints(struct, written(sent)) == told
    assert complaints(struct, json.dumps({"name": "Kervella"} | sent).encode()) == told


@pytest.mark.parametrize(
    "body",
    [
        b'{"properties":{' + b",".join(b'"%d":{}' % number for number in range(50_000)) + b"}}",
        b'{"line_items":[' + b'{"units_count":1e-400},' * 50_000 + b"0]}",
        b'{"line_items":[' + b"0.5," * 200_000 + b"0]}",
        b'{"transactions":[' + b"{}," * 50_000 + b"0]}",
    ],
    ids=["properties", "tiny numbers", "fractions", "shapes"],
)
def test_a_hostile_body_is_answered_in_bounds(body: bytes) -> None:
    with pytest.raises(FormRefused) as refused:
        read(wire.CreateInvoice, body)
    assert (len(refused.value.faults), refused.value.truncated) == (MOST_FAULTS, True)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), wounds=st.integers(1, 4))
def test_whatever_is_done_to_the_sample_it_is_read_or_told_why_at_a_place_that_is_there(data: st.DataObject, wounds: int) -> None:
    document = json.loads(SAMPLE)
    for _ in range(wounds):
        document = damaged(document, data)
    batch, faults = attempt(decoder_for(wire.CreateInvoicesBatch, unknown="ignore"), written(document))
    assert (batch is None) == bool(faults)
    assert all(worded(fault) and stands(fault.path, document) for fault in faults), faults
