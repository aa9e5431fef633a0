"""Numbers: gap-free per seller and kind, in order, whoever writes at the same time and whatever is rolled back."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from duebook.actions.issue_documents import issue_documents
from duebook.core.paper import PaperDraft
from duebook.store.unit import Unit
from tests.actions import issuing
from tests.actions.issuing import draft, instant, line, rows
from tests.make import Company


def numbers(issued: Sequence[object]) -> list[str]:
    return [one.paper.number for one in issued]  # type: ignore[attr-defined]  # only called where every draft was accepted


async def test_eight_writers_at_once_leave_no_gap_and_no_double(acme: Company) -> None:
    """Each call moves the counter once, so its numbers stand together; some calls fail behind the move and give theirs back."""
    kervella = await issuing.customer(acme)
    drafts = [
        draft(kervella),
        draft(kervella, line(-1)),
        draft(kervella, kind="credit_note"),
        draft(kervella),
        draft(kervella, kind="document"),
    ]

    class Cut(Exception):
        pass

    async def write(writer: int) -> None:
        for turn in range(5):

            async def deed(unit: Unit, turn: int = turn) -> None:
                await issue_documents(unit, list(enumerate(drafts)))
                if (writer + turn) % 3 == 0:
                    raise Cut

            try:
                await issuing.within(acme, deed)
            except Cut:
                continue

    await asyncio.gather(*(write(writer) for writer in range(8)))
    calls = 8 * 5 - sum(1 for writer in range(8) for turn in range(5) if (writer + turn) % 3 == 0)
    papers = await rows(acme, "papers")

    for kind, pattern, count in (("invoice", "INV-{}", 2 * calls), ("credit_note", "CN-{}", calls), ("document", "DOC-{}", calls)):
        found = [paper["number"] for paper in papers if paper["kind"] == kind]
        assert sorted(found) == sorted(pattern.format(number) for number in range(1, count + 1))
    seller = await issuing.seller(acme)
    assert (seller.next_invoice_number, seller.next_credit_note_number, seller.next_document_number) == (
        2 * calls + 1,
        calls + 1,
        calls + 1,
    )
    assert all((seller.has_invoice_numbers, seller.has_credit_note_numbers, seller.has_document_numbers))


async def test_two_sellers_in_crossed_orders_never_wait_in_a_ring(acme: Company) -> None:
    one, other = (await issuing.seller(acme)).id, (await issuing.another_seller(acme)).id
    kervella = await issuing.customer(acme)

    def of(sellers: Sequence[UUID]) -> list[PaperDraft]:
        return [draft(kervella, entity_id=seller) for seller in sellers]

    await asyncio.gather(*(issuing.issue(acme, *of([one, other] if turn % 2 else [other, one])) for turn in range(16)))

    for seller in (one, other):
        found = [paper["number"] for paper in await rows(acme, "papers", entity_id=seller)]
        assert sorted(found) == sorted(f"INV-{number}" for number in range(1, 17))


async def test_numbers_follow_the_order_of_the_drafts(acme: Company) -> None:
    """Whatever their issue days; a draft and a given number take none."""
    kervella = await issuing.customer(acme)
    made = await issuing.issue(
        acme,
        draft(kervella, issued_at=instant("2026-01-31")),
        draft(kervella, number="F-1"),
        draft(kervella, status="draft"),
        draft(kervella, issued_at=instant("2026-01-01")),
        draft(kervella, kind="credit_note"),
    )

    assert numbers(made) == ["INV-1", "F-1", "", "INV-2", "CN-1"]
    assert (await issuing.seller(acme)).next_invoice_number == 3


@pytest.mark.parametrize(
    ("pattern", "start", "expected"),
    [
        ("00{number}", 9, ["009", "0010"]),
        ("{YYYY}/{MM}/{DD}-{number}", 1, ["2026/01/16-1", "2026/01/15-2"]),
        ("{number}{number}", 41, ["4141", "4242"]),
    ],
)
async def test_patterns_hold_the_issue_day_in_the_sellers_zone(acme: Company, pattern: str, start: int, expected: list[str]) -> None:
    """23:30 UTC is the next day in Paris; midnight UTC is its own day."""
    await issuing.seller(acme, invoice_pattern=pattern, next_invoice_number=start, timezone="Europe/Paris")
    kervella = await issuing.customer(acme)
    days = ("2026-01-15T23:30:00+00:00", "2026-01-15T00:00:00+00:00")

    assert numbers(await issuing.issue(acme, *(draft(kervella, issued_at=instant(day)) for day in days))) == expected


async def test_a_given_number_may_come_twice_and_moves_nothing(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    made = await issuing.issue(acme, draft(kervella, number="INV-1"), draft(kervella, number="INV-1"), draft(kervella))

    assert numbers(made) == ["INV-1", "INV-1", "INV-1"]
    assert (await issuing.seller(acme)).next_invoice_number == 2


async def test_where_nothing_takes_a_number_no_counter_is_touched(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    before = await issuing.seller(acme)
    await issuing.issue(
        acme, draft(kervella, number="F-1"), draft(kervella, status="draft"), draft(kervella, line(-1)), day=date(2026, 3, 1)
    )

    assert await issuing.seller(acme) == before
    assert not before.has_invoice_numbers
