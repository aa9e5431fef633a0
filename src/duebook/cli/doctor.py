"""`duebook doctor`: proves the books from outside, beside traffic, and tells what is wrong in a line each. It mends nothing."""

import json
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from duebook.actions.examination import Examined
from duebook.actions.examine_books import examine_books
from duebook.actions.finding import CODES, Finding
from duebook.cli.frame import AsJson, configured, of_mode, run
from duebook.store import checks, tenants
from duebook.store.db import Database
from duebook.store.unit import Tenant
from duebook.web.today import now, today


class _Visit(NamedTuple):
    """What the examination of one tenant came to; `age` is that of its oldest unsealed journal row, in seconds."""

    tenant: Tenant
    examined: Examined
    age: float | None


class _Told:
    """Findings on their way out: printed as they come, or kept for the JSON; those above `most` are counted only."""

    def __init__(self, *, most: int, prints: bool) -> None:
        self._most, self._prints = most, prints
        self.names: dict[UUID, str] = {}
        self.kept: list[Finding] = []
        self.codes: Counter[str] = Counter()

    def __call__(self, finding: Finding) -> None:
        self.codes[finding.code] += 1
        if self.number > self._most:
            return
        if self._prints:
            about = f"{finding.kind} {finding.id}" if finding.id else finding.kind
            print(f"{self.names[finding.tenant_id]}: {finding.code}: {about}: {finding.message}", flush=True)
        else:
            self.kept.append(finding)

    @property
    def number(self) -> int:
        """How many there are."""
        return self.codes.total()

    @property
    def left_out(self) -> int:
        """How many were counted and not told."""
        return max(0, self.number - self._most)


def doctor(
    company: Annotated[str | None, typer.Option("--tenant", help="Only this company; default: all.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day that reviews are looked at; default: today.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Findings to tell; more are counted only.")] = 1_000,
    as_json: AsJson = False,
) -> None:
    """Prove the books: sums, links, standings, papers, numbers, counts, blocks, and the journal against what is stored.

    Exit code 1 when something is wrong. It reads on one snapshot beside traffic, writes nothing and mends nothing.
    """
    config = configured()
    told = _Told(most=most, prints=not as_json)
    began = time.monotonic()
    with _progress() as progress:

        async def examined(database: Database) -> list[_Visit]:
            pinned = as_of.date() if as_of else config.today
            return await _examined(database, company=company, pinned=pinned, told=told, progress=progress)

        visits = run(config, examined)
    seconds = time.monotonic() - began
    if as_json:
        print(json.dumps(_as_json(visits, told, seconds), ensure_ascii=False))
    else:
        _summarise(visits, told, seconds)
    if told.number:
        raise typer.Exit(1)


async def _examined(database: Database, *, company: str | None, pinned: date | None, told: _Told, progress: Progress) -> list[_Visit]:
    visits: list[_Visit] = []
    async with database.owner() as connection, checks.snapshot(connection):
        # Read after the snapshot was taken: nothing in it was written on a later day, or is younger.
        at = now()
        named = (
            await tenants.every(connection) if company is None else of_mode(await tenants.by_name(connection, name=company), company, None)
        )
        for tenant in named:
            told.names[tenant.id] = f"{tenant.name} ({tenant.mode})"
            bar = progress.add_task(told.names[tenant.id], total=None)

            def advance(what: str, done: int, expected: int, *, bar: Any = bar, name: str = told.names[tenant.id]) -> None:
                progress.update(bar, description=f"{name}: {what}", completed=done, total=max(done, expected))

            day = today(timezone=tenant.timezone, at=at, pinned=pinned)
            examined = await examine_books(connection, tenant=tenant, day=day, tell=told, progress=advance)
            since = examined.unsealed_since
            visits.append(_Visit(tenant, examined, max(0.0, (at - since).total_seconds()) if since else None))
            progress.remove_task(bar)
    return visits


@contextmanager
def _progress() -> Generator[Progress]:
    """A bar for whoever watches a terminal; findings and summaries stay alone on standard output."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    # Where both are the terminal, lines have to be printed above the bar; elsewhere standard output is left alone.
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty(), redirect_stdout=sys.stdout.isatty()
    ) as progress:
        yield progress


def _as_json(visits: list[_Visit], told: _Told, seconds: float) -> dict[str, Any]:
    of = {visit.tenant.id: visit.tenant for visit in visits}
    return {
        "findings": [
            {
                "tenant": of[finding.tenant_id].name,
                "mode": of[finding.tenant_id].mode,
                "tenantId": str(finding.tenant_id),
                "code": finding.code,
                "kind": finding.kind,
                "id": str(finding.id) if finding.id else None,
                "message": finding.message,
            }
            for finding in told.kept
        ],
        "findingsLeftOut": told.left_out,
        "codes": dict(told.codes),
        "tenants": [
            {
                "tenant": visit.tenant.name,
                "mode": visit.tenant.mode,
                "tenantId": str(visit.tenant.id),
                "customers": visit.examined.customers,
                "invoices": visit.examined.invoices,
                "creditNotes": visit.examined.credit_notes,
                "rows": visit.examined.rows,
                "papers": visit.examined.papers,
                "transactions": visit.examined.transactions,
                "batches": visit.examined.batches,
                "journalRows": visit.examined.journal_rows,
                "blocks": visit.examined.blocks,
                "unsealedRows": visit.examined.unsealed,
                "unsealedSeconds": visit.age,
            }
            for visit in visits
        ],
        "seconds": round(seconds, 3),
    }


def _summarise(visits: list[_Visit], told: _Told, seconds: float) -> None:
    every = [visit.examined for visit in visits]
    if told.left_out:
        print(f"further findings that are not shown (see --most): {told.left_out:,}")
    print(f"examined in {seconds:.1f} s: {_counted(len(visits), 'tenant')}")
    for name in ("customers", "invoices", "credit_notes", "rows", "papers", "transactions", "batches", "journal_rows", "blocks"):
        print(f"  {name.replace('_', ' ')}: {sum(getattr(examined, name) for examined in every):,}")
    oldest = max((visit for visit in visits if visit.age is not None), key=lambda visit: visit.age or 0, default=None)
    unsealed = sum(examined.unsealed for examined in every)
    age = f", the oldest for {oldest.age:.1f} s ({told.names[oldest.tenant.id]})" if oldest else ""
    print(f"  journal rows not sealed yet: {unsealed:,}{age}")
    print(_counted(told.number, "finding") if told.number else "no findings")
    for code, number in told.codes.most_common():
        print(f"  {code} ({number:,}): {CODES[code]}")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
