"""`duebook demo` as an operator types it: through a running server, and without one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.serving import serving

DUEBOOK = str(Path(sys.executable).with_name("duebook"))


def duebook(dsn: str, *words: str, port: int | None = 9) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DUEBOOK_DATABASE_URL": dsn, "DUEBOOK_PORT": str(port)}
    return subprocess.run([DUEBOOK, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_it_enters_the_demo_once_without_a_server_and_leaves_no_key_that_opens(own_dsn: str):
    first = duebook(own_dsn, "demo", "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["invoices"] == 1_500

    again = duebook(own_dsn, "demo")
    assert again.returncode == 1
    assert "has data already" in again.stderr
    with psycopg.connect(own_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM invoices").fetchone() == (1_500,)
        assert connection.execute("SELECT count(*) FROM keys WHERE revoked_at IS NULL").fetchone() == (0,)
    proved = duebook(own_dsn, "doctor")
    assert proved.returncode == 0, proved.stdout


def test_it_goes_through_a_running_server(own_dsn: str, tmp_path: Path):
    assert duebook(own_dsn, "tenant", "create", "Acme").returncode == 0
    with serving(own_dsn, logs=tmp_path / "log", writes_per_second="1") as address:
        # A server that admits one write a second shows by its refusal that the demo came through it.
        done = duebook(own_dsn, "demo", "--tenant", "Acme", port=urlsplit(address).port)

    assert done.returncode == 1
    assert "answered 429" in done.stderr


def test_a_company_that_is_not_there_is_not_made(own_dsn: str):
    done = duebook(own_dsn, "demo", "--tenant", "Nobody")

    assert done.returncode == 1
    assert "no company named 'Nobody'" in done.stderr


def test_books_in_another_currency_are_refused(own_dsn: str):
    assert duebook(own_dsn, "tenant", "create", "Acme", "--currency", "USD").returncode == 0
    done = duebook(own_dsn, "demo", "--tenant", "Acme")

    assert done.returncode == 1
    assert "USD" in done.stderr
