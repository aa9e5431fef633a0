"""What an import came to: per draft a document or its refusals, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from duebook.core.refusal import Refusal

T = TypeVar("T")


@dataclass(slots=True)
class Outcome(Generic[T]):
    """`documents` are the accepted ones in the order of the request; `refusals` carry the position of their draft."""

    documents: list[T] = field(default_factory=list[T])
    refusals: list[Refusal] = field(default_factory=list[Refusal])

    def refuse(self, refusals: Sequence[Refusal], *, item: int | None) -> None:
        """Add the refusals of the draft at position `item`."""
        self.refusals.extend(refusal._replace(item=item) for refusal in refusals)
