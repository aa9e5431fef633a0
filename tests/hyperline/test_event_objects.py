"""The objects that events show: what documents refer to through its whole life, and everything as a read showed it at that moment."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from msgspec import Raw

from duebook.hyperline import ids
from duebook.hyperline.events import teller
from duebook.store.facts import Fact
from duebook.store.ids import Ids
from duebook.web.today import now
from tests.actions.issuing import draft
from tests.hyperline.batched import client, run
from tests.jobs.told import listens, names, tell, told, told_now
from tests.make import Company, complete_credit_note, complete_invoice, simple_invoice


@pytest.fixture
async def dupont(acme: Company) -> Company:
    """A company with an endpoint that wants everything."""
    await listens(acme)
    return await told_now(acme)


# What documents refer to

PRODUCT = {"type": "flat_fee", "name": "Support", "price_configurations": []}
COUPON = {"name": "Fidélité", "type": "percent", "discount_percent": 10}
PROPERTY = {"name": "Région", "type": "text", "slug": "region", "entities": ["customer"]}
ACCOUNT = {"currency": "EUR", "format": "iban_bic_swift", "iban": "FR7630006000011234567890189", "bic_swift": "AGRIFRPP"}


async def done(company: Company, method: str, path: str, body: Any = None) -> Any:
    response = await company.hyper(method, path, **({} if body is None else {"json": body}))
    assert response.status_code < 300, response.text
    return response.json() if response.content else None


@dataclass(frozen=True, kw_only=True)
class Life:
    """What is made, what is done to it by its id, and the events of all that, by the kind's name."""

    made: str
    body: Any
    steps: tuple[tuple[str, str, Any], ...]
    events: tuple[str, ...]


