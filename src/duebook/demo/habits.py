"""How the demo company's customers pay: each habit is a rule from what falls due when to dated payments.

What this module does not do: decide what is invoiced, or name receipts. Days in the future are cut off by the caller.
"""

import calendar
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple


class Part(NamedTuple):
    """What falls due on a day, minor units."""

    due_on: date
    amount: int


class Payment(NamedTuple):
    """Money that comes in on a day, minor units."""

    paid_on: date
    amount: int


Habit = Callable[[Sequence[Part], Random, date], list[Payment]]
"""(parts of one invoice in order of due date, dice, today) to payments in order of day."""

_SILENT_DAYS: Final = 150


def _shifted(least: int, most: int) -> Habit:
    def pays(parts: Sequence[Part], dice: Random, _: date) -> list[Payment]:
        return [Payment(part.due_on + timedelta(days=dice.randint(least, most)), part.amount) for part in parts]

    return pays


def _at_the_end_of_the_month(parts: Sequence[Part], _dice: Random, _day: date) -> list[Payment]:
    """One transfer on the last day of the month for all that fell due in it."""
    return [Payment(part.due_on.replace(day=calendar.monthrange(part.due_on.year, part.due_on.month)[1]), part.amount) for part in parts]


def _half_then_rest(parts: Sequence[Part], dice: Random, _day: date) -> list[Payment]:
    payments: list[Payment] = []
    for part in parts:
        half = part.amount // 2
        first = part.due_on + timedelta(days=dice.randint(2, 8))
        payments += [Payment(first, half), Payment(first + timedelta(days=dice.randint(25, 40)), part.amount - half)]
    return payments


def _disputes(parts: Sequence[Part], dice: Random, day: date) -> list[Payment]:
    """One invoice in four displeases and stays unpaid."""
    return [] if dice.random() < 0.25 else _shifted(-2, 12)(parts, dice, day)


def _silent(parts: Sequence[Part], dice: Random, day: date) -> list[Payment]:
    """A good payer until some months ago; since then nothing."""
    return [payment for payment in _shifted(-3, 10)(parts, dice, day) if payment.paid_on < day - timedelta(days=_SILENT_DAYS)]


def _rounds_up(parts: Sequence[Part], dice: Random, day: date) -> list[Payment]:
    """Pays whole tens of euros: a small surplus each time."""
    return [Payment(paid_on, -(-amount // 1000) * 1000) for paid_on, amount in _shifted(-2, 6)(parts, dice, day)]


def _pays_twice(parts: Sequence[Part], dice: Random, day: date) -> list[Payment]:
    """Now and then the same transfer goes out a second time."""
    payments = _shifted(-2, 6)(parts, dice, day)
    if dice.random() < 0.12:
        payments.append(Payment(payments[-1].paid_on + timedelta(days=dice.randint(3, 9)), payments[-1].amount))
    return payments


HABITS: Final[dict[str, Habit]] = {
    "early": _shifted(-14, -4),
    "on_time": _shifted(-3, 0),
    "monthly": _at_the_end_of_the_month,
    "late_20": _shifted(18, 23),
    "half_then_rest": _half_then_rest,
    "disputes": _disputes,
    "silent": _silent,
    "rounds_up": _rounds_up,
    "pays_twice": _pays_twice,
}
