"""Wake-ups: how a tenant with an open batch gets into the queue, and out of it again.

A wake-up is a hint and carries nothing but the tenant: what is to be done stands in the tenant's own rows, and who does it holds their
locks. So one that is lost costs time and no work (the sweep finds its tenant), and one too many costs a look. At most one per tenant waits,
which is what keeps ten thousand batches of one tenant from standing before another's single one.

The statements are ours, on the library's table, so that processes which only enter a wake-up need not load the library; `store/queue.py` is
the worker's side. What this module does not do: look into a batch.
"""

from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import asyncpg

from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("wakeups.sql")

ENTRYPOINT: Final = "batches"
"""The name under which the queue knows wake-ups."""
SESSION: Final = "duebook queue "
"""What a worker's session on the queue is called, before the id under which it picks: while there is such a session, it is alive."""
RESERVED: Final = timedelta(seconds=1)
"""For so long after a take a batch is its taker's, who is about to lock it. One neither locked nor done by then has lost its worker.

A take that lies in the future by more than this comes from a clock that is wrong, and reserves nothing."""


class Asked(Protocol):
    """What is asked of the owner's side: a connection, or one that several tasks share."""

    def execute(self, query: str, /, *args: Any) -> Coroutine[Any, Any, str]: ...
    def fetch(self, query: str, /, *args: Any) -> Coroutine[Any, Any, Sequence[Any]]: ...


async def wake(unit: Unit) -> None:
    """Enter a wake-up for the unit's tenant, in its transaction; nothing where one waits already.

    The last statement of a transaction: others of the tenant that have none to meet wait here for its end.
    """
    await unit.connection.execute(_SQL["wake"], unit.tenant.id)


async def be_seen(asked: Asked, *, id: UUID) -> None:
    """Let everybody see that the worker that picks under `id` is alive as long as this session is."""
    await asked.execute(_SQL["be_seen"], f"{SESSION}{id}")


async def begin(asked: Asked, *, id: int) -> None:
    """Give up the key of a wake-up before its tenant is looked at: what is accepted from now on enters one of its own."""
    await asked.execute(_SQL["begin"], id)


async def others_wait(asked: Asked, *, tenant_id: UUID) -> bool:
    """Whether a wake-up of another tenant waits for a worker."""
    return bool(await asked.fetch(_SQL["others_wait"], tenant_id))


async def finish(asked: Asked, *, id: int, tenant_id: UUID, at: datetime) -> None:
    """Take a wake-up out of the queue, and queue its tenant again, behind the others, if a batch of its still waits."""
    await asked.execute(_SQL["finish"], tenant_id, id, at - RESERVED, at + RESERVED)


async def sweep(asked: Asked) -> int:
    """Enter a wake-up for every tenant that has an open batch and none that waits, also where a worker died that had it; gives how many.

    One by one: where somebody else has just entered one and does not commit, nobody but that tenant waits.
    """
    await asked.execute(_SQL["forget_lost"], SESSION)
    entered = 0
    for row in await asked.fetch(_SQL["sweep"]):
        with suppress(asyncpg.LockNotAvailableError):
            entered += len(await asked.fetch(_SQL["wake_again"], row["tenant_id"]))
    return entered


async def prune_log(asked: Asked, *, before: datetime) -> None:
    """Forget what the queue noted of its own doings before that instant."""
    await asked.execute(_SQL["prune_log"], before)
