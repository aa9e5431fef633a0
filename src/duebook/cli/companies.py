"""`duebook tenant`: companies, each a live and a sandbox tenant."""

from typing import Annotated, Any

import typer

from duebook.actions.open_tenant import open_tenant, set_tenant
from duebook.cli.frame import AsJson, as_owner, of_mode, print_rows
from duebook.store import tenants
from duebook.store.db import Connection
from duebook.store.unit import Tenant
from duebook.web.today import now

commands = typer.Typer(no_args_is_help=True, help="Companies: each has a live and a sandbox tenant.")


@commands.command("create")
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

    print_rows([_row(tenant) for tenant in as_owner(created)], as_json=as_json)


@commands.command("list")
def tenant_list(as_json: AsJson = False) -> None:
    """List the tenants."""
    print_rows([_row(tenant) for tenant in as_owner(tenants.every)], as_json=as_json)


@commands.command("set")
def tenant_set(
    name: Annotated[str, typer.Argument(help="The company's name.")],
    changes: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="currency, timezone, country, unknown-fields.")],
    mode: Annotated[str | None, typer.Option(help="test or prod; default: both tenants.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change settings of a company, such as unknown-fields=ignore."""
    pairs = {name: value for name, _, value in (change.partition("=") for change in changes)}

    async def changed(connection: Connection) -> list[Tenant]:
        found = of_mode(await tenants.by_name(connection, name=name), name, mode)
        return [await set_tenant(connection, tenant=tenant, changes=pairs) for tenant in found]

    print_rows([_row(tenant) for tenant in as_owner(changed)], as_json=as_json)


def _row(tenant: Tenant) -> dict[str, Any]:
    return {
        "tenant": tenant.name,
        "mode": tenant.mode,
        "tenantId": str(tenant.id),
        "currency": tenant.currency,
        "timezone": tenant.timezone,
        "country": tenant.country,
        "unknown-fields": tenant.unknown_fields,
    }
