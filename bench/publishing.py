"""Writes docs/benchmarks.md: one table for each part, between marks, so that a part can be measured anew without the others."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import figures, machine
from bench.figures import Figure

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def publish(found: Mapping[str, Sequence[Figure]]) -> None:
    """Put the tables of the parts that were measured into the page. Raises where the page has no place for a part."""
    page = PAGE.read_text(encoding="utf-8")
    told = f"Measured on {datetime.now(UTC):%Y-%m-%d} at {_revision()} on {machine.described()}."
    for part, measured in found.items():
        block = f"<!-- {part} -->\n\n`python -m bench {part}`. {told}\n\n{figures.table(measured)}\n\n<!-- end of {part} -->"
        page, number = re.subn(rf"<!-- {part} -->.*?<!-- end of {part} -->", lambda _, block=block: block, page, flags=re.DOTALL)
        if number != 1:
            raise RuntimeError(f"{PAGE.name} needs one place for {part}: <!-- {part} --> … <!-- end of {part} -->")
    PAGE.write_text(page, encoding="utf-8")


def _revision() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PAGE.parent, capture_output=True, text=True, check=False)
    return f"revision {done.stdout.strip()}" if done.returncode == 0 else "an unknown revision"
