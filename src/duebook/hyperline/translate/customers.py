"""Customers between this door and the house: bodies to drafts, customers to answers of both shapes, names of fields for refusals.

A customer is shown beside what it refers to (`Beside`). Nothing is decided here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET

from duebook.actions.tax_ids import status_of
from duebook.core import paper
from duebook.core.catalogue import Entry
from duebook.core.customer import Customer, CustomerDraft, Profile
from duebook.core.paper import UNKNOWN
from duebook.hyperline import ids, wire
from duebook.hyperline.translate.means import payment_method
from duebook.hyperline.translate.places import given
from duebook.hyperline.translate.shapes import address, moment, number, shown
from duebook.web.instants import created, instant

_FIELDS: Final[Mapping[str, str]] = {
    "name": "name",
    "external_id": "external_id",
    "registration_number": "registration_number",
    "vat_number": "vat_number",
    "currency": "currency",
    "language": "language",
    "country": "country",
    "billing_email": "billing_email",
    "custom_payment_delay": "payment_term_days",
    "invoicing_entity_id": "entity_id",
}
"""Ours by theirs, of the customer itself."""
_PROFILE: Final[Mapping[str, str]] = {
    "type": "kind",
    "domain": "domain",
    "timezone": "timezone",
    "local_tax_number": "local_tax_number",
    "vat_rate_custom": "tax_rate",
    "tax_rate_custom": "tax_rate",
    "taxability": "is_exempt",
    "is_government_affiliated": "is_government",
    "billing_address": "billing_address",
    "shipping_address": "shipping_address",
    "invoice_emails": "invoice_emails",
    "invoice_reminders_enabled": "reminders",
    "available_payment_methods": "available_methods",
    "payment_method_type": "payment_method_type",
    "payment_method_id": "payment_method_id",
    "bank_account": "bank_account",
    "custom_payment_initiation_delay": "initiation_days",
    "organisation_id": "organisation_id",
    "organisation_invoicing": "organisation_invoicing",
    "price_book_id": "price_book_id",
    "owner_id": "owner_id",
    "follower_ids": "follower_ids",
    "properties": "properties",
    "custom_properties": "custom_properties",
}
"""Ours by theirs, of its profile; of two for one field the later counts."""
NAMES: Final[Mapping[str, str]] = {theirs: ours for theirs, ours in {**_FIELDS, **_PROFILE}.items() if theirs != "vat_rate_custom"}
"""Ours by theirs: where refusals lie."""
_NO_PROFILE: Final = Profile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What customers refer to: the tenant's default entity, and their payment methods by id, without deleted ones."""

    default_entity_id: UUID | None
    methods: Mapping[UUID, Entry] = field(default_factory=dict[UUID, Entry])


# Bodies to drafts


def draft(body: wire.CreateCustomer | wire.UpdateCustomer) -> CustomerDraft:
    """What a body says of a customer."""
    fields = given(body, names=_FIELDS, but=[*_PROFILE, "tax_ids", "batch_customer_id"])
    profile: dict[str, Any] = {}
    for theirs, ours in _PROFILE.items():
        value = getattr(body, theirs, UNSET)
        if value is not UNSET:
            profile[ours] = _READ[theirs](value) if theirs in _READ else value
    if body.tax_ids is not UNSET:
        fields["vat_number"] = body.tax_ids[0].value if body.tax_ids else None
    for name in ("vat_number", "external_id", "registration_number"):
        if fields.get(name) == "":
            fields[name] = None
    if fields.get("entity_id") is not None:
        fields["entity_id"] = ids.read(fields["entity_id"], kind="entity") or UNKNOWN
    return CustomerDraft(fields, profile)


def new_draft(body: wire.CreateCustomer) -> CustomerDraft:
    """As `draft`, of a customer that is to be made: its domain is that of its e-mail if nothing else is said."""
    made = draft(body)
    email = made.fields.get("billing_email")
    domain = {"domain": email.rpartition("@")[2].lower()} if email else dict[str, str]()
    return CustomerDraft({"name": None, **made.fields}, {**domain, **made.profile})


def payload(item: wire.BatchCustomer) -> dict[str, Any]:
    """The fields that an item of a batch gives, but for its name, as plain JSON values."""
    told: dict[str, Any] = msgspec.to_builtins(item, builtin_types=(Decimal,))
    del told["batch_customer_id"]
    return told


def _address(body: wire.CreateAddress | None) -> paper.Address | None:
    return None if body is None else paper.Address(**given(body, names={}))


def _account(body: wire.CustomerBankAccount | None) -> Mapping[str, Any] | None:
    return None if body is None else given(body, names={})


def _texts(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(texts or ())


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "taxability": lambda value: value == "exempt",
    "billing_address": _address,
    "shipping_address": _address,
    "invoice_emails": _texts,
    "invoice_reminders_enabled": lambda value: value in (True, "true"),
    "available_payment_methods": _texts,
    "payment_method_id": lambda value: None if value is None else ids.read(value, kind="payment_method") or UNKNOWN,
    "bank_account": _account,
    "follower_ids": _texts,
}


