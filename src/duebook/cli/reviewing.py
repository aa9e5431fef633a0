"""`duebook review`: the daily round, held by hand."""

import json
from datetime import date, datetime
from typing import Annotated

import typer

from duebook.cli.frame import AsJson, configured, fail, run
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
    if pinned is not None and config.today is None and pinned > calendar.latest_day():
        fail(f"{pinned} has not come anywhere: its events would be told early, and not again. To rehearse it, set DUEBOOK_TODAY={pinned}")

    async def held(database: Database) -> int:
        work = Work(database, seconds=config.request_seconds)
        return await calendar.round_of_reviews(database, work, pinned=pinned)

    reviewed = run(config, held)
    print(json.dumps({"reviewed": reviewed}) if as_json else f"{reviewed} invoices reviewed")
