"""The demo's trade as data: the same for the same seed and day, believable, and made of numbers that check."""

from collections import Counter
from datetime import date, timedelta

import pytest
from stdnum.ch import uid as swiss_uid
from stdnum.ch import vat as swiss_vat
from stdnum.fr import siren, siret
from stdnum.fr import tva as french_vat

from duebook.demo.trade import Trade, trade

DAYS = [date(2026, 2, 1), date(2026, 11, 24), date(2028, 2, 29)]
SEEDS = [1, 20_260]


@pytest.fixture(params=[(seed, day) for seed in SEEDS for day in DAYS], ids=str)
def told(request: pytest.FixtureRequest) -> tuple[date, Trade]:
    seed, day = request.param
    return day, trade(seed=seed, day=day)


def test_seed_and_day_decide_everything():
    assert trade(seed=1, day=DAYS[0]) == trade(seed=1, day=DAYS[0])
    assert trade(seed=1, day=DAYS[0]) != trade(seed=2, day=DAYS[0])
    assert trade(seed=1, day=DAYS[0]) != trade(seed=1, day=DAYS[1])


def test_it_is_a_company_of_the_size_that_was_promised(told: tuple[date, Trade]):
    _, whole = told

    assert 55 <= len(whole.clients) <= 65
    assert len(whole.invoices) == 1_500
    assert len(whole.credit_notes) >= 40
    assert len({invoice["client"]["externalId"] for invoice in whole.invoices}) == len(whole.clients)


def test_it_covers_24_months_that_end_today_and_nothing_is_in_the_future(told: tuple[date, Trade]):
    day, whole = told
    issued = [date.fromisoformat(invoice["issueDate"]) for invoice in whole.invoices]
    rows = [
        row
        for document in (*whole.invoices, *whole.credit_notes)
        for name in ("payments", "creditNoteLinks", "paybacks")
        for row in document.get(name, [])
    ]

    assert issued == sorted(issued)
    assert issued[-1] == day
    assert day - timedelta(days=731) < issued[0] < day - timedelta(days=700)
    assert all(date.fromisoformat(row["date"]) <= day for row in rows)
    assert all(date.fromisoformat(note["issueDate"]) <= day for note in whole.credit_notes)


def test_it_shows_everything_that_can_happen(told: tuple[date, Trade]):
    _, whole = told
    paid = Counter[str]()
    for invoice in whole.invoices:
        money = sum(row["amount"] for row in invoice.get("payments", []))
        credit = sum(row["amount"] for row in invoice.get("creditNoteLinks", []))
        rest = invoice["amount"] - money - credit
        paid["instalments"] += len(invoice["dueDates"]) == 3
        paid["part"] += money > 0 and rest > 0
        paid["over"] += rest < 0
        paid["nothing"] += money == 0 and rest > 0
        paid["credit alone"] += money == 0 and credit == invoice["amount"]
        paid[invoice["dueDates"][0]["currency"]] += 1
    linked = {row["creditNote"]["externalId"] for invoice in whole.invoices for row in invoice.get("creditNoteLinks", [])}
    paid["free credit"] = sum("paybacks" not in note and note["externalId"] not in linked for note in whole.credit_notes)
    paid["paid back"] = sum("paybacks" in note for note in whole.credit_notes)
    receipts = Counter(row["externalId"] for invoice in whole.invoices for row in invoice.get("payments", []))
    paid["receipts for several"] = sum(number > 1 for number in receipts.values())
    kinds = {"instalments", "part", "over", "nothing", "credit alone", "EUR", "CHF", "free credit", "paid back", "receipts for several"}

    assert paid.keys() == kinds
    assert min(paid.values()) >= 5, paid


def test_the_numbers_of_the_firms_check(told: tuple[date, Trade]):
    _, whole = told
    for client in whole.clients:
        registration, vat = client["registrationNumber"], client["vatNumber"]
        if client["currency"] == "CHF":
            assert swiss_vat.validate(vat).startswith(swiss_uid.validate(registration))
        else:
            assert siren.to_tva(siret.to_siren(siret.validate(registration))) in french_vat.validate(vat)
    assert len({client["registrationNumber"] for client in whole.clients}) == len(whole.clients)


def test_references_run_without_gaps_each_year(told: tuple[date, Trade]):
    _, whole = told
    for documents in (whole.invoices, whole.credit_notes):
        by_year: dict[str, list[int]] = {}
        for document in documents:
            _, year, number = document["reference"].split("-")
            by_year.setdefault(year, []).append(int(number))
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_year.values())
