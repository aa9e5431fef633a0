"""Documents read whole: both halves of one, halves alone, and any mixture, always in the same number of statements."""

import json
from typing import Any
from uuid import UUID

import pytest

from duebook.leanpay import translate
from duebook.leanpay.answers import encode
from duebook.store import documents
from duebook.store.db import Connection
from tests import make
from tests.conftest import TODAY
from tests.make import Company
from tests.store import papers
from tests.store.written import unit_of


async def default_entity(company: Company) -> UUID:
    async with company.database.owner() as connection:
        return await connection.fetchval("SELECT id FROM entities WHERE tenant_id = $1 AND is_default", company.tenant.id)


async def mixture(company: Company, *, number: int = 7) -> dict[str, UUID]:
    """An imported invoice with a payment and a link, its credit note, a draft on paper, and an invoice with nothing on it."""
    client = await company.customer("Dupont")
    note = await company.post("/credit-notes/complete", make.complete_credit_note(client, externalId=f"AV-{number}"))
    link = {"date": "2026-01-20", "amount": 2_000, "creditNote": {"id": note["id"]}}
    invoice = await company.post(
        "/invoices/complete",
        make.complete_invoice(
            client,
            externalId=f"FA-{number}",
            creditNoteLinks=[link],
            payments=[{"date": "2026-01-10", "amount": 3_000, "externalId": "VIR-1"}],
        ),
    )
    bare = await company.post("/invoices", make.simple_invoice(client))
    async with unit_of(company.database, company.tenant) as unit:
        entity = await default_entity(company)
        draft, line = unit.ids.many(2)
        said = papers.content(customer_id=UUID(client), entity_id=entity, line_id=line, properties={"rate": "1.5"})
        await papers.insert(unit, papers.paper(draft, said, is_draft=True, number=""))
    return {"invoice": UUID(invoice["id"]), "note": UUID(note["id"]), "draft": draft, "bare": UUID(bare["id"])}


async def read(company: Company, *ids: UUID) -> dict[UUID, documents.Document]:
    async with company.database.tenant(company.tenant.id) as connection:
        return await documents.read_many(connection, tenant_id=company.tenant.id, ids=list(ids))


async def test_each_half_is_there_where_it_belongs(acme: Company):
    ids = await mixture(acme)
    found = await read(acme, *ids.values(), make.some_id())

    assert list(found) == list(ids.values()), "in the order that was asked for, and nothing for an id that names nothing"
    halves = {name: (bool(found[id].invoice), bool(found[id].credit_note), bool(found[id].paper)) for name, id in ids.items()}
    assert halves == {
        "invoice": (True, False, False),
        "note": (False, True, False),
        "draft": (False, False, True),
        "bare": (True, False, False),
    }
    assert [found[id].kind for id in ids.values()] == ["invoice", "credit_note", "invoice", "invoice"]
    assert [(row.kind, row.amount, row.external_id, row.counterpart_external_id) for row in found[ids["invoice"]].rows] == [
        ("payment", 3_000, "VIR-1", None),
        ("link", 2_000, None, "AV-7"),
    ]
    assert [(row.kind, row.counterpart_external_id) for row in found[ids["note"]].rows] == [("link", "FA-7")]
    draft = found[ids["draft"]].paper
    assert draft is not None
    assert draft.content.lines[0].name == "Accès plateforme"
    assert {document.entity.is_default for document in found.values()} == {True}
    assert len({document.page_code for document in found.values()}) == len(ids)


async def test_what_is_kept_of_a_document_is_the_document(acme: Company):
    """A webhook's body is made of what was kept: digits of Decimals, instants and rows included."""
    for document in (await read(acme, *(await mixture(acme)).values())).values():
        assert documents.decode(documents.encode(document)) == document


async def test_the_views_are_those_that_the_door_of_receivables_shows(acme: Company):
    ids = await mixture(acme)
    found = await read(acme, *ids.values())
    tenant_id = str(acme.tenant.id)
    invoice, note = found[ids["invoice"]].invoice_view(), found[ids["note"]].credit_note_view()
    assert invoice is not None
    assert note is not None

    assert json.loads(encode(translate.invoice(invoice, tenant_id=tenant_id, day=TODAY))) == await acme.get(f"/invoices/{ids['invoice']}")
    assert json.loads(encode(translate.credit_note(note, tenant_id=tenant_id))) == await acme.get(f"/credit-notes/{ids['note']}")
    assert found[ids["draft"]].invoice_view() is None
    assert found[ids["draft"]].credit_note_view() is None


async def test_another_tenant_has_none_of_them(acme: Company, bergeron: Company):
    assert await read(bergeron, *(await mixture(acme)).values()) == {}


async def test_the_number_of_statements_does_not_grow(acme: Company, monkeypatch: pytest.MonkeyPatch):
    few = await mixture(acme)
    many = [id for number in range(5) for id in (await mixture(acme, number=number)).values()]

    async def statements(*ids: UUID) -> int:
        asked: list[str] = []
        fetch = Connection.fetch

        async def counted(self: Connection, query: str, *arguments: Any, **named: Any) -> Any:
            asked.append(query)
            return await fetch(self, query, *arguments, **named)

        with monkeypatch.context() as patched:
            patched.setattr(Connection, "fetch", counted)
            await read(acme, *ids)
        return len(asked)

    assert await statements(*few.values(), *many) == await statements(*few.values()) <= 11


def test_a_public_page_is_proved_by_the_tenants_secret():
    id = make.some_id()

    assert documents.page_code(id, secret=b"one" * 10) == documents.page_code(id, secret=b"one" * 10)
    assert documents.page_code(id, secret=b"one" * 10) != documents.page_code(id, secret=b"two" * 10)
    assert len(documents.page_code(id, secret=b"one")) == documents.MAC_BYTES
