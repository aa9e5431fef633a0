"""The schema, forward only: each revision is hand-written SQL beside this file, run by Alembic under a lock.

`upgrade` brings a database to the newest revision; `as_sql` prints what it would run, for an operator who reads it first.
"""

import io
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from duebook.store.db import UnfitDatabase

_HERE: Final = Path(__file__).parent


def upgrade(dsn: str) -> None:
    """Run what is missing, under an advisory lock, so that several starts at once run it once. Raises UnfitDatabase."""
    try:
        command.upgrade(_config(dsn), "head")
    except DBAPIError as error:
        said = str(error.orig).strip().split("\n", 1)[0]
        raise UnfitDatabase(f"the schema could not be brought up to date: {said}") from error


def as_sql() -> str:
    """All migrations as SQL."""
    output = io.StringIO()
    command.upgrade(_config("postgresql://", output=output), "head", sql=True)
    return output.getvalue()


def _config(dsn: str, *, output: io.StringIO | None = None) -> Config:
    config = Config(output_buffer=output) if output else Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["dsn"] = dsn
    return config
