"""Invoices as this door's bodies ask for them, as drafts of the house; and places of drafts as places of those bodies.

Also what makes two bodies the same body. What this module does not do: answers (`documents.py`), or any rule of the books.
"""

import hashlib
from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from duebook.core.batch import ItemOutcome, NamedDraft
from duebook.core.coupon import CouponDraft
from duebook.core.paper import UNKNOWN, CouponReference, PaperDraft, PaperLineDraft, TransactionDraft
from duebook.core.refusal import Path, Refusal
from duebook.hyperline import ids, problems, wire

T = TypeVar("T")


def named_draft(request: wire.BatchInvoice) -> NamedDraft:
    """An item of a batch: the client's name for it, and its draft."""
    return request.batch_invoice_id, paper_draft(request)


def paper_draft(request: wire.CreateInvoice) -> PaperDraft:
    """What a body asks for. An id that is not written like one names nothing: it becomes UNKNOWN."""
    fields = request.additional_display_fields
    return PaperDraft(
        customer_id=ids.read(request.customer_id, kind="customer") or UNKNOWN,
        lines=tuple([_line(line) for line in request.line_items]),
        status=request.status,
        kind="invoice" if request.type is UNSET else request.type,
        entity_id=_id(request.invoicing_entity_id, "entity"),
        currency=_given(request.currency),
        number=_given(request.number),
        name=_given(request.document_name),
        reference=_given(request.reference),
        purchase_order=_given(request.purchase_order),
        note=_given(request.custom_note),
        additional_info=_given(request.additional_info),
        footer=_given(request.footer),
        tax_rate=_given(request.tax_rate),
        is_not_eligible=request.tax_scheme == "not_eligible",
        payment_method_strategy=_given(request.payment_method_strategy),
        payment_method_id=_id(request.payment_method_id, "payment_method"),
        bank_account_id=_id(request.bank_account_id, "bank_account"),
        subscription_id=_given(request.subscription_id),
        issued_at=_given(request.emitted_at),
        due_at=_given(request.due_at),
        settled_at=_given(request.settled_at),
        properties=_given(request.properties),
        custom_properties=_given(request.custom_properties),
        display_fields=None if fields is UNSET else tuple([_display_field(field) for field in fields]),
        transactions=None if request.transactions is UNSET else tuple([_transaction(one) for one in request.transactions]),
        coupons=() if request.coupons is UNSET else tuple([_coupon(coupon) for coupon in request.coupons]),
    )


def _line(line: wire.CreateInvoiceLineItem) -> PaperLineDraft:
    return PaperLineDraft(
        product_id=_id(line.product_id, "product"),
        name=_given(line.name),
        unit_amount=_given(line.unit_amount),
        units_count=line.units_count,
        description=_given(line.description),
        tax_rate=_given(line.tax_rate),
        period_starts_at=_given(line.period_start),
        period_ends_at=_given(line.period_end),
        display_unit_amount=line.display_unit_amount,
        display_period=line.display_service_period,
    )


def _transaction(one: wire.CreateTransaction) -> TransactionDraft:
    """The fields of its shape; those of the other shapes mean nothing."""
    shape = one.shape
    is_provider = shape == "provider"
    return TransactionDraft(
        shape=shape,
        amount=_given(one.amount),
        process_at=_given(one.process_at),
        payment_method_id=_id(one.payment_method_id, "payment_method") if shape == "payment_method" else None,
        bank_account_id=_id(one.bank_account_id, "bank_account") if shape == "transfer" else None,
        provider_name=_given(one.provider_name) if is_provider else None,
        provider_id=_given(one.provider_id) if is_provider else None,
        provider_transaction_id=_given(one.provider_transaction_id) if is_provider else None,
    )


def _coupon(coupon: wire.CreateInvoiceCoupon) -> CouponReference:
    positions = coupon.line_item_indexes
    draft = CouponDraft(_given(coupon.name), _given(coupon.discount_amount), tuple(positions) if isinstance(positions, list) else None)
    return CouponReference(id=_id(coupon.coupon_id, "coupon"), draft=draft)


def _display_field(field: wire.AdditionalDisplayField) -> dict[str, Any]:
    return {name: value for name in field.__struct_fields__ if (value := getattr(field, name)) is not UNSET}


def _given(value: T | UnsetType) -> T | None:
    return None if value is UNSET else value


def _id(text: str | UnsetType, kind: ids.Kind) -> UUID | None:
    return None if text is UNSET else ids.read(text, kind=kind) or UNKNOWN


# Places

_OF_DOCUMENT: Final[dict[str | int, str]] = {
    "lines": "line_items",
    "entity_id": "invoicing_entity_id",
    "kind": "type",
    "name": "document_name",
    "note": "custom_note",
    "issued_at": "emitted_at",
    "display_fields": "additional_display_fields",
}
_OF_PART: Final[dict[str | int, dict[str | int, str]]] = {
    "lines": {"period_starts_at": "period_start", "period_ends_at": "period_end", "display_period": "display_service_period"},
    "coupons": {"id": "coupon_id", "amount": "discount_amount", "positions": "line_item_indexes"},
}


def placed(refusals: Iterable[Refusal]) -> list[Refusal]:
    """Refusals of a draft at the places of the body that it was made of."""
    return [refusal._replace(path=_place(refusal.path)) for refusal in refusals]


def _place(path: Path) -> Path:
    if not path:
        return path
    head, *rest = path
    of_part = _OF_PART.get(head, {})
    return (_OF_DOCUMENT.get(head, head), *(of_part.get(step, step) for step in rest))


def item_error(outcome: ItemOutcome) -> wire.ItemError:
    """Why an item of a batch made no document."""
    if outcome.is_bug:
        return wire.ItemError(type="InternalError", message="our bug: tell the operator the batch id and the name of this invoice")
    return problems.item_error(placed(outcome.refusals))


# The same body


def same_body_sha256(raw: bytes) -> bytes:
    """Equal for two JSON bodies that say the same: order of keys and blanks aside, numbers by their value."""
    return hashlib.sha256(_encode(_decode(raw))).digest()


def _by_value(text: str) -> Any:
    """A number with a fraction or an exponent: a whole number where it is one, else its digits without zeros that say nothing."""
    try:
        number = Decimal(text)
        if number.adjusted() < len(text) + _LONGEST and number == number.to_integral_value():
            return int(number)
        return number.normalize(Context(prec=len(text), Emax=MAX_EMAX, Emin=MIN_EMIN))
    except InvalidOperation:
        return text


_LONGEST: Final = 400
"""Whole numbers up to some 400 digits are compared with those that are written out."""
_decode: Final = msgspec.json.Decoder(float_hook=_by_value).decode
_encode: Final = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
