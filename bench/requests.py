"""The requests of the benchmark, as bytes that only need to be sent."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from bench.ground import Books
from duebook.hyperline import ids

BATCH = 100
FIRST_DAY = date(2024, 1, 1)


def imports(books: Books, *, customers: Sequence[UUID], count: int, series: str) -> Iterator[bytes]:
    """Requests that import `count` new invoices in batches of 100.

    External ids are hashed, so that they fall anywhere in an index of those that are there; `series` keeps those of two calls apart.
    """
    random_source = random.Random(series)
    for first in range(0, count, BATCH):
        rows = [_invoice(random_source, customers, f"{series}-{number}") for number in range(first, first + BATCH)]
        yield _http("POST", "/v1/public/invoices/batch", key=books.key, body=json.dumps({"invoices": rows}, separators=(",", ":")).encode())


def _invoice(random_source: random.Random, customers: Sequence[UUID], name: str) -> dict[str, object]:
    issued_on = FIRST_DAY + timedelta(days=random_source.randrange(700))
    net_amount = random_source.randrange(1_000, 5_000_000)
    return {
        "clientId": str(random_source.choice(customers)),
        "externalId": blake2b(name.encode(), digest_size=10).hexdigest(),
        "reference": f"F-{name}",
        "amount": net_amount * 6 // 5,
        "netAmount": net_amount,
        "issueDate": issued_on.isoformat(),
        "dueDate": (issued_on + timedelta(days=random_source.choice((30, 45, 60)))).isoformat(),
    }


def batches(books: Books, *, customers: Sequence[UUID], count: int, size: int, series: str) -> Iterator[bytes]:
    """Requests that submit `count` new invoices at the Hyperline door in batches of `size`, each paid by a transfer."""
    random_source = random.Random(series)
    shown = [ids.shown(customer, kind="customer") for customer in customers]
    for first in range(0, count, size):
        rows = [_item(random_source, shown, f"{series}-{number}") for number in range(first, first + size)]
        body = {"invoices": rows, "batch_id": f"{series}-{first}"}
        yield _http("POST", "/v2/invoices/batch", key=f"Bearer {books.key}", body=json.dumps(body, separators=(",", ":")).encode())


def _item(random_source: random.Random, customers: Sequence[str], name: str) -> dict[str, object]:
    issued_on = FIRST_DAY + timedelta(days=random_source.randrange(700))
    price = random_source.randrange(1_000, 50_000) * 5
    lines = [
        {"name": "Platform access", "unit_amount": price, "description": "Access fee", "units_count": 2, "tax_rate": 20},
        {"name": "Rebate", "unit_amount": -500, "tax_rate": 20},
    ]
    paid = {
        "amount": (2 * price - 500) * 6 // 5,
        "process_at": f"{issued_on + timedelta(days=20)}T08:00:00.000Z",
        "payment_method_type": "transfer",
    }
    return {
        "customer_id": random_source.choice(customers),
        "line_items": lines,
        "batch_invoice_id": name,
        "currency": "EUR",
        "reference": name,
        "purchase_order": f"PO-{name}",
        "custom_note": "Thank you for your purchase!",
        "emitted_at": f"{issued_on}T00:00:00.000Z",
        "properties": {"source": "bench"},
        "transactions": [paid],
    }


def get(books: Books, path: str) -> bytes:
    """A request that reads."""
    return _http("GET", path, key=books.key, body=b"")


def _http(method: str, path: str, *, key: str, body: bytes) -> bytes:
    content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {key}\r\n{content}\r\n".encode() + body


def write(path: Path, requests: Iterable[bytes]) -> Path:
    """Store requests for `load.py`: the length of each on a line before it."""
    with path.open("wb") as file:
        for request in requests:
            file.write(b"%d\n" % len(request))
            file.write(request)
    return path
