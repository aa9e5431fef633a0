"""pgbench as the other side of a ratio: the same statements, prepared, under the same role and settings as the server's own sessions."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from bench.ground import Books, Ground, ended_sessions_count
from bench.recording import Statement

CLIENTS = 16
_THREADS = 2
_SESSION = {"role": "duebook_app", "plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}


@dataclass(slots=True)
class Script:
    """A pgbench script in the making, with its variables."""

    lines: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def add(self, statement: Statement, *, known: Mapping[int, str] | None = None) -> None:
        """Add a statement; `known` names variables that the script itself sets, by the number of the argument."""
        number = len(self.lines)
        known = known or {}

        def named(match: re.Match[str]) -> str:
            place = int(match[1])
            if place in known:
                return f":{known[place]}"
            name = f"v{number}_{place}"
            self.variables[name] = literal(statement.arguments[place - 1])
            return f":{name}"

        sql = re.sub(r"--[^\n]*", "", statement.sql)
        self.lines.append(re.sub(r"\$(\d+)", named, " ".join(sql.split())) + ";")


def literal(value: Any) -> str:
    """An argument as the text that PostgreSQL reads."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return "{" + ",".join("NULL" if item is None else f'"{literal(item)}"' for item in items) + "}"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def rate(here: Ground, books: Books, script: Script, *, seconds: int) -> float:
    """How often a second 16 clients run the script, on 2 threads."""
    file = here.folder / "pgbench.sql"
    file.write_text("\n".join(script.lines))
    options = " ".join(f"-c {name}={value}" for name, value in {**_SESSION, "duebook.tenant_id": books.tenant_id}.items())
    command = [
        here.program("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", f"--jobs={_THREADS}", f"--time={seconds}",
        f"--file={file}", *(f"--define={name}={value}" for name, value in script.variables.items()), books.dsn,
    ]  # fmt: skip
    done = subprocess.run(command, env=os.environ | {"PGOPTIONS": options}, check=True, capture_output=True, text=True)
    ended_sessions_count()
    told = re.search(r"^tps = ([0-9.]+) \(without initial connection time\)", done.stdout, re.MULTILINE)
    if told is None or re.search(r"number of failed transactions: 0 ", done.stdout) is None:
        raise RuntimeError(f"pgbench failed: {done.stdout}{done.stderr}")
    return float(told[1])


def of(found: Sequence[Statement]) -> Script:
    """A script that runs these statements with the arguments they had."""
    script = Script()
    for statement in found:
        script.add(statement)
    return script
