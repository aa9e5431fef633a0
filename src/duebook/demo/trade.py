"""Two years of the demo company's trade as bodies of LeanPay imports, made from a seed and a day: same seed and day, same bodies.

What this module does not do: send anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from duebook.demo.customers import FIRST, OURS, Firm, firms
from duebook.demo.habits import HABITS, Part, Payment

Body = dict[str, Any]

INVOICES: Final = 1_500
MONTHS: Final = 24
_DAYS: Final = 730
_SIZES: Final = {"small": (9_000, 90_000, 2), "medium": (40_000, 600_000, 4), "large": (200_000, 3_200_000, 6)}
"""Least and most net amount in minor units, and how many invoices in proportion."""
_VAT_PERCENT: Final = 20
_SCHEDULED_FROM: Final = 400_000
"""From this amount on, an invoice may be payable in three instalments."""
_PAR: Final = 10_000
_RATES: Final = (10_200, 10_800)
"""EUR for 10,000 CHF: whole numbers, so that no amount passes through a float."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Bodies in the order in which they are entered; documents are bodies of complete imports."""

    clients: list[Body]
    credit_notes: list[Body]
    invoices: list[Body]


@dataclass(slots=True)
class _Sale:
    firm: Firm
    issued_on: date
    amount: int
    parts: list[Part]
    rate: int
    payments: list[Payment] = field(default_factory=list[Payment])
    credit: int = 0
    reference: str = ""

    def default_amount(self, amount: int) -> int:
        """An amount in EUR cents."""
        return in_eur(amount, currency=self.firm.currency, rate=self.rate)


def in_eur(amount: int, *, currency: str, rate: int) -> int:
    """An amount in minor units as EUR cents, rounded down; `rate` is EUR for 10,000 of the other currency."""
    return amount if currency == "EUR" else amount * rate // _PAR


def trade(*, seed: int, day: date) -> Trade:
    """The trade of the 24 months that end on `day`."""
    dice = Random(seed)  # noqa: S311 - repeatable on purpose; no secret is drawn from it
    people = firms(dice)
    sales = _sales(people, dice, day)
    credit_notes = _credit_notes(sales, people, dice, day)
    for sale in sales:
        rest = _less(sale.parts, sale.credit)
        sale.payments = [p for p in HABITS[sale.firm.habit](rest, dice, day) if p.paid_on <= day and p.amount > 0] if rest else []
    receipts = _receipts(sales)
    invoices = [_invoice_body(sale, receipts, credit_notes) for sale in sales]
    return Trade(clients=[firm.body() for firm in people], credit_notes=[note.body() for note in credit_notes], invoices=invoices)


def _sales(people: Sequence[Firm], dice: Random, day: date) -> list[_Sale]:
    weights = [_SIZES[firm.size][2] for firm in people]
    start = day - timedelta(days=_DAYS)
    working = [start + timedelta(days=n) for n in range(1, _DAYS) if (start + timedelta(days=n)).weekday() < 5]
    days = sorted(dice.choices(working, k=INVOICES - 1))
    sales = [_sale(firm, issued_on, dice) for firm, issued_on in zip(dice.choices(people, weights, k=len(days)), days, strict=True)]
    # The printed requests name an invoice that is open whatever the day is: the newest one.
    first = next(firm for firm in people if firm.name == FIRST)
    sales.append(_Sale(first, day, 126_000, [Part(day + timedelta(days=first.term_days), 126_000)], _PAR))
    for sale, reference in zip(sales, _numbered("FA", [sale.issued_on for sale in sales]), strict=True):
        sale.reference = reference
    return sales


def _numbered(prefix: str, days: Sequence[date]) -> Iterator[str]:
    """A series without gaps that begins anew each year."""
    last: dict[int, int] = {}
    for day in days:
        last[day.year] = last.get(day.year, 0) + 1
        yield f"{prefix}-{day.year}-{last[day.year]:04}"


def _sale(firm: Firm, issued_on: date, dice: Random) -> _Sale:
    least, most, _ = _SIZES[firm.size]
    net = round(dice.triangular(least, most, least + (most - least) / 5) / 50) * 50
    # Goods that leave France bear no French tax.
    amount = net if firm.currency == "CHF" else net * (100 + _VAT_PERCENT) // 100
    if amount >= _SCHEDULED_FROM and dice.random() < 0.25:
        third = amount // 3
        shares = (amount - 2 * third, third, third)
        parts = [Part(issued_on + timedelta(days=30 * (n + 1)), share) for n, share in enumerate(shares)]
    else:
        parts = [Part(issued_on + timedelta(days=firm.term_days), amount)]
    return _Sale(firm, issued_on, amount, parts, dice.randint(*_RATES))


