"""What every command shares: settings, the database for the time of a command, and how failures and rows are told."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from duebook import embedded, settings, supervisor
from duebook.core.refusal import Refused
from duebook.settings import BadSetting, Settings
from duebook.store.db import LOST, REFUSED, Connection, Database, UnfitDatabase
from duebook.store.unit import Tenant
from duebook.supervisor import CannotServe
from duebook.web import logs

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def configured() -> Settings:
    """The settings of this command, which logs as they say from here on; a bad one ends it with a line."""
    try:
        config = settings.read()
    except BadSetting as error:
        fail(str(error))
    logs.configure(level=config.log_level)
    return config


@contextmanager
def dsn_of(config: Settings) -> Generator[str]:
    """The database: the operator's, a running server's, or an embedded one for the time of the command."""
    if config.database_url is not None:
        yield config.database_url
        return
    with embedded.borrowed(data_dir=config.data_dir) as dsn:
        yield dsn


def run(config: Settings, deed: Callable[[Database], Awaitable[T]]) -> T:
    """Run a deed on the open, migrated database."""

    async def whole(dsn: str) -> T:
        database = await Database.open(dsn, connections=4)
        try:
            return await deed(database)
        finally:
            await database.close()

    with told(), dsn_of(config) as dsn:
        supervisor.prepare(dsn)
        return asyncio.run(whole(dsn))


def as_owner(deed: Callable[[Connection], Awaitable[T]]) -> T:
    """Run an operator's deed in one transaction as the owner of the database."""

    async def in_transaction(database: Database) -> T:
        async with database.owner() as connection, connection.transaction():
            return await deed(connection)

    return run(configured(), in_transaction)


@contextmanager
def told() -> Generator[None]:
    """What an operator can mend is told in a line, without a trace."""
    try:
        yield
    except Refused as refused:
        fail("; ".join(refusal.message for refusal in refused.refusals))
    except (embedded.EmbeddedError, CannotServe, UnfitDatabase) as error:
        fail(str(error))
    except (*LOST, *REFUSED) as error:
        fail(f"cannot reach the database: {error}")


def of_mode(found: list[Tenant], name: str, mode: str | None) -> list[Tenant]:
    """Those of a company's tenants that have the mode (None: both); no company of that name ends the command."""
    if not found:
        fail(f"there is no company named {name!r}: see `duebook tenant list`")
    matching = [tenant for tenant in found if mode is None or tenant.mode == mode]
    if not matching:
        fail(f"mode is test or prod, not {mode!r}")
    return matching


def print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """A table, or JSON for scripts."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table()
    for name in rows[0] if rows else ("nothing yet",):
        table.add_column(name)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def fail(message: str) -> NoReturn:
    """End the command with a line on standard error and exit code 1."""
    print(f"duebook: {message}", file=sys.stderr)
    raise typer.Exit(1)
