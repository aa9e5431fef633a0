"""Rounds of crashes while batches are run: each item has one outcome, one document, one number, one event, whatever is killed.

The dice are seeded by DUEBOOK_CRASH_SEED; there are DUEBOOK_BATCH_ROUNDS rounds. In each, batches are sent to the real server, and its
worker, the worker's backend or the whole of PostgreSQL is killed before, inside or after one of the worker's words (`striking`).
"""

import json
import logging
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from duebook import embedded
from duebook.hyperline import ids
from tests.faults.conftest import Books
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, run
from tests.faults.striking import COMMIT, Strike, Striking

ROUNDS = int(os.environ.get("DUEBOOK_BATCH_ROUNDS", "20"))
SEED = int(os.environ.get("DUEBOOK_CRASH_SEED", "7"))
PATIENCE = 30
"""Seconds within which the batches of a dead worker have gone on."""
WORDS = 40
"""A batch is run in fewer words than these; a strike that does not fall on one falls on none."""

_log = logging.getLogger(__name__)


@pytest.fixture
def postgresql(data_dir: Path) -> Iterator[embedded.Embedded]:
    """A PostgreSQL with the books of Acme that may be killed and started again."""
    server = embedded.start(data_dir=data_dir)
    try:
        yield server
    finally:
        if server.poll() is not None:
            server.restart()
        server.stop()


@pytest.fixture
def striking(postgresql: embedded.Embedded) -> Iterator[Striking]:
    folder = Path(tempfile.mkdtemp(prefix="duebook-test-"))  # short: a socket's path has 107 bytes
    made = Striking(postgresql.dsn, folder=folder, postmaster=lambda: postgresql.pid)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)


@pytest.fixture
def served(books: Books, striking: Striking, tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path / "nothing", key=books.key, log=tmp_path / "log", DUEBOOK_DATABASE_URL=striking.dsn)
    try:
        yield made.ready()
    finally:
        made.end()


class Sent:
    """What was sent, and what has to come of it."""

    def __init__(self, *, customer_id: str, dice: random.Random) -> None:
        self._customer_id, self._dice = customer_id, dice
        self.batches: dict[str, int] = {}
        self.good: Counter[str] = Counter()
        self.drafts = 0
        self.bad = 0

    def batch(self, name: str) -> dict[str, Any]:
        """A batch of one to eight items of all sorts."""
        items = [self._item(str(place)) for place in range(self._dice.randint(1, 8))]
        self.batches[name] = len(items)
        return {"batch_id": name, "invoices": items}

    def _item(self, name: str) -> dict[str, Any]:
        item: dict[str, Any] = {
            "customer_id": self._customer_id,
            "batch_invoice_id": name,
            "line_items": [{"name": "Accès", "unit_amount": self._dice.randint(1, 90_000), "tax_rate": 20}],
            "status": self._dice.choice(["to_pay", "paid"]),
        }
        kind = self._dice.choices(["invoice", "credit_note", "document", "draft", "bad"], [10, 2, 2, 2, 2])[0]
        if kind == "bad":
            self.bad += 1
            return item | {"customer_id": "cus_0000000000000000000001"}
        if kind == "draft":
            self.drafts += 1
            return item | {"status": "draft"}
        self.good[kind] += 1
        return item | {"type": kind} | ({"document_name": "Proforma"} if kind == "document" else {})


@pytest.mark.timeout(120 + ROUNDS * 20)
def test_whatever_is_killed_each_item_has_one_outcome(
    books: Books, postgresql: embedded.Embedded, striking: Striking, served: Served
) -> None:
    dice = random.Random(SEED)
    sent = Sent(customer_id=ids.shown(UUID(books.client_id), kind="customer"), dice=dice)
    struck: Counter[str] = Counter()
    longest = 0.0
    for number in range(ROUNDS):
        strike = drawn(dice)
        striking.arm(strike)
        for turn in range(dice.randint(1, 3)):
            accepted(served, sent.batch(f"{number}-{turn}"), postgresql)
        began = time.monotonic()
        within(PATIENCE, lambda: is_over(postgresql))
        longest = max(longest, time.monotonic() - began)
        striking.arm(None)
        if strike.is_coming:  # it may fall on the very last word, and all has to stand up again
            strike.fell.wait(1)
            within(PATIENCE, lambda: is_over(postgresql))
        struck[f"{strike.victim} {strike.phase}" if strike.fell.is_set() else "nobody"] += 1
        prove(postgresql.dsn, sent, tenant_id=books.tenant_id)
        if number % 25 == 24:
            _log.info("round %d", number + 1)
    _log.info("%d rounds, the longest of %.1f s; struck: %s", ROUNDS, longest, dict(sorted(struck.items())))  # shown by --log-level=info
    assert struck["nobody"] <= ROUNDS / 3, "the dice miss what they are thrown at"
    assert [line for line in map(json.loads, served.logged().splitlines()) if line["event"] == "bug"] == []
    found = run("doctor", "--json", DUEBOOK_DATABASE_URL=postgresql.dsn)
    assert found.returncode == 0, found.stdout


