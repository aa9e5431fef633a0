"""Makes a generated request of this door sensible where a schema cannot: ids name what exists, names that must be unique are new.

A generator that follows the schema alone would nearly always be refused by the books and so never reach what happens behind them. Only
requests that were meant to be valid are touched.
"""

import copy
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.make import Company

DISPOSABLE = 25
"""So many of each kind are there to be deleted."""
IBAN = "FR7630006000011234567890189"


@dataclass(kw_only=True)
class Known:
    """What is in the books before: one of each kind that stays, and others that may be deleted."""

    ids: dict[str, str] = field(default_factory=dict[str, str])
    disposable: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    turn: Iterator[int] = field(default_factory=itertools.count)

    def id(self, kind: str, *, deletes: bool = False) -> str:
        """The id of the one that stays, or of one that may go."""
        left = self.disposable.get(kind, []) if deletes else []
        return left.pop() if left else self.ids[kind]

    def unique(self, text: str, *, longest: int = 255) -> str:
        """A name that nobody has yet."""
        return f"{next(self.turn)}-{text}"[:longest]


MADE: Mapping[str, tuple[str, dict[str, Any]]] = {
    "customer": ("/v1/customers", {"name": "Kervella"}),
    "product": ("/v1/products", {"type": "flat_fee", "name": "Access"}),
    "price": (
        "/v1/price-configurations",
        {"currency": "EUR", "billing_interval": {"period": "once"}, "type": "fee", "prices": [{"type": "fee", "amount": 5}]},
    ),
    "coupon": ("/v1/coupons", {"name": "Ten", "type": "percent", "discount_percent": 10}),
    "custom_property": ("/v1/custom-properties", {"name": "Colour", "type": "text", "entities": ["product"]}),
    "bank_account": ("/v1/bank-accounts", {"currency": "EUR", "format": "iban_bic_swift", "iban": IBAN}),
    "tax_rate": ("/v1/taxes/rates", {"type": "custom", "name": "Books", "rate": 5.5}),
    "endpoint": ("/v1/webhooks/endpoints", {"url": "https://hooks.example/here"}),
}
"""Where one of each kind is made, and of what."""


async def fill(company: Company, known: Known) -> None:
    """Make what the requests will name."""
    known.ids["entity"] = (await company.hyper_get("/v1/invoicing-entities"))["data"][0]["id"]
    for kind in MADE:
        known.ids[kind] = await _one(company, known, kind)
        known.disposable[kind] = [await _one(company, known, kind) for _ in range(DISPOSABLE)]
    methods = f"/v1/customers/{known.ids['customer']}/payment-methods"
    body = {"provider_name": "mollie", "provider_payment_method_id": "mdt"}
    made = [(await company.hyper_post(methods, body))["id"] for _ in range(DISPOSABLE)]
    known.ids["payment_method"], known.disposable["payment_method"] = made[0], made[1:]
    # After the deletions: those that are archived are deleted.
    for kind, path in (("customer", "/v1/customers"), ("product", "/v1/products")):
        for id in known.disposable[kind]:
            assert (await company.hyper("PUT", f"{path}/{id}/archive")).status_code == 200
    line = {"name": "Access", "unit_amount": 24_000, "tax_rate": 20}
    invoice = await company.hyper_post("/v1/invoices", {"customer_id": known.ids["customer"], "line_items": [line]})
    known.ids["invoice"], known.ids["transaction"] = invoice["id"], invoice["transactions"][0]["id"]
    batch = {"batch_id": "a-b", "invoices": [{"customer_id": known.ids["customer"], "line_items": [line], "batch_invoice_id": "1"}]}
    known.ids["batch"] = (await company.hyper_post("/v2/invoices/batch", batch, status=202))["batch_id"]


async def _one(company: Company, known: Known, kind: str) -> str:
    path, body = MADE[kind]
    more: dict[str, Any] = {
        "price": {"product_id": known.ids.get("product")},
        "custom_property": {"slug": known.unique("colour")},
        "tax_rate": {"invoicing_entity_id": known.ids["entity"], "code": known.unique("code")},
    }.get(kind, {})
    return (await company.hyper_post(path, body | more))["id"]


