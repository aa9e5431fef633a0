"""Examine the books of a tenant from end to end: `duebook doctor`.

1. The journal passes once: each row against its hash and columns, the rows against the blocks, its states into the shelves.
2. The documents pass once: each against its rows and the rules, all of them against tallies and page marks, their states out of
   the shelves. Then the papers, their transactions and numbers, and the batches (`examine_papers`).
3. Where journal and books differ, both pass again, and the differing documents are named.

It reads on one snapshot, writes nothing and mends nothing. Memory is bounded by a page, one block's hashes, the shelves, a number
per stand an id per page mark, and a bit per number.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from duebook.actions.examination import Examined, Progress, Task, Tell, known
from duebook.actions.examine_papers import examine_batches, examine_papers, learn_patterns
from duebook.actions.finding import Finding
from duebook.actions.journal_states import MOST_SHELVES, Search, Shelves, entries_of
from duebook.actions.seals import Seals
from duebook.core.proof import credit_note_faults, invoice_faults
from duebook.store import checks, journal
from duebook.store.db import Connection
from duebook.store.journal import Stand
from duebook.store.unit import Tenant


async def examine_books(connection: Connection, *, tenant: Tenant, day: date, tell: Tell, progress: Progress) -> Examined:
    """Examine all the books of `tenant` as they stand on `day`, inside `checks.snapshot`. Each finding goes to `tell`."""
    shelves = Shelves()
    task = Task(connection=connection, tenant=tenant, day=day, states=shelves, tell=tell, progress=progress)
    await _restored(task)
    await _pass(task)
    unequal = shelves.unequal()
    if unequal:
        search = Search(unequal[:MOST_SHELVES])
        # The same passage again, with everything but the search told already.
        await _pass(Task(connection=connection, tenant=tenant, day=day, states=search, tell=_nobody, progress=progress))
        for kind, id, message in search.differences():
            task.found("unjournalled", kind=kind, id=id, message=message)
    if len(unequal) > MOST_SHELVES:
        message = f"the journal and the books differ in {len(unequal)} places of 65,536; documents are named for {MOST_SHELVES} of them"
        task.found("unjournalled", kind="journal", id=None, message=message)
    return task.examined


async def _pass(task: Task) -> None:
    task.tally = await journal.totals(task.connection, tenant_id=task.tenant.id)
    await _journal(task)
    await _customers(task)
    await _invoices(task)
    await _credit_notes(task)
    await examine_papers(task)
    await examine_batches(task)
    for name in ("customers", "credit_notes", "invoices"):
        told, there = getattr(task.tally, name), getattr(task.examined, name)
        if told != there:
            task.found("tally", kind=name, id=None, message=f"lists count {told} {name.replace('_', ' ')}, but there are {there}")


async def _restored(task: Task) -> None:
    """A dump keeps transaction ids, another cluster counts its own: what it writes would sort below what is sealed already."""
    last = await checks.last_xid(task.connection, tenant_id=task.tenant.id)
    coming = await checks.next_xid(task.connection)
    if last >= coming:
        message = (
            f"restored into another cluster: the last transaction of the journal is {last}, the next one of this cluster {coming}. "
            "Stop the server before more is written: see docs/restoring.md"
        )
        task.found("restored", kind="journal", id=None, message=message)


async def _journal(task: Task) -> None:
    """Rows, blocks, and the states the journal tells."""
    of, examined = task.tenant.id, task.examined
    expected = await checks.sealed_rows(task.connection, tenant_id=of)
    seals = Seals(checks.blocks(task.connection, tenant_id=of), tenant_id=of)
    async for rows in checks.journal(task.connection, tenant_id=of):
        for finding in await seals.lay(rows):
            task.tell(finding)
        for row in rows:
            entries = entries_of(row, tenant_id=of)
            if isinstance(entries, str):
                task.found("journal_row", kind="journal", id=row.id, message=f"{entries} ({row.kind} {row.object_id}, {row.action})")
            else:
                for entry in entries:
                    task.states.journal(entry)
                learn_patterns(task, row)
        examined.journal_rows += len(rows)
        task.progress("journal", examined.journal_rows, expected)
    for finding in await seals.end():
        task.tell(finding)
    examined.blocks, examined.unsealed, examined.unsealed_since = seals.number, seals.unsealed, seals.unsealed_since


async def _customers(task: Task) -> None:
    """Their own content; nothing is worked out from it."""
    async for page in checks.customers(task.connection, tenant_id=task.tenant.id):
        for customer in page:
            task.shelve(customer, "customer")
        task.examined.customers += len(page)
        task.progress("customers", task.examined.customers, task.tally.customers)


async def _invoices(task: Task) -> None:
    """Each invoice with its rows; all of them against what lists are counted from and the page marks."""
    of, home, examined = task.tenant.id, task.tenant.currency, task.examined
    stands: Counter[Stand] = Counter()
    marks = await checks.marks(task.connection, tenant_id=of)
    async for documents, rows in checks.invoices(task.connection, tenant_id=of):
        linked = {row.allocation.credit_note_id for own in rows.values() for row in own}
        notes = await checks.counterparts(task.connection, tenant_id=of, ids=[id for id in linked if id is not None])
        for invoice in documents:
            id, own = known(invoice.id), rows.pop(known(invoice.id), ())
            marked = marks.pop(examined.invoices, id)
            if marked != id:
                task.found(
                    "page_mark",
                    kind="invoice",
                    id=marked,
                    message=f"it is marked at position {examined.invoices}, where invoice {id} stands",
                )
            task.faults(invoice_faults(invoice, own, notes=notes, home_currency=home, day=task.day), kind="invoice", id=id)
            stands[(invoice.standing, invoice.uncovered_on, invoice.promised_on)] += 1
            task.shelve(invoice, "invoice")
            for row in own:
                task.shelve(row.allocation, row.allocation.kind)
            examined.invoices += 1
            examined.rows += len(own)
        for id, own in rows.items():
            task.found("row_alone", kind="invoice", id=id, message=f"rows on this invoice, which is not there: {len(own)}")
            for row in own:
                task.shelve(row.allocation, row.allocation.kind)
        task.progress("invoices", examined.invoices, task.tally.invoices)
    for position, id in marks.items():
        task.found(
            "page_mark", kind="invoice", id=id, message=f"it is marked at position {position}, but there are {examined.invoices} invoices"
        )
    await _stands(task, stands)


async def _stands(task: Task, there: Counter[Stand]) -> None:
    told = Counter(await checks.stands(task.connection, tenant_id=task.tenant.id))
    for stand in sorted(told.keys() | there.keys(), key=str):
        if told[stand] != there[stand]:
            standing, uncovered_on, promised_on = stand
            shown = f"standing {standing}, uncovered_on {uncovered_on}, promised_on {promised_on}"
            task.found(
                "tally", kind="invoices", id=None, message=f"lists count {told[stand]} invoices with {shown}, but there are {there[stand]}"
            )


async def _credit_notes(task: Task) -> None:
    """Each credit note with its rows; its links were shelved with the invoices."""
    examined = task.examined
    async for documents, rows in checks.credit_notes(task.connection, tenant_id=task.tenant.id):
        for credit_note in documents:
            id, own = known(credit_note.id), rows.pop(known(credit_note.id), ())
            task.faults(credit_note_faults(credit_note, own, home_currency=task.tenant.currency), kind="credit_note", id=id)
            task.shelve(credit_note, "credit_note")
            _paybacks(task, own)
            examined.credit_notes += 1
        for id, own in rows.items():
            task.found("row_alone", kind="credit_note", id=id, message=f"rows on this credit note, which is not there: {len(own)}")
            _paybacks(task, own)
        task.progress("credit notes", examined.credit_notes, task.tally.credit_notes)


def _paybacks(task: Task, rows: Iterable[checks.StoredRow]) -> None:
    for row in rows:
        if row.allocation.invoice_id is None:
            task.shelve(row.allocation, row.allocation.kind)
            task.examined.rows += 1


def _nobody(_: Finding) -> None:
    """Takes a finding that was told already."""
