"""The first requests as text for a shell: the calls of a LeanPay user and of a Hyperline user with the demo company's own ids, to be pasted
as often as one likes.

Each names its documents by external ids, or its batch by a name, so that a second paste meets what the first one made and changes nothing.
"""

import json
import shlex
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from duebook.demo.callers import PREFIX
from duebook.demo.entry import Cast
from duebook.hyperline import ids

_BATCH: Final = "first-4"


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
        Printed(
            "Send a batch of invoices to the worker, as Hyperline's users do",
            _post(f"{address}/v2/invoices/batch", key=f"Bearer {key}", body=_hyperline_batch(cast)),
        ),
        Printed("Read what became of it", _get(f"{address}/v2/invoices/batch/{_BATCH}", key=f"Bearer {key}")),
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


def _hyperline_batch(cast: Cast) -> dict[str, Any]:
    """Without a day: pasted on any day it is the same batch, which is accepted and made once."""
    return {
        "batch_id": _BATCH,
        "invoices": [
            {
                "batch_invoice_id": "first-4-1",
                "customer_id": ids.shown(UUID(cast.client_id), kind="customer"),
                "number": "FIRST-4",
                "status": "to_pay",
                "currency": "EUR",
                "line_items": [{"name": "Conseil", "units_count": 3, "unit_amount": 1, "tax_rate": 0}],
            }
        ],
    }


def _post(url: str, *, key: str, body: dict[str, Any]) -> str:
    data = shlex.quote(json.dumps(body, indent=2, ensure_ascii=False))
    words = ["curl --request POST", f"--url {url}", f"--header 'Authorization: {key}'", "--header 'Content-Type: application/json'"]
    return " \\\n  ".join([*words, r"--write-out '\n'", f"--data {data}"])


def _get(url: str, *, key: str) -> str:
    return " \\\n  ".join(["curl --request GET", f"--url {shlex.quote(url)}", f"--header 'Authorization: {key}'", r"--write-out '\n'"])
