"""The bodies of the Hyperline door for invoicing entities, what comes in and what goes out.

An absent field is `UNSET` and changes nothing; null clears, where a field may be without a value. Whether a pattern makes numbers, or a
counter may still be set, is not asked here.
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from duebook.hyperline.wire.answers import OffsetMeta
from duebook.hyperline.wire.countries import Country
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.parts import Answer
from duebook.hyperline.wire.requests import Request
from duebook.hyperline.wire.scalars import LARGEST_AMOUNT, CustomerKind, Days, Email, Language, Note, Stamp, Text, Zone


def _is_color(text: Any) -> bool:
    return isinstance(text, str) and text.startswith("#")


Color = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=9,
        extra={"check": _is_color, "noun": "a color such as #1A73E8"},
        extra_json_schema={"pattern": "^#[^\\u0000]*$"},
    ),
]
NextNumber = Annotated[int, Meta(ge=0, le=LARGEST_AMOUNT, extra={"noun": "a whole number"})]


class EntityFields(Request, frozen=True, kw_only=True):
    """What may be said of a seller and need not be. `quote_footer` is kept and never answered."""

    trade_name: Text | UnsetType | None = UNSET
    timezone: Zone | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    address_line1: Text | UnsetType | None = UNSET
    address_line2: Text | UnsetType | None = UNSET
    zip_code: Text | UnsetType | None = UNSET
    state: Text | UnsetType | None = UNSET
    city: Text | UnsetType | None = UNSET
    registration_number: Text | UnsetType | None = UNSET
    tax_id: Text | UnsetType | None = UNSET
    billing_email: Email | UnsetType | None = UNSET
    invoice_number_pattern: Text | UnsetType = UNSET
    credit_note_number_pattern: Text | UnsetType = UNSET
    document_number_pattern: Text | UnsetType = UNSET
    next_invoice_number: NextNumber | UnsetType = UNSET
    next_credit_note_number: NextNumber | UnsetType = UNSET
    next_document_number: NextNumber | UnsetType = UNSET
    default_payment_delay: Days | UnsetType = UNSET
    invoice_grace_period_duration: Days | UnsetType = UNSET
    invoice_payment_initiation_delay: Days | UnsetType | None = UNSET
    document_payment_initiation_delay: Days | UnsetType | None = UNSET
    invoice_late_fees: Note | UnsetType | None = UNSET
    invoice_footer: Note | UnsetType | None = UNSET
    document_footer: Note | UnsetType | None = UNSET
    quote_footer: Note | UnsetType | None = UNSET
    logo_url: Text | UnsetType | None = UNSET
    favicon_url: Text | UnsetType | None = UNSET
    brand_color: Color | UnsetType | None = UNSET
    forced_customer_type: CustomerKind | UnsetType | None = UNSET
    credit_note_wallet_refund_enabled: bool | UnsetType = UNSET
    standalone_credit_note_creation_enabled: bool | UnsetType = UNSET


class CreateInvoicingEntity(EntityFields, frozen=True, kw_only=True):
    """A new seller."""

    name: Text
    country: Country
    currency: Currency
    accounting_currency: Currency


class UpdateInvoicingEntity(EntityFields, frozen=True, kw_only=True):
    """What changes of a seller; `country` is taken only as it is."""

    name: Text | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    accounting_currency: Currency | UnsetType = UNSET


class InvoicingEntity(Answer, kw_only=True):
    """A seller. `tax_id_valid` is what the check of form and key says, null without a tax id."""

    id: str
    name: str
    trade_name: str | None
    timezone: str
    language: Language
    is_default: bool
    currency: Currency
    accounting_currency: Currency
    address_line1: str | None
    address_line2: str | None
    zip_code: str | None
    state: str | None
    city: str | None
    country: Country
    registration_number: str | None
    tax_id: str | None
    tax_id_valid: bool | None
    billing_email: str | None
    invoice_number_pattern: str
    credit_note_number_pattern: str
    document_number_pattern: str
    next_invoice_number: int
    next_credit_note_number: int
    next_document_number: int
    default_payment_delay: int
    invoice_grace_period_duration: int
    invoice_payment_initiation_delay: int | None
    document_payment_initiation_delay: int | None
    invoice_late_fees: str | None
    invoice_footer: str | None
    document_footer: str | None
    logo_url: str | None
    favicon_url: str | None
    brand_color: str | None
    forced_customer_type: CustomerKind | None
    credit_note_wallet_refund_enabled: bool
    standalone_credit_note_creation_enabled: bool
    created_at: Stamp
    updated_at: Stamp
    deleted_at: Stamp | None


class OffsetPageInvoicingEntity(Answer):
    meta: OffsetMeta
    data: list[InvoicingEntity]
