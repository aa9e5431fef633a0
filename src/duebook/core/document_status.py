"""The status of a document as an invoicing API tells it (draft, to pay, partially paid, paid, …), read off the facts by a table, never set.

It is the other reading of the same facts as `core.status`: that one asks what is owed and late, this one how much of a document is settled.
No day changes it. Lists ask PostgreSQL the same question (store/document_lists.sql); a property test holds the two together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple


class DocumentFacts(NamedTuple):
    """What the status is read from, amounts in minor units. Of a credit note, `amount_paid` was paid back and `amount_offset` is laid on
    invoices.
    """

    amount: int
    amount_paid: int = 0
    amount_offset: int = 0
    is_draft: bool = False
    is_void: bool = False
    is_uncollectible: bool = False
    has_failed_charge: bool = False

    @property
    def amount_due(self) -> int:
        """What remains, at least 0."""
        return max(0, self.amount - self.amount_paid - self.amount_offset)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One row of the table: the first that holds wins."""

    status: str
    when: str
    holds: Callable[[DocumentFacts], bool]


DOCUMENT_TABLE: Final[tuple[DocumentRow, ...]] = (
    DocumentRow("draft", "it is not final", lambda facts: facts.is_draft),
    DocumentRow("voided", "it was voided", lambda facts: facts.is_void),
    DocumentRow("uncollectible", "given up, and something remains", lambda facts: facts.is_uncollectible and facts.amount_due > 0),
    DocumentRow("paid", "nothing remains", lambda facts: facts.amount_due == 0),
    DocumentRow("error", "the last automatic charge failed", lambda facts: facts.has_failed_charge),
    DocumentRow("partially_paid", "something was paid or offset", lambda facts: facts.amount_paid + facts.amount_offset > 0),
    DocumentRow("to_pay", "otherwise", lambda _: True),
)
"""The order is the rule."""

DOCUMENT_STATUSES: Final = tuple(row.status for row in DOCUMENT_TABLE)


def document_status(facts: DocumentFacts) -> str:
    """The status of a document."""
    return next(row.status for row in DOCUMENT_TABLE if row.holds(facts))


def settled_at(amount: int, movements: Iterable[tuple[datetime, int]]) -> datetime | None:
    """The instant at which `movements` (when, how much) reached `amount`, which is above 0; None when they do not."""
    running = 0
    for moment, part in sorted(movements):
        running += part
        if running >= amount:
            return moment
    return None
