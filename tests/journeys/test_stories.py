"""The accountant's stories, each page run line by line, and the runner itself, which must fail where the books say something else."""

import re
from datetime import date
from pathlib import Path

import pytest

from duebook.store.db import Database
from tests.conftest import CompanyMaker
from tests.journeys.notation import Unreadable, steps
from tests.journeys.telling import Teller, Untrue
from tests.journeys.wire import InProcess, OverTcp
from tests.make import Company, open_company
from tests.serving import serving

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("*.md"))
NEEDS_A_SERVER = "the line is cut"


def is_on_the_wire(page: Path) -> bool:
    """Whether a story cuts lines, which only a real server has."""
    return any(NEEDS_A_SERVER in step.words for step in steps(page))


async def tell(page: Path, teller: Teller) -> int:
    """Tell a whole story; gives the number of steps."""
    told = steps(page)
    for step in told:
        await teller.tell(step)
    return len(told)


@pytest.mark.parametrize("page", [page for page in STORIES if not is_on_the_wire(page)], ids=lambda page: page.stem)
async def test_a_story_comes_true(page: Path, company: CompanyMaker):
    assert await tell(page, Teller(InProcess(await company()))) > 2


@pytest.mark.parametrize("page", [page for page in STORIES if is_on_the_wire(page)], ids=lambda page: page.stem)
async def test_a_story_on_the_wire_comes_true(page: Path, own_dsn: str, tmp_path: Path):
    day = steps(page)[0].day
    acme = await _company_of(own_dsn, day)
    with serving(own_dsn, logs=tmp_path / "log", today=day.isoformat()) as address:
        assert await tell(page, Teller(OverTcp(address, key=acme.key, day=day))) > 2


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
RIDDLES = ["expects FA-1 paid", "expect FA-9 paid", "payment RG-1 of 10.001 on FA-1", "invoice FA-2 of Dupont, 10.00 EUR"]
BEGINNING = "# A story\n\n    2026-01-05  invoice FA-1 of Dupont, 1200.00 EUR, due 2026-02-04\n\n    2026-02-05  "


async def told(company: CompanyMaker, page: Path, words: str) -> None:
    _write(page, BEGINNING + words + "\n")
    await tell(page, Teller(InProcess(await company())))


def _write(page: Path, text: str) -> None:
    page.write_text(text, encoding="utf-8")


async def test_the_runner_tells_the_truth(company: CompanyMaker, tmp_path: Path):
    await told(company, tmp_path / "true.md", "expect FA-1 overdue, remaining 1200.00, paid 0, offset 0.00")


@pytest.mark.parametrize(("lie", "what"), LIES)
async def test_a_wrong_expectation_is_found_with_its_place(company: CompanyMaker, tmp_path: Path, lie: str, what: str):
    with pytest.raises(Untrue, match=re.compile(rf"lie\.md:5: .*\n\s*{what}", re.DOTALL)):
        await told(company, tmp_path / "lie.md", lie)


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
