"""Issue documents: drafts become papers, numbered without a gap, with their receivables and transactions. All refusals at once.

1. Look up what the drafts name, as sets (`papers.shelf`).
2. Judge each draft alone (`papers.judging`): what is refused does not hold up the others.
3. Move the counters once for all that take a number, in the order of the drafts; then write everything, journal included.

Nothing known is locked: new documents take nothing from old ones. The row of a counter is locked from its move to the end of the unit, so
nothing that could be done before is done after it. What this module does not do: commit, translate, answer.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from duebook.actions.ledger import Ledger
from duebook.actions.papers.judging import Circle
from duebook.actions.papers.receivable import is_receivable, open_page
from duebook.actions.papers.shelf import look_up
from duebook.core.batch import ItemOutcome, failure
from duebook.core.lines import Kind
from duebook.core.numbering import taken
from duebook.core.paper import Paper, PaperDraft
from duebook.core.refusal import Refusal
from duebook.core.terms import business_moment, day_of
from duebook.core.transaction import Transaction
from duebook.store import numbers, papers, transactions
from duebook.store.journal import Change
from duebook.store.unit import Unit

Drafts = Sequence[tuple[int, PaperDraft]]
"""Drafts with their position in the request or batch."""

LINES_A_TURN: Final = 2
"""Lines that are judged before whatever else this process does is given a turn: another batch that is being written, a deadline."""


class Origin(NamedTuple):
    """The batch that the drafts are items of: its id and name, and the submitter's name of the item at each position."""

    id: UUID
    name: str
    items: Sequence[str]


@dataclass(slots=True)
class Issued:
    """What became of the draft at `position`: a paper with its transactions, or why there is none."""

    position: int
    paper: Paper | None = None
    transactions: Sequence[Transaction] = ()
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    content: bytes = b""


async def issue_documents(unit: Unit, drafts: Drafts, *, origin: Origin | None = None, asked_at: datetime | None = None) -> list[Issued]:
    """Issue `drafts`, each alone: what became of each, in their order. Paths of refusals are relative to the draft.

    `asked_at`: when a document without an issue instant is issued (default: the business instant of the unit). A refused item of a batch is
    journalled too. In a dry run nothing is written and no number is taken.
    """
    zone = ZoneInfo(unit.tenant.timezone)
    now = business_moment(unit.at, day=unit.day, zone=zone)
    shelf = await look_up(unit, [draft for _, draft in drafts])
    circle = Circle(unit, shelf, now=now, asked_at=asked_at or now)
    issued: list[Issued] = []
    lines = 0
    for position, draft in drafts:
        judged = circle.judge(draft)
        if isinstance(judged, list):
            issued.append(Issued(position, refusals=judged))
        else:
            issued.append(Issued(position, judged.paper, judged.transactions, content=papers.encoded(judged.paper.content)))
        lines += len(draft.lines)
        if lines >= LINES_A_TURN:
            # No counter is moved yet: nobody waits for this unit.
            lines = 0
            await asyncio.sleep(0)
    if unit.stores:
        await _number(unit, [one for one in issued if one.paper is not None])
        await _write(unit, issued, zone=zone, origin=origin)
    return issued


async def _number(unit: Unit, issued: Sequence[Issued]) -> None:
    """Give each final paper without a number the next of its seller and kind, in order."""
    waiting: defaultdict[tuple[UUID, Kind], list[tuple[Issued, Paper]]] = defaultdict(list)
    for one in issued:
        if one.paper is not None and not one.paper.is_draft and not one.paper.number:
            waiting[one.paper.entity_id, one.paper.kind].append((one, one.paper))
    if not waiting:
        return
    counters = await numbers.move(unit, {series: len(found) for series, found in waiting.items()})
    for series, found in waiting.items():
        counter = counters[series]
        zone = ZoneInfo(counter.timezone)
        days = [day_of(paper.issued_at, zone=zone) for _, paper in found]
        texts = taken(counter.pattern, next_number=counter.first, days=days).numbers
        for (one, paper), text in zip(found, texts, strict=True):
            one.paper = paper._replace(number=text)


async def _write(unit: Unit, issued: Sequence[Issued], *, zone: ZoneInfo, origin: Origin | None) -> None:
    """Papers and transactions first, then the receivables, then one journal row per item behind theirs."""
    if unit.stamp():
        for one in issued:
            one.paper = one.paper and one.paper._replace(updated_at=unit.at)
            one.transactions = [transaction._replace(updated_at=unit.at) for transaction in one.transactions]
    made = [(one.paper, one) for one in issued if one.paper is not None]
    moved = [transaction for _, one in made for transaction in one.transactions]
    if made:
        await papers.insert(unit, [paper for paper, _ in made], contents=[one.content for _, one in made])
    if moved:
        await transactions.insert(unit, moved)
    ledger = Ledger(unit)
    for paper, one in made:
        if is_receivable(paper):
            open_page(ledger, unit=unit, paper=paper, transactions=one.transactions, zone=zone)
    await ledger.write(beside=[change for one in issued if (change := _change(one, origin)) is not None])


def _change(one: Issued, origin: Origin | None) -> Change | None:
    """The journal row of an item: its paper with its transactions, or the failure of an item of a batch."""
    item = None if origin is None else {"batch": origin.name, "item": origin.items[one.position]}
    if one.paper is not None:
        told = _told(one.paper, one.content) | {"transactions": [_told_transaction(row) for row in one.transactions]} | (item or {})
        return Change("paper", one.paper.id, "drafted" if one.paper.is_draft else "issued", None, told)
    if origin is None:
        return None
    outcome = ItemOutcome(name=origin.items[one.position], refusals=tuple(one.refusals))
    return failed_item(origin, position=one.position, outcome=outcome)


def failed_item(origin: Origin, *, position: int, outcome: ItemOutcome) -> Change:
    """The journal row of an item of a batch that made no document."""
    told = {"batch": origin.name, "item": outcome.name, "position": position, "error": failure(outcome)}
    return Change("batch_item", origin.id, "failed", None, told)


def _told(paper: Paper, content: bytes) -> dict[str, Any]:
    """A paper by the names of its fields, nulls left out; its content as it is stored."""
    told: dict[str, Any] = {name: value for name, value in zip(Paper._fields, paper, strict=True) if value is not None}
    told["content"] = msgspec.Raw(content)
    return told


def _told_transaction(transaction: Transaction) -> dict[str, Any]:
    return {name: value for name, value in zip(Transaction._fields, transaction, strict=True) if value is not None}
