"""docs/statuses.md as core/status.py and core/document_status.py have it: `python -m tests.house.statuses` writes it, a law compares it.

The words of the page stand here, the tables come from the code.
"""

from collections.abc import Iterable, Sequence

from duebook.core.document_status import DOCUMENT_TABLE
from duebook.core.status import CREDIT_NOTE_TABLE, INVOICE_TABLE, OPEN, TIMELESS
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "statuses.md"

_INTRODUCTION = """\
# Statuses

Written by `python -m tests.house.statuses` from the tables in [status.py](../src/duebook/core/status.py). Change the table, not this page.

A status is never set. It is read off the facts with the day at hand, whoever asks and whenever: a list that is asked at midnight is
right at midnight, whether or not anything ran in the night. In each table the first row that holds wins.
"""

_INVOICES = """
## Invoices

Money covers the instalments of an invoice oldest first. An invoice is still `due` on its due date and `overdue` from the day after.
"""

_STORED = f"""
Rows marked as changed by time depend on the day. For the others the day does not matter, so their word is stored as the invoice's
*standing*; while none of them holds, the standing is `{OPEN}`, and two stored days tell the rest: the earliest due date that money does
not cover, and the date of an open promise to pay.
"""

_CREDIT_NOTES = """
## Credit notes

No day changes the status of a credit note. What remains of it is its amount less paybacks and links.
"""

_DOCUMENTS = """
## Documents

The Hyperline door reads the same facts another way, from the table in [document_status.py](../src/duebook/core/document_status.py): not
what is late, but how much of a document is settled. No day changes it. Of a credit note, what was paid back counts as paid and what is laid
on invoices as offset.
"""


def page() -> str:
    """The whole page."""
    invoices = [(f"`{row.status}`", row.when, "" if row.status in TIMELESS else "yes") for row in INVOICE_TABLE]
    credit_notes = [(f"`{row.status}`", row.when) for row in CREDIT_NOTE_TABLE]
    documents = [(f"`{row.status}`", row.when) for row in DOCUMENT_TABLE]
    return "".join(
        [
            _INTRODUCTION,
            _INVOICES,
            _table(("status", "when", "changed by time"), invoices),
            _STORED,
            _CREDIT_NOTES,
            _table(("status", "when"), credit_notes),
            _DOCUMENTS,
            _table(("status", "when"), documents),
        ]
    )


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
