"""Batches read back: how far each has come, and what became of every item, by the client's own name for it."""

from typing import Any
from urllib.parse import quote

import pytest

from duebook.actions.run_batch import fail_item, run_batch
from duebook.store import batches
from tests.actions.issuing import within
from tests.make import Company


async def submit(company: Company, name: str, *items: dict[str, Any]) -> None:
    """A batch of these items, accepted."""
    buyer = (await company.hyper_post("/v1/customers", {"name": "Kervella"}))["id"]
    line = {"name": "Conseil", "unit_amount": 10_000, "tax_rate": 20}
    invoices = [
        {"customer_id": buyer, "line_items": [line], "status": "to_pay", "batch_invoice_id": f"item-{number}"} | item
        for number, item in enumerate(items)
    ]
    await company.hyper_post("/v2/invoices/batch", {"batch_id": name, "invoices": invoices}, status=202)


async def run(company: Company, name: str, *, only: list[int] | None = None, bug_at: int | None = None) -> None:
    """A worker takes the batch: all of it, or some positions."""

    async def deed(unit: Any) -> None:
        batch = await batches.by_name(unit.connection, tenant_id=unit.tenant.id, name=name)
        assert batch is not None
        if bug_at is not None:
            await fail_item(unit, id=batch.id, position=bug_at)
        else:
            await run_batch(unit, id=batch.id, positions=only)

    await within(company, deed)


NO_CUSTOMER = {"customer_id": "cus_0000000000000000000000"}
NO_PRODUCT = {"line_items": [{"product_id": "itm_0000000000000000000001"}]}
NEGATIVE = {"line_items": [{"name": "Avoir", "unit_amount": -1, "tax_rate": 0}]}


async def test_each_item_ends_in_its_outcome(acme: Company):
    await submit(acme, "month", {}, NO_PRODUCT, {"status": "draft"}, NEGATIVE, {})
    waiting = await acme.hyper_get("/v2/invoices/batch/month")
    await run(acme, "month", only=[0, 1])
    halfway = await acme.hyper_get("/v2/invoices/batch/month")
    await run(acme, "month", bug_at=4)
    await run(acme, "month")
    done = await acme.hyper_get("/v2/invoices/batch/month")

    assert [*waiting] == ["batch_id", "state", "counts", "created_at", "finished_at", "items"]
    assert (waiting["state"], waiting["counts"]) == ("pending", {"total": 5, "pending": 5, "succeeded": 0, "failed": 0})
    assert waiting["items"][1] == {"batch_invoice_id": "item-1", "position": 1, "status": "pending", "invoice_id": None, "error": None}
    assert (halfway["state"], halfway["counts"], halfway["finished_at"]) == (
        "running",
        {"total": 5, "pending": 3, "succeeded": 1, "failed": 1},
        None,
    )
    assert (done["state"], done["counts"]) == ("done", {"total": 5, "pending": 0, "succeeded": 2, "failed": 3})
    assert [(item["batch_invoice_id"], item["position"], item["status"]) for item in done["items"]] == [
        ("item-0", 0, "succeeded"),
        ("item-1", 1, "failed"),
        ("item-2", 2, "succeeded"),
        ("item-3", 3, "failed"),
        ("item-4", 4, "failed"),
    ]
    assert done["items"][1]["error"] == {
        "type": "NotFoundError",
        "message": "Product not found",
        "errors": {"line_items.0.product_id": ["Product not found"]},
    }
    assert (done["items"][3]["error"]["type"], [*done["items"][3]["error"]["errors"]]) == ("BusinessRuleError", ["line_items"])
    assert (done["items"][4]["error"]["type"], "errors" in done["items"][4]["error"]) == ("InternalError", False)
    for item, status in ((done["items"][0], "to_pay"), (done["items"][2], "draft")):
        assert (await acme.hyper_get(f"/v2/invoices/{item['invoice_id']}"))["status"] == status
    assert waiting["created_at"] == done["created_at"] <= done["finished_at"]


@pytest.mark.parametrize("name", ["2026/01", "a b", "100%", "é", "?x=1"])
async def test_a_name_is_whatever_the_client_said(acme: Company, name: str):
    await submit(acme, name, {})

    assert (await acme.hyper_get(f"/v2/invoices/batch/{quote(name, safe='')}"))["batch_id"] == name


async def test_a_batch_of_another_company_is_not_there(acme: Company, bergeron: Company):
    await submit(bergeron, "theirs", {})
    response = await acme.hyper("GET", "/v2/invoices/batch/theirs")

    assert (response.status_code, response.json()["message"]) == (404, "Batch not found")
    assert (await acme.hyper_get("/v2/invoices/batch"))["data"] == []


async def test_all_batches_newest_first_without_their_items(acme: Company):
    for name in ("one", "two", "three"):
        await submit(acme, name, {})
    first = await acme.hyper_get("/v2/invoices/batch", limit=2, include_total="true")
    second = await acme.hyper_get("/v2/invoices/batch", cursor=first["next_cursor"])

    assert [batch["batch_id"] for batch in (*first["data"], *second["data"])] == ["three", "two", "one"]
    assert (first["total"], first["has_more"], second["has_more"], second["next_cursor"]) == (3, True, False, None)
    assert [*first["data"][0]] == ["batch_id", "state", "counts", "created_at", "finished_at"]
