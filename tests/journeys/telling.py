"""Tells a story to the LeanPay door, as an accountant's program would: each document is a body that grows and is sent again whole.

What this module does not do: compute what should be; that stands in the story.
"""

from typing import Any

from tests.journeys.notation import minor
from tests.journeys.verbs import Body, Untrue, Verbs, same, verb
from tests.journeys.wire import Outlet


class Teller(Verbs):
    """The accountant of one tenant: what they know of their documents, and the door they speak to."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__(outlet)
        self._invoices: dict[str, Body] = {}
        self._credit_notes: dict[str, Body] = {}
        self._import: list[Body] = []

    # What happens

    @verb(
        r"invoice (?P<name>DOCUMENT) of (?P<who>\w+), (?P<amount>AMOUNT) (?P<currency>CODE)"
        r"(?: worth (?P<worth>AMOUNT) EUR)?, due (?P<due>DAY)"
    )
    async def invoice(self, *, name: str, who: str, amount: str, currency: str, worth: str | None, due: str) -> None:
        """An invoice with one due date, issued today."""
        await self._issue(name, who, currency, [(due, amount)], worth)

    @verb(r"invoice (?P<name>DOCUMENT) of (?P<who>\w+) in (?P<currency>CODE): (?P<parts>AMOUNT due DAY(?:, AMOUNT due DAY)*)")
    async def scheduled(self, *, name: str, who: str, currency: str, parts: str) -> None:
        """An invoice in instalments, issued today."""
        await self._issue(name, who, currency, [(part.split(" due ")[1], part.split(" due ")[0]) for part in parts.split(", ")], None)

    @verb(r"credit note (?P<name>DOCUMENT) of (?P<who>\w+), (?P<amount>AMOUNT) (?P<currency>CODE)(?: worth (?P<worth>AMOUNT) EUR)?")
    async def credit_note(self, *, name: str, who: str, amount: str, currency: str, worth: str | None) -> None:
        """A credit note, issued today."""
        body: Body = {"reference": name, "amount": minor(amount, currency=currency), "issueDate": self._today, "currency": currency}
        body |= {"externalId": name, "client": {"id": await self._client(who)}}
        if worth is not None:
            body["defaultCurrencyAmount"] = minor(worth, currency="EUR")
        await self._sent("/credit-notes/complete", body)
        self._credit_notes[name] = body

    @verb(r"payment (?P<receipt>DOCUMENT) of (?P<amount>AMOUNT) on (?P<name>DOCUMENT)(?:, dated (?P<dated>DAY))?")
    async def payment(self, *, receipt: str, amount: str, name: str, dated: str | None) -> None:
        """Money on one invoice, today or dated otherwise."""
        await self._pay(receipt, name, amount, dated or self._today)

    @verb(r"receipt (?P<receipt>DOCUMENT): (?P<parts>AMOUNT on DOCUMENT(?:, AMOUNT on DOCUMENT)*)")
    async def receipt(self, *, receipt: str, parts: str) -> None:
        """One transfer at the bank that pays several invoices."""
        for part in parts.split(", "):
            amount, name = part.split(" on ")
            await self._pay(receipt, name, amount, self._today)

    @verb(r"link (?P<amount>AMOUNT) of (?P<note>DOCUMENT) to (?P<name>DOCUMENT)")
    async def link(self, *, amount: str, note: str, name: str) -> None:
        """A part of a credit note laid on an invoice, today; sent with the invoice."""
        body = self._invoices[name]
        row = {"date": self._today, "creditNote": {"externalId": note}, "amount": minor(amount, currency=_currency(body))}
        await self._resend_invoice(name, body | {"creditNoteLinks": [*body.get("creditNoteLinks", []), row]})

    @verb(r"payback (?P<receipt>DOCUMENT) of (?P<amount>AMOUNT) on (?P<note>DOCUMENT)")
    async def payback(self, *, receipt: str, amount: str, note: str) -> None:
        """Money given back on a credit note, today."""
        body = self._credit_notes[note]
        row = {"date": self._today, "amount": minor(amount, currency=body["currency"]), "externalId": receipt}
        body = body | {"paybacks": [*body.get("paybacks", []), row]}
        await self._sent("/credit-notes/complete", body)
        self._credit_notes[note] = body

    @verb(r"the same invoice (?P<name>DOCUMENT) again")
    async def again(self, *, name: str) -> None:
        """The same body once more: the answer must be the stored document, untouched."""
        before = await self._read_invoice(name)
        after = await self._sent("/invoices/complete", self._invoices[name])
        same("the document", before, after)

    # An import on the wire

    @verb(r"prepare an import of (?P<count>\d+) invoices of (?P<who>\w+), (?P<amount>AMOUNT) EUR each, due (?P<due>DAY)")
    async def prepare(self, *, count: str, who: str, amount: str, due: str) -> None:
        """A batch, not sent yet."""
        client_id = await self._client(who)
        shared = {"clientId": client_id, "amount": minor(amount, currency="EUR"), "issueDate": self._today, "dueDate": due}
        self._import = [shared | {"reference": f"IMP-{n}", "externalId": f"IMP-{n}"} for n in range(1, int(count) + 1)]

    @verb(r"send the import, the line is cut in the middle of the body")
    async def cut_body(self) -> None:
        """Half of the bytes, then the connection ends."""
        await self._outlet.cut("/invoices/batch", {"invoices": self._import}, whole=False)

    @verb(r"send the import, the line is cut before the answer")
    async def cut_answer(self) -> None:
        """All of the bytes, then the connection ends: nobody hears what came of it."""
        await self._outlet.cut("/invoices/batch", {"invoices": self._import}, whole=True)

    @verb(r"send the import")
    async def send(self) -> None:
        """As it should go."""
        answer = await self._sent("/invoices/batch", {"invoices": self._import})
        same("the external ids answered", [body["externalId"] for body in self._import], [row["externalId"] for row in answer["data"]])

    # What must be

    @verb(r"refused (?P<status>\d{3}) (?P<code>\w+): (?P<words>.*)")
    async def refused(self, *, status: str, code: str, words: str) -> None:
        """A step that the books refuse, and that changes nothing."""
        before = await self._outlet.get(self._day, "/invoices"), await self._outlet.get(self._day, "/credit-notes")
        try:
            await self._do(words)
        except _NotTaken as refusal:
            same("the refusal", f"{status} {code}", f"{refusal.status} {', '.join(refusal.codes)}")
        else:
            raise Untrue("it was taken")
        after = await self._outlet.get(self._day, "/invoices"), await self._outlet.get(self._day, "/credit-notes")
        same("the books after a refusal", before, after)

    @verb(r"expect (?P<name>DOCUMENT) (?P<status>[a-z_]+)(?P<sums>(?:, \w+ AMOUNT)*)")
    async def expect(self, *, name: str, status: str, sums: str) -> None:
        """The status of a document, read by itself and in the list, and sums: amount, remaining, paid, offset, payback, deducted."""
        is_invoice = name in self._invoices
        currency = _currency(self._invoices[name]) if is_invoice else self._credit_notes[name]["currency"]
        found = await (self._read_invoice(name) if is_invoice else self._read_credit_note(name))
        same("status", status, found["status"])
        for said in filter(None, sums.split(", ")):
            word, amount = said.split()
            key = "amount" if word == "amount" else f"{word}Amount"
            same(word, minor(amount, currency=currency), found[key])
        listed = await self._outlet.get(self._day, "/invoices" if is_invoice else "/credit-notes", status=status, externalId=name)
        same("in the list", [found], listed["data"])

    @verb(r"expect shares of (?P<name>DOCUMENT): (?P<amounts>AMOUNT EUR(?:, AMOUNT EUR)*)")
    async def expect_shares(self, *, name: str, amounts: str) -> None:
        """The default-currency amounts of its payments, in order."""
        found = await self._read_invoice(name)
        wanted = [minor(amount.removesuffix(" EUR"), currency="EUR") for amount in amounts.split(", ")]
        same("shares", wanted, [row["defaultCurrencyAmount"] for row in found["payments"]])

    @verb(r"expect (?P<who>\w+) in (?P<currency>CODE):(?P<sums> \w+ AMOUNT(?:, \w+ AMOUNT)*)")
    async def expect_customer(self, *, who: str, currency: str, sums: str) -> None:
        """What a customer owes: outstanding, overdue, unapplied, credit, balance."""
        client = await self._outlet.get(self._day, f"/clients/{self._clients[who]}")
        none: Body = {}
        balance = next((row for row in client["balances"] if row["currency"] == currency), none)
        for said in sums.strip().split(", "):
            word, amount = said.split()
            same(word, minor(amount, currency=currency), balance.get(f"{word}Amount", 0))

    @verb(r"expect (?P<count>\d+) (?P<status>[a-z_]+ )?invoices?")
    async def expect_count(self, *, count: str, status: str | None) -> None:
        """How many invoices there are in all, or in one status."""
        query = {"status": status.strip()} if status else {}
        same("total", int(count), (await self._outlet.get(self._day, "/invoices", **query))["total"])

    # How it is done

    async def _issue(self, name: str, who: str, currency: str, parts: list[tuple[str, str]], worth: str | None) -> None:
        rows: list[Body] = [{"dueDate": due, "currency": currency, "amount": minor(amount, currency=currency)} for due, amount in parts]
        if worth is not None:
            rows[0]["defaultCurrencyAmount"] = minor(worth, currency="EUR")
        body: Body = {"reference": name, "amount": sum(row["amount"] for row in rows), "issueDate": self._today, "dueDates": rows}
        await self._resend_invoice(name, body | {"externalId": name, "client": {"id": await self._client(who)}})

    async def _pay(self, receipt: str, name: str, amount: str, dated: str) -> None:
        body = self._invoices[name]
        row = {"date": dated, "amount": minor(amount, currency=_currency(body)), "externalId": receipt}
        await self._resend_invoice(name, body | {"payments": [*body.get("payments", []), row]})

    async def _resend_invoice(self, name: str, body: Body) -> None:
        await self._sent("/invoices/complete", body)
        self._invoices[name] = body

    async def _client(self, who: str) -> str:
        if who not in self._clients:
            self._clients[who] = (await self._sent("/clients", {"name": who, "externalId": who}))["id"]
        return self._clients[who]

    async def _read_invoice(self, name: str) -> Body:
        return await self._read("/invoices", name)

    async def _read_credit_note(self, name: str) -> Body:
        return await self._read("/credit-notes", name)

    async def _read(self, path: str, name: str) -> Body:
        found = (await self._outlet.get(self._day, path, externalId=name))["data"]
        if len(found) != 1:
            raise Untrue(f"there are {len(found)} documents named {name}")
        return await self._outlet.get(self._day, f"{path}/{found[0]['id']}")

    async def _sent(self, path: str, body: Body) -> Any:
        status, answer = await self._outlet.post(self._day, path, body)
        if status != 200:
            raise _NotTaken(status, answer)
        return answer


class _NotTaken(Untrue):
    """The door refused a step."""

    def __init__(self, status: int, answer: Body) -> None:
        self.status = status
        self.codes = sorted({error["code"] for error in answer["errors"]})
        super().__init__(f"refused with {status}: {[error['message'] for error in answer['errors']]}")


def _currency(body: Body) -> str:
    return body["dueDates"][0]["currency"]
