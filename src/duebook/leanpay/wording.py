"""Refusals of the books in this door's words: neutral places to JSON paths, the house's words to the contract's.

What a refusal means, and which status it gets, is not decided here.
"""

import re
from collections.abc import Mapping
from typing import Final

from duebook.core.refusal import Path, Refusal

_NAMES: Final[Mapping[str, str]] = {
    "customer": "client",
    "external_id": "externalId",
    "net_amount": "netAmount",
    "default_amount": "defaultCurrencyAmount",
    "issued_on": "issueDate",
    "due_on": "dueDate",
    "instalments": "dueDates",
}

_QUOTED: Final = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


def placed(refusal: Refusal, *, field: str | None, simple: bool, link_field: str = "creditNoteLinks") -> Refusal:
    """The refusal with its path as the body has it: below the batch's `field` when it is an item's, in the door's words.

    `simple`: the body names its client by `clientId`; `link_field` is what this body calls its links.
    """
    steps: list[str | int] = [] if field is None or refusal.item is None else [field, refusal.item]
    counterpart = "creditNote" if link_field == "creditNoteLinks" else "invoice"
    path: Path = refusal.path
    refusal = refusal._replace(message=_worded(refusal.message))
    if simple and path[:1] == ("customer",):
        return refusal._replace(path=(*steps, "clientId"))
    for step in path:
        if step == "links":
            steps.append(link_field)
        elif step == "document":
            steps.append(counterpart)
        else:
            steps.append(_NAMES.get(step, step) if isinstance(step, str) else step)
    return refusal._replace(path=tuple(steps))


def _worded(message: str) -> str:
    """A sentence of the books in this door's words; what it quotes of the request stays as it is."""
    parts = _QUOTED.split(message)
    parts[::2] = [part.replace("customer", "client") for part in parts[::2]]
    return "".join(parts)