LIVES = (
    Life(
        made="/v1/customers",
        body={"name": "Kervella"},
        steps=(
            *(("PUT", "", {"name": "Kervella SARL"}), ("PUT", "", {"name": "Kervella SARL"})),
            *(("PUT", "/archive", None), ("PUT", "/unarchive", None), ("PUT", "/archive", None), ("DELETE", "", None)),
        ),
        events=(
            *("customer.created", "customer.updated", "customer.archived", "customer.recovered", "customer.archived"),
            "customer.deleted",
        ),
    ),
    Life(
        made="/v1/products",
        body=PRODUCT,
        steps=(
            *(("PUT", "", {"name": "Support 24/7"}), ("PUT", "/archive", None), ("PUT", "/unarchive", None)),
            *(("PUT", "/archive", None), ("DELETE", "", None)),
        ),
        events=("product.created", "product.updated", "product.archived", "product.recovered", "product.archived", "product.deleted"),
    ),
    Life(
        made="/v1/coupons",
        body=COUPON,
        steps=(("PUT", "", COUPON | {"discount_percent": 12.5}), ("DELETE", "", None)),
        events=("coupon.created", "coupon.updated", "coupon.deleted"),
    ),
    Life(
        made="/v1/custom-properties",
        body=PROPERTY,
        steps=(("PUT", "", PROPERTY | {"name": "Secteur"}), ("DELETE", "", None)),
        events=("custom_property.created", "custom_property.updated", "custom_property.deleted"),
    ),
    Life(
        made="/v1/bank-accounts",
        body=ACCOUNT,
        steps=(("DELETE", "", None),),
        events=("bank_account.created", "bank_account.deleted"),
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.made)
async def test_what_documents_refer_to(life: Life, dupont: Company) -> None:
    made = await done(dupont, "POST", life.made, life.body)
    for method, path, body in life.steps:
        await done(dupont, method, f"{life.made}/{made['id']}{path}", body)
    found = await told(dupont)
    assert [message.event_type for message in found] == list(life.events)
    assert {message.data["id"] for message in found} == {made["id"]}


async def test_payment_methods_come_and_go(dupont: Company) -> None:
    customer = (await done(dupont, "POST", "/v1/customers", {"name": "Kervella"}))["id"]
    body = {"provider_name": "stripe", "provider_payment_method_id": "pm_1"}
    made = await done(dupont, "POST", f"/v1/customers/{customer}/payment-methods", body)
    await done(dupont, "DELETE", f"/v1/customers/{customer}/payment-methods/{made['id']}")
    assert await names(dupont) == ["customer.created", "payment_method.created", "payment_method.deleted"]


async def test_a_client_of_the_other_door_is_a_customer_here(dupont: Company) -> None:
    id = await dupont.customer()
    await dupont.call("PUT", f"/clients/{id}", json={"name": "Dupont et fils"})
    created, updated = await told(dupont)
    assert (created.event_type, created.data["name"]) == ("customer.created", "Dupont")
    assert (updated.event_type, updated.data["name"]) == ("customer.updated", "Dupont et fils")
    assert created.data["id"] == updated.data["id"] == ids.shown(UUID(id), kind="customer")


# What is shown


async def test_an_invoice_is_shown_as_a_read_showed_it_at_that_moment(dupont: Company) -> None:
    """The follower comes late: the first event still shows it unpaid, the last one paid."""
    body = complete_invoice(str(await client(dupont)), due="2026-03-31")
    id = ids.shown(UUID((await dupont.post("/invoices/complete", body))["id"]), kind="invoice")
    unpaid = await dupont.hyper_get(f"/v2/invoices/{id}")
    await dupont.post("/invoices/complete", body | {"payments": [{"date": "2026-01-20", "amount": 12_000}]})
    paid_up = await dupont.hyper_get(f"/v2/invoices/{id}")
    assert (unpaid["status"], paid_up["status"]) == ("to_pay", "paid")

    _, created, ready, settled = await told(dupont)
    # A request without a public address of the server makes one of where it was sent to.
    elsewhere = {"public_url": created.data["public_url"]}
    assert list(created.data) == list(unpaid)
    assert created.data == ready.data == unpaid | elsewhere
    assert settled.data == paid_up | elsewhere


async def test_the_events_of_an_item_say_the_same_of_its_invoice(dupont: Company) -> None:
    await run(dupont, draft(await client(dupont), status="paid"))
    _, *of_invoice, of_batch = await told(dupont)
    first = of_invoice[0].data
    assert list(of_batch.body) == ["event_type", "data"]
    assert list(of_batch.data) == ["batch_id", "batch_invoice_id", "invoice_id", "invoice"]
    assert (of_batch.data["batch_id"], of_batch.data["batch_invoice_id"], of_batch.data["invoice_id"]) == ("february", "0", first["id"])
    assert [message.data for message in of_invoice] == [of_batch.data["invoice"]] * 3
    assert (await dupont.hyper_get(f"/v2/invoices/{first['id']}"))["number"] == first["number"] == "INV-1"
    assert len({message.event_id for message in (*of_invoice, of_batch)}) == 1, "one fact"


async def test_why_an_item_failed_is_told_as_the_batch_tells_it(dupont: Company) -> None:
    id = await client(dupont)
    await run(dupont, draft(Ids(at=now()).new()), draft(id))
    failed = next(message for message in await told(dupont) if message.event_type == "invoice.batch.creation_failed")
    assert list(failed.data) == ["batch_id", "batch_invoice_id", "error"]
    assert failed.data["error"] == {
        "type": "NotFoundError",
        "message": "Customer not found",
        "errors": {"customer_id": ["Customer not found"]},
    }
    read = await dupont.hyper_get("/v2/invoices/batch/february")
    assert read["items"][0]["error"] == failed.data["error"]


async def test_a_link_shows_where_the_credit_note_lies(dupont: Company) -> None:
    id = str(await client(dupont))
    invoice = await dupont.post("/invoices", simple_invoice(id, dueDate="2026-03-31"))
    link = {"date": "2026-01-20", "amount": 700, "invoice": {"id": invoice["id"]}}
    await dupont.post("/credit-notes/complete", complete_credit_note(id, invoiceLinks=[link]))
    *_, laid = await told(dupont)
    assert laid.event_type == "credit_note.allocations_updated"
    assert laid.data["allocations"] == [{"invoice_id": ids.shown(UUID(invoice["id"]), kind="invoice"), "amount": 700}]


async def test_a_product_is_shown_with_the_prices_it_had(dupont: Company) -> None:
    fee = {"currency": "EUR", "billing_interval": {"period": "once"}, "type": "fee", "prices": [{"type": "fee", "amount": 24_000}]}
    made = await done(dupont, "POST", "/v1/products", PRODUCT | {"price_configurations": [fee]})
    await done(dupont, "PUT", f"/v1/products/{made['id']}", {"name": "Support 24/7"})
    created, updated = await told(dupont)
    assert created.data == made
    assert updated.data["name"] == "Support 24/7"
    assert updated.data["price_configurations"] == made["price_configurations"]


async def test_numbers_of_a_customer_stay_numbers(dupont: Company) -> None:
    body = {"name": "Kervella", "tax_rate_custom": 5.5, "properties": {"score": 12.25, "since": 1998}}
    made = await done(dupont, "POST", "/v1/customers", body)
    shown = (await told(dupont))[0]
    assert b'"score":12.25' in shown.raw
    assert shown.data == await dupont.hyper_get(f"/v2/customers/{made['id']}")


async def test_the_address_of_a_page_is_that_of_the_server(dupont: Company) -> None:
    await dupont.post("/invoices", simple_invoice(str(await client(dupont)), dueDate="2026-03-31"))
    await tell(dupont)
    shown = next(message for message in await told(dupont) if message.event_type == "invoice.created")
    settings = dupont.settings
    assert shown.data["public_url"].startswith(f"http://{settings.host}:{settings.port}/i/")


def test_a_kind_that_this_door_has_no_word_for_is_no_event(acme: Company) -> None:
    fact = Fact(
        tenant=acme.tenant, id=UUID(int=1), at=now(), day=now().date(), kind="entity", action="updated", object_id=UUID(int=2),
        raw_before=Raw(b"{}"), raw_after=Raw(b"{}"),
    )  # fmt: skip
    assert list(teller(address="https://duebook.example")(fact)) == []
