"""Named statements of this folder's .sql files."""

import re
from pathlib import Path


def blocks(file_name: str) -> dict[str, bytes]:
    """The `-- name:` blocks of a .sql file of this folder, as psycopg takes statements that are no literals."""
    parts = re.split(r"^-- name: (\w+)\s*$", (Path(__file__).parent / file_name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: body.strip().encode() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
