"""A bug of ours, made on purpose: the client gets a number, the log the trace, the books nothing. And what no log may tell."""

import shutil
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, log_lines
from tests.make import complete_invoice, simple_invoice

SECRET = "Zebulon Quagmire"
COUNTS = "SELECT (SELECT count(*) FROM invoices), (SELECT count(*) FROM journal), (SELECT count(*) FROM kept_answers)"


@pytest.fixture(scope="module")
def broken(books: Books, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose journal has lost a column: every import fails after the documents were written."""
    place = tmp_path_factory.mktemp("broken")
    shutil.copytree(books.data_dir / "postgres", place / "data" / "postgres")
    served = Served(place / "data", key=books.key, log=place / "log", DUEBOOK_LOG_LEVEL="debug")
    try:
        served.ready()
        ask(served.dsn, "ALTER TABLE journal DROP COLUMN action")
        yield served
    finally:
        served.end()


def bugs(served: Served) -> list[Mapping[str, Any]]:
    return [line for line in log_lines(served) if line["event"] == "bug"]


def test_a_bug_is_a_number_to_the_client_and_a_trace_in_the_log(books: Books, broken: Served) -> None:
    before = ask(broken.dsn, COUNTS)
    payment = {"date": "2026-01-20", "amount": 1}
    answer = broken.post("/invoices/complete", complete_invoice(books.client_id, payments=[payment]), idempotency_key="bug")
    number = answer.headers["request-id"]
    message = f"our bug: tell the operator the request id {number}"
    assert answer.status_code == 500
    assert answer.json() == {
        "statusCode": 500,
        "error": "Internal Server Error",
        "message": message,
        "errors": [{"index": None, "path": "$", "code": "internal", "message": message}],
    }
    assert ask(broken.dsn, COUNTS) == before
    line = next(line for line in bugs(broken) if line["request_id"] == number)
    assert (line["level"], line["operation"]) == ("error", "importCompleteInvoice")
    (first, *_) = line["exception"]
    assert first["type"] == "UndefinedColumnError"
    assert 'column "action"' in first["message"]
    assert any("journal.py" in place for place in first["places"])
    assert broken.call("GET", "/invoices").status_code == 200


def test_no_log_tells_a_key_or_what_a_request_said(books: Books, broken: Served) -> None:
    # A row that a constraint refuses: PostgreSQL tells the whole row in its DETAIL.
    ask(broken.dsn, "ALTER TABLE invoices ADD CONSTRAINT none CHECK (reference = 'x') NOT VALID")
    payment = {"date": "2026-01-20", "amount": 1, "externalId": SECRET}
    body = complete_invoice(books.client_id, reference=SECRET, externalId=SECRET, payments=[payment])
    assert broken.post("/invoices/complete", body, idempotency_key=SECRET).status_code == 500
    assert bugs(broken)[-1]["exception"][0]["type"] == "CheckViolationError"
    broken.call("GET", "/invoices", params={"search": SECRET})
    broken.call("GET", f"/invoices/{SECRET}")
    broken.call("GET", "/invoices", headers={"Authorization": SECRET})
    broken.post("/invoices", {"reference": SECRET})
    broken.call("POST", "/invoices", content=SECRET, headers={"Content-Type": "application/json"})
    with socket.create_connection(broken.place, timeout=5) as connection:
        connection.sendall(f"{SECRET}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")
    within(5, lambda: any("Invalid HTTP" in line["event"] for line in log_lines(broken)))  # the HTTP library's lines are JSON too
    for text in (broken.logged(), (broken.data_dir / "postgres.log").read_text()):
        assert not [word for word in (*SECRET.split(), books.key) if word in text]


def test_the_worker_outlives_a_bug(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    (worker,) = served.children("worker")
    ask(served.dsn, "ALTER TABLE journal_blocks RENAME COLUMN rows TO lines")
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200
    within(5, lambda: any(line["event"] == "bug" for line in log_lines(served)))
    ask(served.dsn, "ALTER TABLE journal_blocks RENAME COLUMN lines TO rows")
    within(5, lambda: ask(served.dsn, "SELECT count(*) FROM tallies WHERE NOT is_base") == [(0,)])
    assert served.children("worker") == [worker]
