"""The proof of one document: its stored columns against what the rules make of its facts and rows.

Everything is worked out again from the facts by the same rules that importers use, never by a second copy of them. What this module
does not do: look anything up. It tells faults as values and mends nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from duebook.core import credit_note as credit_note_rules
from duebook.core import invoice as invoice_rules
from duebook.core.allocation import Allocation
from duebook.core.assessment import review_on
from duebook.core.credit_note import CreditNote
from duebook.core.instalment import default_sum
from duebook.core.invoice import Invoice


class Fault(NamedTuple):
    """One thing that is wrong, under a stable code."""

    code: str
    message: str


class StoredRow(NamedTuple):
    """A row as it is stored, with its stored effective day."""

    allocation: Allocation
    effective_on: date


class Counterpart(NamedTuple):
    """What a link must agree on with its other document."""

    customer_id: UUID
    currency: str


def invoice_faults(
    invoice: Invoice, rows: Sequence[StoredRow], *, notes: Mapping[UUID, Counterpart], home_currency: str, day: date
) -> list[Fault]:
    """What is wrong with a stored invoice and its rows (in order of position), looked at on `day`.

    `notes`: the credit notes that its links name, as far as the tenant has them.
    """
    schedule = _schedule_faults(invoice, home_currency=home_currency)
    allocations = [row.allocation for row in rows]
    faults = schedule + _row_faults(rows, [row.invoice_position for row in allocations], positions=invoice.positions)
    faults += _link_faults(invoice, allocations, notes=notes)
    faults += [Fault(refusal.code, refusal.message) for refusal in invoice_rules.row_refusals(invoice, allocations, links_in_request=None)]
    if schedule and not _flat(schedule):
        # Without a schedule there is no day from which a standing could be worked out.
        return faults
    made = invoice_rules.laid(invoice, allocations, day=day)
    faults += _differences("sums", (("amount_paid", invoice.amount_paid, made.amount_paid, "its payments add up to"),))
    told = "its links and write-offs add up to"
    faults += _differences("sums", (("amount_offset", invoice.amount_offset, made.amount_offset, told),))
    told = "its facts make it"
    faults += _differences(
        "standing", (("standing", invoice.standing, made.standing, told), ("uncovered_on", invoice.uncovered_on, made.uncovered_on, told))
    )
    return faults + _review_faults(invoice, made, day=day)


def credit_note_faults(credit_note: CreditNote, rows: Sequence[StoredRow], *, home_currency: str) -> list[Fault]:
    """What is wrong with a stored credit note and its rows (in order of position). Its links are looked at from the invoices' side."""
    allocations = [row.allocation for row in rows]
    paybacks = [row for row in rows if row.allocation.kind == "payback"]
    faults = _row_faults(paybacks, [row.credit_note_position for row in allocations], positions=credit_note.positions)
    if credit_note.currency == home_currency and credit_note.default_amount != credit_note.amount:
        faults.append(Fault("amounts", f"amount {credit_note.amount} and default_amount {credit_note.default_amount} differ at home"))
    refusals = credit_note_rules.row_refusals(credit_note, allocations, given=None, path=())
    faults += [Fault(refusal.code, refusal.message) for refusal in refusals]
    made = credit_note_rules.laid(credit_note, allocations)
    faults += _differences(
        "sums",
        (
            ("amount_paid_back", credit_note.amount_paid_back, made.amount_paid_back, "its paybacks add up to"),
            ("amount_linked", credit_note.amount_linked, made.amount_linked, "its links add up to"),
        ),
    )
    return faults + _differences("standing", (("standing", credit_note.standing, made.standing, "its facts make it"),))


def _schedule_faults(invoice: Invoice, *, home_currency: str) -> list[Fault]:
    parts = invoice.instalments
    if not parts:
        return [Fault("instalments", "its instalments cannot be read: none, holes in them, or arrays of different lengths")]
    faults = _differences(
        "instalments",
        (
            ("amount", invoice.amount, sum(part.amount for part in parts), "its instalments add up to"),
            ("default_amount", invoice.default_amount, default_sum(parts), "its instalments add up to"),
        ),
    )
    if any(after.due_on < before.due_on for before, after in pairwise(parts)):
        faults.append(Fault("instalments", "its instalments are not in order of their due dates"))
    if any(part.amount < 0 or (part.default_amount or 0) < 0 for part in parts):
        faults.append(Fault("instalments", "an instalment is below 0"))
    if invoice.currency == home_currency and any(part.amount != part.default_amount for part in parts):
        faults.append(Fault("amounts", f"an instalment in {home_currency}, the tenant's currency, has another amount in the same currency"))
    return faults


def _flat(faults: Iterable[Fault]) -> bool:
    """Whether only amounts in the default currency are wrong, which no standing is read from."""
    return all(fault.code == "amounts" for fault in faults)


def _row_faults(rows: Iterable[StoredRow], positions_of_rows: Sequence[int | None], *, positions: int) -> list[Fault]:
    faults = [
        Fault("effective_day", f"{_named(row.allocation)} counts from {row.effective_on}, its days make it {row.allocation.effective_on}")
        for row in rows
        if row.effective_on != row.allocation.effective_on
    ]
    if len(set(positions_of_rows)) < len(positions_of_rows):
        faults.append(Fault("positions", "two of its rows stand at one position, so their order of recording is lost"))
    outside = [place for place in positions_of_rows if place is None or not 1 <= place <= positions]
    if outside:
        faults.append(Fault("positions", f"it has recorded {positions} rows, but one stands at position {outside[0]}"))
    return faults


def _link_faults(invoice: Invoice, rows: Iterable[Allocation], *, notes: Mapping[UUID, Counterpart]) -> list[Fault]:
    faults: list[Fault] = []
    for row in rows:
        if row.kind != "link" or row.credit_note_id is None:
            continue
        note = notes.get(row.credit_note_id)
        if note is None:
            faults.append(Fault("link", f"{_named(row)} names credit note {row.credit_note_id}, which this tenant does not have"))
            continue
        if note.customer_id != invoice.customer_id:
            faults.append(Fault("link", f"{_named(row)} joins it to credit note {row.credit_note_id} of another customer"))
        if note.currency != invoice.currency:
            faults.append(Fault("link", f"{_named(row)} joins {invoice.currency} to {note.currency}"))
    return faults


def _review_faults(invoice: Invoice, made: Invoice, *, day: date) -> list[Fault]:
    """The stored review must be the next turn after some day, and stand while a turn is still to come after `day`."""
    if (invoice.standing, invoice.uncovered_on) != (made.standing, made.uncovered_on):
        return []
    turns = [turn for turn in (invoice.promised_on, invoice.uncovered_on) if turn is not None]
    days = [date.min, *turns, *(turn + timedelta(days=1) for turn in turns if turn < date.max)]
    possible = {review_on(standing=made.standing, uncovered_on=made.uncovered_on, promised_on=made.promised_on, day=d) for d in days}
    if invoice.review_on not in possible:
        return [Fault("review", f"review_on is {invoice.review_on}, but its status never changes on that day")]
    if made.review_on is not None and (invoice.review_on is None or invoice.review_on > made.review_on):
        return [Fault("review", f"review_on is {invoice.review_on}, but looked at on {day} its status next changes on {made.review_on}")]
    return []


def _differences(code: str, columns: Iterable[tuple[str, object, object, str]]) -> list[Fault]:
    return [Fault(code, f"{name} is {stored}, but {told} {made}") for name, stored, made, told in columns if stored != made]


def _named(row: Allocation) -> str:
    return f"{row.kind} {row.id}"
