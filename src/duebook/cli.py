"""The command line `duebook`. Every command has --help, and --json where a script would read it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from duebook import __version__, embedded, settings, supervisor
from duebook.actions.open_tenant import create_key, open_tenant, set_tenant
from duebook.app import configure_logs
from duebook.core.refusal import Refused
from duebook.jobs import calendar
from duebook.settings import BadSetting, Settings
from duebook.store import migrations, tenants
from duebook.store.db import LOST, Connection, Database, UnfitDatabase
from duebook.store.unit import Tenant
from duebook.supervisor import CannotServe, Supervisor
from duebook.web.today import now
from duebook.web.work import Work

T = TypeVar("T")

main = typer.Typer(no_args_is_help=True, add_completion=False, help="duebook: the book of what is due.", pretty_exceptions_enable=False)
tenant_app = typer.Typer(no_args_is_help=True, help="Companies: each has a live and a sandbox tenant.")
key_app = typer.Typer(no_args_is_help=True, help="API keys.")
main.add_typer(tenant_app, name="tenant")
main.add_typer(key_app, name="key")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


@main.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="HTTP processes.")] = 1,
    with_demo: Annotated[bool, typer.Option("--demo", help="Enter the demo company first if the books are empty.")] = False,
) -> None:
    """Serve HTTP with a worker beside it, on the embedded PostgreSQL or on DUEBOOK_DATABASE_URL, until Ctrl-C."""
    config = _settings()
    configure_logs(config.log_level)

    def ready(address: str, dsn: str) -> None:
        print(f"duebook {__version__} is ready at {address}", flush=True)
        if with_demo:
            from duebook import demo

            demo.greet(address, dsn=dsn, data_dir=config.data_dir)

    with _told():
        Supervisor(config, workers=workers, on_ready=ready).run()


@main.command()
def migrate(sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False) -> None:
    """Bring the database to the newest schema (serve does so by itself)."""
    if sql:
        print(migrations.as_sql())
        return
    with _told(), _dsn(_settings()) as dsn:
        supervisor.prepare(dsn)
        print("the schema is up to date")


@main.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    print(json.dumps({"version": __version__}) if as_json else __version__)


@main.command()
def review(
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to review; default: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the daily review now: events for statuses that time changed. The worker does so by itself."""
    config = _settings()
    pinned: date | None = as_of.date() if as_of else config.today

    async def held(database: Database) -> int:
        work = Work(database, seconds=config.request_seconds)
        return await calendar.round_of_reviews(database, work, pinned=pinned)

    reviewed = _run(config, held)
    print(json.dumps({"reviewed": reviewed}) if as_json else f"{reviewed} invoices reviewed")


@tenant_app.command("create")
def tenant_create(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    currency: Annotated[str, typer.Option(help="Default currency, ISO 4217.")] = "EUR",
    timezone: Annotated[str, typer.Option(help="Time zone that decides what day it is.")] = "Europe/Paris",
    country: Annotated[str, typer.Option(help="Country, two letters.")] = "FR",
    as_json: AsJson = False,
) -> None:
    """Create a company: its live (prod) and its sandbox (test) tenant, each with a default invoicing entity."""

    async def created(connection: Connection) -> list[Tenant]:
        return await open_tenant(connection, name=name, currency=currency, timezone=timezone, country=country, at=now())

    _print_rows([_tenant_row(tenant) for tenant in _as_owner(created)], as_json=as_json)


@tenant_app.command("list")
def tenant_list(as_json: AsJson = False) -> None:
    """List the tenants."""
    _print_rows([_tenant_row(tenant) for tenant in _as_owner(tenants.every)], as_json=as_json)


