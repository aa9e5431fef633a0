"""The documents that a unit of work holds locked, as they were and as they will be.

Actions change values here; `write` compares, stores what differs in a fixed number of statements, and journals every change. What this
module does not do: decide anything about the documents.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from duebook.core.allocation import Allocation
from duebook.core.assessment import assess, told_status
from duebook.core.credit_note import CreditNote
from duebook.core.invoice import Identity, Invoice
from duebook.store import allocations, credit_notes, invoices, journal
from duebook.store.journal import Change, Stand, Tally
from duebook.store.unit import Unit

D = TypeVar("D", Invoice, CreditNote)


@dataclass(slots=True)
class Page(Generic[D]):
    """One document: `before` (None: new) and `document`, with its rows before and after, in order of recording."""

    before: D | None
    document: D
    rows_before: Sequence[Allocation] = ()
    rows: Sequence[Allocation] = ()


class Ledger:
    """The pages of one unit of work. Rows that lie on two pages are the same values on both."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.invoices: dict[UUID, Page[Invoice]] = {}
        self.credit_notes: dict[UUID, Page[CreditNote]] = {}
        self.names: dict[UUID, str | None] = {}
        """External ids of documents, for answers that name the other side of a link."""
        self._new: list[Page[Invoice]] = []
        self._new_credit_notes: list[Page[CreditNote]] = []

    async def lock_credit_notes(self, *, ids: Iterable[UUID] = (), external_ids: Sequence[str] = ()) -> None:
        """Open the pages of known credit notes, with all their rows. Before any invoice: that is the lock order."""
        found = await credit_notes.lock_by_external_id(self._unit, external_ids) if external_ids else []
        missing = set(ids) - {c.id for c in found}
        if missing:
            found += await credit_notes.lock(self._unit, missing)
        rows = await allocations.of_credit_notes(self._unit, [c.id for c in found if c.id and c.positions]) if found else []
        for credit_note in found:
            own = [row for row in rows if row.credit_note_id == credit_note.id]
            self.credit_notes[_id(credit_note)] = Page(credit_note, credit_note, own, own)
            self.names[_id(credit_note)] = credit_note.external_id

    async def lock_invoices(self, *, ids: Iterable[UUID] = (), external_ids: Sequence[str] = ()) -> None:
        """Open the pages of known invoices, with all their rows."""
        found = await invoices.lock_by_external_id(self._unit, external_ids) if external_ids else []
        missing = set(ids) - {i.id for i in found}
        if missing:
            found += await invoices.lock(self._unit, missing)
        with_rows = [i.id for i in found if i.id and i.positions]
        rows: dict[UUID | None, list[Allocation]] = {}
        for row in await allocations.of_invoices(self._unit, with_rows) if with_rows else []:
            rows.setdefault(row.invoice_id, []).append(row)
        for invoice in found:
            own = rows.get(invoice.id, [])
            self.invoices[_id(invoice)] = Page(invoice, invoice, own, own)
            self.names[_id(invoice)] = invoice.external_id

    def identity(self) -> Identity:
        """The id and moment of a new document; neither in a dry run."""
        return Identity(self._unit.ids.new(), self._unit.at) if self._unit.stores else Identity()

    def open_invoice(self, invoice: Invoice) -> Page[Invoice]:
        """The page of a new invoice."""
        page: Page[Invoice] = Page(None, invoice)
        self._new.append(page)
        return page

    def open_credit_note(self, credit_note: CreditNote) -> Page[CreditNote]:
        """The page of a new credit note."""
        page: Page[CreditNote] = Page(None, credit_note)
        self._new_credit_notes.append(page)
        return page

    async def write(self, *, beside: Sequence[Change] = ()) -> None:
        """Store every page that differs, journal it, and put the moment of the change on what changed.

        `beside`: changes of what is no page, stored by the caller already, to be journalled behind those of the pages.
        Raises one of store.db.TAKEN when another writer took an external id first.
        """
        unit = self._unit
        changed = [page for page in self.invoices.values() if _differs(page)]
        changed_notes = [page for page in self.credit_notes.values() if _differs(page)]
        if not unit.stores:
            return
        if unit.stamp():
            _put_moment(self._new, unit)
            _put_moment(self._new_credit_notes, unit)
        _put_moment(changed, unit)
        _put_moment(changed_notes, unit)
        await self._write_documents(changed, changed_notes)
        rows = await self._write_rows([*self._new, *changed, *self._new_credit_notes, *changed_notes])
        changes = [*self._invoice_changes(changed), *_credit_note_changes(self._new_credit_notes, changed_notes), *rows, *beside]
        if changes:
            await journal.append(unit, changes, self._tally(changed))

    async def _write_documents(self, changed: list[Page[Invoice]], changed_notes: list[Page[CreditNote]]) -> None:
        unit = self._unit
        new_notes = sorted(self._new_credit_notes, key=_by_external_id)
        if new_notes:
            await credit_notes.insert(unit, [page.document for page in new_notes])
        if changed_notes:
            await credit_notes.update(unit, [page.document for page in changed_notes])
        new = sorted(self._new, key=_by_external_id)
        if new:
            await invoices.insert(unit, [page.document for page in new])
        if changed:
            await invoices.update(unit, [page.document for page in changed])

    async def _write_rows(self, pages: Sequence[Page[Any]]) -> list[Change]:
        before: dict[UUID | None, Allocation] = {row.id: row for page in pages for row in page.rows_before}
        after: dict[UUID | None, Allocation] = {row.id: row for page in pages for row in page.rows}
        if not before and not after:
            return []
        removed = [row for id, row in before.items() if id not in after]
        added = [row for id, row in after.items() if id not in before]
        updated = [row for id, row in after.items() if id in before and before[id] != row]
        # Removed first: a new row may take the external id of one that went.
        if removed:
            await allocations.delete(self._unit, removed)
        if updated:
            await allocations.update(self._unit, updated)
        if added:
            await allocations.insert(self._unit, added)
        return [
            *(Change(row.kind, _id(row), "removed", row, None) for row in removed),
            *(Change(row.kind, _id(row), "updated", before[row.id], row) for row in updated),
            *(Change(row.kind, _id(row), "recorded", None, row) for row in added),
        ]

    def _invoice_changes(self, changed: list[Page[Invoice]]) -> Iterable[Change]:
        for page in self._new:
            yield Change("invoice", _id(page.document), "imported", None, page.document)
        for page in changed:
            before, after = page.before, page.document
            if before is None:
                continue
            if _own_content(before) != _own_content(after):
                yield Change("invoice", _id(after), "imported", before, after)
            statuses = told_status(before, self._unit.day), assess(after, self._unit.day).status
            if statuses[0] != statuses[1]:
                yield Change("invoice", _id(after), "status_changed", {"status": statuses[0]}, {"status": statuses[1]})

    def _tally(self, changed: list[Page[Invoice]]) -> Tally:
        stands: Counter[Stand] = Counter(_stand(page.document) for page in self._new)
        for page in changed:
            stands[_stand(page.document)] += 1
            if page.before is not None:
                stands[_stand(page.before)] -= 1
        return Tally(credit_notes=len(self._new_credit_notes), invoices=len(self._new), stands=stands)


