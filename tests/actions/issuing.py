"""What tests of issuing documents are made of: customers, sellers and a catalogue written below the doors, drafts with short hands, and
units of work on any day.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from duebook.actions.issue_documents import Issued, issue_documents
from duebook.core.catalogue import BankAccount, Content, CouponEntry, CustomProperty, Entry, Kind, PaymentMethod, Price, Product, TaxRate
from duebook.core.coupon import CouponDraft
from duebook.core.customer import Customer, Profile
from duebook.core.entity import Entity
from duebook.core.paper import CouponReference, Paper, PaperDraft, PaperLineDraft, TransactionDraft
from duebook.store import catalogue, customers, entities
from duebook.store.db import Connection
from duebook.store.ids import Ids
from duebook.store.unit import Actor, Unit
from duebook.web.today import now
from duebook.web.work import Attempt, Work
from tests.make import Company

T = TypeVar("T")


async def within(company: Company, deed: Callable[[Unit], Awaitable[T]], *, day: date | str | None = None) -> T:
    """Run `deed` in a unit of work of the company, on its day or another."""
    pinned = company.settings.today or now().date()
    chosen = pinned if day is None else date.fromisoformat(day) if isinstance(day, str) else day
    attempt = Attempt(company.tenant, Actor(kind="key", id="test_story"), chosen, now(), True, None)
    return await Work(company.database).run(attempt, deed)


async def issue(company: Company, *drafts: PaperDraft, day: date | str | None = None) -> list[Issued]:
    """Issue drafts in one call."""

    async def deed(unit: Unit) -> list[Issued]:
        return await issue_documents(unit, list(enumerate(drafts)))

    return await within(company, deed, day=day)


async def issued(company: Company, draft: PaperDraft, *, day: date | str | None = None) -> Issued:
    """Issue a draft that must be accepted."""
    (one,) = await issue(company, draft, day=day)
    assert one.refusals == []
    return one


async def paper(company: Company, draft: PaperDraft, *, day: date | str | None = None) -> Paper:
    """The paper of a draft that must be accepted."""
    made = (await issued(company, draft, day=day)).paper
    assert made is not None
    return made


async def refused(company: Company, draft: PaperDraft, *, day: date | str | None = None) -> list[tuple[str, str, str]]:
    """(kind, code, dotted path) of every refusal of a draft that must be refused."""
    (one,) = await issue(company, draft, day=day)
    assert one.paper is None
    assert one.refusals
    return [(refusal.kind, refusal.code, ".".join(map(str, refusal.path))) for refusal in one.refusals]


async def customer(company: Company, **fields: Any) -> UUID:
    """A customer in France; `profile` fields may be given as a dict."""
    profile = fields.pop("profile", None)

    async def deed(unit: Unit) -> UUID:
        id = unit.ids.new()
        made = Customer(id=id, external_id=None, name="Menuiserie Kervella", country="FR")
        await customers.insert_whole(unit, [made._replace(profile=None if profile is None else Profile(**profile), **fields)])
        return id

    return await within(company, deed)


async def seller(company: Company, **fields: Any) -> Entity:
    """The default seller of the company, changed."""

    async def deed(unit: Unit) -> Entity:
        found = next(entity for entity in await entities.every(unit.connection, tenant_id=unit.tenant.id) if entity.is_default)
        if fields:
            await entities.update(unit, found._replace(**fields))
        return found._replace(**fields)

    return await within(company, deed)


async def another_seller(company: Company, **fields: Any) -> Entity:
    """A second seller, as the default one but for `fields`."""
    default = await seller(company)

    async def deed(unit: Unit) -> Entity:
        made = default._replace(id=unit.ids.new(), is_default=False, name="Atelier Lyon", **fields)
        await entities.insert(unit, made)
        return made

    return await within(company, deed)


async def entry(company: Company, kind: Kind, content: Content, *, name: str = "Support", **fields: Any) -> UUID:
    """An entry of the catalogue."""

    async def deed(unit: Unit) -> UUID:
        id = unit.ids.new()
        blank = Entry(id, kind, None, name, None, None, None, unit.at, content)
        await catalogue.insert(unit, [blank._replace(**fields)])
        return id

    return await within(company, deed)


async def product(company: Company, *, prices: tuple[Price, ...] = (), fields: dict[str, Any] | None = None, **content: Any) -> UUID:
    """A product with its prices; `fields` are those of its entry."""
    id = await entry(company, "product", Product(**content), **(fields or {}))
    for price in prices:
        await entry(company, "price", price, name="", parent_id=id)
    return id


async def coupon(company: Company, *, fields: dict[str, Any] | None = None, **content: Any) -> UUID:
    """A coupon."""
    return await entry(company, "coupon", CouponEntry(**content), **({"name": "Fidélité"} | (fields or {})))


async def payment_method(company: Company, customer_id: UUID, *, means: str = "card", **fields: Any) -> UUID:
    """A payment method of a customer."""
    content = PaymentMethod(type=means, provider_name="stripe", provider_method_id="pm_1")
    return await entry(company, "payment_method", content, name="", parent_id=customer_id, **fields)


async def bank_account(company: Company, **fields: Any) -> UUID:
    """An account of the company's own."""
    return await entry(company, "bank_account", BankAccount(currency="EUR", format="iban_bic_swift"), **fields)


