"""The daily round: which tenants time concerns today, and the review of each in short units of work."""

from datetime import date, timedelta
from typing import Final

from duebook.actions.review_receivables import review_receivables
from duebook.jobs.rounds import in_turns
from duebook.store import tenants
from duebook.store.db import Database
from duebook.store.unit import Actor, Tenant
from duebook.web.today import now, today
from duebook.web.work import Attempt, Work

_ACTOR: Final = Actor(kind="job", id="review")


def latest_day() -> date:
    """The latest day that has begun anywhere on earth."""
    return (now() + timedelta(hours=14)).date()


async def round_of_reviews(database: Database, work: Work, *, pinned: date | None) -> int:
    """Review what is due in every tenant on its own today (or the pinned day); gives the number of invoices reviewed."""
    async with database.owner() as connection:
        found = await tenants.with_reviews_due(connection, day=pinned or latest_day())

    async def reviewed(tenant: Tenant) -> int:
        at = now()
        day = today(timezone=tenant.timezone, at=at, pinned=pinned)
        return await work.run(Attempt(tenant=tenant, actor=_ACTOR, day=day, at=at, stores=True, keyed=None), review_receivables)

    return await in_turns(found, reviewed)
