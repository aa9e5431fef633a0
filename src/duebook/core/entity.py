"""Invoicing entities: the sellers of a tenant, with what their documents inherit and how these are numbered."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Entity(NamedTuple):
    """A seller. Countries are ISO 3166-1 alpha-2; `timezone` is that of its numbers; terms and delays are days.

    `next_*_number` is what the next document of that kind gets; `has_*_numbers` once the first of that kind was taken.
    """

    id: UUID
    name: str
    country: str
    currency: str
    accounting_currency: str
    timezone: str
    language: str = "fr"
    is_default: bool = False
    trade_name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    zip_code: str | None = None
    city: str | None = None
    state: str | None = None
    registration_number: str | None = None
    tax_id: str | None = None
    billing_email: str | None = None
    invoice_pattern: str = "INV-{number}"
    credit_note_pattern: str = "CN-{number}"
    document_pattern: str = "DOC-{number}"
    next_invoice_number: int = 1
    next_credit_note_number: int = 1
    next_document_number: int = 1
    has_invoice_numbers: bool = False
    has_credit_note_numbers: bool = False
    has_document_numbers: bool = False
    payment_term_days: int = 30
    grace_period_days: int = 3
    invoice_initiation_days: int | None = None
    document_initiation_days: int | None = None
    late_fees: str | None = None
    invoice_footer: str | None = None
    document_footer: str | None = None
    quote_footer: str | None = None
    logo_url: str | None = None
    favicon_url: str | None = None
    brand_color: str | None = None
    forced_customer_type: str | None = None
    wallet_refunds: bool = False
    standalone_credit_notes: bool = True
    rate_between_members: str = "destination"
    updated_at: datetime | None = None
