"""Credit notes against an invoice: how a credited amount is shared out over the lines of the invoice, never beyond any of them.

The amount, tax included, goes to the lines by largest remainder over what is left of them; of each part the tax is what its rate makes of
it, kept within what is left of the line's net and tax. So all credit notes of an invoice, in any sequence, stay within it line by line, and
the last one takes exactly what is left. What this module does not do: decide which documents may be credited, or lay the credit anywhere.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from duebook.core.lines import Entry, Kind, Line, line_sign
from duebook.core.refusal import Path, Refusal, over_allocation
from duebook.core.rounding import rounded, shared_out


class Part(NamedTuple):
    """Net and tax credited of a line, in minor units, neither below 0."""

    net: int = 0
    tax: int = 0

    @property
    def amount(self) -> int:
        """The part with its tax."""
        return self.net + self.tax


def left_of(lines: Sequence[Line], *, credited: Sequence[Sequence[Part]]) -> list[Part]:
    """What earlier credit notes, each with one part per line of the invoice, leave of `lines`."""
    return [
        Part(line.net - sum(parts[place].net for parts in credited), line.tax - sum(parts[place].tax for parts in credited))
        for place, line in enumerate(lines)
    ]


def parts_of(
    lines: Sequence[Line],
    *,
    credited: Sequence[Sequence[Part]] = (),
    amount: int | None = None,
    kind: Kind = "invoice",
    path: Path = ("amount",),
) -> tuple[list[Part], list[Refusal]]:
    """One part per line for a credit note of `amount` minor units, tax included (None: what is left), and what speaks against it.

    Refused: an amount that is not above 0, or above what `credited`, the parts of each earlier credit note, leave.
    """
    left = left_of(lines, credited=credited)
    signs = [line_sign(line, kind=kind) for line in lines]
    whole = sum(sign * part.amount for sign, part in zip(signs, left, strict=True))
    wanted = whole if amount is None else amount
    if wanted > whole or whole <= 0:
        return [], [over_allocation(path=path, message=f"{wanted} is above what is left to credit of the invoice, {whole}")]
    if wanted <= 0:
        return [], [Refusal("invalid", "amount", f"{wanted} is no amount to credit: it must be above 0", path)]
    if wanted == whole:
        return left, []
    shares = shared_out(wanted, weights=[sign * part.amount for sign, part in zip(signs, left, strict=True)])
    parts = [_part(abs(share), rest, line.tax_percent) for share, rest, line in zip(shares, left, lines, strict=True)]
    return _within(parts, left, signs), []


def credit_lines(lines: Sequence[Line], *, parts: Sequence[Part]) -> list[Line]:
    """The lines of a credit note: those of the invoice with the other entry, each with its part.

    A line credited whole in this one note keeps its quantity, price and discount; of any other the part is one unit. Of a line that comes
    to 0 there is nothing to credit, so it keeps them where the note credits the whole invoice.
    """
    is_whole = all(part == (line.net, line.tax) for line, part in zip(lines, parts, strict=True))
    return [
        line._replace(entry=_opposite(line.entry))
        if is_whole or (part == (line.net, line.tax) and part.amount)
        else line._replace(
            entry=_opposite(line.entry),
            unit_amount=part.net,
            units_count=Decimal(1),
            base=part.net,
            discount=0,
            discount_percent=None,
            net=part.net,
            tax=part.tax,
        )
        for line, part in zip(lines, parts, strict=True)
    ]


def _opposite(entry: Entry) -> Entry:
    return "credit" if entry == "debit" else "debit"


def _part(amount: int, rest: Part, percent: Decimal) -> Part:
    numerator, denominator = percent.as_integer_ratio()
    tax = rounded(amount * numerator, denominator=100 * denominator + numerator)
    # The least and the most tax with which neither the net nor the tax goes beyond what is left of the line.
    tax = max(amount - rest.net, min(tax, rest.tax))
    return Part(amount - tax, tax)


def _within(parts: Sequence[Part], left: Sequence[Part], signs: Sequence[int]) -> list[Part]:
    """`parts`, if the net and the tax of the whole document, too, stay between 0 and what is left of them.

    Only where lines count against each other can they lie outside, by the units that rounding moved. Then the document's net and tax are
    each shared out over what the lines have left of them: the same amount, and within the document and every line.
    """
    tax_weights = [sign * part.tax for sign, part in zip(signs, left, strict=True)]
    net_weights = [sign * part.net for sign, part in zip(signs, left, strict=True)]
    tax_left, net_left = sum(tax_weights), sum(net_weights)
    amount = sum(sign * part.amount for sign, part in zip(signs, parts, strict=True))
    least = max(min(0, tax_left), amount - max(0, net_left))
    most = min(max(0, tax_left), amount - min(0, net_left))
    if least <= sum(sign * part.tax for sign, part in zip(signs, parts, strict=True)) <= most:
        return list(parts)
    tax = max(least, min(rounded(amount * tax_left, denominator=tax_left + net_left), most))
    nets = shared_out(amount - tax, weights=net_weights)
    taxes = shared_out(tax, weights=tax_weights)
    return [Part(abs(net), abs(part)) for net, part in zip(nets, taxes, strict=True)]
