"""The Hyperline door's bodies are the contract's: names, keys and their order, what is required, values, bounds."""

from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from duebook.hyperline import wire
from duebook.hyperline.wire.countries import CountryCode, StateCode
from duebook.hyperline.wire.currencies import Code
from tests.hyperline.contract import differences, ours, schemas, theirs

REQUESTS = [wire.CreateInvoiceLineItem, wire.CreateInvoice, wire.BatchInvoice, wire.CreateInvoicesBatch]
ANSWERS = [
    wire.Address,
    wire.Allocation,
    wire.BankAccount,
    wire.BatchAccepted,
    wire.CursorPageInvoice,
    wire.Integration,
    wire.Invoice,
    wire.InvoiceCoupon,
    wire.InvoiceCustomer,
    wire.InvoiceDetails,
    wire.InvoiceDetailsV1,
    wire.InvoiceLineItem,
    wire.InvoiceSeller,
    wire.InvoiceV1,
    wire.Message,
    wire.OffsetMeta,
    wire.OffsetPageInvoiceV1,
    wire.PaymentMethod,
    wire.Transaction,
    wire.ValidationError,
]
# What this house decided beyond the contract file, and what the file says in other words: its side stands second.
OLD_NUMBER = {"fields.vat_number": (None, {"type": ["string", "null"]})}
COUNT = (0, None)
DECIDED: dict[str, dict[str, tuple[Any, Any]]] = {
    "BatchInvoice": {"fields.batch_invoice_id.minLength": (1, None), "fields.batch_invoice_id.maxLength": (255, None)},
    "CreateInvoicesBatch": {
        "fields.invoices.minItems": (1, None),
        "fields.batch_id.minLength": (1, None),
        "fields.batch_id.maxLength": (255, None),
    },
    "Address": {"required": (["city", "country", "line1", "line2", "name", "state", "zip"], [])},
    "CursorPageInvoice": {"fields.total.minimum": COUNT},
    "InvoiceCustomer": OLD_NUMBER,
    "OffsetMeta": {f"fields.{name}.minimum": COUNT for name in ("total", "taken", "skipped")},
    "ValidationError": {
        "fields.errors.minProperties": (1, None),
        "fields.truncated": ({"enum": ["True"]}, None),
    },
}
UNIONS = [wire.CreateTransaction, wire.CreateInvoiceCoupon, wire.AdditionalDisplayField]
TOLD_ELSEWHERE = {"InvoiceV1": ("fields.customer.",), "InvoiceDetailsV1": ("fields.customer.",), "Message": ("fields.type.",)}


@pytest.mark.parametrize("struct", [*REQUESTS, *ANSWERS], ids=lambda struct: struct.__name__)
def test_a_body_demands_what_the_contract_demands(struct: type[msgspec.Struct]) -> None:
    name = struct.__name__
    found = differences(ours(struct), theirs(name))
    apart = TOLD_ELSEWHERE.get(name, ())
    assert {path: pair for path, pair in found.items() if not path.startswith(apart or ("-",))} == DECIDED.get(name, {})


@pytest.mark.parametrize("struct", UNIONS, ids=lambda struct: struct.__name__)
def test_the_shapes_of_one_struct_are_those_of_the_contract(struct: type[msgspec.Struct]) -> None:
    contract = schemas()[struct.__name__]
    shapes = contract.get("anyOf") or contract["oneOf"]
    made = ours(struct)
    assert [sorted(shape["required"]) for shape in made["shapes"]] == [sorted(shape["required"]) for shape in shapes]
    assert set(made["fields"]) == {name for shape in shapes for name in shape["properties"]}
    for shape, their in zip(made["shapes"], shapes, strict=True):
        listed = {name: sorted(field["enum"]) for name, field in their["properties"].items() if "enum" in field}
        ours_listed = {name: field["enum"] for name, field in shape.get("properties", {}).items()}
        # What only one shape lists is the field's own list.
        assert ours_listed | {name: made["fields"][name]["enum"] for name in listed if name not in ours_listed} == listed


@pytest.mark.parametrize("name", ["CreateTransaction", "CreateInvoiceCoupon", "AdditionalDisplayField"])
def test_a_field_of_several_shapes_has_the_bounds_that_each_of_them_sets(name: str) -> None:
    contract = schemas()[name]
    made = ours(getattr(wire, name))["fields"]
    bounds = ("minimum", "exclusiveMinimum", "maxLength", "minLength")
    for shape in contract.get("anyOf") or contract["oneOf"]:
        for field, schema in shape["properties"].items():
            assert {key: made[field].get(key) for key in bounds} == {key: schema.get(key) for key in bounds}, field


