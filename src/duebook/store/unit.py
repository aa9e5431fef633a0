"""The unit of work as the rooms below the doors see it: one connection inside one transaction, for one tenant, on one day.

Whoever opened it commits; actions never do.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from duebook.store.db import Connection
from duebook.store.ids import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The company that is owed money, with its settings."""

    id: UUID
    name: str
    mode: str
    currency: str
    timezone: str
    country: str
    unknown_fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who changes the books: `kind` is key, user or job; `id` a key's visible prefix, a user's id or a job's name."""

    kind: str
    id: str


@dataclass(slots=True, kw_only=True)
class Unit:
    """One unit of work. `day` is today in the tenant's time zone (or the pinned day); `at` the real instant, UTC, whole milliseconds.

    `stores` is False in a dry run: everything is checked, nothing is written. `xid` and `journal_id` (of one of its journal rows) are known
    once something was written.

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
    ids: Ids = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Ids(at=self.at)
