"""The status of an invoice and of a credit note: read off the facts by a table, never set.

The table is data (`INVOICE_TABLE`, `CREDIT_NOTE_TABLE`); docs/statuses.md is generated from it. What time cannot change is the *standing*
(stored); what time changes is read with the day at hand (`status_on`), in a GET and in a list alike. Lists ask PostgreSQL the same question
(store/lists.sql); a property test holds the two together on every day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple


class InvoiceFacts(NamedTuple):
    """What the status of an invoice is read from. Amounts in minor units; days in the tenant's time zone."""

    amount: int
    amount_paid: int
    amount_offset: int
    in_recovery: bool = False
    is_disputed: bool = False
    payment_in_progress: bool = False
    promised_on: date | None = None
    uncovered_on: date | None = None


class CreditNoteFacts(NamedTuple):
    """What the status of a credit note is read from. Amounts in minor units."""

    amount: int
    amount_paid_back: int
    amount_linked: int
    in_recovery: bool = False
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row of the table: the first that holds on the day wins."""

    status: str
    when: str
    holds: Callable[[InvoiceFacts, date], bool]


@dataclass(frozen=True, slots=True)
class CreditNoteRow:
    """One row of the credit notes' table: the first that holds wins."""

    status: str
    when: str
    holds: Callable[[CreditNoteFacts], bool]


def _settled(facts: InvoiceFacts) -> bool:
    return facts.amount_paid + facts.amount_offset >= facts.amount


INVOICE_TABLE: Final[tuple[InvoiceRow, ...]] = (
    InvoiceRow(
        "paid",
        "nothing remains and a payment took part, or the amount is 0",
        lambda facts, _: _settled(facts) and (facts.amount_paid > 0 or facts.amount == 0),
    ),
    InvoiceRow("offset", "nothing remains, without a payment (credit notes, write-offs)", lambda facts, _: _settled(facts)),
    InvoiceRow("recovery", "handed to legal recovery", lambda facts, _: facts.in_recovery),
    InvoiceRow("disputed", "a dispute is open", lambda facts, _: facts.is_disputed),
    InvoiceRow("payment_in_progress", "a payment is announced by a provider and not settled", lambda facts, _: facts.payment_in_progress),
    InvoiceRow(
        "upcoming_payment",
        "a promise to pay is open and its date is not past",
        lambda facts, day: facts.promised_on is not None and facts.promised_on >= day,
    ),
    InvoiceRow(
        "overdue",
        "an instalment's due date is before the day and money does not cover it",
        lambda facts, day: facts.uncovered_on is not None and facts.uncovered_on < day,
    ),
    InvoiceRow("due", "otherwise", lambda _facts, _day: True),
)
"""The order is the rule. Due today is still due; late from the day after."""

CREDIT_NOTE_TABLE: Final[tuple[CreditNoteRow, ...]] = (
    CreditNoteRow("deducted", "nothing remains", lambda facts: facts.amount_paid_back + facts.amount_linked >= facts.amount),
    CreditNoteRow("recovery", "handed to legal recovery", lambda facts: facts.in_recovery),
    CreditNoteRow("disputed", "a dispute is open", lambda facts: facts.is_disputed),
    CreditNoteRow("available", "otherwise", lambda _: True),
)

TIMELESS: Final = ("paid", "offset", "recovery", "disputed", "payment_in_progress")
"""Statuses that no day can change: with `open`, the standings of an invoice."""

OPEN: Final = "open"
STANDINGS: Final = (OPEN, *TIMELESS)
INVOICE_STATUSES: Final = tuple(row.status for row in INVOICE_TABLE)
CREDIT_NOTE_STATUSES: Final = tuple(row.status for row in CREDIT_NOTE_TABLE)

_A_DAY: Final = date(2000, 1, 1)


def standing(facts: InvoiceFacts) -> str:
    """The stored standing: the first timeless row that holds, else `open`."""
    for row in INVOICE_TABLE[: len(TIMELESS)]:
        if row.holds(facts, _A_DAY):
            return row.status
    return OPEN


def status_on(*, standing: str, uncovered_on: date | None, promised_on: date | None, day: date) -> str:
    """The status on `day` from the three stored columns."""
    if standing != OPEN:
        return standing
    if promised_on is not None and promised_on >= day:
        return "upcoming_payment"
    if uncovered_on is not None and uncovered_on < day:
        return "overdue"
    return "due"


def credit_note_status(facts: CreditNoteFacts) -> str:
    """The status of a credit note; no day changes it, so it is stored as its standing."""
    return next(row.status for row in CREDIT_NOTE_TABLE if row.holds(facts))
