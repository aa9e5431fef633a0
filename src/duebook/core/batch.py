"""Batches: drafts that were accepted together, and what became of each.

Every item ends in exactly one outcome: a document, the refusals of the books, or a fault of ours. What this module does not do: run one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from duebook.core.paper import PaperDraft
from duebook.core.refusal import Refusal

NamedDraft = tuple[str, PaperDraft]
"""A draft under the submitter's own name for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """What became of an item: the document it made, or why it made none. `is_bug`: it failed by a fault of ours."""

    name: str
    document_id: UUID | None = None
    refusals: tuple[Refusal, ...] = ()
    is_bug: bool = False


class Batch(NamedTuple):
    """A batch with how far it has come. `state`: pending (nobody took it yet), running, done.

    `takes` counts how often a worker took it without an outcome for every item. `is_set_aside`: items failed by a fault of ours, and nobody
    has put them back. `day`: the tenant's day on which it was accepted; the instant is in its id.
    """

    id: UUID
    name: str
    dialect: str
    state: str
    size: int
    succeeded: int
    failed: int
    takes: int
    is_set_aside: bool
    day: date
    actor_kind: str
    actor_id: str
    request_sha256: bytes
    updated_at: datetime
    finished_at: datetime | None = None

    @property
    def pending(self) -> int:
        """Items without an outcome."""
        return self.size - self.succeeded - self.failed


def failure(outcome: ItemOutcome) -> dict[str, Any]:
    """Why an item failed, as the journal tells it: `is_bug`, and the refusals by the names of their fields."""
    return {
        "is_bug": outcome.is_bug,
        "refusals": [
            {"kind": refusal.kind, "code": refusal.code, "message": refusal.message, "path": refusal.path} for refusal in outcome.refusals
        ],
    }


def failure_told(name: str, error: Mapping[str, Any]) -> ItemOutcome:
    """The outcome of the item `name` that a row of the journal tells of by its `error`: what `failure` made, decoded from JSON."""
    refusals = [Refusal(row["kind"], row["code"], row["message"], tuple(row["path"])) for row in error["refusals"]]
    return ItemOutcome(name=name, refusals=tuple(refusals), is_bug=error["is_bug"])


def open_positions(outcomes: Sequence[ItemOutcome | None]) -> list[int]:
    """The positions of items without an outcome, in order."""
    return [position for position, outcome in enumerate(outcomes) if outcome is None]
