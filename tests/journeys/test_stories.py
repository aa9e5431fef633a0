"""The accountant's stories, each page run line by line, and the runner itself, which must fail where the books say something else."""

import re
from datetime import date
from pathlib import Path

import pytest

from duebook.store.db import Database
from tests.conftest import CompanyMaker
from tests.faults.serving import Served
from tests.journeys.accountant import Accountant
from tests.journeys.notation import Unreadable, steps
from tests.journeys.verbs import Untrue
from tests.journeys.wire import InProcess, over_tcp
from tests.make import Company, open_company

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("*.md"))
NEEDS_A_SERVER = ("the line is cut", "the worker is killed")


def is_on_the_wire(page: Path) -> bool:
    """Whether a story cuts lines or kills, which only a real server has."""
    return any(words in step.words for step in steps(page) for words in NEEDS_A_SERVER)


async def tell(page: Path, teller: Accountant) -> int:
    """Tell a whole story; gives the number of steps."""
    told = steps(page)
    for step in told:
        await teller.tell(step)
    return len(told)


@pytest.mark.parametrize("page", [page for page in STORIES if not is_on_the_wire(page)], ids=lambda page: page.stem)
async def test_a_story_comes_true(page: Path, company: CompanyMaker):
    assert await tell(page, Accountant(InProcess(await company()))) > 2


@pytest.mark.timeout(240)
@pytest.mark.parametrize("page", [page for page in STORIES if is_on_the_wire(page)], ids=lambda page: page.stem)
async def test_a_story_on_the_wire_comes_true(page: Path, own_dsn: str, tmp_path: Path):
    day = steps(page)[0].day
    acme = await _company_of(own_dsn, day)
    settings = {"DUEBOOK_DATABASE_URL": own_dsn, "DUEBOOK_TODAY": day.isoformat(), "DUEBOOK_WEBHOOK_ALLOW_PRIVATE": "1"}
    served = Served(tmp_path / "nothing", log=tmp_path / "log", **settings)
    try:
        async with over_tcp(served.ready(), key=acme.key, dsn=own_dsn, day=day) as outlet:
            assert await tell(page, Accountant(outlet)) > 2
        assert served.stop() == 0, served.logged()
    finally:
        served.end()


async def _company_of(dsn: str, day: date) -> Company:
    database = await Database.open(dsn, connections=2)
    try:
        return await open_company(database, day=day)
    finally:
        await database.close()


LIES = [
    ("expect FA-1 paid", "status"),
    ("expect FA-1 overdue, remaining 1199.99", "remaining"),
    ("expect FA-1 overdue, paid 0.01", "paid"),
    ("expect Dupont in EUR: outstanding 0.00", "outstanding"),
    ("expect Dupont in CHF: outstanding 1.00", "outstanding"),
    ("expect 2 invoices", "total"),
    ("expect 1 due invoice", "total"),
    ("expect shares of FA-1: 1.00 EUR", "shares"),
    ("refused 409 over_allocation: payment RG-1 of 10.00 on FA-1", "it was taken"),
    ("refused 409 over_allocation: link 10.00 of AV-9 to FA-1", "the refusal"),
    ("link 10.00 of AV-9 to FA-1", "refused with 404"),
]
BATCH_LIES = [
    ("expect batch MARCH: 2 made, 0 failed", "the batch"),
    ("expect new-1 made as INV-2, to_pay: total 288.00", "number"),
    ("expect new-1 made as INV-1, paid: total 288.00", "status"),
    ("expect new-1 made as INV-1, to_pay: total 288.00, tax 48.01", "tax"),
    ("expect bad-1 made as INV-2, to_pay: total 288.00", "it is failed"),
    ("expect new-1 taxed standard at 19 %", "rates"),
    ("expect new-1 taxed manual at 20 %", "scheme"),
    ("expect discounts of new-1: 0.01", "discounts"),
    ("expect bad-1 failed at line_items.0.product_id: Product found", "errors"),
    ("expect new-1 failed at line_items: x", "outcome"),
    ("expect events of new-1: invoice.created, invoice.batch.creation_succeeded, invoice.ready", "events"),
    ("expect new-1 at the other door overdue", "status"),
    ("expect new-1 at the other door due, remaining 0", "remaining"),
    ("expect the month made: 0 invoices, numbered INV-1 to INV-0", "outcomes"),
]
MONTH_LIES = [
    ("expect the month made: 3 invoices, numbered INV-1 to INV-4", "invoices"),
    ("expect the month made: 4 invoices, numbered INV-1 to INV-5", "numbers"),
]
RIDDLES = ["expects FA-1 paid", "expect FA-9 paid", "payment RG-1 of 10.001 on FA-1", "invoice FA-2 of Dupont, 10.00 EUR"]
BEGINNING = "# A story\n\n    2026-01-05  invoice FA-1 of Dupont, 1200.00 EUR, due 2026-02-04\n\n    2026-02-05  "


