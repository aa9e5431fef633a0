"""The examples run as a newcomer runs them, against a real server, and print what stands beside them; README shows nothing else, and its
second afternoon is pasted whole.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from difflib import unified_diff
from pathlib import Path
from typing import Any, cast

import pytest

from duebook.store.db import Database
from tests.conftest import TODAY
from tests.hyperline.bodies import SAMPLE
from tests.make import open_company
from tests.serving import serving

EXAMPLES = Path(__file__).parents[2] / "examples"
FIRST, SECOND = sorted(EXAMPLES.glob("0*.sh")), sorted(EXAMPLES.glob("1*.sh"))
SCRIPTS = [*FIRST, *SECOND]
SHARED = EXAMPLES / "known.sh"
SECRET = "c2lnbmVkIGJ5IGFuIGFmdGVybm9vbiBvZiB0aGUgdGVzdHM="
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_SHORT = r"\b[a-z]{2,4}_[0-9A-Za-z]{22}\b"
_ID = re.compile(f"{_UUID}|{_SHORT}")
_PAGE = re.compile(r"(/i/)[0-9A-Za-z]+")
_PLACE = re.compile(r"http://127\.0\.0\.1:\d+")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T(?!00:00:00\.000Z)\d{2}:\d{2}:\d{2}\.\d{3}Z")
_VARIABLE = re.compile(r"'\"\$\w+\"'")
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Normal:
    """Takes out of an output what differs from run to run: ports, tokens, instants that a clock gave (from the pinned day on), and ids,
    which are numbered by their first appearance.
    """

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def __call__(self, output: str) -> str:
        output = _PAGE.sub(r"\1<token>", _PLACE.sub("<address>", output))
        output = _ID.sub(lambda match: self._ids.setdefault(match[0], f"<id {len(self._ids) + 1}>"), output)
        return _INSTANT.sub(lambda match: match[0] if match[0] < TODAY.isoformat() else "<instant>", output)


async def _key(dsn: str) -> str:
    database = await Database.open(dsn, connections=2)
    try:
        return (await open_company(database, day=TODAY, name="Atelier Verney SAS")).key
    finally:
        await database.close()


def run(script: Path, **environment: str) -> str:
    """What a script prints. It must succeed."""
    done = subprocess.run(
        [script], env=_environment(**environment), capture_output=True, text=True, encoding="utf-8", timeout=30, check=False
    )
    assert done.returncode == 0, f"{script.name}: {done.stdout}{done.stderr}"
    return done.stdout


def _environment(**settings: str) -> dict[str, str]:
    return os.environ | {"LC_ALL": "C.UTF-8"} | settings


def _free() -> str:
    """An address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextlib.contextmanager
def receiving(folder: Path) -> Generator[dict[str, str]]:
    """The receiver of the second afternoon; gives the variables that its scripts read."""
    hook, received = _free(), folder / "received"
    with (
        received.open("w") as file,
        subprocess.Popen([sys.executable, EXAMPLES / "receiver.py", hook, SECRET], stdout=file) as process,
    ):
        try:
            yield {"HOOK": hook, "SECRET": SECRET, "RECEIVED": str(received)}
        finally:
            process.terminate()


def _compare(name: str, printed: str) -> None:
    """What was printed with what stands beside the scripts."""
    place = EXAMPLES / f"{name}.out"
    if os.environ.get("WRITE_EXAMPLES"):
        place.write_text(printed, encoding="utf-8")
    expected = place.read_text(encoding="utf-8")
    assert printed == expected, "\n".join(unified_diff(expected.splitlines(), printed.splitlines(), name, "printed", lineterm=""))


@pytest.mark.timeout(300)
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed, and the examples are made of it")
async def test_the_examples_print_what_stands_beside_them(own_dsn: str, tmp_path: Path):
    key = await _key(own_dsn)
    with (
        serving(own_dsn, logs=tmp_path / "log", today=TODAY.isoformat(), webhook_allow_private="1") as address,
        receiving(tmp_path) as second,
    ):
        environment = {"ADDRESS": address, "KEY": key, **second}
        raw = {script: run(script, **environment) for script in SCRIPTS}
        again = {script: run(script, **environment) for script in SCRIPTS}
    normal = Normal()
    for script in SCRIPTS:
        _compare(script.stem, normal(raw[script]))
    # Sent again, nothing is doubled and nothing touched, ids and instants included.
    assert [script.name for script in SCRIPTS if again[script] != raw[script]] == GROWN


GROWN = ["01-a-client.sh", "02-a-batch-of-invoices.sh", "06-what-the-client-owes.sh", "10-who-sells.sh", "16-its-events.sh"]
"""Scripts that print something else on a second round, because a later script of the first changed what they show."""


SECONDS_TO_TELL = 20
_SETTINGS = "export "
"""How a block of README begins that the reader fills in."""


