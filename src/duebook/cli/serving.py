"""`duebook serve`, `migrate`, `version`."""

import json
from typing import Annotated

import typer

from duebook import __version__, supervisor
from duebook.cli.frame import AsJson, configured, dsn_of, told
from duebook.store import migrations
from duebook.supervisor import Supervisor


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="HTTP processes.")] = 1,
    with_demo: Annotated[bool, typer.Option("--demo", help="Enter the demo company first if the books are empty.")] = False,
) -> None:
    """Serve HTTP with a worker beside it, on the embedded PostgreSQL or on DUEBOOK_DATABASE_URL, until Ctrl-C."""
    config = configured()

    def ready(address: str, dsn: str) -> None:
        print(f"duebook {__version__} is ready at {address}", flush=True)
        if with_demo:
            from duebook import demo

            demo.greet(address, dsn=dsn, data_dir=config.data_dir)

    with told():
        Supervisor(config, workers=workers, on_ready=ready).run()


def migrate(sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead of running it.")] = False) -> None:
    """Bring the database to the newest schema (serve does so by itself)."""
    if sql:
        print(migrations.as_sql())
        return
    with told(), dsn_of(configured()) as dsn:
        supervisor.prepare(dsn)
        print("the schema is up to date")


def version(as_json: AsJson = False) -> None:
    """Print the version."""
    print(json.dumps({"version": __version__}) if as_json else __version__)
