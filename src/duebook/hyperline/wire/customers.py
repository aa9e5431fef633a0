"""The bodies that the Hyperline door takes for customers: create and update.

An absent field is `UNSET` and changes nothing; at an update null clears, except where a field always has a value. Whether a tax id is
right, or a name is taken, is not asked here.
"""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, UnsetType

from duebook.hyperline.wire.countries import Country, State
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.parts import Deprecated
from duebook.hyperline.wire.requests import OPEN, Request
from duebook.hyperline.wire.scalars import (
    MOST_CUSTOMERS,
    MOST_ROWS,
    AccountFormat,
    AvailableMethod,
    CustomerKind,
    CustomValues,
    Days,
    Email,
    ExternalId,
    Host,
    Iban,
    Language,
    Metadata,
    MethodKind,
    Name,
    OrganisationInvoicing,
    Rate,
    Taxability,
    Text,
    Zone,
)

Flag = bool | Literal["true", "false"]


class CreateAddress(Request, frozen=True, kw_only=True):
    name: Text | UnsetType | None = UNSET
    line1: Text | UnsetType | None = UNSET
    line2: Text | UnsetType | None = UNSET
    city: Text | UnsetType | None = UNSET
    zip: Text | UnsetType | None = UNSET
    state: State | UnsetType | None = UNSET
    country: Country | UnsetType | None = UNSET


class TaxId(Request, frozen=True, kw_only=True):
    """A tax id. It is never refused: the check of form and key only sets its status."""

    value: Text


class CustomerBankAccount(Request, frozen=True, kw_only=True):
    """The customer's own account, in one of four formats."""

    noun: ClassVar[str] = "a bank account with the fields of its format"
    demands: ClassVar[dict[str, Any]] = OPEN | {
        "anyOf": [
            {"required": ["format", "iban"], "properties": {"format": {"enum": ["iban_bic_swift"]}}},
            {"required": ["format", "sort_code", "account_number"], "properties": {"format": {"enum": ["sort_code_account_number"]}}},
            {
                "required": ["format", "account_number", "routing_number"],
                "properties": {"format": {"enum": ["account_number_routing_number"]}},
            },
            {"required": ["format", "account_number", "bic_swift"], "properties": {"format": {"enum": ["account_number_bic_swift"]}}},
        ]
    }

    format: AccountFormat
    bank_name: Text | UnsetType | None = UNSET
    iban: Iban | UnsetType = UNSET
    bic_swift: Text | UnsetType | None = UNSET
    sort_code: Text | UnsetType = UNSET
    account_number: Text | UnsetType = UNSET
    routing_number: Text | UnsetType = UNSET

    def __post_init__(self) -> None:
        asked = {
            "iban_bic_swift": (self.iban,),
            "sort_code_account_number": (self.sort_code, self.account_number),
            "account_number_routing_number": (self.account_number, self.routing_number),
            "account_number_bic_swift": (self.account_number, self.bic_swift),
        }
        if UNSET in asked[self.format]:
            raise ValueError("lacks what its format asks for")


