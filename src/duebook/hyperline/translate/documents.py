"""Documents to answers: the current shape and the old one, whole as a single read shows them and as lists do.

What a document comes to and whether it is settled is read off the facts (`core.document_status`); an import that has no paper is shown by
the one that `imports` makes up. What this module does not do: read anything.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from duebook.core.document_status import document_status, settled_at
from duebook.core.paper import Paper, PaperCoupon, PaperLine
from duebook.core.parties import customer_party, seller_party
from duebook.core.refusal import Refusal
from duebook.core.terms import due_at
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import shapes, transactions
from duebook.hyperline.translate.imports import made_up
from duebook.store.documents import Document
from duebook.web.instants import instant

PAGES: Final = "/i/"
"""Where public pages are, below the address of the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a document is shown in: the `address` of the server, without a slash at the end, and the business `moment` and time zone of the
    tenant, which say what a draft would get now.
    """

    address: str
    moment: datetime
    timezone: str


def details(document: Document, *, frame: Frame) -> wire.InvoiceDetails:
    """The current shape, as a single read shows it."""
    return wire.InvoiceDetails(**_current(document, frame), integrations=[])


def listed(document: Document, *, frame: Frame) -> wire.Invoice:
    """The current shape, as lists show it."""
    return wire.Invoice(**_current(document, frame))


def details_v1(document: Document, *, frame: Frame) -> wire.InvoiceDetailsV1:
    """The old shape, as a single read and the answer to a write show it."""
    return wire.InvoiceDetailsV1(**_old(document, frame), integrations=[])


def listed_v1(document: Document, *, frame: Frame) -> wire.InvoiceV1:
    """The old shape, as lists show it."""
    return wire.InvoiceV1(**_old(document, frame))


def written_at(document: Document) -> datetime:
    """The issue instant by which lists put a document in order; of a draft the one that it was written with."""
    return (document.paper or made_up(document)).issued_at


def public_url(document: Document, *, address: str) -> str:
    """The address of the document's page: its id, so that it is found, and the code that proves that the address came from us."""
    code = ids.base62(int.from_bytes(document.page_code, "big"))
    return f"{address}{PAGES}{ids.base62(document.id.int)}{code}"


def _current(document: Document, frame: Frame) -> dict[str, Any]:
    paper = document.paper or made_up(document)
    issued_at, fields = _shared(document, paper, frame)
    return fields | {"customer": wire.InvoiceCustomer(*_customer(document, paper)), "issued_at": issued_at}


def _old(document: Document, frame: Frame) -> dict[str, Any]:
    paper = document.paper or made_up(document)
    issued_at, fields = _shared(document, paper, frame)
    id, name, email, external_id, tax_id, *rest = _customer(document, paper)
    rates = {line.tax_percent for line in paper.content.lines}
    return fields | {
        "customer": wire.InvoiceCustomerV1(id, name, email, external_id, tax_id, tax_id, *rest),
        "emitted_at": issued_at,
        "tax_rate": shapes.number(rates.pop()) if len(rates) == 1 else Decimal(0),
    }


def _shared(document: Document, paper: Paper, frame: Frame) -> tuple[str, dict[str, Any]]:
    """The issue instant, and the fields that both shapes have."""
    said = paper.content
    issued, due = _dates(document, paper, frame)
    issued_at = instant(issued)
    fields = _sums(document, paper, issued_at=issued_at) | {
        "id": ids.shown(document.id, kind="invoice"),
        "number": paper.number,
        "type": paper.kind,
        "document_name": said.name,
        "status": document_status(document.facts),
        "reference": said.reference,
        "purchase_order": said.purchase_order,
        "currency": paper.currency,
        "source": said.source,
        "payment_method_id": shapes.shown(said.payment_method_id, "payment_method"),
        "bank_account_id": shapes.shown(said.bank_account_id, "bank_account"),
        "custom_note": said.note,
        "additional_info": said.additional_info,
        "footer": said.footer,
        "seller": _seller(document, paper),
        "subscription_id": paper.subscription_id,
        "period_starts_at": shapes.moment(paper.period_starts_at),
        "period_ends_at": shapes.moment(paper.period_ends_at),
        "due_at": instant(due),
        "refunded_at": shapes.moment(_refunded_at(document, paper)),
        "grace_period_ended_at": None,
        "settled_at": shapes.moment(_settled_at(document, paper)),
        "updated_at": shapes.moment(document.updated_at),
        "properties": said.properties,
        "custom_properties": said.custom_properties,
        "additional_display_fields": None if said.display_fields is None else list(said.display_fields),
        "original_invoice_id": shapes.shown(paper.original_id, "invoice"),
        "original_invoice_number": document.original_number,
        "line_items": [_line(line) for line in said.lines],
        "coupons": [_coupon(coupon) for coupon in said.coupons],
        "transactions": transactions.embedded(document),
        "public_url": public_url(document, address=frame.address),
    }
    if paper.kind == "credit_note":
        fields["allocations"] = [
            wire.Allocation(ids.shown(row.counterpart_id, kind="invoice"), row.amount) for row in document.rows if row.counterpart_id
        ]
    return issued_at, fields


