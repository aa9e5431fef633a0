"""Import invoices: an upsert on the external id, as a set, all refusals at once.

1. Look up customers and, where links are given, credit notes; lock known documents (credit notes, then invoices, each by id).
2. Judge each draft by the core; an accepted one turns its pages of the ledger.
3. Write what differs, unless something is refused and the request is atomic.

What it does not do: commit, translate, answer. Drafts come from a door or from a batch.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from duebook.actions.judgement import Judgement, merged, mismatch, place_of
from duebook.actions.ledger import Ledger, Page
from duebook.actions.outcome import Outcome
from duebook.actions.references import Found, look_up
from duebook.core import credit_note as credit_note_rules
from duebook.core import invoice as rules
from duebook.core.allocation import Allocation, AllocationDraft, repeated
from duebook.core.invoice import Identity, Invoice, InvoiceDraft
from duebook.core.refusal import Path, Refusal
from duebook.store import allocations, credit_notes, customers
from duebook.store.db import LostRace
from duebook.store.ids import own
from duebook.store.invoices import InvoiceRow, InvoiceView, face
from duebook.store.unit import Unit

Drafts = Sequence[tuple[int | None, InvoiceDraft]]
"""Drafts with their position in the request (None outside batches)."""


async def import_invoices(unit: Unit, drafts: Drafts, *, atomic: bool = True) -> Outcome[InvoiceView]:
    """Import `drafts` and give the documents as they are afterwards, with every refusal.

    `atomic`: one refusal and nothing is written (the documents are then only what would have been). In a dry run nothing is written and new
    documents have no id. Raises LostRace when another writer came between: the unit of work is then run again.
    """
    if unit.stores:
        views = (await import_together(unit, [drafts]))[0]
        if views is not None:
            return Outcome(views)
    outcome: Outcome[InvoiceView] = Outcome()
    customers_found = await look_up(unit, (d.customer for _, d in drafts if d.customer is not None), finder=customers.find, word="customer")
    notes_found = await look_up(
        unit, (link.document for _, d in drafts for link in d.links or ()), finder=credit_notes.find_references, word="credit note"
    )
    ledger = await _locked(unit, drafts, notes_found)
    known = {page.document.external_id: page for page in ledger.invoices.values()}
    unit.met_known = bool(known)
    judged: list[Page[Invoice]] = []
    named: set[str] = set()
    for item, draft in drafts:
        name = draft.external_id
        page = known.get(name) if name is not None else None
        judgement = _Judgement(unit, ledger, draft, page, customers=customers_found, notes=notes_found)
        if name is not None and name in named:
            judgement.repeated(name)
        turned = judgement.turn()
        if name is not None:
            named.add(name)
        if isinstance(turned, list):
            outcome.refuse(turned, item=item)
        else:
            judged.append(turned)
    if not (outcome.refusals and atomic):
        await ledger.write()
    ledger.names.update(notes_found.names)
    outcome.documents = [(face(page.document), _rows(page, ledger)) for page in judged]
    return outcome


async def import_together(unit: Unit, requests: Sequence[Drafts]) -> list[list[InvoiceView] | None]:
    """Import several requests of plain drafts without looking what is known; each is atomic and gets its documents.

    Where a document is known after all, the unique index says so, and where a customer is not, the foreign key does: the unit is run again,
    then with `expects_known`. A request gets None, and nothing of it is done, where a draft is not plain or names a document that another
    of these drafts names: it goes its own, careful way, and is told every reason there.
    """
    results: list[list[InvoiceView] | None] = [None] * len(requests)
    ledger = Ledger(unit)
    named: set[str] = set()
    opened: list[tuple[int, list[Page[Invoice]]]] = []
    for place, request in enumerate(() if unit.expects_known else requests):
        owed_by = [(draft, _plainly_owed_by(draft)) for _, draft in request]
        names = [draft.external_id for draft, _ in owed_by if draft.external_id is not None]
        if any(customer_id is None for _, customer_id in owed_by) or len(set(names)) < len(names) or not named.isdisjoint(names):
            continue
        named.update(names)
        opened.append((place, _opened(unit, ledger, [(draft, customer_id) for draft, customer_id in owed_by if customer_id])))
    if opened:
        await ledger.write()
    for place, pages in opened:
        results[place] = [(face(page.document), ()) for page in pages]
    return results


def _plainly_owed_by(draft: InvoiceDraft) -> UUID | None:
    """The customer of a plain draft that names it by our id alone; None for every other draft."""
    customer = draft.customer
    if customer is None or customer.id is None or customer.external_id is not None or not rules.is_plain(draft):
        return None
    return own(customer.id)


def _opened(unit: Unit, ledger: Ledger, drafts: Sequence[tuple[InvoiceDraft, UUID]]) -> list[Page[Invoice]]:
    currency, day, at = unit.tenant.currency, unit.day, unit.at
    return [
        ledger.open_invoice(
            rules.plain(draft, customer_id=customer_id, home_currency=currency, day=day, new=Identity(id, at)),
        )
        for (draft, customer_id), id in zip(drafts, unit.ids.many(len(drafts)), strict=True)
    ]


async def _locked(unit: Unit, drafts: Drafts, notes_found: Found) -> Ledger:
    """Lock every known document that the drafts touch: credit notes first, then invoices, each in order of id."""
    ledger = Ledger(unit)
    external_ids = sorted({draft.external_id for _, draft in drafts if draft.external_id is not None})
    with_links = any(draft.links is not None for _, draft in drafts)
    if with_links:
        linked = await allocations.credit_notes_linked_to(unit, external_ids)
        await ledger.lock_credit_notes(ids=linked | set(notes_found.names))
    if external_ids:
        await ledger.lock_invoices(external_ids=external_ids)
    named = {row.credit_note_id for page in ledger.invoices.values() for row in page.rows if row.credit_note_id}
    if with_links and not named <= set(ledger.credit_notes):
        # A link was made between the look-up and the lock; its credit note must be locked before its invoice.
        raise LostRace
    if named and not with_links:
        # Nothing of them changes, but the answer names them.
        notes_found.names.update(await credit_notes.find_references(unit, list(named), []))
    return ledger


def _rows(page: Page[Invoice], ledger: Ledger) -> list[InvoiceRow]:
    return [
        InvoiceRow(
            row.kind, row.amount, row.dated_on, row.external_id, row.credit_note_id,
            ledger.names.get(row.credit_note_id) if row.credit_note_id else None,
        )
        for row in page.rows
    ]  # fmt: skip


class _Turn(NamedTuple):
    """The rows of an invoice after a draft, and those of the credit notes it touches."""

    rows: list[Allocation]
    notes: dict[UUID, list[Allocation]]
    newly_paid: bool


class _Judgement(Judgement):
    """One draft against the books: either it turns the pages, or it leaves them alone and tells every refusal."""

    def __init__(
        self, unit: Unit, ledger: Ledger, draft: InvoiceDraft, page: Page[Invoice] | None, *, customers: Found, notes: Found
    ) -> None:
        super().__init__(unit, ledger, customers=customers, word="invoice")
        self.draft, self.page, self.notes = draft, page, notes

    def turn(self) -> Page[Invoice] | list[Refusal]:
        """Judge and turn the pages; a list of refusals when there are any."""
        draft, page = self.draft, self.page
        known = page.document if page else None
        customer_id = self.customer(draft.customer, known=known.customer_id if known else None)
        invoice, refusals = rules.imported(
            draft, known=known, new=self.ledger.identity(), customer_id=customer_id, home_currency=self.unit.tenant.currency
        )
        self.refusals += refusals
        if draft.payments is None and draft.links is None and not (page and page.rows):
            turn = _Turn([], {}, newly_paid=False)
        else:
            turn = self._lay(invoice, page.rows if page else ())
            self.refusals += rules.row_refusals(invoice, turn.rows, links_in_request=_given(draft.links))
        self.refusals += rules.move_refusals(invoice, known=known, has_rows=bool(turn.rows))
        if self.refusals:
            return self.refusals
        if turn.newly_paid:
            invoice = rules.newly_paid(invoice)
        return self._turned(invoice, turn)

    def _lay(self, invoice: Invoice, stored: Sequence[Allocation]) -> _Turn:
        payments = merged("payment", stored=stored, given=self.draft.payments, side="by_invoice")
        links = merged("link", stored=stored, given=self._link_drafts(invoice), side="by_invoice")
        self.refusals += repeated(self.draft.payments or (), path=("payments",), within="payments")
        rest = [row for row in stored if row.kind not in ("payment", "link")]
        kept = sorted([*rest, *payments.kept, *links.kept], key=lambda row: row.invoice_position or 0)
        position = invoice.positions
        added: list[Allocation] = []
        for kind, drafts in (("payment", payments.added), ("link", links.added)):
            for row in drafts:
                position += 1
                added.append(self._recorded(kind, row, position))
        notes = {} if self.draft.links is None else self._notes_after([*links.kept, *added], links.removed)
        return _Turn([*kept, *added], notes, newly_paid=any(row.amount > 0 for row in payments.added))

    def _recorded(self, kind: str, draft: AllocationDraft, position: int) -> Allocation:
        return Allocation(
            id=self.unit.ids.new(),
            kind="payment" if kind == "payment" else "link",
            amount=draft.amount,
            dated_on=draft.dated_on,
            recorded_on=self.unit.day,
            external_id=draft.external_id,
            invoice_id=None,  # the invoice may be new: given when the page is turned
            credit_note_id=draft.counterpart_id,
            invoice_position=position,
            credit_note_position=None,
            by_invoice=True,
            by_credit_note=False,
            by_hand=False,
        )

    def _link_drafts(self, invoice: Invoice) -> tuple[AllocationDraft, ...] | None:
        if self.draft.links is None:
            return None
        drafts: list[AllocationDraft] = []
        for place, link in enumerate(self.draft.links):
            path: Path = ("links", place, "document")
            found = self.notes.resolve(link.document, path=path)
            if not isinstance(found, UUID):
                self.refusals.append(found)
                continue
            note = self.ledger.credit_notes[found].document
            if self.customer_is_known:
                self.refusals += mismatch(invoice, note, named="credit note", path=path)
            drafts.append(AllocationDraft(link.dated_on, link.amount, link.external_id, found))
        self.refusals += repeated(drafts, path=("links",), within="the links of one credit note")
        return tuple(drafts)

    def _notes_after(self, links: Iterable[Allocation], removed: Iterable[Allocation]) -> dict[UUID, list[Allocation]]:
        """The rows of each credit note that the draft touches; what exceeds one is refused at the link that names it."""
        gone = {row.id for row in removed}
        mine = {row.id: row for row in links if row.kind == "link"}
        touched = {row.credit_note_id for row in (*mine.values(), *removed) if row.credit_note_id}
        result: dict[UUID, list[Allocation]] = {}
        for note_id in touched:
            page = self.ledger.credit_notes[note_id]
            stayed = [mine.pop(row.id, row) for row in page.rows if row.id not in gone]
            position = page.document.positions
            for id, row in list(mine.items()):
                if row.credit_note_id == note_id:
                    position += 1
                    stayed.append(row._replace(credit_note_position=position))
                    del mine[id]
            result[note_id] = stayed
            self.refusals += credit_note_rules.row_refusals(
                page.document, stayed, given=None, path=place_of(self.draft.links, found=self.notes, counterpart_id=note_id)
            )
        return result

    def _turned(self, invoice: Invoice, turn: _Turn) -> Page[Invoice]:
        page, rows = self.page, turn.rows
        if page is None:
            page = self.ledger.open_invoice(invoice)
            invoice = page.document
        if not rows and not page.rows:
            page.document = rules.laid(invoice, (), day=self.unit.day)
            return page
        positions = max([invoice.positions, *(row.invoice_position or 0 for row in rows)])
        on_notes = {row.id: row._replace(invoice_id=invoice.id) if row.invoice_id is None and row.kind == "link" else row
                    for note_rows in turn.notes.values() for row in note_rows}  # fmt: skip
        page.rows = [on_notes.get(row.id, row._replace(invoice_id=invoice.id)) for row in rows]
        page.document = rules.laid(invoice._replace(positions=positions), page.rows, day=self.unit.day)
        for note_id, note_rows in turn.notes.items():
            note = self.ledger.credit_notes[note_id]
            note.rows = [on_notes[row.id] for row in note_rows]
            last = max([note.document.positions, *(row.credit_note_position or 0 for row in note.rows)])
            note.document = credit_note_rules.laid(note.document._replace(positions=last), note.rows)
        return page


def _given(links: Sequence[rules.LinkDraft] | None) -> int | None:
    return None if links is None else sum(link.amount for link in links)
