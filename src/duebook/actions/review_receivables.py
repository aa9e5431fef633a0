"""The daily review: tell of statuses that time alone has changed, and when to look again.

Statuses are right without it, on every day, in every read; the review only makes the events. Twice, late, or on four workers at once:
the same books, because the rows are locked and a review that was held moves `review_on` on.
"""

from duebook.core.assessment import assess, told_status
from duebook.core.invoice import Invoice
from duebook.store import invoices, journal
from duebook.store.journal import Change, Tally
from duebook.store.unit import Unit

ROWS = 500
"""Invoices per transaction: short locks, and a review that dies loses little."""


async def review_receivables(unit: Unit) -> int:
    """Review up to `ROWS` invoices of the tenant whose day has come; gives how many. Call again until 0."""
    due = await invoices.due_for_review(unit, limit=ROWS)
    changes = [change for invoice in due if (change := _change(invoice, unit)) is not None]
    if due and unit.stores:
        ids = [invoice.id for invoice in due if invoice.id is not None]
        await invoices.set_review(unit, ids=ids, reviews=[assess(invoice, unit.day).review_on for invoice in due])
    if changes and unit.stores:
        await journal.append(unit, changes, Tally())
    return len(due)


def _change(invoice: Invoice, unit: Unit) -> Change | None:
    before, after = told_status(invoice, unit.day), assess(invoice, unit.day).status
    if before == after or invoice.id is None:
        return None
    return Change("invoice", invoice.id, "status_changed", {"status": before}, {"status": after})
