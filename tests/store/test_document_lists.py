"""Lists of documents: pages by key through a mixture of every kind, each filter against the same question asked in Python."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from duebook.actions.ledger import Ledger
from duebook.core.credit_note import CreditNote
from duebook.core.document_status import document_status
from duebook.core.invoice import Invoice
from duebook.core.lines import Kind
from duebook.core.paper import Paper
from duebook.core.terms import day_of
from duebook.core.transaction import Transaction
from duebook.store import document_lists, documents
from duebook.store.conditions import OPERATORS, Condition, fields_of
from duebook.store.document_lists import KINDS, WORDS, Asked, Place, Sort, Stretch, Today
from duebook.store.documents import Document
from duebook.store.queries import load
from tests import make
from tests.make import Company
from tests.store import papers
from tests.store.written import unit_of

DAY: Final = date(2026, 2, 1)
TODAY: Final = Today(day=DAY, timezone="Europe/Paris")
NOON: Final = datetime(2026, 1, 10, 12, tzinfo=UTC)


async def default_entity(company: Company) -> UUID:
    async with company.database.owner() as connection:
        return await connection.fetchval("SELECT id FROM entities WHERE tenant_id = $1 AND is_default", company.tenant.id)


async def fill(company: Company) -> None:
    """Imports and papers of every kind and state, with equal instants among them."""
    clients = [await company.customer("Dupont"), await company.customer("Martin")]
    for number in range(9):
        paid = [{"date": "2026-01-12", "amount": 4_000 * (number % 4)}] if number % 4 else []
        body = make.complete_invoice(clients[number % 2], due=f"2026-0{1 + number % 2}-3{number % 2}" if number % 2 == 0 else "2026-02-01")
        await company.post("/invoices/complete", body | {"payments": paid, "issueDate": f"2026-01-0{1 + number % 3}"})
    for number in range(4):
        back = [{"date": "2026-01-20", "amount": 1_000 * number}] if number else []
        await company.post("/credit-notes/complete", make.complete_credit_note(clients[number % 2], paybacks=back[: number % 3]))
    entity = await default_entity(company)
    for number in range(12):
        await _add_paper(company, UUID(clients[number % 2]), entity, number)


async def _add_paper(company: Company, customer_id: UUID, entity_id: UUID, number: int) -> None:
    """A draft, a document or an invoice, by turns, some partly or wholly paid."""
    async with unit_of(company.database, company.tenant) as unit:
        id, line, payment = unit.ids.many(3)
        said = papers.content(customer_id=customer_id, entity_id=entity_id, line_id=line)
        issued, due = NOON + timedelta(days=number % 4), (NOON, datetime(2026, 2, 1, tzinfo=UTC), NOON + timedelta(days=99))[number % 3]
        written = papers.paper(id, said, issued_at=issued, due_at=due, number=f"INV-{number}", subscription_id=("sub_1", None)[number % 2])
        if number % 3 == 0:
            kind = ("invoice", "credit_note")[number % 2]
            await papers.insert(unit, written._replace(is_draft=True, kind=kind, number="" if number % 2 else "GIVEN"))
        elif number % 3 == 1:
            paid = (0, 100, 28_200)[number // 3 % 3]
            await papers.insert(unit, written._replace(kind="document", amount_paid=paid))
        else:
            paid = (0, 100, 28_200)[number // 3 % 3]
            settled = Transaction(payment, id, customer_id, "one_time", "settled", paid, "EUR", "external", NOON, NOON)
            await papers.issue(unit, written, settled=[settled] if paid else [])


@pytest.fixture
async def filled(acme: Company) -> Company:
    await fill(acme)
    return acme


async def everything(company: Company) -> list[Document]:
    async with company.database.owner() as owner:
        ids = [
            row[0]
            for table in ("invoices", "credit_notes", "papers")
            for row in await owner.fetch(f"SELECT id FROM {table} WHERE tenant_id = $1", company.tenant.id)
        ]
    async with company.database.tenant(company.tenant.id) as connection:
        return list((await documents.read_many(connection, tenant_id=company.tenant.id, ids=sorted(set(ids)))).values())


def owed(document: Document) -> Invoice | CreditNote:
    """The receivable of a document that has one."""
    assert document.receivable is not None
    return document.receivable


def written(document: Document) -> Paper:
    """The paper of a document that has one."""
    assert document.paper is not None
    return document.paper


def issued_at(document: Document) -> datetime:
    if document.paper is not None:
        return document.paper.issued_at
    return datetime.combine(owed(document).issued_on, datetime.min.time(), UTC)


def due_day(document: Document) -> date | None:
    """The day that decides whether it is late: of an invoice the first one that money does not cover."""
    if document.invoice is not None:
        return document.invoice.uncovered_on
    if document.kind == "document":
        return day_of(written(document).due_at, zone=ZoneInfo(TODAY.timezone))
    return None


def words(document: Document, day: date) -> set[str]:
    """What a document answers to, as the contract's table says."""
    status = document_status(document.facts)
    number = document.paper.number if document.paper else owed(document).reference
    due = due_day(document)
    late = status in ("to_pay", "partially_paid") and not document.is_draft and due is not None and due < day
    return {word for word, holds in ((status, True), ("late", late), ("finalized", number)) if holds}


