"""Texts that are made once and looked up from then on."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

K = TypeVar("K")

_MOST: Final = 8_192


class Kept(dict[K, str], Generic[K]):
    """What `make` makes of a key, a few thousand at a time. A page of a list asks hundreds of times: `lru_cache` would take three times
    as long, for it counts who asked last.
    """

    def __init__(self, make: Callable[[K], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> str:
        if len(self) >= _MOST:
            self.clear()
        text = self[key] = self._make(key)
        return text
