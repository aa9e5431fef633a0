"""Scheduled transactions whose time has come are settled, tenant by tenant, in short units of work. It decides nothing."""

from datetime import date
from typing import Final

from duebook.actions.settle_transactions import settle_transactions
from duebook.jobs.rounds import in_turns
from duebook.store import tenants, transactions
from duebook.store.db import Database
from duebook.store.unit import Actor, Tenant
from duebook.web.today import now, today
from duebook.web.work import Attempt, Work

_ACTOR: Final = Actor(kind="job", id="settling")


async def round_of_settling(database: Database, work: Work, *, pinned: date | None) -> int:
    """Settle what is due in every tenant now (or at this time of the pinned day); gives the number of transactions."""
    async with database.owner() as connection:
        found = await transactions.tenants_with_due(connection, at=now(), pinned=pinned)
        due = [tenant for id in found if (tenant := await tenants.read(connection, tenant_id=id)) is not None]

    async def settled(tenant: Tenant) -> int:
        at = now()
        day = today(timezone=tenant.timezone, at=at, pinned=pinned)
        return await work.run(Attempt(tenant=tenant, actor=_ACTOR, day=day, at=at, stores=True, keyed=None), settle_transactions)

    return await in_turns(due, settled)