@dataclass(slots=True)
class _Credit:
    firm: Firm
    issued_on: date
    amount: int
    rate: int
    sale: _Sale | None = None
    paid_back_on: date | None = None
    reference: str = ""

    @property
    def external_id(self) -> str:
        """What the demo company's accounting calls it."""
        return f"{OURS}{self.reference}"

    def body(self) -> Body:
        """The body of its import; links are entered with the invoice."""
        body: Body = {
            "reference": self.reference,
            "amount": self.amount,
            "issueDate": self.issued_on.isoformat(),
            "currency": self.firm.currency,
            "externalId": self.external_id,
            "client": {"externalId": self.firm.external_id},
            "dueDate": self.issued_on.isoformat(),
        }
        if self.firm.currency != "EUR":
            body["defaultCurrencyAmount"] = in_eur(self.amount, currency=self.firm.currency, rate=self.rate)
        if self.paid_back_on is not None:
            row = {"date": self.paid_back_on.isoformat(), "amount": self.amount, "externalId": f"{OURS}RB-{self.reference[3:]}"}
            body["paybacks"] = [row]
        return body


def _credit_notes(sales: Sequence[_Sale], people: Sequence[Firm], dice: Random, day: date) -> list[_Credit]:
    """Returned goods (linked to their invoice, a few of the whole of it), some paid back, and goodwill that waits to be used."""
    notes: list[_Credit] = []
    for sale in sales[:-1]:
        issued_on = sale.issued_on + timedelta(days=dice.randint(8, 25))
        if issued_on > day or dice.random() > 0.05:
            continue
        whole = dice.random() < 0.2
        amount = sale.amount if whole else sale.amount * dice.randint(5, 30) // 100
        note = _Credit(sale.firm, issued_on, amount, sale.rate)
        if dice.random() < 0.85:
            note.sale, sale.credit = sale, amount
        else:
            note.paid_back_on = min(day, issued_on + timedelta(days=15))
        notes.append(note)
    notes += [_goodwill(firm, dice, day) for firm in dice.sample([firm for firm in people if firm.name != FIRST], k=14)]
    first = next(firm for firm in people if firm.name == FIRST)
    notes.append(_Credit(first, day - timedelta(days=17), 20_000, _PAR))
    notes.sort(key=lambda note: note.issued_on)
    for note, reference in zip(notes, _numbered("AV", [note.issued_on for note in notes]), strict=True):
        note.reference = reference
    return notes


def _goodwill(firm: Firm, dice: Random, day: date) -> _Credit:
    return _Credit(firm, day - timedelta(days=dice.randint(10, 300)), dice.randint(2, 30) * 1_000, dice.randint(*_RATES))


def _less(parts: Sequence[Part], credit: int) -> list[Part]:
    """What is left to pay of each part: credit covers the oldest first."""
    rest: list[Part] = []
    for part in parts:
        covered = min(credit, part.amount)
        credit -= covered
        if part.amount > covered:
            rest.append(Part(part.due_on, part.amount - covered))
    return rest


def _receipts(sales: Sequence[_Sale]) -> dict[tuple[int, date], str]:
    """The bank receipts: what one firm pays on one day is one transfer, however many invoices it covers."""
    transfers = sorted({(payment.paid_on, sale.firm.number) for sale in sales for payment in sale.payments})
    return {(number, paid_on): f"{OURS}RG-{place:05}" for place, (paid_on, number) in enumerate(transfers, start=1)}


def _invoice_body(sale: _Sale, receipts: dict[tuple[int, date], str], credit_notes: Sequence[_Credit]) -> Body:
    parts: list[Body] = []
    for part in sale.parts:
        row = {"dueDate": part.due_on.isoformat(), "currency": sale.firm.currency, "amount": part.amount}
        parts.append(row | {"defaultCurrencyAmount": sale.default_amount(part.amount)})
    body: Body = {
        "reference": sale.reference,
        "amount": sale.amount,
        "issueDate": sale.issued_on.isoformat(),
        "dueDates": parts,
        "externalId": f"{OURS}{sale.reference}",
        "client": {"externalId": sale.firm.external_id},
        "dueDate": sale.parts[-1].due_on.isoformat(),
    }
    if sale.payments:
        body["payments"] = list(_payment_rows(sale, receipts))
    if sale.credit:
        note = next(note for note in credit_notes if note.sale is sale)
        row = {"date": note.issued_on.isoformat(), "creditNote": {"externalId": note.external_id}, "amount": note.amount}
        body["creditNoteLinks"] = [row | {"externalId": f"{OURS}LET-{note.reference[3:]}"}]
    return body


def _payment_rows(sale: _Sale, receipts: dict[tuple[int, date], str]) -> Iterator[Body]:
    amounts: dict[date, int] = {}
    for payment in sale.payments:
        amounts[payment.paid_on] = amounts.get(payment.paid_on, 0) + payment.amount
    for paid_on, amount in sorted(amounts.items()):
        yield {"date": paid_on.isoformat(), "amount": amount, "externalId": receipts[sale.firm.number, paid_on]}
