"""POST /v2/invoices/batch: what is accepted, what is refused whole, what is the same batch, and what becomes of it."""

import asyncio
import copy
from typing import Any
from uuid import UUID, uuid4

import pytest

from duebook.actions.run_batch import run_batch
from duebook.hyperline import ids
from duebook.store import batches
from tests.actions import issuing
from tests.actions.issuing import rows
from tests.make import Company

PATH = "/v2/invoices/batch"
BATCH = "f65f58f3-ecb0-4711-be22-1e64102a380d"


def item(customer: str, name: str = "invoice-123", **fields: Any) -> dict[str, Any]:
    line = {"name": "Accès plateforme", "unit_amount": 10_000, "tax_rate": 20}
    return {"customer_id": customer, "line_items": [line], "batch_invoice_id": name} | fields


def batch(*items: dict[str, Any], id: str | None = BATCH) -> dict[str, Any]:
    return {"invoices": list(items)} | ({} if id is None else {"batch_id": id})


async def customer_of(company: Company, **fields: Any) -> str:
    return ids.shown(await issuing.customer(company, **fields), kind="customer")


async def ran(company: Company) -> None:
    """Run what is open, as a worker does."""
    for row in await rows(company, "batches"):
        id: UUID = row["id"]
        await issuing.within(company, lambda unit, id=id: run_batch(unit, id=id))


async def waiting(company: Company) -> int:
    """Wake-ups of the company that wait for a worker."""
    async with company.database.owner() as connection:
        return await connection.fetchval("SELECT count(*) FROM pgqueuer WHERE payload = uuid_send($1)", company.tenant.id)


async def test_the_example_of_the_contract(acme: Company) -> None:
    """The body of section 2.6 on catalogue and customer made here, read back through the door: figures by hand."""
    customer = await customer_of(acme, name="Menuiserie Kervella SARL")
    product = ids.shown(await issuing.product(acme), kind="product")
    line = {
        "name": "Accès plateforme", "unit_amount": 24_000, "description": "Janvier 2026", "units_count": 1, "tax_rate": 20,
        "period_start": "2026-01-01T00:00:00.000Z", "period_end": "2026-01-31T00:00:00.000Z", "product_id": product,
    }  # fmt: skip
    body = batch(
        item(
            customer, line_items=[line], currency="EUR", status="to_pay", payment_method_strategy="external", reference="V0KAHOU6J3",
            emitted_at="2026-01-15T08:00:00.000Z", properties={},
            transactions=[{"amount": 10_000, "process_at": "2026-01-20T08:00:00.000Z", "payment_method_type": "transfer"}],
            coupons=[{"name": "Remise fidélité", "discount_amount": 500, "line_item_indexes": [0]}],
        )
    )  # fmt: skip
    assert await acme.hyper_post(PATH, body, status=202) == {"batch_id": BATCH}
    assert await waiting(acme) == 1
    await ran(acme)

    state = await acme.hyper_get(f"{PATH}/{BATCH}")
    (done,) = state["items"]
    assert (state["state"], done["batch_invoice_id"], done["status"], done["error"]) == ("done", "invoice-123", "succeeded", None)
    shown = await acme.hyper_get(f"/v2/invoices/{done['invoice_id']}")
    expected = {
        "number": "INV-1", "type": "invoice", "status": "partially_paid", "reference": "V0KAHOU6J3", "currency": "EUR", "source": "api",
        "total_amount": 28_200, "amount_due": 18_200, "amount_paid": 10_000, "amount_fixed": 23_500, "amount_excluding_tax": 23_500,
        "tax_amount": 4_700, "tax_scheme": "manual", "discount_amount": 500, "conversion_rate": 1, "converted_amount": 28_200,
        "due_at": "2026-02-14T08:00:00.000Z", "issued_at": "2026-01-15T08:00:00.000Z", "settled_at": None, "properties": {},
        "period_starts_at": "2026-01-01T00:00:00.000Z", "period_ends_at": "2026-01-31T00:00:00.000Z",
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    (shown_line,) = shown["line_items"]
    assert (shown_line["amount"], shown_line["product_id"], shown_line["tax_rate"]) == (28_200, product, 20)
    leanpay = await acme.get("/invoices")
    assert [(one["reference"], one["remainingAmount"], one["status"]) for one in leanpay["data"]] == [("INV-1", 18_200, "due")]


async def test_a_batch_without_a_name_gets_one(acme: Company) -> None:
    body = batch(item(await customer_of(acme)), id=None)
    one, other = [(await acme.hyper_post(PATH, body, status=202))["batch_id"] for _ in range(2)]

    assert UUID(one) != UUID(other)
    assert {row["name"] for row in await rows(acme, "batches")} == {one, other}


async def test_what_an_item_fails_for_is_told_in_the_places_of_the_body(acme: Company) -> None:
    customer = await customer_of(acme)
    bad_line = {"product_id": ids.shown(uuid4(), kind="product")}
    body = batch(
        item(customer, "good"),
        item("cus_nobody", "nobody", line_items=[{"name": "A", "unit_amount": 1}, bad_line]),
        item(customer, "below", line_items=[{"name": "A", "unit_amount": -1, "tax_rate": 0}]),
    )
    await acme.hyper_post(PATH, body, status=202)
    await ran(acme)
    good, nobody, below = (await acme.hyper_get(f"{PATH}/{BATCH}"))["items"]

    assert good["status"] == "succeeded"
    assert nobody["error"] == {
        "type": "NotFoundError",
        "message": "Customer not found; Product not found",
        "errors": {"customer_id": ["Customer not found"], "line_items.1.product_id": ["Product not found"]},
    }
    assert (below["error"]["type"], list(below["error"]["errors"])) == ("BusinessRuleError", ["line_items"])


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda body: body["invoices"].clear(), ["invoices"]),
        (lambda body: body["invoices"].extend(item("cus_1", f"n-{place}") for place in range(50)), ["invoices"]),
        (lambda body: body["invoices"].append(item("cus_1")), ["invoices.1.batch_invoice_id"]),
        (lambda body: body["invoices"][0].pop("customer_id"), ["invoices.0.customer_id"]),
        (lambda body: body["invoices"][0].update(status="open", currency="EUX"), ["invoices.0.currency", "invoices.0.status"]),
        (lambda body: body["invoices"].append(item("cus_1", "b", emitted_at="2026-01-15")), ["invoices.1.emitted_at"]),
        (lambda body: body.update(batch_id=""), ["batch_id"]),
    ],
)
async def test_any_fault_of_the_form_refuses_it_whole(acme: Company, change: Any, places: list[str]) -> None:
    body = batch(item(await customer_of(acme)))
    change(body)
    response = await acme.hyper("POST", PATH, json=body)

    assert response.status_code == 400, response.text
    assert sorted(response.json()["errors"]) == places
    assert await rows(acme, "batches") == []
    assert await waiting(acme) == 0


