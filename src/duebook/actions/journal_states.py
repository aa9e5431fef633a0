"""Holds the journal against the books: what the journal says became of each document and row is what is stored.

Each journal row takes a state away (`before`) and brings one (`after`); what is stored is what is left. So over the whole books
the sum of the hashes of all states brought, less those taken away, equals the sum of the hashes of what is stored, in whatever
order they come. The sums are kept in 65,536 shelves, by the end of the id: one pass over books of any size in a few megabytes.
Where a shelf is unequal, a second pass looks at the documents of that shelf one by one. A state is a document's own content: what
is read off its rows or off the calendar is no part of it. What a paper says is held by the hash of its bytes. Its row brings its
transactions too, and says of which item of which batch it is what became.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from duebook.core.allocation import Allocation
from duebook.core.credit_note import CreditNote
from duebook.core.customer import Customer
from duebook.core.invoice import Invoice
from duebook.core.paper import Paper
from duebook.core.transaction import Transaction
from duebook.store.checks import JournalRow

_encode: Final = msgspec.json.Encoder().encode
_SHELVES: Final = 2**16
_LAST_SHELF: Final = _SHELVES - 1
_RING: Final = 2**256 - 1
MOST_SHELVES: Final = 256
"""How many unequal shelves are looked through document by document: a bound on memory when everything is damaged."""

_DERIVED: Final = frozenset(
    "amount_paid amount_offset amount_paid_back amount_linked standing uncovered_on review_on positions updated_at".split()
)
_TELLS_STATUS: Final = "status_changed"
"""The one action whose before and after are statuses and no states."""


def _own(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field for field in fields if field not in _DERIVED)


_FIELDS: Final = {
    "invoice": _own(Invoice._fields),
    "credit_note": _own(CreditNote._fields),
    "customer": _own(Customer._fields),
    "paper": _own(Paper._fields),
    "transaction": _own(Transaction._fields),
    "batch_item": ("batch", "item", "error"),
} | dict.fromkeys(("payment", "link", "write_off", "payback"), Allocation._fields)
_GETTERS: Final = {kind: attrgetter(*fields) for kind, fields in _FIELDS.items()}
_MADE: Final = frozenset(("issued", "drafted"))
"""What becomes of a draft; other rows about a paper tell what is paid on it."""
Stored = Invoice | CreditNote | Customer | Allocation | Transaction


class _Body(msgspec.Struct):
    """What every body says of itself; the rest of it is the state's."""

    tenant_id: UUID
    kind: str
    action: str
    object_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class _PaperContent(msgspec.Struct):
    content: msgspec.Raw


class _PaperBody(msgspec.Struct):
    """The row of a paper, for the exact bytes of what it says."""

    after: _PaperContent


_decode: Final = msgspec.json.Decoder(_Body).decode
_decode_paper: Final = msgspec.json.Decoder(_PaperBody).decode


class Entry(NamedTuple):
    """A state that a journal row takes away, and one that it brings, as bytes that are equal when the states are; None: nothing."""

    kind: str
    object_id: UUID
    before: bytes | None
    after: bytes | None


class Difference(NamedTuple):
    """A document or row that the journal and the books do not agree on."""

    kind: str
    id: UUID
    message: str