# Customers to answers


def customer(of: Customer, beside: Beside) -> wire.Customer:
    """A customer in a list."""
    return wire.Customer(**_current(of, beside))


def details(of: Customer, beside: Beside) -> wire.CustomerDetails:
    """A customer by itself."""
    return wire.CustomerDetails(**_current(of, beside), payment_method=_method(of, beside), **_further(of))


def customer_v1(of: Customer, beside: Beside) -> wire.CustomerV1:
    """A customer in a list of the old shape."""
    return wire.CustomerV1(**_old(of, beside))


def details_v1(of: Customer, beside: Beside) -> wire.CustomerDetailsV1:
    """A customer by itself, in the old shape."""
    return wire.CustomerDetailsV1(**_old(of, beside), providers={}, current_payment_method=_method(of, beside), **_further(of))


def batched(of: Customer, beside: Beside, *, name: str) -> wire.BatchedCustomer:
    """A customer that a batch made; `name` is the client's for the item."""
    old, further = _old(of, beside), _further(of)
    return wire.BatchedCustomer(
        **old, providers={}, current_payment_method=_method(of, beside), **further, batch_customer_id=name
    )  # fmt: skip


def _current(of: Customer, beside: Beside) -> dict[str, Any]:
    profile = of.profile or _NO_PROFILE
    return _shared(of, beside) | {
        "owner_id": profile.owner_id,
        "owner": None,
        "followers": [],
        "payment_terms": of.payment_term_days,
        "payment_initiation_delay": profile.initiation_days,
        "payment_method_type": _method_type(of, beside),
        "payment_method_id": shown(profile.payment_method_id, "payment_method"),
    }


def _old(of: Customer, beside: Beside) -> dict[str, Any]:
    profile = of.profile or _NO_PROFILE
    status = status_of(of)
    return _shared(of, beside) | {
        "vat_number": of.vat_number,
        "vat_number_valid": None if status is None else status == "valid",
        "vat_rate_custom": _rate(profile),
        "current_payment_method_type": _method_type(of, beside),
        "current_payment_method_id": shown(profile.payment_method_id, "payment_method"),
        "custom_payment_delay": of.payment_term_days,
        "custom_payment_initiation_delay": profile.initiation_days,
    }


def _shared(of: Customer, beside: Beside) -> dict[str, Any]:
    profile, id = of.profile or _NO_PROFILE, of.id or UNKNOWN
    status = status_of(of)
    tax_id: Any = None if of.vat_number is None or status is None else wire.TaxIdStatus(of.vat_number, status)
    made_at = created(id)
    return {
        "id": ids.shown(id, kind="customer"),
        "name": of.name,
        "type": profile.kind,
        "status": "active" if of.archived_at is None else "archived",
        "currency": of.currency,
        "country": of.country,
        "domain": profile.domain,
        "tax_ids": [] if tax_id is None else [tax_id],
        "local_tax_number": profile.local_tax_number,
        "tax_rate_custom": _rate(profile),
        "taxability": "exempt" if profile.is_exempt else "taxable",
        "registration_number": of.registration_number,
        "is_government_affiliated": profile.is_government,
        "language": of.language,
        "timezone": profile.timezone,
        "external_id": of.external_id,
        "properties": dict(profile.properties or {}),
        "custom_properties": profile.custom_properties,
        "billing_address": address(profile.billing_address),
        "shipping_address": address(profile.shipping_address),
        "billing_email": of.billing_email,
        "invoice_emails": list(profile.invoice_emails),
        "invoicing_entity_id": shown(of.entity_id or beside.default_entity_id, "entity"),
        "invoice_reminders_enabled": profile.reminders,
        "price_book_id": profile.price_book_id,
        "available_payment_methods": list(profile.available_methods),
        "subscriptions": [],
        "segment_ids": [],
        "integrations": [],
        "created_at": made_at,
        "updated_at": made_at if of.updated_at is None else instant(of.updated_at),
        "deleted_at": moment(None),
    }


def _further(of: Customer) -> dict[str, Any]:
    profile = of.profile or _NO_PROFILE
    account = profile.bank_account
    return {
        "bank_account": None if account is None else msgspec.convert({"bank_name": None} | dict(account), wire.CustomerAccount),
        "organisation_id": profile.organisation_id,
        "organisation_invoicing": profile.organisation_invoicing,
    }


def _rate(profile: Profile) -> Any:
    return None if profile.tax_rate is None else number(profile.tax_rate)


def _current_method(of: Customer, beside: Beside) -> Entry | None:
    return beside.methods.get(of.profile.payment_method_id) if of.profile and of.profile.payment_method_id else None


def _method(of: Customer, beside: Beside) -> wire.PaymentMethod | None:
    method = _current_method(of, beside)
    return None if method is None else payment_method(method.id, method.content)


def _method_type(of: Customer, beside: Beside) -> str | None:
    method = _current_method(of, beside)
    return method.content.type if method else (of.profile or _NO_PROFILE).payment_method_type
