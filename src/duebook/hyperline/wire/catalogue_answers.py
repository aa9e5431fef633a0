"""The bodies that the Hyperline door answers for what invoices refer to: products, prices, coupons, custom properties, payment methods,
bank accounts, tax rates.

The order of the fields is the order of the keys. `integrations` are always empty and `metering_filter`, `plan_id`, `price_book_id` and
`commitment_interval` always null: duebook has none of these.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, UnsetType

from duebook.hyperline.wire.answers import OffsetMeta
from duebook.hyperline.wire.catalogue import PropertyEntity, PropertyType, RateClass, RateScope
from duebook.hyperline.wire.countries import Country
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.parts import Answer, BankAccount, Deprecated, Integration, PaymentMethod
from duebook.hyperline.wire.scalars import Count, Number, Stamp, Total


class TranslationAnswer(Answer):
    name: str | None
    public_description: str | None


class TranslationsAnswer(Answer):
    fr: TranslationAnswer
    en: TranslationAnswer
    de: TranslationAnswer
    it: TranslationAnswer
    nl: TranslationAnswer
    es: TranslationAnswer
    pt: TranslationAnswer
    pl: TranslationAnswer


class AccountingAnswer(Answer):
    tax_rate_id: str | None
    product_code: str | None
    account_code: str | None
    integrations: list[Any]


class Interval(Answer, omit_defaults=True):
    """`count` stands only where the period is not `once`."""

    period: Literal["once", "days", "weeks", "months", "quarters", "years"]
    count: int | UnsetType = UNSET


class FeeAnswer(Answer):
    type: Literal["fee"]
    amount: Total


class PriceConfiguration(Answer):
    id: str
    product_id: str
    price_book_id: None
    status: Literal["active", "archived"]
    currency: Currency
    country: Country | None
    countries: list[Country]
    plan_id: None
    billing_interval: Interval
    commitment_interval: None
    updated_at: Stamp
    archived_at: Stamp | None
    integrations: list[Any]
    type: Literal["fee"]
    metering_filter: None
    prices: list[FeeAnswer]


class Product(Answer, kw_only=True):
    """As lists show a product; `accounting` is by invoicing entity."""

    id: str
    name: str
    status: Literal["active", "archived"]
    description: str | None
    description_display_interval_dates: bool
    public_description: str | None
    translations: TranslationsAnswer
    properties: dict[str, Any]
    custom_properties: dict[str, Any]
    accounting: dict[str, AccountingAnswer]
    integrations: list[Any]
    type: Literal["flat_fee"]
    is_available_on_demand: bool
    is_available_on_subscription: bool


class ProductDetails(Product, kw_only=True):
    """As a single read, and the answer to a write, shows a product: with its first 50 price configurations."""

    price_configurations: list[PriceConfiguration]


class CouponLength(Answer):
    count: int
    period: Literal["days", "weeks", "months", "years"]


class Coupon(Answer, kw_only=True):
    """As lists show a coupon; behind `type` stand the keys of the type."""

    id: str
    name: str
    description: str | None
    expiration_date: Stamp | None
    redemption_limit: int | None
    product_ids: list[str]
    repeat: Literal["once", "forever", "duration", "custom"] | None
    duration: CouponLength | None
    created_at: Stamp
    deleted_at: Stamp | None
    integrations: list[Any]
    type: Literal["amount", "percent"]
    discount_amount: Total | UnsetType = UNSET
    currency: Currency | UnsetType | None = UNSET
    discount_percent: Number | UnsetType = UNSET


class CouponDetails(Coupon, kw_only=True):
    """As a single read, and the answer to a write, shows a coupon."""

    deletedAt: Annotated[Stamp | None, Deprecated]  # noqa: N815 - the contract's key


class CustomProperty(Answer):
    id: str
    name: str
    slug: str
    type: PropertyType
    entities: list[PropertyEntity]
    authorized_values: list[str] | None
    api_only: bool
    required: bool
    created_at: Stamp
    updated_at: Stamp


class CustomerPaymentMethod(PaymentMethod, kw_only=True):
    """As the list of a customer shows a payment method."""

    integration: Integration | None


class BankTransaction(Answer):
    id: str
    bank_account_id: str
    description: str | None
    amount: Total
    currency: Currency
    original_amount: Total | None
    original_currency: Currency | None
    status: Literal["pending", "posted"]
    bank_transaction_id: str | None
    authorized_at: Stamp | None
    settled_at: Stamp | None
    created_at: Stamp


class TaxRate(Answer, kw_only=True):
    """Behind `type` stand the keys of the type."""

    id: str
    code: str
    invoicing_entity_id: str
    created_at: Stamp
    updated_at: Stamp
    type: Literal["custom", "default"]
    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    country: str | None
    rate: Number | UnsetType = UNSET
    rate_class: RateClass | UnsetType = UNSET
    scope: RateScope | UnsetType = UNSET


class OffsetPageProduct(Answer):
    meta: OffsetMeta
    data: list[Product]


class OffsetPagePriceConfiguration(Answer):
    meta: OffsetMeta
    data: list[PriceConfiguration]


class OffsetPageCoupon(Answer):
    meta: OffsetMeta
    data: list[Coupon]


class OffsetPageCustomProperty(Answer):
    meta: OffsetMeta
    data: list[CustomProperty]


class OffsetPagePaymentMethod(Answer):
    meta: OffsetMeta
    data: list[CustomerPaymentMethod]


class OffsetPageBankAccount(Answer):
    meta: OffsetMeta
    data: list[BankAccount]


class OffsetPageTaxRate(Answer):
    meta: OffsetMeta
    data: list[TaxRate]


class OffsetPageEmpty(Answer):
    """A list of what duebook does not have."""

    meta: OffsetMeta
    data: list[Any]


class CursorPageEmpty(Answer, kw_only=True):
    """The same, by cursor."""

    data: list[Any]
    next_cursor: str | None
    has_more: bool
    total: Count | UnsetType = UNSET


class CursorPageBankTransaction(Answer, kw_only=True):
    data: list[BankTransaction]
    next_cursor: str | None
    has_more: bool
    total: Count | UnsetType = UNSET
