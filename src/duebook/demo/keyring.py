"""The demo company's keys, kept in a file so that every start can print them: `demo.json` in the data folder, readable by its owner alone.

Of other companies' keys only hashes exist. Whoever may read this file may read the demo's database beside it too. The file also remembers
an entry that was begun, so that a start that was cut off goes on with the same day.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_NAME: Final = "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The keys to the sandbox (`test`) and the live books (`prod`); `entering` is the day of an entry that is not over yet, or None."""

    test: str
    prod: str
    entering: str | None


def place(data_dir: Path) -> Path:
    """Where the keys are kept."""
    return data_dir / _NAME


def read(data_dir: Path) -> Keyring | None:
    """The kept keys; None where there are none, or what stands there is not ours."""
    try:
        return Keyring(**json.loads(place(data_dir).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def keep(keyring: Keyring, *, data_dir: Path) -> None:
    """Keep the keys instead of any kept before."""
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = place(data_dir).with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(keyring), file)
    fresh.replace(place(data_dir))
