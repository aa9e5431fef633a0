"""What `duebook serve --demo` does once the server is ready: sees to the demo company and prints how to begin.

On empty books it makes the company with its keys and enters its trade; on books that hold the company it finds everything again; books of
others it leaves alone.
"""

import asyncio
import http.client
from datetime import date
from pathlib import Path
from typing import Final

import typer

from duebook import settings
from duebook.actions.open_tenant import create_key, open_tenant
from duebook.core.refusal import Refused
from duebook.demo import entry, keyring
from duebook.demo.callers import over_http
from duebook.demo.customers import COMPANY
from duebook.demo.entry import EntryRefused
from duebook.demo.keyring import Keyring
from duebook.demo.requests import requests
from duebook.demo.trade import INVOICES, MONTHS
from duebook.store import tenants
from duebook.store.db import LOST, Database
from duebook.store.unit import Tenant
from duebook.web.today import now, today

_NOT_EMPTY: Final = f"""
The books are not empty and have no company named {COMPANY}, so no demo was entered. A key to your company:

  duebook tenant list
  duebook key create --tenant NAME --mode test
"""


def greet(address: str, *, dsn: str, data_dir: Path) -> None:
    """Print the address, the keys and requests that can be pasted, entering the demo company first if the books are empty.

    A demo that cannot be entered is told and never ends the server.
    """
    try:
        text = asyncio.run(_greeting(address, dsn=dsn, data_dir=data_dir))
    except (EntryRefused, Refused, OSError, http.client.HTTPException, *LOST) as error:
        text = f"\nThe demo company could not be entered or found: {error}\nThe server runs on without it.\n"
    typer.echo(text)


async def _greeting(address: str, *, dsn: str, data_dir: Path) -> str:
    database = await Database.open(dsn, connections=2)
    try:
        found = await _company(database)
        if not found:
            return _NOT_EMPTY
        sandbox = found["test"]
        keys = await _keys(database, found, data_dir=data_dir)
    finally:
        await database.close()
    day = today(timezone=sandbox.timezone, at=now(), pinned=settings.read().today)
    async with over_http(address=address, key=keys.test) as call:
        if keys.entering is None and await entry.is_empty(call):
            keys = Keyring(test=keys.test, prod=keys.prod, entering=day.isoformat())
            keyring.keep(keys, data_dir=data_dir)
        if keys.entering is not None:
            typer.echo(f"Entering the demo company's {INVOICES:,} invoices: some seconds, once.")
            await entry.enter(call, day=date.fromisoformat(keys.entering))
            keyring.keep(Keyring(test=keys.test, prod=keys.prod, entering=None), data_dir=data_dir)
        try:
            printed = requests(address, key=keys.test, cast=await entry.cast(call), day=day)
        except EntryRefused as refused:
            return f"{_head(address, keys, kept_in=keyring.place(data_dir))}No requests to paste: {refused}\n"
    lines = [_head(address, keys, kept_in=keyring.place(data_dir)), "Paste any of these, as often as you like.\n"]
    lines += [f"\n{number}. {title}:\n\n{command}\n" for number, (title, command) in enumerate(printed, start=1)]
    return "".join(lines)


async def _company(database: Database) -> dict[str, Tenant]:
    """The demo company's tenants by mode, made where the books are empty; none where they belong to others."""
    async with database.owner() as connection, connection.transaction():
        found = await tenants.by_name(connection, name=COMPANY)
        if not found and not await tenants.every(connection):
            found = await open_tenant(connection, name=COMPANY, currency="EUR", timezone="Europe/Paris", country="FR", at=now())
    return {tenant.mode: tenant for tenant in found}


async def _keys(database: Database, found: dict[str, Tenant], *, data_dir: Path) -> Keyring:
    """The kept keys while they open these books, else new ones, kept from now on."""
    kept = keyring.read(data_dir)
    async with database.owner() as connection, connection.transaction():
        if kept is not None:
            known = {mode: await tenants.find_key(connection, key=key) for mode, key in (("test", kept.test), ("prod", kept.prod))}
            if all(key is not None and key.tenant_id == found[mode].id for mode, key in known.items()):
                return kept
        made = {mode: (await create_key(connection, tenant=tenant, scope="admin", at=now())).key for mode, tenant in found.items()}
    keys = Keyring(test=made["test"], prod=made["prod"], entering=None)
    keyring.keep(keys, data_dir=data_dir)
    return keys


def _head(address: str, keys: Keyring, *, kept_in: Path) -> str:
    return f"""
{COMPANY} is the demo company: {MONTHS} months of invoices, payments and credit notes in its sandbox, empty live books.

  address       {address}
  sandbox key   {keys.test}
  live key      {keys.prod}
  API pages     {address}/docs

The two keys are kept in {kept_in}, readable by you alone.

"""
