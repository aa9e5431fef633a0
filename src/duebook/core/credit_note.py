"""Credit notes: what an import makes of a document, and what paybacks and links leave of it.

Pure, as `core.invoice` is. Shared words (references, link drafts, KEEP) come from there.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from duebook.core.allocation import Allocation, AllocationDraft
from duebook.core.invoice import KEEP, NOT_STORED, Identity, Keep, LinkDraft, Reference
from duebook.core.refusal import Refusal, conflict, over_allocation, over_allocation_in_request, required, sum_mismatch
from duebook.core.status import CreditNoteFacts, credit_note_status


class CreditNoteDraft(NamedTuple):
    """A credit note as a request gives it; `currency` None is a simple import in the tenant's currency."""

    external_id: str | None
    customer: Reference | None
    reference: str
    amount: int
    issued_on: date
    due_on: date | None | Literal[Keep.KEEP] = KEEP
    net_amount: int | None | Literal[Keep.KEEP] = KEEP
    currency: str | None = None
    default_amount: int | None = None
    paybacks: tuple[AllocationDraft, ...] | None = None
    links: tuple[LinkDraft, ...] | None = None


class CreditNote(NamedTuple):
    """A credit note with what its rows leave of it. Amounts in minor units; `standing` is its status, which no day changes.

    `default_amount`: in the tenant's currency, None where nobody has told the rate.
    """

    id: UUID | None
    customer_id: UUID
    external_id: str | None
    reference: str
    amount: int
    net_amount: int | None
    currency: str
    default_amount: int | None
    issued_on: date
    due_on: date | None
    amount_paid_back: int = 0
    amount_linked: int = 0
    standing: str = "available"
    recovery_on: date | None = None
    disputed_on: date | None = None
    positions: int = 0
    updated_at: datetime | None = None

    @property
    def amount_remaining(self) -> int:
        """What is still available, in minor units."""
        return self.amount - self.amount_paid_back - self.amount_linked


def imported(
    draft: CreditNoteDraft, *, known: CreditNote | None, customer_id: UUID, home_currency: str, new: Identity = NOT_STORED
) -> tuple[CreditNote, list[Refusal]]:
    """The document that `draft` makes of `known` (None: one with the identity `new`), before its rows are laid on
    it, and what speaks against it.
    """
    if draft.currency is None:
        currency, default_amount, refusals = _simple_value(draft, known, home_currency)
    else:
        currency = draft.currency
        default_amount, refusals = _value(draft, currency, known, home_currency)
    credit_note = CreditNote(
        id=known.id if known else new.id,
        customer_id=customer_id,
        external_id=draft.external_id,
        reference=draft.reference,
        amount=draft.amount,
        net_amount=(known.net_amount if known else None) if draft.net_amount is KEEP else draft.net_amount,
        currency=currency,
        default_amount=default_amount,
        issued_on=draft.issued_on,
        due_on=(known.due_on if known else None) if draft.due_on is KEEP else draft.due_on,
        updated_at=new.at,
    )
    if known:
        credit_note = credit_note._replace(
            recovery_on=known.recovery_on, disputed_on=known.disputed_on, positions=known.positions, updated_at=known.updated_at
        )
    return credit_note, refusals


def _simple_value(draft: CreditNoteDraft, known: CreditNote | None, home_currency: str) -> tuple[str, int | None, list[Refusal]]:
    if known is None or known.currency == home_currency:
        return home_currency, draft.amount, []
    if known.amount == draft.amount:
        return known.currency, known.default_amount, []
    message = (
        f"the credit note is in {known.currency} and its amount is {known.amount}: only a complete import, which states the value in "
        f"{home_currency}, may change it to {draft.amount}"
    )
    return known.currency, known.default_amount, [conflict(path=("amount",), message=message)]


def _value(draft: CreditNoteDraft, currency: str, known: CreditNote | None, home_currency: str) -> tuple[int | None, list[Refusal]]:
    """The value in the tenant's currency: equal at home, else given, else that of the known document while its amount stands."""
    given = draft.default_amount
    if currency == home_currency:
        if given in (None, draft.amount):
            return draft.amount, []
        message = f"in {home_currency}, the default currency, it must equal the amount: {given} is not {draft.amount}"
        return draft.amount, [sum_mismatch(path=("default_amount",), message=message)]
    if given is not None:
        return given, []
    if known is not None and known.currency == currency and known.amount == draft.amount:
        return known.default_amount, []
    message = f"an amount in {currency} needs its value in {home_currency}, the default currency"
    return draft.amount, [required(path=("default_amount",), message=message)]


def laid(credit_note: CreditNote, rows: Sequence[Allocation]) -> CreditNote:
    """The credit note with `rows`, all its paybacks and links, laid on it."""
    paid_back = sum(row.amount for row in rows if row.kind == "payback")
    linked = sum(row.amount for row in rows if row.kind == "link")
    facts = CreditNoteFacts(
        amount=credit_note.amount,
        amount_paid_back=paid_back,
        amount_linked=linked,
        in_recovery=credit_note.recovery_on is not None,
        is_disputed=credit_note.disputed_on is not None,
    )
    return credit_note._replace(amount_paid_back=paid_back, amount_linked=linked, standing=credit_note_status(facts))


def row_refusals(credit_note: CreditNote, rows: Sequence[Allocation], *, given: int | None, path: tuple[str | int, ...]) -> list[Refusal]:
    """Paybacks and links never exceed the amount, whatever their order.

    `given`: what the request itself gives of paybacks and links when it is the credit note's own; above the amount it contradicts itself.
    """
    if given is not None and given > credit_note.amount:
        message = f"paybacks and links add up to {given}, above the amount {credit_note.amount}: a credit note is spent once"
        return [over_allocation_in_request(path=path, message=message)]
    spent = sum(row.amount for row in rows)
    if spent > credit_note.amount:
        message = f"paybacks and links would spend {spent} of credit note {credit_note.reference!r}, which has {credit_note.amount}"
        return [over_allocation(path=path, message=message)]
    return []


def move_refusals(credit_note: CreditNote, *, known: CreditNote | None, has_rows: bool) -> list[Refusal]:
    """Another customer or currency: only while no row or dispute hangs on the credit note (judged after the request)."""
    if known is None or not (has_rows or credit_note.disputed_on):
        return []
    refusals: list[Refusal] = []
    if known.customer_id != credit_note.customer_id:
        message = "the credit note has paybacks, links or a dispute: it cannot go to another customer before they are removed"
        refusals.append(conflict(path=("customer",), message=message))
    if known.currency != credit_note.currency:
        message = f"the credit note has paybacks, links or a dispute: before they are removed it stays in {known.currency}"
        refusals.append(conflict(path=("currency",), message=message))
    return refusals
