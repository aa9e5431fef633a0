"""What the Hyperline door reads: the sample whole, numbers exactly, instants in UTC, shapes told apart, unknown fields dropped."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, structs

from duebook.hyperline import wire
from tests.hyperline.bodies import SAMPLE, complaints, invoice, item, line, read, written


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ARRIVED = wire.CreateInvoicesBatch(
    batch_id="f65f58f3-ecb0-4711-be22-1e64102a380d",
    invoices=[
        wire.BatchInvoice(
            customer_id="cus_Typ0px2W0aiEtl",
            line_items=[
                wire.CreateInvoiceLineItem(
                    name="Platform access",
                    unit_amount=24000,
                    description="Access fee for the period of November 2024",
                    units_count=Decimal(1),
                    tax_rate=Decimal(20),
                    period_start=at("2024-10-13T00:00:00"),
                    period_end=at("2024-11-13T00:00:00"),
                    display_unit_amount=True,
                    display_service_period=False,
                    product_id="itm_KbLcWt2qm5p1S2",
                )
            ],
            batch_invoice_id="invoice-123",
            currency="EUR",
            status="paid",
            invoicing_entity_id="ive_47484fjdhy5",
            number="INV-35",
            type="invoice",
            document_name="<string>",
            reference="V0KAHOU6J3",
            purchase_order="PO-12345",
            custom_note="Thank you for your purchase!",
            additional_info=(
                "This invoice must be paid within the payment delay indicated. After this period a late payment penalty of 10% will be "
                "applied."
            ),
            footer="ACME (Acme SAS) is a company registered in France | SIREN N°123456",
            tax_rate=Decimal(50),
            tax_scheme="auto",
            payment_method_strategy="external",
            payment_method_id="pm_1ryTrMj4TTAT1N",
            bank_account_id="bac_KJyPrMA1toAqRG",
            emitted_at=at("2024-10-13T00:00:00"),
            due_at=at("2024-11-12T00:00:00"),
            settled_at=at("2024-10-15T14:01:56"),
            properties={},
            transactions=[
                wire.CreateTransaction(amount=31500, process_at=at("2024-11-12T07:38:39.222"), payment_method_id="pm_1xMpj5bwRqN7LM")
            ],
            coupons=[
                wire.CreateInvoiceCoupon(
                    coupon_id="cou_1eTaiytfA0i2Vb",
                    name="Black Friday 2023",
                    discount_amount=500,
                    line_item_indexes=[Decimal(0), Decimal(1)],
                )
            ],
        )
    ],
)


def test_the_published_sample_arrives_whole() -> None:
    assert read(wire.CreateInvoicesBatch, SAMPLE.encode()) == ARRIVED


def test_no_field_of_the_sample_is_dropped() -> None:
    """Every key of the sample is a field that holds a value: nothing of it falls through as unknown."""

    def missed(sent: Any, struct: Any, path: str = "") -> list[str]:
        if isinstance(sent, list):
            return [name for row, kept in zip(sent, struct, strict=True) for name in missed(row, kept, path)]
        if not isinstance(sent, dict) or isinstance(struct, dict):
            return []
        lost = [f"{path}.{name}" for name in sent if getattr(struct, name, UNSET) is UNSET]
        return lost + [name for key, part in sent.items() for name in missed(part, getattr(struct, key), f"{path}.{key}")]

    assert missed(json.loads(SAMPLE), read(wire.CreateInvoicesBatch, SAMPLE.encode())) == []


def test_the_least_invoice_has_the_contracts_defaults() -> None:
    made = read(wire.CreateInvoice, written(invoice()))
    assert (made.status, made.tax_scheme) == ("paid", "auto")
    assert (made.line_items[0].units_count, made.line_items[0].display_unit_amount) == (Decimal(1), True)
    given_fields = {"customer_id", "line_items", "status", "tax_scheme"}
    assert {name for name, value in structs.asdict(made).items() if value is not UNSET} == given_fields


@pytest.mark.parametrize(
    ("literal", "exact"),
    [
        *(("1", "1"), ("0.1", "0.1"), ("-2.50", "-2.50"), ("0.30000000000000004", "0.30000000000000004"), ("2.4e1", "24")),
        ("1.000000000000000000000000000001", "1.000000000000000000000000000001"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
    ],
)
@pytest.mark.parametrize("amount", ["24000", "24000.0"])
def test_quantities_and_rates_are_read_digit_by_digit(literal: str, exact: str, amount: str) -> None:
    """The second amount is read the slow way; both ways must read alike."""
    body = written(invoice(line_items=[line(unit_amount=777, units_count=888)]))
    read_line = read(wire.CreateInvoice, body.replace(b"888", literal.encode()).replace(b"777", amount.encode())).line_items[0]
    assert (read_line.units_count, type(read_line.units_count)) == (Decimal(exact), Decimal)
    assert (read_line.unit_amount, type(read_line.unit_amount)) == (24000, int)


@pytest.mark.parametrize("amount", ["24000", "24000.0"])
def test_free_properties_are_kept_without_floats(amount: str) -> None:
    free = {"a": 0.1, "b": [1, 2.5, None, True, "x"], "c": None}
    body = written(invoice(line_items=[line(unit_amount=777)], properties=free)).replace(b"777", amount.encode())
    kept = read(wire.CreateInvoice, body).properties
    assert kept == {"a": Decimal("0.1"), "b": [1, Decimal("2.5"), None, True, "x"], "c": None}
    assert wire.encode(kept) == b'{"a":0.1,"b":[1,2.5,null,true,"x"],"c":null}'


@settings(max_examples=100, deadline=None)
@given(
    units=st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False),
    rate=st.decimals(-1, 101, allow_nan=False, allow_infinity=False),
    amount=st.integers(-(2**53), 2**53),
)
def test_the_two_ways_to_write_an_amount_are_read_alike(units: Decimal, rate: Decimal, amount: int) -> None:
    outcomes: list[Any] = []
    for literal in (f"{amount}", f"{amount}.0"):
        body = (
            f'{{"customer_id": "c", "line_items": [{{"name": "x", "unit_amount": {literal}, "units_count": {units}, "tax_rate": {rate}}}]}}'
        )
        told = complaints(wire.CreateInvoice, body.encode())
        outcomes.append(told or read(wire.CreateInvoice, body.encode()))
    assert outcomes[0] == outcomes[1]
    if not isinstance(outcomes[0], dict):
        kept = outcomes[0].line_items[0]
        assert (kept.units_count, kept.tax_rate, kept.unit_amount) == (units, rate, amount)
    bad = {"unit_amount": abs(amount) > 2**53 - 1, "tax_rate": not 0 <= rate <= 100}
    blamed = set(outcomes[0]) if isinstance(outcomes[0], dict) else set[str]()
    assert blamed == {f"line_items.0.{name}" for name, wrong in bad.items() if wrong}


INSTANTS = [
    ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00+00:00"),
    ("2026-01-31T12:00:00.125Z", "2026-01-31T12:00:00.125000+00:00"),
    ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00+00:00"),
    ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00+00:00"),
    ("2026-01-31T00:00:00.0009Z", "2026-01-31T00:00:00+00:00"),
    ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00+00:00"),
    ("2999-12-31T23:59:59.999Z", "2999-12-31T23:59:59.999000+00:00"),
]


@pytest.mark.parametrize(("text", "utc"), INSTANTS)
def test_an_instant_arrives_in_utc(text: str, utc: str) -> None:
    transaction = {"amount": 1, "process_at": text}
    fields = dict.fromkeys(("emitted_at", "due_at", "settled_at"), text)
    made = read(wire.CreateInvoice, written(invoice(line_items=[line(period_start=text)], transactions=[transaction], **fields)))
    instants = [made.emitted_at, made.due_at, made.settled_at, made.transactions[0].process_at, made.line_items[0].period_start]
    assert {(instant.isoformat(), instant.tzinfo) for instant in instants} == {(utc, UTC)}


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-01-31T12:00Z", "2026-01-31t12:00:00z", "31/01/2026", ""),
        *("2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2016-12-31T23:59:60Z", "2026-01-31T12:00:00+0200", "2026-01-31T12:00:00Z\n"),
        *("1899-12-31T23:59:59Z", "3000-01-01T00:00:00Z", "1900-01-01T00:00:00+02:00", "2999-12-31T23:00:00-02:00"),
        *("0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00", "0000-01-01T00:00:00Z", "２０２６-01-31T12:00:00Z"),
    ],
)
def test_what_is_no_instant_is_told_at_its_place(text: str) -> None:
    invalid = ["Invalid ISO datetime"]
    assert complaints(wire.CreateInvoice, written(invoice(due_at=text))) == {"due_at": invalid}
    nested = written({"invoices": [item(transactions=[{"amount": 1, "process_at": text}])]})
    assert complaints(wire.CreateInvoicesBatch, nested) == {"invoices.0.transactions.0.process_at": invalid}


DATED = {"amount": 100, "process_at": "2026-01-31T12:00:00Z"}


@pytest.mark.parametrize(
    ("sent", "shape"),
    [
        (DATED, "external"),
        (DATED | {"payment_method_type": "external"}, "external"),
        (DATED | {"payment_method_type": "transfer"}, "transfer"),
        (DATED | {"payment_method_type": "transfer", "bank_account_id": "bac_1"}, "transfer"),
        (DATED | {"payment_method_id": "pm_1"}, "payment_method"),
        (DATED | {"payment_method_id": "pm_1", "payment_method_type": "card"}, "payment_method"),
        ({"provider_name": "stripe", "provider_transaction_id": "ch_1"}, "provider"),
        (DATED | {"provider_name": "mollie", "provider_transaction_id": "tr_1", "provider_id": "p"}, "provider"),
        (DATED | {"amount": 0}, "external"),
    ],
)
def test_the_four_shapes_of_a_transaction(sent: dict[str, Any], shape: str) -> None:
    made = read(wire.CreateInvoice, written(invoice(transactions=[sent]))).transactions[0]
    assert made.shape == shape
    assert {name for name, value in structs.asdict(made).items() if value is not UNSET} == set(sent)


SHAPELESS: list[tuple[str, dict[str, Any]]] = [
    ("transactions", {}),
    ("transactions", {"amount": 1}),
    ("transactions", {"process_at": "2026-01-31T12:00:00Z", "payment_method_id": "pm_1"}),
    ("transactions", DATED | {"payment_method_type": "card"}),
    ("transactions", {"amount": 1, "payment_method_type": "transfer"}),
    ("transactions", {"provider_name": "paypal", "provider_transaction_id": "1"}),
    ("transactions", {"provider_name": "stripe"}),
    ("coupons", {}),
    ("coupons", {"name": "x", "discount_amount": 5}),
    ("coupons", {"name": "x", "line_item_indexes": None}),
    ("line_items", {}),
    ("line_items", {"name": "x"}),
    ("line_items", {"unit_amount": 5, "units_count": 2}),
    ("additional_display_fields", {"type": "standard", "slug": "x"}),
    ("additional_display_fields", {"type": "custom", "label": "x"}),
    ("additional_display_fields", {"type": "custom_property"}),
]


@pytest.mark.parametrize(("field", "sent"), SHAPELESS, ids=[f"{field} {sent}"[:60] for field, sent in SHAPELESS])
def test_what_fits_none_of_several_shapes_is_invalid_input_at_its_place(field: str, sent: dict[str, Any]) -> None:
    body = written({"invoices": [item("a"), item("b", **{field: [sent]})]})
    assert complaints(wire.CreateInvoicesBatch, body) == {f"invoices.1.{field}.0": ["Invalid input"]}


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("coupons", {"coupon_id": "cou_1"}),
        ("coupons", {"coupon_id": "cou_1", "line_item_indexes": []}),
        ("coupons", {"name": "x", "discount_amount": 5, "line_item_indexes": None}),
        ("coupons", {"name": "x", "discount_amount": 5, "line_item_indexes": [0, 0.5, -1]}),
        ("line_items", {"product_id": "itm_1"}),
        ("line_items", {"name": "x", "unit_amount": -5, "units_count": -1.5}),
        ("additional_display_fields", {"type": "standard", "field": "quote_id"}),
        ("additional_display_fields", {"type": "custom_property", "slug": "x"}),
        ("additional_display_fields", {"type": "custom", "label": "x", "value": ""}),
    ],
)
def test_what_fits_a_shape_is_taken(field: str, sent: dict[str, Any]) -> None:
    made = getattr(read(wire.CreateInvoice, written(invoice(**{field: [sent]}))), field)[0]
    assert {name: getattr(made, name) for name in sent} == {
        name: [Decimal(str(row)) for row in value]
        if isinstance(value, list)
        else Decimal(str(value))
        if isinstance(value, float)
        else value
        for name, value in sent.items()
    }


def test_unknown_fields_are_dropped_wherever_they_stand_and_must_still_be_json() -> None:
    strange = invoice(line_items=[line(colour="red")], due_date="2026-01-31", customer={"id": 1}, transactions=[DATED | {"x": [1.5]}])
    plain = invoice(line_items=[line()], transactions=[DATED])
    assert read(wire.CreateInvoice, written(strange)) == read(wire.CreateInvoice, written(plain))
    assert list(complaints(wire.CreateInvoice, written(invoice(x={"a": "\0"})))) == ["x.a"]
    assert list(complaints(wire.CreateInvoice, written(invoice(x=1)).replace(b'"x": 1', b'"x": {"a": 1, "a": 2}'))) == ["x.a"]
    deep = written(invoice(x=777)).replace(b"777", b"[" * 40 + b"]" * 40)
    assert list(complaints(wire.CreateInvoice, deep)) == ["x" + ".0" * 31]


def test_a_customer_is_read_as_it_was_sent() -> None:
    sent = {
        "name": "Menuiserie Kervella SARL",
        "type": "corporate",
        "timezone": "Europe/Paris",
        "billing_email": "compta@kervella.example",
        "invoice_emails": ["a@kervella.example"],
        "domain": "kervella.example",
        "tax_ids": [{"value": "FR19812345676"}],
        "tax_rate_custom": 5.5,
        "billing_address": {"line1": "12 rue du Chapeau Rouge", "country": "FR", "state": None},
        "bank_account": {"format": "iban_bic_swift", "iban": "FR76 3000 6000 0112 3456 7890 189", "bic_swift": None},
        "invoice_reminders_enabled": "false",
        "custom_payment_delay": 45,
    }
    made = read(wire.CreateCustomer, written(sent))
    assert made.tax_rate_custom == Decimal("5.5")
    assert made.billing_address == wire.CreateAddress(line1="12 rue du Chapeau Rouge", country="FR", state=None)
    assert {name for name, value in structs.asdict(made).items() if value is not UNSET} == set(sent)
    assert read(wire.CreateCustomer, b"{}") == wire.CreateCustomer()


def test_an_update_of_a_customer_tells_absent_from_null() -> None:
    made = read(wire.UpdateCustomer, written({"name": None, "billing_address": None, "payment_method_id": "pm_1"}))
    assert (made.name, made.billing_address, made.payment_method_id, made.currency) == (None, None, "pm_1", UNSET)
