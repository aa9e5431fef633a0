"""Whole minor units out of exact numbers: rounding half away from zero, and sharing out by largest remainder.

Numbers that are no amounts (rates, quantities) are `Decimal` and are taken apart into whole numerators and denominators, so that nothing
between a request and a minor unit is rounded twice. What this module does not do: decide what is rounded or shared.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

MAX_DECIMALS: Final = 400
"""The most decimals of a rate or quantity: more than any number a JSON writer makes of a double, few enough to reckon with exactly."""
_MAX_DIGITS: Final = 16


def is_reckonable(number: Decimal) -> bool:
    """Whether `number` is finite, below 10^16 in size and has at most MAX_DECIMALS decimals: exact sums with it stay small."""
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    return number.is_zero() or (isinstance(exponent, int) and exponent >= -MAX_DECIMALS and number.adjusted() < _MAX_DIGITS)


def rounded(numerator: int, *, denominator: int) -> int:
    """`numerator` / `denominator` (above 0) to the nearest whole number, halves away from zero."""
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


def percentage(amount: int, *, percent: Decimal) -> int:
    """`percent` percent of `amount` minor units, to the nearest unit, halves away from zero."""
    numerator, denominator = percent.as_integer_ratio()
    return rounded(amount * numerator, denominator=100 * denominator)


def shared_out(amount: int, *, weights: Sequence[int]) -> list[int]:
    """`amount` in whole parts proportional to `weights`, by largest remainder; of equal remainders the earlier one gets the unit.

    The parts add up to `amount`. No part goes beyond its weight while `amount` lies between 0 and the sum of the weights; a weight of the
    other sign than that sum gets a part of the other sign. Raises ValueError when there is something to share and the weights add up to 0.
    """
    whole = sum(weights)
    if whole < 0:
        return [-part for part in shared_out(-amount, weights=[-weight for weight in weights])]
    if whole == 0:
        if amount:
            raise ValueError(f"{amount} cannot be shared out over weights that add up to 0")
        return [0] * len(weights)
    parts: list[int] = []
    remainders: list[int] = []
    for weight in weights:
        part, remainder = divmod(amount * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    missing = amount - sum(parts)
    if missing:
        for place in sorted(range(len(parts)), key=lambda place: -remainders[place])[:missing]:
            parts[place] += 1
    return parts
