"""The lines of a document: from what a request gives to net, tax and amount of each line, and the totals, which are sums of lines.

    base   = unit amount x units, half away from zero to the minor unit
    net    = base - discount
    tax    = net x percent / 100, half away from zero
    amount = net + tax

A line carries no sign: amounts are positive and its `entry` says which way they count. What this module does not do: look products and
prices up, choose the tax (`core.tax`), share out coupons (`core.coupon`).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple, Protocol
from uuid import UUID

from duebook.core.coupon import AppliedCoupon, Discount, LineDiscount, discounted
from duebook.core.money import MAX_AMOUNT
from duebook.core.refusal import Refusal, too_large
from duebook.core.rounding import is_reckonable, percentage, rounded
from duebook.core.tax import Scheme, Tax, Taxation, document_scheme, line_tax

Kind = Literal["invoice", "credit_note", "document"]
Entry = Literal["debit", "credit"]

_ENTRIES: Final[dict[Kind, tuple[Entry, Entry]]] = {
    "invoice": ("debit", "credit"),
    "credit_note": ("credit", "debit"),
    "document": ("debit", "credit"),
}
"""By kind of document: the entry of a line of 0 or more, and of a line below 0."""

_HUNDRED: Final = Decimal(100)


class LineDraft(NamedTuple):
    """A line as a request gives it, name and price of its product filled in. `unit_amount` in minor units, before tax; any sign."""

    name: str
    unit_amount: int
    units_count: Decimal = Decimal(1)
    tax_rate: Decimal | None = None
    product_id: UUID | None = None
    description: str | None = None
    period_starts_at: datetime | None = None
    period_ends_at: datetime | None = None
    display_unit_amount: bool = True
    display_period: bool = True


class Line(NamedTuple):
    """The figures of a line, none below 0, amounts in minor units; `discount_percent` when one percent coupon alone lies on it."""

    entry: Entry
    unit_amount: int
    units_count: Decimal
    base: int
    discount: int
    discount_percent: Decimal | None
    net: int
    tax_scheme: Scheme
    tax_percent: Decimal
    tax: int

    @property
    def amount(self) -> int:
        """What the line comes to with its tax."""
        return self.net + self.tax


class Counted(Protocol):
    """A line as far as sums look at it: worked out here, or as it stands on a paper."""

    @property
    def entry(self) -> Entry: ...
    @property
    def net(self) -> int: ...
    @property
    def tax(self) -> int: ...
    @property
    def discount(self) -> int: ...


class Totals(NamedTuple):
    """Sums of lines, in minor units. `net` or `tax` alone may be below 0 where lines of different rates count against each other."""

    net: int
    tax: int
    discount: int

    @property
    def amount(self) -> int:
        """The total with tax."""
        return self.net + self.tax


class RateSum(NamedTuple):
    """What the lines of one rate come to, in minor units."""

    percent: Decimal
    net: int
    tax: int


class Reckoning(NamedTuple):
    """A document worked out: its lines in the order of the drafts, its coupons as applied, its totals and its tax scheme."""

    lines: list[Line]
    coupons: list[AppliedCoupon]
    totals: Totals
    tax_scheme: Scheme


def reckoned(
    drafts: Sequence[LineDraft], *, discounts: Sequence[Discount] = (), taxation: Taxation, kind: Kind = "invoice"
) -> tuple[Reckoning | None, list[Refusal]]:
    """The document that `drafts` (at least one) and `discounts` make, or everything that speaks against it, paths as in the drafts.

    Refused: amounts and sums above the largest amount (signs aside, so that no part of the document is above it), a rate outside 0..100, no
    rate on file, coupons that lie on nothing, a total below 0.
    """
    refusals: list[Refusal] = []
    bases: list[int] = []
    taxes: list[Tax] = []
    for place, draft in enumerate(drafts):
        base, too_much = _base(draft, place)
        tax, untaxed = _tax(draft, taxation, place)
        refusals += too_much + untaxed
        bases.append(base)
        taxes.append(tax)
    products = [draft.product_id for draft in drafts]
    off, unlaid = discounted(bases, discounts=discounts, product_ids=products)
    refusals += unlaid
    if refusals:
        return None, refusals
    lines = [
        _line(draft, base=base, off=one, tax=tax, kind=kind) for draft, base, one, tax in zip(drafts, bases, off.lines, taxes, strict=True)
    ]
    sums = totals(lines, kind=kind)
    refusals = _sum_refusals(lines, sums)
    if refusals:
        return None, refusals
    return Reckoning(lines, off.coupons, sums, document_scheme(line.tax_scheme for line in lines)), []


def totals(lines: Sequence[Counted], *, kind: Kind = "invoice") -> Totals:
    """The sums of `lines`, each counted the way its entry says for a document of this kind."""
    net = tax = discount = 0
    for line in lines:
        sign = line_sign(line, kind=kind)
        net += sign * line.net
        tax += sign * line.tax
        discount += line.discount
    return Totals(net, tax, discount)


def tax_by_rate(lines: Sequence[Line], *, kind: Kind = "invoice") -> list[RateSum]:
    """What `lines` come to per rate, the highest rate first. The sums of the parts are the totals: nothing is rounded again."""
    sums: defaultdict[Decimal, list[Line]] = defaultdict(list)
    for line in lines:
        sums[line.tax_percent].append(line)
    found: list[RateSum] = []
    for percent in sorted(sums, reverse=True):
        part = totals(sums[percent], kind=kind)
        found.append(RateSum(percent, part.net, part.tax))
    return found


def line_sign(line: Counted, *, kind: Kind) -> Literal[1, -1]:
    """1 for a line that adds to a document of this kind, -1 for one that takes away from it."""
    return 1 if line.entry == _ENTRIES[kind][0] else -1


def _base(draft: LineDraft, place: int) -> tuple[int, list[Refusal]]:
    """Unit amount x units, signed. What is too large counts as the largest amount, so that the other rules still find their faults."""
    units = draft.units_count
    if not is_reckonable(units):
        largest = MAX_AMOUNT if units.is_signed() == (draft.unit_amount < 0) else -MAX_AMOUNT
        message = f"a quantity is a number below 10^16 in size with at most 400 decimals, not {units:.3E}"
        return largest, [too_large(path=("lines", place, "units_count"), message=message)]
    numerator, denominator = units.as_integer_ratio()
    base = rounded(draft.unit_amount * numerator, denominator=denominator)
    if abs(base) > MAX_AMOUNT:
        message = f"{draft.unit_amount} x {units} is more than {MAX_AMOUNT}, the largest amount"
        return max(-MAX_AMOUNT, min(base, MAX_AMOUNT)), [too_large(path=("lines", place, "unit_amount"), message=message)]
    return base, []


def _tax(draft: LineDraft, taxation: Taxation, place: int) -> tuple[Tax, list[Refusal]]:
    path = ("lines", place, "tax_rate")
    found = line_tax(taxation, rate=draft.tax_rate, path=path)
    if isinstance(found, Refusal):
        return Tax("manual", Decimal(0)), [found]
    if not is_reckonable(found.percent) or not 0 <= found.percent <= _HUNDRED:
        return Tax("manual", Decimal(0)), [Refusal("invalid", "tax_rate", "a tax rate is a percent from 0 to 100", path)]
    return found, []


def _line(draft: LineDraft, *, base: int, off: LineDiscount, tax: Tax, kind: Kind) -> Line:
    net = abs(base) - off.amount
    return Line(
        entry=_ENTRIES[kind][1 if base < 0 else 0],
        unit_amount=abs(draft.unit_amount),
        units_count=abs(draft.units_count),
        base=abs(base),
        discount=off.amount,
        discount_percent=off.percent,
        net=net,
        tax_scheme=tax.scheme,
        tax_percent=tax.percent,
        tax=percentage(net, percent=tax.percent),
    )


def _sum_refusals(lines: Sequence[Line], sums: Totals) -> list[Refusal]:
    if sum(line.base for line in lines) > MAX_AMOUNT or sum(line.amount for line in lines) > MAX_AMOUNT:
        return [too_large(path=("lines",), message=f"the lines add up, signs aside, to more than {MAX_AMOUNT}, the largest amount")]
    if sums.amount < 0:
        return [
            Refusal("invalid", "negative_total", f"the lines add up to {sums.amount}: a document cannot come to less than 0", ("lines",))
        ]
    return []