def entries_of(row: JournalRow, *, tenant_id: UUID) -> Sequence[Entry] | str:
    """What a row does to the states; a sentence instead when the row is not what was written."""
    if hashlib.sha256(row.body).digest() != row.sha256:
        return "its bytes are not those its hash is of"
    try:
        body = _decode(row.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "its body cannot be read"
    if (body.tenant_id, body.kind, body.action, body.object_id) != (tenant_id, row.kind, row.action, row.object_id):
        return "its columns are not those its body names"
    if row.action == _TELLS_STATUS or row.kind not in _FIELDS:
        return ()
    if row.kind == "paper":
        return _of_paper(row, body.after) if row.action in _MADE and body.after is not None else ()
    return (Entry(row.kind, row.object_id, _told(row.kind, body.before), _told(row.kind, body.after)),)


def paper_state(paper: Paper, *, content: bytes) -> bytes:
    """The state of a stored paper, whose `content` is as it is stored."""
    return _encode(("paper", *_GETTERS["paper"](paper._replace(content=_hashed(content)))))


def outcome_state(*, batch: str, item: str, error: Mapping[str, Any] | None) -> bytes:
    """The state of an item of a batch that has come to its end; `error` None: a document came of it."""
    return _encode(("batch_item", batch, item, error))


def state_of(stored: Stored, *, kind: str) -> bytes:
    """The state of what is stored, as the journal would tell it."""
    return _encode((kind, *_GETTERS[kind](stored)))


def _told(kind: str, content: Mapping[str, Any] | None) -> bytes | None:
    # A field that is younger than the row is null in it, as it is in a document that was stored before the field.
    return None if content is None else _encode((kind, *[_plain(field, content.get(field)) for field in _FIELDS[kind]]))


def _of_paper(row: JournalRow, content: Mapping[str, Any]) -> list[Entry]:
    """The paper, its transactions, and the item that it is what became of."""
    said = {**content, "content": _hashed(bytes(_decode_paper(row.body).after.content))}
    entries = [Entry("paper", row.object_id, None, _told("paper", said))]
    entries += [Entry("transaction", UUID(one["id"]), None, _told("transaction", one)) for one in content.get("transactions", ())]
    if "batch" in content:
        state = outcome_state(batch=content["batch"], item=content["item"], error=None)
        entries.append(Entry("batch_item", row.object_id, None, state))
    return entries


def _hashed(content: bytes) -> Any:
    return hashlib.sha256(content).hexdigest()


def _plain(field: str, value: Any) -> Any:
    """Instants as they come out of the database, in UTC, in whatever zone they were written down."""
    return datetime.fromisoformat(value).astimezone(UTC) if field.endswith("_at") and value is not None else value


class Shelves:
    """The sums of the hashes, in one pass: journal less books."""

    def __init__(self) -> None:
        self._sums = [0] * _SHELVES

    def journal(self, entry: Entry) -> None:
        """Add what the journal says."""
        if entry.after is not None:
            self._add(entry.object_id, _number(entry.after))
        if entry.before is not None:
            self._add(entry.object_id, -_number(entry.before))

    def books(self, state: bytes, *, kind: str, id: UUID) -> None:
        """Take away what is stored."""
        self._add(id, -_number(state))

    def unequal(self) -> list[int]:
        """The shelves on which journal and books differ."""
        return [shelf for shelf, number in enumerate(self._sums) if number]

    def _add(self, id: UUID, number: int) -> None:
        shelf = shelf_of(id)
        self._sums[shelf] = (self._sums[shelf] + number) & _RING


class Search:
    """The second pass: every state on the unequal shelves, one by one."""

    def __init__(self, shelves: Collection[int]) -> None:
        self._shelves = frozenset(shelves)
        self._journal: dict[tuple[UUID, str], Counter[bytes]] = {}
        self._books: dict[tuple[UUID, str], Counter[bytes]] = {}

    def journal(self, entry: Entry) -> None:
        """Add what the journal says, where it concerns the search."""
        if shelf_of(entry.object_id) in self._shelves:
            states = self._journal.setdefault((entry.object_id, _family(entry.kind)), Counter())
            if entry.after is not None:
                states[entry.after] += 1
            if entry.before is not None:
                states[entry.before] -= 1

    def books(self, state: bytes, *, kind: str, id: UUID) -> None:
        """Add what is stored, where it concerns the search."""
        if shelf_of(id) in self._shelves:
            self._books.setdefault((id, _family(kind)), Counter())[state] += 1

    def differences(self) -> Iterator[Difference]:
        """What the journal and the books do not agree on, by id."""
        for key in sorted(self._journal.keys() | self._books.keys()):
            told = {state: number for state, number in self._journal.get(key, Counter[bytes]()).items() if number}
            stored = self._books.get(key, Counter[bytes]())
            if told == stored:
                continue
            id, left = key[0], list((Counter(told) - stored).elements())
            if not stored:
                yield Difference(_kind(left[0] if left else next(iter(told))), id, "the journal tells of it, but it is not stored")
            elif not told:
                yield Difference(_kind(next(iter(stored))), id, "it is stored, but the journal does not tell of it")
            else:
                alone = list((stored - Counter(told)).elements())
                yield Difference(_kind(next(iter(stored))), id, _told_apart(alone, left))


def shelf_of(id: UUID) -> int:
    """The end of an id is random, so the shelves fill evenly."""
    return id.int & _LAST_SHELF


def _number(state: bytes) -> int:
    return int.from_bytes(hashlib.sha256(state).digest(), "big")


def _kind(state: bytes) -> str:
    return msgspec.json.decode(state)[0]


def _family(kind: str) -> str:
    """What can have the same id and be another thing: an invoice and its paper, a payment and its transaction, a batch and its items."""
    return kind if kind in ("paper", "transaction", "batch_item") else ""


def _told_apart(alone: list[bytes], left: list[bytes]) -> str:
    """Which fields differ, where one state is stored `alone` and the journal leaves exactly one other."""
    if len(left) != 1 or len(alone) != 1:
        return "the journal's rows on it do not follow from each other"
    kind, *values = msgspec.json.decode(alone[0])
    _, *told = msgspec.json.decode(left[0])
    differing = [
        f"{name} is {value}, the journal says {other}"
        for name, value, other in zip(_FIELDS[kind], values, told, strict=False)
        if value != other
    ]
    return "; ".join(differing) or "the journal tells of it as another kind"
