"""What endpoints of this door are told: rows of the journal as its events, with the object as this door shows it at that moment.

One row may be several events, in the order of the contract: a document that becomes final is created, ready, and settled where nothing is
due, and last its batch is told of it. What was imported at the door of receivables is told the same way. Documented events of facts that
duebook does not write may be asked for and are never sent. Delivery, signatures and the choice of endpoints are elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from duebook.core.batch import failure_told
from duebook.core.catalogue import Entry
from duebook.core.terms import business_moment
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import catalogue_answers, customers, documents, drafts
from duebook.hyperline.wire.webhooks import BatchFailed, BatchSucceeded, Payload
from duebook.store import catalogue
from duebook.store.documents import Document
from duebook.store.facts import Fact, Teller, Told

DIALECT: Final = "hyperline"
"""How endpoints that speak it are marked."""

_SETTLED: Final = ("paid", "offset")
_Events = Iterator[tuple[str, Any]]


def teller(*, address: str) -> Teller:
    """This dialect, for a server that customers reach at `address`."""

    def events(fact: Fact) -> Sequence[Told]:
        told = _EVENTS.get(fact.kind)
        if told is None:
            return ()
        return [
            Told(name, wire.encode(Payload(name, data)), once_for=fact.object_id if name == _LATE else None)
            for name, data in told(fact, address)
        ]

    return events


# Documents

_LATE: Final = "invoice.late"


def _invoice(fact: Fact, address: str) -> _Events:
    """An invoice that was imported, or whose status changed. One with a paper is told of as new by that paper's row."""
    document = fact.document
    if document is None:
        return
    if fact.action == "imported" and fact.is_new and document.paper is None:
        yield from _made_final(document, _shown(document, fact, address))
    elif fact.action == "status_changed":
        before, after = fact.before["status"], fact.after["status"]
        if after in _SETTLED and before not in _SETTLED:
            yield "invoice.settled", _shown(document, fact, address)
        elif after == "overdue":
            yield _LATE, _shown(document, fact, address)


def _credit_note(fact: Fact, address: str) -> _Events:
    """A credit note that was imported, or whose status changed; as `_invoice`."""
    document = fact.document
    if document is None:
        return
    if fact.action == "imported" and fact.is_new and document.paper is None:
        yield from _made_final(document, _shown(document, fact, address))
    elif fact.action == "status_changed" and fact.after["status"] == "deducted":
        yield "credit_note.settled", _shown(document, fact, address)


class _Item(msgspec.Struct):
    """Of the row of a paper, which item of which batch it is."""

    batch: str | None = None
    item: str | None = None


def _paper(fact: Fact, address: str) -> _Events:
    """A document that was drafted, became final, or (one without legal value) was paid; with the item of a batch that it is."""
    document = fact.document
    if document is None:
        return
    shown = _shown(document, fact, address)
    if fact.action == "issued":
        yield from _made_final(document, shown, is_new=fact.is_new)
    elif fact.action == "drafted" and fact.is_new and document.kind != "credit_note":
        yield "invoice.created", shown
    elif fact.action == "paid" and fact.before["amount_paid"] < document.facts.amount <= fact.after["amount_paid"]:
        yield "invoice.settled", shown
    item = fact.after_as(_Item) if fact.action in ("issued", "drafted") else _Item()
    if item.batch is not None and item.item is not None:
        id = ids.shown(document.id, kind="invoice")
        yield "invoice.batch.creation_succeeded", BatchSucceeded(item.batch, item.item, id, shown)


def _made_final(document: Document, shown: msgspec.Raw, *, is_new: bool = True) -> _Events:
    is_settled = document.facts.amount_due == 0
    if document.kind == "credit_note":
        yield "credit_note.ready", shown
        if is_settled:
            yield "credit_note.settled", shown
        return
    if is_new:
        yield "invoice.created", shown
    yield "invoice.ready", shown
    if is_settled:
        yield "invoice.settled", shown


def _link(fact: Fact, address: str) -> _Events:
    """A credit note was laid on an invoice, or moved, or taken off. Of several links of one change the last one tells."""
    if fact.document is not None:
        yield "credit_note.allocations_updated", _shown(fact.document, fact, address)


def _shown(document: Document, fact: Fact, address: str) -> msgspec.Raw:
    """The document as a single read showed it at that moment, encoded once for all its events."""
    moment = business_moment(fact.at, day=fact.day, zone=ZoneInfo(fact.tenant.timezone))
    frame = documents.Frame(address=address, moment=moment, timezone=fact.tenant.timezone)
    return msgspec.Raw(wire.encode(documents.details(document, frame=frame)))


def _batch_item(fact: Fact, _: str) -> _Events:
    """An item of a batch that made no document."""
    if fact.action == "failed":
        outcome = failure_told(fact.after["item"], fact.after["error"])
        yield "invoice.batch.creation_failed", BatchFailed(fact.after["batch"], outcome.name, drafts.item_error(outcome))


# What documents refer to

_CUSTOMER_EVENTS: Final[Mapping[str, str]] = {
    "created": "customer.created",
    "updated": "customer.updated",
    "archived": "customer.archived",
    "recovered": "customer.recovered",
    "deleted": "customer.deleted",
}


def _customer(fact: Fact, _: str) -> _Events:
    """A customer as it is afterwards; a deleted one as it was. Imports of clients create and update."""
    action = fact.action
    if action == "imported":
        action = "created" if fact.is_new else "updated"
    name = _CUSTOMER_EVENTS.get(action)
    if name is not None and fact.customer is not None:
        beside = customers.Beside(default_entity_id=fact.default_entity_id, methods=fact.methods)
        yield name, customers.details(fact.customer, beside)


def _entry(*actions: str, shown: Callable[[Entry, Fact], Any]) -> Callable[[Fact, str], _Events]:
    def events(fact: Fact, _: str) -> _Events:
        if fact.action in actions:
            yield f"{fact.kind}.{fact.action}", shown(catalogue.restored(fact.after), fact)

    return events


_EVENTS: Final[Mapping[str, Callable[[Fact, str], _Events]]] = {
    "invoice": _invoice,
    "credit_note": _credit_note,
    "paper": _paper,
    "link": _link,
    "batch_item": _batch_item,
    "customer": _customer,
    "product": _entry(
        *("created", "updated", "archived", "recovered", "deleted"),
        shown=lambda entry, fact: catalogue_answers.product_details(entry, prices=fact.prices),
    ),
    "coupon": _entry("created", "updated", "deleted", shown=lambda entry, _: catalogue_answers.coupon_details(entry)),
    "custom_property": _entry("created", "updated", "deleted", shown=lambda entry, _: catalogue_answers.custom_property(entry)),
    "payment_method": _entry("created", "deleted", shown=lambda entry, _: catalogue_answers.payment_method(entry)),
    "bank_account": _entry("created", "deleted", shown=lambda entry, _: catalogue_answers.bank_account(entry)),
}
