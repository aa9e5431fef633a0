"""Request ids: unique among all processes, short enough to be read out over the telephone."""

import itertools
import secrets
from typing import Final

_PROCESS: Final = secrets.token_hex(5)
_numbers: Final = itertools.count(1)


def new_request_id() -> str:
    """The next id: what is this process's own, and a running number."""
    return f"{_PROCESS}{next(_numbers):06x}"
