"""Fields of a body as the house calls them, and the places of refusals as the body calls them."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET, Struct

from duebook.core.refusal import Refusal


def given(struct: Struct, *, names: Mapping[str, str], but: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a body that are there, less those in `but`, by the house's names (`names`: ours by theirs, equal ones left out)."""
    left_out = frozenset(but)
    return {
        names.get(field, field): value
        for field in struct.__struct_fields__
        if field not in left_out and (value := getattr(struct, field)) is not UNSET
    }


def placed(refusals: Iterable[Refusal], *, names: Mapping[str, str]) -> list[Refusal]:
    """Refusals at the places of the body; `names` as in `given`."""
    theirs: dict[str | int, str] = {ours: name for name, ours in names.items()}
    return [refusal._replace(path=tuple(theirs.get(step, step) for step in refusal.path)) for refusal in refusals]
