"""Plans of the look-ups: a row is found by its whole key, also for a tenant that the statistics do not know (decision 0009)."""

import itertools
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from duebook.store import document_lists, statistics
from duebook.store.connection import KeptConnection
from duebook.store.db import Connection, Database
from duebook.store.document_lists import Asked, Place, Stretch, Today
from duebook.store.queries import load, render
from tests.store.written import Stand, add_customer, add_invoices, some_tenant, unit_of

LOOK_UPS = [
    f"{file}::{name}"
    for file in ("invoices.sql", "credit_notes.sql", "customers.sql", "allocations.sql", "answers.sql")
    for name in load(file)
    if name.startswith(("find", "lock", "read", "of_", "rows_of", "set_", "credit_notes_linked", "balances", "update", "delete"))
]
GROWN = {"customers", "invoices", "credit_notes", "allocations", "kept_answers"}


_FILL = """
INSERT INTO customers (tenant_id, id, external_id, name, updated_at)
SELECT $1, gen_random_uuid(), n::text, 'Dupont', now() FROM generate_series(1, 4000) AS n;

UPDATE invoices AS i SET customer_id = c.id, external_id = o.n::text
FROM (SELECT id, row_number() OVER () AS n FROM customers WHERE tenant_id = $1) AS c,
     (SELECT id, row_number() OVER () AS n FROM invoices WHERE tenant_id = $1) AS o
WHERE i.tenant_id = $1 AND i.id = o.id AND c.n = o.n;

INSERT INTO credit_notes (
    tenant_id, id, customer_id, external_id, reference, amount, default_amount, amount_paid_back, amount_linked, updated_at, issued_on,
    positions, standing, currency)
SELECT $1, gen_random_uuid(), c.id, c.external_id, 'AV', 9, 9, 0, 0, now(), '2026-01-01', 0, 'available', 'EUR'
FROM customers AS c WHERE c.tenant_id = $1;

INSERT INTO allocations (
    tenant_id, id, invoice_id, invoice_position, credit_note_id, credit_note_position, kind, amount, updated_at, dated_on, recorded_on,
    effective_on, by_invoice, by_credit_note, by_hand)
SELECT $1, gen_random_uuid(), i.id, n, CASE n WHEN 2 THEN c.id END, CASE n WHEN 2 THEN 1 END, CASE n WHEN 2 THEN 'link' ELSE 'payment' END,
       1, now(), '2026-01-01', '2026-01-01', '2026-01-01', true, false, false
FROM generate_series(1, 2) AS n, invoices AS i JOIN credit_notes AS c ON c.tenant_id = $1 AND c.external_id = i.external_id
WHERE i.tenant_id = $1;

INSERT INTO kept_answers (tenant_id, key, created_at, status, request_sha256, content_type, body)
SELECT $1, n::text, now(), 200, sha256(''), 'application/json', '' FROM generate_series(1, 4000) AS n
"""
_FOUND_OTHERWISE = ("Bitmap Heap Scan", "Function Scan", "Subquery Scan")


@pytest.fixture
async def newcomer(own_database: Database) -> UUID:
    """A tenant that came after one with thousands of documents had been counted."""
    old = await some_tenant(own_database)
    async with unit_of(own_database, old) as unit:
        customer = await add_customer(unit)
        await add_invoices(unit, customer, [Stand()] * 4_000)
    async with own_database.owner() as connection:
        await _fill(connection, old.id)
        assert set(await statistics.keep_up(connection)) >= GROWN
    return (await some_tenant(own_database)).id


async def _fill(connection: Connection, tenant_id: UUID) -> None:
    """As many customers, credit notes, rows and kept answers as there are invoices."""
    await connection.execute("SET enable_nestloop = off")  # nothing is counted yet, and loops over thousands of rows would be planned
    for sql in _FILL.split(";"):
        await connection.execute(sql, tenant_id)
    await connection.execute("RESET enable_nestloop")


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that look for rows; a bitmap's rows are found by the index scan below it."""
    if plan["Node Type"].endswith("Scan") and plan["Node Type"] not in _FOUND_OTHERWISE:
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


async def plan_of(connection: Connection, sql: str) -> dict[str, Any]:
    """The plan of a statement for all values, as a prepared one has it."""
    parameters = (await connection.prepare(sql)).get_parameters()
    await connection.execute(f"PREPARE asked AS {sql}")
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked({', '.join(['NULL'] * len(parameters))})")
    await connection.execute("DEALLOCATE asked")
    return json.loads(explained)[0]["Plan"]


