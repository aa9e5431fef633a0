"""A bug of ours, made on purpose: the client gets a number, the log the trace, the books nothing. And what no log may tell."""

import socket
from pathlib import Path

from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import ask, log_lines
from tests.make import complete_invoice, simple_invoice

SECRET = "Zebulon Quagmire"
COUNTS = "SELECT (SELECT count(*) FROM invoices), (SELECT count(*) FROM journal), (SELECT count(*) FROM kept_answers)"


def test_a_bug_is_a_number_to_the_client_and_a_trace_in_the_log(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir, DUEBOOK_LOG_LEVEL="debug")
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200
    before = ask(served.dsn, COUNTS)
    # The rows are written before the statement that fails, so that there is something to take back.
    ask(served.superuser_dsn.replace("@/postgres", "@/duebook"), "ALTER TABLE journal DROP COLUMN action")
    payment = {"date": "2026-01-20", "amount": 1, "externalId": SECRET}
    answer = served.post(
        "/invoices/complete", complete_invoice(books.client_id, reference=SECRET, payments=[payment]), idempotency_key=SECRET
    )
    number = answer.headers["request-id"]
    assert answer.status_code == 500
    assert answer.json() == {
        "statusCode": 500,
        "error": "Internal Server Error",
        "message": f"our bug: tell the operator the request id {number}",
        "errors": [
            {"index": None, "path": "$", "code": "internal", "message": f"our bug: tell the operator the request id {number}"},
        ],
    }
    assert ask(served.dsn, COUNTS) == before
    (line,) = [line for line in log_lines(served) if line["event"] == "bug"]
    assert (line["level"], line["request_id"], line["operation"]) == ("error", number, "importCompleteInvoice")
    (first, *_) = line["exception"]
    assert first["type"] == "UndefinedColumnError"
    assert 'column "action"' in first["message"]
    assert any("journal.py" in place for place in first["places"])
    assert served.call("GET", "/invoices").status_code == 200

    # A row that a constraint refuses: PostgreSQL tells the whole row in its DETAIL.
    ask(
        served.superuser_dsn.replace("@/postgres", "@/duebook"),
        "ALTER TABLE invoices ADD CONSTRAINT none CHECK (reference = 'x') NOT VALID",
    )
    assert served.post("/invoices", simple_invoice(books.client_id, reference=SECRET)).status_code == 500
    with socket.create_connection(served.place, timeout=5) as connection:
        connection.sendall(f"{SECRET}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")
    served.call("GET", "/invoices", params={"search": SECRET})
    served.call("GET", f"/invoices/{SECRET}")
    served.post("/invoices", {"reference": SECRET})
    served.call("POST", "/invoices", content=SECRET, headers={"Content-Type": "application/json"})
    served.stop()
    told = [line["exception"][0]["type"] for line in log_lines(served) if line["event"] == "bug"]
    assert "CheckViolationError" in told
    assert any("Invalid HTTP" in line["event"] for line in log_lines(served))  # what the HTTP library says is a line of ours too
    assert log_lines(served), "every line is JSON"
    assert SECRET not in served.logged()
    assert SECRET.split()[1] not in served.logged()
    assert books.key not in served.logged()
    assert SECRET not in (data_dir / "postgres.log").read_text()


def test_the_worker_outlives_a_bug(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    (worker,) = served.children("worker")
    ask(served.dsn, "ALTER TABLE journal_blocks RENAME COLUMN rows TO lines")
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200
    within(5, lambda: any(line["event"] == "bug" for line in log_lines(served)))
    ask(served.dsn, "ALTER TABLE journal_blocks RENAME COLUMN lines TO rows")
    within(5, lambda: ask(served.dsn, "SELECT count(*) FROM tallies WHERE NOT is_base") == [(0,)])
    assert served.children("worker") == [worker]
