"""Links: one row seen from both documents, alive while either side or somebody else names it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.leanpay.footprint import column, execute, unchanged, value
from tests.make import Company, complete_credit_note, complete_invoice, simple_credit_note

Body = dict[str, Any]


def link(amount: int, date: str = "2026-01-10", **fields: Any) -> Body:
    return {"date": date, "amount": amount} | fields


class Pair:
    """An invoice and a credit note of one client, and what each side says about their link."""

    def __init__(self, company: Company, invoice: Body, note: Body) -> None:
        self.company, self.invoice, self.note = company, invoice, note

    @classmethod
    async def open(cls, company: Company, *, amount: int = 12_000, credit: int = 2_000) -> "Pair":
        client_id = await company.customer()
        pair = cls(company, complete_invoice(client_id, amount=amount), complete_credit_note(client_id, amount=credit))
        await pair.say_invoice()
        await pair.say_note()
        return pair

    async def say_invoice(self, links: list[Body] | None = None, **fields: Any) -> Body:
        """The invoice's complete; each link gets the credit note."""
        named = {"creditNote": {"externalId": self.note["externalId"]}}
        arrays = {} if links is None else {"creditNoteLinks": [one | named for one in links]}
        return await self.company.post("/invoices/complete", self.invoice | arrays | fields)

    async def say_note(self, links: list[Body] | None = None, **fields: Any) -> Body:
        """The credit note's complete; each link gets the invoice."""
        named = {"invoice": {"externalId": self.invoice["externalId"]}}
        arrays = {} if links is None else {"invoiceLinks": [one | named for one in links]}
        return await self.company.post("/credit-notes/complete", self.note | arrays | fields)

    async def seen(self) -> list[tuple[str, int, str | None]]:
        """The links as both documents show them, which must be the same, in GETs and in lists, with the sums that follow."""
        invoice = (await self.company.get("/invoices", externalId=self.invoice["externalId"]))["data"][0]
        note = (await self.company.get("/credit-notes", externalId=self.note["externalId"]))["data"][0]
        assert await self.company.get(f"/invoices/{invoice['id']}") == invoice
        assert await self.company.get(f"/credit-notes/{note['id']}") == note
        here, there = invoice["creditNoteLinks"], note["invoiceLinks"]
        assert [one["creditNote"] for one in here] == [{"id": note["id"], "externalId": note["externalId"]}] * len(here)
        assert [one["invoice"] for one in there] == [{"id": invoice["id"], "externalId": invoice["externalId"]}] * len(there)
        rows = [(one["date"][:10], one["amount"], one["externalId"]) for one in here]
        assert rows == [(one["date"][:10], one["amount"], one["externalId"]) for one in there]
        assert invoice["offsetAmount"] == note["deductedAmount"] == sum(amount for _, amount, _ in rows)
        return rows

    async def record_by_hand(self, amount: int, external_id: str | None) -> None:
        """A link as the desk would record it."""
        await execute(
            self.company,
            "INSERT INTO allocations (tenant_id, id, invoice_id, credit_note_id, invoice_position, credit_note_position, kind, amount,"
            " updated_at, dated_on, recorded_on, effective_on, by_invoice, by_credit_note, by_hand, external_id)"
            " SELECT $1, $2, i.id, c.id, i.positions + 1, c.positions + 1, 'link', $3, now(), '2026-01-10', '2026-02-01', '2026-01-10',"
            " false, false, true, $4 FROM invoices AS i, credit_notes AS c WHERE i.tenant_id = $1 AND c.tenant_id = $1",
            uuid4(), amount, external_id,
        )  # fmt: skip
        await execute(
            self.company, "UPDATE invoices SET positions = positions + 1, amount_offset = amount_offset + $2 WHERE tenant_id = $1", amount
        )
        await execute(
            self.company,
            "UPDATE credit_notes SET positions = positions + 1, amount_linked = amount_linked + $2 WHERE tenant_id = $1",
            amount,
        )


@pytest.mark.parametrize("side", ["say_invoice", "say_note"])
async def test_a_link_given_on_either_side_is_one_row_seen_from_both(acme: Company, side: str) -> None:
    pair = await Pair.open(acme)
    answer = await getattr(pair, side)([link(500, externalId="l")])
    assert await pair.seen() == [("2026-01-10", 500, "l")]
    field = "creditNoteLinks" if side == "say_invoice" else "invoiceLinks"
    assert answer[field][0]["amount"] == 500
    assert await value(acme, "SELECT count(*) FROM allocations WHERE tenant_id = $1") == 1


