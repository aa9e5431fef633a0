"""Lists: every filter and order against the same question asked in Python, and far pages through marks against counting to them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import pytest

from duebook.jobs import follower
from duebook.store import lists, marks
from duebook.store.db import Connection, Database
from duebook.store.ids import Ids, created_at
from duebook.store.lists import SORTS, Filters
from duebook.store.unit import Tenant
from duebook.web.today import now
from tests.make import Company, simple_credit_note, simple_invoice
from tests.store.written import Stand, add_customer, add_invoices, insert_invoices, some_tenant, unit_of, visit_until_quiet

DAY: Final = date(2026, 2, 1)
DISTANCE, PAGE_SIZE = 7, 3


async def every_page(connection: Connection, tenant: Tenant, resource: lists.Resource, filters: Filters) -> tuple[list[UUID], int]:
    """The ids of all pages in order, and the total that every page told."""
    ids: list[UUID] = []
    number, totals = 1, set[int]()
    while True:
        page = await lists.page(connection, tenant_id=tenant.id, resource=resource, filters=filters, number=number, day=DAY)
        totals.add(page.total)
        if not page.ids:
            [total] = totals
            return ids, total
        ids += page.ids
        number += 1


class Example:
    """One document as a list sees it."""

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getitem__(self, name: str) -> Any:
        return self.row[name]

    def fits(self, filters: Filters) -> bool:
        text = f"{self['reference']} {self['external_id'] or ''} {self['name']} {self['amount']}".lower()
        return (
            filters.customer_id in (None, self["customer_id"])
            and filters.external_id in (None, self["external_id"])
            and (filters.updated_since is None or self["updated_at"] >= filters.updated_since)
            and all(any(part.startswith(word.lower()) for part in _words(text)) for word in _words(filters.search or ""))
        )


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


ORDERS: Final[dict[str, Callable[[Example], Any]]] = {
    "createdAt": lambda one: one["id"],
    "updatedAt": lambda one: (one["updated_at"], one["id"]),
    "issueDate": lambda one: (one["issued_on"], one["id"]),
    "dueDate": lambda one: (one["due_on"], one["id"]),
    "amount": lambda one: (one["amount"], one["id"]),
    "name": lambda one: one["id"],  # a document has no name: the order of creation
}


@pytest.fixture
async def company_with_papers(acme: Company) -> Company:
    """Dupont and Martin with twelve invoices and six credit notes that differ in everything a list can ask for."""
    clients = [await acme.customer("Dupont & Fils"), await acme.customer("Martin")]
    for number in range(12):
        month = 1 + number % 3
        days = {"issueDate": f"2026-0{month}-0{1 + number % 4}", "dueDate": f"2026-0{3 + number % 2}-1{number % 5}"}
        await acme.post("/invoices", simple_invoice(clients[number % 2], amount=100 * (number % 5), reference=f"FA/{number}", **days))
        if number % 2:
            await acme.post(
                "/credit-notes", simple_credit_note(clients[number % 2], amount=50 + number % 4, reference=f"AV {number}", **days)
            )
    return acme


@pytest.mark.parametrize("few", [0, 1_000])
@pytest.mark.parametrize("resource", ["invoices", "credit_notes"])
async def test_every_filter_and_order_answers_as_python_does(
    company_with_papers: Company, resource: lists.Resource, few: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lists, "PAGE_SIZE", PAGE_SIZE)
    monkeypatch.setattr(lists, "FEW", few)
    tenant = company_with_papers.tenant
    async with company_with_papers.database.tenant(tenant.id) as connection:
        rows = await connection.fetch(
            f"SELECT d.*, c.name FROM {resource} AS d JOIN customers AS c ON c.tenant_id = $1 AND c.id = d.customer_id", tenant.id
        )
        examples = [Example(row) for row in rows]
        middle = sorted(examples, key=lambda one: one["updated_at"])[len(examples) // 2]
        wanted: dict[str, Any] = {
            "customer_id": middle["customer_id"],
            "external_id": middle["external_id"],
            "updated_since": middle["updated_at"],
            "search": "dup FILS",
        }
        asked = [dict(chosen) for count in range(len(wanted) + 1) for chosen in combinations(wanted.items(), count)]
        asked += [{"search": text} for text in ("", "mar", "artin", "FA/1", "100", "a.*", "%", "zzz", "av 1", str(middle["reference"]))]
        for sort in SORTS:
            for descending in (False, True):
                for chosen in asked:
                    filters = Filters(**chosen, sort=sort, descending=descending)
                    # Documents have no name: that sort is ignored, and so is its direction.
                    backwards = descending and sort != "name"
                    fitting = sorted((one for one in examples if one.fits(filters)), key=ORDERS[sort], reverse=backwards)
                    expected = [one["id"] for one in fitting]
                    assert await every_page(connection, tenant, resource, filters) == (expected, len(expected)), filters


async def test_customers_are_listed_by_name_and_found_by_words(acme: Company):
    names = ["Zoé", "Dupont", "dupont & Fils", "Martin"]
    ids = {name: UUID(await acme.customer(name)) for name in names}
    async with acme.database.tenant(acme.tenant.id) as connection:

        async def found(**asked: Any) -> list[UUID]:
            listed, total = await every_page(connection, acme.tenant, "customers", Filters(**asked))
            assert len(listed) == total
            return listed

        assert await found() == [ids[name] for name in names]
        assert await found(descending=True) == [ids[name] for name in reversed(names)]
        assert await found(search="DUP") == [ids["Dupont"], ids["dupont & Fils"]]
        assert await found(search="fils dup") == [ids["dupont & Fils"]]
        assert await found(sort="name", search="ma") == [ids["Martin"]]
        assert set(await found(sort="name")) == set(ids.values())
        assert await found(sort="name", descending=True) == (await found(sort="name"))[::-1]
        assert await found(statuses=("paid",)) == [ids[name] for name in names], "a filter without a column is ignored"


@pytest.fixture
def close_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks every seven invoices and pages of three, so that a far page is near."""
    monkeypatch.setattr(marks, "DISTANCE", DISTANCE)
    monkeypatch.setattr(lists, "DISTANCE", DISTANCE)
    monkeypatch.setattr(lists, "PAGE_SIZE", PAGE_SIZE)


