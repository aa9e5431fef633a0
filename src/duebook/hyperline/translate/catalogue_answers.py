"""What invoices refer to, from the house's entries to this door's answers: products, prices, coupons, custom properties, payment methods,
bank accounts, tax rates.
"""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import UNSET

from duebook.core.catalogue import CouponEntry, CustomProperty, Entry, PaymentMethod, Price, Product, TaxRate, Translation
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import means
from duebook.hyperline.translate.shapes import moment, number, shown
from duebook.store.documents import NamedAccount
from duebook.web.instants import created, instant

MOST_PRICES: Final = 50
"""Of a product's price configurations, as many stand in its own answer."""

_LANGUAGES: Final = ("fr", "en", "de", "it", "nl", "es", "pt", "pl")


def product(entry: Entry) -> wire.Product:
    """A product as lists show it."""
    return wire.Product(**_product(entry))


def product_details(entry: Entry, *, prices: Sequence[Entry]) -> wire.ProductDetails:
    """A product by itself, with its prices."""
    return wire.ProductDetails(**_product(entry), price_configurations=[price(row) for row in prices[:MOST_PRICES]])


def _product(entry: Entry) -> dict[str, Any]:
    content: Product = entry.content
    return {
        "id": ids.shown(entry.id, kind="product"),
        "name": entry.name,
        "status": _status(entry),
        "description": content.description,
        "description_display_interval_dates": True,
        "public_description": content.public_description,
        "translations": _translations(content),
        "properties": dict(content.properties or {}),
        "custom_properties": dict(content.custom_properties or {}),
        "accounting": {
            ids.shown(row.entity_id, kind="entity"): wire.AccountingAnswer(
                shown(row.tax_rate_id, "tax_rate"), row.product_code, row.account_code, []
            )
            for row in content.accounting
        },
        "integrations": [],
        "type": content.type,
        "is_available_on_demand": content.is_available_on_demand,
        "is_available_on_subscription": content.is_available_on_subscription,
    }


def _translations(content: Product) -> wire.TranslationsAnswer:
    words = [(content.translations or {}).get(language, Translation()) for language in _LANGUAGES]
    return wire.TranslationsAnswer(*[wire.TranslationAnswer(row.name, row.public_description) for row in words])


def price(entry: Entry) -> wire.PriceConfiguration:
    """A price configuration."""
    content: Price = entry.content
    # All three came in through enums.
    currency: Any = content.currency
    countries: Any = list(content.countries)
    period: Any = content.period
    if entry.parent_id is None:
        raise ValueError(f"the price {entry.id} has no product")
    return wire.PriceConfiguration(
        id=ids.shown(entry.id, kind="price"),
        product_id=ids.shown(entry.parent_id, kind="product"),
        price_book_id=None,
        status=_status(entry),
        currency=currency,
        country=countries[0] if len(countries) == 1 else None,
        countries=countries,
        plan_id=None,
        billing_interval=wire.Interval(period, UNSET if content.count is None else content.count),
        commitment_interval=None,
        updated_at=_updated(entry),
        archived_at=moment(entry.archived_at),
        integrations=[],
        type="fee",
        metering_filter=None,
        prices=[] if content.amount is None else [wire.FeeAnswer("fee", content.amount)],
    )


def coupon(entry: Entry) -> wire.Coupon:
    """A coupon as lists show it."""
    return wire.Coupon(**_coupon(entry))


def coupon_details(entry: Entry) -> wire.CouponDetails:
    """A coupon by itself."""
    return wire.CouponDetails(**_coupon(entry), deletedAt=moment(entry.deleted_at))


def _coupon(entry: Entry) -> dict[str, Any]:
    content: CouponEntry = entry.content
    told = {
        "id": ids.shown(entry.id, kind="coupon"),
        "name": entry.name,
        "description": content.description,
        "expiration_date": moment(content.expires_at),
        "redemption_limit": content.redemption_limit,
        "product_ids": [ids.shown(id, kind="product") for id in content.product_ids],
        "repeat": content.repeat,
        "duration": None if content.duration is None else wire.CouponLength(content.duration.count, _any(content.duration.period)),
        "created_at": created(entry.id),
        "deleted_at": moment(entry.deleted_at),
        "integrations": [],
        "type": content.type,
    }
    if content.percent is None:
        return told | {"discount_amount": content.amount, "currency": content.currency}
    return told | {"discount_percent": number(content.percent)}


def custom_property(entry: Entry) -> wire.CustomProperty:
    """A custom property."""
    content: CustomProperty = entry.content
    return wire.CustomProperty(
        id=ids.shown(entry.id, kind="custom_property"),
        name=entry.name,
        slug=entry.slug or "",
        type=content.type,
        entities=_any(list(content.entities)),
        authorized_values=list(content.authorised_values) or None,
        api_only=content.is_api_only,
        required=content.is_required,
        created_at=created(entry.id),
        updated_at=_updated(entry),
    )


def payment_method(entry: Entry) -> wire.CustomerPaymentMethod:
    """A payment method as the list of its customer shows it; what it is at its provider."""
    content: PaymentMethod = entry.content
    embedded = means.payment_method(entry.id, content)
    provider = wire.Integration(content.provider_method_id, _any(content.provider_name), content.provider_id or "")
    return wire.CustomerPaymentMethod(**{name: getattr(embedded, name) for name in embedded.__struct_fields__}, integration=provider)


def bank_account(entry: Entry) -> wire.BankAccount:
    """An account of the company."""
    return means.bank_account(entry.id, NamedAccount(entry.name, entry.content))


def tax_rate(entry: Entry) -> wire.TaxRate:
    """A tax rate, with the keys of its type."""
    content: TaxRate = entry.content
    is_custom = content.type == "custom"
    if entry.parent_id is None:
        raise ValueError(f"the tax rate {entry.id} has no entity")
    return wire.TaxRate(
        id=ids.shown(entry.id, kind="tax_rate"),
        code=content.code,
        invoicing_entity_id=ids.shown(entry.parent_id, kind="entity"),
        created_at=created(entry.id),
        updated_at=_updated(entry),
        type=content.type,
        name=entry.name if is_custom else UNSET,
        description=content.description if is_custom else UNSET,
        country=content.country,
        rate=UNSET if content.rate is None else number(content.rate),
        rate_class=UNSET if is_custom else _any(content.rate_class),
        scope=UNSET if is_custom else _any(content.scope),
    )


def _any(value: Any) -> Any:
    """A value that came in through an enum, for a field of that enum."""
    return value


def _status(entry: Entry) -> Any:
    return "active" if entry.archived_at is None else "archived"


def _updated(entry: Entry) -> str:
    return created(entry.id) if entry.updated_at is None else instant(entry.updated_at)
