"""Tells a story to the Hyperline door: an accountant draws up items, sends them as a batch, and sees what the worker made of each.

An item is a body under a name in small letters (`new-1`) that grows step by step until its batch is sent. Amounts are in EUR. What this
module does not do: compute what should be; that stands in the story.
"""

from typing import Any, Final
from uuid import UUID

from duebook.core.paper import UNKNOWN
from duebook.hyperline import ids
from tests.journeys.notation import minor
from tests.journeys.verbs import Body, Untrue, Verbs, same, verb
from tests.journeys.wire import Outlet

_SUMS: Final = {
    "net": "amount_excluding_tax",
    "tax": "tax_amount",
    "total": "total_amount",
    "due": "amount_due",
    "paid": "amount_paid",
    "discount": "discount_amount",
}
_OTHER_SUMS: Final = {"remaining": "remainingAmount", "paid": "paidAmount", "offset": "offsetAmount"}


class Invoicing(Verbs):
    """What the accountant knows: ids by name, items that were drawn up, the batches they went into."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__(outlet)
        self._products: dict[str, str] = {}
        self._coupons: dict[str, str] = {}
        self._items: dict[str, Body] = {}
        self._batches: dict[str, Body] = {}
        self._batch_of: dict[str, str] = {}

    # What an invoice names

    @verb(r"customer (?P<who>\w+) in (?P<country>[A-Z]{2})(?:, tax id (?P<tax_id>\w+))?")
    async def customer(self, *, who: str, country: str, tax_id: str | None) -> None:
        """A customer with an address in a country."""
        body: Body = {"name": who, "external_id": who, "currency": "EUR", "billing_address": {"country": country}}
        made = await self._asked("POST", "/v1/customers", 201, body | ({"tax_ids": [{"value": tax_id}]} if tax_id else {}))
        self._clients[who] = str(ids.read(made["id"], kind="customer"))

    @verb(r"tax id of (?P<who>\w+) is (?P<tax_id>\w+)")
    async def tax_id(self, *, who: str, tax_id: str) -> None:
        """The customer tells its tax id, or another."""
        await self._asked("PUT", f"/v1/customers/{self._customer(who)}", 200, {"tax_ids": [{"value": tax_id}]})

    @verb(r"product (?P<name>\w+) at (?P<amount>AMOUNT) EUR")
    async def product(self, *, name: str, amount: str) -> None:
        """A product with one price."""
        price = {"type": "fee", "currency": "EUR", "billing_interval": {"period": "once"}}
        price |= {"prices": [{"type": "fee", "amount": minor(amount, currency="EUR")}]}
        made = await self._asked("POST", "/v1/products", 201, {"type": "flat_fee", "name": name, "price_configurations": [price]})
        self._products[name] = made["id"]

    @verb(r"coupon (?P<name>\w+) of (?P<size>AMOUNT) (?P<unit>EUR|%)(?:, good until (?P<last>DAY))?")
    async def coupon(self, *, name: str, size: str, unit: str, last: str | None) -> None:
        """An amount or a percent off, for ever or until the beginning of a day."""
        kind: Body = {"type": "percent", "discount_percent": float(size)}
        if unit == "EUR":
            kind = {"type": "amount", "discount_amount": minor(size, currency="EUR"), "currency": "EUR"}
        ends = {"expiration_date": f"{last}T00:00:00.000Z"} if last else {}
        self._coupons[name] = (await self._asked("POST", "/v1/coupons", 201, {"name": name} | kind | ends))["id"]

    @verb(r"somebody listens(?: to (?P<types>[a-z_.]+(?:, [a-z_.]+)*))?")
    async def listens(self, *, types: str | None) -> None:
        """A webhook endpoint, for all events or for some."""
        body = {"url": self._outlet.hook(), "event_types": types.split(", ") if types else []}
        await self._asked("POST", "/v1/webhooks/endpoints", 201, body)

    # Items, and their batch

    @verb(r"draw up (?P<item>ITEM) for (?P<who>\w+), (?P<status>paid|to pay)")
    async def draw_up(self, *, item: str, who: str, status: str) -> None:
        """An item without lines."""
        body: Body = {"batch_invoice_id": item, "customer_id": self._customer(who), "status": status.replace(" ", "_"), "line_items": []}
        self._items[item] = body

    @verb(r"number (?P<item>ITEM) as (?P<number>[\w-]+), issued (?P<issued>DAY), due (?P<due>DAY)")
    async def number(self, *, item: str, number: str, issued: str, due: str) -> None:
        """It comes from elsewhere, with its number and its days."""
        self._items[item] |= {"number": number, "emitted_at": f"{issued}T00:00:00.000Z", "due_at": f"{due}T00:00:00.000Z"}

    @verb(r"line on (?P<item>ITEM): (?P<name>\w+)(?:, (?P<amount>AMOUNT))?(?: at (?P<rate>AMOUNT) %)?")
    async def line(self, *, item: str, name: str, amount: str | None, rate: str | None) -> None:
        """One of a product at its price, or of something at a price of its own."""
        row: Body = {"name": name, "unit_amount": minor(amount, currency="EUR")} if amount else {"product_id": self._products[name]}
        self._items[item]["line_items"].append(row | ({"tax_rate": float(rate)} if rate else {}))

    @verb(r"line on (?P<item>ITEM): a product that does not exist")
    async def line_of_nothing(self, *, item: str) -> None:
        """As a program sends it whose list of products is old."""
        self._items[item]["line_items"].append({"product_id": ids.shown(UNKNOWN, kind="product")})

    @verb(r"coupon (?P<name>\w+) on (?P<item>ITEM)(?:, lines (?P<places>\d+(?: and \d+)*))?")
    async def lay_coupon(self, *, name: str, item: str, places: str | None) -> None:
        """On all lines, or on some; people count them from 1."""
        row: Body = {"coupon_id": self._coupons[name]}
        if places:
            row["line_item_indexes"] = [int(place) - 1 for place in places.split(" and ")]
        self._items[item].setdefault("coupons", []).append(row)

    @verb(r"transfer of (?P<amount>AMOUNT) on (?P<item>ITEM), dated (?P<dated>DAY)")
    async def transfer(self, *, amount: str, item: str, dated: str) -> None:
        """Money that came by the bank."""
        row = {"amount": minor(amount, currency="EUR"), "process_at": f"{dated}T00:00:00.000Z", "payment_method_type": "transfer"}
        self._items[item].setdefault("transactions", []).append(row)

    @verb(r"send batch (?P<name>\w+): (?P<items>ITEM(?:, ITEM)*)")
    async def send_batch(self, *, name: str, items: str) -> None:
        """Some items, in this order. It is accepted whole, whatever becomes of them."""
        self._batches[name] = {"batch_id": name, "invoices": [self._items[item] for item in items.split(", ")]}
        self._batch_of |= dict.fromkeys(items.split(", "), name)
        await self._send(name)

    @verb(r"send batch (?P<name>\w+) again")
    async def send_batch_again(self, *, name: str) -> None:
        """The same body once more."""
        await self._send(name)

    @verb(r"the worker runs")
    async def worker_runs(self) -> None:
        """Until nothing is left to do."""
        await self._outlet.work(self._day)

    # What must be

    @verb(r"expect batch (?P<name>\w+): (?P<made>\d+) made, (?P<failed>\d+) failed")
    async def expect_batch(self, *, name: str, made: str, failed: str) -> None:
        """It is over, and so many items came out so."""
        batch = await self._asked("GET", f"/v2/invoices/batch/{name}", 200)
        counts = {"total": int(made) + int(failed), "pending": 0, "succeeded": int(made), "failed": int(failed)}
        same("the batch", ("done", counts), (batch["state"], batch["counts"]))
        asked = [item["batch_invoice_id"] for item in self._batches[name]["invoices"]]
        same("its items", asked, [item["batch_invoice_id"] for item in batch["items"]])

    @verb(r"expect (?P<item>ITEM) made as (?P<number>[\w-]+), (?P<status>[a-z_]+): (?P<sums>\w+ AMOUNT(?:, \w+ AMOUNT)*)")
    async def expect_made(self, *, item: str, number: str, status: str, sums: str) -> None:
        """Number, status and sums of its invoice: net, tax, total, due, paid, discount. The list says the same."""
        found = await self._invoice(item)
        same("number", number, found["number"])
        same("status", status, found["status"])
        for word, amount in _said(sums):
            same(word, minor(amount, currency="EUR"), found[_SUMS[word]])
        listed = await self._asked("GET", "/v2/invoices", 200, invoice_number=number, status=status)
        same("in the list", [{key: value for key, value in found.items() if key != "integrations"}], listed["data"])

    @verb(r"expect (?P<item>ITEM) taxed (?P<scheme>[a-z_]+) at (?P<rate>AMOUNT) %")
    async def expect_taxed(self, *, item: str, scheme: str, rate: str) -> None:
        """Why there is this tax, and the rate of every line."""
        found = await self._invoice(item)
        same("scheme", scheme, found["tax_scheme"])
        same("rates", {float(rate)}, {float(line["tax_rate"]) for line in found["line_items"]})

    @verb(r"expect discounts of (?P<item>ITEM): (?P<amounts>AMOUNT(?:, AMOUNT)*)")
    async def expect_discounts(self, *, item: str, amounts: str) -> None:
        """What is taken off each line."""
        found = await self._invoice(item)
        wanted = [minor(amount, currency="EUR") for amount in amounts.split(", ")]
        same("discounts", wanted, [line["discount_amount"] for line in found["line_items"]])

    @verb(r"expect (?P<item>ITEM) failed at (?P<place>[\w.]+): (?P<message>.+)")
    async def expect_failed(self, *, item: str, place: str, message: str) -> None:
        """What is wrong with it, and where."""
        found = await self._item(item)
        same("outcome", ("failed", None), (found["status"], found["invoice_id"]))
        same("errors", {place: [message]}, found["error"].get("errors"))

    @verb(r"expect events of (?P<item>ITEM): (?P<types>[a-z_.]+(?:, [a-z_.]+)*)")
    async def expect_events(self, *, item: str, types: str) -> None:
        """What was told of it, in the order of the facts."""
        found = await self._item(item)
        page = await self._asked("GET", "/v1/webhooks/messages", 200, limit="250")
        same("all on one page", None, page["meta"]["iterator"])
        told = [row["payload"] for row in reversed(page["data"]) if _is_of(row["payload"]["data"], item, found["invoice_id"])]
        same("events", types.split(", "), [payload["event_type"] for payload in told])

    @verb(r"expect (?P<item>ITEM) at the other door (?P<status>[a-z_]+)(?:, (?P<sums>\w+ AMOUNT(?:, \w+ AMOUNT)*))?")
    async def expect_elsewhere(self, *, item: str, status: str, sums: str | None) -> None:
        """The same invoice as LeanPay's clients see it: its status there, and sums: remaining, paid, offset."""
        found = await self._outlet.get(self._day, f"/invoices/{ids.read((await self._item(item))['invoice_id'], kind='invoice')}")
        same("status", status, found["status"])
        for word, amount in _said(sums or ""):
            same(word, minor(amount, currency="EUR"), found[_OTHER_SUMS[word]])

    # How it is done

    def _customer(self, who: str) -> str:
        return ids.shown(UUID(self._clients[who]), kind="customer")

    async def _send(self, name: str) -> None:
        answer = await self._asked("POST", "/v2/invoices/batch", 202, self._batches[name])
        same("the answer", {"batch_id": name}, answer)

    async def _item(self, item: str) -> Body:
        batch = await self._asked("GET", f"/v2/invoices/batch/{self._batch_of[item]}", 200)
        return next(row for row in batch["items"] if row["batch_invoice_id"] == item)

    async def _invoice(self, item: str) -> Body:
        found = await self._item(item)
        if found["status"] != "succeeded":
            raise Untrue(f"it is {found['status']}: {found['error']}")
        return await self._asked("GET", f"/v2/invoices/{found['invoice_id']}", 200)

    async def _asked(self, method: str, path: str, wanted: int, body: Any = None, **query: str) -> Any:
        status, answer = await self._outlet.hyper(self._day, method, path, body, **query)
        if status != wanted:
            raise Untrue(f"{method} {path} answered {status}: {answer}")
        return answer


def _said(sums: str) -> list[tuple[str, str]]:
    """`net 1.00, tax 0.20` as pairs."""
    return [(word, amount) for word, amount in (said.split() for said in filter(None, sums.split(", ")))]


def _is_of(data: Body, item: str, invoice_id: str | None) -> bool:
    return data.get("batch_invoice_id") == item or (invoice_id is not None and data.get("id") == invoice_id)
