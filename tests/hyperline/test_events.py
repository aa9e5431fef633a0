"""What happens at either door, and what endpoints made at this one are told of it: a table of stories, each with its events in order."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from duebook.actions.review_receivables import review_receivables
from duebook.actions.run_batch import fail_item
from duebook.actions.settle_transactions import settle_transactions
from duebook.hyperline import ids
from duebook.store.ids import Ids
from duebook.web.today import now
from tests.actions.issuing import draft, instant, paid, within
from tests.hyperline.batched import client, run
from tests.jobs.told import Message, listens, names, told, told_now
from tests.jobs.working import accepted
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice


@pytest.fixture
async def dupont(acme: Company) -> Company:
    """A company with an endpoint that wants everything."""
    await listens(acme)
    return await told_now(acme)


# Each story does something and says what is told of it; what comes before "then" in a story is told too.

Story = Callable[[Company], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A story and what is told of it, but for the customer that it begins with."""

    story: Story
    events: tuple[str, ...]


async def open_import(company: Company) -> None:
    await company.post("/invoices", simple_invoice(str(await client(company)), dueDate="2026-03-31"))


async def paid_import(company: Company) -> None:
    body = complete_invoice(str(await client(company)), payments=[{"date": "2026-01-20", "amount": 12_000}])
    await company.post("/invoices/complete", body)


async def offset_import(company: Company) -> None:
    id = str(await client(company))
    note = await company.post("/credit-notes", simple_credit_note(id, amount=12_000))
    link = {"date": "2026-01-20", "amount": 12_000, "creditNote": {"id": note["id"]}}
    await company.post("/invoices/complete", complete_invoice(id, creditNoteLinks=[link]))


async def the_same_import_again(company: Company) -> None:
    body = simple_invoice(str(await client(company)), dueDate="2026-03-31")
    await company.post("/invoices", body)
    await company.post("/invoices", body)


async def another_reference(company: Company) -> None:
    body = simple_invoice(str(await client(company)), dueDate="2026-03-31")
    await company.post("/invoices", body)
    await company.post("/invoices", body | {"reference": "FA-other"})


async def paid_later(company: Company) -> None:
    body = complete_invoice(str(await client(company)), due="2026-03-31")
    await company.post("/invoices/complete", body)
    await company.post("/invoices/complete", body | {"payments": [{"date": "2026-01-20", "amount": 5_000}]})
    await company.post("/invoices/complete", body | {"payments": [{"date": "2026-01-20", "amount": 12_000}]})


async def paid_twice(company: Company) -> None:
    body = complete_invoice(str(await client(company)), due="2026-03-31")
    await company.post("/invoices/complete", body | {"payments": [{"date": "2026-01-20", "amount": 12_000}]})
    await company.post("/invoices/complete", body | {"payments": []})
    await company.post("/invoices/complete", body | {"payments": [{"date": "2026-01-21", "amount": 12_000}]})


async def late(company: Company) -> None:
    await company.post("/invoices", simple_invoice(str(await client(company)), dueDate="2026-02-10"))
    await within(company, review_receivables, day="2026-02-10")
    await within(company, review_receivables, day="2026-02-11")
    await within(company, review_receivables, day="2026-02-12")


async def late_and_late_again(company: Company) -> None:
    body = simple_invoice(str(await client(company)), dueDate="2026-02-10")
    await company.post("/invoices", body)
    await within(company, review_receivables, day="2026-02-11")
    await company.on("2026-02-12").post("/invoices", body | {"dueDate": "2026-02-20"})
    await within(company, review_receivables, day="2026-02-21")


async def imported_late(company: Company) -> None:
    await company.post("/invoices", simple_invoice(str(await client(company)), dueDate="2026-01-10"))
    await within(company, review_receivables, day="2026-02-02")


async def credit_note_import(company: Company) -> None:
    await company.post("/credit-notes", simple_credit_note(str(await client(company))))


async def two_links_and_one_taken_off(company: Company) -> None:
    id = str(await client(company))
    invoices = [await company.post("/invoices", simple_invoice(id, dueDate="2026-03-31")) for _ in range(2)]
    links = [{"date": "2026-01-20", "amount": 1_000, "invoice": {"id": invoice["id"]}} for invoice in invoices]
    body = complete_credit_note(id)
    await company.post("/credit-notes/complete", body | {"invoiceLinks": links})
    await company.post("/credit-notes/complete", body | {"invoiceLinks": links[:1]})


async def to_pay(company: Company) -> None:
    await run(company, draft(await client(company)))


async def paid_at_once(company: Company) -> None:
    await run(company, draft(await client(company), status="paid"))


async def a_draft(company: Company) -> None:
    await run(company, draft(await client(company), status="draft"))


async def a_document(company: Company) -> None:
    await run(company, draft(await client(company), kind="document"))


