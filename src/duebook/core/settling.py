"""How a document is settled when it is issued: its transactions, from those that a request gives, or the one that `paid` means.

A transaction whose time has come counts at once, a later one is scheduled. What this module does not do: know who pays by what (whether a
payment method or an account exists is looked up by the caller), or what a settled transaction makes of a receivable.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from duebook.core.lines import Kind
from duebook.core.money import MAX_AMOUNT
from duebook.core.paper import TransactionDraft
from duebook.core.refusal import Refusal, conflict, over_allocation_in_request, sum_mismatch, too_large
from duebook.core.terms import has_come

_AS_CARD: Final = frozenset({"apple_pay", "google_pay", "stripe_link"})
"""Ways of paying by card that transactions do not tell apart."""
_PATH: Final = ("transactions",)


class Terms(NamedTuple):
    """What the transactions of one document depend on. `total` None: it could not be worked out, so no sum is judged.

    `now`, in the tenant's `zone`, is the business instant that parts what has happened from what is scheduled.
    """

    kind: Kind
    status: str
    total: int | None
    issued_at: datetime
    settled_at: datetime | None
    now: datetime
    zone: tzinfo


class Movement(NamedTuple):
    """What one transaction comes to; `settled_at` None: it is scheduled. `draft` None: nobody gave it, `paid` implies it."""

    amount: int
    method: str
    process_at: datetime
    settled_at: datetime | None
    draft: TransactionDraft | None = None


def movements(drafts: Sequence[TransactionDraft], *, terms: Terms, methods: Mapping[int, str]) -> tuple[list[Movement], list[Refusal]]:
    """The transactions of a document, in order, and what speaks against them. `methods`: the type of the payment method at each position.

    Refused: transactions on a draft; a paid document that those which have happened do not cover; more than a credit note has; a sum above
    the largest amount.
    """
    if terms.status == "draft":
        message = "a draft has no transactions: give them when it becomes final"
        return [], [conflict(path=_PATH, message=message)] if drafts else []
    if not drafts:
        return _implied(terms), []
    found = [
        _movement(draft, amount=amount, method=methods.get(position), terms=terms)
        for position, (draft, amount) in enumerate(zip(drafts, _amounts(drafts, terms.total or 0), strict=True))
    ]
    return found, _sum_refusals(found, terms)


def _implied(terms: Terms) -> list[Movement]:
    """`paid` without a transaction: the whole of it has come from outside. Of nothing, nothing came."""
    if terms.status != "paid" or not terms.total:
        return []
    at = terms.settled_at or terms.issued_at
    return [Movement(terms.total, "external", at, at)]


def _amounts(drafts: Sequence[TransactionDraft], total: int) -> list[int]:
    """The amounts in order; the first that gives none gets what the given ones leave of the total."""
    left = max(0, total - sum(draft.amount or 0 for draft in drafts))
    amounts: list[int] = []
    for draft in drafts:
        if draft.amount is not None:
            amounts.append(draft.amount)
        else:
            amounts.append(left)
            left = 0
    return amounts


def _movement(draft: TransactionDraft, *, amount: int, method: str | None, terms: Terms) -> Movement:
    at = draft.process_at or terms.issued_at
    if method is None:
        method = "transfer" if draft.shape == "transfer" else "external"
    return Movement(
        amount, "card" if method in _AS_CARD else method, at, at if has_come(at, now=terms.now, zone=terms.zone) else None, draft
    )


def _sum_refusals(found: Sequence[Movement], terms: Terms) -> list[Refusal]:
    whole = sum(movement.amount for movement in found)
    if whole > MAX_AMOUNT:
        return [too_large(path=_PATH, message=f"the transactions add up to more than {MAX_AMOUNT}, the largest amount")]
    if terms.total is None:
        return []
    if terms.kind == "credit_note" and whole > terms.total:
        message = f"the refunds add up to {whole}, above the total {terms.total}: a credit note is spent once"
        return [over_allocation_in_request(path=_PATH, message=message)]
    happened = sum(movement.amount for movement in found if movement.settled_at is not None)
    if terms.status == "paid" and happened < terms.total:
        message = f"transactions that have happened add up to {happened}, below the total {terms.total}: a paid document needs all of it"
        return [sum_mismatch(path=_PATH, message=message)]
    return []
