"""The first requests as text for a shell: the calls of a LeanPay user with the demo company's own ids, to be pasted as often as one likes.

Each names its documents by external ids, so that the second paste meets the first one's documents and changes nothing.
"""

import json
import shlex
from datetime import date, timedelta
from typing import Any, NamedTuple

from duebook.demo.callers import PREFIX
from duebook.demo.entry import Cast


class Printed(NamedTuple):
    """One request: what it does, in a line, and the curl command."""

    title: str
    command: str


def requests(address: str, *, key: str, cast: Cast, day: date) -> list[Printed]:
    """The requests, in the order in which a newcomer tries them."""
    today, later = day.isoformat(), (day + timedelta(days=30)).isoformat()
    return [
        Printed(
            "Import invoices, up to 100 at once",
            _post(f"{address}{PREFIX}/invoices/batch", key=key, body={"invoices": [_invoice(cast, today, later)]}),
        ),
        Printed(
            "Import an invoice with its schedule, a payment and a part of a credit note",
            _post(f"{address}{PREFIX}/invoices/complete", key=key, body=_complete_invoice(cast, today, later)),
        ),
        Printed(
            "Import a credit note, partly paid back, partly laid on an invoice",
            _post(f"{address}{PREFIX}/credit-notes/complete", key=key, body=_complete_credit_note(cast, today)),
        ),
        Printed("Read that invoice", _get(f"{address}{PREFIX}/invoices/{cast.invoice_id}", key=key)),
        Printed("List what is overdue today", _get(f"{address}{PREFIX}/invoices?status=overdue", key=key)),
    ]


def _invoice(cast: Cast, today: str, later: str) -> dict[str, Any]:
    return {
        "clientId": cast.client_id,
        "reference": "FIRST-1",
        "amount": 3,
        "netAmount": 3,
        "issueDate": today,
        "dueDate": later,
        "externalId": "first-1",
        "sentDate": today,
    }


def _complete_invoice(cast: Cast, today: str, later: str) -> dict[str, Any]:
    return {
        "reference": "FIRST-2",
        "amount": 3,
        "issueDate": today,
        "dueDates": [{"dueDate": later, "currency": "EUR", "amount": 3, "defaultCurrencyAmount": 3}],
        "externalId": "first-2",
        "client": {"id": cast.client_id},
        "dueDate": later,
        "payments": [{"date": today, "amount": 1, "externalId": "first-2-payment"}],
        "creditNoteLinks": [{"date": today, "creditNote": {"id": cast.credit_note_id}, "amount": 1, "externalId": "first-2-link"}],
    }


def _complete_credit_note(cast: Cast, today: str) -> dict[str, Any]:
    return {
        "reference": "FIRST-3",
        "amount": 3,
        "issueDate": today,
        "currency": "EUR",
        "externalId": "first-3",
        "client": {"id": cast.client_id},
        "dueDate": today,
        "defaultCurrencyAmount": 3,
        "paybacks": [{"date": today, "amount": 1, "externalId": "first-3-payback"}],
        "invoiceLinks": [{"date": today, "invoice": {"id": cast.invoice_id}, "amount": 1, "externalId": "first-3-link"}],
    }


def _post(url: str, *, key: str, body: dict[str, Any]) -> str:
    data = shlex.quote(json.dumps(body, indent=2, ensure_ascii=False))
    words = ["curl --request POST", f"--url {url}", f"--header 'Authorization: {key}'", "--header 'Content-Type: application/json'"]
    return " \\\n  ".join([*words, r"--write-out '\n'", f"--data {data}"])


def _get(url: str, *, key: str) -> str:
    return " \\\n  ".join(["curl --request GET", f"--url {shlex.quote(url)}", f"--header 'Authorization: {key}'", r"--write-out '\n'"])