def blocks(heading: str, *, repository: Path, language: str = "bash") -> list[str]:
    """The fenced blocks in a language below a heading of README."""
    page = (repository / "README.md").read_text(encoding="utf-8")
    found = _FENCED.findall(page.split(f"\n## {heading}\n")[1].split("\n## ")[0])
    return [block for written_in, block in found if written_in == language]


@pytest.mark.timeout(300)
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed, and the afternoon is made of it")
async def test_the_second_afternoon_can_be_pasted_as_it_stands(own_dsn: str, tmp_path: Path, repository: Path):
    """Every block in one shell, and a second time, as somebody does who comes back to it; what it prints was said beside it."""
    pasted = "".join(block for block in blocks("A second afternoon", repository=repository) if not block.startswith(_SETTINGS))
    received = tmp_path / "received"
    key = await _key(own_dsn)
    with serving(own_dsn, logs=tmp_path / "log", today=TODAY.isoformat(), webhook_allow_private="1") as address:
        environment = _environment(ADDRESS=address, KEY=key, HOOK=_free(), SECRET=SECRET, RECEIVED=str(received))
        (tmp_path / "examples").symlink_to(EXAMPLES)
        (tmp_path / ".venv").symlink_to(sys.prefix)
        first = _pasted(pasted, folder=tmp_path, environment=environment)
        _told(received, 8)
        second = _pasted(pasted, folder=tmp_path, environment=environment)
    (said,) = blocks("A second afternoon", repository=repository, language="")
    assert said in first
    assert '"total_amount": 28200,' in first
    assert first.count('"state": "done"') == second.count('"state": "done"') == 2
    assert '"message": "Product not found"' in first


def _pasted(text: str, *, folder: Path, environment: dict[str, str]) -> str:
    """What a shell prints that reads the text line by line; the receiver that it started is ended with it."""
    shell = subprocess.Popen(
        ["bash", "-s"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        printed, _ = shell.communicate(text + "kill %1\n", timeout=120)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, printed
    return printed


def _told(received: Path, events: int) -> None:
    end = time.monotonic() + SECONDS_TO_TELL
    while len(received.read_text().splitlines()) < events:
        assert time.monotonic() < end, received.read_text()
        time.sleep(0.1)


def test_every_script_has_its_output_and_may_be_run():
    assert (len(FIRST), len(SECOND)) == (9, 8)
    assert [script.name for script in SCRIPTS if not os.access(script, os.X_OK)] == []
    assert {script.stem for script in SCRIPTS} == {output.stem for output in EXAMPLES.glob("*.out")}
    assert set(EXAMPLES.glob("*.sh")) == {*SCRIPTS, SHARED}


@pytest.mark.parametrize(("heading", "number"), [("A first afternoon", 4), ("A second afternoon", 9)])
def test_readme_shows_no_other_commands_than_the_examples(repository: Path, heading: str, number: int):
    """A command on the first page that nobody runs is the first one to rot."""
    scripts = [script.read_text(encoding="utf-8") for script in (*SCRIPTS, SHARED, EXAMPLES / "README.md")]
    shown = [block for block in blocks(heading, repository=repository) if not block.startswith(_SETTINGS)]

    assert len(shown) >= number
    assert [block for block in shown if not any(block in script for script in scripts)] == []


def test_the_second_afternoon_sends_the_published_sample():
    """Word for word, but for ids that were made here and a payment that fits."""
    script = (EXAMPLES / "14-the-published-batch.sh").read_text(encoding="utf-8")
    body = script.split("--data '")[1].split("\n}'")[0] + "}"
    sent, published = json.loads(_VARIABLE.sub("made here", body)), json.loads(SAMPLE)
    ids = ("batch_id", "invoicing_entity_id", "customer_id", "product_id", "coupon_id", "payment_method_id", "bank_account_id")
    published["invoices"][0]["transactions"][0]["amount"] = 28_200

    assert _without(sent, *ids) == _without(published, *ids)


def _without(document: Any, *names: str) -> Any:
    """A document of JSON without the fields of these names, at any depth."""
    if isinstance(document, dict):
        fields = cast("dict[str, Any]", document)
        return {name: _without(value, *names) for name, value in fields.items() if name not in names}
    return [_without(row, *names) for row in cast("list[Any]", document)] if isinstance(document, list) else document


def test_what_a_clock_gave_is_taken_out_and_nothing_else():
    normal = Normal()
    one, two = "019c1845-a0ee-7804-bd45-9e21551e5107", "inv_0353OZa8eGXAulUigLqAwE"
    text = f"{one} {two} {one} f65f58f3-ecb0-4711-be22-1e64102a380d 2026-02-01T08:15:42.318Z 2026-02-01T00:00:00.000Z 126000"

    assert normal(text) == "<id 1> <id 2> <id 1> f65f58f3-ecb0-4711-be22-1e64102a380d <instant> 2026-02-01T00:00:00.000Z 126000"
    assert normal("http://127.0.0.1:4711/i/0353OZa8 2025-10-15T14:01:56.000Z") == "<address>/i/<token> 2025-10-15T14:01:56.000Z"
