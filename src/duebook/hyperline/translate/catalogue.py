"""What invoices refer to, from this door's bodies to the house's words: products, prices, coupons, custom properties, payment methods, bank
accounts, tax rates.

An id that is written unlike one becomes `UNKNOWN`, which names nothing. Answers are made in `catalogue_answers.py`.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import UNSET
from stdnum import iban

from duebook.core.catalogue import (
    Accounting,
    BankAccount,
    CouponEntry,
    CustomProperty,
    Duration,
    PaymentMethod,
    Price,
    Product,
    TaxRate,
    Translation,
)
from duebook.core.paper import UNKNOWN
from duebook.hyperline import ids, wire
from duebook.hyperline.translate.places import given

COUPON_NAMES: Final[Mapping[str, str]] = {
    "discount_amount": "amount",
    "discount_percent": "percent",
    "expiration_date": "expires_at",
}
PROPERTY_NAMES: Final[Mapping[str, str]] = {
    "authorized_values": "authorised_values",
    "api_only": "is_api_only",
    "required": "is_required",
}
ACCOUNT_NAMES: Final[Mapping[str, str]] = {"bic_swift": "bic"}
RATE_NAMES: Final[Mapping[str, str]] = {"invoicing_entity_id": "entity_id"}
"""Ours by theirs, of the fields that are called otherwise."""

_UNTYPED_METHODS: Final = {"gocardless": "direct_debit"}


def _id(text: str, *, kind: ids.Kind) -> UUID:
    return ids.read(text, kind=kind) or UNKNOWN


def product_fields(body: wire.CreateProduct | wire.UpdateProduct) -> dict[str, Any]:
    """What a body says of a product beyond its name and prices."""
    fields = given(body, names={}, but=("name", "type", "price_configurations"))
    if "translations" in fields:
        fields["translations"] = _translations(fields["translations"])
    if "accounting" in fields:
        rows: dict[str, wire.ProductAccounting] = fields["accounting"] or {}
        fields["accounting"] = tuple(_accounting(entity_id, row) for entity_id, row in rows.items())
    return fields


def product(body: wire.CreateProduct) -> tuple[Product, list[Price]]:
    """A new product and its prices."""
    prices = [] if body.price_configurations is UNSET else body.price_configurations
    return Product(**product_fields(body)), [price(row) for row in prices]


def _translations(body: Any) -> dict[str, Translation] | None:
    if body is None:
        return None
    rows: dict[str, wire.ProductTranslation | None] = given(body, names={})
    return {
        language: Translation(name=row.name or None, public_description=row.public_description or None)
        for language, row in rows.items()
        if row is not None
    }


def _accounting(entity_id: str, row: wire.ProductAccounting) -> Accounting:
    return Accounting(
        entity_id=_id(entity_id, kind="entity"),
        tax_rate_id=_id(row.tax_rate_id, kind="tax_rate") if row.tax_rate_id else None,
        product_code=row.product_code or None,
        account_code=row.account_code or None,
    )


def price(body: wire.CreatePrice) -> Price:
    """A price; one that names a single country is good in that one and the others it names."""
    countries = [*([body.country] if body.country else []), *(body.countries or [])]
    return Price(
        currency=body.currency,
        amount=amount(body.prices),
        period=body.billing_interval.period,
        count=None if body.billing_interval.count is UNSET else body.billing_interval.count,
        countries=tuple(dict.fromkeys(countries)),
    )


def amount(fees: wire.Fees) -> int | None:
    """The amount of at most one fee, in minor units."""
    return fees[0].amount if fees else None


def coupon_fields(body: wire.KeepCoupon) -> dict[str, Any]:
    """What a body says of a coupon beyond its name; the fields of the other type are cleared."""
    other = ("discount_percent",) if body.type == "amount" else ("discount_amount", "currency")
    fields = given(body, names=COUPON_NAMES, but=("name", "type", *other))
    cleared = {"percent": None} if body.type == "amount" else {"amount": None, "currency": None}
    if "product_ids" in fields:
        fields["product_ids"] = tuple(_id(text, kind="product") for text in fields["product_ids"] or ())
    if fields.get("duration") is not None:
        fields["duration"] = Duration(count=fields["duration"].count, period=fields["duration"].period)
    return fields | cleared


def coupon(body: wire.KeepCoupon) -> CouponEntry:
    """A new coupon."""
    return CouponEntry(**coupon_fields(body))


def property_fields(body: wire.KeepCustomProperty) -> dict[str, Any]:
    """What a body says of a custom property beyond its name and slug."""
    fields = given(body, names=PROPERTY_NAMES, but=("name", "slug"))
    fields["entities"] = tuple(dict.fromkeys(fields["entities"]))
    if "authorised_values" in fields:
        fields["authorised_values"] = tuple(dict.fromkeys(fields["authorised_values"] or ()))
    return fields


def custom_property(body: wire.KeepCustomProperty) -> CustomProperty:
    """A new custom property."""
    return CustomProperty(**property_fields(body))


def payment_method(body: wire.CreatePaymentMethod) -> PaymentMethod:
    """A new payment method. Of what type it is only the provider knows: a card, or a direct debit where the provider makes nothing else."""
    return PaymentMethod(
        type=_UNTYPED_METHODS.get(body.provider_name, "card"),
        provider_name=body.provider_name,
        provider_method_id=body.provider_payment_method_id,
        provider_id=body.provider_id or None,
    )


def account_fields(body: wire.KeepBankAccount) -> dict[str, Any]:
    """What a body says of a bank account beyond its name: the fields of its format, those of the others cleared."""
    fields = given(body, names=ACCOUNT_NAMES, but=("name",))
    has_bic = body.format in ("iban_bic_swift", "account_number_bic_swift")
    for name in ("iban", "sort_code", "account_number", "routing_number"):
        if name not in body.format:
            fields[name] = None
    if not has_bic:
        fields["bic"] = None
    if fields.get("iban"):
        fields["iban"] = str(iban.compact(fields["iban"]))
        # An IBAN begins with its country.
        fields.setdefault("country", fields["iban"][:2])
    return fields


def bank_account(body: wire.KeepBankAccount) -> BankAccount:
    """A new bank account."""
    return BankAccount(**account_fields(body))


def tax_rate(body: wire.CreateTaxRate) -> TaxRate:
    """A new tax rate."""
    fields = given(body, names={}, but=("invoicing_entity_id", "name"))
    if body.type == "default":
        fields.setdefault("scope", "all")
    return TaxRate(**fields)


def rate_fields(body: wire.UpdateTaxRate) -> dict[str, Any]:
    """What a body says of a known tax rate beyond its name and type."""
    return given(body, names={}, but=("name", "type"))
