"""Bodies to drafts: every field, the places of refusals on the way back, and which two bodies are the same."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from duebook.core.batch import ItemOutcome, failure, failure_told
from duebook.core.coupon import CouponDraft
from duebook.core.paper import UNKNOWN, CouponReference, PaperDraft, PaperLineDraft, TransactionDraft
from duebook.core.refusal import Path, Refusal, conflict, not_found
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import drafts
from duebook.web.body import decoder_for
from tests.hyperline.bodies import SAMPLE

FORM = decoder_for(wire.CreateInvoicesBatch, unknown="ignore")
IDS = [UUID(int=number << 64) for number in range(1, 8)]


def shown(place: int, kind: ids.Kind) -> str:
    return ids.shown(IDS[place], kind=kind)


def draft_of(**fields: Any) -> PaperDraft:
    body = {"customer_id": shown(0, "customer"), "line_items": [{"name": "A", "unit_amount": 1}], "batch_invoice_id": "a"} | fields
    request: wire.CreateInvoicesBatch = FORM.read(json.dumps({"invoices": [body]}).encode())
    name, draft = drafts.named_draft(request.invoices[0])
    assert name == "a"
    return draft


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_published_sample() -> None:
    """All of its fields; its ids have another length than ours, so they name nothing here."""
    request: wire.CreateInvoicesBatch = FORM.read(SAMPLE.encode())

    assert drafts.named_draft(request.invoices[0]) == (
        "invoice-123",
        PaperDraft(
            customer_id=UNKNOWN,
            lines=(
                PaperLineDraft(
                    product_id=UNKNOWN, name="Platform access", unit_amount=24_000, units_count=Decimal(1), tax_rate=Decimal(20),
                    description="Access fee for the period of November 2024", period_starts_at=at("2024-10-13"),
                    period_ends_at=at("2024-11-13"), display_unit_amount=True, display_period=False,
                ),
            ),
            status="paid",
            kind="invoice",
            entity_id=UNKNOWN,
            currency="EUR",
            number="INV-35",
            name="<string>",
            reference="V0KAHOU6J3",
            purchase_order="PO-12345",
            note="Thank you for your purchase!",
            additional_info="This invoice must be paid within the payment delay indicated. After this period a late payment penalty of 10% "
            "will be applied.",
            footer="ACME (Acme SAS) is a company registered in France | SIREN N°123456",
            tax_rate=Decimal(50),
            payment_method_strategy="external",
            payment_method_id=UNKNOWN,
            bank_account_id=UNKNOWN,
            issued_at=at("2024-10-13"),
            due_at=at("2024-11-12"),
            settled_at=at("2024-10-15T14:01:56"),
            properties={},
            transactions=(
                TransactionDraft(
                    shape="payment_method", amount=31_500, process_at=at("2024-11-12T07:38:39.222"), payment_method_id=UNKNOWN
                ),
            ),
            coupons=(CouponReference(id=UNKNOWN, draft=CouponDraft("Black Friday 2023", 500, (Decimal(0), Decimal(1)))),),
        ),
    )  # fmt: skip


def test_the_least_invoice_leaves_all_else_open() -> None:
    assert draft_of() == PaperDraft(customer_id=IDS[0], lines=(PaperLineDraft(name="A", unit_amount=1),))


def test_ids_are_those_of_the_house() -> None:
    made = draft_of(
        invoicing_entity_id=shown(1, "entity"),
        payment_method_id=shown(2, "payment_method"),
        bank_account_id=shown(3, "bank_account"),
        line_items=[{"product_id": shown(4, "product")}],
        coupons=[{"coupon_id": shown(5, "coupon")}],
    )

    assert (made.entity_id, made.payment_method_id, made.bank_account_id, made.lines[0].product_id) == (IDS[1], IDS[2], IDS[3], IDS[4])
    assert made.coupons == (CouponReference(id=IDS[5], draft=CouponDraft()),)


@pytest.mark.parametrize("text", ["", "cus_1", shown(1, "invoice"), "zzz", shown(0, "customer") + "0"])
def test_an_id_that_is_written_like_none_names_nothing(text: str) -> None:
    assert draft_of(customer_id=text).customer_id == UNKNOWN


TIME = "2026-03-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {
                "amount": 5,
                "process_at": TIME,
                "payment_method_id": shown(1, "payment_method"),
                "provider_name": "stripe",
                "provider_id": "x",
            },
            TransactionDraft(shape="payment_method", amount=5, process_at=at("2026-03-01"), payment_method_id=IDS[1]),
        ),
        (
            {"amount": 5, "process_at": TIME, "payment_method_type": "transfer", "bank_account_id": shown(1, "bank_account")},
            TransactionDraft(shape="transfer", amount=5, process_at=at("2026-03-01"), bank_account_id=IDS[1]),
        ),
        (
            {"provider_name": "mollie", "provider_transaction_id": "tr_1", "provider_id": "acct", "bank_account_id": "bac_1"},
            TransactionDraft(shape="provider", provider_name="mollie", provider_transaction_id="tr_1", provider_id="acct"),
        ),
        (
            {"amount": 0, "process_at": "2026-03-01T01:00:00+02:00", "payment_method_type": "external"},
            TransactionDraft(shape="external", amount=0, process_at=at("2026-02-28T23:00:00")),
        ),
        ({"amount": 1, "process_at": TIME}, TransactionDraft(shape="external", amount=1, process_at=at("2026-03-01"))),
    ],
)
def test_the_four_shapes_of_a_transaction(body: dict[str, Any], expected: TransactionDraft) -> None:
    assert draft_of(transactions=[body]).transactions == (expected,)


def test_an_empty_list_of_transactions_is_not_an_absent_one() -> None:
    assert (draft_of(transactions=[]).transactions, draft_of().transactions) == ((), None)


@pytest.mark.parametrize(("indexes", "positions"), [(None, None), ([], ()), ([0, 1.0, 0.5], (0, 1, Decimal("0.5")))])
def test_positions_of_a_coupon(indexes: Any, positions: Any) -> None:
    inline = {"name": "A", "discount_amount": 1, "line_item_indexes": indexes}

    assert draft_of(coupons=[inline]).coupons[0].draft == CouponDraft("A", 1, positions)


def test_display_fields_are_kept_as_they_are() -> None:
    fields = [
        {"type": "standard", "field": "customer_id"},
        {"type": "custom_property", "slug": "cost-centre"},
        {"type": "custom", "label": "a", "value": "b"},
    ]

    assert draft_of(additional_display_fields=fields).display_fields == tuple(fields)


def test_numbers_in_free_properties_keep_their_digits() -> None:
    made = draft_of(properties={"a": 1.5, "b": [1, None, "x"], "c": True}, custom_properties={"d": 2})

    assert (made.properties, made.custom_properties) == ({"a": Decimal("1.5"), "b": [1, None, "x"], "c": True}, {"d": 2})


def test_no_tax_is_a_word_of_the_body() -> None:
    assert (draft_of(tax_scheme="not_eligible").is_not_eligible, draft_of(tax_scheme="auto").is_not_eligible) == (True, False)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), ()),
        (("customer_id",), ("customer_id",)),
        (("entity_id",), ("invoicing_entity_id",)),
        (("kind",), ("type",)),
        (("lines",), ("line_items",)),
        (("lines", 3, "product_id"), ("line_items", 3, "product_id")),
        (("lines", 0, "unit_amount"), ("line_items", 0, "unit_amount")),
        (("coupons", 1, "id"), ("coupons", 1, "coupon_id")),
        (("coupons", 1, "amount"), ("coupons", 1, "discount_amount")),
        (("coupons", 1, "positions"), ("coupons", 1, "line_item_indexes")),
        (("coupons", 1, "name"), ("coupons", 1, "name")),
        (("transactions", 0, "amount"), ("transactions", 0, "amount")),
        (("transactions",), ("transactions",)),
        (("custom_properties", "amount"), ("custom_properties", "amount")),
        (("custom_properties", "lines"), ("custom_properties", "lines")),
    ],
)
def test_places_of_the_body(path: Path, place: Path) -> None:
    assert drafts.placed([conflict(path=path, message="no")]) == [conflict(path=place, message="no")]


def test_why_an_item_failed() -> None:
    """As the journal keeps it and this door tells it."""
    missing = not_found(path=("lines", 0, "product_id"), message="Product not found")
    rule = Refusal("invalid", "negative_total", "below 0", ("lines",))
    told: dict[str, Any] = {}
    for name, refusals, is_bug in (("missing", (missing, rule), False), ("rule", (rule,), False), ("bug", (), True)):
        outcome = ItemOutcome(name=name, refusals=refusals, is_bug=is_bug)
        assert failure_told(name, msgspec.json.decode(msgspec.json.encode(failure(outcome)))) == outcome
        told[name] = json.loads(wire.encode(drafts.item_error(outcome)))

    assert told["missing"] == {
        "type": "NotFoundError",
        "message": "Product not found; below 0",
        "errors": {"line_items.0.product_id": ["Product not found"], "line_items": ["below 0"]},
    }
    assert (told["rule"]["type"], told["bug"]["type"]) == ("BusinessRuleError", "InternalError")
    assert "errors" not in told["bug"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [2, 3]}', '{"b":[2,3],\n"a":1}'),
        ("[24000]", "[24000.0]"),
        ("[24000]", "[2.4e4]"),
        ("[1.50]", "[1.5]"),
        ("[0.5]", "[5e-1]"),
        ("[0]", "[-0.0]"),
        ("[1e25]", "[10000000000000000000000000]"),
        ('["\\u00e9"]', '["é"]'),
    ],
)
def test_bodies_that_say_the_same(one: str, other: str) -> None:
    assert drafts.same_body_sha256(one.encode()) == drafts.same_body_sha256(other.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": 2}'),
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": 1.5}', '{"a": "1.5"}'),
        ("[1, 2]", "[2, 1]"),
        ('{"a": null}', "{}"),
        ("[1.5]", "[1.51]"),
        ("[0.1]", "[0.10000000000000000001]"),
        ("[1e400]", "[1e401]"),
        ("[1e-400]", "[0]"),
        ("[9007199254740993]", "[9007199254740992]"),
    ],
)
def test_bodies_that_do_not(one: str, other: str) -> None:
    assert drafts.same_body_sha256(one.encode()) != drafts.same_body_sha256(other.encode())


def test_numbers_as_large_as_a_body_can_write_are_compared_without_being_written_out() -> None:
    assert drafts.same_body_sha256(b"[1e999999999]") != drafts.same_body_sha256(b"[1e-999999999]")
