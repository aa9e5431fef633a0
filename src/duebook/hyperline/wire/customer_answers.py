"""The bodies that the Hyperline door answers for customers: V2 and the old shape V1, in lists and alone.

The order of the fields is the order of the keys. `subscriptions`, `segment_ids`, `integrations`, `followers` and `providers` are always
empty and `owner` is always null: duebook has none of these.
"""

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from duebook.hyperline.wire.answers import ItemError, OffsetMeta
from duebook.hyperline.wire.countries import Country
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.parts import Address, Answer, PaymentMethod
from duebook.hyperline.wire.scalars import (
    AccountFormat,
    AvailableMethod,
    Count,
    Language,
    MethodKind,
    Number,
    OrganisationInvoicing,
    Stamp,
    Taxability,
    Uri,
)


class TaxIdStatus(Answer):
    value: str
    status: Literal["valid", "invalid", "mismatch", "unverified", "unsupported"]


class CustomerAccount(Answer):
    """The customer's account; the keys behind `format` are those of the format."""

    bank_name: str | None
    format: AccountFormat
    iban: str | UnsetType = UNSET
    sort_code: str | UnsetType = UNSET
    account_number: str | UnsetType = UNSET
    routing_number: str | UnsetType = UNSET
    bic_swift: str | UnsetType | None = UNSET


class Customer(Answer, kw_only=True):
    id: str
    name: str
    type: Literal["corporate", "person", "automatically_created"] | None
    status: Literal["active", "archived"]
    currency: Currency | None
    country: Country | None
    domain: str | None
    tax_ids: list[TaxIdStatus]
    local_tax_number: str | None
    tax_rate_custom: Number | None
    taxability: Taxability
    registration_number: str | None
    is_government_affiliated: bool
    language: Language | None
    timezone: str | None
    external_id: str | None
    properties: dict[str, Any]
    custom_properties: dict[str, Any] | None
    billing_address: Address | None
    shipping_address: Address | None
    billing_email: str | None
    invoice_emails: list[str]
    invoicing_entity_id: str | None
    invoice_reminders_enabled: bool
    price_book_id: str | None
    available_payment_methods: list[AvailableMethod]
    subscriptions: list[Any]
    segment_ids: list[str]
    integrations: list[Any]
    created_at: Stamp
    updated_at: Stamp
    deleted_at: Stamp | None
    owner_id: str | None
    owner: None
    followers: list[Any]
    payment_terms: int | None
    payment_initiation_delay: int | None
    payment_method_type: MethodKind | None
    payment_method_id: str | None


class CustomerDetails(Customer, kw_only=True):
    """As a single read shows a customer."""

    payment_method: PaymentMethod | None
    bank_account: CustomerAccount | None
    organisation_id: str | None
    organisation_invoicing: OrganisationInvoicing


class CustomerV1(Answer, kw_only=True):
    id: str
    name: str
    type: Literal["corporate", "person", "automatically_created"] | None
    status: Literal["active", "archived"]
    currency: Currency | None
    country: Country | None
    domain: str | None
    vat_number: str | None
    vat_number_valid: bool | None
    vat_rate_custom: Number | None
    tax_ids: list[TaxIdStatus]
    local_tax_number: str | None
    tax_rate_custom: Number | None
    taxability: Taxability
    registration_number: str | None
    is_government_affiliated: bool
    language: Language | None
    timezone: str | None
    external_id: str | None
    properties: dict[str, Any]
    custom_properties: dict[str, Any] | None
    billing_address: Address | None
    shipping_address: Address | None
    billing_email: str | None
    invoice_emails: list[str]
    invoicing_entity_id: str | None
    invoice_reminders_enabled: bool
    price_book_id: str | None
    available_payment_methods: list[AvailableMethod]
    current_payment_method_type: MethodKind | None
    current_payment_method_id: str | None
    custom_payment_delay: int | None
    custom_payment_initiation_delay: int | None
    subscriptions: list[Any]
    segment_ids: list[str]
    integrations: list[Any]
    created_at: Stamp
    updated_at: Stamp
    deleted_at: Stamp | None


class CustomerDetailsV1(CustomerV1, kw_only=True):
    """As a single read, and the answer to a write, shows a customer."""

    providers: dict[str, Any]
    current_payment_method: PaymentMethod | None
    bank_account: CustomerAccount | None
    organisation_id: str | None
    organisation_invoicing: OrganisationInvoicing


class BatchedCustomer(CustomerDetailsV1, kw_only=True):
    """A customer that a batch made, with the client's own name for it."""

    batch_customer_id: str


class FailedCustomer(Answer, kw_only=True):
    """Why an item of a batch made no customer; `customer_payload` is the item as it came, less its name and what no field here takes."""

    error: ItemError
    batch_customer_id: str
    customer_payload: dict[str, Any]


class CustomersBatch(Answer, kw_only=True):
    """What became of each item, in the order of the request."""

    successes: list[BatchedCustomer]
    errors: list[FailedCustomer]


class CustomerTaxRate(Answer, kw_only=True):
    """What a line of the customer gets that says nothing of its tax."""

    scheme: Literal["exempt", "standard", "reverse_charge", "manual", "not_eligible"]
    rate: Number


class CustomerPortal(Answer, kw_only=True):
    url: Uri


class CursorPageCustomer(Answer, kw_only=True):
    """`total` only where it was asked for."""

    data: list[Customer]
    next_cursor: str | None
    has_more: bool
    total: Count | UnsetType = UNSET


class OffsetPageCustomerV1(Answer, kw_only=True):
    meta: OffsetMeta
    data: list[CustomerV1]
