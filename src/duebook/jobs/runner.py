"""The worker process: runs the followers, the calendar and the batches until it is told to stop.

Any number of workers may run; an advisory lock lets one at a time follow, and the next takes over when it dies; batches are shared among
them. Without a database it waits and connects again.
"""

import asyncio
import signal
import time
from contextlib import suppress
from datetime import date
from types import MappingProxyType
from typing import Final

import structlog

from duebook.jobs import batches, calendar, deliveries, follower, messages, settling
from duebook.jobs.bell import Bell
from duebook.jobs.deliveries import Names
from duebook.jobs.rounds import rounds
from duebook.store.db import Database
from duebook.store.facts import NOBODY, Tellers
from duebook.store.lead import Lead
from duebook.store.room import Room
from duebook.web.today import now
from duebook.web.work import Work

_log = structlog.get_logger("duebook.worker")

FOLLOW_SECONDS: Final = 1.0
SETTLE_SECONDS: Final = 3.0
SWEEP_SECONDS: Final = 60.0
FORGET_SECONDS: Final = 3_600.0
_CONNECTIONS: Final = 8
_OWNERS: Final = 4
_SILENT_SECONDS: Final = 10
"""A worker that is paused in the middle of a batch loses it after so long."""


async def work(
    database: Database, *, dsn: str, request_seconds: float, pinned: date | None, stop: asyncio.Event, room: Room | None = None,
    tellers: Tellers = NOBODY, names: Names = MappingProxyType({}), allow_private: bool = False,
) -> None:  # fmt: skip
    """Do all that a worker does until `stop` is set; what is in hand is finished. Without room on the disk nothing is written.

    `tellers`: the dialects in which endpoints are told; facts are turned into messages of these alone. `names`: how they show the id of a
    message. `allow_private`: endpoints may have private addresses.
    """
    room = room or Room(None)
    unit_work = Work(database, seconds=request_seconds, room=room)
    bell = Bell()
    async with asyncio.TaskGroup() as loops:
        loops.create_task(messages.serve(database, tellers=tellers, pinned=pinned, bell=bell, room=room, stop=stop))
        loops.create_task(_follow(database, unit_work, dsn=dsn, pinned=pinned, stop=stop, room=room))
        loops.create_task(deliveries.deliver(database, dsn=dsn, names=names, allow_private=allow_private, stop=stop))
        loops.create_task(batches.serve(database, unit_work, dsn=dsn, pinned=pinned, stop=stop, bell=bell))


async def _follow(database: Database, unit_work: Work, *, dsn: str, pinned: date | None, stop: asyncio.Event, room: Room) -> None:
    """What one worker at a time does for all: the one that leads."""
    lead = Lead(dsn)
    done = {"settling": 0.0, "sweep": 0.0, "forgetting": 0.0}

    def is_time_for(name: str, seconds: float) -> bool:
        moment = time.monotonic()
        if moment - done[name] < seconds:
            return False
        done[name] = moment
        return True

    async def follow() -> None:
        if not await lead.taken() or room.low():
            return
        await follower.visit_writers(database, at=now())
        if is_time_for("settling", SETTLE_SECONDS):
            await settling.round_of_settling(database, unit_work, pinned=pinned)
        if is_time_for("sweep", SWEEP_SECONDS):
            await follower.sweep(database, at=now())
            await batches.forget_old(database, at=now())
            await calendar.round_of_reviews(database, unit_work, pinned=pinned)
        if is_time_for("forgetting", FORGET_SECONDS):
            await messages.forget_old(database, at=now())

    try:
        await rounds(follow, seconds=FOLLOW_SECONDS, stop=stop)
    finally:
        await lead.give_back()


async def run(
    *, dsn: str, request_seconds: float, grace_seconds: float, pinned: date | None, room: Room, tellers: Tellers = NOBODY,
    names: Names = MappingProxyType({}), allow_private: bool = False,
) -> None:  # fmt: skip
    """The body of a worker process: ends on SIGTERM or SIGINT, when what is in hand is finished or `grace_seconds` are over."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    database = await Database.open(dsn, connections=_CONNECTIONS, owners=_OWNERS, silent_seconds=_SILENT_SECONDS)
    try:
        working = asyncio.create_task(
            work(
                database,
                dsn=dsn,
                request_seconds=request_seconds,
                pinned=pinned,
                stop=stop,
                room=room,
                tellers=tellers,
                names=names,
                allow_private=allow_private,
            )
        )
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
