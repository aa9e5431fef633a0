"""GET by id: one HTTP process at 16 connections, against pgbench running the statements of that request.

100,000 invoices, each with 2 instalments, 2 payments and 1 link; both sides ask for ids at random.
"""

import json
import random
import urllib.request
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from bench import driving, filling, pgbench, recording, reference
from bench.accounting import Cost
from bench.driving import Reads
from bench.figures import Figure, Report
from bench.ground import Books, ground, serving
from bench.pgbench import CLIENTS, Script
from bench.recording import Statement

_INVOICES = 100_000
_ROUNDS = 5
_SECONDS = 4
_IDS_A_ROW = 20


def measure(report: Report) -> None:
    """Measure and report every figure of a GET by id."""
    with ground() as here, here.copy("read") as books:
        ids = _filled(books)
        paths = [f"/v1/public/invoices/{id}" for id in ids]
        same, fixed = _same_select(books, ids), _fixed_select()
        served: list[Reads] = []
        spent: list[Cost] = []
        bare: list[float] = []
        bare_us: list[float] = []
        smallest: list[float] = []
        with serving({"DUEBOOK_DATABASE_URL": books.dsn}) as server:
            for path in random.sample(paths, 20):
                _is_rich(books, server.port, path)
            here.settle()
            driving.read(books, server.port, paths, folder=here.folder, connections=CLIENTS, seconds=1)
            for _ in range(_ROUNDS):
                before = here.cost(server)
                served.append(driving.read(books, server.port, paths, folder=here.folder, connections=CLIENTS, seconds=_SECONDS))
                between = here.cost(server)
                spent.append(between.since(before).each(served[-1].per_second * _SECONDS))
                # The look-up of the next ids is counted as one more SELECT, though it is a cheaper one.
                bare.append(pgbench.rate(here, books, same, seconds=_SECONDS) * (_IDS_A_ROW + 1))
                bare_us.append(here.cost(server).since(between).postgresql / (bare[-1] * _SECONDS) * 1e6)
                smallest.append(pgbench.rate(here, books, fixed, seconds=_SECONDS))
        _report(report, served=served, bare=bare, smallest=smallest)
        report(Figure(what="CPU per GET, Python", samples=tuple(cost.python * 1e6 for cost in spent), unit="µs"))
        report(Figure(what="CPU per GET, PostgreSQL", samples=tuple(cost.postgresql * 1e6 for cost in spent), unit="µs"))
        report(Figure(what="CPU per same SELECT of pgbench, PostgreSQL", samples=tuple(bare_us), unit="µs"))


def _report(report: Report, *, served: list[Reads], bare: list[float], smallest: list[float]) -> None:
    rates = [reads.per_second for reads in served]
    report(Figure(what="GET by id, 1 process, 16 connections", samples=tuple(rates), unit="requests/s"))
    report(Figure(what="GET by id: p50", samples=tuple(reads.p50 for reads in served), unit="ms"))
    report(Figure(what="GET by id: p99", samples=tuple(reads.p99 for reads in served), unit="ms"))
    report(Figure(what="pgbench, the same SELECT", samples=tuple(bare), unit="SELECTs/s"))
    report(Figure(what="pgbench, a fixed SELECT on a reference table", samples=tuple(smallest), unit="SELECTs/s"))
    ratios = tuple(mine / theirs for mine, theirs in zip(rates, bare, strict=True))
    report(Figure(what="GET by id: ratio to the same SELECT", samples=ratios, at_least=0.4))
    ratios = tuple(mine / theirs for mine, theirs in zip(rates, smallest, strict=True))
    report(Figure(what="GET by id: ratio to the fixed SELECT", samples=ratios))


def _filled(books: Books) -> list[UUID]:
    with psycopg.connect(books.dsn) as connection:
        customers = [row[0] for row in connection.execute("SELECT id FROM customers")]
    day = datetime.now(UTC).date()
    filling.invoices(books.dsn, tenant_id=books.tenant_id, customer_ids=customers, count=_INVOICES, day=day, journal=False)
    filling.rows_of_documents(books.dsn, tenant_id=books.tenant_id)
    reference.documents(books.dsn)
    filling.follow(books.dsn, tenant_id=books.tenant_id)
    with psycopg.connect(books.dsn) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM invoices ORDER BY id")]


def _is_rich(books: Books, port: int, path: str) -> None:
    """Hold the filled books to what is promised of them."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": books.key})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found = json.load(answer)
    counts = tuple(len(found[rows]) for rows in ("dueDates", "payments", "creditNoteLinks"))
    if counts != (2, 2, 1):
        raise RuntimeError(f"an invoice should have 2 instalments, 2 payments and 1 link, not {counts}")


def _same_select(books: Books, ids: list[UUID]) -> Script:
    """The statements of a GET, 20 times, for ids that the script looks up at random: pgbench knows no UUIDs of its own."""
    shuffled = random.Random(7).sample(ids, len(ids))
    rows = [shuffled[start : start + _IDS_A_ROW] for start in range(0, len(ids), _IDS_A_ROW)]
    names = [f"id{place}" for place in range(_IDS_A_ROW)]
    with psycopg.connect(books.dsn) as connection:
        connection.execute(f"CREATE TABLE bench_ids (n int PRIMARY KEY, {', '.join(f'{name} uuid' for name in names)})".encode())
        with connection.cursor().copy("COPY bench_ids FROM STDIN") as sink:
            for number, row in enumerate(rows, start=1):
                sink.write_row((number, *row))
        connection.execute("GRANT SELECT ON bench_ids TO duebook_app")
    asked = ids[len(ids) // 2]
    found = recording.statements(books, f"/v1/public/invoices/{asked}")
    script = Script([f"\\set n random(1, {len(rows)})", f"SELECT {', '.join(names)} FROM bench_ids WHERE n = :n \\gset"])
    for name in names:
        for statement in found:
            script.add(statement, known=_places(statement, asked, name))
    return script


def _places(statement: Statement, id: UUID, name: str) -> dict[int, str]:
    return {place: name for place, argument in enumerate(statement.arguments, start=1) if str(argument) == str(id)}


def _fixed_select() -> Script:
    script = Script([f"\\set n random(1, {reference.ROWS})"])
    script.add(Statement(reference.SQL["read"].decode(), (reference.OWNER, 0)), known={2: "n"})
    return script
