"""The end of a server that was asked to stop: nobody is cut off, nothing is left, the code is 0."""

import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from duebook import embedded
from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, is_clean_503, log_lines
from tests.make import simple_invoice


def accepts(served: Served) -> bool:
    try:
        socket.create_connection(served.place, timeout=2).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("way", ["SIGTERM, and again", "Ctrl-C at the terminal", "SIGTERM to every process of it"])
def test_requests_in_flight_finish_and_nothing_is_left(way: str, books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir, "--workers", "2")
    body = simple_invoice(books.client_id)
    with psycopg.connect(served.dsn) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE invoices IN SHARE MODE")
        slow = pool.submit(served.post, "/invoices", body)
        within(5, lambda: waits_for_lock(served))
        if way == "SIGTERM, and again":
            for _ in range(3):
                served.process.terminate()
                time.sleep(0.1)
        elif way == "Ctrl-C at the terminal":
            os.killpg(served.process.pid, signal.SIGINT)
        else:
            for pid in (*served.children(), served.process.pid):
                os.kill(pid, signal.SIGTERM)
        within(2, lambda: not accepts(served))
        assert served.process.poll() is None
        other.rollback()
        assert slow.result().status_code == 200
    assert served.process.wait(10) == 0
    assert not served.left()
    with embedded.borrowed(data_dir=data_dir) as dsn:
        assert ask(dsn, "SELECT external_id FROM invoices") == [(body["externalId"],)]


def waits_for_lock(served: Served, *, number: int = 1) -> bool:
    return ask(served.dsn, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == [(number,)]


def test_who_outlasts_the_grace_is_told_so_in_the_doors_shape(books: Books, data_dir: Path, started: Starter) -> None:
    served = started(data_dir, DUEBOOK_GRACE_SECONDS="1")
    with psycopg.connect(served.dsn) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE invoices, journal_blocks IN SHARE MODE")
        assert served.post("/clients", {"name": "Martin"}).status_code == 200  # something to seal, so that the worker waits too
        slow = pool.submit(served.post, "/invoices", simple_invoice(books.client_id))
        within(5, lambda: waits_for_lock(served, number=2))
        began = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - began < 6
        answer = slow.result()
        assert is_clean_503(answer), answer.text
        assert "stopping" in answer.json()["message"]
        other.close()  # its server is gone
    assert not served.left()
    events = [line["event"] for line in log_lines(served)]
    assert "round cut off by the end of the server" in events
    assert "bug" not in events
    with embedded.borrowed(data_dir=data_dir) as dsn:
        assert ask(dsn, "SELECT count(*) FROM invoices") == [(0,)]


@pytest.mark.parametrize("pause", [0.0, 0.8])
def test_a_stop_during_the_start_leaves_nothing(pause: float, data_dir: Path, starting: Starter) -> None:
    served = starting(data_dir)
    within(10, lambda: (data_dir / "postgres.lock").exists())
    time.sleep(pause)
    assert served.stop(patience=15) == 0
    assert not served.left()


def test_an_idle_connection_does_not_hold_the_server_up(data_dir: Path, started: Starter) -> None:
    served = started(data_dir)
    with socket.create_connection(served.place, timeout=5) as idle, socket.create_connection(served.place, timeout=5) as half:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(4096).startswith(b"HTTP/1.1 200")
        half.sendall(b"POST /v1/public/invoices HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        began = time.monotonic()
        stopped = threading.Thread(target=served.stop)
        stopped.start()
        within(3, lambda: idle.recv(1) == b"")
        half.close()
        stopped.join()
    assert served.process.returncode == 0
    assert time.monotonic() - began < 6
