"""Customers: who owes. An absent field of a request changes nothing, null clears it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from duebook.core.money import CurrenciesMix


class Customer(NamedTuple):
    """A customer. `currency` None is the tenant's; `payment_term_days` are calendar days."""

    id: UUID | None
    external_id: str | None
    name: str
    registration_number: str | None = None
    vat_number: str | None = None
    currency: str | None = None
    language: str | None = None
    payment_term_days: int | None = None
    updated_at: datetime | None = None


def imported(fields: Mapping[str, Any], *, known: Customer | None) -> Customer:
    """The customer that the given fields (absent ones left out) make of `known`; a new one must carry a name."""
    if known is not None:
        return known._replace(**fields)
    return Customer(id=None, external_id=fields.get("external_id"), name=fields["name"])._replace(**fields)


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
