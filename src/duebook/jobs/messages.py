"""The follower that turns the journal into messages: each row, in the order of the facts, into the events of each dialect that listens.

1. Lock the tenant's cursor. Whoever comes meanwhile waits and finds the work done.
2. Read the next rows behind it and below every running writer, in order of (xid, id).
3. Ask each dialect for the events of each row, and number them.
4. Write one message for each endpoint and event it wants, and move the cursor, in the same transaction.

So a row is told exactly once to each endpoint, with however many workers, whatever dies in between. Tenants take turns, so that a long
journal holds up nobody else's. A row that a dialect cannot tell of is a bug of ours: the tenant's rows wait there, told of in the log, and
other tenants go on. What this module does not do: send anything.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from duebook.jobs.bell import Bell
from duebook.jobs.facts import read_facts
from duebook.jobs.rounds import rounds, told
from duebook.store import deliveries, endpoints, messages, tenants
from duebook.store.db import LOST, Connection, Database, is_bug
from duebook.store.endpoints import Listener
from duebook.store.facts import Fact, Tellers
from duebook.store.ids import Ids
from duebook.store.messages import Cursor, Event, Row
from duebook.store.room import Room
from duebook.web.today import now

FOLLOW_SECONDS: Final = 1.0
TURN_SECONDS: Final = 0.5
"""After so long in one tenant's rows the other tenants have their turn."""
ROWS: Final = 500
"""Rows of the journal a transaction, where few listen."""
MESSAGES: Final = 20_000
"""Where many listen, a transaction takes so few rows that it writes hardly more messages than these."""
BYTES: Final = 64 << 20
"""Where bodies are long, a transaction ends with the row that goes beyond: while it runs, everybody's journal behind it waits."""


async def serve(database: Database, *, tellers: Tellers, pinned: date | None, bell: Bell, room: Room, stop: asyncio.Event) -> None:
    """Tell until `stop`: at once where the bell is rung, and each second whatever is there. Without room on the disk nothing is written."""
    looked = 0.0

    async def deed() -> None:
        nonlocal looked
        rung = await bell.rung(seconds=FOLLOW_SECONDS)
        if room.low():
            return
        behind = await _in_turn(database, rung, tellers=tellers, pinned=pinned)
        if time.monotonic() - looked >= FOLLOW_SECONDS:
            behind |= await tell(database, tellers=tellers, pinned=pinned)
            looked = time.monotonic()
        for tenant_id in behind:
            bell.ring(tenant_id)

    await rounds(deed, seconds=0, stop=stop)


async def tell(database: Database, *, tellers: Tellers, pinned: date | None) -> set[UUID]:
    """Give every tenant with something to tell a turn; gives those whose turn was too short for all of it.

    Raises what a lost database raises. Whatever else goes wrong in one tenant's turn does not silence the others.
    """
    async with database.owner() as connection:
        found = await messages.tenants_with_untold(connection)
    return await _in_turn(database, found, tellers=tellers, pinned=pinned)


async def _in_turn(database: Database, tenant_ids: Iterable[UUID], *, tellers: Tellers, pinned: date | None) -> set[UUID]:
    behind: set[UUID] = set()
    for tenant_id in tenant_ids:
        end = time.monotonic() + TURN_SECONDS
        try:
            while is_more := (await _round(database, tenant_id=tenant_id, tellers=tellers, pinned=pinned))[0]:
                if time.monotonic() >= end:
                    break
        except Exception as error:  # also a bug of ours
            if isinstance(error, LOST) and not is_bug(error):
                raise
            told(error, tenant=str(tenant_id))
        else:
            if is_more:
                behind.add(tenant_id)
    return behind


async def tell_tenant(database: Database, *, tenant_id: UUID, tellers: Tellers, pinned: date | None) -> int:
    """Turn all that stands in a tenant's journal into messages, in short transactions; gives how many were written."""
    written, is_more = 0, True
    while is_more:
        is_more, added = await _round(database, tenant_id=tenant_id, tellers=tellers, pinned=pinned)
        written += added
    return written


async def _round(database: Database, *, tenant_id: UUID, tellers: Tellers, pinned: date | None) -> tuple[bool, int]:
    """One transaction's rows: whether there may be more, and the number of messages written."""
    async with database.tenant(tenant_id) as connection, connection.transaction():
        return await _told(connection, tenant_id=tenant_id, tellers=tellers, pinned=pinned)


async def _told(connection: Connection, *, tenant_id: UUID, tellers: Tellers, pinned: date | None) -> tuple[bool, int]:
    cursor = await messages.hold_cursor(connection, tenant_id=tenant_id)
    tenant = await tenants.read(connection, tenant_id=tenant_id)
    listeners = await endpoints.listening(connection, tenant_id=tenant_id)
    if cursor is None or tenant is None or not listeners:
        return False, 0
    limit = max(1, min(ROWS, MESSAGES // len(listeners)))
    rows = await messages.untold(connection, tenant_id=tenant_id, cursor=cursor, limit=limit)
    if not rows:
        return False, 0
    facts = await read_facts(connection, rows, behind=cursor, tenant=tenant, pinned=pinned)
    events, taken = _events(rows, facts, tellers=tellers, listeners=listeners, sequence=cursor.sequence)
    at = now()
    ids = Ids(at=at).many(sum(len(event.endpoints) for event in events))
    added = await messages.insert(connection, tenant_id=tenant_id, at=at, ids=ids, events=events) if events else 0
    if added:
        await deliveries.announce(connection, tenant_id=tenant_id)
    last = events[-1].sequence if events else cursor.sequence
    await messages.move_cursor(connection, tenant_id=tenant_id, cursor=Cursor(rows[taken - 1].xid, rows[taken - 1].id, last))
    return taken < len(rows) or len(rows) == limit, added


def _events(
    rows: Sequence[Row], facts: Sequence[Fact], *, tellers: Tellers, listeners: Sequence[Listener], sequence: int
) -> tuple[list[Event], int]:
    """The events of the first rows, each with the next number and the endpoints that want it, and how many rows they are of.

    Those that nobody wants are left out.
    """
    events: list[Event] = []
    size = 0
    by_dialect = {name: [listener for listener in listeners if listener.dialect == name] for name in tellers}
    for taken, (row, fact) in enumerate(zip(rows, facts, strict=True)):
        if size > BYTES:
            return events, taken
        xid = int(row.xid)
        for name, tell_of in tellers.items():
            concerned = [listener for listener in by_dialect[name] if listener.from_xid < xid]
            if not concerned:
                continue
            for event in tell_of(fact):
                sequence += 1
                wanting = [listener.id for listener in concerned if listener.wants(event.event_type)]
                if wanting:
                    events.append(Event(row.id, sequence, event, wanting))
                    size += len(event.body) * len(wanting)
    return events, len(rows)


async def forget_old(database: Database, *, at: datetime) -> int:
    """Give up what deleted endpoints have not got, and empty messages that are too old to be read; gives how many."""
    async with database.owner() as connection:
        found = await tenants.every(connection)
    emptied = 0
    for tenant in found:
        async with database.tenant(tenant.id) as connection:
            for id in await messages.deleted_with_pending(connection, tenant_id=tenant.id):
                while await messages.give_up(connection, tenant_id=tenant.id, endpoint_id=id, reason=messages.GONE, at=at):
                    pass
        while number := await _emptied(database, tenant_id=tenant.id, at=at):
            emptied += number
    return emptied


async def _emptied(database: Database, *, tenant_id: UUID, at: datetime) -> int:
    async with database.tenant(tenant_id) as connection, connection.transaction():
        return await messages.expunge(connection, tenant_id=tenant_id, at=at)