@tenant_app.command("set")
def tenant_set(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    changes: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="currency, timezone, country, unknown-fields.")],
    mode: Annotated[str | None, typer.Option(help="test or prod; default: both tenants.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change settings of a company, such as unknown-fields=ignore."""
    pairs = dict(change.split("=", 1) if "=" in change else (change, "") for change in changes)

    async def changed(connection: Connection) -> list[Tenant]:
        found = _of_mode(await tenants.by_name(connection, name=name), name, mode)
        return [await set_tenant(connection, tenant=tenant, changes=pairs) for tenant in found]

    _print_rows([_tenant_row(tenant) for tenant in _as_owner(changed)], as_json=as_json)


@key_app.command("create")
def key_create(
    tenant: Annotated[str, typer.Option("--tenant", help="The company's name.")],
    mode: Annotated[str, typer.Option(help="test (sandbox) or prod (live).")] = "test",
    scope: Annotated[str, typer.Option(help="read, write or admin.")] = "admin",
    as_json: AsJson = False,
) -> None:
    """Create an API key and print it once: only its hash is stored."""
    if scope not in ("read", "write", "admin"):
        _fail(f"scope is read, write or admin, not {scope!r}")

    async def created(connection: Connection) -> dict[str, str]:
        found = _of_mode(await tenants.by_name(connection, name=tenant), tenant, mode)
        new = await create_key(connection, tenant=found[0], scope=scope, at=now())
        return {"tenant": new.tenant.name, "tenantId": str(new.tenant.id), "key": new.key}

    row = _as_owner(created)
    print(json.dumps(row, ensure_ascii=False) if as_json else f"{row['key']}\n(shown once: only its hash is stored)")


@key_app.command("list")
def key_list(as_json: AsJson = False) -> None:
    """List the keys by their visible prefix."""
    rows = [
        {
            "prefix": row["prefix"],
            "tenant": row["name"],
            "mode": row["mode"],
            "scope": row["scope"],
            "createdAt": row["created_at"].isoformat(timespec="seconds"),
            "revokedAt": row["revoked_at"].isoformat(timespec="seconds") if row["revoked_at"] else None,
        }
        for row in _as_owner(tenants.every_key)
    ]
    _print_rows(rows, as_json=as_json)


@key_app.command("revoke")
def key_revoke(prefix: Annotated[str, typer.Argument(help="The visible prefix, as `key list` shows it.")], as_json: AsJson = False) -> None:
    """Revoke a key: it holds within one second in every process."""

    async def revoked(connection: Connection) -> int:
        return await tenants.revoke_key(connection, prefix=prefix, at=now())

    number = _as_owner(revoked)
    if not number:
        _fail(f"no valid key begins with {prefix!r}: see `duebook key list`")
    print(json.dumps({"revoked": number}) if as_json else f"{prefix}… is revoked")


def _settings() -> Settings:
    try:
        return settings.read()
    except BadSetting as error:
        _fail(str(error))


@contextmanager
def _dsn(config: Settings) -> Iterator[str]:
    """The database: the operator's, a running server's, or an embedded one for the time of the command."""
    if config.database_url is not None:
        yield config.database_url
        return
    with embedded.borrowed(data_dir=config.data_dir) as dsn:
        yield dsn


def _run(config: Settings, deed: Callable[[Database], Awaitable[T]]) -> T:
    async def whole(dsn: str) -> T:
        database = await Database.open(dsn, connections=4)
        try:
            return await deed(database)
        finally:
            await database.close()

    with _told(), _dsn(config) as dsn:
        supervisor.prepare(dsn)
        return asyncio.run(whole(dsn))


def _as_owner(deed: Callable[[Connection], Awaitable[T]]) -> T:
    """Run an operator's deed in one transaction as the owner of the database."""

    async def in_transaction(database: Database) -> T:
        async with database.owner() as connection, connection.transaction():
            return await deed(connection)

    return _run(_settings(), in_transaction)


@contextmanager
def _told() -> Iterator[None]:
    """What an operator can mend is told in a line, without a trace."""
    try:
        yield
    except Refused as refused:
        _fail("; ".join(refusal.message for refusal in refused.refusals))
    except (embedded.EmbeddedError, CannotServe, UnfitDatabase) as error:
        _fail(str(error))
    except LOST as error:
        _fail(f"cannot reach the database: {error}")


def _of_mode(found: list[Tenant], name: str, mode: str | None) -> list[Tenant]:
    if not found:
        _fail(f"there is no company named {name!r}: see `duebook tenant list`")
    matching = [tenant for tenant in found if mode is None or tenant.mode == mode]
    if not matching:
        _fail(f"mode is test or prod, not {mode!r}")
    return matching


def _tenant_row(tenant: Tenant) -> dict[str, Any]:
    return {
        "tenant": tenant.name,
        "mode": tenant.mode,
        "tenantId": str(tenant.id),
        "currency": tenant.currency,
        "timezone": tenant.timezone,
        "country": tenant.country,
        "unknown-fields": tenant.unknown_fields,
    }


def _print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table()
    for name in rows[0] if rows else ("nothing yet",):
        table.add_column(name)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _fail(message: str) -> NoReturn:
    print(f"duebook: {message}", file=sys.stderr)
    raise typer.Exit(1)