async def add_invoices_at(database: Database, tenant: Tenant, customer: UUID, instants: list[datetime]) -> None:
    for at in instants:
        async with unit_of(database, tenant, at=at) as unit:
            await add_invoices(unit, customer, [Stand()])


async def marks_of(connection: Connection, tenant: Tenant) -> list[tuple[int, UUID]]:
    rows = await connection.fetch("SELECT position, id FROM page_marks WHERE tenant_id = $1 ORDER BY position", tenant.id)
    return [(row[0], row[1]) for row in rows]


async def assert_pages_are_those_of_an_offset(connection: Connection, tenant: Tenant) -> None:
    ids = [row[0] for row in await connection.fetch("SELECT id FROM invoices WHERE tenant_id = $1 ORDER BY id", tenant.id)]
    for position, id in await marks_of(connection, tenant):
        assert ids[position] == id, "a mark is the id with so many before it"
    assert await every_page(connection, tenant, "invoices", Filters()) == (ids, len(ids))


@pytest.mark.usefixtures("close_marks")
async def test_a_page_through_marks_is_the_page_by_counting(own_database: Database):
    """Invoices come in bursts; after each the follower extends the marks, and every page is compared."""
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        customer = await add_customer(unit)
    start = now() - timedelta(hours=2)
    for burst, count in enumerate([5, 2, 1, 20, 0, 6, 8]):
        await add_invoices_at(own_database, tenant, customer, [start + timedelta(minutes=burst, seconds=n) for n in range(count)])
        async with own_database.owner() as connection:
            await marks.extend(connection, tenant_id=tenant.id)
        async with own_database.tenant(tenant.id) as connection:
            await assert_pages_are_those_of_an_offset(connection, tenant)

    async with own_database.owner() as connection:
        found = await marks_of(connection, tenant)
    assert [position for position, _ in found] == list(range(DISTANCE, 42, DISTANCE)), "42 invoices, the last at position 41"


