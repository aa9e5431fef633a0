"""Named statements: reads the `-- name:` blocks of a .sql file once, at import.

A block is plain SQL with $1, $2, …; $1 is the tenant. A *list* block has named parameters (`:day`) and lines that stand only when a
condition is given (`--? status`); `render` numbers what is left. What this module does not do: run anything.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")


class Rendered(NamedTuple):
    """A statement and the names of its parameters in order; the first is always `tenant_id`."""

    sql: str
    parameters: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """The values in the order of the parameters."""
        return [values[name] for name in self.parameters]


@cache
def load(file_name: str) -> dict[str, str]:
    """The blocks of a .sql file of this folder, by name, comments and all."""
    text = (Path(__file__).parent / file_name).read_text(encoding="utf-8")
    parts = _NAME.split(text)
    return {name: body.strip().rstrip(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def render(template: str, *, given: Collection[str]) -> Rendered:
    """A list block with the lines of the conditions in `given`, its parameters numbered.

    `--? name: text` is a line that stands only when `name` is in `given`.
    """
    lines: list[str] = []
    for line in template.splitlines():
        optional = re.match(r"\s*--\? (\w+): (.*)", line)
        if optional is None:
            lines.append(line)
        elif optional[1] in given:
            lines.append(optional[2])
    parameters = ["tenant_id"]

    def numbered(match: re.Match[str]) -> str:
        if match[1] not in parameters:
            parameters.append(match[1])
        return f"${parameters.index(match[1]) + 1}"

    sql = _PARAMETER.sub(numbered, "\n".join(lines))
    return Rendered(sql, tuple(parameters))
