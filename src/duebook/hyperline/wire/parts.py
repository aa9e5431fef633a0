"""The parts of an invoice as the Hyperline door answers it: parties, lines, coupons, transactions, exactly as the contract names and
orders them.

The order of the fields is the order of the keys. Instants are texts that the translator has formatted: encoding copies them. A key
that the contract shows only sometimes is `UNSET` otherwise. Nothing is checked on the way out.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from duebook.hyperline.wire.countries import Country, State
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.scalars import (
    AccountFormat,
    Number,
    Stamp,
    Total,
)

Deprecated = Meta(extra_json_schema={"deprecated": True})
# fmt: off
Provider = Literal[
    "adyen", "stripe", "mollie", "gocardless", "airwallex", "salesforce", "hubspot", "attio", "xero", "pennylane", "zoho-books",
    "exact-online", "quickbooks", "netsuite", "rillet", "datev", "anrok", "chargebee", "slack", "plain", "zendesk", "pylon",
    "intercom", "front", "helpscout", "claap", "grain", "gong", "jiminny", "posthog",
]
MethodError = Literal[
    "authentication_required", "authorization_error", "insufficient_funds", "declined", "expired", "fraud", "invalid",
    "mandate_invalid", "not_supported", "unknown",
]
TransactionError = Literal[
    "authentication_required", "declined", "fraud", "insufficient_funds", "mandate_invalid", "payment_method_authorization_error",
    "payment_method_declined", "payment_method_expired", "payment_method_invalid", "payment_method_not_supported", "processing_error",
    "provider_error", "unknown",
]
# fmt: on
TransactionType = Literal["subscription", "one_time", "refund", "chargeback"]
TransactionStatus = Literal["scheduled", "to_process", "pending", "settled", "cancelled", "failed"]
TransactionMethod = Literal[
    "card", "direct_debit", "direct_debit_ach", "direct_debit_bacs", "transfer", "transfer_automated", "wallet", "external"
]


class Answer(Struct, gc=False):
    """What a client receives; the order of the fields is the order of the keys."""


class Address(Answer):
    name: str | None
    line1: str | None
    line2: str | None
    city: str | None
    zip: str | None
    state: State | None
    country: Country | None


class Integration(Answer):
    entity_id: str
    provider_name: Provider
    provider_account_id: str


class InvoiceCustomer(Answer):
    """The customer as it was when the invoice became final."""

    id: str
    name: str
    email: str | None
    external_id: str | None
    tax_id: str | None
    local_tax_number: str | None
    address: Address | None


class InvoiceCustomerV1(Answer):
    """The same with the old name of the tax id."""

    id: str
    name: str
    email: str | None
    external_id: str | None
    vat_number: Annotated[str | None, Deprecated]
    tax_id: str | None
    local_tax_number: str | None
    address: Address | None


class InvoiceSeller(Answer):
    id: str
    name: str
    tax_id: str | None
    address: Address | None


class InvoiceLineItem(Answer):
    """`amount` includes tax and has no sign: `entry_type` has it."""

    id: str
    name: str
    entry_type: Literal["debit", "credit"]
    product_id: str | None
    product_type: Literal["flat_fee", "seat", "dynamic", "credit", "bundle"] | None
    units_count: Number
    unit_amount: Total
    amount: Total
    amount_excluding_tax: Total
    tax_rate: Number
    tax_rate_id: str | None
    tax_amount: Total
    discount_amount: Total
    discount_percent: Number | None
    period_starts_at: Stamp | None
    period_ends_at: Stamp | None
    revenue_type: Literal["recurring", "variable", "one_off"] | None
    revenue_interval_count: int | None
    revenue_interval_period: Literal["days", "weeks", "months", "quarters", "years", "once", "all"] | None
    display_unit_amount: bool
    display_service_period: bool
    original_line_item_id: str | None


class InvoiceCoupon(Answer):
    """`id` is null for an inline coupon, `line_item_ids` where it lies on all lines."""

    id: str | None
    name: str | None
    discount_amount: Total | None
    discount_percent: Number | None
    line_item_ids: list[str] | None


class Allocation(Answer):
    """Where a credit note lies."""

    invoice_id: str
    amount: Total


class PaymentMethod(Answer, kw_only=True):
    id: str
    status: Literal["active", "pending", "expired", "errored"]
    error_type: MethodError | UnsetType = UNSET
    type: Literal["card", "apple_pay", "google_pay", "direct_debit", "direct_debit_ach", "direct_debit_bacs", "stripe_link"]
    last_4_digits: int | UnsetType | None = UNSET
    expiration_date: str | UnsetType | None = UNSET
    brand: str | UnsetType | None = UNSET
    account_number_ending: str | UnsetType | None = UNSET


class BankAccount(Answer, kw_only=True):
    type: Literal["standard", "connected"]
    status: Literal["active", "error"] | UnsetType = UNSET
    balance: Total | UnsetType | None = UNSET
    last_refreshed_at: Stamp | UnsetType | None = UNSET
    last_error_type: Literal["provider_error", "invalid_credentials", "unknown"] | UnsetType | None = UNSET
    id: str
    currency: Currency
    bank_name: str | None
    name: str | None
    country: str | None
    format: AccountFormat
    iban: str | UnsetType = UNSET
    sort_code: str | UnsetType = UNSET
    account_number: str | UnsetType = UNSET
    routing_number: str | UnsetType = UNSET
    bic_swift: str | UnsetType | None = UNSET


class ProviderFee(Answer):
    amount: Total
    currency: Currency
    exchange_rate: Number | None


class Chargeback(Answer):
    amount: Total
    last_chargeback_at: Stamp


class Transaction(Answer, kw_only=True):
    """As embedded in an invoice; behind `payment_method_type` stands the key that belongs to it."""

    id: str
    type: TransactionType
    amount: Total
    currency: Currency
    customer_id: str
    provider_id: Annotated[str | None, Deprecated]
    process_at: Stamp
    settled_at: Stamp | None
    refunded_at: Stamp | None
    original_transaction_id: str | None
    reversed_at: Stamp | None
    last_refreshed_at: Stamp | None
    provider_fee: ProviderFee | None
    chargeback: Annotated[Chargeback | None, Deprecated]
    integrations: list[Integration]
    payment_method_type: TransactionMethod
    payment_method: PaymentMethod | UnsetType | None = UNSET
    bank_account: BankAccount | UnsetType | None = UNSET
    wallet_id: str | UnsetType = UNSET
    status: TransactionStatus
    error_type: TransactionError | UnsetType | None = UNSET
    error_message: str | UnsetType | None = UNSET
