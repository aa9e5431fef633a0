"""The worker process: runs the followers and the calendar until it is told to stop.

Any number of workers may run; an advisory lock lets one at a time follow, and the next takes over when it dies. Without a database it
waits and connects again.
"""

import asyncio
import signal
import time
from contextlib import suppress
from datetime import date
from typing import Final

import structlog

from duebook.jobs import calendar, follower
from duebook.store.db import LOST, OUT_OF_ROOM, REPEATABLE, TAKEN, TIMED_OUT, Database
from duebook.store.lead import Lead
from duebook.store.room import Room
from duebook.web.logs import words
from duebook.web.problem import Problem
from duebook.web.today import now
from duebook.web.work import Work

_log = structlog.get_logger("duebook.worker")

FOLLOW_SECONDS: Final = 1.0
SWEEP_SECONDS: Final = 60.0
_PASSING: Final = (*LOST, *TIMED_OUT, *OUT_OF_ROOM, *REPEATABLE, *TAKEN, Problem)
"""What ends one round and is no bug; TAKEN: a second follower that does not know yet that it has lost the lead was quicker."""


async def work(
    database: Database, *, dsn: str, request_seconds: float, pinned: date | None, stop: asyncio.Event, room: Room | None = None
) -> None:
    """Follow until `stop` is set; the round in hand is finished. Without room on the disk nothing is written."""
    lead = Lead(dsn)
    room = room or Room(None)
    unit_work = Work(database, seconds=request_seconds, room=room)
    swept = 0.0
    try:
        while not stop.is_set():
            try:
                if await lead.taken() and not room.low():
                    await follower.visit_writers(database, at=now())
                    if time.monotonic() - swept >= SWEEP_SECONDS:
                        swept = time.monotonic()
                        await follower.sweep(database, at=now())
                        await calendar.round_of_reviews(database, unit_work, pinned=pinned)
            except _PASSING as error:
                _log.warning("round ended early", error=type(error).__name__, message=words(error))
            except Exception:  # noqa: BLE001 - a bug of ours: the next round may meet it again, but the worker and the other work go on
                _log.exception("bug")
            try:
                await asyncio.wait_for(stop.wait(), FOLLOW_SECONDS)
            except TimeoutError:
                continue
    finally:
        await lead.give_back()


async def run(*, dsn: str, request_seconds: float, grace_seconds: float, pinned: date | None, room: Room) -> None:
    """The body of a worker process: ends on SIGTERM or SIGINT, when the round in hand is finished or `grace_seconds` are over."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    database = await Database.open(dsn, connections=4)
    try:
        working = asyncio.create_task(work(database, dsn=dsn, request_seconds=request_seconds, pinned=pinned, stop=stop, room=room))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        _, unfinished = await asyncio.wait((working,), timeout=grace_seconds)
        if unfinished:
            _log.warning("round cut off by the end of the server")
            working.cancel()
        with suppress(asyncio.CancelledError):
            await working
    finally:
        await database.close()
