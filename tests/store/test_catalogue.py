"""What is kept of the catalogue is what is read back: from the table, and from the rows of the journal."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.catalogue import (
    CONTENTS,
    KINDS,
    Accounting,
    BankAccount,
    Content,
    CouponEntry,
    CustomProperty,
    Duration,
    Entry,
    Kind,
    PaymentMethod,
    Price,
    Product,
    TaxRate,
    Translation,
)
from duebook.store import catalogue, journal
from tests.actions.issuing import on_connection, within
from tests.make import Company

AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
WHOLE: dict[Kind, Content] = {
    "product": Product(
        description="d", public_description="p", translations={"fr": Translation(name="n", public_description="p")},
        is_available_on_demand=False, is_available_on_subscription=False, properties={"a": Decimal("5.50"), "b": [1, None]},
        custom_properties={"level": Decimal("0.1")},
        accounting=(Accounting(entity_id=UUID(int=1), tax_rate_id=UUID(int=2), product_code="P", account_code="706"),),
    ),
    "price": Price(currency="EUR", amount=-5, period="months", count=3, countries=("FR", "BE")),
    "coupon": CouponEntry(
        amount=500, currency="EUR", percent=Decimal("12.50"), description="d", expires_at=AT, redemption_limit=3,
        product_ids=(UUID(int=1),), repeat="duration", duration=Duration(count=3, period="months"),
    ),
    "custom_property": CustomProperty(
        type="select", entities=("invoice",), authorised_values=("a", "é"), is_api_only=True, is_required=True
    ),
    "payment_method": PaymentMethod(
        type="card", provider_name="stripe", provider_method_id="pm_1", provider_id="acct", status="errored", error_type="expired",
        last_digits=4242, expires_in="2027-01", brand="visa", account_ending="99",
    ),
    "bank_account": BankAccount(
        currency="EUR", format="iban_bic_swift", bank_name="CA", country="FR", iban="FR76", bic="AGRI", sort_code="1",
        account_number="2", routing_number="3",
    ),
    "tax_rate": TaxRate(
        type="custom", code="C", description="d", country="FR", rate=Decimal("2.10"), rate_class="exempt", scope="all"
    ),
}  # fmt: skip
NUMBERS = st.decimals(min_value=-(10**12), max_value=10**12, places=6)
FREE = st.dictionaries(
    st.text(min_size=1, max_size=8), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBERS | st.text(max_size=8), max_size=4
)
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is put on here


def _contents(of: type[Any]) -> st.SearchStrategy[Any]:
    free = {name: FREE | st.none() for name in ("properties", "custom_properties") if name in of.__dataclass_fields__}
    numbers = {name: NUMBERS | st.none() for name in ("percent", "rate") if name in of.__dataclass_fields__}
    instants = {name: INSTANTS | st.none() for name in ("expires_at",) if name in of.__dataclass_fields__}
    return st.builds(of, **free, **numbers, **instants)


ENTRIES = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(
        Entry, id=st.uuids(), kind=st.just(kind), parent_id=st.none() | st.uuids(), name=st.text(), slug=st.none() | st.text(),
        archived_at=st.none() | INSTANTS, deleted_at=st.none() | INSTANTS, updated_at=INSTANTS, content=_contents(CONTENTS[kind]),
    )
)  # fmt: skip


@given(ENTRIES)
def test_the_journal_tells_an_entry_whole(entry: Entry):
    """Through the very bytes of a row and back, digit by digit, numbers in free properties included."""
    row = msgspec.json.encode(journal.named(catalogue.told(entry)))

    assert catalogue.restored(msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(row)) == entry


async def test_every_kind_is_stored_and_read_back(acme: Company) -> None:
    """Each with all its fields, by id, by kind, by parent, and changed."""
    for content in WHOLE.values():
        assert [field.name for field in dataclasses.fields(content) if getattr(content, field.name) is None] == []
    parent = UUID(int=7)
    entries = [
        Entry(UUID(int=number), kind, parent, f"{kind} Ünï", f"slug-{kind}", AT, None, None, WHOLE[kind])
        for number, kind in enumerate(KINDS, start=1)
    ]

    await within(acme, lambda unit: catalogue.insert(unit, entries))
    found = await within(acme, lambda unit: catalogue.find(unit, [entry.id for entry in entries] + [UUID(int=99)]))
    below = await within(acme, lambda unit: catalogue.of_parents(unit, [parent, UUID(int=8)]))

    assert {id: entry._replace(updated_at=None) for id, entry in found.items()} == {entry.id: entry for entry in entries}
    assert ([entry.id for entry in below[parent]], below[UUID(int=8)]) == ([entry.id for entry in entries], [])
    coupons = await within(acme, lambda unit: catalogue.of_parents(unit, [parent], kind="coupon"))
    assert [entry.kind for entry in coupons[parent]] == ["coupon"]

    changed = [entry._replace(name="new", slug=None, archived_at=None, deleted_at=AT) for entry in entries]
    await within(acme, lambda unit: catalogue.update(unit, changed))
    again = await within(acme, lambda unit: catalogue.find(unit, [entry.id for entry in entries]))

    assert {id: entry._replace(updated_at=None) for id, entry in again.items()} == {entry.id: entry for entry in changed}
    for kind in KINDS:
        assert await on_connection(acme, lambda c, kind=kind: catalogue.of_kind(c, tenant_id=acme.tenant.id, kind=kind)) == []
    assert (await within(acme, lambda unit: catalogue.of_parents(unit, [parent])))[parent] == [], "deleted ones are below nothing"
