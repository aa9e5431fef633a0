"""What writers keep beside the journal while somebody listens, and what is shown where nothing was kept."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

from duebook.actions.examine_books import examine_books
from duebook.actions.finding import Finding
from duebook.store import checks, tenants
from tests.actions.issuing import draft, issue
from tests.conftest import TODAY
from tests.jobs.told import journal_of, listens, tell, told
from tests.make import Company, complete_invoice, simple_invoice

# What is kept, and what is shown where nothing was


async def test_writers_keep_views_only_while_somebody_listens(acme: Company) -> None:
    body = simple_invoice(await acme.customer(), dueDate="2026-03-31")
    await acme.post("/invoices", body)
    endpoint = await listens(acme)
    await acme.post("/invoices", body | {"reference": "FA-other"})
    await acme.hyper("DELETE", f"/v1/webhooks/endpoints/{endpoint}")
    await acme.post("/invoices", body | {"reference": "FA-third"})
    kept = [("view" in row, "day" in row) for row in await journal_of(acme) if row["kind"] == "invoice"]
    assert kept == [(False, False), (True, True), (False, False)]


async def test_of_many_rows_on_one_document_few_carry_it(acme: Company) -> None:
    """An invoice with 20 payments is kept with its own row, and not with each of theirs."""
    await listens(acme)
    payments = [{"date": "2026-01-20", "amount": 100, "externalId": f"p{number}"} for number in range(20)]
    await acme.post("/invoices/complete", complete_invoice(await acme.customer(), payments=payments))
    rows = [row for row in await journal_of(acme) if row["kind"] in ("invoice", "payment")]
    assert Counter((row["kind"], "view" in row, "customer_id" in row) for row in rows) == {
        ("invoice", True, True): 1,
        ("payment", False, True): 20,
    }


async def test_what_a_process_wrote_before_it_knew_is_shown_as_it_is_now(acme: Company) -> None:
    """The writer's tenant is a moment old and says that nobody listens."""
    await listens(acme)
    await listens(acme, door="leanpay")
    assert not acme.tenant.tells
    id = UUID(await acme.customer())
    await issue(acme, draft(id), draft(id, status="paid"))
    assert [row.get("view") for row in await journal_of(acme) if row["kind"] == "paper"] == [None, None]
    found = await told(acme)
    assert [message.event_type for message in found] == [
        *("customer.created", "invoice.imported", "invoice.imported", "payment.recorded"),
        *("invoice.created", "invoice.ready", "invoice.created", "invoice.ready", "invoice.settled"),
    ]
    assert [message.data["status"] for message in found if message.event_type == "invoice.imported"] == ["due", "paid"]
    recorded = next(message for message in found if message.event_type == "payment.recorded")
    assert (recorded.data["clientId"], recorded.data["amount"]) == (str(id), 12_000)


async def test_a_doctor_finds_nothing_wrong_with_views(acme: Company) -> None:
    await listens(acme)
    body = complete_invoice(await acme.customer(), due="2026-03-31")
    await acme.post("/invoices/complete", body)
    await acme.post("/invoices/complete", body | {"payments": [{"date": "2026-01-20", "amount": 12_000}]})
    await tell(acme)
    findings: list[Finding] = []
    async with acme.database.owner() as connection, checks.snapshot(connection):
        tenant = await tenants.read(connection, tenant_id=acme.tenant.id)
        assert tenant is not None
        await examine_books(connection, tenant=tenant, day=TODAY, tell=findings.append, progress=lambda *_: None)
    assert findings == []


async def test_a_pinned_day_is_the_day_of_what_is_told(acme: Company) -> None:
    """The day of the fact, kept with it: not that of the follower."""
    await listens(acme, "invoice.imported", door="leanpay")
    then = acme.on("2026-04-01")
    await then.post("/invoices", simple_invoice(await then.customer(), dueDate="2026-03-31"))
    (imported,) = await told(replace(acme, settings=acme.on("2026-03-01").settings))
    assert imported.data["status"] == "overdue"