def _sums(document: Document, paper: Paper, *, issued_at: str) -> dict[str, Any]:
    """What the document comes to, with what is paid and due of it, and in the seller's accounting currency."""
    said, facts = paper.content, document.facts
    is_converted = said.conversion_rate is not None and not document.is_draft
    return {
        "total_amount": paper.total,
        "amount_due": facts.amount_due,
        "amount_paid": facts.amount_paid,
        "amount_fixed": said.net,
        "amount_excluding_tax": said.net,
        "tax_amount": said.tax,
        "tax_scheme": said.tax_scheme,
        "discount_amount": said.discount,
        "conversion_rate": None if said.conversion_rate is None else shapes.number(said.conversion_rate),
        "converted_amount": said.converted_total,
        "converted_at": issued_at if is_converted else None,
    }


def _dates(document: Document, paper: Paper, frame: Frame) -> tuple[datetime, datetime]:
    """When it was issued and is due; of a draft, what it would get now."""
    if not document.is_draft:
        return paper.issued_at, paper.due_at
    issued = frame.moment if paper.content.is_issue_open else paper.issued_at
    if not paper.content.is_due_open:
        return issued, paper.due_at
    own = document.customer.payment_term_days
    due = due_at(issued, days=document.entity.payment_term_days if own is None else own, zone=ZoneInfo(frame.timezone))
    return issued, paper.due_at if isinstance(due, Refusal) else due


def _settled_at(document: Document, paper: Paper) -> datetime | None:
    facts = document.facts
    if document.is_draft or facts.amount_due > 0:
        return None
    if paper.settled_at is not None:
        return paper.settled_at
    return settled_at(facts.amount, transactions.movements(document)) if facts.amount else paper.issued_at


def _refunded_at(document: Document, paper: Paper) -> datetime | None:
    credited = document.credited
    return credited.last_issued_at if credited is not None and credited.total >= paper.total > 0 else None


def _customer(document: Document, paper: Paper) -> tuple[Any, ...]:
    party = customer_party(document.customer) if document.is_draft else paper.content.customer
    return (
        ids.shown(party.id, kind="customer"), party.name, party.email, party.external_id, party.tax_id, party.local_tax_number,
        shapes.address(party.address),
    )  # fmt: skip


def _seller(document: Document, paper: Paper) -> wire.InvoiceSeller:
    party = seller_party(document.entity) if document.is_draft else paper.content.seller
    return wire.InvoiceSeller(ids.shown(party.id, kind="entity"), party.name, party.tax_id, shapes.address(party.address))


def _line(line: PaperLine) -> wire.InvoiceLineItem:
    product_type: Any = line.product_type  # came in through the enum
    return wire.InvoiceLineItem(
        id=ids.shown(line.id, kind="line"),
        name=line.name,
        entry_type=line.entry,
        product_id=shapes.shown(line.product_id, "product"),
        product_type=product_type,
        units_count=shapes.number(line.units_count),
        unit_amount=line.unit_amount,
        amount=line.amount,
        amount_excluding_tax=line.net,
        tax_rate=shapes.number(line.tax_percent),
        tax_rate_id=shapes.shown(line.tax_rate_id, "tax_rate"),
        tax_amount=line.tax,
        discount_amount=line.discount,
        discount_percent=None if line.discount_percent is None else shapes.number(line.discount_percent),
        period_starts_at=shapes.moment(line.period_starts_at),
        period_ends_at=shapes.moment(line.period_ends_at),
        revenue_type="one_off",
        revenue_interval_count=None,
        revenue_interval_period=None,
        display_unit_amount=line.display_unit_amount,
        display_service_period=line.display_period,
        original_line_item_id=shapes.shown(line.original_id, "line"),
    )


def _coupon(coupon: PaperCoupon) -> wire.InvoiceCoupon:
    return wire.InvoiceCoupon(
        id=shapes.shown(coupon.id, "coupon"),
        name=coupon.name,
        discount_amount=coupon.amount,
        discount_percent=None if coupon.percent is None else shapes.number(coupon.percent),
        line_item_ids=None if coupon.line_ids is None else [ids.shown(id, kind="line") for id in coupon.line_ids],
    )