BATCH_BEGINNING = """# A story

    2026-02-01  customer Kervella in FR
                product Access at 240.00 EUR
                somebody listens
                draw up new-1 for Kervella, to pay
                line on new-1: Access
                draw up bad-1 for Kervella, to pay
                line on bad-1: a product that does not exist
                send batch MARCH: new-1, bad-1
                the worker runs
                """
MONTH_BEGINNING = """# A story

    2026-02-01  customer Kervella in FR
                prepare the month: 2 batches of 2 invoices of Kervella, 12.50 EUR each
                send the month
                the worker runs
                the month is over
                """


async def told(company: CompanyMaker, page: Path, words: str, *, beginning: str = BEGINNING) -> None:
    _write(page, beginning + words + "\n")
    await tell(page, Accountant(InProcess(await company())))


def _write(page: Path, text: str) -> None:
    page.write_text(text, encoding="utf-8")


async def test_the_runner_tells_the_truth(company: CompanyMaker, tmp_path: Path):
    await told(company, tmp_path / "true.md", "expect FA-1 overdue, remaining 1200.00, paid 0, offset 0.00")


@pytest.mark.parametrize(("lie", "what"), LIES)
async def test_a_wrong_expectation_is_found_with_its_place(company: CompanyMaker, tmp_path: Path, lie: str, what: str):
    with pytest.raises(Untrue, match=re.compile(rf"lie\.md:5: .*\n\s*{what}", re.DOTALL)):
        await told(company, tmp_path / "lie.md", lie)


TRUTHS = [
    (BATCH_BEGINNING, "expect new-1 made as INV-1, to_pay: net 240.00, tax 48.00, total 288.00"),
    (MONTH_BEGINNING, "expect the month made: 4 invoices, numbered INV-1 to INV-4"),
]
LATER_LIES = [(BATCH_BEGINNING, *lie) for lie in BATCH_LIES] + [(MONTH_BEGINNING, *lie) for lie in MONTH_LIES]


@pytest.mark.parametrize(("beginning", "truth"), TRUTHS)
async def test_the_runner_tells_the_truth_of_batches(company: CompanyMaker, tmp_path: Path, beginning: str, truth: str):
    await told(company, tmp_path / "true.md", truth, beginning=beginning)


@pytest.mark.parametrize(("beginning", "lie", "what"), LATER_LIES)
async def test_a_wrong_expectation_of_a_batch_is_found(company: CompanyMaker, tmp_path: Path, beginning: str, lie: str, what: str):
    with pytest.raises(Untrue, match=re.compile(rf"lie\.md:\d+: {re.escape(lie)}\n\s*{what}", re.DOTALL)):
        await told(company, tmp_path / "lie.md", lie, beginning=beginning)


@pytest.mark.parametrize("riddle", RIDDLES)
async def test_a_line_that_nobody_understands_is_no_prose(company: CompanyMaker, tmp_path: Path, riddle: str):
    with pytest.raises(Unreadable, match=r"riddle\.md:5"):
        await told(company, tmp_path / "riddle.md", riddle)


def test_a_story_goes_forward_and_has_its_days(tmp_path: Path):
    page = tmp_path / "page.md"
    for text in ("    expect 1 invoice\n", "    2026-02-01  expect 1 invoice\n    2026-01-31  expect 1 invoice\n"):
        _write(page, text)
        with pytest.raises(Unreadable, match=r"page\.md:[12]"):
            steps(page)
