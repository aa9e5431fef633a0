"""Beside a running server: a second one, commands, clients that leave, a key that is revoked. It goes on as if nothing were."""

import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx2
import psycopg
import pytest

from duebook.settings import BadSetting, read
from tests.faults.conftest import Books
from tests.faults.embedded.killing import within
from tests.faults.serving import Served, ask, run
from tests.make import PREFIX, simple_invoice


def stored(served: Served, external_id: str) -> int:
    ((number,),) = ask(served.dsn, "SELECT count(*) FROM invoices WHERE external_id = %s", external_id)
    return number


def raw(served: Served, body: dict[str, object], *, idempotency_key: str | None = None, whole: bool = True) -> bytes:
    """A request as bytes, for a socket of our own."""
    content = json.dumps(body, separators=(",", ":")).encode()  # byte for byte what `post` sends, since a key belongs to bytes
    head = f"POST {PREFIX}/invoices HTTP/1.1\r\nHost: x\r\nAuthorization: {served.key}\r\nContent-Type: application/json\r\n"
    head += f"Idempotency-Key: {idempotency_key}\r\n" if idempotency_key else ""
    request = f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
    return request if whole else request[: -len(content) // 2]


def test_a_second_server_on_the_same_data_is_refused(shared: Served) -> None:
    done = run("serve", DUEBOOK_DATA_DIR=str(shared.data_dir))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"the data in {shared.data_dir} is in use by PostgreSQL process {shared.postmaster()}" in done.stderr
    assert f"started by process {shared.process.pid}" in done.stderr
    assert shared.call("GET", "/invoices").status_code == 200


def test_a_port_in_use_is_told(shared: Served, tmp_path: Path) -> None:
    done = run("serve", DUEBOOK_DATABASE_URL=shared.dsn, DUEBOOK_PORT=str(shared.place[1]))
    assert done.returncode == 1
    message = f"duebook: cannot listen on 127.0.0.1 port {shared.place[1]}: Address already in use. Set DUEBOOK_HOST or DUEBOOK_PORT\n"
    assert done.stderr == message


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DUEBOOK_PORT", "eighty", "must be a number, not 'eighty'"),
        ("DUEBOOK_PORT", "70000", "must be between 0 and 65535, not 70000"),
        ("DUEBOOK_TODAY", "tomorrow", "must be a day such as 2026-02-01, not 'tomorrow'"),
        ("DUEBOOK_REQUEST_SECONDS", "0", "must be between 1 and 3600, not 0"),
        ("DUEBOOK_REQUEST_SECONDS", "nan", "must be between 1 and 3600, not nan"),
        ("DUEBOOK_GRACE_SECONDS", "-1", "must be between 1 and 3600, not -1"),
        ("DUEBOOK_BODY_BYTES", "1e30", "must be between 1024 and 1.07374e\\+09, not 1e30"),
        ("DUEBOOK_LOG_LEVEL", "loud", "must be debug, info, warning or error, not 'loud'"),
        ("DUEBOOK_DATABASE_URL", "sqlite://", "must begin with postgresql://"),
        ("DUEBOOK_DATABASE_URL", "postgresql://db:port/books", "must begin with postgresql://"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} {said}"):
        read({name: value})


def test_a_bad_setting_ends_the_start_with_a_line(tmp_path: Path) -> None:
    done = run("serve", DUEBOOK_DATA_DIR=str(tmp_path / "nothing"), DUEBOOK_PORT="eighty")
    assert (done.returncode, done.stderr) == (1, "duebook: DUEBOOK_PORT must be a number, not 'eighty'\n")
    assert not (tmp_path / "nothing").exists()


def test_commands_use_the_running_server_and_leave_it_running(shared: Served) -> None:
    postmaster = shared.postmaster()
    with ThreadPoolExecutor() as pool:
        commands = (("tenant", "list", "--json"), ("key", "list", "--json"), ("migrate",))
        done = list(pool.map(lambda words: run(*words, DUEBOOK_DATA_DIR=str(shared.data_dir)), commands))
    assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]
    assert {row["tenant"] for row in json.loads(done[0].stdout)} == {"Acme"}
    assert shared.postmaster() == postmaster
    assert shared.call("GET", "/invoices").status_code == 200


def test_two_http_processes_serve(books: Books, shared: Served) -> None:
    first, second = shared.children("http")
    for sleeping in (first, second):  # whoever is awake serves
        os.kill(sleeping, signal.SIGSTOP)
        try:
            within(20, partial(serves_soon, shared))
        finally:
            os.kill(sleeping, signal.SIGCONT)


