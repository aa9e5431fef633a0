"""Healthy books, made through the door as users make them, with followers and reviews between: what `duebook doctor` is tried on.

Acme's documents have external ids that the damages name. Bergeron, another company, is in the same database.
"""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from duebook.actions.keep_entities import update_entity
from duebook.actions.run_batch import run_batch
from duebook.core.entity import Entity
from duebook.hyperline import ids
from duebook.jobs import calendar, follower
from duebook.store import batches, entities
from duebook.store.db import Database
from duebook.store.unit import Unit
from duebook.web.today import now
from duebook.web.work import Work
from tests.actions.issuing import within
from tests.make import Company, complete_credit_note, complete_invoice, open_company, simple_credit_note, simple_invoice

FIRST_DAY = date(2026, 1, 5)
SECOND_DAY = date(2026, 2, 3)
_LINE = {"name": "Accès", "unit_amount": 8_333, "tax_rate": 20}


async def write(database: Database) -> tuple[Company, Company]:
    """Two companies' books: two days of entries, each sealed, and one entry that is not sealed yet."""
    acme = await open_company(database, day=FIRST_DAY, name="Acme")
    bergeron = await open_company(database, day=FIRST_DAY, name="Bergeron")
    client = await bergeron.customer("Lefevre", externalId="lefevre")
    await bergeron.post("/invoices/complete", complete_invoice(client, payments=[{"date": "2026-01-05", "amount": 100}], externalId="b-1"))
    dupont, martin = await acme.customer("Dupont", externalId="dupont"), await acme.customer("Martin", externalId="martin")
    await _first_day(acme, dupont, martin)
    await followed(acme, blocks=1)
    await _second_day(acme.on(SECOND_DAY), dupont)
    await calendar.round_of_reviews(database, Work(database, seconds=30), pinned=SECOND_DAY)
    await followed(acme, blocks=2)
    await acme.post("/invoices", simple_invoice(martin, externalId="late-entry"))
    return acme, bergeron


async def followed(company: Company, *, blocks: int) -> None:
    """Let the follower visit until the company has so many blocks: rows are sealed once no older transaction of the cluster runs."""
    async with asyncio.timeout(20), company.database.owner() as connection:
        while await connection.fetchval("SELECT count(*) FROM journal_blocks WHERE tenant_id = $1", company.tenant.id) < blocks:
            await follower.visit_writers(company.database, at=now())
            await asyncio.sleep(0.05)


async def _first_day(acme: Company, dupont: str, martin: str) -> None:
    simple = [simple_invoice(dupont, externalId=f"simple-{number}") for number in (1, 2)]
    await acme.post("/invoices/batch", {"invoices": simple})
    await acme.post("/credit-notes", simple_credit_note(dupont, externalId="free"))
    await acme.post("/credit-notes", simple_credit_note(martin, externalId="of-martin"))
    await acme.post("/invoices/complete", _part_paid(dupont, payments=[_paid(5_000, "pay-1"), _paid(700, "a-mistake")]))
    paybacks = [{"date": "2026-01-06", "amount": 500}]
    links = [{"date": "2026-01-06", "amount": 1_000, "invoice": {"externalId": "part-paid"}, "externalId": "link-1"}]
    note = complete_credit_note(dupont, amount=2_500, reference="AV-LINKED", externalId="linked", paybacks=paybacks, invoiceLinks=links)
    await acme.post("/credit-notes/complete", note)
    days = ("2026-01-31", "2026-02-28", "2026-03-31")
    thirds = [{"dueDate": day, "currency": "EUR", "amount": 3_000} for day in days]
    body = complete_invoice(dupont, amount=9_000, reference="FA-THIRDS", externalId="thirds", dueDates=thirds)
    await acme.post("/invoices/complete", body)
    await acme.post("/invoices/complete", complete_invoice(martin, externalId="paid", payments=[_paid(13_000, "early")]))
    await acme.post("/credit-notes/complete", _dollars(complete_credit_note(dupont, externalId="dollar-note", currency="USD")))
    link = {"date": "2026-01-06", "amount": 2_000, "creditNote": {"externalId": "dollar-note"}}
    rate = {"currency": "USD", "defaultCurrencyAmount": 10_999}
    dollars = complete_invoice(dupont, externalId="dollars", creditNoteLinks=[link], payments=[_paid(333, "usd-1"), _paid(334, "usd-2")])
    dollars["dueDates"][0] |= rate
    await acme.post("/invoices/complete", dollars)


