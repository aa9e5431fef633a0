"""The other side of a ratio does the same work: what COPY writes is what the server wrote, and pgbench runs what a request runs."""

from collections.abc import Iterator

import psycopg
import pytest

from bench import copying, importing, pgbench, recording
from bench.figures import Figure
from bench.ground import Books, Ground, ground


@pytest.fixture(scope="module")
def here() -> Iterator[Ground]:
    with ground() as found:
        yield found


@pytest.fixture(scope="module")
def served(here: Ground) -> Iterator[Books]:
    """Books that a server imported 400 invoices into, beside those it warmed up with."""
    with here.copy("served") as books:
        run = importing.served(here, books, workers=1, series="likeness", count=400)
        assert run.count == 400
        yield books


def written(dsn: str) -> dict[str, object]:
    """What the books hold, table by table: every byte of documents and journal, and what lists are counted from."""
    with psycopg.connect(dsn) as connection:
        rows = {
            table: connection.execute(
                f"SELECT count(*), md5(string_agg(r::text, '' ORDER BY r::text)) FROM {table} AS r".encode()
            ).fetchone()
            for table in ("invoices", "journal", "journal_blocks")
        }
        stands = connection.execute(
            "SELECT s.standing, s.uncovered_on, sum(s.difference)::bigint"
            " FROM tallies AS t, unnest(t.standing, t.uncovered_on, t.difference) AS s (standing, uncovered_on, difference)"
            " GROUP BY s.standing, s.uncovered_on ORDER BY s.standing, s.uncovered_on"
        ).fetchall()
    return {**rows, "stands": stands}


def test_copy_writes_what_the_server_wrote(here: Ground, served: Books):
    """Whole and in transactions of 100, COPY leaves the same invoices, journal, blocks and counts behind."""
    rows = copying.dump(served.dsn, folder=here.folder)
    copies: list[dict[str, object]] = []
    for scripts in (rows.whole, rows.by_batch):
        with here.copy("copied") as books:
            copying.load(here, books.dsn, scripts)
            copies.append(written(books.dsn))

    assert rows.rows > 400
    assert copies == [written(served.dsn)] * 2


def test_pgbench_runs_the_statements_of_a_list(here: Ground, served: Books):
    """A request's statements, listened to, run under pgbench as they are: none fails, none is missing, none is there twice."""
    heard = recording.statements(served, "/v1/public/invoices?page=2")
    script = pgbench.of(heard)
    rate = pgbench.rate(here, served, script, seconds=1)

    assert any("invoices" in statement.sql for statement in heard)
    assert any("tallies" in statement.sql for statement in heard)
    assert len(script.lines) == len(heard) == len({statement.sql for statement in heard})
    assert rate > 0


@pytest.mark.parametrize(
    ("samples", "at_least", "at_most", "holds"),
    [
        ((0.4, 0.5, 0.1), 0.4, None, True),
        ((0.4, 0.3, 0.1), 0.4, None, False),
        ((3.0, 2.0, 9.0), None, 3, True),
        ((3.1,), None, 3, False),
        ((7.0,), None, None, None),
    ],
)
def test_the_median_decides(samples: tuple[float, ...], at_least: float | None, at_most: float | None, holds: bool | None):
    """One bad run of many neither saves nor breaks a figure."""
    assert Figure(what="x", samples=samples, at_least=at_least, at_most=at_most).holds is holds
