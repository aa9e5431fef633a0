"""The receivable of a final paper: the invoice or credit note with the same id, its settled transactions laid on it.

What this module does not do: papers that are no receivable (drafts, documents without legal value).
"""

from collections.abc import Sequence
from datetime import tzinfo

from duebook.actions.ledger import Ledger
from duebook.core import credit_note as credit_note_rules
from duebook.core import invoice as invoice_rules
from duebook.core.allocation import Allocation
from duebook.core.credit_note import CreditNote
from duebook.core.instalment import Instalment
from duebook.core.invoice import Invoice
from duebook.core.paper import Paper
from duebook.core.terms import day_of
from duebook.core.transaction import Transaction, announces
from duebook.store.unit import Unit


def is_receivable(paper: Paper) -> bool:
    """Whether a paper is owed, or owes: it is final and has legal value."""
    return not paper.is_draft and paper.kind != "document"


def open_page(ledger: Ledger, *, unit: Unit, paper: Paper, transactions: Sequence[Transaction], zone: tzinfo) -> None:
    """Open the page of a new receivable. Its value in the tenant's currency is unknown where the paper is in another."""
    settled = [transaction for transaction in transactions if transaction.settled_at is not None]
    rows = [allocation(row, position=place, unit=unit, zone=zone) for place, row in enumerate(settled, start=1)]
    net = paper.content.net if paper.content.net >= 0 else None
    default_amount = paper.total if paper.currency == unit.tenant.currency else None
    issued_on, due_on = day_of(paper.issued_at, zone=zone), day_of(paper.due_at, zone=zone)
    if paper.kind == "credit_note":
        note = CreditNote(
            paper.id, paper.customer_id, None, paper.number, paper.total, net, paper.currency, default_amount, issued_on, due_on,
            positions=len(rows), updated_at=unit.at,
        )  # fmt: skip
        note_page = ledger.open_credit_note(credit_note_rules.laid(note, rows))
        note_page.rows = rows
        return
    invoice = Invoice(
        paper.id,
        paper.customer_id,
        None,
        paper.number,
        paper.total,
        net,
        paper.currency,
        default_amount,
        issued_on,
        due_on,
        (Instalment(due_on, paper.total, default_amount),),
        payment_in_progress_on=unit.day if any(map(announces, transactions)) else None,
        positions=len(rows),
        updated_at=unit.at,
    )
    page = ledger.open_invoice(invoice_rules.laid(invoice, rows, day=unit.day))
    page.rows = rows


def allocation(transaction: Transaction, *, position: int, unit: Unit, zone: tzinfo) -> Allocation:
    """A settled transaction as a row of its document, recorded today: a payment of an invoice, a payback of a credit note."""
    is_refund = transaction.kind == "refund"
    return Allocation(
        id=transaction.id,
        kind="payback" if is_refund else "payment",
        amount=transaction.amount,
        dated_on=day_of(transaction.settled_at or transaction.process_at, zone=zone),
        recorded_on=unit.day,
        external_id=None,
        invoice_id=None if is_refund else transaction.document_id,
        credit_note_id=transaction.document_id if is_refund else None,
        invoice_position=None if is_refund else position,
        credit_note_position=position if is_refund else None,
        by_invoice=False,
        by_credit_note=False,
        by_hand=True,
    )
