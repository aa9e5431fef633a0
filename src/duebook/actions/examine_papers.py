"""Examine the papers of a tenant with their transactions and numbers, and its batches: a part of `examine_books`.

Each paper against its lines, its receivable and its transactions; all that took a number against the counters of their sellers; each batch
against its outcomes, and these against the papers they name.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from duebook.actions.examination import Task
from duebook.actions.journal_states import outcome_state, paper_state
from duebook.core.batch import failure
from duebook.core.entity import Entity
from duebook.core.lines import Kind
from duebook.core.number_proof import Series
from duebook.core.paper_proof import paper_faults, transaction_faults
from duebook.store import entities, paper_checks
from duebook.store.checks import JournalRow
from duebook.store.paper_checks import StoredBatch

_KINDS: Final[tuple[Kind, ...]] = ("invoice", "credit_note", "document")


class _EntityRow(msgspec.Struct):
    """A row of the journal about a seller."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None


_decode: Final = msgspec.json.Decoder(_EntityRow).decode


def learn_patterns(task: Task, row: JournalRow) -> None:
    """Remember the patterns that a sound row of the journal names, if it is about a seller."""
    if row.kind != "entity":
        return
    told = _decode(row.body)
    for content in (told.before, told.after):
        for kind in _KINDS if content is not None else ():
            pattern = content.get(f"{kind}_pattern") if content is not None else None
            if pattern is not None:
                task.patterns.setdefault((row.object_id, kind), set()).add(pattern)


async def examine_papers(task: Task) -> None:
    """Each paper, and all numbers together."""
    of, examined = task.tenant.id, task.examined
    sellers = {entity.id: entity for entity in await entities.every(task.connection, tenant_id=of)}
    series = {(id, kind): Series(_patterns(task, entity, kind)) for id, entity in sellers.items() for kind in _KINDS}
    async for page in paper_checks.papers(task.connection, tenant_id=of):
        for stored in page.papers:
            task.faults(paper_faults(stored, receivables=page.receivables.get(stored.id, ())), kind="paper", id=stored.id)
            moved = page.transactions.pop(stored.id, [])
            paper = stored.paper
            for one in moved:
                task.shelve(one, "transaction")
            if paper is not None:
                task.states.books(paper_state(paper, content=stored.content), kind="paper", id=paper.id)
                task.faults(transaction_faults(paper, moved, rows=page.rows), kind="paper", id=stored.id)
                numbers = series.get((paper.entity_id, paper.kind))
                if numbers is not None and not paper.is_draft and paper.content.source == "api":
                    numbers.take(paper.number)
            examined.transactions += len(moved)
        for id, alone in page.transactions.items():
            for one in alone:
                task.shelve(one, "transaction")
            task.found("row_alone", kind="paper", id=id, message=f"transactions on this paper, which is not there: {len(alone)}")
            examined.transactions += len(alone)
        examined.papers += len(page.papers)
        task.progress("papers", examined.papers, examined.papers)
    for (id, kind), numbers in series.items():
        entity = sellers[id]
        next_number: int = getattr(entity, f"next_{kind}_number")
        has_numbers: bool = getattr(entity, f"has_{kind}_numbers")
        for fault in numbers.faults(next_number=next_number, has_numbers=has_numbers):
            task.found(fault.code, kind="entity", id=id, message=f"{kind}: {fault.message}")


async def examine_batches(task: Task) -> None:
    """Each batch, and whether the documents its outcomes name are there."""
    async for page in paper_checks.batches(task.connection, tenant_id=task.tenant.id):
        named = {
            id for stored in page for outcome in stored.outcomes or () if outcome is not None and (id := outcome.document_id) is not None
        }
        there = await paper_checks.papers_there(task.connection, tenant_id=task.tenant.id, ids=named)
        for stored in page:
            _shelve_outcomes(task, stored)
            for message in _batch_faults(stored, there=there):
                task.found("batch", kind="batch", id=stored.batch.id, message=message)
        task.examined.batches += len(page)
        task.progress("batches", task.examined.batches, task.examined.batches)


def _patterns(task: Task, entity: Entity, kind: Kind) -> Sequence[str]:
    current: str = getattr(entity, f"{kind}_pattern")
    return [current, *sorted(task.patterns.get((entity.id, kind), ()))]


def _shelve_outcomes(task: Task, stored: StoredBatch) -> None:
    """What became of each item is what the journal told of it, once: under its document, or a failed one under its batch."""
    for outcome in stored.outcomes or ():
        if outcome is not None:
            error = failure(outcome) if outcome.document_id is None else None
            state = outcome_state(batch=stored.batch.name, item=outcome.name, error=error)
            task.states.books(state, kind="batch_item", id=outcome.document_id or stored.batch.id)


def _batch_faults(stored: StoredBatch, *, there: set[UUID]) -> list[str]:
    batch, outcomes = stored
    if outcomes is None:
        return ["its outcomes cannot be read"]
    found = [outcome for outcome in outcomes if outcome is not None]
    documents = [outcome.document_id for outcome in found if outcome.document_id is not None]
    faults: list[str] = []
    counts = (batch.size, batch.succeeded, batch.failed)
    made = (len(outcomes), len(documents), len(found) - len(documents))
    if counts != made:
        faults.append(f"it says items, good and bad: {counts}, but its outcomes are: {made}")
    if (batch.state == "done") != (len(found) == batch.size):
        faults.append(f"it is {batch.state}, with outcomes for {len(found)} of {batch.size} items")
    if batch.is_set_aside and not any(outcome.is_bug for outcome in found):
        faults.append("it is set aside, but nothing of it failed by a fault of ours")
    faults += [f"an item made document {id}, which is not there" for id in documents if id not in there]
    faults += [f"document {id} is what became of {number} items" for id, number in Counter(documents).items() if number > 1]
    return faults
