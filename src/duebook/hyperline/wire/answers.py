"""The bodies that the Hyperline door answers: invoices of both shapes, their pages, batches and errors, exactly as the contract names
and orders them. Customers stand in `customer_answers.py`.

The order of the fields is the order of the keys; `allocations` is there on credit notes only. Encode with `encode`: it writes Decimals
as numbers.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.parts import (
    Allocation,
    Answer,
    Deprecated,
    Integration,
    InvoiceCoupon,
    InvoiceCustomer,
    InvoiceCustomerV1,
    InvoiceLineItem,
    InvoiceSeller,
    Transaction,
)
from duebook.hyperline.wire.requests import AdditionalDisplayField
from duebook.hyperline.wire.scalars import (
    MOST_DISPLAY_FIELDS,
    MOST_ERRORS,
    Count,
    CustomValues,
    Metadata,
    Number,
    Stamp,
    Total,
    Uri,
)

encode: Final = msgspec.json.Encoder(decimal_format="number").encode

# fmt: off
InvoiceStatus = Literal[
    "draft", "pending_approval", "changes_requested", "open", "to_pay", "grace_period", "partially_paid", "paid", "voided", "closed",
    "error", "missing_info", "archived", "charged_on_parent", "pending_parent_concat", "pending_consolidation", "consolidated",
    "uncollectible",
]
# fmt: on
ErrorKind = Literal[
    "ValidationError",
    "UnauthorizedError",
    "ForbiddenError",
    "NotFoundError",
    "ConflictError",
    "IdempotencyError",
    "TooManyRequestsError",
    "UnavailableError",
    "InternalError",
]
Messages = Annotated[dict[str, list[str]], Meta(min_length=1, max_length=MOST_ERRORS)]


class Invoice(Answer, kw_only=True):
    """The current shape, as lists show it."""

    id: str
    number: str
    type: Literal["invoice", "credit_note", "document", "child_invoice_ref", "child_creditnote_ref"]
    document_name: str | None
    status: InvoiceStatus
    reference: str | None
    purchase_order: str | None
    currency: Currency
    source: Literal["hyperline", "api", "pennylane", "chargebee", "stripe", "lago", "sequence", "other"]
    total_amount: Total
    amount_due: Total
    amount_paid: Total
    amount_fixed: Total
    amount_excluding_tax: Total
    tax_amount: Total
    tax_scheme: Literal["exempt", "standard", "reverse_charge", "manual", "not_eligible"]
    discount_amount: Total
    conversion_rate: Number | None
    converted_amount: Total | None
    converted_at: Stamp | None
    payment_method_id: str | None
    bank_account_id: str | None
    custom_note: str | None
    additional_info: str | None
    footer: str | None
    customer: InvoiceCustomer
    seller: InvoiceSeller
    subscription_id: str | None
    period_starts_at: Stamp | None
    period_ends_at: Stamp | None
    due_at: Stamp
    refunded_at: Stamp | None
    grace_period_ended_at: Stamp | None
    settled_at: Stamp | None
    updated_at: Stamp | None
    properties: Metadata | None
    custom_properties: CustomValues | None
    additional_display_fields: Annotated[list[AdditionalDisplayField], Meta(max_length=MOST_DISPLAY_FIELDS)] | None
    original_invoice_id: str | None
    original_invoice_number: str | None
    line_items: list[InvoiceLineItem]
    allocations: list[Allocation] | UnsetType = UNSET
    coupons: list[InvoiceCoupon]
    transactions: list[Transaction]
    public_url: Uri
    issued_at: Stamp


class InvoiceDetails(Invoice, kw_only=True):
    """As a single read shows an invoice."""

    integrations: list[Integration]


class InvoiceV1(Answer, kw_only=True):
    """The old shape, as lists show it: `emitted_at`, `tax_rate` and `customer.vat_number`."""

    id: str
    number: str
    type: Literal["invoice", "credit_note", "document", "child_invoice_ref", "child_creditnote_ref"]
    document_name: str | None
    status: InvoiceStatus
    reference: str | None
    purchase_order: str | None
    currency: Currency
    source: Literal["hyperline", "api", "pennylane", "chargebee", "stripe", "lago", "sequence", "other"]
    total_amount: Total
    amount_due: Total
    amount_paid: Total
    amount_fixed: Total
    amount_excluding_tax: Total
    tax_rate: Annotated[Number, Deprecated]
    tax_amount: Total
    tax_scheme: Literal["exempt", "standard", "reverse_charge", "manual", "not_eligible"]
    discount_amount: Total
    conversion_rate: Number | None
    converted_amount: Total | None
    converted_at: Stamp | None
    payment_method_id: str | None
    bank_account_id: str | None
    custom_note: str | None
    additional_info: str | None
    footer: str | None
    customer: InvoiceCustomerV1
    seller: InvoiceSeller
    subscription_id: str | None
    period_starts_at: Stamp | None
    period_ends_at: Stamp | None
    emitted_at: Stamp
    due_at: Stamp
    refunded_at: Stamp | None
    grace_period_ended_at: Stamp | None
    settled_at: Stamp | None
    updated_at: Stamp | None
    properties: Metadata | None
    custom_properties: CustomValues | None
    additional_display_fields: Annotated[list[AdditionalDisplayField], Meta(max_length=MOST_DISPLAY_FIELDS)] | None
    original_invoice_id: str | None
    original_invoice_number: str | None
    line_items: list[InvoiceLineItem]
    allocations: list[Allocation] | UnsetType = UNSET
    coupons: list[InvoiceCoupon]
    transactions: list[Transaction]
    public_url: Uri


class InvoiceDetailsV1(InvoiceV1, kw_only=True):
    """The old shape, as a single read and the answer to a write show it."""

    integrations: list[Integration]


class OffsetMeta(Answer):
    """`taken` are the rows here, `total` all."""

    total: Count
    taken: Count
    skipped: Count


class CursorPageInvoice(Answer, kw_only=True):
    """`total` only where it was asked for; `next_cursor` is null on the last page."""

    data: list[Invoice]
    next_cursor: str | None
    has_more: bool
    total: Count | UnsetType = UNSET


class OffsetPageInvoiceV1(Answer):
    meta: OffsetMeta
    data: list[InvoiceV1]


class BatchAccepted(Answer):
    batch_id: str


class BatchCounts(Answer):
    total: Count
    pending: Count
    succeeded: Count
    failed: Count


class ItemError(Answer, kw_only=True):
    """Why an item of a batch failed; `errors` only where fields are to blame, by their dotted paths in the item."""

    type: Literal["NotFoundError", "BusinessRuleError", "InternalError"]
    message: str
    errors: Messages | UnsetType = UNSET


class BatchItem(Answer):
    batch_invoice_id: str
    position: Count
    status: Literal["pending", "succeeded", "failed"]
    invoice_id: str | None
    error: ItemError | None


class Batch(Answer):
    batch_id: str
    state: Literal["pending", "running", "done"]
    counts: BatchCounts
    created_at: Stamp
    finished_at: Stamp | None
    items: list[BatchItem]


class Message(Answer, kw_only=True):
    """The body of every 4xx and 5xx that blames no field; a refusal by state or rule (400) also has an empty `errors`."""

    statusCode: int  # noqa: N815 - the contract's key
    type: ErrorKind
    message: str
    errors: Annotated[list[Any], Meta(max_length=0)] | UnsetType = UNSET


class ValidationError(Answer, kw_only=True):
    """The long form of a 400: messages by field. `truncated` stands only where there were more than are told."""

    statusCode: Annotated[int, Meta(extra_json_schema={"const": 400})]  # noqa: N815 - the contract's key
    type: Literal["ValidationError"]
    message: str
    errors: Messages
    truncated: Literal[True] | UnsetType = UNSET
