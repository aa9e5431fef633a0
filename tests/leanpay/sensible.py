"""Makes a generated request sensible where a schema cannot: references name what exists, sums agree, amounts leave room for their sums.

A generator that follows the schema alone would nearly always be refused by the books and so never reach what happens behind them. Only
requests that were meant to be valid are touched.
"""

import copy
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ROOM = 10**9
"""What is stored stays below it, so that the sums of many documents stay below what the books can hold exactly."""


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A client with an invoice and a credit note of its own, by id."""

    client: str
    invoice: str
    credit_note: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is in the books before."""

    customers: Sequence[Customer]
    webhook: str = ""
    """A webhook endpoint by its id, there until it is deleted."""
    turn: Iterator[int] = field(default_factory=itertools.count)

    def path_id(self, name: str) -> str:
        """An id for a path parameter, another each time."""
        customer = self.customers[next(self.turn) % len(self.customers)]
        return {
            "clientId": customer.client,
            "invoiceId": customer.invoice,
            "creditNoteId": customer.credit_note,
            "webhookId": self.webhook,
        }[name]

    def customer(self, external_id: str | None) -> Customer:
        """Whose document it is: always the same one's under one externalId, since documents with allocations may not change hands."""
        return self.customers[len(external_id or "") % len(self.customers)]


def body(operation_id: str, given: Any, known: Known) -> Any:
    """The body of an operation made sensible; what was given stays as it was."""
    made = copy.deepcopy(given)
    SENSE.get(operation_id, _as_it_is)(made, known)
    return made


def is_large(given: Any) -> bool:
    """Whether an amount in the body is so large that a few such documents together pass what can be told exactly."""
    if isinstance(given, dict):
        return any(is_large(inner) for inner in given.values())
    return any(map(is_large, given)) if isinstance(given, list) else isinstance(given, int | float) and given >= ROOM


def _as_it_is(_given: Any, _known: Known) -> None:
    pass


def _simple(given: Any, known: Known) -> None:
    given["clientId"] = known.customer(given.get("externalId")).client


def _many(field_name: str) -> Callable[[Any, Known], None]:
    def sense(given: Any, known: Known) -> None:
        for item in given[field_name]:
            _simple(item, known)

    return sense


def _complete_invoice(given: Any, known: Known) -> None:
    currency = _currency(given, given["dueDates"][0]["currency"], links=given.get("creditNoteLinks"))
    owner = known.customer(given.get("externalId"))
    given["client"] = _reference(given.get("client"), owner.client, known)
    for row in given["dueDates"]:
        row["currency"] = currency
        row["amount"] = row["defaultCurrencyAmount"] = _roomy(row["amount"])
    given["amount"] = sum(row["amount"] for row in given["dueDates"])
    _rows(given.get("payments", []), known, most=ROOM)
    _rows(given.get("creditNoteLinks", []), known, most=3)
    for row in given.get("creditNoteLinks", []):
        row["creditNote"] = _reference(row["creditNote"], owner.credit_note, known)


def _complete_credit_note(given: Any, known: Known) -> None:
    given["currency"] = _currency(given, given["currency"], links=given.get("invoiceLinks"))
    owner = known.customer(given.get("externalId"))
    given["client"] = _reference(given.get("client"), owner.client, known)
    given["amount"] = given["defaultCurrencyAmount"] = _roomy(given["amount"])
    _rows(given.get("paybacks", []), known, most=3)
    _rows(given.get("invoiceLinks", []), known, most=3)
    for row in given.get("invoiceLinks", []):
        row["invoice"] = _reference(row["invoice"], owner.invoice, known)


def _webhook(given: Any, _known: Known) -> None:
    """Of the addresses that a schema allows most are nobody's, and some are private."""
    given["url"] = "https://hooks.dupont.example/" + str(len(given["url"]))


def _currency(given: Any, currency: str, *, links: Any) -> str:
    """That of the documents it is linked with, else as given; one externalId then stands for one document in each currency."""
    if links:
        return "EUR"
    if given.get("externalId"):
        given["externalId"] = f"{currency} {given['externalId']}"[:80]
    return currency


def _rows(rows: list[Any], known: Known, *, most: int) -> None:
    for row in rows:
        row["amount"] = int(row["amount"]) % most
        if row.get("externalId"):
            row["externalId"] = f"{next(known.turn)}-{row['externalId']}"[:80]


def _roomy(amount: float) -> int:
    return int(amount) % ROOM


def _reference(given: Any, id: str, known: Known) -> dict[str, str]:
    """By id; every fifth time as the generator made it, which names nothing and is answered 404."""
    return given if given and next(known.turn) % 5 == 0 else {"id": id}


SENSE: Mapping[str, Callable[[Any, Known], None]] = {
    "importInvoice": _simple,
    "importInvoices": _many("invoices"),
    "importCompleteInvoice": _complete_invoice,
    "importCreditNote": _simple,
    "importCreditNotes": _many("creditNotes"),
    "importCompleteCreditNote": _complete_credit_note,
    "createWebhook": _webhook,
    "updateWebhook": _webhook,
}
