"""A campaign of crashes: imports go on while everything is killed at random moments, and in the end each document is there once.

The dice are seeded by DUEBOOK_CRASH_SEED; it lasts DUEBOOK_CRASH_SECONDS (20). What stays by chance: when which process gets its turn.
"""

import hashlib
import logging
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from tests.faults.conftest import Books, Starter
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask
from tests.make import PREFIX, complete_invoice, simple_invoice

SECONDS = float(os.environ.get("DUEBOOK_CRASH_SECONDS", "20"))
SEED = int(os.environ.get("DUEBOOK_CRASH_SEED", "7"))
WRITERS = 4
LONGEST_REFUSAL = 6
"""Seconds for which a key may be said to be in use: 5 after its holder's death, and one for the asking."""


class Writer(threading.Thread):
    """A client that imports, and sends each request again under its key until it is answered; `kept` is what it was told."""

    def __init__(self, number: int, *, books: Books, address: str, over: threading.Event) -> None:
        super().__init__(name=f"writer {number}")
        self._books, self._over = books, over
        self._dice = random.Random(SEED * 100 + number)
        self._client = httpx2.Client(base_url=address, verify=False, trust_env=False, timeout=40)
        self._number = number
        self.kept: list[tuple[str, str, dict[str, Any], bytes]] = []
        self.seen: Counter[str] = Counter()
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            for turn in range(1_000_000):
                if self._over.is_set():
                    return
                self._import(f"{SEED}-{self._number}-{turn}")
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits for this one
            self.failed = error
        finally:
            self._client.close()

    def _import(self, key: str) -> None:
        client_id = self._books.client_id
        if self._dice.random() < 0.3:
            payment = {"date": "2026-01-20", "amount": 500, "externalId": key}
            path, body = "/invoices/complete", complete_invoice(client_id, payments=[payment], externalId=key)
        else:
            rows = [simple_invoice(client_id, externalId=f"{key}-{n}") for n in range(self._dice.randint(1, 30))]
            if self.kept and self._dice.random() < 0.3:  # what was imported before, beside the new
                rows += self._dice.choice(self.kept)[2].get("invoices", [])[:3]
            path, body = "/invoices/batch", {"invoices": rows}
        if self._dice.random() < 0.2:
            self._send_and_leave(path, body, key)
        answer = self._until_answered(path, body, key)
        self.kept.append((key, path, body, answer.content))
        if self._dice.random() < 0.2:
            again = self._until_answered(path, body, key)
            assert again.content == answer.content, "the kept answer is another"

    def _until_answered(self, path: str, body: dict[str, Any], key: str) -> httpx2.Response:
        refused_since: float | None = None
        headers = {"Authorization": self._books.key, "Idempotency-Key": key}
        for _ in range(600):
            try:
                answer = self._client.post(PREFIX + path, json=body, headers=headers)
            except httpx2.TransportError:
                self.seen["cut off"] += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.seen["200"] += 1
                return answer
            code = answer.json()["errors"][0]["code"]
            self.seen[f"{answer.status_code} {code}"] += 1
            refused_since = (refused_since or time.monotonic()) if code == "running" else None
            assert refused_since is None or time.monotonic() - refused_since < LONGEST_REFUSAL, "refused for a dead holder's sake"
            time.sleep(0.05)
        raise AssertionError(f"never answered: {self.seen}")

    def _send_and_leave(self, path: str, body: dict[str, Any], key: str) -> None:
        """The same request on a socket that is closed before the answer."""
        request = self._client.build_request(
            "POST", PREFIX + path, json=body, headers={"Authorization": self._books.key, "Idempotency-Key": key}
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        place = (request.url.host, request.url.port or 80)
        try:
            with socket.create_connection(place, timeout=2) as connection:
                connection.sendall(f"POST {PREFIX}{path} HTTP/1.1\r\n{head}\r\n".encode() + request.content)
                time.sleep(self._dice.random() * 0.02)
        except OSError:
            self.seen["could not even send"] += 1


def strike(victim: str, served: Served, dice: random.Random) -> None:
    """Kill one of the server's processes, if there is such a one just now."""
    try:
        if victim in ("http", "worker"):
            pid = dice.choice(served.children(victim))
        elif victim == "backend":
            pid = dice.choice(ask(served.dsn, "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'duebook%'"))[0]
        else:
            pid = served.postmaster()
        os.kill(pid, signal.SIGKILL)
    except (OSError, LookupError, ValueError, AssertionError, psycopg.Error):
        return  # it was dead already


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.timeout(SECONDS + 150)
def test_whatever_dies_each_document_is_there_once(books: Books, data_dir: Path, starting: Starter) -> None:
    port = str(free_port())
    dice = random.Random(SEED)
    served = starting(data_dir, "--workers", "2", DUEBOOK_PORT=port).ready()
    over = threading.Event()
    writers = [Writer(number, books=books, address=served.address, over=over) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    struck: Counter[str] = Counter()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and not any(writer.failed for writer in writers):
        time.sleep(dice.uniform(0.1, 1.5))
        victim = dice.choices(["http", "worker", "backend", "postmaster", "server"], [5, 2, 5, 2, 1])[0]
        struck[victim] += 1
        if victim == "server":
            served.kill()
        else:
            strike(victim, served, dice)
        if served.process.poll() is not None:  # killed, or its PostgreSQL was killed too often
            served = starting(data_dir, "--workers", "2", DUEBOOK_PORT=port).ready()
    if served.process.poll() is not None:
        served = starting(data_dir, "--workers", "2", DUEBOOK_PORT=port).ready()
    over.set()
    for writer in writers:
        writer.join(60)
    assert [writer.failed for writer in writers if writer.failed] == []
    assert not any(writer.is_alive() for writer in writers)
    seen = sum((writer.seen for writer in writers), Counter[str]())
    logging.getLogger(__name__).info("struck: %s; seen: %s", dict(struck), dict(seen))  # shown by --log-level=info
    assert set(seen) <= {"200", "cut off", "could not even send", "503 unavailable", "409 running", "500 outcome_unknown"}
    assert seen["200"] > 20
    within(20, served.is_ready)
    prove(served, [each for writer in writers for each in writer.kept], tenant_id=books.tenant_id, key=books.key)


def prove(served: Served, kept: list[tuple[str, str, dict[str, Any], bytes]], *, tenant_id: str, key: str) -> None:
    """Each document once, as it was answered; the tallies count it, the journal tells of it once and is sealed."""
    documents = {row["externalId"] for _, path, body, _ in kept for row in (body["invoices"] if path == "/invoices/batch" else [body])}
    dsn = served.dsn
    stored = [name for (name,) in ask(dsn, "SELECT external_id FROM invoices")]
    assert len(stored) == len(set(stored))
    assert documents == set(stored)
    assert ask(dsn, "SELECT count(*), sum(amount) FROM allocations") == [
        (paid := sum(path == "/invoices/complete" for _, path, _, _ in kept), paid * 500 if paid else None)
    ]
    told = ask(dsn, "SELECT object_id, count(*) FROM journal WHERE kind = 'invoice' AND action = 'imported' GROUP BY 1 HAVING count(*) > 1")
    assert told == []
    within(20, lambda: ask(dsn, "SELECT count(*) FROM tallies WHERE NOT is_base") == [(0,)])
    assert ask(dsn, "SELECT invoices FROM tallies WHERE tenant_id = %s", tenant_id) == [(len(stored),)]
    assert sealed(dsn, tenant_id) == ask(dsn, "SELECT count(*) FROM journal WHERE tenant_id = %s", tenant_id)[0][0]
    with served.client() as client:
        for idempotency_key, path, body, answer in kept[:: max(1, len(kept) // 200)]:
            headers = {"Authorization": key, "Idempotency-Key": idempotency_key}
            assert client.post(PREFIX + path, json=body, headers=headers).content == answer
        for _, path, _, answer in kept[:: max(1, len(kept) // 100)]:
            shown = httpx2.Response(200, content=answer).json()
            for invoice in shown["data"] if path == "/invoices/batch" else [shown]:
                assert client.get(f"{PREFIX}/invoices/{invoice['id']}", headers={"Authorization": key}).json() == invoice
        assert client.get(PREFIX + "/invoices", headers={"Authorization": key}).json()["total"] == len(stored)


def sealed(dsn: str, tenant_id: str) -> int:
    """How many rows the blocks of the journal seal; each block is proved from the rows' own bytes."""
    previous, number = bytes(32), 0
    for block in ask(
        dsn,
        "SELECT first_xid::text, first_id, last_xid::text, last_id, rows, sha256 FROM journal_blocks WHERE tenant_id = %s ORDER BY number",
        tenant_id,
    ):
        rows = ask(
            dsn,
            "SELECT body FROM journal WHERE tenant_id = %s AND (xid, id) BETWEEN (%s::xid8, %s) AND (%s::xid8, %s) ORDER BY xid, id",
            tenant_id,
            *block[:4],
        )
        previous = hashlib.sha256(previous + b"".join(hashlib.sha256(body).digest() for (body,) in rows)).digest()
        assert (len(rows), previous) == (block[4], block[5])
        number += len(rows)
    return number