def test_defaults_are_the_contracts() -> None:
    for name in ("CreateInvoice", "CreateInvoiceLineItem"):
        defaults = {
            field.name: field.default for field in msgspec.structs.fields(getattr(wire, name)) if field.default is not msgspec.UNSET
        }
        told = {field: schema["default"] for field, schema in schemas()[name]["properties"].items() if "default" in schema}
        shown = dict.fromkeys(("display_unit_amount", "display_service_period"), True) if name == "CreateInvoiceLineItem" else {}
        assert {field: default for field, default in defaults.items() if default is not msgspec.NODEFAULT} == told | shown


@pytest.mark.parametrize("name", ["Invoice", "InvoiceDetails", "InvoiceV1", "InvoiceDetailsV1"])
def test_the_keys_of_an_invoice_stand_in_the_order_of_the_contract(name: str) -> None:
    order = list(schemas()[name.replace("Details", "")]["allOf"][1]["required"])
    order.insert(order.index("line_items") + 1, "allocations")
    assert list(getattr(wire, name).__struct_fields__) == order + (["integrations"] if "Details" in name else [])


ORDERED = [
    wire.Allocation,
    wire.InvoiceCoupon,
    wire.InvoiceLineItem,
    wire.InvoiceSeller,
    wire.OffsetMeta,
    wire.PaymentMethod,
    wire.Transaction,
]


@pytest.mark.parametrize("struct", ORDERED, ids=lambda struct: struct.__name__)
def test_the_keys_of_its_parts_too(struct: type[msgspec.Struct]) -> None:
    assert list(struct.__struct_fields__) == list(schemas()[struct.__name__]["properties"])


def test_the_old_shape_names_the_tax_id_twice() -> None:
    new, old = wire.InvoiceCustomer.__struct_fields__, wire.InvoiceCustomerV1.__struct_fields__
    assert old == (*new[: new.index("tax_id")], "vat_number", *new[new.index("tax_id") :])


def test_the_lists_of_values_are_whole_and_in_order() -> None:
    assert list(get_args(Code)) == schemas()["Currency"]["enum"]
    assert [*get_args(CountryCode), None] == schemas()["Country"]["enum"]
    assert [*get_args(StateCode), None] == schemas()["Address"]["properties"]["state"]["enum"]


# The contract file has no customers: their keys are written in its prose, in this order.
V2 = """id name type status currency country domain tax_ids local_tax_number tax_rate_custom taxability registration_number
    is_government_affiliated language timezone external_id properties custom_properties billing_address shipping_address billing_email
    invoice_emails invoicing_entity_id invoice_reminders_enabled price_book_id available_payment_methods subscriptions segment_ids
    integrations created_at updated_at deleted_at owner_id owner followers payment_terms payment_initiation_delay payment_method_type
    payment_method_id""".split()
V1 = """id name type status currency country domain vat_number vat_number_valid vat_rate_custom tax_ids local_tax_number tax_rate_custom
    taxability registration_number is_government_affiliated language timezone external_id properties custom_properties billing_address
    shipping_address billing_email invoice_emails invoicing_entity_id invoice_reminders_enabled price_book_id available_payment_methods
    current_payment_method_type current_payment_method_id custom_payment_delay custom_payment_initiation_delay subscriptions segment_ids
    integrations created_at updated_at deleted_at""".split()


@pytest.mark.parametrize(
    ("struct", "keys"),
    [
        (wire.Customer, V2),
        (wire.CustomerDetails, [*V2, "payment_method", "bank_account", "organisation_id", "organisation_invoicing"]),
        (wire.CustomerV1, V1),
        (
            wire.CustomerDetailsV1,
            [*V1, "providers", "current_payment_method", "bank_account", "organisation_id", "organisation_invoicing"],
        ),
        (wire.Batch, "batch_id state counts created_at finished_at items".split()),
        (wire.BatchCounts, "total pending succeeded failed".split()),
        (wire.BatchItem, "batch_invoice_id position status invoice_id error".split()),
    ],
)
def test_the_keys_of_customers_and_batches_stand_in_order(struct: type[msgspec.Struct], keys: list[str]) -> None:
    assert list(struct.__struct_fields__) == keys


def test_an_update_takes_what_a_new_customer_takes_and_a_payment_method() -> None:
    created, updated = set(wire.CreateCustomer.__struct_fields__), set(wire.UpdateCustomer.__struct_fields__)
    assert updated - created == {"payment_method_id"}
    assert created - updated == set()


def test_answers_write_decimals_as_numbers_and_leave_out_what_is_not_there() -> None:
    coupon = wire.InvoiceCoupon(id=None, name="x", discount_amount=500, discount_percent=Decimal("12.50"), line_item_ids=None)
    assert wire.encode(coupon) == b'{"id":null,"name":"x","discount_amount":500,"discount_percent":12.50,"line_item_ids":null}'
    failed = wire.ItemError(type="NotFoundError", message="Product not found")
    assert wire.encode(failed) == b'{"type":"NotFoundError","message":"Product not found"}'
