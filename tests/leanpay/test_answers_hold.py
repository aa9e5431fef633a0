"""Whatever is imported in whatever order, what the door answers holds together: sums, remains, statuses, both sides of links, balances.

A customer's year is played at random from a seed. The judge below reads answers only and counts for itself.
"""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tests.make import Company

Body = dict[str, Any]
START = date(2026, 1, 1)


def some_day(chance: random.Random) -> str:
    return (START + timedelta(days=chance.randrange(90))).isoformat()


def some_rows(chance: random.Random, most: int, **fields: Any) -> list[Body]:
    names = chance.sample([None, None, "a", "b", "c"], chance.randint(0, 3))
    return [{"date": some_day(chance), "amount": chance.choice([0, 1, most // 3, most]), "externalId": name} | fields for name in names]


def some_invoice(chance: random.Random) -> tuple[str, Body]:
    amount = chance.choice([0, 100, 100, 999, 1_000])
    body: Body = {"reference": chance.choice("xyz"), "amount": amount, "issueDate": "2026-01-01", "externalId": f"i{chance.randrange(4)}"}
    if chance.random() < 0.3:
        return "/invoices", body | {"dueDate": some_day(chance)}
    first = amount // 3
    parts = [first, amount - first] if chance.random() < 0.5 else [amount]
    body["dueDates"] = [{"dueDate": some_day(chance), "currency": "EUR", "amount": part} for part in parts]
    if chance.random() < 0.6:
        body["payments"] = some_rows(chance, amount)
    if chance.random() < 0.6:
        body["creditNoteLinks"] = some_rows(chance, amount, creditNote={"externalId": f"n{chance.randrange(3)}"})
    return "/invoices/complete", body


def some_note(chance: random.Random) -> tuple[str, Body]:
    amount = chance.choice([0, 100, 999, 1_000])
    body: Body = {"reference": chance.choice("xyz"), "amount": amount, "issueDate": "2026-01-01", "externalId": f"n{chance.randrange(3)}"}
    if chance.random() < 0.3:
        return "/credit-notes", body | {"dueDate": "2026-01-01"}
    body["currency"] = "EUR"
    if chance.random() < 0.5:
        body["paybacks"] = some_rows(chance, amount)
    if chance.random() < 0.6:
        body["invoiceLinks"] = some_rows(chance, amount, invoice={"externalId": f"i{chance.randrange(4)}"})
    return "/credit-notes/complete", body


def amounts(rows: list[Body]) -> int:
    return sum(row["amount"] for row in rows)


def status_of(invoice: Body, day: date) -> str:
    """The contract's table, counted from the answer itself (no flags are set in this story)."""
    paid, offset = amounts(invoice["payments"]), amounts(invoice["creditNoteLinks"])
    if invoice["amount"] == 0 or paid + offset >= invoice["amount"]:
        return "paid" if invoice["amount"] == 0 or paid > 0 else "offset"
    left = paid + offset
    for part in invoice["dueDates"]:
        left -= part["amount"]
        if left < 0:
            return "overdue" if date.fromisoformat(part["dueDate"][:10]) < day else "due"
    raise AssertionError("money covers every instalment and still something remains")


def check_invoice(invoice: Body, day: date) -> None:
    paid, offset = amounts(invoice["payments"]), amounts(invoice["creditNoteLinks"])
    assert (invoice["paidAmount"], invoice["offsetAmount"]) == (paid, offset)
    assert invoice["remainingAmount"] == max(0, invoice["amount"] - paid - offset)
    assert offset <= invoice["amount"]
    assert amounts(invoice["dueDates"]) == invoice["amount"]
    assert invoice["status"] == status_of(invoice, day)
    for rows in (invoice["payments"], invoice["creditNoteLinks"]):
        assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
        assert all(row["defaultCurrencyAmount"] == (row["amount"] if invoice["amount"] else 0) for row in rows)


def check_note(note: Body) -> None:
    back, linked = amounts(note["paybacks"]), amounts(note["invoiceLinks"])
    assert (note["paybackAmount"], note["deductedAmount"]) == (back, linked)
    assert note["remainingAmount"] == note["amount"] - back - linked
    assert note["remainingAmount"] >= 0
    assert note["status"] == ("deducted" if note["remainingAmount"] == 0 else "available")


async def check(company: Company, day: date) -> None:
    """Every document by itself, links from both sides, the totals, and the client's balance."""
    today = company.on(day)
    invoices, notes = (await today.get("/invoices"))["data"], (await today.get("/credit-notes"))["data"]
    for invoice in invoices:
        check_invoice(invoice, day)
    for note in notes:
        check_note(note)
    one_way = [
        (i["id"], link["creditNote"]["id"], link["date"], link["amount"], link["externalId"])
        for i in invoices
        for link in i["creditNoteLinks"]
    ]
    other_way = [
        (link["invoice"]["id"], n["id"], link["date"], link["amount"], link["externalId"]) for n in notes for link in n["invoiceLinks"]
    ]
    assert sorted(one_way, key=str) == sorted(other_way, key=str)
    for status in ("due", "overdue", "paid", "offset"):
        page = await today.get("/invoices", status=status)
        assert page["total"] == len(page["data"]) == sum(invoice["status"] == status for invoice in invoices)
    (client,) = (await today.get("/clients"))["data"]
    if client["balances"]:
        (balance,) = client["balances"]
        assert balance["outstandingAmount"] == sum(invoice["remainingAmount"] for invoice in invoices)
        surplus = [max(0, i["paidAmount"] + i["offsetAmount"] - i["amount"]) for i in invoices]
        assert balance["unappliedAmount"] == sum(surplus)
        assert balance["creditAmount"] == sum(note["remainingAmount"] for note in notes)
        late = [
            sum(p["amount"] for p in i["dueDates"] if p["dueDate"][:10] < day.isoformat()) - i["paidAmount"] - i["offsetAmount"]
            for i in invoices
        ]
        assert balance["overdueAmount"] == sum(max(0, amount) for amount in late)


@pytest.mark.parametrize("seed", range(8))
async def test_a_year_at_random(acme: Company, seed: int) -> None:
    chance = random.Random(seed)
    client_id = await acme.customer()
    taken = 0
    for step in range(80):
        path, body = some_invoice(chance) if chance.random() < 0.6 else some_note(chance)
        body |= {"client": {"id": client_id}} if path.endswith("complete") else {"clientId": client_id}
        today = acme.on(START + timedelta(days=step))
        answer = await today.call("POST", path, json=body)
        assert answer.status_code in (200, 400, 404, 409), answer.text
        if answer.status_code == 200:
            taken += 1
            document = answer.json()
            assert await today.get(f"{path.removesuffix('/complete')}/{document['id']}") == document
            assert (await today.call("POST", path, json=body)).json() == document, "the same again is the same"
        if step % 8 == 7:
            await check(acme, START + timedelta(days=step))
    assert taken > 20