def serves_soon(shared: Served) -> bool:
    """A connection that fell to the sleeping one waits there, so patience is short and the next may fall to the other."""
    try:
        return shared.call("GET", "/clients", timeout=0.5).status_code == 200
    except httpx2.TransportError:
        return False


def test_a_revoked_key_is_dead_within_a_second_in_every_process(shared: Served) -> None:
    made = run("key", "create", "--tenant", "Acme", "--mode", "test", "--json", DUEBOOK_DATA_DIR=str(shared.data_dir))
    key = json.loads(made.stdout)["key"]
    clients = [shared.client() for _ in range(12)]  # enough for both processes: each connection stays with one

    def codes() -> set[int]:
        return {client.get(PREFIX + "/clients", headers={"Authorization": key}).status_code for client in clients}

    assert codes() == {200}
    with psycopg.connect(shared.dsn, autocommit=True) as operator, ThreadPoolExecutor() as pool:
        revoking = pool.submit(run, "key", "revoke", key[:13], DUEBOOK_DATA_DIR=str(shared.data_dir))

        def revoked() -> bool:
            assert codes() <= {200, 401}
            row = operator.execute("SELECT revoked_at IS NOT NULL FROM keys WHERE prefix = %s", [key[:13]]).fetchone()
            return bool(row and row[0])

        within(30, revoked)
        began = time.monotonic()
        within(1, lambda: codes() == {401})
        assert time.monotonic() - began < 1
        assert codes() == {401}
        assert revoking.result().returncode == 0
    for client in clients:
        client.close()


@pytest.mark.parametrize("when", ["at once", "when it was stored"])
def test_a_client_that_leaves_before_the_answer_and_comes_again_with_its_key(when: str, books: Books, shared: Served) -> None:
    body = simple_invoice(books.client_id)
    with socket.create_connection(shared.place, timeout=5) as connection:
        connection.sendall(raw(shared, body, idempotency_key=f"left {when}"))
        if when == "when it was stored":
            within(5, lambda: stored(shared, body["externalId"]) == 1)
    again = shared.post("/invoices", body, idempotency_key=f"left {when}")
    while again.status_code == 409:  # it was begun after all, and is still running
        again = shared.post("/invoices", body, idempotency_key=f"left {when}")
    assert again.status_code == 200
    assert shared.call("GET", f"/invoices/{again.json()['id']}").json() == again.json()
    assert stored(shared, body["externalId"]) == 1


def test_a_client_that_leaves_while_it_runs_is_told_so_and_then_the_same(books: Books, shared: Served) -> None:
    body = simple_invoice(books.client_id)
    with psycopg.connect(shared.dsn) as other:
        other.execute("LOCK TABLE invoices IN SHARE MODE")
        with socket.create_connection(shared.place, timeout=5) as connection:
            connection.sendall(raw(shared, body, idempotency_key="running"))
            within(5, lambda: ask(shared.dsn, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == [(1,)])
        refused = shared.post("/invoices", body, idempotency_key="running")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "running")
        assert refused.headers["Retry-After"] == "1"
        other.rollback()
    within(5, lambda: stored(shared, body["externalId"]) == 1)
    answer = shared.post("/invoices", body, idempotency_key="running")
    assert answer.status_code == 200
    assert shared.post("/invoices", body, idempotency_key="running").content == answer.content


def test_a_client_that_leaves_and_comes_again_without_a_key(books: Books, shared: Served) -> None:
    body = simple_invoice(books.client_id)
    with socket.create_connection(shared.place, timeout=5) as connection:
        connection.sendall(raw(shared, body))
        within(5, lambda: stored(shared, body["externalId"]) == 1)
    again = shared.post("/invoices", body)
    assert again.status_code == 200
    assert again.json()["updatedAt"] == again.json()["createdAt"]  # the same content changes nothing
    assert stored(shared, body["externalId"]) == 1


def test_a_client_that_leaves_in_the_middle_of_its_request_changes_nothing(books: Books, shared: Served) -> None:
    body = simple_invoice(books.client_id)
    with socket.create_connection(shared.place, timeout=5) as connection:
        connection.sendall(raw(shared, body, idempotency_key="half", whole=False))
        time.sleep(0.2)
    time.sleep(0.3)
    assert stored(shared, body["externalId"]) == 0
    assert shared.post("/invoices", body, idempotency_key="half").status_code == 200
    assert stored(shared, body["externalId"]) == 1