def _credit_note_changes(new: list[Page[CreditNote]], changed: list[Page[CreditNote]]) -> Iterable[Change]:
    for page in new:
        yield Change("credit_note", _id(page.document), "imported", None, page.document)
    for page in changed:
        before, after = page.before, page.document
        if before is None:
            continue
        if _own_content(before) != _own_content(after):
            yield Change("credit_note", _id(after), "imported", before, after)
        if before.standing != after.standing:
            yield Change("credit_note", _id(after), "status_changed", {"status": before.standing}, {"status": after.standing})


_DERIVED_INVOICE = dict(
    amount_paid=0, amount_offset=0, standing="", uncovered_on=None, review_on=None, positions=0, updated_at=None,
)  # fmt: skip
_DERIVED_CREDIT_NOTE = dict(amount_paid_back=0, amount_linked=0, standing="", positions=0, updated_at=None)


def _put_moment(pages: Sequence[Page[D]], unit: Unit) -> None:
    for page in pages:
        page.document = page.document._replace(updated_at=unit.at)


def _own_content(document: Invoice | CreditNote) -> Invoice | CreditNote:
    """The document without what is read off its rows and the calendar."""
    if isinstance(document, Invoice):
        return document._replace(**_DERIVED_INVOICE)
    return document._replace(**_DERIVED_CREDIT_NOTE)


def _differs(page: Page[Any]) -> bool:
    if page.rows is not page.rows_before and list(page.rows) != list(page.rows_before):
        return True
    if page.document is page.before:
        return False
    return _without_calendar(page.document) != _without_calendar(page.before)


def _without_calendar(document: Any) -> Any:
    if isinstance(document, Invoice):
        return document._replace(review_on=None, updated_at=None)
    return document._replace(updated_at=None)


def _id(value: Any) -> UUID:
    """The id of a value that has one by now."""
    id: UUID | None = value.id
    if id is None:
        raise AssertionError(f"{type(value).__name__} was about to be stored without an id")
    return id


def _by_external_id(page: Page[Any]) -> str:
    return page.document.external_id or ""


def _stand(invoice: Invoice) -> Stand:
    return (invoice.standing, invoice.uncovered_on, invoice.promised_on)
