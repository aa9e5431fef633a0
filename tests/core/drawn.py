"""What the laws of the core are tried on: drawn amounts, days, schedules and rows. Days lie close together, so that they meet."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st

from duebook.core.allocation import Allocation, Kind
from duebook.core.instalment import Instalment
from duebook.core.invoice import Invoice
from duebook.core.money import MAX_AMOUNT

FIRST_DAY = date(2026, 1, 1)
LAST_DAY = date(2026, 1, 12)
DAYS = tuple(FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1))
"""Every day on which the laws look; what is drawn falls between the second and the last but one."""

DUPONT = UUID(int=1)
INVOICE = UUID(int=2)

days = st.sampled_from(DAYS[1:-1])
maybe_days = st.none() | days
small = st.integers(0, 6)
"""Amounts so small that sums often meet exactly."""
amounts = small | st.integers(0, MAX_AMOUNT)


def row(
    kind: Kind = "payment",
    *,
    number: int = 1,
    amount: int = 100,
    on: date = FIRST_DAY,
    external_id: str | None = None,
    credit_note: int | None = None,
    by: str = "invoice",
) -> Allocation:
    """A stored row of INVOICE; `by` names, with blanks between, who names it: invoice, credit_note, hand."""
    return Allocation(
        id=UUID(int=1000 + number),
        kind=kind,
        amount=amount,
        dated_on=on,
        recorded_on=on,
        external_id=external_id,
        invoice_id=None if kind == "payback" else INVOICE,
        credit_note_id=None if credit_note is None else UUID(int=credit_note),
        invoice_position=None if kind == "payback" else number,
        credit_note_position=None if credit_note is None else number,
        by_invoice="invoice" in by.split(),
        by_credit_note="credit_note" in by.split(),
        by_hand="hand" in by.split(),
    )


def invoice(*parts: tuple[date, int], **fields: object) -> Invoice:
    """An invoice of Dupont's in EUR with these instalments, before anything is laid on it."""
    instalments = tuple(Instalment(on, amount, amount) for on, amount in parts)
    amount = sum(part.amount for part in instalments)
    last = instalments[-1].due_on if instalments else FIRST_DAY
    bare = Invoice(INVOICE, DUPONT, "FA-1", "FA-1", amount, None, "EUR", amount, FIRST_DAY, last, instalments)
    return bare._replace(**fields)


_FLAGS = ("recovery_on", "disputed_on", "payment_in_progress_on")


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """An invoice with one to four instalments in order of day and any flags, before anything is laid on it."""
    parts = sorted(draw(st.lists(st.tuples(days, small), min_size=1, max_size=4)), key=lambda part: part[0])
    # Most have no flag: a flag hides what the days do.
    flags = draw(st.sampled_from([(), (), (), ("recovery_on",), ("disputed_on",), ("payment_in_progress_on",), _FLAGS]))
    return invoice(*parts, promised_on=draw(maybe_days), **dict.fromkeys(flags, FIRST_DAY))


_KINDS: tuple[Kind, ...] = ("payment", "link", "write_off")


@st.composite
def rows(draw: st.DrawFn) -> list[Allocation]:
    """Payments, links and write-offs of one invoice, few and small, in order of recording."""
    drawn = draw(st.lists(st.tuples(st.sampled_from(_KINDS), small, days), max_size=4))
    return [
        row(kind, number=number, amount=amount, on=on, credit_note=9 if kind == "link" else None)
        for number, (kind, amount, on) in enumerate(drawn, start=1)
    ]