KINDS_ASKED: Final[Sequence[Sequence[Kind]]] = (KINDS, ("invoice",), ("credit_note",), ("document",))


async def every_page(company: Company, asked: Asked, *, size: int, sort: Sort, descending: bool, day: date = DAY) -> list[UUID]:
    """The ids of all pages, each behind the last row of the one before."""
    today = Today(day=day, timezone="Europe/Paris")
    found: list[Place] = []
    async with company.database.tenant(company.tenant.id) as connection:
        while True:
            stretch = Stretch(size=size, sort=sort, descending=descending, after=found[-1] if found else None)
            part = await document_lists.page(connection, tenant_id=company.tenant.id, asked=asked, stretch=stretch, today=today)
            found += part
            if len(part) < size:
                break
        total = await document_lists.total(connection, tenant_id=company.tenant.id, asked=asked, today=today)
        by_offset = await document_lists.page(
            connection, tenant_id=company.tenant.id, asked=asked, today=today,
            stretch=Stretch(size=4, sort=sort, descending=descending, skipped=2),
        )  # fmt: skip
    assert total == len(found)
    assert by_offset == found[2:6]
    return [place.id for place in found]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", ["created_at", "emitted_at"])
async def test_pages_go_through_every_kind_in_order(filled: Company, sort: Sort, descending: bool):
    known = await everything(filled)
    key: Callable[[Document], Any] = (lambda d: d.id) if sort == "created_at" else (lambda d: (issued_at(d), d.id))
    expected = [d.id for d in sorted(known, key=key, reverse=descending)]

    assert len(known) == 25
    assert await every_page(filled, Asked(), size=3, sort=sort, descending=descending) == expected


@pytest.mark.parametrize("day", [date(2026, 1, 31), DAY, date(2026, 2, 2), date(2026, 6, 1)])
async def test_lists_by_status_agree_with_single_reads_on_every_day(filled: Company, day: date):
    """On a day nobody worked on: what is late is asked of the days, not of a job."""
    known = await everything(filled)
    for asked in [{word} for word in WORDS] + [{"to_pay", "partially_paid"}, {"draft", "paid"}, {"late", "draft"}, set(WORDS), set()]:
        for kinds in KINDS_ASKED:
            expected = {d.id for d in known if d.kind in kinds and words(d, day) & asked}
            asking = Asked(kinds=frozenset(kinds), words=frozenset(asked))
            assert set(await every_page(filled, asking, size=100, sort="created_at", descending=True, day=day)) == expected, (asked, kinds)


def of_paper(read: Callable[[Paper], Any]) -> Callable[[Document], Any]:
    """A value that only papers have."""
    return lambda document: None if document.paper is None else read(document.paper)


def due_at(document: Document) -> datetime:
    if document.paper is not None:
        return document.paper.due_at
    half = owed(document)
    return datetime.combine(half.due_on or half.issued_on, datetime.min.time(), UTC)


FIELDS: Final[dict[str, Callable[[Document], Any]]] = {
    "customer_id": lambda d: d.customer.id,
    "entity_id": lambda d: d.entity.id,
    "number": lambda d: d.paper.number if d.paper else owed(d).reference,
    "subscription_id": of_paper(lambda paper: paper.subscription_id),
    "original_id": of_paper(lambda paper: paper.original_id),
    "original_number": lambda d: d.original_number,
    "period_start": of_paper(lambda paper: paper.period_starts_at),
    "period_end": of_paper(lambda paper: paper.period_ends_at),
    "issued_at": issued_at,
    "due_at": due_at,
    "updated_at": lambda d: d.updated_at,
}
"""What each field of a list is, read off the document."""