@pytest.mark.parametrize("fields", [{"externalId": "l"}, {}])
async def test_the_same_link_said_by_both_sides_is_one_row(acme: Company, fields: Body) -> None:
    pair = await Pair.open(acme)
    await pair.say_invoice([link(500, **fields)])
    await pair.say_note([link(500, **fields)])
    assert await pair.seen() == [("2026-01-10", 500, fields.get("externalId"))]


async def test_a_link_lives_while_one_side_names_it(acme: Company) -> None:
    pair = await Pair.open(acme)
    named = [link(500, externalId="l")]
    await pair.say_invoice(named)
    await pair.say_note([])
    assert await pair.seen() == [("2026-01-10", 500, "l")], "the credit note never named it: leaving it out changes nothing"
    await pair.say_note(named)
    await pair.say_invoice([])
    assert await pair.seen() == [("2026-01-10", 500, "l")], "the credit note still names it"
    await pair.say_invoice()
    await pair.say_note()
    assert await pair.seen() == [("2026-01-10", 500, "l")], "an absent array changes nothing"
    await pair.say_note([])
    assert await pair.seen() == []


async def test_the_other_side_changes_what_it_names(acme: Company) -> None:
    pair = await Pair.open(acme)
    await pair.say_invoice([link(500, externalId="l"), link(100, externalId="m")])
    await pair.say_note([link(700, "2026-01-12", externalId="l")])
    assert await pair.seen() == [("2026-01-10", 100, "m"), ("2026-01-12", 700, "l")]


async def test_a_link_recorded_otherwise_outlives_both_sides(acme: Company) -> None:
    pair = await Pair.open(acme)
    await pair.record_by_hand(300, "desk")
    await pair.record_by_hand(200, None)
    await pair.say_invoice([])
    await pair.say_note([])
    assert await pair.seen() == [("2026-01-10", 300, "desk"), ("2026-01-10", 200, None)]
    await pair.say_invoice([link(250, externalId="desk"), link(200)])
    assert await pair.seen() == [("2026-01-10", 250, "desk"), ("2026-01-10", 200, None), ("2026-01-10", 200, None)]
    await pair.say_invoice([])
    assert await pair.seen() == [("2026-01-10", 250, "desk"), ("2026-01-10", 200, None)]


async def test_links_match_only_with_the_same_counterpart(acme: Company) -> None:
    pair = await Pair.open(acme)
    other = await acme.post("/credit-notes", simple_credit_note(pair.invoice["client"]["id"]))
    await pair.say_invoice([link(500, externalId="l")])
    answer = await pair.say_invoice([], creditNoteLinks=[link(500, externalId="l", creditNote={"id": other["id"]})])
    assert [one["creditNote"]["id"] for one in answer["creditNoteLinks"]] == [other["id"]]
    assert await value(acme, "SELECT amount_linked FROM credit_notes WHERE tenant_id = $1 AND id = $2", other["id"]) == 500
    sql = "SELECT amount_linked FROM credit_notes WHERE tenant_id = $1 AND external_id = $2"
    assert await value(acme, sql, pair.note["externalId"]) == 0


async def test_a_removed_link_gives_back_to_both_documents(acme: Company) -> None:
    pair = await Pair.open(acme, credit=500)
    assert (await pair.say_invoice([link(500)]))["remainingAmount"] == 11_500
    spent = (await acme.get("/credit-notes"))["data"][0]
    assert (spent["status"], spent["remainingAmount"]) == ("deducted", 0)
    assert (await pair.say_invoice([]))["remainingAmount"] == 12_000
    free = (await acme.get("/credit-notes"))["data"][0]
    assert (free["status"], free["remainingAmount"]) == ("available", 500)
    assert free["updatedAt"] > spent["updatedAt"]


async def test_links_lie_before_payments(acme: Company) -> None:
    """A paid invoice may still be offset up to its amount: what payments then have above it is surplus."""
    pair = await Pair.open(acme, amount=2_000, credit=2_000)
    await pair.say_invoice([], payments=[link(2_000)])
    answer = await pair.say_invoice([link(2_000)])
    assert (answer["paidAmount"], answer["offsetAmount"], answer["remainingAmount"], answer["status"]) == (2_000, 2_000, 0, "paid")
    await pair.say_invoice([])
    await pair.say_note([link(1_500)])
    invoice = (await acme.get("/invoices"))["data"][0]
    assert (invoice["paidAmount"], invoice["offsetAmount"]) == (2_000, 1_500)


