"""Tells of a whole month's run at the Hyperline door: hundreds of batches, sent while the worker that makes their invoices is killed.

What this module does not do: judge a kill by what it hit. Tests of faults do (`tests/faults/test_batch_rounds.py`); a story sees what comes
of it.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from duebook.hyperline import ids
from tests.journeys.notation import minor
from tests.journeys.verbs import Body, Untrue, Verbs, same, verb
from tests.journeys.wire import Outlet

_AT_ONCE: Final = 8
"""Requests on their way at the same time."""
_PATIENCE_SECONDS: Final = 60
_PAGE: Final = 100


class Running(Verbs):
    """What the program knows that sends the run: its batches, and later what became of each."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__(outlet)
        self._run: list[Body] = []
        self._outcomes: dict[tuple[str, str], str | None] = {}

    @verb(r"prepare the month: (?P<batches>\d+) batches of (?P<size>\d+) invoices of (?P<who>\w+), (?P<amount>AMOUNT) EUR each")
    async def prepare_month(self, *, batches: str, size: str, who: str, amount: str) -> None:
        """Not sent yet. The amount is before tax."""
        shared: Body = {
            "customer_id": ids.shown(UUID(self._clients[who]), kind="customer"),
            "status": "to_pay",
            "line_items": [{"name": "Access", "unit_amount": minor(amount, currency="EUR")}],
        }
        self._run = [
            {"batch_id": f"month-{batch}", "invoices": [shared | {"batch_invoice_id": f"item-{place}"} for place in range(int(size))]}
            for batch in range(int(batches))
        ]

    @verb(r"send the month")
    async def send_month(self) -> None:
        """All of it; every batch must be accepted."""
        async for _ in self._accepted():
            pass

    @verb(r"send the month, the worker is killed (?P<times>\d+) times in the middle")
    async def send_month_and_kill(self, *, times: str) -> None:
        """Each time when it, or the one after it, has made some of the invoices and has more to do."""
        step = len(self._run) // (int(times) + 1)
        sent = killed = made = 0
        async for _ in self._accepted():
            sent += 1
            if sent % step or killed == int(times):
                continue
            made = await self._has_made(more_than=made)
            await self._outlet.server().kill_worker()
            killed += 1
        same("kills", int(times), killed)

    @verb(r"the month is over")
    async def month_is_over(self) -> None:
        """Every item of every batch has its outcome."""
        end = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        for body in self._run:
            while (batch := await self._get(f"/v2/invoices/batch/{body['batch_id']}"))["state"] != "done":
                if asyncio.get_running_loop().time() > end:
                    raise Untrue(f"{body['batch_id']} is {batch['state']}: {batch['counts']}")
                await asyncio.sleep(0.1)
            asked = [item["batch_invoice_id"] for item in body["invoices"]]
            same("items", asked, [item["batch_invoice_id"] for item in batch["items"]])
            self._outcomes |= {(body["batch_id"], item["batch_invoice_id"]): item["invoice_id"] for item in batch["items"]}

    @verb(r"expect the month made: (?P<count>\d+) invoices, numbered (?P<series>[A-Z]+)-1 to (?P=series)-(?P<last>\d+)")
    async def expect_month(self, *, count: str, series: str, last: str) -> None:
        """Every item has an invoice of its own, and the numbers have neither a gap nor a double."""
        found = [invoice async for invoice in self._all_made()]
        same("outcomes", {invoice["id"] for invoice in found}, set(self._outcomes.values()))
        same("invoices", (int(count), int(count)), (len(found), len(self._outcomes)))
        numbers = sorted(int(invoice["number"].removeprefix(f"{series}-")) for invoice in found)
        same("numbers", list(range(1, int(last) + 1)), numbers)

    @verb(r"expect every invoice of the month told once")
    async def expect_told(self) -> None:
        """A delivery may be repeated under its own id; each item has one id, and its own invoice."""
        listening = self._outlet.server().listening
        end = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while len({call.headers["webhook-id"] for call in listening.calls}) < len(self._outcomes):
            if asyncio.get_running_loop().time() > end:
                raise Untrue(f"only {len(listening.calls)} deliveries for {len(self._outcomes)} invoices")
            await asyncio.sleep(0.1)
        told = {call.headers["webhook-id"]: json.loads(call.body)["data"] for call in listening.calls}
        events = Counter((data["batch_id"], data["batch_invoice_id"]) for data in told.values())
        same("events", Counter(dict.fromkeys(self._outcomes, 1)), events)
        shown = {(data["batch_id"], data["batch_invoice_id"]): data["invoice"]["id"] for data in told.values()}
        same("what they show", self._outcomes, shown)

    @verb(r"expect the books proved")
    async def expect_proved(self) -> None:
        """`duebook doctor` finds nothing."""
        same("findings", "", await self._outlet.server().findings())

    # How it is done

    async def _accepted(self) -> AsyncIterator[str]:
        """Send every batch, some at a time; gives the name of each once it is accepted."""
        waiting = asyncio.Semaphore(_AT_ONCE)

        async def send(body: Body) -> str:
            async with waiting:
                status, answer = await self._outlet.hyper(self._day, "POST", "/v2/invoices/batch", body)
            same(f"the answer to {body['batch_id']}", (202, {"batch_id": body["batch_id"]}), (status, answer))
            return body["batch_id"]

        for sent in asyncio.as_completed([send(body) for body in self._run]):
            yield await sent

    async def _has_made(self, *, more_than: int) -> int:
        """Wait until a worker is at it: there are more invoices than so many, and not all. Gives how many there are."""
        end = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while (made := (await self._get("/v2/invoices", limit="1", include_total="true"))["total"]) <= more_than:
            if asyncio.get_running_loop().time() > end:
                raise Untrue(f"{made} invoices are made, and no worker goes on")
            await asyncio.sleep(0.02)
        if made >= sum(len(body["invoices"]) for body in self._run):
            raise Untrue("all invoices are made: this is no longer the middle")
        return made

    async def _all_made(self) -> AsyncIterator[Body]:
        page = await self._get("/v2/invoices", limit=str(_PAGE))
        while True:
            for invoice in page["data"]:
                yield invoice
            if not page["has_more"]:
                return
            page = await self._get("/v2/invoices", limit=str(_PAGE), cursor=page["next_cursor"])

    async def _get(self, path: str, **query: str) -> Any:
        status, answer = await self._outlet.hyper(self._day, "GET", path, **query)
        same(f"GET {path}", 200, status)
        return answer
