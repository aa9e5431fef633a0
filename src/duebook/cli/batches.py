"""`duebook batches`: accepted batches that wait for an operator, and those that wait for a worker."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import typer

from duebook.actions.run_batch import put_back
from duebook.cli.frame import AsJson, as_owner, configured, fail, print_rows, run
from duebook.store import batches, tenants
from duebook.store.batches import Listed
from duebook.store.db import Connection, Database
from duebook.store.ids import created_at
from duebook.store.unit import Actor
from duebook.web.today import now, today
from duebook.web.work import Attempt, Work

commands = typer.Typer(help="Accepted batches: those that wait for you, those that wait for a worker.")


@commands.callback(invoke_without_command=True)
def batches_list(
    context: typer.Context,
    with_open: Annotated[bool, typer.Option("--open", help="Also those that are not done yet.")] = False,
    most: Annotated[int, typer.Option(min=1, help="Of those that are not done, the oldest so many.")] = 1_000,
    as_json: AsJson = False,
) -> None:
    """List batches that are set aside: items of theirs failed by a fault of duebook, not of who sent them."""
    if context.invoked_subcommand is not None:
        return

    async def listed(connection: Connection) -> list[Listed]:
        found = await batches.set_aside(connection)
        return found + await batches.unfinished(connection, limit=most) if with_open else found

    print_rows([_row(batch) for batch in as_owner(listed)], as_json=as_json)


@commands.command("put-back")
def batches_put_back(
    id: Annotated[UUID, typer.Argument(help="The batch's id, as the list shows it.")],
    name: Annotated[str | None, typer.Option(help="The batch id of the new batch; default: a fresh one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Submit the failed items of a batch that is set aside again, as a new batch; the old one keeps its outcomes."""
    config = configured()
    chosen = name or str(uuid4())
    if len(chosen) > batches.LONGEST_NAME:
        fail(f"a batch id has 1 to {batches.LONGEST_NAME} characters")

    async def done(database: Database) -> UUID:
        async with database.owner() as connection:
            owner = next((batch.tenant_id for batch in await batches.set_aside(connection) if batch.id == id), None)
            tenant = await tenants.read(connection, tenant_id=owner) if owner else None
        if tenant is None:
            fail(f"no batch {id} is set aside: see `duebook batches`")
        at = now()
        day = today(timezone=tenant.timezone, at=at, pinned=config.today)
        attempt = Attempt(tenant=tenant, actor=Actor(kind="job", id="put-back"), day=day, at=at, stores=True, keyed=None)
        return await Work(database, seconds=config.request_seconds).run(attempt, lambda unit: put_back(unit, id=id, name=chosen))

    new = run(config, done)
    print_rows([{"id": str(new), "batchId": chosen}], as_json=as_json)


def _row(batch: Listed) -> dict[str, Any]:
    return {
        "tenant": batch.company,
        "mode": batch.mode,
        "id": str(batch.id),
        "batchId": batch.name,
        "state": "set aside" if batch.is_set_aside else batch.state,
        "items": batch.size,
        "succeeded": batch.succeeded,
        "failed": batch.failed,
        "takes": batch.takes,
        "acceptedAt": created_at(batch.id).isoformat(),
        "finishedAt": batch.finished_at.isoformat() if batch.finished_at else None,
    }