class CreateCustomer(Request, frozen=True, kw_only=True):
    """A new customer; nothing is required. Four of its fields are stored and mean nothing here: organisation_id, price_book_id,
    owner_id, follower_ids.
    """

    name: Text | UnsetType = UNSET
    type: CustomerKind | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    country: Annotated[Country, Deprecated] | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    timezone: Zone | UnsetType = UNSET
    domain: Host | UnsetType = UNSET
    external_id: ExternalId | UnsetType = UNSET
    registration_number: Text | UnsetType = UNSET
    local_tax_number: Text | UnsetType = UNSET
    tax_ids: Annotated[list[TaxId], Meta(max_length=1)] | UnsetType = UNSET
    tax_rate_custom: Rate | UnsetType = UNSET
    taxability: Taxability | UnsetType = UNSET
    is_government_affiliated: bool | UnsetType = UNSET
    vat_number: Annotated[Text, Deprecated] | UnsetType = UNSET
    vat_rate_custom: Annotated[Rate, Deprecated] | UnsetType = UNSET
    billing_email: Email | UnsetType = UNSET
    invoice_emails: Annotated[list[Email], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET
    billing_address: CreateAddress | UnsetType | None = UNSET
    shipping_address: CreateAddress | UnsetType | None = UNSET
    invoicing_entity_id: Text | UnsetType = UNSET
    invoice_reminders_enabled: Flag | UnsetType = UNSET
    available_payment_methods: Annotated[list[AvailableMethod], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET
    payment_method_type: MethodKind | UnsetType = UNSET
    bank_account: CustomerBankAccount | UnsetType = UNSET
    custom_payment_delay: Days | UnsetType = UNSET
    custom_payment_initiation_delay: Days | UnsetType = UNSET
    organisation_id: Text | UnsetType = UNSET
    organisation_invoicing: OrganisationInvoicing | UnsetType = UNSET
    price_book_id: Text | UnsetType = UNSET
    owner_id: Text | UnsetType = UNSET
    follower_ids: Annotated[list[Text], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET
    properties: Metadata | UnsetType = UNSET
    custom_properties: CustomValues | UnsetType = UNSET


class BatchCustomer(CreateCustomer, frozen=True, kw_only=True):
    """A customer of a batch, with the client's own name for it."""

    batch_customer_id: Name


class CreateCustomersBatch(Request, frozen=True, kw_only=True):
    customers: Annotated[list[BatchCustomer], Meta(min_length=1, max_length=MOST_CUSTOMERS, extra={"unique": "batch_customer_id"})]


class UpdateCustomer(Request, frozen=True, kw_only=True):
    """As CreateCustomer: an absent field stays, null clears it where it may be without a value."""

    name: Text | UnsetType | None = UNSET
    type: CustomerKind | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    country: Annotated[Country, Deprecated] | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    timezone: Zone | UnsetType | None = UNSET
    domain: Host | UnsetType | None = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    registration_number: Text | UnsetType | None = UNSET
    local_tax_number: Text | UnsetType | None = UNSET
    tax_ids: Annotated[list[TaxId], Meta(max_length=1)] | UnsetType | None = UNSET
    tax_rate_custom: Rate | UnsetType | None = UNSET
    taxability: Taxability | UnsetType = UNSET
    is_government_affiliated: bool | UnsetType = UNSET
    vat_number: Annotated[Text, Deprecated] | UnsetType | None = UNSET
    vat_rate_custom: Annotated[Rate, Deprecated] | UnsetType | None = UNSET
    billing_email: Email | UnsetType | None = UNSET
    invoice_emails: Annotated[list[Email], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET
    billing_address: CreateAddress | UnsetType | None = UNSET
    shipping_address: CreateAddress | UnsetType | None = UNSET
    invoicing_entity_id: Text | UnsetType | None = UNSET
    invoice_reminders_enabled: Flag | UnsetType = UNSET
    available_payment_methods: Annotated[list[AvailableMethod], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET
    payment_method_type: MethodKind | UnsetType | None = UNSET
    payment_method_id: Text | UnsetType | None = UNSET
    bank_account: CustomerBankAccount | UnsetType | None = UNSET
    custom_payment_delay: Days | UnsetType | None = UNSET
    custom_payment_initiation_delay: Days | UnsetType | None = UNSET
    organisation_id: Text | UnsetType | None = UNSET
    organisation_invoicing: OrganisationInvoicing | UnsetType = UNSET
    price_book_id: Text | UnsetType | None = UNSET
    owner_id: Text | UnsetType | None = UNSET
    follower_ids: Annotated[list[Text], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET
    properties: Metadata | UnsetType | None = UNSET
    custom_properties: CustomValues | UnsetType | None = UNSET
