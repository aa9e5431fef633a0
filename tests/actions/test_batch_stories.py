"""Seeded stories of batches: every item ends in one outcome that is told once, whatever dies in between."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from duebook.actions.run_batch import fail_item, run_batch
from duebook.core.paper import UNKNOWN
from duebook.store.unit import Unit
from tests.actions import issuing
from tests.actions.batching import items_of, named, run, submitted, told_of
from tests.actions.issuing import draft, rows
from tests.leanpay.footprint import deeds, journal
from tests.make import Company


class Cut(Exception):
    """The worker dies before its transaction is committed."""


async def _dying(company: Company, id: UUID, positions: Sequence[int] | None) -> None:
    async def deed(unit: Unit) -> None:
        await run_batch(unit, id=id, positions=positions)
        raise Cut

    with pytest.raises(Cut):
        await issuing.within(company, deed)


class Story:
    """Three batches of one company, and what was wanted of their items: True where the draft is good."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company, self.chance = company, random.Random(seed)
        self.ids: dict[str, UUID] = {}
        self.wanted: dict[str, list[bool]] = {}

    async def begin(self) -> None:
        kervella = await issuing.customer(self.company)
        for name in ("one", "two", "three"):
            good = [self.chance.random() < 0.7 for _ in range(self.chance.randint(1, 8))]
            items = [(f"{name}-{place}", draft(kervella) if fine else draft(UNKNOWN)) for place, fine in enumerate(good)]
            self.ids[name], self.wanted[name] = await submitted(self.company, *items, name=name), good

    async def step(self) -> None:
        """A worker runs some items, dies before its commit, or finds that one cannot be run."""
        name = self.chance.choice(list(self.ids))
        id, size = self.ids[name], len(self.wanted[name])
        positions = None if self.chance.random() < 0.3 else self.chance.sample(range(size), self.chance.randint(0, size))
        match self.chance.choice(["run", "run", "run", "die", "poison"]):
            case "run":
                await run(self.company, id, positions=positions)
            case "die":
                await _dying(self.company, id, positions)
            case _:
                place = self.chance.randrange(size)
                await issuing.within(self.company, lambda unit: fail_item(unit, id=id, position=place))

    async def check(self, name: str, told: Sequence[dict[str, Any]]) -> list[UUID]:
        """Each item of a batch has one outcome, told once; gives its documents."""
        good, batch = self.wanted[name], await named(self.company, name)
        outcomes = [item.outcome for item in await items_of(self.company, self.ids[name])]
        found = [outcome for outcome in outcomes if outcome is not None]
        assert len(found) == len(good)
        assert Counter(item for _, _, item in told_of(told, name)) == Counter(outcome.name for outcome in found)
        for outcome, fine in zip(found, good, strict=True):
            assert [outcome.document_id is not None, bool(outcome.refusals), outcome.is_bug].count(True) == 1
            assert fine or outcome.document_id is None
        assert (batch.state, batch.succeeded + batch.failed) == ("done", len(good))
        assert batch.is_set_aside == any(outcome.is_bug for outcome in found)
        return [outcome.document_id for outcome in found if outcome.document_id is not None]


@pytest.mark.parametrize("seed", range(12))
async def test_every_item_ends_in_one_outcome_that_is_told_once(acme: Company, seed: int) -> None:
    """Workers that die inside, several at once, item by item, poison items, in any order: seeded stories."""
    story = Story(acme, seed)
    await story.begin()
    for _ in range(6):
        await asyncio.gather(*(story.step() for _ in range(4)))
    for id in story.ids.values():
        await run(acme, id)

    told, papers = await journal(acme), await rows(acme, "papers")
    documents = [id for name in story.wanted for id in await story.check(name, told)]
    assert Counter(documents) == Counter(paper["id"] for paper in papers)
    assert sorted(paper["number"] for paper in papers) == sorted(f"INV-{number}" for number in range(1, len(papers) + 1))
    assert deeds(told).count(("invoice", "imported")) == len(papers)
