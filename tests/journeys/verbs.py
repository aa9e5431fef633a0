"""What every teller of stories shares: verbs, which are methods with the pattern of their words, and the telling of a step.

An expectation that does not hold raises Untrue with the place and both sides. What this module does not do: know a verb.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from tests.journeys.notation import Step, Unreadable
from tests.journeys.wire import Outlet

Body = dict[str, Any]

_WORDS = {
    "AMOUNT": r"-?\d+(?:\.\d+)?",
    "DAY": r"\d{4}-\d{2}-\d{2}",
    "CODE": r"[A-Z]{3}",
    "DOCUMENT": r"[A-Z]{2}-\d+",
    "ITEM": r"[a-z]+-\d+",
}
_CAPITALS = re.compile("|".join(_WORDS))
_VERBS: list[tuple[re.Pattern[str], str]] = []


class Untrue(Exception):
    """The books say something else than the story."""


def verb(pattern: str) -> Callable[[Any], Any]:
    """Gives a method its words; groups become its arguments, by name. Words in capitals stand for what is written like one."""

    def named(method: Any) -> Any:
        _VERBS.append((re.compile(_CAPITALS.sub(lambda match: _WORDS[match[0]], pattern)), method.__name__))
        return method

    return named


def same(what: str, wanted: object, found: object) -> None:
    """Both sides are equal, or Untrue."""
    if wanted != found:
        raise Untrue(f"{what}: the story says {wanted!r}, the books say {found!r}")


class Verbs:
    """Somebody who tells a story step by step. `_clients`: customers by name, with their id in the house, whichever door made them."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._clients: dict[str, str] = {}
        self._day = date.min

    async def tell(self, step: Step) -> None:
        """Do one step. Raises Untrue with its place, or Unreadable."""
        self._day = step.day
        try:
            await self._do(step.words)
        except Untrue as untrue:
            raise Untrue(f"{step.place}: {step.words}\n  {untrue}") from None
        except (Unreadable, KeyError) as unreadable:
            raise Unreadable(f"{step.place}: {step.words}\n  {unreadable}") from unreadable

    async def _do(self, words: str) -> None:
        found = [(name, match) for pattern, name in _VERBS if (match := pattern.fullmatch(words))]
        if len(found) != 1:
            raise Unreadable(f"{len(found)} verbs have these words: {', '.join(name for name, _ in found) or 'see the README'}")
        name, match = found[0]
        deed: Callable[..., Awaitable[None]] = getattr(self, name)
        await deed(**match.groupdict())

    @property
    def _today(self) -> str:
        return self._day.isoformat()
