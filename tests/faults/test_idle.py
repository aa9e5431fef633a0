"""A server that has nothing to do does next to nothing: its worker and all that PostgreSQL does for it, in time of the processor."""

import time
from pathlib import Path

from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask
from tests.make import simple_invoice

SECONDS = 10


def test_an_idle_worker_costs_less_than_a_hundredth_of_a_core(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200  # a tenant that wrote, and has been visited since
    within(20, lambda: ask(served.dsn, "SELECT count(*) FROM tallies WHERE NOT is_base") == [(0,)])
    time.sleep(2)
    began, before = time.monotonic(), used(served)
    time.sleep(SECONDS)
    after, seconds = used(served), time.monotonic() - began
    assert before.keys() <= after.keys(), "a process died"
    assert sum(after[pid] - before.get(pid, 0) for pid in after) < seconds / 100


def used(served: Served) -> dict[int, float]:
    """Seconds of the processor that the worker and every session of duebook's have used, by process."""
    sessions = ask(served.dsn, "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'duebook%%'")
    pids = [*served.children("worker"), *(pid for (pid,) in sessions)]
    return {pid: int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9 for pid in pids}
