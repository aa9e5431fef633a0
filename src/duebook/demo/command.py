"""`duebook demo`: enters the demo company's trade into a sandbox that is still empty, through a running server or else in this process."""

import http.client
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from duebook.actions.open_tenant import NewKey, create_key, open_tenant
from duebook.cli.frame import AsJson, configured, fail, of_mode, run
from duebook.demo import entry
from duebook.demo.callers import Call, in_process, over_http
from duebook.demo.customers import COMPANY
from duebook.demo.entry import EntryRefused
from duebook.demo.trade import Trade
from duebook.settings import Settings
from duebook.store import tenants
from duebook.store.db import Database
from duebook.web.today import now, today

_MOST_SEED: Final = 2**63 - 1


def demo(
    tenant: Annotated[str, typer.Option("--tenant", help="The company whose sandbox takes it.")] = COMPANY,
    seed: Annotated[int, typer.Option(min=0, max=_MOST_SEED, help="Another seed, another trade.")] = entry.SEED,
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The last day; default: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Enter a demo company: some 60 customers and 1,500 invoices over 24 months, into a sandbox without data."""
    config = configured()

    async def entered(database: Database) -> tuple[NewKey, Trade]:
        key = await _temporary_key(database, tenant)
        try:
            zone = key.tenant.timezone
            day = as_of.date() if as_of else today(timezone=zone, at=now(), pinned=config.today)
            async with _door(config, database, key.key) as call:
                if not await entry.is_empty(call):
                    raise EntryRefused(f"the sandbox of {tenant} has data already: the demo is entered into an empty one only")
                with _bar() as bar:
                    task = bar.add_task("entering", total=None)
                    whole = await entry.enter(call, day=day, seed=seed, progress=lambda number: bar.advance(task, number))
            return key, whole
        finally:
            async with database.owner() as connection:
                await tenants.revoke_key(connection, prefix=key.key[: len("test_") + 8], at=now())

    try:
        key, whole = run(config, entered)
    except (EntryRefused, http.client.HTTPException) as error:
        fail(str(error))
    numbers = {"clients": len(whole.clients), "creditNotes": len(whole.credit_notes), "invoices": len(whole.invoices)}
    if as_json:
        typer.echo(json.dumps({"tenant": tenant, "tenantId": str(key.tenant.id)} | numbers, ensure_ascii=False))
    else:
        typer.echo(f"{tenant} (sandbox) has {', '.join(f'{number:,} {name}' for name, number in numbers.items())}.")
        typer.echo(f'A key to it: duebook key create --tenant "{tenant}" --mode test')


async def _temporary_key(database: Database, name: str) -> NewKey:
    """A key to the sandbox for the time of the entry; the demo company is made if it is not there."""
    async with database.owner() as connection, connection.transaction():
        found = await tenants.by_name(connection, name=name)
        if not found and name == COMPANY:
            found = await open_tenant(connection, name=COMPANY, currency="EUR", timezone="Europe/Paris", country="FR", at=now())
        sandbox = of_mode(found, name, "test")[0]
        if sandbox.currency != "EUR":
            raise EntryRefused(f"{name} keeps its books in {sandbox.currency}: the demo's documents are in EUR and CHF, with values in EUR")
        return await create_key(connection, tenant=sandbox, scope="write", at=now())


@asynccontextmanager
async def _door(config: Settings, database: Database, key: str) -> AsyncGenerator[Call]:
    """Over HTTP where a server on the same books listens, which it shows by knowing the key; else in this process."""
    if config.port:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 - an address to call, none to bind
        async with over_http(address=f"http://{f'[{host}]' if ':' in host else host}:{config.port}", key=key) as call:
            try:
                status, _ = await call("GET", "/clients", None)
            except (OSError, ValueError, http.client.HTTPException):
                status = None  # nobody listens there, or somebody who speaks another language
            if status == 200:
                yield call
                return
    async with in_process(settings=config, database=database, key=key) as call:
        yield call


def _bar() -> Progress:
    """On a terminal only; scripts read what comes after."""
    console = Console(stderr=True)
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*shown, console=console, transient=True, disable=not console.is_terminal)
