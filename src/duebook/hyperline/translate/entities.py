"""Invoicing entities between this door and the house: its fields as the house calls them, and an entity as an answer."""

from collections.abc import Mapping
from typing import Any, Final

from duebook.actions.tax_ids import tax_id_status
from duebook.core.entity import Entity
from duebook.hyperline import ids, wire
from duebook.hyperline.translate.places import given
from duebook.web.instants import created, instant

NAMES: Final[Mapping[str, str]] = {
    "invoice_number_pattern": "invoice_pattern",
    "credit_note_number_pattern": "credit_note_pattern",
    "document_number_pattern": "document_pattern",
    "default_payment_delay": "payment_term_days",
    "invoice_grace_period_duration": "grace_period_days",
    "invoice_payment_initiation_delay": "invoice_initiation_days",
    "document_payment_initiation_delay": "document_initiation_days",
    "invoice_late_fees": "late_fees",
    "credit_note_wallet_refund_enabled": "wallet_refunds",
    "standalone_credit_note_creation_enabled": "standalone_credit_notes",
}
"""Ours by theirs."""


def fields(body: wire.CreateInvoicingEntity | wire.UpdateInvoicingEntity) -> dict[str, Any]:
    """What a body says of a seller."""
    return given(body, names=NAMES)


def entity(of: Entity) -> wire.InvoicingEntity:
    """A seller as it is answered."""
    # All four came in through enums.
    language: Any = of.language
    currency: Any = of.currency
    accounting_currency: Any = of.accounting_currency
    country: Any = of.country
    kind: Any = of.forced_customer_type
    return wire.InvoicingEntity(
        id=ids.shown(of.id, kind="entity"),
        name=of.name,
        trade_name=of.trade_name,
        timezone=of.timezone,
        language=language,
        is_default=of.is_default,
        currency=currency,
        accounting_currency=accounting_currency,
        address_line1=of.address_line1,
        address_line2=of.address_line2,
        zip_code=of.zip_code,
        state=of.state,
        city=of.city,
        country=country,
        registration_number=of.registration_number,
        tax_id=of.tax_id,
        tax_id_valid=None if of.tax_id is None else tax_id_status(of.tax_id, country=of.country) == "valid",
        billing_email=of.billing_email,
        invoice_number_pattern=of.invoice_pattern,
        credit_note_number_pattern=of.credit_note_pattern,
        document_number_pattern=of.document_pattern,
        next_invoice_number=of.next_invoice_number,
        next_credit_note_number=of.next_credit_note_number,
        next_document_number=of.next_document_number,
        default_payment_delay=of.payment_term_days,
        invoice_grace_period_duration=of.grace_period_days,
        invoice_payment_initiation_delay=of.invoice_initiation_days,
        document_payment_initiation_delay=of.document_initiation_days,
        invoice_late_fees=of.late_fees,
        invoice_footer=of.invoice_footer,
        document_footer=of.document_footer,
        logo_url=of.logo_url,
        favicon_url=of.favicon_url,
        brand_color=of.brand_color,
        forced_customer_type=kind,
        credit_note_wallet_refund_enabled=of.wallet_refunds,
        standalone_credit_note_creation_enabled=of.standalone_credit_notes,
        created_at=created(of.id),
        updated_at=created(of.id) if of.updated_at is None else instant(of.updated_at),
        deleted_at=None,
    )
