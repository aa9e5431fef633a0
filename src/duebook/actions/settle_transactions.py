"""Settle scheduled transactions whose time has come: each becomes a payment of its invoice, or a payback of its credit note, once.

The transactions are locked first, and what another worker holds is left to it; then their documents, credit notes before invoices, as every
writer does. Twice, late, or on four workers at once: the same books. What this module does not do: ask a provider whether money moved.
"""

from collections.abc import Iterable
from datetime import tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from duebook.actions.ledger import Ledger
from duebook.actions.papers.receivable import allocation
from duebook.core import credit_note as credit_note_rules
from duebook.core import invoice as invoice_rules
from duebook.core.money import MAX_AMOUNT
from duebook.core.paper import Paper
from duebook.core.terms import business_moment
from duebook.core.transaction import Transaction, announces
from duebook.store import papers, transactions
from duebook.store.journal import Change
from duebook.store.unit import Unit

ROWS = 500
"""Transactions per unit of work: short locks, and a round that dies loses little."""


async def settle_transactions(unit: Unit, *, limit: int = ROWS) -> int:
    """Settle up to `limit` transactions of the tenant whose time has come; gives how many were concluded. Call again until 0.

    One whose document cannot take it any more (a credit note that was spent meanwhile) fails.
    """
    zone = ZoneInfo(unit.tenant.timezone)
    now = business_moment(unit.at, day=unit.day, zone=zone)
    found = await transactions.due(unit, now=now, limit=limit)
    if not found or not unit.stores:
        return len(found)
    documents = {transaction.document_id for transaction in found}
    ledger = Ledger(unit)
    await ledger.lock_credit_notes(ids=documents)
    await ledger.lock_invoices(ids=documents - set(ledger.credit_notes))
    alone = documents - set(ledger.credit_notes) - set(ledger.invoices)
    on_paper = {paper.id: paper for paper in await papers.lock(unit, alone)} if alone else {}
    now_due = {transaction.id for transaction in found}
    scheduled = await transactions.scheduled_of(unit, documents)
    announced = {row.document_id for row in scheduled if row.id not in now_due and announces(row)}
    settling = _Settling(unit, ledger, zone, on_paper, announced)
    concluded = [settling.concluded(transaction) for transaction in found]
    await transactions.conclude(unit, concluded)
    paid = [paper for id, paper in settling.papers.items() if paper != on_paper[id]]
    if paid:
        await papers.set_paid(unit, paid)
    await ledger.write(
        beside=[
            *(Change("transaction", after.id, after.status, before, after) for before, after in zip(found, concluded, strict=True)),
            *(Change("paper", paper.id, "paid", _paid(on_paper[paper.id]), _paid(paper)) for paper in paid),
        ]
    )
    return len(found)


class _Settling:
    """The documents of one unit while transactions are laid on them. `announced`: documents on which more is announced."""

    def __init__(self, unit: Unit, ledger: Ledger, zone: tzinfo, on_paper: dict[UUID, Paper], announced: Iterable[UUID]) -> None:
        self.papers = dict(on_paper)
        self._unit, self._ledger, self._zone, self._announced = unit, ledger, zone, frozenset(announced)

    def concluded(self, transaction: Transaction) -> Transaction:
        """The transaction as it ends, laid on its document if that can take it."""
        settled = transaction._replace(status="settled", settled_at=transaction.process_at, updated_at=self._unit.at)
        if transaction.document_id in self._ledger.invoices:
            is_laid = self._pay(settled)
        elif transaction.document_id in self._ledger.credit_notes:
            is_laid = self._pay_back(settled)
        else:
            is_laid = self._note(settled)
        return settled if is_laid else settled._replace(status="failed", settled_at=None)

    def _pay(self, settled: Transaction) -> bool:
        page = self._ledger.invoices[settled.document_id]
        invoice, rows = page.document, page.rows
        since = invoice.payment_in_progress_on if settled.document_id in self._announced else None
        more = [*rows, allocation(settled, position=invoice.positions + 1, unit=self._unit, zone=self._zone)]
        is_laid = not invoice_rules.row_refusals(invoice, more, links_in_request=None)
        if is_laid:
            invoice, rows = invoice._replace(positions=invoice.positions + 1), more
            if settled.amount > 0:
                invoice = invoice_rules.newly_paid(invoice)
        page.rows = rows
        page.document = invoice_rules.laid(invoice._replace(payment_in_progress_on=since), rows, day=self._unit.day)
        return is_laid

    def _pay_back(self, settled: Transaction) -> bool:
        page = self._ledger.credit_notes[settled.document_id]
        note = page.document._replace(positions=page.document.positions + 1)
        rows = [*page.rows, allocation(settled, position=note.positions, unit=self._unit, zone=self._zone)]
        if credit_note_rules.row_refusals(note, rows, given=None, path=()):
            return False
        page.rows = rows
        page.document = credit_note_rules.laid(note, rows)
        return True

    def _note(self, settled: Transaction) -> bool:
        paper = self.papers.get(settled.document_id)
        if paper is None or paper.amount_paid + settled.amount > MAX_AMOUNT:
            return False
        self.papers[paper.id] = paper._replace(amount_paid=paper.amount_paid + settled.amount, updated_at=self._unit.at)
        return True


def _paid(paper: Paper) -> dict[str, int]:
    return {"amount_paid": paper.amount_paid}
