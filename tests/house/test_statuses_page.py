"""A law of docs/statuses.md: it says what the code does."""

from duebook.core.document_status import DOCUMENT_STATUSES
from duebook.core.status import CREDIT_NOTE_STATUSES, INVOICE_STATUSES
from tests.house.statuses import PAGE, page


def test_the_page_is_what_the_table_generates():
    """A table copied by hand is right on the day it is copied. Write it anew: python -m tests.house.statuses."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_names_every_status_in_the_order_of_the_rule():
    named = [line.split("`")[1] for line in page().splitlines() if line.startswith("| `")]

    assert named == [*INVOICE_STATUSES, *CREDIT_NOTE_STATUSES, *DOCUMENT_STATUSES]
