"""The examples run as a newcomer runs them, against a real server, and print what stands beside them; README shows no other curl."""

import os
import re
import shutil
import subprocess
from difflib import unified_diff
from pathlib import Path

import pytest

from duebook.store.db import Database
from tests.conftest import TODAY
from tests.make import open_company
from tests.serving import serving

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.sh"))
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T(?!00:00:00\.000Z)\d{2}:\d{2}:\d{2}\.\d{3}Z")
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Normal:
    """Takes out of an output what differs from run to run: instants, and ids, which are numbered by their first appearance."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def __call__(self, output: str) -> str:
        output = _UUID.sub(lambda match: self._ids.setdefault(match[0], f"<id {len(self._ids) + 1}>"), output)
        return _INSTANT.sub("<instant>", output)


async def _key(dsn: str) -> str:
    database = await Database.open(dsn, connections=2)
    try:
        return (await open_company(database, day=TODAY, name="Atelier Verney SAS")).key
    finally:
        await database.close()


def run(script: Path, *, address: str, key: str) -> str:
    """What a script prints. It must succeed."""
    environment = os.environ | {"ADDRESS": address, "KEY": key, "LC_ALL": "C.UTF-8"}
    done = subprocess.run([script], env=environment, capture_output=True, text=True, encoding="utf-8", timeout=30, check=False)
    assert done.returncode == 0, f"{script.name}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed, and the examples are made of it")
async def test_the_examples_print_what_stands_beside_them(own_dsn: str, tmp_path: Path):
    key = await _key(own_dsn)
    with serving(own_dsn, logs=tmp_path / "log", today=TODAY.isoformat()) as address:
        raw = {script: run(script, address=address, key=key) for script in SCRIPTS}
        again = {script: run(script, address=address, key=key) for script in SCRIPTS}
    normal = Normal()
    printed = {script: normal(text) for script, text in raw.items()}
    if os.environ.get("WRITE_EXAMPLES"):
        for script, text in printed.items():
            script.with_suffix(".out").write_text(text, encoding="utf-8")
    for script, text in printed.items():
        expected = script.with_suffix(".out").read_text(encoding="utf-8")
        assert text == expected, "\n".join(unified_diff(expected.splitlines(), text.splitlines(), script.stem, "printed", lineterm=""))
    # Sent again, nothing is doubled and nothing touched, ids and instants included.
    assert [script.name for script in SCRIPTS if again[script] != raw[script]] == GROWN


GROWN = ["01-a-client.sh", "02-a-batch-of-invoices.sh", "06-what-the-client-owes.sh"]
"""Scripts that print something else on a second round, because a later script of the first changed what they show."""


def test_every_script_has_its_output_and_may_be_run():
    assert len(SCRIPTS) == 9
    assert [script.name for script in SCRIPTS if not os.access(script, os.X_OK)] == []
    assert {script.stem for script in SCRIPTS} == {output.stem for output in EXAMPLES.glob("*.out")}


def test_readme_shows_no_other_curl_than_the_examples(repository: Path):
    """A curl on the first page that nobody runs is the first one to rot."""
    scripts = [script.read_text(encoding="utf-8") for script in SCRIPTS]
    blocks = [block for block in _FENCED.findall((repository / "README.md").read_text(encoding="utf-8")) if "curl" in block]

    assert len(blocks) >= 4
    assert [block for block in blocks if not any(block in script for script in scripts)] == []


def test_ids_and_instants_are_taken_out_and_nothing_else():
    normal = Normal()
    one, two = "019c1845-a0ee-7804-bd45-9e21551e5107", "019c1846-09f5-7de2-ba30-7e24fbf22474"
    text = f"{one} {two} {one} 2026-02-01T08:15:42.318Z 2026-02-01T00:00:00.000Z 126000"

    assert normal(text) == "<id 1> <id 2> <id 1> <instant> 2026-02-01T00:00:00.000Z 126000"
