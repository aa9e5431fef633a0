"""Papers for tests, written below the actions: a menuiserie that owes 28200, of 24000 before a discount of 500 and 20 % tax."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from duebook.actions.ledger import Ledger
from duebook.core.allocation import Allocation
from duebook.core.instalment import Instalment
from duebook.core.invoice import Invoice, laid
from duebook.core.paper import Address, Content, Paper, PaperCoupon, PaperLine, Party
from duebook.core.transaction import Transaction
from duebook.store import papers, transactions
from duebook.store.unit import Unit

ISSUED_AT = datetime(2026, 1, 15, 8, tzinfo=UTC)
DUE_AT = datetime(2026, 2, 14, 8, tzinfo=UTC)
PERIOD = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC))


def content(*, customer_id: UUID, entity_id: UUID, line_id: UUID, product_id: UUID | None = None, **changes: Any) -> Content:
    """What the paper says: one line of 24000 with 500 off at 20 %."""
    line = PaperLine(
        id=line_id, name="Accès plateforme", description="Janvier 2026", entry="debit", units_count=Decimal(1), unit_amount=24_000,
        net=23_500, tax=4_700, tax_scheme="manual", tax_percent=Decimal(20), discount=500, product_id=product_id,
        product_type="flat_fee" if product_id else None, period_starts_at=PERIOD[0], period_ends_at=PERIOD[1],
    )  # fmt: skip
    address = Address(name="Menuiserie Kervella SARL", line1="12 rue du Chapeau Rouge", city="Quimper", zip="29000", country="FR")
    customer = Party(
        id=customer_id, name="Menuiserie Kervella SARL", email="compta@kervella.example", external_id="sage-CLI-0091",
        tax_id="FR19812345676", address=address,
    )  # fmt: skip
    quay = Address(name="Atelier Verney SAS", line1="8 quai Saint-Vincent", city="Lyon", zip="69001", country="FR")
    seller = Party(id=entity_id, name="Atelier Verney SAS", tax_id="FR40123456824", address=quay)
    return replace(
        Content(
            net=23_500,
            tax=4_700,
            discount=500,
            tax_scheme="manual",
            source="api",
            customer=customer,
            seller=seller,
            lines=(line,),
            coupons=(PaperCoupon(id=None, name="Remise fidélité", amount=500, line_ids=(line_id,)),),
            reference="V0KAHOU6J3",
            payment_method_strategy="external",
            conversion_rate=Decimal(1),
            converted_total=28_200,
            properties={},
        ),
        **changes,
    )


def paper(id: UUID, said: Content, **changes: Any) -> Paper:
    """The final invoice INV-35 over 28200; any column can be changed."""
    made = Paper(
        id, "invoice", False, said.seller.id, said.customer.id, "EUR", "INV-35", 28_200, ISSUED_AT, DUE_AT, said,
        period_starts_at=PERIOD[0], period_ends_at=PERIOD[1],
    )  # fmt: skip
    return made._replace(**changes)


async def insert(unit: Unit, written: Paper) -> None:
    """The row alone."""
    await papers.insert(unit, [written], contents=[papers.encoded(written.content)])


async def issue(unit: Unit, written: Paper, *, settled: Sequence[Transaction] = (), scheduled: Sequence[Transaction] = ()) -> None:
    """A final invoice as the actions leave it: the paper, its receivable with the settled transactions on it, and all transactions."""
    due_on = written.due_at.date()
    owed = Invoice(
        written.id, written.customer_id, None, written.number, written.total, written.content.net, written.currency, written.total,
        written.issued_at.date(), due_on, (Instalment(due_on, written.total, written.total),), updated_at=unit.at,
    )  # fmt: skip
    rows = [
        Allocation(t.id, "payment", t.amount, t.process_at.date(), unit.day, None, written.id, None, n, None, False, False, True)
        for n, t in enumerate(settled, start=1)
    ]
    ledger = Ledger(unit)
    page = ledger.open_invoice(laid(owed._replace(positions=len(rows)), rows, day=unit.day))
    page.rows = rows
    await ledger.write()
    await insert(unit, written)
    if settled or scheduled:
        await transactions.insert(unit, [*settled, *scheduled])
