"""PostgreSQL's answer to "which invoices are overdue?" is the core's, for every standing, on every day, counted and listed."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations, product
from uuid import UUID

import pytest

from duebook.core.assessment import assess
from duebook.core.instalment import uncovered_on
from duebook.core.invoice import Invoice, laid
from duebook.core.status import CREDIT_NOTE_STATUSES, INVOICE_STATUSES, STANDINGS
from duebook.store import customers, journal, lists
from duebook.store.db import Connection, Database
from duebook.store.lists import Filters
from duebook.store.unit import Tenant
from tests.core import drawn
from tests.make import Company, complete_credit_note, complete_invoice
from tests.store.written import Stand, add_customer, add_invoices, some_tenant, unit_of, visit_until_quiet

FIRST = date(2026, 2, 1)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(5))
MARKED = (None, *DAYS[1:-1])
"""Days that stand on the rows; the laws look from the day before the first to the day after the last."""

EVERY_STAND = tuple(Stand(*stand) for stand in product(STANDINGS, MARKED, MARKED))
"""Whatever can stand in the three columns, also what no fact would put there."""


async def listed(connection: Connection, tenant: Tenant, day: date, *statuses: str) -> tuple[set[UUID], int]:
    """Every id of every page of the list, and the total it told."""
    ids: list[UUID] = []
    number = 1
    while True:
        page = await lists.page(
            connection, tenant_id=tenant.id, resource="invoices", filters=Filters(statuses=statuses), number=number, day=day
        )
        if not page.ids:
            assert len(ids) == len(set(ids)), "no invoice stands on two pages"
            return set(ids), page.total
        ids += page.ids
        number += 1


@pytest.mark.parametrize("folded", [False, True], ids=["tallies as written", "tallies folded"])
async def test_lists_and_totals_are_the_cores_on_every_day(database: Database, folded: bool):
    tenant = await some_tenant(database)
    async with unit_of(database, tenant) as unit:
        ids = await add_invoices(unit, await add_customer(unit), EVERY_STAND)
    if folded:
        await visit_until_quiet(database)

    async with database.tenant(tenant.id) as connection:
        for day in DAYS:
            expected: dict[str, set[UUID]] = {status: set() for status in INVOICE_STATUSES}
            for id, stand in zip(ids, EVERY_STAND, strict=True):
                expected[assess(_Reviewed(*stand), day).status].add(id)

            for status in INVOICE_STATUSES:
                assert await listed(connection, tenant, day, status) == (expected[status], len(expected[status])), (status, day)
            for one, other in combinations(INVOICE_STATUSES, 2):
                both = expected[one] | expected[other]
                assert await listed(connection, tenant, day, one, other) == (both, len(both)), (one, other, day)
            totals = await journal.totals_by_status(connection, tenant_id=tenant.id, day=day)
            assert Counter(totals) == Counter({status: len(found) for status, found in expected.items()})


class _Reviewed(Stand):
    """A stand as `assess` reads one; when it was to be reviewed says nothing of its status."""

    review_on: date | None = None


async def test_a_status_with_another_filter_is_counted_alike(database: Database):
    """Such totals do not come from the tallies but from the rows."""
    tenant = await some_tenant(database)
    async with unit_of(database, tenant) as unit:
        dupont, martin = await add_customer(unit), await add_customer(unit, name="Martin")
        ids = await add_invoices(unit, dupont, EVERY_STAND)
        await add_invoices(unit, martin, EVERY_STAND)

    async with database.tenant(tenant.id) as connection:
        for day, status in product(DAYS, INVOICE_STATUSES):
            for statuses in ((status,), (status, "due" if status != "due" else "paid")):
                expected = {id for id, stand in zip(ids, EVERY_STAND, strict=True) if assess(_Reviewed(*stand), day).status in statuses}
                page = await lists.page(
                    connection,
                    tenant_id=tenant.id,
                    resource="invoices",
                    filters=Filters(customer_id=dupont, statuses=statuses),
                    number=1,
                    day=day,
                )
                assert (set(page.ids), page.total) == (expected, len(expected)), (status, day)


async def test_credit_notes_are_listed_by_their_standing(acme: Company):
    client = await acme.customer()
    available = (await acme.post("/credit-notes/complete", complete_credit_note(client)))["id"]
    paid_back = {"paybacks": [{"date": "2026-01-15", "amount": 2_000, "externalId": "back"}]}
    deducted = (await acme.post("/credit-notes/complete", complete_credit_note(client) | paid_back))["id"]
    expected = {"available": {UUID(available)}, "deducted": {UUID(deducted)}}

    async with acme.database.tenant(acme.tenant.id) as connection:
        for statuses in [(status,) for status in CREDIT_NOTE_STATUSES] + list(combinations(CREDIT_NOTE_STATUSES, 2)):
            page = await lists.page(
                connection, tenant_id=acme.tenant.id, resource="credit_notes", filters=Filters(statuses=statuses), number=1, day=FIRST
            )
            found = set[UUID]().union(*(expected.get(status, set()) for status in statuses))
            assert (set(page.ids), page.total) == (found, len(found)), statuses


async def test_what_a_customer_owes_is_what_the_core_adds_up(acme: Company):
    """Dupont has instalments in every state of cover; PostgreSQL adds up the balance that the core reads from each invoice."""
    client = await acme.customer()
    schedules = [[("2026-01-10", 40), ("2026-01-31", 60)], [("2026-01-31", 100)], [("2026-02-01", 50), ("2026-02-02", 50)]]
    paid = [0, 30, 40, 70, 100, 130]
    documents: list[Invoice] = []
    for schedule, money in product(schedules, paid):
        body = complete_invoice(client, amount=100)
        body["dueDates"] = [{"dueDate": day, "currency": "EUR", "amount": part} for day, part in schedule]
        body["payments"] = [{"date": "2026-01-05", "amount": money, "externalId": "p"}]
        await acme.post("/invoices/complete", body)
        bare = drawn.invoice(*[(date.fromisoformat(day), part) for day, part in schedule])
        documents.append(laid(bare, [drawn.row(amount=money)], day=FIRST))

    async with acme.database.tenant(acme.tenant.id) as connection:
        for day in (date(2026, 1, 1), date(2026, 1, 31), FIRST, date(2026, 2, 2), date(2026, 2, 3)):
            found = await customers.balances(connection, tenant_id=acme.tenant.id, ids=[UUID(client)], day=day)
            [balance] = found[UUID(client)]
            assert balance.outstanding == sum(document.amount_remaining for document in documents)
            late = [(sum(part.amount for part in d.instalments if part.due_on < day), d.amount_paid) for d in documents]
            assert balance.overdue == sum(max(0, due - money) for due, money in late), "money covers the oldest part first"
            assert balance.unapplied == sum(max(0, document.amount_paid - 100) for document in documents)


async def test_the_stored_day_is_the_first_that_money_does_not_cover(acme: Company):
    client = await acme.customer()
    schedule = [("2026-01-10", 40), ("2026-01-31", 0), ("2026-02-20", 60)]
    for money in (0, 39, 40, 99, 100, 101):
        body = complete_invoice(client, amount=100)
        body["dueDates"] = [{"dueDate": day, "currency": "EUR", "amount": part} for day, part in schedule]
        body["payments"] = [{"date": "2026-01-05", "amount": money, "externalId": "p"}]
        id = UUID((await acme.post("/invoices/complete", body))["id"])
        parts = drawn.invoice(*[(date.fromisoformat(day), part) for day, part in schedule]).instalments
        async with acme.database.tenant(acme.tenant.id) as connection:
            stored = await connection.fetchval("SELECT uncovered_on FROM invoices WHERE tenant_id = $1 AND id = $2", acme.tenant.id, id)
        assert stored == uncovered_on(parts, money=money)
