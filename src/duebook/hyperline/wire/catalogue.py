"""The bodies that the Hyperline door takes for what invoices refer to: products, prices, coupons, custom properties, payment methods, bank
accounts, tax rates.

An absent field is `UNSET` and changes nothing; null clears, where a field may be without a value. Whether what a body names exists, or a
slug is taken, is not asked here.
"""

from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from duebook.hyperline.wire.countries import Country, CountryCode
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.customers import CustomerBankAccount
from duebook.hyperline.wire.requests import OPEN, Request, to_utc
from duebook.hyperline.wire.scalars import (
    LARGEST_AMOUNT,
    MOST_ROWS,
    Amount,
    CustomValues,
    Description,
    Discount,
    Instant,
    Metadata,
    Name,
    Rate,
    Text,
)

# A length of time: a day further ahead leaves the years that are kept.
Times = Annotated[int, Meta(ge=1, le=36_500, extra={"noun": "a whole number above 0"})]
Limit = Annotated[int, Meta(ge=0, le=LARGEST_AMOUNT, extra={"noun": "a whole number"})]
PropertyType = Literal["date", "boolean", "number", "text", "select", "multi_select"]
PropertyEntity = Literal["customer", "product", "plan", "quote", "subscription", "invoice"]
RateClass = Literal[
    "standard_rate", "reduced_rate", "reduced_rate_alt", "super_reduced_rate", "parking_rate", "exempt", "reverse_charge",
]  # fmt: skip
RateScope = Literal["all", "domestic", "intra_eu", "international"]

_RATE_COUNTRIES: Final = frozenset((*get_args(CountryCode), "EU", "NON_EU", "OTHER"))


def _is_rate_country(text: Any) -> bool:
    return isinstance(text, str) and text in _RATE_COUNTRIES


RateCountry = Annotated[
    str,
    Meta(
        extra={"check": _is_rate_country, "noun": "a country code of ISO 3166-1 such as FR, or EU, NON_EU, OTHER"},
        extra_json_schema={"enum": sorted(_RATE_COUNTRIES)},
    ),
]


class ProductTranslation(Request, frozen=True, kw_only=True):
    name: Text | UnsetType | None = UNSET
    public_description: Description | UnsetType | None = UNSET


class ProductTranslations(Request, frozen=True, kw_only=True):
    """A product's words by language."""

    fr: ProductTranslation | UnsetType | None = UNSET
    en: ProductTranslation | UnsetType | None = UNSET
    de: ProductTranslation | UnsetType | None = UNSET
    it: ProductTranslation | UnsetType | None = UNSET
    nl: ProductTranslation | UnsetType | None = UNSET
    es: ProductTranslation | UnsetType | None = UNSET
    pt: ProductTranslation | UnsetType | None = UNSET
    pl: ProductTranslation | UnsetType | None = UNSET


class ProductAccounting(Request, frozen=True, kw_only=True):
    """How the books of one invoicing entity know a product."""

    tax_rate_id: Text | UnsetType | None = UNSET
    product_code: Text | UnsetType | None = UNSET
    account_code: Text | UnsetType | None = UNSET


AccountingByEntity = Annotated[dict[str, ProductAccounting], Meta(max_length=MOST_ROWS)]


class BillingInterval(Request, frozen=True, kw_only=True):
    """`once`, or every so many days, weeks, months, quarters or years."""

    noun: ClassVar[str] = 'an interval: {"period": "once"}, or a period with its count'
    demands: ClassVar[dict[str, Any]] = OPEN | {
        "anyOf": [{"required": ["period", "count"]}, {"required": ["period"], "properties": {"period": {"enum": ["once"]}}}]
    }

    period: Literal["once", "days", "weeks", "months", "quarters", "years"]
    count: Times | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.period != "once" and self.count is UNSET:
            raise ValueError("lacks its count")


class Fee(Request, frozen=True, kw_only=True):
    type: Literal["fee"]
    amount: Amount


Fees = Annotated[list[Fee], Meta(max_length=1)]


