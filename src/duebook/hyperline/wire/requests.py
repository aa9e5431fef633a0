"""The bodies that the Hyperline door takes for invoices, exactly as the contract names them.

An absent field is `UNSET`, or the contract's default where it has one; a field that no struct names is dropped. No rule of the
books stands here, only the form. Instants arrive in UTC. Where the contract offers several shapes of one object that no tag tells
apart, there is one struct with the fields of all of them, checked whichever shape is meant, and `shape` says which one it is.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.scalars import (
    MOST_DISPLAY_FIELDS,
    MOST_INVOICES,
    MOST_LINES,
    MOST_ROWS,
    Amount,
    CustomValues,
    Description,
    Discount,
    Instant,
    InvoiceKind,
    Label,
    Metadata,
    Name,
    Note,
    Paid,
    Position,
    Quantity,
    Rate,
    Text,
    Value,
)

OPEN: Final[dict[str, Any]] = {"additionalProperties": True}
"""What the schema of each request says of fields that it does not name."""
PROVIDERS: Final = ("airwallex", "gocardless", "mollie", "stripe")

TransactionShape = Literal["payment_method", "transfer", "provider", "external"]


class Request(Struct, frozen=True, gc=False, kw_only=True):
    """What a client sends. `gc=False`: decoded values hold no cycles."""

    demands: ClassVar[dict[str, Any]] = OPEN


class CreateInvoiceLineItem(Request, frozen=True, kw_only=True):
    """A line: of a product, or with a name and a unit amount of its own."""

    noun: ClassVar[str] = "a line item with a product_id, or with a name and a unit_amount"
    demands: ClassVar[dict[str, Any]] = OPEN | {"anyOf": [{"required": ["name", "unit_amount"]}, {"required": ["product_id"]}]}

    product_id: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    unit_amount: Amount | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    units_count: Quantity = Decimal(1)
    tax_rate: Rate | UnsetType = UNSET
    period_start: Instant | UnsetType = UNSET
    period_end: Instant | UnsetType = UNSET
    display_unit_amount: bool = True
    display_service_period: bool = True

    def __post_init__(self) -> None:
        if self.product_id is UNSET and (self.name is UNSET or self.unit_amount is UNSET):
            raise ValueError("has neither a product_id nor a name with a unit_amount")
        to_utc(self, period_start=self.period_start, period_end=self.period_end)


class CreateTransaction(Request, frozen=True, kw_only=True):
    """A transaction in one of four shapes; one whose `process_at` is in the future is scheduled. Of several shapes that fit,
    the first in the order of the contract is meant.
    """

    noun: ClassVar[str] = "a transaction by payment method, by bank transfer, of a provider, or an external one"
    demands: ClassVar[dict[str, Any]] = OPEN | {
        "anyOf": [
            {"required": ["amount", "process_at", "payment_method_id"]},
            {
                "required": ["amount", "process_at", "payment_method_type"],
                "properties": {"payment_method_type": {"enum": ["transfer"]}},
            },
            {
                "required": ["provider_name", "provider_transaction_id"],
                "properties": {"provider_name": {"enum": list(PROVIDERS)}},
            },
            {"required": ["amount", "process_at"], "properties": {"payment_method_type": {"enum": ["external"]}}},
        ]
    }

    amount: Paid | UnsetType = UNSET
    process_at: Instant | UnsetType = UNSET
    payment_method_id: Text | UnsetType = UNSET
    payment_method_type: Text | UnsetType = UNSET
    bank_account_id: Text | UnsetType = UNSET
    provider_name: Text | UnsetType = UNSET
    provider_id: Text | UnsetType = UNSET
    provider_transaction_id: Text | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self._shape is None:
            raise ValueError("fits none of the four shapes")
        to_utc(self, process_at=self.process_at)

    @property
    def shape(self) -> TransactionShape:
        """Which of the four shapes it is; the fields of the others mean nothing then."""
        # Without one it would not have been made.
        return self._shape or "external"

    @property
    def _shape(self) -> TransactionShape | None:
        dated = self.amount is not UNSET and self.process_at is not UNSET
        if dated and self.payment_method_id is not UNSET:
            return "payment_method"
        if dated and self.payment_method_type == "transfer":
            return "transfer"
        if self.provider_name in PROVIDERS and self.provider_transaction_id is not UNSET:
            return "provider"
        return "external" if dated and self.payment_method_type in (UNSET, "external") else None


class CreateInvoiceCoupon(Request, frozen=True, kw_only=True):
    """A coupon by id, or one of its own; `line_item_indexes` null means all lines, and absent too."""

    noun: ClassVar[str] = "a coupon with a coupon_id, or with name, discount_amount and line_item_indexes"
    demands: ClassVar[dict[str, Any]] = OPEN | {
        "anyOf": [{"required": ["coupon_id"]}, {"required": ["name", "discount_amount", "line_item_indexes"]}]
    }

    coupon_id: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    discount_amount: Discount | UnsetType = UNSET
    line_item_indexes: Annotated[list[Position], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if self.coupon_id is UNSET and UNSET in (self.name, self.discount_amount, self.line_item_indexes):
            raise ValueError("has neither a coupon_id nor name, discount_amount and line_item_indexes")


class AdditionalDisplayField(Request, frozen=True, kw_only=True):
    """A field shown on the document: one of the invoice's, a custom property, or a text of its own."""

    noun: ClassVar[str] = "a display field of type standard with field, custom_property with slug, or custom with label and value"
    demands: ClassVar[dict[str, Any]] = OPEN | {
        "anyOf": [
            {"required": ["type", "field"], "properties": {"type": {"enum": ["standard"]}}},
            {"required": ["type", "slug"], "properties": {"type": {"enum": ["custom_property"]}}},
            {"required": ["type", "label", "value"], "properties": {"type": {"enum": ["custom"]}}},
        ]
    }

    type: Literal["standard", "custom_property", "custom"]
    field: Literal["customer_id", "subscription_id", "quote_id"] | UnsetType = UNSET
    slug: Text | UnsetType = UNSET
    label: Label | UnsetType = UNSET
    value: Value | UnsetType = UNSET

    def __post_init__(self) -> None:
        asked = {"standard": (self.field,), "custom_property": (self.slug,), "custom": (self.label, self.value)}
        if UNSET in asked[self.type]:
            raise ValueError("lacks what its type asks for")


