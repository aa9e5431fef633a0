"""Customers: who owes. An absent field of a request changes nothing, null clears it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from duebook.core.money import CurrenciesMix
from duebook.core.paper import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What only some doors speak of. Whether the tax id is right is not kept: it is read off the number and the country.

    `bank_account`: the customer's own account by the names of its format. `is_exempt`: no tax is collected from it.
    """

    kind: str | None = None
    domain: str | None = None
    timezone: str | None = None
    local_tax_number: str | None = None
    tax_rate: Decimal | None = None
    is_exempt: bool = False
    is_government: bool = False
    billing_address: Address | None = None
    shipping_address: Address | None = None
    invoice_emails: tuple[str, ...] = ()
    reminders: bool = True
    available_methods: tuple[str, ...] = ()
    payment_method_type: str | None = None
    payment_method_id: UUID | None = None
    bank_account: Mapping[str, Any] | None = None
    initiation_days: int | None = None
    organisation_id: str | None = None
    organisation_invoicing: str = "none"
    price_book_id: str | None = None
    owner_id: str | None = None
    follower_ids: tuple[str, ...] = ()
    properties: Mapping[str, Any] | None = None
    custom_properties: Mapping[str, Any] | None = None


class Customer(NamedTuple):
    """A customer. `currency` None is the tenant's; `payment_term_days` are calendar days; `vat_number` is its tax id.

    `entity_id` None is the tenant's default seller; `profile` None has nothing to tell. `country` is that of its billing address.
    """

    id: UUID | None
    external_id: str | None
    name: str
    registration_number: str | None = None
    vat_number: str | None = None
    currency: str | None = None
    language: str | None = None
    payment_term_days: int | None = None
    updated_at: datetime | None = None
    archived_at: datetime | None = None
    entity_id: UUID | None = None
    country: str | None = None
    billing_email: str | None = None
    profile: Profile | None = None


def imported(fields: Mapping[str, Any], *, known: Customer | None) -> Customer:
    """The customer that the given fields (absent ones left out) make of `known`; a new one must carry a name."""
    if known is not None:
        return known._replace(**fields)
    return Customer(id=None, external_id=fields.get("external_id"), name=fields["name"])._replace(**fields)


class CustomerDraft(NamedTuple):
    """What a request gives of a customer: `fields` of Customer, `profile` of its Profile; absent ones are left out.

    A `name` of None leaves it to the books to call the customer something.
    """

    fields: Mapping[str, Any]
    profile: Mapping[str, Any] = MappingProxyType({})


def drafted(draft: CustomerDraft, *, known: Customer, otherwise: str) -> Customer:
    """The customer that a draft makes of `known`. Without a name its e-mail, else its external id, else `otherwise` serves as one.

    An address brings its country; a country given without an address goes into the one there is.
    """
    after = known._replace(**draft.fields)
    profile = replace(known.profile or Profile(), **draft.profile) if draft.profile or known.profile is None else known.profile
    address = profile.billing_address
    if address is not None and address.country != after.country:
        if draft.profile.get("billing_address") is not None:
            after = after._replace(country=address.country or after.country)
        elif "country" in draft.fields:
            profile = replace(profile, billing_address=replace(address, country=after.country))
    return after._replace(name=after.name or after.billing_email or after.external_id or otherwise, profile=profile)


class Balance(NamedTuple):
    """What a customer owes in one currency, minor units. Overdue, disputed and recovery are parts of the outstanding amount."""

    currency: str
    outstanding: int
    overdue: int
    disputed: int
    recovery: int
    unapplied: int
    credit: int

    @property
    def balance(self) -> int:
        """Outstanding less surpluses and what is still available on credit notes."""
        return self.outstanding - self.unapplied - self.credit


def added(one: Balance, other: Balance) -> Balance:
    """Two partial balances of the same customer and currency. Raises CurrenciesMix for two currencies: conversion is never implied."""
    if one.currency != other.currency:
        raise CurrenciesMix(f"{other.currency} was about to be added to {one.currency}")
    return Balance(one.currency, *[a + b for a, b in zip(one[1:], other[1:], strict=True)])
