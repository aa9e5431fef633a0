"""`duebook serve` on its own embedded PostgreSQL: from the start to ready with existing data, and what it costs when nobody asks."""

import time
from datetime import UTC, datetime
from pathlib import Path

from bench import accounting, driving, filling
from bench.figures import Figure, Report
from bench.ground import Books, opened, ready_after, scratch, serving
from duebook import embedded

_INVOICES = 100_000
_STARTS = 5
_WORK_SECONDS = 3
_SETTLE_SECONDS = 5
_IDLE_SECONDS = 30


def measure(report: Report) -> None:
    """Measure and report start and idling."""
    with scratch() as folder:
        server = embedded.start(data_dir=folder)
        try:
            books = opened(server.dsn, company="Bench")
            customers = filling.customers(books.dsn, tenant_id=books.tenant_id, count=1_000)
            day = datetime.now(UTC).date()
            filling.invoices(books.dsn, tenant_id=books.tenant_id, customer_ids=customers, count=_INVOICES, day=day, journal=True)
            filling.follow(books.dsn, tenant_id=books.tenant_id)
        finally:
            server.stop()
        environment = {"DUEBOOK_DATA_DIR": str(folder)}
        starts = tuple(ready_after(environment) for _ in range(_STARTS))
        report(Figure(what="start to ready, 100,000 invoices", samples=starts, unit="s", at_most=5))
        killed = tuple(_ready_after_kill(environment) for _ in range(_STARTS))
        report(Figure(what="start to ready after kill -9", samples=killed, unit="s", at_most=15))
        _idle(environment, books, folder, report)


def _ready_after_kill(environment: dict[str, str]) -> float:
    with serving(environment) as server:
        server.kill()
    return ready_after(environment)


def _idle(environment: dict[str, str], books: Books, folder: Path, report: Report) -> None:
    with serving(environment) as server:
        driving.read(books, server.port, ["/v1/public/invoices"], folder=folder, connections=16, seconds=_WORK_SECONDS)
        time.sleep(_SETTLE_SECONDS)
        before, began = accounting.all_of(server.pid), time.monotonic()
        time.sleep(_IDLE_SECONDS)
        spent, seconds = accounting.all_of(server.pid).since(before), time.monotonic() - began
        memory = accounting.python_memory(server.pid)
    report(Figure(what="idle CPU of server, worker and sessions, 30 s", samples=(spent.total / seconds * 100,), unit="% of a core"))
    report(Figure(what="of that Python", samples=(spent.python / seconds * 100,), unit="% of a core"))
    report(Figure(what="of that PostgreSQL", samples=(spent.postgresql / seconds * 100,), unit="% of a core"))
    for kind, mib in sorted(memory.items()):
        report(Figure(what=f"idle memory, {kind} process", samples=(mib,), unit="MiB", at_most=150))
    report(Figure(what="idle memory, the three together", samples=(sum(memory.values()),), unit="MiB"))