def drawn(dice: random.Random) -> Strike:
    """Who is hit next, and when."""
    victim = dice.choices(["worker", "backend", "postmaster"], [5, 4, 1])[0]
    phase = dice.choice(["before", "inside", "after"])
    if dice.random() < 0.3:
        return Strike(victim, phase, dice.randint(1, 3), says=COMMIT)
    return Strike(victim, phase, dice.randint(1, WORDS))


def accepted(served: Served, body: dict[str, Any], postgresql: embedded.Embedded) -> None:
    """Send a batch until it is accepted, as a client does: its name makes once of however often."""
    headers = {"Authorization": f"Bearer {served.key}"}
    end = time.monotonic() + PATIENCE
    while True:
        stand_up(postgresql)
        try:
            with served.client() as client:
                answer = client.post("/v2/invoices/batch", json=body, headers=headers)
            if answer.status_code == 202:
                assert answer.json() == {"batch_id": body["batch_id"]}
                return
            assert answer.status_code in (500, 503), answer.text
        except httpx2.TransportError:
            pass
        assert time.monotonic() < end
        time.sleep(0.05)


def stand_up(postgresql: embedded.Embedded) -> None:
    """As its operator does."""
    if postgresql.poll() is not None:
        postgresql.restart()


def is_over(postgresql: embedded.Embedded) -> bool:
    """Whether every batch is done."""
    stand_up(postgresql)
    try:
        return ask(postgresql.dsn, "SELECT count(*) FROM batches WHERE state <> 'done'") == [(0,)]
    except psycopg.Error:
        return False


def prove(dsn: str, sent: Sent, *, tenant_id: str) -> None:
    """Every item once: outcome, document, number and event."""
    assert dict(ask(dsn, "SELECT name, succeeded + failed FROM batches")) == sent.batches
    assert ask(dsn, "SELECT sum(succeeded), sum(failed) FROM batches") == [(sent.good.total() + sent.drafts, sent.bad)]
    assert Counter(kind for (kind,) in ask(dsn, "SELECT kind FROM papers WHERE NOT is_draft")) == sent.good
    assert ask(dsn, "SELECT count(*) FROM papers WHERE is_draft") == [(sent.drafts,)]
    for kind, prefix in (("invoice", "INV"), ("credit_note", "CN"), ("document", "DOC")):
        numbers = [number for (number,) in ask(dsn, "SELECT number FROM papers WHERE kind = %s AND NOT is_draft ORDER BY id", kind)]
        assert sorted(numbers, key=lambda number: int(number.partition("-")[2])) == [
            f"{prefix}-{place}" for place in range(1, sent.good[kind] + 1)
        ]
        following = f"SELECT next_{kind}_number FROM entities WHERE tenant_id = %s"
        assert ask(dsn, following, tenant_id) == [(sent.good[kind] + 1,)]
    assert ask(dsn, "SELECT count(*) FROM invoices") == [(sent.good["invoice"],)]
    assert ask(dsn, "SELECT count(*) FROM credit_notes") == [(sent.good["credit_note"],)]
    told = [
        json.loads(bytes(body))
        for (body,) in ask(
            dsn, "SELECT body FROM journal WHERE (kind, action) IN (('paper', 'issued'), ('paper', 'drafted'), ('batch_item', 'failed'))"
        )
    ]
    events = Counter((row["after"]["batch"], row["after"]["item"]) for row in told)
    assert events == Counter({(name, str(place)): 1 for name, size in sent.batches.items() for place in range(size)})
