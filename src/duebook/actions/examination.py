"""What an examination of the books passes along: whose books, on which day, where states go, who is told, and how much was read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from duebook.actions.finding import Finding
from duebook.actions.journal_states import Search, Shelves, Stored, state_of
from duebook.core.lines import Kind
from duebook.core.proof import Fault
from duebook.store.db import Connection
from duebook.store.journal import Tally
from duebook.store.unit import Tenant

Tell = Callable[[Finding], None]
Progress = Callable[[str, int, int], None]
"""(what is read, rows read so far, rows expected)."""


@dataclass(slots=True, kw_only=True)
class Examined:
    """How much was read, and what is not sealed yet."""

    customers: int = 0
    credit_notes: int = 0
    invoices: int = 0
    rows: int = 0
    papers: int = 0
    transactions: int = 0
    batches: int = 0
    journal_rows: int = 0
    blocks: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Task:
    """One passage through the books of one tenant: where states go, and who is told.

    `patterns`: those that the journal says a seller had for a kind of document.
    """

    connection: Connection
    tenant: Tenant
    day: date
    states: Shelves | Search
    tell: Tell
    progress: Progress
    tally: Tally = field(default_factory=Tally)
    patterns: dict[tuple[UUID, Kind], set[str]] = field(default_factory=dict[tuple[UUID, Kind], set[str]])
    examined: Examined = field(default_factory=Examined)

    def found(self, code: str, *, kind: str, id: UUID | None, message: str) -> None:
        """Tell a finding."""
        self.tell(Finding(self.tenant.id, code, kind, id, message))

    def faults(self, faults: Iterable[Fault], *, kind: str, id: UUID) -> None:
        """Tell the faults of a document."""
        for fault in faults:
            self.found(fault.code, kind=kind, id=id, message=fault.message)

    def shelve(self, stored: Stored, kind: str) -> None:
        """Hold the state of what is stored against the journal's."""
        self.states.books(state_of(stored, kind=kind), kind=kind, id=known(stored.id))


def known(id: UUID | None) -> UUID:
    """The id of what is stored: everything stored has one."""
    if id is None:
        raise AssertionError("a stored document has no id")
    return id
