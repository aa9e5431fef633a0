"""Lists: the page object, its order, filters that narrow and exact totals, right after a write and after they were folded."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from duebook.jobs import follower
from duebook.store.db import Database
from duebook.web.today import now
from tests.conftest import TODAY
from tests.leanpay.footprint import value
from tests.make import Company, complete_invoice, open_company, simple_credit_note, simple_invoice

PAGE_KEYS = ["data", "count", "total", "page", "pageCount"]


def names(page: dict[str, Any]) -> list[str]:
    return [one["externalId"] for one in page["data"]]


@pytest.fixture
async def alone(own_database: Database) -> Company:
    """A company in a database of its own, for what the follower does to all tenants."""
    return await open_company(own_database, day=TODAY)


async def test_an_empty_list_is_a_page_too(acme: Company) -> None:
    for path in ("/invoices", "/credit-notes", "/clients"):
        page = await acme.get(path)
        assert list(page) == PAGE_KEYS
        assert list(page.values()) == [[], 0, 0, 1, 0]


async def test_a_page_shows_each_invoice_as_it_was_at_one_moment(acme: Company) -> None:
    """While payments are changed, no page shows an amount paid that its payments do not come to."""
    client_id = await acme.customer()
    bodies = [complete_invoice(client_id) for _ in range(20)]
    paid = asyncio.Event()

    async def pay() -> None:
        for amount in (1_000, 2_000, 3_000, 4_000):
            for body in bodies:
                payments = [{"date": "2026-01-10", "amount": amount, "externalId": "P-1"}]
                await acme.post("/invoices/complete", body | {"payments": payments})
        paid.set()

    async def look() -> set[tuple[int, int]]:
        seen: set[tuple[int, int]] = set()
        while not paid.is_set():
            for one in (await acme.get("/invoices"))["data"]:
                seen.add((one["paidAmount"], sum(row["amount"] for row in one["payments"])))
        return seen

    _, *seen = await asyncio.gather(pay(), *[look() for _ in range(4)])
    met = set().union(*filter(None, seen))
    assert len(met) > 2, "the readers saw too little of it"
    assert [pair for pair in met if pair[0] != pair[1]] == []


def client(_: str, **fields: Any) -> dict[str, Any]:
    return {"name": "Dupont"} | fields


@pytest.mark.parametrize(
    ("path", "field", "make"),
    [("/invoices", "invoices", simple_invoice), ("/credit-notes", "creditNotes", simple_credit_note), ("/clients", "clients", client)],
)
async def test_pages_of_100_in_order_of_creation(acme: Company, path: str, field: str, make: Any) -> None:
    client_id = await acme.customer() if field != "clients" else ""
    expected = [f"{999 - number}" for number in range(201)]
    for start in (0, 100, 200):
        items = [make(client_id, externalId=name) for name in expected[start : start + 100]]
        created = (await acme.post(f"{path}/batch", {field: items}))["data"]
        assert [one["externalId"] for one in created] == expected[start : start + 100]
    pages = [await acme.get(path, page=str(number)) for number in (1, 2, 3)]
    listed = [one for page in pages for one in page["data"]]
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    assert [one["createdAt"] for one in listed] == sorted(one["createdAt"] for one in listed)
    assert sorted(one["externalId"] for one in listed) == sorted(expected)
    assert [(page["count"], page["total"], page["page"], page["pageCount"]) for page in pages] == [
        (100, 201, 1, 3), (100, 201, 2, 3), (1, 201, 3, 3),
    ]  # fmt: skip
    for number in (4, 9_007_199_254_740_991):
        beyond = await acme.get(path, page=str(number))
        assert list(beyond.values()) == [[], 0, 201, number, 3]


async def test_exactly_a_hundred_is_one_page(acme: Company) -> None:
    client_id = await acme.customer()
    await acme.post("/invoices/batch", {"invoices": [simple_invoice(client_id) for _ in range(100)]})
    page = await acme.get("/invoices")
    assert (page["count"], page["total"], page["pageCount"]) == (100, 100, 1)


async def test_filters_narrow_together(acme: Company) -> None:
    dupont, martin = await acme.customer("Dupont"), await acme.customer("Martin")
    for client_id, who in ((dupont, "d"), (martin, "m")):
        late = simple_invoice(client_id, externalId=f"{who}-late")
        soon = simple_invoice(client_id, externalId=f"{who}-soon", dueDate="2026-03-01")
        await acme.post("/invoices/batch", {"invoices": [late, soon]})
        await acme.post("/credit-notes", simple_credit_note(client_id, externalId=f"{who}-note"))
    assert names(await acme.get("/invoices", clientId=dupont)) == ["d-late", "d-soon"]
    assert names(await acme.get("/invoices", clientId=dupont, status="overdue")) == ["d-late"]
    assert names(await acme.get("/invoices", clientId=dupont, status="overdue,due")) == ["d-late", "d-soon"]
    assert names(await acme.get("/invoices", clientId=dupont, externalId="m-late")) == []
    assert names(await acme.get("/invoices", externalId="m-late")) == ["m-late"]
    assert names(await acme.get("/credit-notes", clientId=martin)) == ["m-note"]
    assert names(await acme.get("/credit-notes", status="deducted")) == []
    assert names(await acme.get("/credit-notes", status="available,deducted")) == ["d-note", "m-note"]
    for page in (await acme.get("/invoices", clientId=dupont, status="due"), await acme.get("/invoices", externalId="m-late")):
        assert (page["count"], page["total"], page["pageCount"]) == (1, 1, 1)


async def test_a_filter_that_a_resource_has_no_field_for_is_ignored(acme: Company) -> None:
    client_id = await acme.customer()
    page = await acme.get("/clients", status="overdue", clientId="no uuid", sort="amount")
    assert [one["id"] for one in page["data"]] == [client_id]
    await acme.post("/credit-notes", simple_credit_note(client_id))
    assert (await acme.get("/credit-notes", sort="name"))["total"] == 1
    for number in (1, 2):
        await acme.post("/invoices", simple_invoice(client_id, externalId=f"{number}"))
    assert names(await acme.get("/invoices", sort="-name")) == ["1", "2"], "a sort that is ignored is not turned round either"


async def test_sorting_by_each_field_and_back_with_ties_by_id(acme: Company) -> None:
    client_id = await acme.customer()
    rows = [("a", 30, "2026-01-03", "2026-02-01"), ("b", 10, "2026-01-01", "2026-02-03"), ("c", 20, "2026-01-02", "2026-02-02")]
    rows.append(("d", 20, "2026-01-02", "2026-02-02"))
    for name, amount, issued, due in rows:
        await acme.post("/invoices", simple_invoice(client_id, externalId=name, amount=amount, issueDate=issued, dueDate=due))
    await acme.post("/invoices", simple_invoice(client_id, externalId="b", amount=10, issueDate="2026-01-01", dueDate="2026-02-03"))
    orders = {"createdAt": "abcd", "updatedAt": "acdb", "issueDate": "bcda", "dueDate": "acdb", "amount": "bcda"}
    for sort, expected in orders.items():
        assert "".join(names(await acme.get("/invoices", sort=sort))) == expected, sort
        assert "".join(names(await acme.get("/invoices", sort=f"-{sort}"))) == expected[::-1], sort
    await acme.post("/clients", {"name": "Aubert", "externalId": "aubert"})
    assert [one["name"] for one in (await acme.get("/clients", sort="name"))["data"]] == ["Aubert", "Dupont"]
    assert [one["name"] for one in (await acme.get("/clients", sort="-name"))["data"]] == ["Dupont", "Aubert"]


async def test_updated_since_is_inclusive_to_the_millisecond(acme: Company) -> None:
    client_id = await acme.customer()
    first = await acme.post("/invoices", simple_invoice(client_id, externalId="first"))
    second = await acme.post("/invoices", simple_invoice(client_id, externalId="second"))
    since = second["updatedAt"]
    assert first["updatedAt"] < since
    assert names(await acme.get("/invoices", updatedSince=since)) == ["second"]
    assert names(await acme.get("/invoices", updatedSince=first["updatedAt"])) == ["first", "second"]
    assert names(await acme.get("/invoices", updatedSince=since[:-1] + "+00:00")) == ["second"]
    assert names(await acme.get("/invoices", updatedSince=since[:10])) == ["first", "second"]
    assert names(await acme.get("/invoices", updatedSince="2999-01-01")) == []
    assert (await acme.get("/clients", updatedSince="1999-01-01T12:00:00+02:00"))["total"] == 1


@pytest.mark.parametrize(
    ("timezone", "midnight"),
    [("Europe/Paris", "2026-01-31T23:00:00Z"), ("Asia/Tokyo", "2026-01-31T15:00:00Z"), ("UTC", "2026-02-01T00:00:00Z")],
)
async def test_a_day_of_updated_since_begins_when_it_does_for_the_tenant(database: Database, timezone: str, midnight: str) -> None:
    company = await open_company(database, day=TODAY, timezone=timezone)
    client_id = await company.customer()
    moment = datetime.fromisoformat(midnight)
    async with company.database.owner() as connection:
        for name, at in (("before", moment - timedelta(milliseconds=1)), ("first", moment)):
            id = (await company.post("/invoices", simple_invoice(client_id, externalId=name)))["id"]
            await connection.execute("UPDATE invoices SET updated_at = $3 WHERE tenant_id = $1 AND id = $2", company.tenant.id, id, at)
    assert names(await company.get("/invoices", updatedSince="2026-02-01")) == ["first"]


async def test_a_sync_by_updated_since_sees_a_document_whose_rows_changed(acme: Company) -> None:
    client_id = await acme.customer()
    note = await acme.post("/credit-notes", simple_credit_note(client_id, externalId="note"))
    body = complete_invoice(client_id, externalId="linked")
    await acme.post("/invoices/complete", body)
    link = {"date": "2026-01-10", "amount": 1, "creditNote": {"id": note["id"]}}
    invoice = await acme.post("/invoices/complete", body | {"creditNoteLinks": [link]})
    assert names(await acme.get("/invoices", updatedSince=invoice["updatedAt"])) == ["linked"]
    assert names(await acme.get("/credit-notes", updatedSince=invoice["updatedAt"])) == ["note"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("FA", ["one", "two"]), ("fa", ["one", "two"]), ("2026", ["one", "two"]), ("0117", ["one"]), ("117", []), ("kerv", ["one", "two"]),
        ("menu kerv 0118", ["two"]), ("kervella nobody", []), ("4800", ["two"]), ("48", ["two"]), ("800", []), ("one", ["one"]),
        ("FA-2026-0117", ["one"]), ("k.rvella", []), ("(", ["one", "two"]), ("%", ["one", "two"]), ("éléonore", []), ("'; DROP", []),
    ],
)  # fmt: skip
async def test_search_takes_each_word_as_a_prefix(acme: Company, search: str, found: list[str]) -> None:
    client_id = await acme.customer("Menuiserie Kervella")
    for name, reference, amount in (("one", "FA-2026-0117", 100), ("two", "FA-2026-0118", 4_800)):
        await acme.post("/invoices", simple_invoice(client_id, externalId=name, reference=reference, amount=amount))
    page = await acme.get("/invoices", search=search)
    assert (names(page), page["total"]) == (found, len(found))


async def test_search_finds_clients_and_credit_notes(acme: Company) -> None:
    client_id = await acme.customer("Éléonore Dupont-Martin", externalId="C-42")
    await acme.post("/credit-notes", simple_credit_note(client_id, externalId="note", reference="AV/2026"))
    for words in ("éléo", "ÉLÉONORE", "martin", "dupont éléonore", "c 42"):
        assert (await acme.get("/clients", search=words))["total"] == 1, words
        assert names(await acme.get("/credit-notes", search=words if words != "c 42" else "av 2026")) == ["note"], words
    assert (await acme.get("/clients", search="onore"))["total"] == 0


async def test_an_external_id_with_every_kind_of_sign_is_found_by_filter(acme: Company) -> None:
    client_id = await acme.customer()
    for name in ("a b", "a+b", "a&b=c", "é/ü", "100%", "'; --", "😀", "*"):
        await acme.post("/invoices", simple_invoice(client_id, externalId=name))
        answer = await acme.call("GET", f"/invoices?externalId={quote(name, safe='')}")
        assert names(answer.json()) == [name]


async def totals(company: Company) -> dict[str, int]:
    found = {path: (await company.get(path))["total"] for path in ("/clients", "/invoices", "/credit-notes")}
    statuses = ("due", "overdue", "paid", "offset")
    return found | {status: (await company.get("/invoices", status=status))["total"] for status in statuses}


async def test_totals_are_exact_before_and_after_they_are_folded(alone: Company) -> None:
    client_id = await alone.customer()
    expected = {"/clients": 1, "/invoices": 0, "/credit-notes": 0, "due": 0, "overdue": 0, "paid": 0, "offset": 0}
    for number in range(4):
        due = {"a": "2026-01-31", "b": "2026-02-01", "c": "2026-02-01"}
        items = [simple_invoice(client_id, externalId=f"{number}-{name}", dueDate=day) for name, day in due.items()]
        await alone.post("/invoices/batch", {"invoices": items})
        await alone.post("/credit-notes", simple_credit_note(client_id))
        paid = complete_invoice(client_id, externalId=f"{number}-a", payments=[{"date": "2026-01-10", "amount": 12_000}])
        await alone.post("/invoices/complete", paid)
        await alone.post("/invoices", items[1])
        expected |= {"/invoices": expected["/invoices"] + 3, "/credit-notes": number + 1}
        expected |= {"due": expected["due"] + 2, "paid": expected["paid"] + 1}
        assert await totals(alone) == expected
        if number % 2:
            await follower.visit_writers(alone.database, at=now())
            assert await totals(alone) == expected
    assert await totals(alone.on("2026-02-02")) == expected | {"due": 0, "overdue": expected["due"]}


async def test_folding_leaves_one_row_and_the_next_writer_is_visited_again(alone: Company) -> None:
    client_id = await alone.customer()
    for _ in range(3):
        await alone.post("/invoices", simple_invoice(client_id))
    assert await follower.visit_writers(alone.database, at=now()) == 1
    assert await value(alone, "SELECT count(*) FROM tallies WHERE tenant_id = $1") == 1
    assert await follower.visit_writers(alone.database, at=now()) == 0
    await alone.post("/invoices", simple_invoice(client_id))
    assert await follower.visit_writers(alone.database, at=now()) == 1
    assert await value(alone, "SELECT sum(invoices) FROM tallies WHERE tenant_id = $1 AND is_base") == 4


async def test_a_refused_request_and_a_dry_run_do_not_count(acme: Company) -> None:
    client_id = await acme.customer()
    before = await totals(acme)
    await acme.refused("/invoices/batch", {"invoices": [simple_invoice(client_id), {}]}, status=400)
    await acme.post("/invoices/batch?dryRun=true", {"invoices": [simple_invoice(client_id)]})
    assert await totals(acme) == before


async def test_a_total_by_status_is_that_of_the_rows(acme: Company) -> None:
    """A filter beside the status counts rows, and the status alone reads the totals: both tell the same of what the door wrote."""
    client_id = await acme.customer()
    for due in ("2026-01-31", "2026-02-28"):
        await acme.post("/invoices", simple_invoice(client_id, dueDate=due))
    for status in ("due", "overdue"):
        alone, counted = await acme.get("/invoices", status=status), await acme.get("/invoices", status=status, clientId=client_id)
        assert (alone["total"], alone["data"]) == (counted["total"], counted["data"])
        assert alone["total"] == 1