@pytest.mark.usefixtures("close_marks")
async def test_extending_goes_on_where_it_stopped(own_database: Database):
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        customer = await add_customer(unit)
        ids = Ids(at=now() - timedelta(hours=1)).many(5 * DISTANCE + 1)
        await insert_invoices(unit.connection, tenant_id=tenant.id, customer_id=customer, ids=ids)

    async with own_database.owner() as connection:
        assert [await marks.extend(connection, tenant_id=tenant.id, most=2) for _ in range(4)] == [2, 2, 1, 0]
        assert await marks_of(connection, tenant) == [(n, ids[n]) for n in range(DISTANCE, len(ids), DISTANCE)]


@pytest.mark.usefixtures("close_marks")
async def test_no_mark_is_set_where_a_writer_may_still_put_an_invoice_before_it(own_database: Database):
    """The clocks of several servers may differ by the margin, and a writer's ids carry the instant it began."""
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        customer = await add_customer(unit)
    old, young = now() - timedelta(minutes=5), now() - timedelta(seconds=30)
    await add_invoices_at(own_database, tenant, customer, [old] * DISTANCE + [young] * 10 * DISTANCE)

    await visit_until_quiet(own_database)
    async with own_database.owner() as connection:
        assert await marks_of(connection, tenant) == [], "the first place of a mark is taken by a young one"
        assert await connection.fetchval("SELECT count(*) FROM invoices") > 10 * DISTANCE

    await add_invoices_at(own_database, tenant, customer, [old])
    async with own_database.owner() as connection:
        await marks.extend(connection, tenant_id=tenant.id)
        found = await marks_of(connection, tenant)
    assert [position for position, _ in found] == [DISTANCE]
    assert created_at(found[0][1]) == old
    async with own_database.tenant(tenant.id) as connection:
        await assert_pages_are_those_of_an_offset(connection, tenant)


@pytest.mark.usefixtures("close_marks")
async def test_a_writer_that_runs_keeps_marks_behind_its_beginning(own_database: Database, monkeypatch: pytest.MonkeyPatch):
    """With clocks that agree to the millisecond, what was entered after the oldest writer began still gets no mark."""
    monkeypatch.setattr(marks, "_MARGIN", timedelta(0))
    tenant = await some_tenant(own_database)
    async with unit_of(own_database, tenant) as unit:
        customer = await add_customer(unit)

    async with unit_of(own_database, tenant) as slow:
        slow_ids = slow.ids.many(2)
        await slow.connection.execute("SELECT pg_sleep(0.005)")
        await add_invoices_at(own_database, tenant, customer, [now() for _ in range(2 * DISTANCE)])
        await follower.visit(own_database, tenant_id=tenant.id, at=now())
        async with own_database.owner() as connection:
            assert await marks_of(connection, tenant) == []
        await insert_invoices(slow.connection, tenant_id=tenant.id, customer_id=customer, ids=slow_ids)

    async with own_database.owner() as connection:
        await connection.execute("SELECT pg_sleep(0.005)")
        await marks.extend(connection, tenant_id=tenant.id)
        assert [position for position, _ in await marks_of(connection, tenant)] == [DISTANCE, 2 * DISTANCE]
        ids = [row[0] for row in await connection.fetch("SELECT id FROM invoices WHERE tenant_id = $1 ORDER BY id", tenant.id)]
        assert ids[:2] == slow_ids, "it was entered last and stands first"
        assert [ids[position] for position, _ in await marks_of(connection, tenant)] == [id for _, id in await marks_of(connection, tenant)]
