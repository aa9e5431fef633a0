"""Whom and what a request names: references by our id, by the user's external id, or by both, resolved as sets."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from duebook.core.invoice import Reference
from duebook.core.refusal import Path, Refusal, contradiction, not_found
from duebook.store.unit import Unit

Finder = Callable[[Unit, Sequence[UUID], Sequence[str]], Awaitable[list[tuple[UUID, str | None]]]]


class Found:
    """What a set of references named."""

    def __init__(self, pairs: Iterable[tuple[UUID, str | None]], *, word: str) -> None:
        self._word = word
        self.names: dict[UUID, str | None] = dict(pairs)
        self._by_name = {name: id for id, name in self.names.items() if name is not None}

    def resolve(self, reference: Reference, *, path: Path) -> UUID | Refusal:
        """The one document that a reference names, or why it names none: unknown, or two different ones."""
        id, name = reference
        if id is not None and id not in self.names:
            return not_found(path=(*path, "id"), message=f"no {self._word} has the id {id}")
        if name is None:
            return id if id is not None else not_found(path=path, message=f"name the {self._word} by id or external id")
        by_name = self._by_name.get(name)
        if by_name is None:
            return not_found(path=(*path, "external_id"), message=f"no {self._word} has the external id {name!r}")
        if id is not None and id != by_name:
            message = f"the id names one {self._word} and the external id {name!r} another: give one of both, or both of the same"
            return contradiction(path=path, message=message)
        return by_name


async def look_up(unit: Unit, references: Iterable[Reference], *, finder: Finder, word: str) -> Found:
    """Resolve a set of references with one statement; `word` names the kind of document in messages."""
    ids: set[UUID] = set()
    names: set[str] = set()
    for reference in references:
        if reference.id is not None:
            ids.add(reference.id)
        if reference.external_id is not None:
            names.add(reference.external_id)
    return Found(await finder(unit, list(ids), list(names)) if ids or names else (), word=word)