class CreatePrice(Request, frozen=True, kw_only=True):
    """What a product costs, good everywhere unless countries are named."""

    currency: Currency
    billing_interval: BillingInterval
    type: Literal["fee"]
    prices: Fees
    country: Country | UnsetType | None = UNSET
    countries: Annotated[list[Country], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET


class CreatePriceConfiguration(CreatePrice, frozen=True, kw_only=True):
    """The same on its own, with its product."""

    product_id: Text


class UpdateProduct(Request, frozen=True, kw_only=True):
    name: Text
    description: Text | UnsetType | None = UNSET
    public_description: Description | UnsetType | None = UNSET
    translations: ProductTranslations | UnsetType | None = UNSET
    is_available_on_demand: bool | UnsetType = UNSET
    is_available_on_subscription: bool | UnsetType = UNSET
    properties: Metadata | UnsetType | None = UNSET
    custom_properties: CustomValues | UnsetType | None = UNSET
    accounting: AccountingByEntity | UnsetType | None = UNSET


class CreateProduct(UpdateProduct, frozen=True, kw_only=True):
    """A new product; this house makes those with one fee."""

    type: Literal["flat_fee"]
    price_configurations: Annotated[list[CreatePrice], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET


class CouponDuration(Request, frozen=True, kw_only=True):
    count: Times
    period: Literal["days", "weeks", "months", "years"]


class KeepCoupon(Request, frozen=True, kw_only=True):
    """A coupon to create, or what becomes of one: an amount off in its currency, or a percent."""

    noun: ClassVar[str] = "a coupon of type amount with discount_amount and currency, or of type percent with discount_percent"
    demands: ClassVar[dict[str, Any]] = OPEN | {
        "anyOf": [
            {"required": ["name", "type", "discount_amount", "currency"], "properties": {"type": {"enum": ["amount"]}}},
            {"required": ["name", "type", "discount_percent"], "properties": {"type": {"enum": ["percent"]}}},
        ]
    }

    name: Text
    type: Literal["amount", "percent"]
    discount_amount: Discount | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    discount_percent: Rate | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    expiration_date: Instant | UnsetType | None = UNSET
    redemption_limit: Limit | UnsetType | None = UNSET
    product_ids: Annotated[list[Text], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET
    repeat: Literal["once", "forever", "duration"] | UnsetType | None = UNSET
    duration: CouponDuration | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        asked = {"amount": (self.discount_amount, self.currency), "percent": (self.discount_percent,)}
        if UNSET in asked[self.type]:
            raise ValueError("lacks what its type asks for")
        to_utc(self, expiration_date=self.expiration_date or UNSET)


class KeepCustomProperty(Request, frozen=True, kw_only=True):
    """A custom property to create, or what becomes of one."""

    name: Text
    type: PropertyType
    slug: Name
    entities: Annotated[list[PropertyEntity], Meta(max_length=MOST_ROWS)]
    api_only: bool | UnsetType = UNSET
    required: bool | UnsetType = UNSET
    authorized_values: Annotated[list[Text], Meta(max_length=MOST_ROWS)] | UnsetType | None = UNSET


class CreatePaymentMethod(Request, frozen=True, kw_only=True):
    """A payment method that stands at a provider."""

    provider_name: Literal["airwallex", "gocardless", "mollie", "stripe"]
    provider_payment_method_id: Text
    provider_id: Text | UnsetType | None = UNSET


class KeepBankAccount(CustomerBankAccount, frozen=True, kw_only=True):
    """An account of the company's own to create, or what becomes of one."""

    currency: Currency
    name: Text | UnsetType | None = UNSET
    country: Country | UnsetType | None = UNSET


class CreateTaxRate(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rate of an entity's own, or the code for a class of legal rates."""

    noun: ClassVar[str] = "a tax rate of type custom with name and rate, or of type default with country and rate_class"
    demands: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"required": ["name", "rate"], "properties": {"type": {"enum": ["custom"]}, "rate_class": False, "scope": False}},
            {
                "required": ["country", "rate_class"],
                "properties": {
                    "type": {"enum": ["default"]},
                    "country": {"not": {"type": "null"}},
                    "name": False,
                    "description": False,
                    "rate": False,
                },
            },
        ]
    }

    code: Text
    invoicing_entity_id: Text
    type: Literal["custom", "default"]
    name: Text | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    country: RateCountry | UnsetType | None = UNSET
    rate: Rate | UnsetType = UNSET
    rate_class: RateClass | UnsetType = UNSET
    scope: RateScope | UnsetType = UNSET

    def __post_init__(self) -> None:
        of_custom, of_default = (self.name, self.rate), (self.country, self.rate_class)
        asked, foreign = (of_custom, (self.rate_class, self.scope)), (of_default, (self.name, self.description, self.rate))
        needed, forbidden = asked if self.type == "custom" else foreign
        if UNSET in needed or any(field is not UNSET for field in forbidden) or (self.type == "default" and self.country is None):
            raise ValueError("does not have the fields of its type")


class UpdateTaxRate(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes of a rate; `type` must be the rate's own."""

    noun: ClassVar[str] = "a change of a tax rate with the fields of its type"
    demands: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"properties": {"type": {"enum": ["custom"]}, "scope": False}},
            {"properties": {"type": {"enum": ["default"]}, "name": False, "description": False, "country": False, "rate": False}},
        ]
    }

    type: Literal["custom", "default"]
    code: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    country: Country | UnsetType | None = UNSET
    rate: Rate | UnsetType = UNSET
    scope: RateScope | UnsetType = UNSET

    def __post_init__(self) -> None:
        forbidden = (self.scope,) if self.type == "custom" else (self.name, self.description, self.country, self.rate)
        if any(field is not UNSET for field in forbidden):
            raise ValueError("has fields of another type")
