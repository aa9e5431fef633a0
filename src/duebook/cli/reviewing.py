"""`duebook review`: the daily round, held by hand."""

import json
from datetime import date, datetime
from typing import Annotated

import typer

from duebook.cli.frame import AsJson, configured, run
from duebook.jobs import calendar
from duebook.store.db import Database
from duebook.web.work import Work


def review(
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to review; default: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the daily review now: events for statuses that time changed. The worker does so by itself."""
    config = configured()
    pinned: date | None = as_of.date() if as_of else config.today

    async def held(database: Database) -> int:
        work = Work(database, seconds=config.request_seconds)
        return await calendar.round_of_reviews(database, work, pinned=pinned)

    reviewed = run(config, held)
    print(json.dumps({"reviewed": reviewed}) if as_json else f"{reviewed} invoices reviewed")
