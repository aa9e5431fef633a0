"""Facts: rows of the journal as the dialects are told of them, and what a dialect makes of one.

The follower (`jobs.messages`) reads rows and hands each to the dialects of the endpoints that listen; which events a row is, and what their
bodies look like, every dialect says for itself. What this module does not do: read the journal, or know a dialect.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from duebook.core.catalogue import Entry
from duebook.core.customer import Customer
from duebook.store.documents import Document
from duebook.store.unit import Tenant
from duebook.store.views import View

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One row of the journal: `at` is its instant, `day` the tenant's day at that moment. What it says is decoded when it is looked at.

    `customer_id` is whose document it is about, `prices` are those of a product. A `customer` is as the fact left it (a deleted one as it
    was); what it refers to, the tenant's default entity and its payment methods by id, is as it is when the row is told.
    """

    tenant: Tenant
    id: UUID
    at: datetime
    day: date
    kind: str
    action: str
    object_id: UUID
    raw_before: msgspec.Raw
    raw_after: msgspec.Raw
    view: View | None = None
    customer_id: UUID | None = None
    prices: Sequence[Entry] = ()
    customer: Customer | None = None
    default_entity_id: UUID | None = None
    methods: Mapping[UUID, Entry] = field(default_factory=dict[UUID, Entry])

    @cached_property
    def before(self) -> Any:
        """What was, as plain values of JSON; None: nothing was."""
        return msgspec.json.decode(self.raw_before)

    @cached_property
    def after(self) -> Any:
        """What is now, likewise."""
        return msgspec.json.decode(self.raw_after)

    def after_as(self, form: type[T]) -> T:
        """What is now, as far as `form` has fields for it: of a long row, the few that are asked for."""
        return msgspec.json.decode(self.raw_after, type=form)

    @property
    def is_new(self) -> bool:
        """Whether nothing was before."""
        return bytes(self.raw_before) == b"null"

    @property
    def document(self) -> Document | None:
        """The document it is about as it was at the end of its transaction, of a link its credit note. None where it is about none, or
        another row of the transaction shows it.
        """
        return None if self.view is None else self.view.document


class Told(NamedTuple):
    """An event: its type and the bytes that every endpoint of the dialect gets.

    `once_for`: the document of which an endpoint is told by an event of this type once and never again.
    """

    event_type: str
    body: bytes
    once_for: UUID | None = None


Teller = Callable[[Fact], Sequence[Told]]
"""A dialect: the events that a fact is, in their order; none where the dialect has no word for it."""
Tellers = Mapping[str, Teller]
"""Dialects by the name that endpoints carry."""
NOBODY: Final[Tellers] = MappingProxyType({})
"""No dialect: nothing is told."""
