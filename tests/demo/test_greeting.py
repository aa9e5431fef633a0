"""What `serve --demo` prints, pasted as a newcomer pastes it: the first time, the second time, and after a start that was cut off."""

import json
import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from duebook import demo
from tests.make import PREFIX
from tests.serving import serving

_COMMAND = re.compile(r"^curl .*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


class House:
    """A running server on books of its own, with the data folder that keeps the demo's keys."""

    def __init__(self, address: str, dsn: str, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.address, self.dsn, self.data_dir, self._capsys = address, dsn, data_dir, capsys

    def greeting(self) -> str:
        self._capsys.readouterr()
        demo.greet(self.address, dsn=self.dsn, data_dir=self.data_dir)
        return self._capsys.readouterr().out

    def total(self, path: str, *, key: str) -> int:
        response = httpx2.get(self.address + PREFIX + path, headers={"Authorization": key})
        assert response.status_code == 200, response.text
        return response.json()["total"]

    def made(self, text: str) -> dict[str, Any]:
        """The batch that was pasted, once the worker has made its invoice."""
        sandbox, _ = keys(text)
        end = time.monotonic() + 30
        while True:
            batch = httpx2.get(f"{self.address}/v2/invoices/batch/first-4", headers={"Authorization": f"Bearer {sandbox}"}).json()
            if batch["state"] == "done":
                assert batch["counts"] == {"total": 1, "pending": 0, "succeeded": 1, "failed": 0}, batch
                return batch
            assert time.monotonic() < end, batch
            time.sleep(0.1)


@pytest.fixture
def house(own_dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[House]:
    with serving(own_dsn, logs=tmp_path / "log") as address:
        yield House(address, own_dsn, tmp_path / "data", capsys)


def keys(text: str) -> tuple[str, str]:
    """The sandbox key and the live key that were printed."""
    sandbox, live = re.search(r"sandbox key +(test_\S+)", text), re.search(r"live key +(prod_\S+)", text)
    assert sandbox, text
    assert live, text
    return sandbox[1], live[1]


def paste(text: str) -> list[dict[str, Any]]:
    """Every printed curl in a shell of its own; the JSON answers."""
    answers: list[dict[str, Any]] = []
    for command in _COMMAND.findall(text):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, encoding="utf-8", timeout=30, check=True)
        answers.append(json.loads(done.stdout))
    return answers


def entering(house: House, value: str | None) -> None:
    """Make the kept keys say that an entry was begun on a day, and not ended."""
    place = house.data_dir / "demo.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"entering": value}))


def test_the_first_start_and_the_next_ones(house: House):
    """One house for the whole story, because entering 1,500 invoices takes seconds."""
    first = house.greeting()
    sandbox, live = keys(first)
    assert house.address in first
    assert (house.total("/invoices", key=sandbox), house.total("/invoices", key=live)) == (1_500, 0)

    _the_next_start_prints_the_same(house, first)
    if shutil.which("curl"):
        _what_is_printed_can_be_pasted_twice(house, first)
    _an_entry_that_was_cut_off_goes_on_with_its_own_day(house)
    _keys_that_no_longer_open_are_made_anew(house, sandbox)


def _the_next_start_prints_the_same(house: House, first: str) -> None:
    assert stat.S_IMODE(os.stat(house.data_dir / "demo.json").st_mode) == 0o600
    assert first.endswith(house.greeting())


def _what_is_printed_can_be_pasted_twice(house: House, first: str) -> None:
    *answers, accepted, _ = paste(first)
    batch, complete, credit_note, invoice, overdue = answers
    assert (batch["data"][0]["amount"], batch["data"][0]["status"]) == (3, "due")
    assert (complete["amount"], complete["paidAmount"], complete["offsetAmount"], complete["remainingAmount"]) == (3, 1, 1, 1)
    assert (credit_note["amount"], credit_note["paybackAmount"], credit_note["deductedAmount"]) == (3, 1, 1)
    assert invoice["creditNoteLinks"][0]["creditNote"]["id"] == credit_note["id"]
    assert overdue["total"] > 10

    assert accepted == {"batch_id": "first-4"}
    made = house.made(first)

    assert paste(first) == [*answers, accepted, made]
    assert first.endswith(house.greeting())


def _an_entry_that_was_cut_off_goes_on_with_its_own_day(house: House) -> None:
    with psycopg.connect(house.dsn) as connection:
        before = connection.execute("SELECT count(*), max(updated_at) FROM invoices").fetchone()
        day = connection.execute("SELECT max(issued_on) FROM invoices").fetchone()
    assert day
    entering(house, day[0].isoformat())

    assert "Entering" in house.greeting()

    with psycopg.connect(house.dsn) as connection:
        assert connection.execute("SELECT count(*), max(updated_at) FROM invoices").fetchone() == before
    assert json.loads((house.data_dir / "demo.json").read_text())["entering"] is None


def _keys_that_no_longer_open_are_made_anew(house: House, sandbox: str) -> None:
    (house.data_dir / "demo.json").unlink()
    second, _ = keys(house.greeting())
    assert second != sandbox
    assert house.total("/invoices?search=FA", key=second) == 1_500
    assert stat.S_IMODE(os.stat(house.data_dir / "demo.json").st_mode) == 0o600


def test_books_of_others_are_left_alone(house: House):
    with psycopg.connect(house.dsn) as connection:
        connection.execute(
            "INSERT INTO tenants (tenant_id, name, mode, currency, timezone, country, created_at)"
            " VALUES (gen_random_uuid(), 'Bergeron', 'prod', 'EUR', 'Europe/Paris', 'FR', now())"
        )

    assert "not empty" in house.greeting()
    with psycopg.connect(house.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM tenants").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM keys").fetchone() == (0,)


def test_a_server_that_does_not_answer_is_told_and_not_fatal(own_dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    demo.greet("http://127.0.0.1:9", dsn=own_dsn, data_dir=tmp_path)

    assert "could not be entered" in capsys.readouterr().out