async def custom_property(company: Company, slug: str, sort: Any, *, entities: tuple[str, ...] = ("invoice",), **content: Any) -> UUID:
    """A property that the company added to its own things."""
    return await entry(company, "custom_property", CustomProperty(type=sort, entities=entities, **content), name=slug, slug=slug)


async def tax_rate(company: Company, entity_id: UUID, percent: str, *, country: str | None = None) -> UUID:
    """A custom rate of a seller."""
    return await entry(
        company, "tax_rate", TaxRate(type="custom", code="T", country=country, rate=Decimal(percent)), name="Rate", parent_id=entity_id
    )


def line(amount: int = 10_000, **fields: Any) -> PaperLineDraft:
    """A line with a name and a price of its own, at 20 % unless it says otherwise (`tax_rate=None`: what follows from the parties)."""
    rate = fields.pop("tax_rate", 20)
    return PaperLineDraft(name="Accès", unit_amount=amount, tax_rate=None if rate is None else Decimal(str(rate)), **fields)


def draft(customer_id: UUID, *lines: PaperLineDraft, **fields: Any) -> PaperDraft:
    """A document to pay over 100.00 and 20 % tax, unless it says otherwise."""
    return PaperDraft(customer_id=customer_id, lines=lines or (line(),), **({"status": "to_pay"} | fields))


def paid(amount: int | None, at: datetime | None = None, *, shape: str = "external", **fields: Any) -> TransactionDraft:
    """A transaction of 2026-01-20 unless it says otherwise."""
    return TransactionDraft(shape=shape, amount=amount, process_at=at or instant("2026-01-20"), **fields)


def off(amount: int | None = None, *, id: UUID | None = None, name: str | None = "Remise", positions: Any = None) -> CouponReference:
    """A coupon on a draft."""
    return CouponReference(id=id, draft=CouponDraft(None if id else name, amount, positions))


def instant(text: str) -> datetime:
    """`2026-01-20` is 08:00 UTC of that day; a longer text says its own time."""
    return datetime.fromisoformat(f"{text}T08:00:00+00:00") if len(text) == 10 else datetime.fromisoformat(text).astimezone(UTC)


def day_in_paris(at: datetime) -> date:
    """The calendar day of an instant where the companies of the tests are."""
    return at.astimezone(ZoneInfo("Europe/Paris")).date()


async def rows(company: Company, table: str, **equal: Any) -> list[dict[str, Any]]:
    """Rows of a table of the company, by id."""
    conditions = "".join(f" AND {name} = ${place}" for place, name in enumerate(equal, start=2))
    async with company.database.tenant(company.tenant.id) as connection:
        found = await connection.fetch(
            f"SELECT * FROM {table} WHERE tenant_id = $1{conditions} ORDER BY id", company.tenant.id, *equal.values()
        )
    return [dict(row) for row in found]


async def on_connection(company: Company, asked: Callable[[Connection], Awaitable[T]]) -> T:
    """Ask something outside a unit of work."""
    async with company.database.tenant(company.tenant.id) as connection:
        return await asked(connection)


def some_ids(count: int) -> list[UUID]:
    """Ids that name nothing."""
    return Ids(at=now()).many(count)
