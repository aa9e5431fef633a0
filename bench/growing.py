"""Whether imports keep their rate as the books grow: 100,000 invoices against 5,000,000, in turn on one server; and bytes on disk.

Each run is as long as one of the part `import`, and begins right after a checkpoint, when every page that is met for the first time goes
into the WAL whole. That is dearest at the start, so the rate of the first answers is told as well.
"""

from datetime import UTC, datetime

import psycopg

from bench import filling, importing
from bench.figures import Figure, Report
from bench.ground import Books, ground
from bench.importing import Run

_SMALL = 100_000
_LARGE = 5_000_000
_CUSTOMERS = 20_000
_AT_FIRST = 20_000
_ROUNDS = 5


def measure(report: Report) -> None:
    """Measure and report the growth."""
    with ground() as here, here.copy("small") as small, here.copy("large") as large:
        empty = _bytes(large)
        _filled(small, count=_SMALL)
        _filled(large, count=_LARGE)
        report(Figure(what="bytes on disk per invoice, journal and indexes included", samples=((_bytes(large) - empty) / _LARGE,)))
        for table in ("invoices", "journal"):
            report(Figure(what=f"of that in {table}", samples=(_bytes(large, table=table) / _LARGE,)))
        at_small: list[Run] = []
        at_large: list[Run] = []
        for number in range(_ROUNDS):
            # A copy each time, or the small books would have grown fourfold in the end.
            with here.copy(f"small_{number}", template="small") as books:
                at_small.append(importing.served(here, books, workers=1, series=f"g{number}"))
            at_large.append(importing.served(here, large, workers=1, series=f"g{number}"))
        _report(report, at_small=[run.rate for run in at_small], at_large=[run.rate for run in at_large])
        first_small, first_large = ([run.rate_of_first(_AT_FIRST) for run in runs] for runs in (at_small, at_large))
        _report(report, at_small=first_small, at_large=first_large, of=f", its first {_AT_FIRST:,}", at_least=None)


def _report(report: Report, *, at_small: list[float], at_large: list[float], of: str = "", at_least: float | None = 0.8) -> None:
    report(Figure(what=f"import at 100,000 invoices{of}", samples=tuple(at_small), unit="invoices/s"))
    report(Figure(what=f"import at 5,000,000 invoices{of}", samples=tuple(at_large), unit="invoices/s"))
    ratios = tuple(large / small for large, small in zip(at_large, at_small, strict=True))
    report(Figure(what=f"import at 5,000,000 in times of 100,000{of}", samples=ratios, at_least=at_least))


def _filled(books: Books, *, count: int) -> None:
    customers = filling.customers(books.dsn, tenant_id=books.tenant_id, count=_CUSTOMERS)
    day = datetime.now(UTC).date()
    filling.invoices(books.dsn, tenant_id=books.tenant_id, customer_ids=customers, count=count, day=day, journal=True)
    filling.follow(books.dsn, tenant_id=books.tenant_id)


def _bytes(books: Books, *, table: str | None = None) -> int:
    with psycopg.connect(books.dsn) as connection:
        if table is None:
            found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        else:
            found = connection.execute("SELECT pg_total_relation_size(%s::regclass)", (table,)).fetchone()
    assert found is not None
    return found[0]
