"""Ids as this door shows them: the prefix of the kind, `_`, and 22 characters of base62 that are the house's own UUID.

Both ways without a look-up. The alphabet is in the order of ASCII and the text is padded with zeros, so that, as text, ids of one kind sort
by age like the UUIDs they show. What this module does not do: say whether an id names anything.
"""

from typing import Final, Literal
from uuid import UUID

Kind = Literal[
    "invoice",
    "customer",
    "entity",
    "product",
    "coupon",
    "payment_method",
    "bank_account",
    "line",
    "transaction",
    "custom_property",
    "tax_rate",
    "price",
    "bank_transaction",
    "endpoint",
    "message",
    "event",
    "batch",
]

PREFIXES: Final[dict[Kind, str]] = {
    "invoice": "inv",
    "customer": "cus",
    "entity": "ive",
    "product": "itm",
    "coupon": "cou",
    "payment_method": "pm",
    "bank_account": "bac",
    "line": "ili",
    "transaction": "tra",
    "custom_property": "cfi",
    "tax_rate": "taxr",
    "price": "prc",
    "bank_transaction": "obt",
    "endpoint": "ep",
    "message": "msg",
    "event": "evt",
    "batch": "bat",
}

LENGTH: Final = 22
"""Characters behind the prefix: 62^22 is the first power of 62 above 2^128."""
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_BASE: Final = len(ALPHABET)
# Two characters at a time: half the divisions of a long number.
_PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES: Final = {pair: value for value, pair in enumerate(_PAIRS)}
_LARGEST: Final = (1 << 128) - 1


def shown(id: UUID, *, kind: Kind) -> str:
    """The id as this door shows it."""
    return f"{PREFIXES[kind]}_{base62(id.int)}"


def base62(number: int) -> str:
    """A number of up to 128 bits as 22 characters."""
    pairs: list[str] = []
    for _ in range(LENGTH // 2):
        number, value = divmod(number, _BASE * _BASE)
        pairs.append(_PAIRS[value])
    return "".join(reversed(pairs))


def read(text: str, *, kind: Kind) -> UUID | None:
    """The house's id behind `text`, or None when it is not written like an id of this kind, so that it can name nothing."""
    prefix = PREFIXES[kind] + "_"
    if len(text) != len(prefix) + LENGTH or not text.startswith(prefix):
        return None
    number = 0
    for place in range(len(prefix), len(text), 2):
        value = _VALUES.get(text[place : place + 2])
        if value is None:
            return None
        number = number * _BASE * _BASE + value
    return UUID(int=number) if number <= _LARGEST else None
