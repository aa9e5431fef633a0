"""What writers keep beside a journal row while somebody listens: the day, and what the fact looked like at that moment.

A webhook's body shows the document as it was at the end of the transaction that changed it, however late the row is turned into messages.
So the documents that a transaction is about are read once, after all its writes, as a set, and each is kept once, with the first row that
needs it; later rows of the transaction say that they show the same (`viewed`). A payment only needs to know whose it is, and of several
links of a credit note the last one shows it.

Without a view (the tenant began to listen a moment ago, and this process did not know yet) the follower shows the present state. What this
module does not do: say which events a row is.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import msgspec

from duebook.core.customer import Customer
from duebook.store import catalogue, documents
from duebook.store.documents import Document
from duebook.store.unit import Unit

WHOLE: Final = ("invoice", "credit_note", "paper")
"""Kinds of rows that are about a document itself."""
_ROWS: Final = {"payment": "invoice_id", "write_off": "invoice_id", "payback": "credit_note_id", "link": "credit_note_id"}

# As documents are kept: numbers digit by digit, which a journal row's own words are not.
_exactly: Final = msgspec.json.Encoder(decimal_format="number").encode
_customers: Final = msgspec.json.Decoder(Customer, float_hook=Decimal)


class View:
    """A document that was kept, decoded when it is first looked at: many rows that share it are never told."""

    def __init__(self, kept: msgspec.Raw | Document) -> None:
        self._kept = kept

    @cached_property
    def document(self) -> Document:
        """The document as it was."""
        return documents.decode(bytes(self._kept)) if isinstance(self._kept, msgspec.Raw) else self._kept


class Changed(Protocol):
    """A change as far as it is looked at here."""

    @property
    def kind(self) -> str: ...
    @property
    def object_id(self) -> UUID: ...
    @property
    def before(self) -> Any: ...
    @property
    def after(self) -> Any: ...


class Words(NamedTuple):
    """A change as it is read back, its values decoded JSON."""

    kind: str
    object_id: UUID
    before: Any
    after: Any


def document_id(change: Changed) -> UUID | None:
    """The document that a change is about: of a row the one it lies on, of a link its credit note. None: about none."""
    if change.kind in WHOLE:
        return change.object_id
    name = _ROWS.get(change.kind)
    if name is None:
        return None
    value: Any = change.after if change.after is not None else change.before
    # As a value here, as decoded JSON where a row is read back.
    id: UUID | str | None = value.get(name) if hasattr(value, "get") else getattr(value, name, None)
    return UUID(id) if isinstance(id, str) else id


def customer_of(kept: msgspec.Raw) -> Customer:
    """The customer that was kept with its row."""
    return _customers.decode(kept)


def shows(kind: str) -> bool:
    """Whether rows of this kind may show the document they are about."""
    return kind in WHOLE or kind == "link"


async def kept(unit: Unit, changes: Sequence[Changed]) -> list[dict[str, Any]]:
    """What each of the changes of one transaction keeps beside its own words. After all writes of the unit."""
    about = [document_id(change) for change in changes]
    ids = list(dict.fromkeys(id for id in about if id is not None))
    found = await documents.read_many(unit.connection, tenant_id=unit.tenant.id, ids=ids)
    products = [change.object_id for change in changes if change.kind == "product"]
    prices = await catalogue.of_parents(unit, products, kind="price") if products else {}
    last_link = {id: place for place, (change, id) in enumerate(zip(changes, about, strict=True)) if change.kind == "link"}
    carried: set[UUID] = set()
    result: list[dict[str, Any]] = []
    for place, (change, id) in enumerate(zip(changes, about, strict=True)):
        beside: dict[str, Any] = {"day": unit.day}
        if id is not None and id in found:
            beside["customer_id"] = found[id].customer.id
            if change.kind in WHOLE or last_link.get(id) == place:
                beside |= {"viewed": True} if id in carried else {"view": msgspec.Raw(documents.encode(found[id]))}
                carried.add(id)
        elif change.kind == "customer":
            beside["view"] = msgspec.Raw(_exactly(change.before if change.after is None else change.after))
        elif change.kind == "product":
            beside["prices"] = [price._asdict() for price in prices.get(change.object_id, ())]
        result.append(beside)
    return result