HOLDS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "equals": lambda value, given: value == given,
    "not": lambda value, given: value != given,
    "null": lambda value, _: value is None,
    "not_null": lambda value, _: value is not None,
    "contains": lambda value, given: value is not None and given.lower() in value.lower(),
    "starts": lambda value, given: value is not None and value.lower().startswith(given.lower()),
    "ends": lambda value, given: value is not None and value.lower().endswith(given.lower()),
    "lt": lambda value, given: value is not None and value < given,
    "lte": lambda value, given: value is not None and value <= given,
    "gt": lambda value, given: value is not None and value > given,
    "gte": lambda value, given: value is not None and value >= given,
}
"""What each operator asks, in Python. Instants here are whole milliseconds."""


async def credit(company: Company) -> None:
    """A credit note of each of two invoices on paper: one of them credited in full, the other in part."""
    whole, part = [d for d in await everything(company) if d.invoice and d.paper][:2]
    for invoice, total in ((whole, written(whole).total), (part, 1)):
        async with unit_of(company.database, company.tenant) as unit:
            id, line = unit.ids.many(2)
            said = papers.content(customer_id=owed(invoice).customer_id, entity_id=invoice.entity.id, line_id=line)
            note = CreditNote(
                id, owed(invoice).customer_id, None, "CN-1", total, None, "EUR", total, NOON.date(), NOON.date(), updated_at=unit.at
            )
            ledger = Ledger(unit)
            ledger.open_credit_note(note)
            await ledger.write()
            await papers.insert(unit, papers.paper(id, said, kind="credit_note", total=total, number="CN-1", original_id=invoice.id))


async def test_every_field_and_operator_agrees_with_the_documents(filled: Company):
    await credit(filled)
    known = await everything(filled)
    asked_of = fields_of(load("document_lists.sql")["invoices"])
    wrong: list[str] = []
    for field, value_of in FIELDS.items():
        values = sorted({value for d in known if (value := value_of(d)) is not None})
        assert values, f"{field}: the examples have it"
        for operator in OPERATORS[asked_of[field]]:
            for given in () if operator in ("in", "between") else (values[0], values[len(values) // 2], values[-1]):
                text = given[: len(given) // 2 + 1].lower() if operator in ("contains", "starts") else given
                condition = Condition(field, operator, () if operator.endswith("null") else (text,))
                expected = {d.id for d in known if HOLDS[operator](value_of(d), text)}
                found = await every_page(filled, Asked(conditions=(condition,)), size=7, sort="created_at", descending=True)
                if set(found) != expected or found != sorted(found, reverse=True):
                    wrong.append(f"{field} {operator} {text!r}")

    assert wrong == []


async def test_credited_in_full_is_refunded(filled: Company):
    await credit(filled)
    [refunded] = await every_page(filled, Asked(words=frozenset({"refunded"})), size=5, sort="created_at", descending=True)
    known = {d.id: d for d in await everything(filled)}

    assert [d.id for d in known.values() if d.credited and d.credited.total >= written(d).total] == [refunded]
    also = await every_page(filled, Asked(words=frozenset({"refunded", "draft"})), size=5, sort="created_at", descending=True)
    assert set(also) == {refunded} | {d.id for d in known.values() if d.is_draft}


async def test_by_a_line_and_by_a_customers_own_name(filled: Company):
    known = await everything(filled)
    for document in known:
        line = document.paper.content.lines[0].id if document.paper else document.id
        assert await every_page(filled, Asked(line_id=line), size=5, sort="created_at", descending=True) == [document.id]
    named = known[0].customer.external_id
    expected = {d.id for d in known if d.customer.external_id == named}
    assert set(await every_page(filled, Asked(customer_external_id=named), size=5, sort="created_at", descending=True)) == expected
    assert await every_page(filled, Asked(customer_external_id="nobody"), size=5, sort="created_at", descending=True) == []


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", ["created_at", "emitted_at"])
async def test_what_is_there_is_met_once_while_others_write(filled: Company, sort: Sort, descending: bool):
    """Documents that come while somebody pages are met or not; those that were there before are each met exactly once."""
    before = {d.id for d in await everything(filled)}
    found: list[Place] = []
    entity, customer = await default_entity(filled), UUID(await filled.customer("Neuling"))
    async with filled.database.tenant(filled.tenant.id) as connection:
        for number in itertools.count():
            stretch = Stretch(size=4, sort=sort, descending=descending, after=found[-1] if found else None)
            part = await document_lists.page(connection, tenant_id=filled.tenant.id, asked=Asked(), stretch=stretch, today=TODAY)
            found += part
            if len(part) < 4:
                break
            if number < 4:
                await _add_paper(filled, customer, entity, number)
    ids = [place.id for place in found]

    assert len(ids) == len(set(ids))
    assert before <= set(ids)
