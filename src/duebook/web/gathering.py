"""Requests of one company that wait for each other anyway share a transaction.

While a transaction of a company's imports is under way in this process, further requests gather, and the next transaction takes them all:
the cost of a transaction, its round trips and its flush to disk, is paid once for several requests. Each request stays atomic and gets its
own answer. A race that is lost, or a wait that is too long, is not the others' fault: nothing was stored, and each goes its own way.

What this module does not do: decide which requests may share (their action does), or hold a request back when nothing is under way.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple

from duebook.store.db import TIMED_OUT
from duebook.store.unit import Unit
from duebook.web.problem import Problem
from duebook.web.today import now
from duebook.web.work import Attempt, Work

MOST_REQUESTS: Final = 10
"""The most requests that share a transaction: locks stay short, and one slow request cannot hold many."""

SECONDS: Final = 5
"""A shared transaction that takes longer waits for somebody: it is rolled back, and only the request that has to wait waits on."""

Together = Callable[[Unit, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Does several requests in one unit of work; gives each one's result, None for those that have to go their own way."""


class _Waiting(NamedTuple):
    request: Any
    result: "asyncio.Future[Any]"


class Gathering:
    """The requests of one process that may share transactions."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._queues: dict[Any, deque[_Waiting]] = {}
        self._under_way: set[Any] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self, attempt: Attempt, request: Any, *, together: Together) -> Any:
        """The result of `request`, done with others of the same company, key and day; None when it has to go its own way.

        Raises Problem where the database went away: 503, nothing was stored, or 500 `outcome_unknown`.
        """
        if self._work.expects_known(attempt.tenant.id):
            return None
        kind = (attempt.tenant, attempt.actor, attempt.day, together)
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._queues.setdefault(kind, deque()).append(waiting)
        if kind not in self._under_way:
            self._under_way.add(kind)
            task = asyncio.create_task(self._serve(kind, attempt, together))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.result

    async def _serve(self, kind: Any, attempt: Attempt, together: Together) -> None:
        """Take what has gathered until nothing is left."""
        queue = self._queues[kind]
        taken: list[_Waiting] = []
        try:
            while queue:
                taken = [queue.popleft() for _ in range(min(len(queue), MOST_REQUESTS))]
                await self._do(taken, attempt, together)
        finally:
            self._under_way.discard(kind)
            del self._queues[kind]
            # Nobody is left, unless this task was ended before its time: then each goes his own way.
            for waiting in (*taken, *queue):
                _tell(waiting, None)

    async def _do(self, taken: Sequence[_Waiting], attempt: Attempt, together: Together) -> None:
        requests = [waiting.request for waiting in taken]

        async def deed(unit: Unit) -> Sequence[Any]:
            return await together(unit, requests)

        try:
            results = await self._work.run(attempt._replace(at=now()), deed, seconds=SECONDS)
        except Problem as problem:
            results = [None] * len(taken)
            if not isinstance(problem.__cause__, TIMED_OUT):
                # The database went away: nothing is tried again after that, and each is told what is known of what became of it.
                for waiting in taken:
                    if not waiting.result.done():
                        waiting.result.set_exception(Problem(problem.status, problem.code, problem.message, headers=problem.headers))
        except Exception:  # noqa: BLE001 - rolled back; each request meets the trouble again by itself and answers it
            results = [None] * len(taken)
        for waiting, result in zip(taken, results, strict=True):
            _tell(waiting, result)


def _tell(waiting: _Waiting, result: Any) -> None:
    if not waiting.result.done():
        waiting.result.set_result(result)