async def test_write_offs_and_links_together_never_exceed_the_amount(acme: Company) -> None:
    pair = await Pair.open(acme, amount=2_000, credit=2_000)
    await execute(
        acme,
        "INSERT INTO allocations (tenant_id, id, invoice_id, invoice_position, kind, amount, updated_at, dated_on, recorded_on,"
        " effective_on, by_invoice, by_credit_note, by_hand) SELECT $1, $2, id, 1, 'write_off', 100, now(), '2026-01-10', '2026-02-01',"
        " '2026-01-10', false, false, true FROM invoices WHERE tenant_id = $1",
        uuid4(),
    )
    await execute(acme, "UPDATE invoices SET positions = 1, amount_offset = 100 WHERE tenant_id = $1")
    async with unchanged(acme):
        named = {"creditNote": {"externalId": pair.note["externalId"]}}
        told = await acme.refused("/invoices/complete", pair.invoice | {"creditNoteLinks": [link(1_901) | named]}, status=409)
        assert told == [("$.creditNoteLinks", "over_allocation")]
        named = {"invoice": {"externalId": pair.invoice["externalId"]}}
        told = await acme.refused("/credit-notes/complete", pair.note | {"invoiceLinks": [link(1_901) | named]}, status=409)
        assert told == [("$.invoiceLinks[0].amount", "over_allocation")]
        lower = {
            "clientId": pair.invoice["client"]["id"],
            "reference": "x",
            "amount": 99,
            "issueDate": "2026-01-01",
            "dueDate": "2026-01-31",
        }
        told = await acme.refused("/invoices", lower | {"externalId": pair.invoice["externalId"]}, status=409)
        assert told == [("$.amount", "over_allocation")]
    answer = await pair.say_invoice([link(1_900)])
    assert (answer["offsetAmount"], answer["status"], answer["creditNoteLinks"][0]["amount"]) == (2_000, "offset", 1_900)


async def test_nothing_remains_without_a_payment_is_offset_and_with_one_paid(acme: Company) -> None:
    pair = await Pair.open(acme, amount=2_000, credit=2_000)
    assert (await pair.say_invoice([link(2_000)]))["status"] == "offset"
    assert (await pair.say_invoice([link(1_999)], payments=[link(1)]))["status"] == "paid"


async def test_a_link_of_new_documents_may_be_named_by_our_id_or_theirs(acme: Company) -> None:
    client_id = await acme.customer(externalId="C-1")
    note = await acme.post("/credit-notes", simple_credit_note(client_id, externalId="AV"))
    for name in ({"id": note["id"]}, {"externalId": "AV"}, {"id": note["id"], "externalId": "AV"}):
        body = complete_invoice(client_id, creditNoteLinks=[link(1, creditNote=name)])
        invoice = await acme.post("/invoices/complete", body | {"client": {"externalId": "C-1"}})
        assert invoice["clientId"] == client_id
        assert invoice["creditNoteLinks"][0]["creditNote"] == {"id": note["id"], "externalId": "AV"}
    assert len((await acme.get(f"/credit-notes/{note['id']}"))["invoiceLinks"]) == 3


@pytest.mark.parametrize("place", ["client", "creditNote"])
async def test_a_reference_by_id_and_external_id_must_name_one_document(acme: Company, place: str) -> None:
    ids = [await acme.customer(externalId=f"C-{number}") for number in range(2)]
    notes = [await acme.post("/credit-notes", simple_credit_note(ids[0], externalId=f"AV-{number}")) for number in range(2)]
    named = [(ids[n], f"C-{n}") if place == "client" else (notes[n]["id"], f"AV-{n}") for n in range(2)]
    where = "$.client" if place == "client" else "$.creditNoteLinks[0].creditNote"
    cases = [
        ({"id": named[0][0], "externalId": named[1][1]}, 400, where, "conflict"),
        ({"id": named[0][0], "externalId": "unknown"}, 404, f"{where}.externalId", "not_found"),
        ({"id": str(uuid4()), "externalId": named[0][1]}, 404, f"{where}.id", "not_found"),
    ]
    async with unchanged(acme):
        for reference, status, path, code in cases:
            body = complete_invoice(ids[0])
            body |= {"client": reference} if place == "client" else {"creditNoteLinks": [link(1, creditNote=reference)]}
            assert await acme.refused("/invoices/complete", body, status=status) == [(path, code)]


async def test_by_whom_a_row_is_named_moves_with_what_is_said(acme: Company) -> None:
    pair = await Pair.open(acme)
    sql = "SELECT concat_ws(',', by_invoice, by_credit_note, by_hand) FROM allocations WHERE tenant_id = $1"
    named = [link(500, externalId="l")]
    await pair.say_invoice(named)
    assert await column(acme, sql) == ["t,f,f"]
    await pair.say_note(named)
    assert await column(acme, sql) == ["t,t,f"]
    await pair.say_invoice([])
    assert await column(acme, sql) == ["f,t,f"]
    await pair.say_note([])
    assert await column(acme, sql) == []
