"""What judging a draft of any document has in common: who owes, rows and links, repeated names, the refusals so far."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from duebook.actions.ledger import Ledger
from duebook.actions.references import Found
from duebook.core.allocation import Allocation, AllocationDraft, Merge, Side, merge
from duebook.core.credit_note import CreditNote
from duebook.core.invoice import Invoice, LinkDraft, Reference
from duebook.core.refusal import Path, Refusal, contradiction, currency_refused, duplicate, required
from duebook.store.unit import Unit

NOBODY: Final = UUID(int=0)
"""Stands for a customer that the request does not name rightly, so that everything else is still checked."""


class Judgement:
    """One draft against the books. `word` is what messages call the document."""

    def __init__(self, unit: Unit, ledger: Ledger, *, customers: Found, word: str) -> None:
        self.unit = unit
        self.ledger = ledger
        self.refusals: list[Refusal] = []
        self.customer_is_known = True
        self._customers = customers
        self._word = word

    def repeated(self, external_id: str | None) -> None:
        """Refuse the draft: an earlier one of the same request has its external id."""
        message = f"{external_id!r} stands twice in this request: an external id names one {self._word}"
        self.refusals.append(duplicate(path=("external_id",), message=message))

    def customer(self, reference: Reference | None, *, known: UUID | None) -> UUID:
        """Who owes: the customer named, else that of the known document, else NOBODY with a refusal."""
        if reference is not None:
            found = self._customers.resolve(reference, path=("customer",))
            if isinstance(found, UUID):
                return found
            self.refusals.append(found)
        elif known is not None:
            return known
        else:
            message = f"a new {self._word} needs its customer: name it by id or external id"
            self.refusals.append(required(path=("customer",), message=message))
        self.customer_is_known = False
        return known or NOBODY


def merged(kind: str, *, stored: Sequence[Allocation], given: Sequence[AllocationDraft] | None, side: Side) -> Merge:
    """What a request makes of the stored rows of one kind; without an array of them they stay."""
    own = [row for row in stored if row.kind == kind]
    return Merge(own, [], []) if given is None else merge(own, given, side=side)


def place_of(links: Sequence[LinkDraft] | None, *, found: Found, counterpart_id: UUID) -> Path:
    """Where a request gives the amount that it links to a document; the links as a whole where it only let one go."""
    for place, link in enumerate(links or ()):
        if found.resolve(link.document, path=()) == counterpart_id:
            return ("links", place, "amount")
    return ("links",)


def mismatch(invoice: Invoice, note: CreditNote, *, named: str, path: Path) -> list[Refusal]:
    """Both documents of a link belong to one customer and are in one currency. `named`: the one that the link names."""
    other, this = ("invoice", "credit note") if named == "invoice" else ("credit note", "invoice")
    far, near = (invoice, note) if named == "invoice" else (note, invoice)
    refusals: list[Refusal] = []
    if far.customer_id != near.customer_id:
        message = f"{other} {far.reference!r} belongs to another customer than this {this}: link documents of one customer"
        refusals.append(contradiction(path=path, message=message))
    if far.currency != near.currency:
        message = f"{other} {far.reference!r} is in {far.currency} and this {this} in {near.currency}: link one currency"
        refusals.append(currency_refused(path=path, message=message))
    return refusals
