"""Whether imports keep their rate as the books grow: 100,000 invoices against 5,000,000, in turn on one server; and bytes on disk."""

from datetime import UTC, datetime

import psycopg

from bench import filling, importing
from bench.figures import Figure, Report
from bench.ground import Books, ground

_SMALL = 100_000
_LARGE = 5_000_000
_CUSTOMERS = 20_000
_COUNT = 20_000
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
        rates: dict[str, list[float]] = {"small": [], "large": []}
        for number in range(_ROUNDS):
            for name, books in (("small", small), ("large", large)):
                run = importing.served(here, books, workers=1, series=f"g{number}", count=_COUNT)
                rates[name].append(run.rate)
        report(Figure(what="import at 100,000 invoices", samples=tuple(rates["small"]), unit="invoices/s"))
        report(Figure(what="import at 5,000,000 invoices", samples=tuple(rates["large"]), unit="invoices/s"))
        ratios = tuple(large_rate / small_rate for large_rate, small_rate in zip(rates["large"], rates["small"], strict=True))
        report(Figure(what="import at 5,000,000 in times of 100,000", samples=ratios, at_least=0.8))


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
