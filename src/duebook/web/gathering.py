"""Requests of one company that wait for each other anyway share a transaction.

While two transactions of a company's imports are under way in this process, further ones gather, and the next transaction takes them
all: the cost of a transaction, its round trips and its flush to disk, is paid once for several requests. Each request stays atomic and
gets its own answer. Whatever goes wrong with the gathering before its COMMIT is nobody's fault: nothing was stored, and each request
goes its own way.

What this module does not do: decide which requests may share (their action does), or hold a request back when nothing is under way.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple

from duebook.store.unit import Unit
from duebook.web.problem import Problem
from duebook.web.today import now
from duebook.web.work import Attempt, Work

UNDER_WAY: Final = 1
"""Transactions of one company and kind at a time: one on its way to PostgreSQL while the other is being answered."""
MOST_REQUESTS: Final = 10
"""The most requests that share a transaction: locks stay short, and one slow request cannot hold many."""

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
        self._under_way: dict[Any, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self, attempt: Attempt, request: Any, *, together: Together) -> Any:
        """The result of `request`, done with others of the same company, key and day; None when it has to go its own way.

        Raises Problem 500 `outcome_unknown`, the one trouble after which nobody may try again by himself.
        """
        if self._work.expects_known(attempt.tenant.id):
            return None
        kind = (attempt.tenant, attempt.actor, attempt.day, together)
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._queues.setdefault(kind, deque()).append(waiting)
        if self._under_way.get(kind, 0) < UNDER_WAY:
            self._under_way[kind] = self._under_way.get(kind, 0) + 1
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
            for waiting in taken:
                # Only where this task itself is ended: whoever still waits is sent his own way.
                _tell(waiting, None)
            self._under_way[kind] -= 1
            if not self._under_way[kind] and not queue:
                del self._under_way[kind], self._queues[kind]

    async def _do(self, taken: Sequence[_Waiting], attempt: Attempt, together: Together) -> None:
        requests = [waiting.request for waiting in taken]

        async def deed(unit: Unit) -> Sequence[Any]:
            return await together(unit, requests)

        try:
            results = await self._work.run(attempt._replace(at=now()), deed)
        except Problem as problem:
            if problem.status == 500:
                for waiting in taken:
                    if not waiting.result.done():
                        waiting.result.set_exception(Problem(problem.status, problem.code, problem.message))
            results = [None] * len(taken)
        except Exception:  # noqa: BLE001 - rolled back; each request meets the trouble again by itself and answers it
            results = [None] * len(taken)
        for waiting, result in zip(taken, results, strict=True):
            _tell(waiting, result)


def _tell(waiting: _Waiting, result: Any) -> None:
    if not waiting.result.done():
        waiting.result.set_result(result)
