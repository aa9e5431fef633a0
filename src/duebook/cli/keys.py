"""`duebook key`: API keys, of which only hashes are kept."""

import json
from typing import Annotated

import typer

from duebook.actions.open_tenant import create_key
from duebook.cli.frame import AsJson, as_owner, fail, of_mode, print_rows
from duebook.store import tenants
from duebook.store.db import Connection
from duebook.web.today import now

commands = typer.Typer(no_args_is_help=True, help="API keys.")


@commands.command("create")
def key_create(
    tenant: Annotated[str, typer.Option("--tenant", help="The company's name.")],
    mode: Annotated[str, typer.Option(help="test (sandbox) or prod (live).")] = "test",
    scope: Annotated[str, typer.Option(help="read, write or admin.")] = "admin",
    as_json: AsJson = False,
) -> None:
    """Create an API key and print it once: only its hash is stored."""
    if scope not in ("read", "write", "admin"):
        fail(f"scope is read, write or admin, not {scope!r}")

    async def created(connection: Connection) -> dict[str, str]:
        found = of_mode(await tenants.by_name(connection, name=tenant), tenant, mode)
        new = await create_key(connection, tenant=found[0], scope=scope, at=now())
        return {"tenant": new.tenant.name, "tenantId": str(new.tenant.id), "key": new.key}

    row = as_owner(created)
    print(json.dumps(row, ensure_ascii=False) if as_json else f"{row['key']}\n(shown once: only its hash is stored)")


@commands.command("list")
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
        for row in as_owner(tenants.every_key)
    ]
    print_rows(rows, as_json=as_json)


@commands.command("revoke")
def key_revoke(prefix: Annotated[str, typer.Argument(help="The visible prefix, as `key list` shows it.")], as_json: AsJson = False) -> None:
    """Revoke a key: it holds within one second in every process."""

    async def revoked(connection: Connection) -> int:
        return await tenants.revoke_key(connection, prefix=prefix, at=now())

    number = as_owner(revoked)
    if not number:
        fail(f"no valid key begins with {prefix!r}: see `duebook key list`")
    print(json.dumps({"revoked": number}) if as_json else f"{prefix}… is revoked")
