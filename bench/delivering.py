"""Webhooks: how many a second reach a quick receiver, alone and beside a thousand dead ones; and how soon one does when all is idle.

Everything runs on this machine and shares its processors: the worker, PostgreSQL and the receivers.
"""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from uuid import UUID

import psycopg

from bench.accounting import Cost
from bench.figures import Figure, Report
from bench.ground import Books, Ground, Serving, ground, serving
from bench.statements import blocks

_SQL = blocks("delivering.sql")
_MESSAGES = 20_000
_BYTES = 2_000
"""About the size of a message that tells of an invoice with three lines."""
_DEAD = 1_000
_BACKLOG = 20
"""Messages that wait for each dead receiver."""
_ROUNDS = 3
_SETTLE_SECONDS = 20
"""Until the first attempts at receivers that never answer have run out."""
_SINGLE = 30
_WITHIN_SECONDS = 120


class Receivers:
    """A quick one and a silent one in a process of their own."""

    def __init__(self, quick: int, silent: int) -> None:
        self.quick, self.silent = _url(quick), _url(silent)

    def taken(self) -> int:
        """Messages that the quick one has taken so far."""
        with urllib.request.urlopen(self.quick, timeout=5) as answer:
            return int(answer.read())

    def reaching(self, number: int) -> float:
        """Wait until so many were taken; the instant, by time.monotonic."""
        end = time.monotonic() + _WITHIN_SECONDS
        while self.taken() < number:
            if time.monotonic() > end:
                raise RuntimeError(f"not {number} messages within {_WITHIN_SECONDS} s")
            time.sleep(0.002)
        return time.monotonic()


def measure(report: Report) -> None:
    """Measure and report deliveries."""
    with ground() as here, receivers() as there, here.copy("alone") as alone, here.copy("beside") as beside:
        dead = _with_dead(beside, there)
        quick = {books.dsn: _endpoints(books, url=there.quick, count=1) for books in (alone, beside)}
        rates: dict[str, list[float]] = {alone.dsn: [], beside.dsn: []}
        spent: list[Cost] = []
        for number in range(_ROUNDS):
            for books in (alone, beside):
                with serving({"DUEBOOK_DATABASE_URL": books.dsn, "DUEBOOK_WEBHOOK_ALLOW_PRIVATE": "1"}) as server:
                    if books is beside:
                        time.sleep(_SETTLE_SECONDS if number == 0 else _SETTLE_SECONDS / 4)
                    elif number == 0:
                        _report_promptness(books, there, quick[books.dsn], report)
                    rate, cost = _burst(here, books, there, quick[books.dsn], server)
                    rates[books.dsn].append(rate)
                    if books is alone:
                        spent.append(cost)
        report(Figure(what="a quick receiver alone", samples=tuple(rates[alone.dsn]), unit="webhooks/s", at_least=1_500))
        report(Figure(what=f"beside {dead:,} dead ones", samples=tuple(rates[beside.dsn]), unit="webhooks/s"))
        ratios = tuple(with_dead / without for with_dead, without in zip(rates[beside.dsn], rates[alone.dsn], strict=True))
        report(Figure(what="the second by the first", samples=ratios, at_least=0.9))
        report(Figure(what="CPU of Python, a webhook", samples=tuple(cost.python * 1e6 for cost in spent), unit="µs"))
        report(Figure(what="CPU of PostgreSQL, a webhook", samples=tuple(cost.postgresql * 1e6 for cost in spent), unit="µs"))


@contextmanager
def receivers() -> Generator[Receivers]:
    """Receivers until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", "bench.receiving"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        quick, silent = process.stdout.readline().split()
        yield Receivers(int(quick), int(silent))
    finally:
        process.kill()
        process.wait()


def _with_dead(books: Books, there: Receivers) -> int:
    """Half of the dead refuse the connection, half take it and never answer."""
    for url in (_url(1), there.silent):
        _write(books, _endpoints(books, url=url, count=_DEAD // 2), count=_BACKLOG)
    return _DEAD


def _burst(here: Ground, books: Books, there: Receivers, quick: Sequence[UUID], server: Serving) -> tuple[float, Cost]:
    """Messages a second from their commit to the last one's arrival, and the CPU seconds of each."""
    before, cost = there.taken(), here.cost(server)
    _write(books, quick, count=_MESSAGES)
    began = time.monotonic()
    ended = there.reaching(before + _MESSAGES)
    return _MESSAGES / (ended - began), here.cost(server).since(cost).each(_MESSAGES)


def _report_promptness(books: Books, there: Receivers, quick: Sequence[UUID], report: Report) -> None:
    took: list[float] = []
    for _ in range(_SINGLE):
        before = there.taken()
        _write(books, quick, count=1)
        began = time.monotonic()
        took.append((there.reaching(before + 1) - began) * 1_000)
        time.sleep(0.1)
    report(Figure(what="from a message's commit to its arrival, all idle", samples=tuple(took), unit="ms", at_most=100))


def _endpoints(books: Books, *, url: str, count: int) -> list[UUID]:
    with psycopg.connect(books.dsn) as connection:
        values = {"tenant_id": books.tenant_id, "url": url, "count": count}
        return [row[0] for row in connection.execute(_SQL["endpoints"], values)]


def _write(books: Books, endpoints: Sequence[UUID], *, count: int) -> None:
    """Messages for each endpoint, told of like the follower's."""
    values = {"tenant_id": books.tenant_id, "endpoints": list(endpoints), "count": count, "size": _BYTES}
    with psycopg.connect(books.dsn) as connection:
        connection.execute(_SQL["messages"], values)
        connection.execute(_SQL["tell"], values)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/hook"
