"""Papers: documents as they are written, with their parties, lines, coupons and texts.

A final invoice or credit note is a paper and a receivable with the same id: the paper says what was agreed and never changes with what is
paid, the receivable says what is owed. A draft, and a document without legal value, are papers alone. What this module does not do:
reckon lines (`core.lines`), choose numbers, or know who is owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from duebook.core.coupon import CouponDraft
from duebook.core.lines import Entry, Kind, LineDraft
from duebook.core.tax import Scheme

UNKNOWN: Final = UUID(int=0)
"""Stands in a draft for an id that can name nothing: what the request wrote there is not written like an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address; country and state are ISO 3166 codes."""

    name: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    zip: str | None = None
    state: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The customer or the seller as it was when the document became final (a draft: as it is)."""

    id: UUID
    name: str
    email: str | None = None
    external_id: str | None = None
    tax_id: str | None = None
    local_tax_number: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line as it stands on the document: amounts in minor units, none below 0, the entry has the sign."""

    id: UUID
    name: str
    entry: Entry
    units_count: Decimal
    unit_amount: int
    net: int
    tax: int
    tax_scheme: Scheme
    tax_percent: Decimal
    discount: int = 0
    discount_percent: Decimal | None = None
    description: str | None = None
    product_id: UUID | None = None
    product_type: str | None = None
    tax_rate_id: UUID | None = None
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    display_unit_amount: bool = True
    display_period: bool = True
    original_id: UUID | None = None

    @property
    def amount(self) -> int:
        """What the line comes to with its tax."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCoupon:
    """A coupon as applied, in minor units; `line_ids` None where it lies on every line."""

    id: UUID | None
    name: str
    amount: int
    percent: Decimal | None = None
    line_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a document says, beyond what it is found and counted by. `net`, `tax`, `discount` in minor units.

    Of a draft, `is_issue_open` and `is_due_open` say that its request gave no issue or due instant: both are decided when it becomes final.
    """

    net: int
    tax: int
    discount: int
    tax_scheme: Scheme
    source: str
    customer: Party
    seller: Party
    lines: tuple[PaperLine, ...]
    coupons: tuple[PaperCoupon, ...] = ()
    name: str | None = None
    reference: str | None = None
    purchase_order: str | None = None
    note: str | None = None
    additional_info: str | None = None
    footer: str | None = None
    payment_method_strategy: str | None = None
    payment_method_id: UUID | None = None
    bank_account_id: UUID | None = None
    conversion_rate: Decimal | None = None
    converted_total: int | None = None
    properties: Mapping[str, Any] | None = None
    custom_properties: Mapping[str, Any] | None = None
    display_fields: tuple[Mapping[str, Any], ...] | None = None
    is_issue_open: bool = False
    is_due_open: bool = False


class Paper(NamedTuple):
    """A document. `number` is empty on a draft made without one; `amount_paid` counts only where there is no receivable to tell it.

    `settled_at` is the instant that was given for full payment, if one was. `original_id`: the invoice a credit note belongs to.
    """

    id: UUID
    kind: Kind
    is_draft: bool
    entity_id: UUID
    customer_id: UUID
    currency: str
    number: str
    total: int
    issued_at: datetime
    due_at: datetime
    content: Content
    settled_at: datetime | None = None
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    subscription_id: str | None = None
    original_id: UUID | None = None
    amount_paid: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponReference:
    """A coupon as a draft lays it on its lines: of the catalogue (`id`), or its own."""

    id: UUID | None
    draft: CouponDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionDraft:
    """A movement of money as a request gives it. `shape`: payment_method, transfer, provider, external.

    `amount` and `process_at` None (provider alone): what remains, and the issue instant.
    """

    shape: str
    amount: int | None = None
    process_at: datetime | None = None
    payment_method_id: UUID | None = None
    bank_account_id: UUID | None = None
    provider_name: str | None = None
    provider_id: str | None = None
    provider_transaction_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLineDraft:
    """A line as a request gives it: of a product (name, price and description filled in from it where absent), or its own."""

    product_id: UUID | None = None
    name: str | None = None
    unit_amount: int | None = None
    units_count: Decimal = Decimal(1)
    description: str | None = None
    tax_rate: Decimal | None = None
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    display_unit_amount: bool = True
    display_period: bool = True

    def filled(self, *, name: str, unit_amount: int, description: str | None) -> LineDraft:
        """The line with what its product gave."""
        return LineDraft(
            name, unit_amount, self.units_count, self.tax_rate, self.product_id, description, self.period_starts_at, self.period_ends_at,
            self.display_unit_amount, self.display_period,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDraft:
    """A document as a request asks for it, in neutral words. None: absent. UNKNOWN in place of an id: it can name nothing.

    `status`: paid (its default: without transactions it is settled whole), to_pay, draft.
    """

    customer_id: UUID
    lines: tuple[PaperLineDraft, ...]
    status: str = "paid"
    kind: Kind = "invoice"
    entity_id: UUID | None = None
    currency: str | None = None
    number: str | None = None
    name: str | None = None
    reference: str | None = None
    purchase_order: str | None = None
    note: str | None = None
    additional_info: str | None = None
    footer: str | None = None
    tax_rate: Decimal | None = None
    is_not_eligible: bool = False
    payment_method_strategy: str | None = None
    payment_method_id: UUID | None = None
    bank_account_id: UUID | None = None
    subscription_id: str | None = None
    issued_at: datetime | None = None
    due_at: datetime | None = None
    settled_at: datetime | None = None
    properties: Mapping[str, Any] | None = None
    custom_properties: Mapping[str, Any] | None = None
    display_fields: tuple[Mapping[str, Any], ...] | None = None
    transactions: tuple[TransactionDraft, ...] | None = None
    coupons: tuple[CouponReference, ...] = ()
