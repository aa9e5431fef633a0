"""Secrets of webhook endpoints as users see them: what is shown, and what may be given. Which secret signs is decided elsewhere."""

import base64
import binascii
import re
from typing import Final

BYTES: Final = 32
"""Of a secret that is made here."""
PREFIX: Final = "whsec_"

_GIVEN: Final = re.compile(r"[a-zA-Z0-9+/=]{32,100}")


def shown(secret: bytes) -> str:
    """A secret as users copy it into their receiver: `whsec_` and standard base64."""
    return PREFIX + base64.b64encode(secret).decode()


def read(text: str) -> bytes | None:
    """The secret that a user gives as 32 to 100 characters of standard base64, without prefix; None when it is not that."""
    if not _GIVEN.fullmatch(text):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
