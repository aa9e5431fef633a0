"""What a worker does again and again until it is told to stop. A round that ends early is told, and the next one comes all the same."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Final, TypeVar

import structlog

from duebook.store.db import LOST, OUT_OF_ROOM, REPEATABLE, TAKEN, TIMED_OUT, is_bug
from duebook.web.logs import words
from duebook.web.problem import Problem

T = TypeVar("T")
_log = structlog.get_logger("duebook.worker")

PASSING: Final = (*LOST, *TIMED_OUT, *OUT_OF_ROOM, *REPEATABLE, *TAKEN, Problem)
"""What ends one round and is no bug; TAKEN: a second follower that does not know yet that it has lost the lead was quicker."""

_SIDE_BY_SIDE: Final = 3
"""Each takes a connection of the worker's few."""


def told(error: Exception, **about: str) -> None:
    """Log what ended a round early: in a line, if it passes, else as the bug that it is."""
    if passes(error):
        _log.warning("round ended early", error=type(error).__name__, message=words(error), **about)
    else:
        _log.error("bug", exc_info=error, **about)


def passes(error: Exception) -> bool:
    """Whether it is no bug of ours, and may be gone the next time."""
    return isinstance(error, PASSING) and not is_bug(error)


async def side_by_side(deeds: Sequence[Coroutine[object, object, None]]) -> None:
    """Do all of them, a few at a time, each to its end; then raise what the first one raised that did. What others raised is told."""
    turns = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def in_turn(deed: Coroutine[object, object, None]) -> None:
        async with turns:
            await deed

    raised = [ended for ended in await asyncio.gather(*map(in_turn, deeds), return_exceptions=True) if ended is not None]
    for error in raised[1:]:
        if isinstance(error, Exception):
            told(error)
    if raised:
        raise raised[0]


async def in_turns(those: Iterable[T], deed: Callable[[T], Awaitable[int]]) -> int:
    """Do `deed` for each in turn, and again, until it gives 0 for all; gives the sum.

    One for which it raises has no further turn and holds up nobody: the first error is raised when the others are done.
    """
    done, errors, left = 0, list[Exception](), list(those)
    while left:
        going_on: list[T] = []
        for one in left:
            try:
                number = await deed(one)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is raised in the end
                errors.append(error)
                continue
            done += number
            if number:
                going_on.append(one)
        left = going_on
    if errors:
        raise errors[0]
    return done


async def rounds(deed: Callable[[], Awaitable[object]], *, seconds: float, stop: asyncio.Event) -> None:
    """Do `deed` until `stop`, with a pause of `seconds` after each time; the one in hand is finished. Raises nothing of the deed's."""
    while not stop.is_set():
        try:
            await deed()
        except Exception as error:  # noqa: BLE001 - also a bug of ours: the next round may meet it again, but the worker goes on
            told(error)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue
