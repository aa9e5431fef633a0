"""Enters the demo company's trade through the LeanPay door, and finds again there what the printed requests name.

Every document carries an external id, so an entry that was cut off is simply made again with the same seed and day. What this module does
not do: touch the books by another way.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from duebook.demo.callers import Call
from duebook.demo.customers import FIRST, OURS
from duebook.demo.trade import Body, Trade, trade

SEED: Final = 20_260
_BATCH: Final = 100

Progress = Callable[[int], None]
"""Told how many more documents were entered."""


class EntryRefused(Exception):
    """The door did not take the demo's trade; the message says what it answered."""


class Cast(NamedTuple):
    """Ids of the documents that the printed requests name."""

    client_id: str
    credit_note_id: str
    invoice_id: str


async def is_empty(call: Call) -> bool:
    """Whether the tenant of the key has neither clients nor documents (a document needs a client)."""
    return (await _got(call, "/clients"))["total"] == 0


async def enter(call: Call, *, day: date, seed: int = SEED, progress: Progress = lambda _: None) -> Trade:
    """Enter the trade of the 24 months that end on `day`; gives it. Raises EntryRefused."""
    whole = trade(seed=seed, day=day)
    client_ids: dict[str, str] = {}
    for answer in await _in_batches(call, "clients", whole.clients):
        client_ids[answer["externalId"]] = answer["id"]
    progress(len(whole.clients))
    for resource, documents in (("credit-notes", whole.credit_notes), ("invoices", whole.invoices)):
        simple = [document for document in documents if _is_simple(document)]
        for document in documents:
            if not _is_simple(document):
                await _posted(call, f"/{resource}/complete", document)
                progress(1)
        await _in_batches(call, resource, [_simplified(document, client_ids) for document in simple])
        progress(len(simple))
    return whole


async def cast(call: Call) -> Cast:
    """What the printed requests name: the newest of the demo's documents with something left. Raises EntryRefused when there is none."""
    client_id = (await _left(call, "/clients", search=FIRST))["id"]
    credit_note = await _left(call, "/credit-notes", clientId=client_id, sort="-issueDate")
    invoice = await _left(call, "/invoices", clientId=client_id, sort="-issueDate")
    return Cast(client_id, credit_note["id"], invoice["id"])


def _is_simple(document: Body) -> bool:
    """Whether a simple import says it all: EUR, one due date, no rows."""
    rows = {"payments", "creditNoteLinks", "paybacks", "invoiceLinks"} & document.keys()
    parts: list[Body] = document.get("dueDates", [document])
    return not rows and len(parts) == 1 and parts[0]["currency"] == "EUR"


def _simplified(document: Body, client_ids: dict[str, str]) -> Body:
    kept = {name: document[name] for name in ("reference", "amount", "issueDate", "dueDate", "externalId")}
    return {"clientId": client_ids[document["client"]["externalId"]]} | kept


async def _in_batches(call: Call, resource: str, documents: Sequence[Body]) -> list[Body]:
    field = {"credit-notes": "creditNotes"}.get(resource, resource)
    answered: list[Body] = []
    for start in range(0, len(documents), _BATCH):
        answered += (await _posted(call, f"/{resource}/batch", {field: documents[start : start + _BATCH]}))["data"]
    return answered


async def _left(call: Call, path: str, **query: str) -> Body:
    for document in (await _got(call, f"{path}?{urlencode(query)}"))["data"]:
        if (document["externalId"] or "").startswith(OURS) and document.get("remainingAmount") != 0:
            return document
    raise EntryRefused(f"nothing of the demo company is left at {path}: it was used up or changed since it was entered")


async def _got(call: Call, path: str) -> Any:
    return _taken(path, *await call("GET", path, None))


async def _posted(call: Call, path: str, body: Body) -> Any:
    return _taken(path, *await call("POST", path, body))


def _taken(path: str, status: int, answer: Any) -> Any:
    if status != 200:
        told = answer.get("errors") or answer
        raise EntryRefused(f"{path} answered {status}: {told}")
    return answer
