"""Allocations: dated portions of money or credit laid on a document, and how a request that states them all meets the stored ones.

One row for each: a payment lies on an invoice, a payback on a credit note, a link on both (one row, seen from both sides), a write-off
on an invoice. A row lives while somebody names it: the last `complete` of its invoice, the last `complete` of its credit note, or a
record made otherwise (by hand, by a bank, by the other door), which no `complete` ever removes.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from duebook.core.refusal import Refusal, duplicate

Kind = Literal["payment", "link", "write_off", "payback"]
Side = Literal["by_invoice", "by_credit_note"]


class Allocation(NamedTuple):
    """One row. Amount in minor units of its documents' currency; `dated_on` its own day, `recorded_on` the day it was entered.

    `invoice_position` and `credit_note_position` are the order of recording on each document, from 1: default-currency shares follow it.
    """

    id: UUID | None
    kind: Kind
    amount: int
    dated_on: date
    recorded_on: date
    external_id: str | None
    invoice_id: UUID | None
    credit_note_id: UUID | None
    invoice_position: int | None
    credit_note_position: int | None
    by_invoice: bool
    by_credit_note: bool
    by_hand: bool

    @property
    def effective_on(self) -> date:
        """The day from which it counts: the earlier of its own date and the day it was recorded."""
        return min(self.dated_on, self.recorded_on)


class AllocationDraft(NamedTuple):
    """A row as a request gives it; `counterpart_id` is the other document of a link."""

    dated_on: date
    amount: int
    external_id: str | None = None
    counterpart_id: UUID | None = None


class Merge(NamedTuple):
    """What a stated array makes of the stored rows of its kind."""

    kept: list[Allocation]
    """Rows that live on, with their new content, in the order they had."""
    added: list[AllocationDraft]
    """Rows to record, in the order of the request."""
    removed: list[Allocation]
    """Rows that nobody names any more."""


def merge(stored: Sequence[Allocation], given: Sequence[AllocationDraft], *, side: Side) -> Merge:
    """Lay a given array on the stored rows of its kind: the array states what `side` names from now on.

    A given row is a stored one when both carry the same externalId (whoever recorded it), else, among rows that came by a `complete`, when
    date and amount agree and at least one of the two has no externalId (which it then keeps or receives). Links need the same counterpart
    in both cases.
    """
    matched: dict[int, AllocationDraft] = {}
    left = _match(given, _by_external_id(stored, side), matched)
    added = _match(left, _by_day_and_amount(stored, matched, side), matched)
    kept: list[Allocation] = []
    removed: list[Allocation] = []
    for place, row in enumerate(stored):
        if (draft := matched.get(place)) is not None:
            kept.append(_taken_up(row, draft, side))
        elif (rest := _let_go(row, side)) is not None:
            kept.append(rest)
        else:
            removed.append(row)
    return Merge(kept, added, removed)


def repeated(given: Sequence[AllocationDraft], *, path: tuple[str, ...], within: str) -> list[Refusal]:
    """A refusal for each later row that repeats the externalId of an earlier one (for links: of the same counterpart)."""
    seen: set[tuple[UUID | None, str]] = set()
    refusals: list[Refusal] = []
    for place, draft in enumerate(given):
        if draft.external_id is None:
            continue
        key = (draft.counterpart_id, draft.external_id)
        if key in seen:
            refusals.append(
                duplicate(
                    path=(*path, place, "external_id"),
                    message=f"{draft.external_id!r} stands twice in {within}: give each row its own external id",
                )
            )
        seen.add(key)
    return refusals


Candidates = Callable[[AllocationDraft], Iterable[deque[int]]]
"""The queues of places in the stored array, each in order, that a draft may be taken from."""


def _match(drafts: Sequence[AllocationDraft], candidates: Candidates, matched: dict[int, AllocationDraft]) -> list[AllocationDraft]:
    """Give each draft the first stored row it may be; gives the drafts for which none is left."""
    left: list[AllocationDraft] = []
    for draft in drafts:
        queue = min((queue for queue in candidates(draft) if queue), key=lambda queue: queue[0], default=None)
        if queue is None:
            left.append(draft)
        else:
            matched[queue.popleft()] = draft
    return left


def _by_external_id(stored: Sequence[Allocation], side: Side) -> Candidates:
    """Rows that carry the externalId of the draft, whoever recorded them."""
    named: defaultdict[tuple[UUID | None, str], deque[int]] = defaultdict(deque)
    for place, row in enumerate(stored):
        if row.external_id is not None:
            named[_counterpart(row, side), row.external_id].append(place)
    return lambda draft: [] if draft.external_id is None else [named[draft.counterpart_id, draft.external_id]]


def _by_day_and_amount(stored: Sequence[Allocation], matched: Collection[int], side: Side) -> Candidates:
    """Rows of a `complete`, not yet matched, of the draft's day and amount; two different externalIds are two rows."""
    named: defaultdict[tuple[UUID | None, date, int], deque[int]] = defaultdict(deque)
    unnamed: defaultdict[tuple[UUID | None, date, int], deque[int]] = defaultdict(deque)
    for place, row in enumerate(stored):
        if place not in matched and (row.by_invoice or row.by_credit_note):
            rows = unnamed if row.external_id is None else named
            rows[_counterpart(row, side), row.dated_on, row.amount].append(place)

    def candidates(draft: AllocationDraft) -> list[deque[int]]:
        key = (draft.counterpart_id, draft.dated_on, draft.amount)
        return [unnamed[key], named[key]] if draft.external_id is None else [unnamed[key]]

    return candidates


def _counterpart(row: Allocation, side: Side) -> UUID | None:
    """The other document of a link, as a draft of `side` names it; None of other kinds."""
    if row.kind != "link":
        return None
    return row.credit_note_id if side == "by_invoice" else row.invoice_id


def _taken_up(row: Allocation, draft: AllocationDraft, side: Side) -> Allocation:
    named = row._replace(dated_on=draft.dated_on, amount=draft.amount, external_id=draft.external_id or row.external_id)
    return named._replace(by_invoice=True) if side == "by_invoice" else named._replace(by_credit_note=True)


def _let_go(row: Allocation, side: Side) -> Allocation | None:
    rest = row._replace(by_invoice=False) if side == "by_invoice" else row._replace(by_credit_note=False)
    return rest if rest.by_invoice or rest.by_credit_note or rest.by_hand else None
