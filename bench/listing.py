"""Lists of 1,000,000 invoices, page by page; and imports into a tenant that PostgreSQL's statistics do not know.

Page 1 with its exact total runs against pgbench with all statements of that request, and so does one that has no payments to show; pages
are compared with each other by the median time of one request on one connection.
"""

import statistics
from collections.abc import Mapping
from datetime import UTC, datetime

import psycopg

from bench import driving, filling, pgbench, recording, requests
from bench.accounting import Cost
from bench.figures import Figure, Report
from bench.ground import Books, Ground, Serving, ground, opened, serving
from bench.pgbench import CLIENTS

_LARGE = 1_000_000
_SMALL = 5_000
_NEW = 50_000
_EDGE = 5_000
_ROUNDS = 5
_NEW_ROUNDS = 3
_SECONDS = 3
_PAGE_SECONDS = 2
_FIRST = "/v1/public/invoices?page=1"
_PAGES = {
    "page 1": _FIRST,
    "page 1,000": "/v1/public/invoices?page=1000",
    "status=overdue": "/v1/public/invoices?status=overdue",
    "status=due": "/v1/public/invoices?status=due",
    "status=paid": "/v1/public/invoices?status=paid",
}


def measure(report: Report) -> None:
    """Measure and report every figure of lists."""
    with ground() as here, here.copy("listed") as large:
        _filled(large, count=_LARGE)
        small, bare = _beside(large, company="Small"), _beside(large, company="Bare", settled=False)
        _against_pgbench(here, large, report, what="page 1 of 1,000,000", target=0.4)
        _against_pgbench(here, bare, report, what="page 1 without payments", target=None)
        with serving({"DUEBOOK_DATABASE_URL": large.dsn}) as server:
            _against_each_other(here, large, small, server, report)
            _unknown_tenant(here, large, server, report)


def _beside(large: Books, *, company: str, settled: bool = True) -> Books:
    """A small tenant in the same database."""
    books = opened(large.dsn, company=company)
    filling.customers(books.dsn, tenant_id=books.tenant_id, count=100)
    _filled(books, count=_SMALL, settled=settled)
    return books


def _filled(books: Books, *, count: int, settled: bool = True) -> None:
    with psycopg.connect(books.dsn) as connection:
        customers = [row[0] for row in connection.execute("SELECT id FROM customers WHERE tenant_id = %s", (books.tenant_id,))]
    day = datetime.now(UTC).date()
    filling.invoices(books.dsn, tenant_id=books.tenant_id, customer_ids=customers, count=count, day=day, journal=False, settled=settled)
    filling.follow(books.dsn, tenant_id=books.tenant_id)


def _against_pgbench(here: Ground, books: Books, report: Report, *, what: str, target: float | None) -> None:
    script = pgbench.of(recording.statements(books, _FIRST))
    here.settle()
    rates: dict[int, list[float]] = {1: [], 2: []}
    spent: list[Cost] = []
    bare: list[float] = []
    for _ in range(_ROUNDS):
        for workers, found in rates.items():
            with serving({"DUEBOOK_DATABASE_URL": books.dsn}, workers=workers) as server:
                driving.read(books, server.port, [_FIRST], folder=here.folder, connections=CLIENTS, seconds=1)
                before = here.cost(server)
                reads = driving.read(books, server.port, [_FIRST], folder=here.folder, connections=CLIENTS, seconds=_SECONDS)
                found.append(reads.per_second)
                if workers == 1:
                    spent.append(here.cost(server).since(before).each(reads.per_second * _SECONDS))
        bare.append(pgbench.rate(here, books, script, seconds=_SECONDS))
    best = max(rates, key=lambda workers: statistics.median(rates[workers]))
    for workers, found in rates.items():
        report(Figure(what=f"{what}, 16 connections, processes: {workers}", samples=tuple(found), unit="requests/s"))
    report(Figure(what=f"{what}, its statements in pgbench", samples=tuple(bare), unit="pages/s"))
    for workers, found in rates.items():
        ratios = tuple(mine / theirs for mine, theirs in zip(found, bare, strict=True))
        at_least = target if workers == best else None
        report(Figure(what=f"{what}: ratio to its statements, processes: {workers}", samples=ratios, at_least=at_least))
    report(Figure(what=f"CPU of {what}, Python", samples=tuple(cost.python * 1e6 for cost in spent), unit="µs"))
    report(Figure(what=f"CPU of {what}, PostgreSQL", samples=tuple(cost.postgresql * 1e6 for cost in spent), unit="µs"))


def _against_each_other(here: Ground, large: Books, small: Books, server: Serving, report: Report) -> None:
    asked = {name: (large, path) for name, path in _PAGES.items()} | {"page 1 of 5,000": (small, _FIRST)}
    took: Mapping[str, list[float]] = {name: [] for name in asked}
    for _ in range(_ROUNDS):
        for name, (books, path) in asked.items():
            reads = driving.read(books, server.port, [path], folder=here.folder, connections=1, seconds=_PAGE_SECONDS)
            took[name].append(reads.p50)
    for name, samples in took.items():
        report(Figure(what=f"list, {name}", samples=tuple(samples), unit="ms"))

    def compared(what: str, upper: str, lower: str, at_most: float) -> None:
        ratios = tuple(one / other for one, other in zip(took[upper], took[lower], strict=True))
        report(Figure(what=what, samples=ratios, at_most=at_most))

    compared("page 1,000 in times of page 1", "page 1,000", "page 1", 3)
    compared("status=overdue in times of no filter", "status=overdue", "page 1", 2)
    compared("page 1 of 1,000,000 in times of page 1 of 5,000", "page 1", "page 1 of 5,000", 2)


def _unknown_tenant(here: Ground, large: Books, server: Serving, report: Report) -> None:
    """Import into tenants made after the last ANALYZE: the last 5,000 invoices must cost what the first 5,000 did."""
    growth: list[float] = []
    rates: list[float] = []
    for number in range(_NEW_ROUNDS):
        books = opened(large.dsn, company=f"New {number}")
        customers = filling.customers(books.dsn, tenant_id=books.tenant_id, count=500)
        file = requests.write(here.folder / "new", requests.imports(books, customers=customers, count=_NEW, series=f"n{number}"))
        sent = driving.send(server.port, file, connections=2)
        edge = _EDGE // requests.BATCH
        growth.append(statistics.median(sent.took[-edge:]) / statistics.median(sent.took[:edge]))
        rates.append(_NEW / sent.seconds)
    report(Figure(what="import of 50,000 into a tenant made after ANALYZE", samples=tuple(rates), unit="invoices/s"))
    report(Figure(what="its last 5,000 in times of its first 5,000", samples=tuple(growth), at_most=1.25))
