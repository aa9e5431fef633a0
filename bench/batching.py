"""Hyperline batches: how fast they are accepted, and how fast their items become invoices with their events, against COPY of the same rows.

While batches are accepted the worker stands still, so that each is measured alone; then it goes on, and the clock runs until the last
outcome is written. What the follower still has to do then is added as the CPU time it takes. An item has two lines and a transfer that
pays it. The other side writes, as owner and into the full schema, the rows that the worker wrote: papers, invoices, payments,
transactions, the journal (each event's row), and the outcomes of the batches.
"""

import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bench import copying, driving, requests
from bench.accounting import Cost
from bench.copying import Dump
from bench.figures import Figure, Report
from bench.ground import Books, Ground, Serving, ground, serving
from bench.importing import drained, sealed

ITEMS: Final = 10_000
SIZE: Final = 50
CONNECTIONS: Final = 16
_ALONE: Final = 2_000
_WARM_UP: Final = 1_000
_ROUNDS: Final = 5
_DONE_SECONDS: Final = 120

_BY_OBJECT = "SELECT j.xid::text AS batch, t.* FROM journal AS j JOIN {table} AS t ON t.tenant_id = j.tenant_id AND t.id = j.object_id"
_WRITTEN: Final = {
    "papers": f"{_BY_OBJECT.format(table='papers')} WHERE j.kind = 'paper' ORDER BY j.xid, j.id",
    "transactions": f"{_BY_OBJECT.format(table='transactions')} WHERE j.kind = 'payment' ORDER BY j.xid, j.id",
    "invoices": f"{_BY_OBJECT.format(table='invoices')} WHERE j.kind = 'invoice' ORDER BY j.xid, j.id",
    "allocations": f"{_BY_OBJECT.format(table='allocations')} WHERE j.kind = 'payment' ORDER BY j.xid, j.id",
    "journal": copying.IMPORTED["journal"],
    "tallies": copying.IMPORTED["tallies"],
    "batches": "SELECT b.xmin::text AS batch, b.* FROM batches AS b ORDER BY b.id",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: batches accepted a second, the 99th percentile of their milliseconds, items a second and their CPU."""

    accepted: float
    p99: float
    items: float
    cost: Cost


def measure(report: Report) -> None:
    """Measure and report every figure of the batches."""
    with ground() as here:
        runs: list[Run] = []
        alone: list[Run] = []
        whole: list[float] = []
        in_batches: list[float] = []
        rows: Dump | None = None
        for number in range(_ROUNDS):
            with here.copy(f"batches_{number}") as books:
                runs.append(_served(here, books, count=ITEMS, size=SIZE, series=f"a{number}"))
                rows = rows or copying.dump(books.dsn, folder=here.folder, queries=_WRITTEN)
            whole.append(ITEMS / _copied(here, rows, by_batch=False))
            in_batches.append(ITEMS / _copied(here, rows, by_batch=True))
            with here.copy(f"alone_{number}") as books:
                alone.append(_served(here, books, count=_ALONE, size=1, series=f"b{number}"))
        _report(report, runs=runs, alone=alone, whole=whole, in_batches=in_batches)


def _report(report: Report, *, runs: list[Run], alone: list[Run], whole: list[float], in_batches: list[float]) -> None:
    def figure(what: str, samples: list[float], unit: str = "", *, at_least: float | None = None) -> None:
        report(Figure(what=what, samples=tuple(samples), unit=unit, at_least=at_least))

    figure(f"batches of {SIZE} accepted, {CONNECTIONS} connections", [run.accepted for run in runs], "batches/s")
    figure(f"batches of {SIZE} accepted: p99", [run.p99 for run in runs], "ms")
    figure("items from accepted to event row", [run.items for run in runs], "items/s")
    figure("two psql COPY sessions, the same rows", whole, "items/s")
    figure(f"the same in transactions of {SIZE}", in_batches, "items/s")
    figure("items: ratio to COPY", [run.items / rate for run, rate in zip(runs, whole, strict=True)], at_least=0.25)
    figure(f"items: ratio to COPY in transactions of {SIZE}", [run.items / rate for run, rate in zip(runs, in_batches, strict=True)])
    figure("items, a transaction for each", [run.items for run in alone], "items/s")
    figure("items in batches in times of that", [run.items / one.items for run, one in zip(runs, alone, strict=True)], at_least=3)
    figure("CPU per item, Python", [run.cost.python for run in runs], "µs")
    figure("CPU per item, PostgreSQL", [run.cost.postgresql for run in runs], "µs")


def _served(here: Ground, books: Books, *, count: int, size: int, series: str) -> Run:
    """Accept `count` items in batches of `size` with the worker standing still, then have it run them."""
    with psycopg.connect(books.dsn, autocommit=True) as watcher:
        customers = [row[0] for row in watcher.execute("SELECT id FROM customers")]
        before_all = sealed(watcher)

        def file(name: str, number: int) -> Path:
            asked = requests.batches(books, customers=customers, count=number, size=size, series=f"{name}{series}")
            return requests.write(here.folder / name, asked)

        warm_up, measured = file("warm-up", _WARM_UP), file("batches", count)
        with serving({"DUEBOOK_DATABASE_URL": books.dsn}, workers=2) as server:
            driving.send(server.port, warm_up, connections=CONNECTIONS)
            _until_done(watcher)
            drained(watcher, rows=before_all + _WARM_UP * 3)
            here.settle()
            with _standing_still(server):
                sent = driving.send(server.port, measured, connections=CONNECTIONS)
                before, began = here.cost(server), time.monotonic()
            _until_done(watcher)
            seconds, done = time.monotonic() - began, here.cost(server)
            drained(watcher, rows=before_all + (_WARM_UP + count) * 3)
            after = here.cost(server)
    took = sorted(sent.took)
    return Run(
        accepted=len(took) / sent.seconds,
        p99=took[len(took) * 99 // 100] * 1000,
        items=count / (seconds + after.since(done).total),
        cost=after.since(before).each(count / 1e6),
    )


@contextmanager
def _standing_still(server: Serving) -> Generator[None]:
    """The worker of a server sleeps inside."""
    worker = server.child("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def _until_done(watcher: "psycopg.Connection") -> None:
    """Wait until every batch has its outcomes. Raises where an item failed."""
    end = time.monotonic() + _DONE_SECONDS
    while time.monotonic() < end:
        found = watcher.execute("SELECT count(*) FILTER (WHERE state <> 'done'), coalesce(sum(failed), 0) FROM batches").fetchone()
        if found is not None and found[1]:
            raise RuntimeError(f"{found[1]} items of the benchmark failed")
        if found is not None and found[0] == 0:
            return
        time.sleep(0.01)
    raise RuntimeError(f"batches are not done within {_DONE_SECONDS} s")


def _copied(here: Ground, rows: Dump, *, by_batch: bool) -> float:
    """Seconds of the two COPY sessions."""
    with here.copy("copied") as books:
        here.settle()
        return copying.load(here, books.dsn, rows.by_batch if by_batch else rows.whole)
