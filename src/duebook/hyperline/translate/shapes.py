"""Single values of answers: ids, instants, numbers, addresses as this door writes them."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from duebook.core import paper
from duebook.hyperline import ids, wire
from duebook.web.instants import instant as instant


def shown(id: UUID | None, kind: ids.Kind) -> str | None:
    """An id where there may be none."""
    return None if id is None else ids.shown(id, kind=kind)


def moment(at: datetime | None) -> str | None:
    """An instant where there may be none."""
    return None if at is None else instant(at)


@lru_cache(maxsize=8_192)
def day(of: date) -> str:
    """A fact that is a day: midnight UTC."""
    return f"{of.isoformat()}T00:00:00.000Z"


@lru_cache(maxsize=1_024)
def number(value: Decimal) -> Decimal:
    """A quantity or rate without zeros that say nothing and without an exponent: 20, not 20.00 or 2E+1."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else Decimal(text)


def address(of: paper.Address | None) -> wire.Address | None:
    """A postal address."""
    if of is None:
        return None
    country: Any = of.country  # both came in through the enums
    state: Any = of.state
    return wire.Address(of.name, of.line1, of.line2, of.city, of.zip, state, country)
