"""Bounds of time, of requests at once and of rate: who meets one is told so, and the server goes on."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.faults.between import Between
from tests.faults.conftest import Books, External
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, is_clean_503, log_lines
from tests.make import PREFIX, simple_invoice

IN_FLIGHT = 6
READS_PER_SECOND = 5


@pytest.fixture(scope="module")
def dsn(external: External) -> str:
    return external.fresh()


@pytest.fixture(scope="module")
def between(dsn: str) -> Iterator[Between]:
    with tempfile.TemporaryDirectory(prefix="duebook-test-") as folder:  # short: a socket's path has 107 bytes
        made = Between(dsn, folder=Path(folder))
        yield made
        made.close()


@pytest.fixture(scope="module")
def served(books: Books, between: Between, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("served")
    made = Served(
        place,
        key=books.key,
        log=place / "log",
        DUEBOOK_DATABASE_URL=between.dsn,
        DUEBOOK_REQUEST_SECONDS="1",
        DUEBOOK_IN_FLIGHT=str(IN_FLIGHT),
        DUEBOOK_READS_PER_SECOND=str(READS_PER_SECOND),
    )
    try:
        yield made.ready()
    finally:
        made.end()


def count(dsn: str) -> int:
    ((number,),) = ask(dsn, "SELECT count(*) FROM invoices")
    return number


def test_a_request_that_waits_for_a_lock_is_rolled_back_in_time(books: Books, served: Served, dsn: str) -> None:
    first = simple_invoice(books.client_id)
    assert served.post("/invoices", first).status_code == 200
    before = count(dsn)
    with psycopg.connect(dsn) as other:
        other.execute("SELECT 1 FROM invoices WHERE external_id = %s FOR UPDATE", [first["externalId"]])
        body = {"invoices": [simple_invoice(books.client_id), first | {"amount": 5}, simple_invoice(books.client_id)]}
        began = time.monotonic()
        answer = served.post("/invoices/batch", body, idempotency_key="slow")
        assert 0.9 < time.monotonic() - began < 2.5
        assert is_clean_503(answer), answer.text
        assert "longer than 1 s" in answer.json()["message"]
        assert ask(dsn, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%' AND pid <> pg_backend_pid()") == [
            (1,)
        ]
    assert count(dsn) == before
    assert served.post("/invoices/batch", body, idempotency_key="slow").status_code == 200
    assert count(dsn) == before + 2


def test_a_database_that_hangs_is_given_up(books: Books, served: Served, between: Between, dsn: str) -> None:
    body = simple_invoice(books.client_id)
    between.expect(body["externalId"], "stalled before it")
    began = time.monotonic()
    answer = served.post("/invoices", body)
    assert between.fallen.is_set()
    assert time.monotonic() - began < 8
    assert is_clean_503(answer), answer.text
    assert served.post("/invoices", body).status_code == 200


def test_too_many_at_once_are_told_to_come_back(books: Books, served: Served, dsn: str) -> None:
    with psycopg.connect(dsn) as other, ThreadPoolExecutor(IN_FLIGHT) as pool:
        other.execute("LOCK TABLE invoices IN SHARE MODE")
        held = [pool.submit(served.post, "/invoices", simple_invoice(books.client_id)) for _ in range(IN_FLIGHT)]
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        within(3, lambda: ask(dsn, waiting)[0][0] >= IN_FLIGHT)
        refused = served.post("/invoices", simple_invoice(books.client_id))
        assert is_clean_503(refused), refused.text
        assert "under way" in refused.json()["message"]
        assert served.is_ready()
        other.rollback()
        assert {each.result().status_code for each in held} <= {200, 503}
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200


def test_too_fast_is_429(served: Served, books: Books) -> None:
    time.sleep(1)
    answers = [served.call("GET", "/clients") for _ in range(3 * READS_PER_SECOND)]
    codes = Counter(answer.status_code for answer in answers)
    assert set(codes) == {200, 429}
    assert codes[200] >= READS_PER_SECOND
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert list(refused.json()) == ["statusCode", "error", "message", "errors"]
    assert refused.json()["errors"][0]["code"] == "rate_limit"
    assert served.post("/invoices", simple_invoice(books.client_id)).status_code == 200  # the rate of writes is another
    time.sleep(int(refused.headers["Retry-After"]))
    assert served.call("GET", "/clients").status_code == 200


def test_overload_is_refused_and_not_fallen_under(books: Books, served: Served, dsn: str) -> None:
    before, children = count(dsn), served.children()
    codes: Counter[int] = Counter()

    def burst(_: int) -> Counter[int]:
        seen: Counter[int] = Counter()
        with served.client() as client:
            for _ in range(15):
                answer = client.post(PREFIX + "/invoices", json=simple_invoice(books.client_id), headers={"Authorization": served.key})
                seen[answer.status_code] += 1
        return seen

    with ThreadPoolExecutor(40) as pool:
        for seen in pool.map(burst, range(40)):
            codes += seen
    assert set(codes) == {200, 503}
    assert count(dsn) == before + codes[200]
    assert served.children() == children
    assert served.is_ready()
    assert [line for line in log_lines(served) if line["level"] in ("error", "critical")] == []