async def test_fifty_are_accepted(acme: Company) -> None:
    customer = await customer_of(acme)
    await acme.hyper_post(PATH, batch(*(item(customer, f"n-{place}") for place in range(50))), status=202)
    await ran(acme)

    assert [paper["number"] for paper in await rows(acme, "papers")] == [f"INV-{number}" for number in range(1, 51)]


async def test_the_same_batch_is_answered_the_same_and_made_once(acme: Company) -> None:
    """Order of keys and spelling of numbers aside; before it ran and after."""
    body = batch(item(await customer_of(acme)))
    again = dict(reversed(copy.deepcopy(body).items()))
    again["invoices"][0]["line_items"][0]["unit_amount"] = 1e4
    for sent in (body, again):
        assert await acme.hyper_post(PATH, sent, status=202) == {"batch_id": BATCH}
    await ran(acme)
    assert await acme.hyper_post(PATH, again, status=202) == {"batch_id": BATCH}
    await ran(acme)

    assert len(await rows(acme, "papers")) == 1


async def test_another_body_under_the_same_name_is_a_conflict(acme: Company) -> None:
    customer = await customer_of(acme)
    await acme.hyper_post(PATH, batch(item(customer)), status=202)
    response = await acme.hyper("POST", PATH, json=batch(item(customer, footer="x")))

    told = f"batch_id: the batch id '{BATCH}' was used for another batch: take a new one"
    assert response.json() == {"statusCode": 409, "type": "ConflictError", "message": told}
    assert (response.status_code, len(await rows(acme, "batches"))) == (409, 1)


async def test_sixteen_at_once_are_one(acme: Company) -> None:
    body = batch(item(await customer_of(acme)))
    answers = await asyncio.gather(*(acme.hyper("POST", PATH, json=body) for _ in range(16)))

    assert {answer.status_code for answer in answers} == {202}
    assert len(await rows(acme, "batches")) == await waiting(acme) == 1


async def test_a_key_replays_the_answer_byte_for_byte(acme: Company) -> None:
    """Even that of a batch whose name was made up."""
    body = batch(item(await customer_of(acme)), id=None)
    headers = {"Idempotency-Key": "0123456789abcdef"}
    one, other = [await acme.hyper("POST", PATH, json=body, headers=headers) for _ in range(2)]
    used = await acme.hyper("POST", PATH, json=batch(item("cus_1")), headers=headers)

    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert used.status_code == 417
    assert len(await rows(acme, "batches")) == 1


async def test_names_of_one_company_are_free_for_another(acme: Company, bergeron: Company) -> None:
    await acme.hyper_post(PATH, batch(item(await customer_of(acme))), status=202)
    await bergeron.hyper_post(PATH, batch(item(await customer_of(bergeron), footer="x")), status=202)

    found = await issuing.on_connection(bergeron, lambda c: batches.by_name(c, tenant_id=bergeron.tenant.id, name=BATCH))
    assert found is not None
    assert (await rows(acme, "batches"))[0]["id"] != found.id


async def test_the_customer_of_another_company_does_not_exist(acme: Company, bergeron: Company) -> None:
    await bergeron.hyper_post(PATH, batch(item(await customer_of(acme))), status=202)
    await ran(bergeron)
    (failed,) = (await bergeron.hyper_get(f"{PATH}/{BATCH}"))["items"]

    assert failed["error"]["errors"] == {"customer_id": ["Customer not found"]}