async def _second_day(acme: Company, dupont: str) -> None:
    """Updates: a payment taken out, a due date moved, another amount, a link let go and given again, a customer renamed."""
    await acme.post("/invoices/complete", _part_paid(dupont, payments=[_paid(5_000, "pay-1")]))
    await acme.post("/invoices", simple_invoice(dupont, externalId="simple-1", amount=15_000, dueDate="2026-02-20"))
    await acme.post("/invoices/complete", _offset(dupont, links=[2_000]))
    await acme.post("/invoices/complete", _offset(dupont, links=[]))
    await acme.post("/invoices/complete", _offset(dupont, links=[900, 100]))
    response = await acme.call("PUT", f"/clients/{dupont}", json={"name": "Dupont et Fils", "vatNumber": None})
    assert response.status_code == 200, response.text
    await _issued(acme, dupont)


async def _issued(acme: Company, dupont: str) -> None:
    """A batch at the other door with an item of each sort, the numbers of whose invoices had another pattern until then."""
    own = {"customer_id": ids.shown(UUID(dupont), kind="customer"), "line_items": [_LINE]}
    await _ran(acme, [own | {"batch_invoice_id": "first"}])
    await within(acme, lambda unit: _numbered(unit, "FV-{YYYY}-{number}"))
    transfers = [{"amount": 700, "process_at": f"2026-02-{day}T08:00:00Z", "payment_method_type": "transfer"} for day in ("02", "20")]
    coupon = {"name": "Remise", "discount_amount": 500, "line_item_indexes": [0]}
    back = {"name": "Retour", "unit_amount": -1_001, "units_count": 1.5, "tax_rate": 5.5}
    await _ran(
        acme,
        [
            own | {"batch_invoice_id": "part", "status": "to_pay", "transactions": transfers, "coupons": [coupon]},
            own | {"batch_invoice_id": "bad", "customer_id": "cus_0000000000000000000001"},
            own | {"batch_invoice_id": "back", "line_items": [_LINE, back]},
            own | {"batch_invoice_id": "note", "type": "credit_note", "transactions": transfers[:1], "status": "to_pay"},
            own | {"batch_invoice_id": "proforma", "type": "document", "document_name": "Proforma"},
            own | {"batch_invoice_id": "imported", "number": "ANCIEN-7"},
            own | {"batch_invoice_id": "draft", "status": "draft"},
        ],
    )


async def _ran(acme: Company, items: list[dict[str, Any]]) -> None:
    await acme.hyper_post("/v2/invoices/batch", {"invoices": items}, status=202)

    async def run(unit: Unit) -> list[int]:
        (newest,) = await batches.page(unit.connection, tenant_id=unit.tenant.id, limit=1)
        return await run_batch(unit, id=newest.id)

    assert await within(acme, run) == []


async def _numbered(unit: Unit, pattern: str) -> None:
    (seller,) = await entities.every(unit.connection, tenant_id=unit.tenant.id)
    assert isinstance(await update_entity(unit, id=seller.id, fields={"invoice_pattern": pattern}), Entity)


def _part_paid(client: str, *, payments: list[dict[str, Any]]) -> dict[str, Any]:
    return complete_invoice(client, due="2026-02-15", externalId="part-paid", reference="FA-PART", payments=payments)


def _offset(client: str, *, links: list[int]) -> dict[str, Any]:
    rows = [{"date": "2026-02-01", "amount": amount, "creditNote": {"externalId": "free"}} for amount in links]
    return complete_invoice(client, amount=2_000, externalId="offset", reference="FA-OFFSET", creditNoteLinks=rows)


def _dollars(note: dict[str, Any]) -> dict[str, Any]:
    return note | {"defaultCurrencyAmount": 1_777}


def _paid(amount: int, external_id: str) -> dict[str, Any]:
    return {"date": "2026-01-05", "amount": amount, "externalId": external_id}