PATHS: Mapping[str, str] = {
    "/v1/customers/{id}": "customer",
    "/v2/customers/{id}": "customer",
    "/v1/invoices/{id}": "invoice",
    "/v2/invoices/{id}": "invoice",
    "/v2/invoices/batch/{batch_id}": "batch",
    "/v1/transactions/{id}": "transaction",
    "/v1/invoicing-entities/{id}": "entity",
    "/v1/products/{id}": "product",
    "/v1/price-configurations/{id}": "price",
    "/v1/coupons/{id}": "coupon",
    "/v1/custom-properties/{id}": "custom_property",
    "/v1/bank-accounts/{id}": "bank_account",
    "/v1/taxes/rates/{id}": "tax_rate",
    "/v1/webhooks/endpoints/{id}": "endpoint",
}
"""What the first parameter of a path names, by how the path begins."""


def path_id(path: str, name: str, known: Known, *, deletes: bool) -> str | None:
    """An id for a parameter of a path; None where nothing of its kind is known."""
    if name == "payment_method_id":
        return known.id("payment_method", deletes=deletes)
    kind = next((kind for start, kind in PATHS.items() if path.startswith(start)), None)
    # Only the thing itself is deleted, not what it belongs to.
    return None if kind is None else known.id(kind, deletes=deletes and path.endswith("{id}"))


def query(given: Mapping[str, Any]) -> dict[str, Any]:
    """A query without what only some values of its type can be: places of pages, and parts of ids, of which only the beginning is found."""
    skip = given.get("skip")
    made = {name: value for name, value in given.items() if name not in ("cursor", "iterator") and not _is_part_of_id(name)}
    if isinstance(skip, int | float):
        made["skip"] = min(skip, 9_000)
    return made


def _is_part_of_id(name: str) -> bool:
    field_name, _, operator = name.partition("__")
    return operator in ("contains", "endWith", "endsWith") and field_name.removeprefix("original_") in _IDS | {"id", "invoice_id"}


_IDS = frozenset({"customer_id", "invoicing_entity_id", "product_id", "coupon_id", "payment_method_id", "bank_account_id"})


def body(given: Any, known: Known) -> Any:
    """A body made sensible; what was given stays as it was."""
    made = copy.deepcopy(given)
    _mend(made, known)
    return made


def _mend(node: Any, known: Known) -> None:
    if isinstance(node, list):
        for inner in node:
            _mend(inner, known)
    if not isinstance(node, dict):
        return
    for name in ("custom_properties", "accounting"):
        node.pop(name, None)
    for name, value in node.items():
        if name in FIELDS and value is not None:
            node[name] = FIELDS[name](value, known)
        else:
            _mend(value, known)


def _named(kind: str) -> Callable[[Any, Known], Any]:
    return lambda _, known: known.ids[kind]


FIELDS: Mapping[str, Callable[[Any, Known], Any]] = {
    "customer_id": _named("customer"),
    "invoicing_entity_id": _named("entity"),
    "product_id": _named("product"),
    "product_ids": lambda _, known: [known.ids["product"]],
    "coupon_id": _named("coupon"),
    "payment_method_id": _named("payment_method"),
    "bank_account_id": _named("bank_account"),
    "tax_rate_id": _named("tax_rate"),
    "external_id": lambda value, known: known.unique(value),
    "slug": lambda value, known: known.unique(value),
    "code": lambda value, known: known.unique(value),
    "batch_id": lambda value, known: known.unique(value),
    "batch_customer_id": lambda value, known: known.unique(value),
    "batch_invoice_id": lambda value, known: known.unique(value),
    "timezone": lambda *_: "Europe/Paris",
    "iban": lambda *_: IBAN,
    "url": lambda *_: "https://hooks.example/there",
    "domain": lambda *_: "kervella.example",
    "entities": lambda *_: ["product"],
}
"""Fields whose values a schema cannot tell."""
