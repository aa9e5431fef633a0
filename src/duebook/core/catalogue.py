"""The catalogue: what documents refer to. Products and their prices, coupons, custom properties, payment methods, bank accounts, tax rates.

Each is an `Entry`, whose `content` says what is particular to its kind; the rules on them are pure functions. What this module does not
do: store anything, know which door asks, check the form of what comes in, or hold numbers of cards or of payers' accounts (a payment
method is a reference to its provider).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

from duebook.core.coupon import Coupon

Kind = Literal["product", "price", "coupon", "custom_property", "payment_method", "bank_account", "tax_rate"]
PropertyType = Literal["date", "boolean", "number", "text", "select", "multi_select"]
AccountFormat = Literal["iban_bic_swift", "sort_code_account_number", "account_number_routing_number", "account_number_bic_swift"]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A product's words in another language."""

    name: str | None = None
    public_description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """How the books of an entity know a product."""

    entity_id: UUID
    tax_rate_id: UUID | None = None
    product_code: str | None = None
    account_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is sold. Its prices are entries of their own, below it."""

    type: str = "flat_fee"
    description: str | None = None
    public_description: str | None = None
    translations: Mapping[str, Translation] | None = None
    is_available_on_demand: bool = True
    is_available_on_subscription: bool = True
    properties: Mapping[str, Any] | None = None
    custom_properties: Mapping[str, Any] | None = None
    accounting: tuple[Accounting, ...] = ()

    @property
    def line_description(self) -> str | None:
        """What a line of this product says when its request says nothing."""
        return self.public_description or self.description


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a product costs, below its product: `amount` in minor units of `currency` (None: no price was set yet).

    `period` is `once`, or days, weeks, months, quarters, years with a `count`. No `countries`: it is good in every country.
    """

    currency: str
    amount: int | None
    period: str = "once"
    count: int | None = None
    countries: tuple[str, ...] = ()
    type: str = "fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time: `count` of `period` (days, weeks, months, years)."""

    count: int
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponEntry:
    """A discount: `amount` in minor units of `currency`, or `percent`. Its limit, `repeat` and `duration` are for subscriptions."""

    amount: int | None = None
    currency: str | None = None
    percent: Decimal | None = None
    description: str | None = None
    expires_at: datetime | None = None
    redemption_limit: int | None = None
    product_ids: tuple[UUID, ...] = ()
    repeat: str | None = None
    duration: Duration | None = None

    @property
    def type(self) -> str:
        """`amount` or `percent`."""
        return "amount" if self.percent is None else "percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomProperty:
    """A property that a company adds to its own things (`entities`: customer, invoice, ...); its entry's slug names it.

    No `authorised_values`: any value of its type will do.
    """

    type: PropertyType
    entities: tuple[str, ...]
    authorised_values: tuple[str, ...] = ()
    is_api_only: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """How a customer pays, by reference to a provider; below its customer. `expires_in` is a month, YYYY-MM."""

    type: str
    provider_name: str
    provider_method_id: str
    provider_id: str | None = None
    status: str = "active"
    error_type: str | None = None
    last_digits: int | None = None
    expires_in: str | None = None
    brand: str | None = None
    account_ending: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account of the company's own, where transfers arrive; which fields it has depends on its `format`."""

    currency: str
    format: AccountFormat
    bank_name: str | None = None
    country: str | None = None
    iban: str | None = None
    bic: str | None = None
    sort_code: str | None = None
    account_number: str | None = None
    routing_number: str | None = None
    type: str = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A rate of an entity, below it: a `custom` one of `rate` percent, or a `default` one, which gives a class of legal rates its code."""

    type: Literal["custom", "default"]
    code: str
    description: str | None = None
    country: str | None = None
    rate: Decimal | None = None
    rate_class: str | None = None
    scope: str | None = None


Content = Product | Price | CouponEntry | CustomProperty | PaymentMethod | BankAccount | TaxRate

CONTENTS: Mapping[Kind, type[Content]] = {
    "product": Product,
    "price": Price,
    "coupon": CouponEntry,
    "custom_property": CustomProperty,
    "payment_method": PaymentMethod,
    "bank_account": BankAccount,
    "tax_rate": TaxRate,
}


class Entry(NamedTuple):
    """One thing of the catalogue. `parent_id`: the product of a price, the customer of a payment method, the entity of a tax rate.

    `name` is empty where a thing has none; `slug` is unique within its kind. A deleted entry stays, since documents may name it.
    """

    id: UUID
    kind: Kind
    parent_id: UUID | None
    name: str
    slug: str | None
    archived_at: datetime | None
    deleted_at: datetime | None
    updated_at: datetime | None
    content: Any

    @property
    def is_active(self) -> bool:
        """Neither archived nor deleted."""
        return self.archived_at is None and self.deleted_at is None


def coupon(entry: Entry) -> Coupon:
    """A coupon's entry as `core.coupon` reckons with it."""
    content: CouponEntry = entry.content
    return Coupon(
        entry.id, entry.name, content.amount, content.currency, content.percent, frozenset(content.product_ids), content.expires_at,
        entry.deleted_at,
    )  # fmt: skip


def price_for(prices: Iterable[Entry], *, currency: str, country: str | None) -> Entry | None:
    """The price of a line that gives none: of the active ones in `currency` that are good in `country`, None when there is none.

    `once` goes before prices that come again, one for single countries before one for all, then the older one. A customer whose
    country is not known gets only a price that is good everywhere.
    """
    fitting = [
        price
        for price in prices
        if price.is_active
        and price.content.currency == currency
        and price.content.amount is not None
        and (not price.content.countries or country in price.content.countries)
    ]
    return min(fitting, key=lambda price: (price.content.period != "once", not price.content.countries, price.id), default=None)


def rate_id(rates: Iterable[Entry], *, percent: Decimal, country: str | None) -> UUID | None:
    """The custom tax rate (of `rates`, an entity's) that a rate given on a line equals, one of the customer's `country` first."""
    equal = [
        rate
        for rate in rates
        if rate.is_active
        and rate.kind == "tax_rate"
        and rate.content.type == "custom"
        and rate.content.rate == percent
        and rate.content.country in (None, country)
    ]
    found = min(equal, key=lambda rate: (rate.content.country is None, rate.id), default=None)
    return found.id if found else None
