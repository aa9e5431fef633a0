"""What endpoints of this door are told: rows of the journal as its events, with the object as this door shows it at that moment.

A row that this door has no word for (drafts, catalogue, what stands on paper alone) is no event here. Names of facts that duebook does not
write yet may be asked for and are never sent. Delivery, signatures and the choice of endpoints are elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from duebook.leanpay import translate, wire
from duebook.leanpay.answers import encode
from duebook.store.facts import Fact, Told
from duebook.web.instants import created, instant

DIALECT: Final = "leanpay"
"""How endpoints that speak it are marked."""


def events(fact: Fact) -> Sequence[Told]:
    """The events that a fact is, with their bodies: none or one."""
    known = _EVENTS.get((fact.kind, fact.action))
    if known is None:
        return ()
    name, shown = known
    data = shown(fact)
    if data is None:
        return ()
    body = wire.Event(event=name, tenantId=str(fact.tenant.id), occurredAt=instant(fact.at), data=data)
    return (Told(name, encode(body)),)


def _invoice(fact: Fact) -> wire.Invoice | None:
    view = fact.document.invoice_view() if fact.document else None
    return translate.invoice(view, tenant_id=str(fact.tenant.id), day=fact.day) if view else None


def _credit_note(fact: Fact) -> wire.CreditNote | None:
    view = fact.document.credit_note_view() if fact.document else None
    return translate.credit_note(view, tenant_id=str(fact.tenant.id)) if view else None


def _payment(fact: Fact) -> wire.Payment | None:
    row: Mapping[str, Any] = fact.after
    if fact.customer_id is None:
        return None
    return wire.Payment(
        id=str(fact.object_id),
        tenantId=str(fact.tenant.id),
        clientId=str(fact.customer_id),
        invoiceId=row["invoice_id"],
        amount=row["amount"],
        date=row["dated_on"],
        externalId=row.get("external_id"),
        transaction=None,
        createdAt=created(fact.object_id),
        updatedAt=instant(fact.at),
    )


_EVENTS: Final[Mapping[tuple[str, str], tuple[wire.EventName, Callable[[Fact], Any]]]] = {
    ("invoice", "imported"): ("invoice.imported", _invoice),
    ("invoice", "status_changed"): ("invoice.status_changed", _invoice),
    ("credit_note", "imported"): ("credit_note.imported", _credit_note),
    ("credit_note", "status_changed"): ("credit_note.status_changed", _credit_note),
    ("payment", "recorded"): ("payment.recorded", _payment),
}
