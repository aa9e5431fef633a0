"""The paper of a document that has none: what was imported at the door of receivables, shown as a document with one line.

    name = reference, units 1, unit amount = net amount (else amount), tax = amount - net, rate to two decimals, scheme manual

The seller is the tenant's default one and the customer is as it is now. Nothing of it is stored.
"""

from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from duebook.core.lines import Entry
from duebook.core.paper import Content, Paper, PaperLine
from duebook.core.parties import customer_party, seller_party
from duebook.store.documents import Document

_CENT: Final = Decimal("0.01")
_ENTRIES: Final[dict[str, Entry]] = {"invoice": "debit", "credit_note": "credit"}


def made_up(document: Document) -> Paper:
    """The paper that the contract gives an import. Raises ValueError for a document that has its own alone."""
    owed = document.receivable
    if owed is None:
        raise ValueError(f"document {document.id} is a paper and nothing else")
    net = owed.amount if owed.net_amount is None else owed.net_amount
    tax = owed.amount - net
    percent = (100 * Decimal(tax) / net).quantize(_CENT, rounding=ROUND_HALF_UP) if net else Decimal(0)
    line = PaperLine(
        id=document.id,
        name=owed.reference,
        entry=_ENTRIES[document.kind],
        units_count=Decimal(1),
        unit_amount=net,
        net=net,
        tax=tax,
        tax_scheme="manual",
        tax_percent=percent,
    )
    # Another currency than the seller's books are kept in: no rate is on file, and none is made up.
    is_home = owed.currency == document.entity.accounting_currency
    content = Content(
        net=net,
        tax=tax,
        discount=0,
        tax_scheme="manual",
        source="other",
        customer=customer_party(document.customer),
        seller=seller_party(document.entity),
        lines=(line,),
        conversion_rate=Decimal(1) if is_home else None,
        converted_total=owed.amount if is_home else None,
        properties={},
    )
    return Paper(
        id=document.id,
        kind=document.kind,
        is_draft=False,
        entity_id=document.entity.id,
        customer_id=owed.customer_id,
        currency=owed.currency,
        number=owed.reference,
        total=owed.amount,
        issued_at=_midnight(owed.issued_on),
        due_at=_midnight(owed.due_on or owed.issued_on),
        content=content,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
