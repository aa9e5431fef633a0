"""Import credit notes: an upsert on the external id, as a set, all refusals at once.

The mirror of `import_invoices`: known credit notes are locked first, then the invoices that their links name or lie on; each accepted
draft turns its pages of the ledger; what differs is written at the end.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from duebook.actions.judgement import Judgement, merged, mismatch, place_of
from duebook.actions.ledger import Ledger, Page
from duebook.actions.outcome import Outcome
from duebook.actions.references import Found, look_up
from duebook.core import credit_note as rules
from duebook.core import invoice as invoice_rules
from duebook.core.allocation import Allocation, AllocationDraft, repeated
from duebook.core.credit_note import CreditNote, CreditNoteDraft
from duebook.core.invoice import Invoice
from duebook.core.refusal import Path, Refusal, over_allocation
from duebook.store import customers, invoices
from duebook.store.credit_notes import CreditNoteRow, CreditNoteView
from duebook.store.unit import Unit

Drafts = Sequence[tuple[int | None, CreditNoteDraft]]
"""Drafts with their position in the request (None outside batches)."""


async def import_credit_notes(unit: Unit, drafts: Drafts, *, atomic: bool = True) -> Outcome[CreditNoteView]:
    """Import `drafts` and give the documents as they are afterwards, with every refusal; as `import_invoices` does."""
    outcome: Outcome[CreditNoteView] = Outcome()
    customers_found = await look_up(unit, (d.customer for _, d in drafts if d.customer is not None), finder=customers.find, word="customer")
    invoices_found = await look_up(
        unit, (link.document for _, d in drafts for link in d.links or ()), finder=invoices.find_references, word="invoice"
    )
    ledger = Ledger(unit)
    external_ids = sorted({draft.external_id for _, draft in drafts if draft.external_id is not None})
    if external_ids:
        await ledger.lock_credit_notes(external_ids=external_ids)
    linked = {row.invoice_id for page in ledger.credit_notes.values() for row in page.rows if row.invoice_id}
    if any(draft.links is not None for _, draft in drafts):
        await ledger.lock_invoices(ids=linked | set(invoices_found.names))
    elif linked:
        invoices_found.names.update(await invoices.find_references(unit, list(linked), []))
    known = {page.document.external_id: page for page in ledger.credit_notes.values()}
    judged: list[Page[CreditNote]] = []
    named: set[str] = set()
    for item, draft in drafts:
        page = known.get(draft.external_id) if draft.external_id is not None else None
        judgement = _Judgement(unit, ledger, draft, page, customers=customers_found, invoices=invoices_found)
        if draft.external_id is not None and draft.external_id in named:
            judgement.repeated(draft.external_id)
        turned = judgement.turn()
        if draft.external_id is not None:
            named.add(draft.external_id)
        if isinstance(turned, list):
            outcome.refuse(turned, item=item)
        else:
            judged.append(turned)
    if not (outcome.refusals and atomic):
        await ledger.write()
    ledger.names.update(invoices_found.names)
    outcome.documents = [CreditNoteView(page.document, _rows(page, ledger)) for page in judged]
    return outcome


def _rows(page: Page[CreditNote], ledger: Ledger) -> list[CreditNoteRow]:
    return [
        CreditNoteRow(
            row.kind,
            row.amount,
            row.dated_on,
            row.external_id,
            row.invoice_id,
            ledger.names.get(row.invoice_id) if row.invoice_id else None,
        )
        for row in page.rows
    ]


class _Turn(NamedTuple):
    """The rows of a credit note after a draft, and those of the invoices it touches."""

    rows: list[Allocation]
    invoices: dict[UUID, list[Allocation]]


class _Judgement(Judgement):
    """One draft against the books: either it turns the pages, or it leaves them alone and tells every refusal."""

    def __init__(
        self, unit: Unit, ledger: Ledger, draft: CreditNoteDraft, page: Page[CreditNote] | None, *, customers: Found, invoices: Found
    ) -> None:
        super().__init__(unit, ledger, customers=customers, word="credit note")
        self.draft, self.page, self.invoices = draft, page, invoices

    def turn(self) -> Page[CreditNote] | list[Refusal]:
        """Judge and turn the pages; a list of refusals when there are any."""
        draft, page = self.draft, self.page
        known = page.document if page else None
        customer_id = self.customer(draft.customer, known=known.customer_id if known else None)
        note, refusals = rules.imported(
            draft, known=known, new=self.ledger.identity(), customer_id=customer_id, home_currency=self.unit.tenant.currency
        )
        self.refusals += refusals
        turn = self._lay(note, page.rows if page else ())
        given = sum(row.amount for row in (*(draft.paybacks or ()), *(draft.links or ())))
        place: Path = ("links",) if draft.links else ("paybacks",) if draft.paybacks else ("amount",)
        self.refusals += rules.row_refusals(note, turn.rows, given=given, path=place)
        self.refusals += rules.move_refusals(note, known=known, has_rows=bool(turn.rows))
        return self.refusals or self._turned(note, turn)

    def _lay(self, note: CreditNote, stored: Sequence[Allocation]) -> _Turn:
        self.refusals += repeated(self.draft.paybacks or (), path=("paybacks",), within="paybacks")
        paybacks = merged("payback", stored=stored, given=self.draft.paybacks, side="by_credit_note")
        links = merged("link", stored=stored, given=self._link_drafts(note), side="by_credit_note")
        kept = sorted([*paybacks.kept, *links.kept], key=lambda row: row.credit_note_position or 0)
        position = note.positions
        added: list[Allocation] = []
        for kind, drafts in (("payback", paybacks.added), ("link", links.added)):
            for row in drafts:
                position += 1
                added.append(self._recorded(kind, row, position))
        touched = {} if self.draft.links is None else self._invoices_after([*links.kept, *added], links.removed)
        on_invoices = {row.id: row for rows in touched.values() for row in rows}
        return _Turn([on_invoices.get(row.id, row) for row in (*kept, *added)], touched)

    def _recorded(self, kind: str, draft: AllocationDraft, position: int) -> Allocation:
        return Allocation(
            id=self.unit.ids.new(),
            kind="payback" if kind == "payback" else "link",
            amount=draft.amount,
            dated_on=draft.dated_on,
            recorded_on=self.unit.day,
            external_id=draft.external_id,
            invoice_id=draft.counterpart_id,
            credit_note_id=None,  # the credit note may be new: given when the page is turned
            invoice_position=None,
            credit_note_position=position,
            by_invoice=False,
            by_credit_note=True,
            by_hand=False,
        )

    def _link_drafts(self, note: CreditNote) -> tuple[AllocationDraft, ...] | None:
        if self.draft.links is None:
            return None
        drafts: list[AllocationDraft] = []
        for place, link in enumerate(self.draft.links):
            path: Path = ("links", place, "document")
            found = self.invoices.resolve(link.document, path=path)
            if not isinstance(found, UUID):
                self.refusals.append(found)
                continue
            invoice = self.ledger.invoices[found].document
            if self.customer_is_known:
                self.refusals += mismatch(invoice, note, named="invoice", path=path)
            drafts.append(AllocationDraft(link.dated_on, link.amount, link.external_id, found))
        self.refusals += repeated(drafts, path=("links",), within="the links of one invoice")
        return tuple(drafts)

    def _invoices_after(self, links: Iterable[Allocation], removed: Iterable[Allocation]) -> dict[UUID, list[Allocation]]:
        """The rows of each invoice that the draft touches; what exceeds one is refused at the link that names it."""
        gone = {row.id for row in removed}
        mine = {row.id: row for row in links if row.kind == "link"}
        touched = {row.invoice_id for row in (*mine.values(), *removed) if row.invoice_id}
        result: dict[UUID, list[Allocation]] = {}
        for invoice_id in touched:
            page = self.ledger.invoices[invoice_id]
            stayed = [mine.pop(row.id, row) for row in page.rows if row.id not in gone]
            position = page.document.positions
            for id, row in list(mine.items()):
                if row.invoice_id == invoice_id:
                    position += 1
                    stayed.append(row._replace(invoice_position=position))
                    del mine[id]
            result[invoice_id] = stayed
            self.refusals += _too_much_on(
                page.document, stayed, path=place_of(self.draft.links, found=self.invoices, counterpart_id=invoice_id)
            )
        return result

    def _turned(self, note: CreditNote, turn: _Turn) -> Page[CreditNote]:
        page = self.page
        if page is None:
            page = self.ledger.open_credit_note(note)
            note = page.document
        positions = max([note.positions, *(row.credit_note_position or 0 for row in turn.rows)])
        page.rows = [row._replace(credit_note_id=note.id) for row in turn.rows]
        page.document = rules.laid(note._replace(positions=positions), page.rows)
        on_note = {row.id: row for row in page.rows}
        for invoice_id, rows in turn.invoices.items():
            other = self.ledger.invoices[invoice_id]
            other.rows = [on_note.get(row.id, row) for row in rows]
            last = max([other.document.positions, *(row.invoice_position or 0 for row in other.rows)])
            other.document = invoice_rules.laid(other.document._replace(positions=last), other.rows, day=self.unit.day)
        return page


def _too_much_on(invoice: Invoice, rows: Sequence[Allocation], *, path: Path) -> list[Refusal]:
    offset = sum(row.amount for row in rows if row.kind != "payment")
    if offset <= invoice.amount:
        return []
    message = f"credit notes and write-offs would cover {offset} of invoice {invoice.reference!r}, whose amount is {invoice.amount}"
    return [over_allocation(path=path, message=message)]
