"""How the books say no.

A refusal names one fault of one draft: a stable code, one of five kinds, the place (neutral field names, which each dialect translates)
and a sentence that says what is wrong and how to mend it. Rules collect refusals as values so that a request learns all its faults at
once; `Refused` carries them out of an action. What is not a refusal is our own bug.
"""

from typing import ClassVar, Literal, NamedTuple

Kind = Literal["invalid", "not_found", "conflict", "forbidden", "too_much"]
Path = tuple[str | int, ...]


class Refusal(NamedTuple):
    """One fault. `path` is relative to the draft; `item` is the draft's position in its batch, None outside batches."""

    kind: Kind
    code: str
    message: str
    path: Path = ()
    item: int | None = None


class Refused(Exception):
    """The books refuse a request; nothing of it may be stored."""

    default_message: ClassVar[str] = "refused by the books"

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals[:3]) or self.default_message)
        self.refusals = refusals


def required(*, path: Path, message: str) -> Refusal:
    """A field that this document needs is absent."""
    return Refusal("invalid", "required", message, path)


def sum_mismatch(*, path: Path, message: str) -> Refusal:
    """Two amounts that must agree do not."""
    return Refusal("invalid", "sum_mismatch", message, path)


def too_large(*, path: Path, message: str) -> Refusal:
    """An amount or a sum above what the books can hold exactly."""
    return Refusal("invalid", "too_large", message, path)


def duplicate(*, path: Path, message: str) -> Refusal:
    """The same name twice where it may stand once."""
    return Refusal("invalid", "duplicate", message, path)


def currency_refused(*, path: Path, message: str) -> Refusal:
    """Two currencies that would have to meet in one sum."""
    return Refusal("invalid", "currency", message, path)


def contradiction(*, path: Path, message: str) -> Refusal:
    """A request that contradicts itself."""
    return Refusal("invalid", "conflict", message, path)


def over_allocation_in_request(*, path: Path, message: str) -> Refusal:
    """A request that by itself allocates more than its own document has."""
    return Refusal("invalid", "over_allocation", message, path)


def over_allocation(*, path: Path, message: str) -> Refusal:
    """More allocated than remains in the books."""
    return Refusal("conflict", "over_allocation", message, path)


def conflict(*, path: Path, message: str) -> Refusal:
    """What the books hold does not allow the change."""
    return Refusal("conflict", "conflict", message, path)


def not_found(*, path: Path, message: str) -> Refusal:
    """A reference that names nothing of this tenant."""
    return Refusal("not_found", "not_found", message, path)
