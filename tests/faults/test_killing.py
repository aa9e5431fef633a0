"""kill -9 of the server and of everything it consists of, while it works."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx2
import psycopg

from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within, working_in
from tests.faults.serving import Served, ask, is_clean_503, log_lines, meanwhile, until_200
from tests.make import simple_invoice


def invoices(served: Served) -> list[str]:
    return sorted(name for (name,) in ask(served.dsn, "SELECT external_id FROM invoices"))


def test_nothing_outlives_a_killed_server_and_what_was_answered_is_there(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir, "--workers", "2")
    children = served.children()
    assert len(children) == 3
    answered: list[str] = []

    def import_one() -> None:
        body = simple_invoice(books.client_id)
        try:
            if served.post("/invoices", body).status_code == 200:
                answered.append(body["externalId"])
        except httpx2.TransportError:
            time.sleep(0.1)

    with meanwhile(import_one):
        within(10, lambda: len(answered) > 20)
        served.process.kill()
        began = time.monotonic()
        served.process.wait()
        within(2, lambda: not set(children) & set(served.left()))
    second = started(data_dir)  # at once: it waits for the dying PostgreSQL
    assert time.monotonic() - began < 15
    assert set(answered) <= set(invoices(second))
    second.kill()
    within(5, lambda: not second.left())  # PostgreSQL included


def test_killed_processes_are_started_again(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    (http,) = served.children("http")
    (worker,) = served.children("worker")
    answers: list[int] = []

    def read() -> None:
        try:
            answers.append(served.call("GET", "/invoices").status_code)
        except httpx2.TransportError:
            answers.append(0)

    with meanwhile(read):
        for pid in (http, worker):
            os.kill(pid, signal.SIGKILL)
        within(15, lambda: len(served.children("http")) == len(served.children("worker")) == 1)
        within(15, lambda: served.is_ready())
    assert {http, worker}.isdisjoint(served.children())
    # Cut off are the one request in its hands and none after it: new connections wait in the queue of the socket.
    assert set(answers) <= {0, 200}
    assert answers.count(0) <= 1
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200
    within(15, lambda: ask(served.dsn, "SELECT count(*) FROM tallies WHERE NOT is_base") == [(0,)])  # the new worker follows
    assert [line["kind"] for line in log_lines(served) if line["event"] == "process died, starting it again"] == ["http", "worker"]


def test_a_killed_postgresql_means_503_for_a_while(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    first = served.postmaster()
    kept: list[str] = []
    others: list[httpx2.Response] = []

    def import_one() -> None:
        body = simple_invoice(books.client_id)
        answer = served.post("/invoices", body)
        if answer.status_code == 200:
            kept.append(body["externalId"])
        else:
            others.append(answer)
            time.sleep(0.02)

    with meanwhile(import_one), meanwhile(import_one):
        for victim in ("backend", "postmaster"):
            goal, refused = len(kept) + 20, len(others)
            os.kill(backend(served) if victim == "backend" else served.postmaster(), signal.SIGKILL)
            within(10, partial(lambda number: len(others) > number, refused))
            within(10, partial(lambda number: len(kept) > number, goal))
            assert served.is_ready()
    assert served.postmaster() != first
    assert others
    assert all(is_clean_503(answer) for answer in others), [answer.text for answer in others]
    # Nobody was told 503 or 200 wrongly, and nothing stands half-written.
    assert invoices(served) == sorted(kept)
    assert ask(served.dsn, "SELECT count(*) FROM journal WHERE kind = 'invoice'") == [(len(kept),)]
    served.stop()


def backend(served: Served) -> int:
    """One that works for requests."""
    return ask(served.dsn, "SELECT pid FROM pg_stat_activity WHERE application_name = 'duebook' LIMIT 1")[0][0]


def test_a_postgresql_that_keeps_dying_ends_the_server(data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    killed: set[int] = set()

    def kill_the_next() -> bool:
        try:
            pid = served.postmaster()
        except (OSError, IndexError, ValueError):
            return served.process.poll() is not None
        if pid not in killed and pid in working_in(served.data):
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        return served.process.poll() is not None

    within(60, kill_the_next)
    assert served.process.returncode == 1
    assert len(killed) == 6
    assert "PostgreSQL died 5 times in a row" in served.logged()
    within(2, lambda: not served.left())


def test_the_key_of_a_killed_process_is_free_within_five_seconds(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    body = simple_invoice(books.client_id)

    def send() -> httpx2.Response:
        return served.post("/invoices", body, idempotency_key="once")

    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(served.dsn) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE invoices IN SHARE MODE")  # the first request holds its key while it waits here
        first = pool.submit(send)
        within(5, lambda: len(ask(served.dsn, waiting)) == 1)
        [holder] = ask(served.dsn, waiting)
        os.kill(served.children("http")[0], signal.SIGKILL)
        died = time.monotonic()
        assert isinstance(first.exception(), httpx2.TransportError)
        retry = pool.submit(until_200, send, seconds=20)
        within(5, lambda: holder not in ask(served.dsn, waiting))
        assert time.monotonic() - died < 5
        within(5, lambda: len(ask(served.dsn, waiting)) == 1)  # the retry has the key now and waits in its turn
        other.rollback()
        answer, before = retry.result()
    assert {each.json()["errors"][0]["code"] for each in before if isinstance(each, httpx2.Response)} <= {"running"}
    assert invoices(served) == [answer.json()["externalId"]] == [body["externalId"]]
    assert send().content == answer.content
