"""Makes a generated request sensible where a schema cannot: references name what exists, sums agree, amounts leave room for their sums.

A generator that follows the schema alone would nearly always be refused by the books and so never reach what happens behind them. Only requests
that were meant to be valid are touched.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ROOM = 10**9
"""Amounts are brought below it, so that 500 rows of them stay below what the books can hold."""


@dataclass(kw_only=True)
class Known:
    """What is in the books before: ids by the name of the path parameter that takes them."""

    ids: Mapping[str, list[str]]
    turn: Iterator[int] = field(default_factory=itertools.count)

    def one(self, name: str) -> str:
        """One of the ids, another each time."""
        return self.ids[name][next(self.turn) % len(self.ids[name])]


def body(operation_id: str, given: Any, known: Known) -> Any:
    """The body of an operation made sensible, in place."""
    SENSE.get(operation_id, _as_it_is)(given, known)
    return given


def _as_it_is(_given: Any, _known: Known) -> None:
    pass


def _simple(given: Any, known: Known) -> None:
    given["clientId"] = known.one("clientId")


def _many(field_name: str) -> Callable[[Any, Known], None]:
    def sense(given: Any, known: Known) -> None:
        for item in given[field_name]:
            _simple(item, known)

    return sense


def _complete_invoice(given: Any, known: Known) -> None:
    given["client"] = _reference(given.get("client"), known.one("clientId"))
    currency = given["dueDates"][0]["currency"]
    for row in given["dueDates"]:
        row["currency"] = currency
        row["amount"] = _roomy(row["amount"])
        row["defaultCurrencyAmount"] = row["amount"]
    given["amount"] = sum(row["amount"] for row in given["dueDates"])
    for row in given.get("payments", []):
        row["amount"] = _roomy(row["amount"])
    for row in given.get("creditNoteLinks", []):
        row["creditNote"] = _reference(row["creditNote"], known.one("creditNoteId"))
        row["amount"] = _roomy(row["amount"]) % 100


def _complete_credit_note(given: Any, known: Known) -> None:
    given["client"] = _reference(given.get("client"), known.one("clientId"))
    given["amount"] = _roomy(given["amount"])
    given["defaultCurrencyAmount"] = given["amount"]
    for row in given.get("paybacks", []):
        row["amount"] = _roomy(row["amount"]) % 100
    for row in given.get("invoiceLinks", []):
        row["invoice"] = _reference(row["invoice"], known.one("invoiceId"))
        row["amount"] = _roomy(row["amount"]) % 100


def _roomy(amount: float) -> int:
    return int(amount) % ROOM


def _reference(given: Any, id: str) -> dict[str, str]:
    """By id where the generator said an id; what it named by externalId alone stays unknown, and is answered 404."""
    return given if given and "id" not in given else {"id": id}


SENSE: Mapping[str, Callable[[Any, Known], None]] = {
    "importInvoice": _simple,
    "importInvoices": _many("invoices"),
    "importCompleteInvoice": _complete_invoice,
    "importCreditNote": _simple,
    "importCreditNotes": _many("creditNotes"),
    "importCompleteCreditNote": _complete_credit_note,
}
