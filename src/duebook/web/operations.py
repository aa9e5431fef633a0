"""One operation of a door, as data: routes, OpenAPI, scopes and limits are made from the table of these.

`Ask` is one request as a handler sees it: who, when, the parsed query, the path's parameters, and the body still as bytes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

import msgspec

from duebook.store.db import Database
from duebook.store.unit import Actor, Tenant
from duebook.web.body import Batch, decoder_for
from duebook.web.faults import Facts
from duebook.web.gathering import Gathering, Together
from duebook.web.shapes import shape_of
from duebook.web.work import Answer, Attempt, Deed, KeyedRequest, Work

T = TypeVar("T")
SMALL_BODY: Final = 256 * 1024

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Struct = type[msgspec.Struct]


class BadParameter(ValueError):
    """A query or path parameter with a value it cannot have; the message names the mend, the facts are for a dialect that
    words it itself.
    """

    def __init__(self, message: str, *, facts: Facts | None = None) -> None:
        super().__init__(message)
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter: how it is described (JSON schema) and how its text is read (raises BadParameter)."""

    name: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    description: str = ""
    joined: bool = False
    """Several values, joined by commas."""
    repeated: bool = False
    """The parameter given several times means the same as its values joined by commas; otherwise the last one counts."""
    optional_value: bool = False
    """An empty value (`limit=`) is as good as none."""
    family: bool = False
    """A family of parameters, `name[key]=value`: each is read by itself, and the query holds a mapping by key."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One row of a door's table, equal to itself alone.

    `answers` maps each success status to its struct, None where there is no body (204).
    """

    method: Method
    path: str
    id: str
    tag: str
    summary: str
    scope: Literal["read", "write", "admin"]
    handler: "Handler"
    answers: Mapping[int, Any]
    codes: tuple[int, ...]
    request: Any = None
    """The struct of the body, or a list of one; None where no body is read."""
    items: tuple[str, Struct] | None = None
    """For a batch: the field that holds the items and the struct of one."""
    query: tuple[Parameter, ...] = ()
    path_parameter: str | None = None
    """The path's one parameter where it must be a UUID, which the door sees to. Without it the parameters are texts, whatever they are."""
    body_optional: bool = False
    """An empty body is read as an empty object."""
    deprecated: bool = False
    keyed: bool = False
    """Whether Idempotency-Key is understood."""

    @property
    def writes(self) -> bool:
        """Whether it may change the books."""
        return self.method != "GET"


@dataclass(slots=True, kw_only=True)
class Ask:
    """One request: `day` is today for the tenant, `at` the real instant; `query` holds read values by parameter name.

    `names` are the path's parameters in order, percent-decoded; `id` is the one that is a UUID, for operations with a `path_parameter`.
    `address` is where customers reach this server, without a slash at the end.
    """

    operation: Operation
    database: Database
    work: Work
    gathering: Gathering
    tenant: Tenant
    actor: Actor
    day: date
    at: datetime
    query: Mapping[str, Any]
    id: UUID | None = None
    names: tuple[str, ...] = ()
    address: str = ""
    calls_private: bool = False
    """Whether webhook endpoints may have http URLs and private addresses, for development."""
    body: bytes = b""
    keyed: KeyedRequest | None = None

    @property
    def stores(self) -> bool:
        """Whether what is asked for is to be kept: False in a dry run."""
        return not self.query.get("dryRun", False)

    @property
    def allows_partial(self) -> bool:
        """Whether good items of a batch are wanted even if others are refused."""
        return bool(self.query.get("allowPartial", False))

    async def read(self, form: Any) -> Any:
        """The body as `form`: a struct, or a list of one where the body is an array. Raises FormRefused with every fault."""
        return await self._beside(decoder_for(form, unknown=self._unknown(form)).read, self.body)

    async def read_items(self) -> Batch[Any]:
        """The items of a batch that are well-formed, beside the faults of the others."""
        if self.operation.items is None or self.operation.request is None:
            raise TypeError(f"{self.operation.id} is no batch")
        name, item = self.operation.items
        form = decoder_for(self.operation.request, unknown=self._unknown(self.operation.request))
        return await self._beside(partial(form.read_items, field=name, item=item), self.body)

    async def _beside(self, reader: Callable[[bytes], T], body: bytes) -> T:
        """Read a small body at once, a large one in a thread: explaining a hostile one may take seconds, and others wait for nobody."""
        return reader(body) if len(body) <= SMALL_BODY else await asyncio.to_thread(reader, body)

    async def write(self, deed: Deed[Answer], *, stores: bool = True) -> Answer:
        """Run `deed` in a unit of work. `stores=False` checks only, as a dry run does."""
        return await self.work.write(self._attempt(stores=stores), deed)

    async def join(self, request: Any, *, together: Together) -> Any:
        """The result of `request`, done in one unit of work with others that wait; None when it has to be done by `write`, alone."""
        if not self.stores or self.keyed is not None:
            return None
        return await self.gathering.join(self._attempt(stores=True), request, together=together)

    def _attempt(self, *, stores: bool) -> Attempt:
        return Attempt(self.tenant, self.actor, self.day, self.at, self.stores and stores, self.keyed)

    def _unknown(self, struct: Any) -> Literal["refuse", "ignore"]:
        # A dialect whose structs let unknown fields pass has decided that for every tenant.
        return "ignore" if self.tenant.unknown_fields == "ignore" or _lets_pass(struct) else "refuse"


@cache
def _lets_pass(form: Any) -> bool:
    return any(shape.fields is not None and not shape.closed_struct for shape in shape_of(form).structs)


Handler = Callable[[Ask], Awaitable[Answer]]
