"""The answer to COMMIT is lost on its way: what the client is told is what happened, or that nobody can tell."""

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from duebook.hyperline import ids
from duebook.store import answers
from duebook.store.unit import Actor, Unit
from duebook.web.today import now
from tests.faults.between import Between
from tests.faults.conftest import Books, External
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, is_clean_503, until_200
from tests.make import Company, simple_invoice


@pytest.fixture(scope="module")
def books_dsn(external: External) -> str:
    return external.fresh()


@pytest.fixture(scope="module")
def between(books_dsn: str) -> Iterator[Between]:
    with tempfile.TemporaryDirectory(prefix="duebook-test-") as folder:  # short: a socket's path has 107 bytes
        made = Between(books_dsn, folder=Path(folder))
        yield made
        made.close()


@pytest.fixture(scope="module")
def served(books: Books, between: Between, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("served")
    made = Served(place, key=books.key, log=place / "log", DUEBOOK_DATABASE_URL=between.dsn)
    try:
        yield made.ready()
    finally:
        made.end()


def stored(dsn: str, external_id: str) -> int:
    ((number,),) = ask(dsn, "SELECT count(*) FROM invoices WHERE external_id = %s", external_id)
    return number


def test_committed_is_200(books: Books, served: Served, between: Between, books_dsn: str) -> None:
    body = simple_invoice(books.client_id)
    between.expect(body["externalId"], "answer lost")
    answer = served.post("/invoices", body, idempotency_key="committed")
    assert between.fallen.is_set()
    assert answer.status_code == 200, answer.text
    assert stored(books_dsn, body["externalId"]) == 1
    assert served.call("GET", f"/invoices/{answer.json()['id']}").json() == answer.json()
    assert served.post("/invoices", body, idempotency_key="committed").content == answer.content


def test_aborted_is_503_and_the_retry_is_the_first(books: Books, served: Served, between: Between, books_dsn: str) -> None:
    body = simple_invoice(books.client_id)
    between.expect(body["externalId"], "lost before it arrives")
    answer = served.post("/invoices", body, idempotency_key="aborted")
    assert between.fallen.is_set()
    assert is_clean_503(answer), answer.text
    assert stored(books_dsn, body["externalId"]) == 0
    retried = served.post("/invoices", body, idempotency_key="aborted")
    assert retried.status_code == 200
    assert stored(books_dsn, body["externalId"]) == 1


def test_what_cannot_be_found_out_is_said(books: Books, served: Served, between: Between, books_dsn: str) -> None:
    body = simple_invoice(books.client_id)
    between.expect(body["externalId"], "answer lost and nobody there")
    began = time.monotonic()
    answer = served.post("/invoices", body, idempotency_key="unknown")
    assert 4 < time.monotonic() - began < 10
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, "outcome_unknown")
    assert "same key" in answer.json()["message"]
    assert is_clean_503(served.post("/invoices", body, idempotency_key="unknown"))
    between.open = True
    told, _ = until_200(lambda: served.post("/invoices", body, idempotency_key="unknown"), seconds=10)
    assert stored(books_dsn, body["externalId"]) == 1
    assert served.call("GET", f"/invoices/{told.json()['id']}").status_code == 200


def test_of_a_shared_transaction_too_each_is_told_what_became_of_it(books: Books, served: Served, between: Between, books_dsn: str) -> None:
    """Batches without a key share transactions: after a lost COMMIT none of them is tried again behind the client's back."""
    for fate, status, number in (("answer lost", 200, 1), ("lost before it arrives", 503, 0)):
        body = simple_invoice(books.client_id)
        between.expect(body["externalId"], fate)
        answer = served.post("/invoices/batch", {"invoices": [body]})
        assert between.fallen.is_set()
        assert answer.status_code == status, answer.text
        assert stored(books_dsn, body["externalId"]) == number
    body = simple_invoice(books.client_id)
    between.expect(body["externalId"], "answer lost and nobody there")
    answer = served.post("/invoices/batch", {"invoices": [body]})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (500, "outcome_unknown")
    between.open = True
    until_200(lambda: served.call("GET", "/invoices"), seconds=10)
    assert stored(books_dsn, body["externalId"]) == 1


def test_of_a_batch_that_was_accepted_too(books: Books, served: Served, between: Between, books_dsn: str) -> None:
    """Without a name of the client's, a 503 for what was stored would have it sent, and invoiced, twice."""

    def submit(reference: str) -> httpx2.Response:
        lines = [{"name": reference, "unit_amount": 100, "tax_rate": 20}]
        item = {"customer_id": ids.shown(UUID(books.client_id), kind="customer"), "batch_invoice_id": "1", "line_items": lines}
        with served.client() as client:
            return client.post("/v2/invoices/batch", json={"invoices": [item]}, headers={"Authorization": f"Bearer {served.key}"})

    def batches() -> int:
        ((number,),) = ask(books_dsn, "SELECT count(*) FROM batches")
        return number

    between.expect("Accepted and unheard", "answer lost")
    answer = submit("Accepted and unheard")
    assert between.fallen.is_set()
    assert (answer.status_code, batches()) == (202, 1), answer.text
    between.expect("Never arrived", "lost before it arrives")
    answer = submit("Never arrived")
    assert between.fallen.is_set()
    assert (answer.status_code, batches()) == (503, 1), answer.text
    between.expect("Who knows", "answer lost and nobody there")
    answer = submit("Who knows")
    assert (answer.status_code, answer.json()["message"].count("cannot be found out")) == (500, 1), answer.text
    between.open = True
    until_200(lambda: served.call("GET", "/invoices"), seconds=10)
    assert batches() == 2


def test_it_is_ready_again_by_itself_when_the_way_is_cut_and_mended(served: Served, between: Between) -> None:
    between.open = False
    between.cut()
    within(5, lambda: not served.is_ready())
    assert is_clean_503(served.call("GET", "/invoices"))
    between.open = True
    within(5, served.is_ready)
    assert served.call("GET", "/invoices").status_code == 200


async def test_the_journal_row_decides_and_not_the_transaction_id(acme: Company) -> None:
    """After a crash the id of a transaction that left no trace is given to another, which must not speak for it."""
    await acme.customer()
    async with acme.database.owner() as connection, acme.database.owner() as other:
        row = await connection.fetchrow("SELECT xid::text AS xid, id FROM journal WHERE tenant_id = $1", acme.tenant.id)
        assert row

        async def took_effect(*, xid: str, journal_id: UUID) -> bool | None:
            unit = Unit(connection=connection, tenant=acme.tenant, actor=Actor(kind="key", id="test"), day=date(2026, 2, 1), at=now())
            unit.xid, unit.journal_id = xid, journal_id
            return await answers.took_effect(connection, unit=unit)

        assert await took_effect(xid=row["xid"], journal_id=row["id"]) is True
        assert await took_effect(xid=row["xid"], journal_id=uuid4()) is False
        assert await took_effect(xid=str(int(row["xid"]) + 1_000_000), journal_id=uuid4()) is False
        async with other.transaction():
            running: str = await other.fetchval("SELECT pg_current_xact_id()::text")
            assert await took_effect(xid=running, journal_id=uuid4()) is None
        assert await took_effect(xid=running, journal_id=uuid4()) is False
