"""The unit of work as the rooms below the doors see it: one connection inside one transaction, for one tenant, on one day.

Whoever opened it commits; actions never do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from duebook.store.db import Connection
from duebook.store.ids import Ids

STALE: Final = timedelta(milliseconds=50)
"""A stamp that is older is taken anew before it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The company that is owed money, with its settings. `tells`: it has webhook endpoints, so writers keep what each fact looked like."""

    id: UUID
    name: str
    mode: str
    currency: str
    timezone: str
    country: str
    unknown_fields: str
    tells: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who changes the books: `kind` is key, user or job; `id` a key's visible prefix, a user's id or a job's name."""

    kind: str
    id: str


class Accepted(NamedTuple):
    """A batch that a unit stored, and its transaction: the trace of a unit that changes no books, and so has no journal row."""

    xid: str
    batch_id: UUID


@dataclass(slots=True, kw_only=True)
class Unit:
    """One unit of work. `day` is today in the tenant's time zone (or the pinned day); `at` the real instant, UTC, whole milliseconds.

    `stores` is False in a dry run: everything is checked, nothing is written. `xid` and `journal_id` (of one of its journal rows) are known
    once something was written, `accepted` once a batch was stored.

    `at` is what `updated_at` of all its rows becomes, and who reads windows of that behind a moving present must find a row soon after it:
    `clock` tells the present to `stamp`.

    `expects_known` says whether the tenant's imports have been meeting documents that are known already; `met_known`, whether this one did.
    """

    connection: Connection
    tenant: Tenant
    actor: Actor
    day: date
    at: datetime
    stores: bool = True
    expects_known: bool = False
    met_known: bool | None = None
    xid: str | None = None
    journal_id: UUID | None = None
    accepted: Accepted | None = None
    clock: Callable[[], datetime] | None = None
    ids: Ids = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Ids(at=self.at)

    def stamp(self) -> bool:
        """Bring a stale `at` up to the present: when all locks are held, just before the writing statements. Gives whether it moved.

        Ids keep the instant at which the unit began.
        """
        present = self.at if self.clock is None else self.clock()
        if present - self.at <= STALE:
            return False
        self.at = present
        return True
