"""What an examination of the books tells: one finding a fault, with a stable code and what it is about."""

from typing import NamedTuple
from uuid import UUID


class Finding(NamedTuple):
    """Something that is wrong in a tenant's books. `kind` and `id` name what it is about; `id` is None where a number in `message` does."""

    tenant_id: UUID
    code: str
    kind: str
    id: UUID | None
    message: str


CODES = {
    "amounts": "an amount in the tenant's own currency differs from its value in the default currency",
    "batch": "a batch does not say what became of its items, or an item's document is not there",
    "block": "a sealed block of the journal does not fit its rows, or is missing",
    "effective_day": "a row does not count from the earlier of its two days",
    "instalments": "the instalments of an invoice do not make the invoice",
    "journal_outside": "rows of the journal stand below the last block and in no block",
    "journal_row": "a row of the journal is not what was written",
    "link": "a link joins documents that do not belong together",
    "number": "the numbers of a seller have a gap, a double, or do not go up to its counter",
    "over_allocation": "more is allocated than a document has",
    "page_mark": "a page mark names another invoice than the one at its position",
    "paper": "a paper is not what its lines make it, or its invoice or credit note is not what it says",
    "positions": "the order of recording of a document's rows is lost",
    "restored": "the journal is ahead of this cluster: the books were restored into another one",
    "review": "the day of the next look at an invoice is not one on which its status changes",
    "row_alone": "a row lies on a document that is not there",
    "standing": "a stored standing or uncovered day is not what the facts make it",
    "sums": "a stored sum is not that of the rows",
    "too_large": "an amount is above what the books can hold",
    "tally": "the numbers that lists show are not those of the documents",
    "transaction": "a transaction and the row it is on its document are not the same",
    "unjournalled": "what is stored is not what the journal says",
}
"""Every code, with what it says."""
