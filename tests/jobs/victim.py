"""`python -m tests.jobs.victim DSN`: a worker that delivers, in a process of its own, to be killed. It imports no more than it needs."""

import asyncio
import sys

import uvloop

from duebook.jobs.deliveries import deliver
from duebook.store.db import Database


async def main(dsn: str) -> None:
    """Deliver for ever."""
    database = await Database.open(dsn, connections=4)
    names = {"hyperline": lambda id: f"msg_{id.hex}"}
    await deliver(database, dsn=dsn, names=names, allow_private=True, stop=asyncio.Event())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