class CreateInvoice(Request, frozen=True, kw_only=True):
    customer_id: Text
    line_items: Annotated[list[CreateInvoiceLineItem], Meta(min_length=1, max_length=MOST_LINES)]
    currency: Currency | UnsetType = UNSET
    status: Literal["to_pay", "paid", "draft"] = "paid"
    invoicing_entity_id: Text | UnsetType = UNSET
    number: Text | UnsetType = UNSET
    type: InvoiceKind | UnsetType = UNSET
    document_name: Text | UnsetType = UNSET
    reference: Text | UnsetType = UNSET
    purchase_order: Text | UnsetType = UNSET
    custom_note: Note | UnsetType = UNSET
    additional_info: Note | UnsetType = UNSET
    footer: Note | UnsetType = UNSET
    tax_rate: Annotated[Rate, Meta(extra_json_schema={"deprecated": True})] | UnsetType = UNSET
    tax_scheme: Literal["auto", "not_eligible"] = "auto"
    payment_method_strategy: Literal["current", "external"] | UnsetType = UNSET
    payment_method_id: Text | UnsetType = UNSET
    bank_account_id: Text | UnsetType = UNSET
    subscription_id: Text | UnsetType = UNSET
    emitted_at: Instant | UnsetType = UNSET
    due_at: Instant | UnsetType = UNSET
    settled_at: Instant | UnsetType = UNSET
    properties: Metadata | UnsetType = UNSET
    custom_properties: CustomValues | UnsetType = UNSET
    additional_display_fields: Annotated[list[AdditionalDisplayField], Meta(max_length=MOST_DISPLAY_FIELDS)] | UnsetType = UNSET
    transactions: Annotated[list[CreateTransaction], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET
    coupons: Annotated[list[CreateInvoiceCoupon], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET

    def __post_init__(self) -> None:
        to_utc(self, emitted_at=self.emitted_at, due_at=self.due_at, settled_at=self.settled_at)


class BatchInvoice(CreateInvoice, frozen=True, kw_only=True):
    """An invoice of a batch, with the client's own name for it."""

    batch_invoice_id: Name


class CreateInvoicesBatch(Request, frozen=True, kw_only=True):
    invoices: Annotated[list[BatchInvoice], Meta(min_length=1, max_length=MOST_INVOICES, extra={"unique": "batch_invoice_id"})]
    batch_id: Name | UnsetType = UNSET


def to_utc(struct: Struct, **instants: datetime | UnsetType) -> None:
    """Set the given instants again, in UTC and cut to the millisecond, as they are answered.

    Raises ValueError for one that lies outside the calendar then.
    """
    for name, instant in instants.items():
        if instant is UNSET or (instant.tzinfo is UTC and not instant.microsecond % 1000):
            continue
        try:
            force_setattr(struct, name, instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000))
        except OverflowError as error:
            raise ValueError(f"{name} lies outside the calendar") from error
