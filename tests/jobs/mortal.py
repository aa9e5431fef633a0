"""`python -m tests.jobs.mortal DSN`: a worker of batches in a process of its own, which dies of an item whose reference is `deadly`."""

import asyncio
import os
import sys

import uvloop

from duebook.actions.papers.judging import Circle
from duebook.core.paper import PaperDraft
from duebook.jobs import batches
from duebook.store.db import Database
from duebook.web.work import Work
from tests.conftest import TODAY

DEADLY = "deadly"
_judge = Circle.judge


def judge(circle: Circle, draft: PaperDraft) -> object:
    """As Circle.judge, for those who survive it."""
    if draft.reference == DEADLY:
        os._exit(9)
    return _judge(circle, draft)


async def main(dsn: str) -> None:
    """Work until death."""
    setattr(Circle, "judge", judge)  # noqa: B010 - a crash in our own code cannot be ordered otherwise
    database = await Database.open(dsn, connections=8)
    await batches.serve(database, Work(database), dsn=dsn, pinned=TODAY, stop=asyncio.Event())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