def keys_of(scan: dict[str, Any]) -> set[str]:
    """The columns by which an index is entered."""
    return set(re.findall(r"\((\w+) (?:=|>=|>|<)", scan.get("Index Cond", "")))


async def test_every_look_up_goes_by_the_whole_key(own_database: Database, newcomer: UUID):
    wrong: list[str] = []
    async with own_database.tenant(newcomer) as connection:
        for place in LOOK_UPS:
            file, name = place.split("::")
            wrong += [
                f"{place}: {scan['Node Type']} by {scan.get('Index Cond', 'nothing')}"
                for scan in scans(await plan_of(connection, load(file)[name]))
                if not keys_of(scan) - {"tenant_id"}
            ]

    assert wrong == []


@pytest.mark.parametrize("resource", ["invoices", "credit_notes", "customers"])
@pytest.mark.parametrize("order", ["createdAt_of_few", "createdAt_of_few_down"])
async def test_what_was_updated_lately_is_found_by_when(own_database: Database, newcomer: UUID, resource: str, order: str):
    """A sync asks every minute; in order of creation the few that changed would be met on a walk through all."""
    sql = render(load("lists.sql")[resource], given={"page", "updated_since", order}).sql
    async with own_database.tenant(newcomer) as connection:
        found = [keys_of(scan) for scan in scans(await plan_of(connection, sql))]

    rows = [{"tenant_id", "invoice_id"}, {"tenant_id", "id"}] if resource == "invoices" else []
    assert sorted(map(sorted, found)) == sorted(map(sorted, [{"tenant_id", "updated_at"}, *rows]))


WALKED = {"Limit", "Append", "Merge Append", "Index Scan", "Index Only Scan", "Nested Loop", "Result", "Subquery Scan", "Memoize"}
"""What a page is made of that is found by walking keys: nothing is sorted or hashed, so nothing but the page is read."""

PAGES = {
    "all": Asked(),
    "of one kind": Asked(kinds=frozenset({"invoice"})),
    "to be paid": Asked(words=frozenset({"to_pay", "partially_paid"})),
    "late": Asked(words=frozenset({"late"})),
    "paid": Asked(words=frozenset({"paid"})),
    "drafts": Asked(words=frozenset({"draft"})),
}


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    """The kinds of the nodes of a plan, without those on the empty row that every such list begins with."""
    parts = plan.get("Plans", ())
    if plan["Node Type"] == "Sort" and [(part["Node Type"], "Plans" in part) for part in parts] == [("Result", False)]:
        return
    yield plan["Node Type"]
    for part in parts:
        yield from nodes(part)


async def test_a_page_of_documents_is_walked_to_by_key(own_database: Database, newcomer: UUID):
    """At any place of a list of any length, for a tenant that the statistics do not know too."""
    wrong: list[str] = []
    for name, asked in PAGES.items():
        for after, descending in itertools.product((None, Place(UUID(int=1 << 127), None)), (True, False)):
            plan = await _plan_of_page(own_database, newcomer, asked, Stretch(size=51, after=after, descending=descending))
            found = set(nodes(plan)) - WALKED
            found |= {scan["Index Name"] for scan in scans(plan) if after is not None and "id" not in keys_of(scan)}
            wrong += [f"{name}, {'down' if descending else 'up'}, behind {after}: {found}"] if found else []

    assert wrong == []


async def _plan_of_page(database: Database, tenant_id: UUID, asked: Asked, stretch: Stretch) -> dict[str, Any]:
    """The plan of the statement that a list really sends."""
    sent: list[str] = []
    fetch = KeptConnection.fetch

    async def seen(self: KeptConnection, query: str, *arguments: Any) -> Any:
        sent.append(query)
        return await fetch(self, query, *arguments)

    today = Today(day=date(2026, 2, 1), timezone="Europe/Paris")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(KeptConnection, "fetch", seen)
        async with database.tenant(tenant_id) as connection:
            await document_lists.page(connection, tenant_id=tenant_id, asked=asked, stretch=stretch, today=today)
    async with database.tenant(tenant_id) as connection:
        return await plan_of(connection, sent[-1])