async def a_document_paid_later(company: Company) -> None:
    moved = paid(12_000, instant("2026-02-05"), shape="transfer")
    await run(company, draft(await client(company), kind="document", transactions=(moved,)))
    await within(company, settle_transactions, day="2026-02-06")


async def a_credit_note(company: Company) -> None:
    await run(company, draft(await client(company), kind="credit_note"))


async def a_credit_note_paid_back(company: Company) -> None:
    await run(company, draft(await client(company), kind="credit_note", status="paid"))


async def two_of_three(company: Company) -> None:
    id = await client(company)
    await run(company, draft(id), draft(Ids(at=now()).new()), draft(id, status="paid"))


async def our_bug(company: Company) -> None:
    id = await accepted(company, [draft(await client(company))], name="february")
    await within(company, lambda unit: fail_item(unit, id=id, position=0))


async def scheduled(company: Company) -> None:
    moved = paid(12_000, instant("2026-02-05"), shape="transfer")
    await run(company, draft(await client(company), transactions=(moved,)))
    await within(company, settle_transactions, day="2026-02-06")


STORIES = (
    Row(story=open_import, events=("invoice.created", "invoice.ready")),
    Row(story=paid_import, events=("invoice.created", "invoice.ready", "invoice.settled")),
    Row(
        story=offset_import,
        events=(
            *("credit_note.ready", "invoice.created", "invoice.ready", "invoice.settled"),
            *("credit_note.settled", "credit_note.allocations_updated"),
        ),
    ),
    Row(story=the_same_import_again, events=("invoice.created", "invoice.ready")),
    Row(story=another_reference, events=("invoice.created", "invoice.ready")),
    Row(story=paid_later, events=("invoice.created", "invoice.ready", "invoice.settled")),
    Row(story=paid_twice, events=("invoice.created", "invoice.ready", "invoice.settled", "invoice.settled")),
    Row(story=late, events=("invoice.created", "invoice.ready", "invoice.late")),
    Row(story=late_and_late_again, events=("invoice.created", "invoice.ready", "invoice.late")),
    Row(story=imported_late, events=("invoice.created", "invoice.ready")),
    Row(story=credit_note_import, events=("credit_note.ready",)),
    Row(
        story=two_links_and_one_taken_off,
        events=(
            *("invoice.created", "invoice.ready", "invoice.created", "invoice.ready", "credit_note.ready", "credit_note.settled"),
            *("credit_note.allocations_updated", "credit_note.allocations_updated"),
        ),
    ),
    Row(story=to_pay, events=("invoice.created", "invoice.ready", "invoice.batch.creation_succeeded")),
    Row(story=paid_at_once, events=("invoice.created", "invoice.ready", "invoice.settled", "invoice.batch.creation_succeeded")),
    Row(story=a_draft, events=("invoice.created", "invoice.batch.creation_succeeded")),
    Row(story=a_document, events=("invoice.created", "invoice.ready", "invoice.batch.creation_succeeded")),
    Row(
        story=a_document_paid_later,
        events=("invoice.created", "invoice.ready", "invoice.batch.creation_succeeded", "invoice.settled"),
    ),
    Row(story=a_credit_note, events=("credit_note.ready", "invoice.batch.creation_succeeded")),
    Row(story=a_credit_note_paid_back, events=("credit_note.ready", "credit_note.settled", "invoice.batch.creation_succeeded")),
    Row(
        story=two_of_three,
        events=(
            *("invoice.created", "invoice.ready", "invoice.batch.creation_succeeded", "invoice.batch.creation_failed"),
            *("invoice.created", "invoice.ready", "invoice.settled", "invoice.batch.creation_succeeded"),
        ),
    ),
    Row(story=our_bug, events=("invoice.batch.creation_failed",)),
    Row(story=scheduled, events=("invoice.created", "invoice.ready", "invoice.batch.creation_succeeded", "invoice.settled")),
)


@pytest.mark.parametrize("row", STORIES, ids=lambda row: row.story.__name__)
async def test_documents(row: Row, dupont: Company) -> None:
    await row.story(dupont)
    assert await names(dupont) == ["customer.created", *row.events]


def of(messages: list[Message], event_type: str) -> list[Message]:
    """Those of one type."""
    return [message for message in messages if message.event_type == event_type]


async def test_late_is_told_once_to_each_endpoint(dupont: Company) -> None:
    """One that began to listen after the first time has not been told."""
    body = simple_invoice(str(await client(dupont)), dueDate="2026-02-10")
    await dupont.post("/invoices", body)
    await within(dupont, review_receivables, day="2026-02-11")
    assert len(of(await told(dupont), "invoice.late")) == 1
    second = await listens(dupont, "invoice.late")
    await dupont.on("2026-02-12").post("/invoices", body | {"dueDate": "2026-02-20"})
    await within(dupont, review_receivables, day="2026-02-21")
    first, other = of(await told(dupont), "invoice.late")
    assert ids.shown(other.endpoint_id, kind="endpoint") == second != ids.shown(first.endpoint_id, kind="endpoint")
