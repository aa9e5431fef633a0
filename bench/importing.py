"""Import over HTTP in batches of 100, against two parallel psql COPY sessions that write the same rows.

The clock of the server runs from the first request to the last answer; the follower's work that is then still to do (sealing,
folding) is added as the CPU time it takes, for between its rounds the follower sleeps and does not work.
"""

import statistics
import time
from dataclasses import dataclass

import psycopg

from bench import copying, driving, reference, requests
from bench.accounting import Cost
from bench.copying import Dump
from bench.driving import Sent
from bench.figures import Figure, Report
from bench.ground import Books, Ground, ground, serving

INVOICES = 60_000
CONNECTIONS = 24
_WARM_UP = 1_200
_ROUNDS = 5
_DRAIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Run:
    """One import: how many invoices, in how many seconds with the follower's, the CPU of the whole, and how its requests went."""

    count: int
    seconds: float
    cost: Cost
    sent: Sent

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def rate_of_first(self, count: int) -> float:
        """Invoices a second until so many were answered; the follower's work is not in it."""
        return count / (self.sent.ended[count // requests.BATCH - 1] - self.sent.began)

    @property
    def each(self) -> Cost:
        """Microseconds of one invoice."""
        return self.cost.each(self.count / 1e6)


def measure(report: Report) -> None:
    """Measure and report every figure of the import."""
    with ground() as here:
        one: list[Run] = []
        two: list[Run] = []
        copied: list[float] = []
        copied_cpu: list[float] = []
        in_batches: list[float] = []
        yardstick: list[float] = []
        rows: Dump | None = None
        for number in range(_ROUNDS):
            with here.copy(f"served_{number}") as books:
                one.append(served(here, books, workers=1, series=f"a{number}"))
                rows = rows or copying.dump(books.dsn, folder=here.folder)
            seconds, cpu = _copied(here, rows, by_batch=False)
            copied.append(rows.rows / seconds)
            copied_cpu.append(cpu / rows.rows * 1e6)
            in_batches.append(rows.rows / _copied(here, rows, by_batch=True)[0])
            with here.copy(f"served_by_two_{number}") as books:
                two.append(served(here, books, workers=2, series=f"b{number}"))
            yardstick.append(reference.copy_us(here))
        _report(report, one=one, two=two, copied=copied, copied_cpu=copied_cpu, in_batches=in_batches, yardstick=yardstick)
        report(Figure(what="journal row of an imported invoice", samples=(rows.journal_bytes,) if rows else (), unit="bytes"))


def _report(
    report: Report, *, one: list[Run], two: list[Run], copied: list[float], copied_cpu: list[float], in_batches: list[float],
    yardstick: list[float],
) -> None:  # fmt: skip
    def figure(what: str, samples: list[float], unit: str = "", at_least: float | None = None) -> None:
        report(Figure(what=what, samples=tuple(samples), unit=unit, at_least=at_least))

    best = max(one, two, key=lambda runs: statistics.median(run.rate for run in runs))
    figure("import over HTTP, 1 process", [run.rate for run in one], "invoices/s")
    figure("import over HTTP, 2 processes", [run.rate for run in two], "invoices/s")
    figure("two psql COPY sessions, the same rows", copied, "invoices/s")
    figure("the same in transactions of 100", in_batches, "invoices/s")
    figure("import: ratio to COPY, 1 process", [run.rate / rate for run, rate in zip(one, copied, strict=True)])
    figure("import: ratio to COPY, 2 processes", [run.rate / rate for run, rate in zip(two, copied, strict=True)])
    figure(
        f"import: ratio to COPY ({1 if best is one else 2} processes)",
        [run.rate / rate for run, rate in zip(best, copied, strict=True)],
        at_least=0.45,
    )
    figure("import: ratio to COPY in transactions of 100", [run.rate / rate for run, rate in zip(best, in_batches, strict=True)])
    figure("CPU per imported invoice, Python", [run.each.python for run in one], "µs")
    figure("CPU per imported invoice, PostgreSQL", [run.each.postgresql for run in one], "µs")
    figure("CPU per copied invoice, PostgreSQL", copied_cpu, "µs")
    figure("CPU per row of COPY into fixed reference tables", yardstick, "µs")
    whole = [run.each.total / us for run, us in zip(one, yardstick, strict=True)]
    figure("CPU per imported invoice in rows of that COPY", whole)


def served(here: Ground, books: Books, *, workers: int, series: str, count: int = INVOICES) -> Run:
    """Import through a server of its own, which is warm when the clock starts."""
    with psycopg.connect(books.dsn, autocommit=True) as watcher:
        customers = [row[0] for row in watcher.execute("SELECT id FROM customers")]
        warm_up = requests.write(here.folder / "warm-up", requests.imports(books, customers=customers, count=_WARM_UP, series=f"w{series}"))
        file = requests.write(here.folder / "imports", requests.imports(books, customers=customers, count=count, series=series))
        before_all = sealed(watcher)
        with serving({"DUEBOOK_DATABASE_URL": books.dsn}, workers=workers) as server:
            driving.send(server.port, warm_up, connections=CONNECTIONS)
            drained(watcher, rows=before_all + _WARM_UP)
            here.settle()
            before = here.cost(server)
            sent = driving.send(server.port, file, connections=CONNECTIONS)
            answered = here.cost(server)
            drained(watcher, rows=before_all + _WARM_UP + count)
            after = here.cost(server)
    return Run(count, sent.seconds + after.since(answered).total, after.since(before), sent)


def sealed(watcher: "psycopg.Connection") -> int:
    """Rows of the journal that stand in blocks."""
    found = watcher.execute("SELECT coalesce(sum(rows), 0)::bigint FROM journal_blocks").fetchone()
    return found[0] if found else 0


def drained(watcher: "psycopg.Connection", *, rows: int) -> None:
    """Wait until the follower has sealed `rows` rows of the journal and folded what it counts by."""
    end = time.monotonic() + _DRAIN_SECONDS
    while time.monotonic() < end:
        left = watcher.execute("SELECT EXISTS (SELECT FROM tallies WHERE NOT is_base)").fetchone()
        if left == (False,) and sealed(watcher) == rows:
            return
        time.sleep(0.1)
    raise RuntimeError(f"the follower sealed {sealed(watcher)} rows of {rows} within {_DRAIN_SECONDS} s")


def _copied(here: Ground, rows: Dump, *, by_batch: bool) -> tuple[float, float]:
    """Seconds and CPU seconds of PostgreSQL of the two COPY sessions."""
    with here.copy("copied") as books:
        here.settle()
        before = here.cost()
        seconds = copying.load(here, books.dsn, rows.by_batch if by_batch else rows.whole)
        return seconds, here.cost().since(before).postgresql
