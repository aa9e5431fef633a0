"""Batches: accepted once, turned into documents once, every item with one outcome that is told once, whatever dies in between."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from duebook.actions.run_batch import fail_item, give_up, put_back
from duebook.core.batch import failure_told
from duebook.core.paper import UNKNOWN
from duebook.core.refusal import Refused
from duebook.store import batches
from duebook.store.batches import Item
from tests.actions import issuing
from tests.actions.batching import items_of, named, run, submitted, told_of
from tests.actions.issuing import draft, line, on_connection, rows
from tests.conftest import CompanyMaker
from tests.leanpay.footprint import execute, journal, unchanged
from tests.make import Company


async def test_good_and_bad_items_have_their_outcomes_in_array_order(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    id = await submitted(
        acme, ("a", draft(kervella)), ("b", draft(UNKNOWN)), ("c", draft(kervella, line(-1))), ("d", draft(kervella, status="draft")),
        ("e", draft(kervella, status="paid")),
    )  # fmt: skip
    waiting = await named(acme)
    assert (waiting.state, waiting.size, waiting.pending, waiting.finished_at) == ("pending", 5, 5, None)
    assert await items_of(acme, id) == [Item(name, None) for name in "abcde"]

    assert await run(acme, id) == []

    done = await named(acme)
    assert (done.state, done.succeeded, done.failed, done.is_set_aside) == ("done", 3, 2, False)
    assert done.finished_at is not None
    found = await items_of(acme, id)
    papers = {paper["id"]: paper["number"] for paper in await rows(acme, "papers")}
    assert [item.name for item in found] == list("abcde")
    assert [papers.get(item.outcome.document_id) for item in found if item.outcome] == ["INV-1", None, None, "", "INV-2"]
    refusals = [[refusal.code for refusal in item.outcome.refusals] for item in found if item.outcome]
    assert refusals == [[], ["not_found"], ["negative_total"], [], []]
    told = await journal(acme)
    assert told_of(told, "january") == [
        ("paper", "issued", "a"),
        ("batch_item", "failed", "b"),
        ("batch_item", "failed", "c"),
        ("paper", "drafted", "d"),
        ("paper", "issued", "e"),
    ]
    failed = [row["after"] for row in told if row["kind"] == "batch_item"]
    assert [row["position"] for row in failed] == [1, 2]
    assert [failure_told(row["item"], row["error"]) for row in failed] == [found[1].outcome, found[2].outcome]


async def test_it_is_the_submitters_deed(acme: Company) -> None:
    id = await submitted(acme, ("a", draft(await issuing.customer(acme))), ("b", draft(UNKNOWN)))
    await run(acme, id)

    assert {(row["actor"]["kind"], row["actor"]["id"]) for row in await journal(acme)} == {("key", "test_story")}


async def test_a_batch_that_is_done_is_left_alone(acme: Company) -> None:
    id = await submitted(acme, ("a", draft(await issuing.customer(acme))))
    await run(acme, id)
    stored = await rows(acme, "batches")
    async with unchanged(acme):
        assert await run(acme, id) == []
        await issuing.within(acme, lambda unit: give_up(unit, id=id))
        await issuing.within(acme, lambda unit: fail_item(unit, id=id, position=0))
        assert await run(acme, issuing.some_ids(1)[0]) == []

    assert await rows(acme, "batches") == stored
    assert stored[0]["drafts"] == b"[]", "nothing can need them any more"


async def test_what_gives_no_issue_day_is_issued_when_it_was_accepted(company: CompanyMaker) -> None:
    """However late a worker comes; what has happened is judged by the day on which it runs."""
    acme = await company(day=date(2026, 1, 10))
    kervella = await issuing.customer(acme)
    later = issuing.paid(12_000, issuing.instant("2026-01-11"))
    id = await submitted(acme, ("a", draft(kervella, status="paid", transactions=(later,))))
    await run(acme.on("2026-01-12"), id)
    (paper,) = await rows(acme, "papers")
    (moved,) = await rows(acme, "transactions")

    assert issuing.day_in_paris(paper["issued_at"]) == date(2026, 1, 10)
    assert moved["status"] == "settled"


# The same batch


async def test_the_same_batch_again_is_the_same_batch(acme: Company) -> None:
    item = ("a", draft(await issuing.customer(acme)))
    id = await submitted(acme, item)
    assert await submitted(acme, item) == id
    await run(acme, id)
    assert await submitted(acme, item) == id

    assert len(await rows(acme, "batches")) == len(await rows(acme, "papers")) == 1


async def test_another_batch_under_the_same_name_is_refused(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    await submitted(acme, ("a", draft(kervella)))
    with pytest.raises(Refused) as caught:
        await submitted(acme, ("a", draft(kervella)), sha256=bytes([1] * 32))

    assert [(refusal.kind, refusal.code) for refusal in caught.value.refusals] == [("conflict", "taken")]
    assert len(await rows(acme, "batches")) == 1


async def test_names_belong_to_a_company(acme: Company, bergeron: Company) -> None:
    await submitted(acme, ("a", draft(await issuing.customer(acme))))
    await submitted(bergeron, ("a", draft(await issuing.customer(bergeron))), sha256=bytes([1] * 32))

    assert (await named(acme)).id != (await named(bergeron)).id


async def test_eight_submitters_at_once_make_one_batch(acme: Company) -> None:
    item = ("a", draft(await issuing.customer(acme)))
    ids = await asyncio.gather(*(submitted(acme, item) for _ in range(8)))

    assert len(set(ids)) == len(await rows(acme, "batches")) == 1


async def test_of_two_different_ones_at_once_one_is_refused(acme: Company) -> None:
    item = ("a", draft(await issuing.customer(acme)))
    came = await asyncio.gather(*(submitted(acme, item, sha256=bytes([n] * 32)) for n in range(2)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in came) == ["Refused", "UUID"]


# What stands in the way


async def test_item_by_item_comes_to_the_same(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    id = await submitted(acme, ("a", draft(kervella)), ("b", draft(UNKNOWN)), ("c", draft(kervella)))
    assert await run(acme, id, positions=()) == [0, 1, 2]
    assert await run(acme, id, positions=(1,)) == [0, 2]
    assert (await named(acme)).state == "running"
    assert await run(acme, id, positions=(1,)) == [0, 2]
    assert await run(acme, id, positions=(0,)) == [2]
    assert await run(acme, id) == []

    done = await named(acme)
    assert (done.state, done.succeeded, done.failed) == ("done", 2, 1)
    assert [paper["number"] for paper in await rows(acme, "papers")] == ["INV-1", "INV-2"]
    assert told_of(await journal(acme), "january") == [
        ("batch_item", "failed", "b"),
        ("paper", "issued", "a"),
        ("paper", "issued", "c"),
    ]


async def test_a_poison_item_fails_alone_and_is_put_back(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    id = await submitted(acme, ("a", draft(kervella)), ("b", draft(kervella)), ("c", draft(UNKNOWN)))
    await issuing.within(acme, lambda unit: fail_item(unit, id=id, position=1))
    assert await run(acme, id) == []

    done = await named(acme)
    assert (done.state, done.succeeded, done.failed, done.is_set_aside) == ("done", 1, 2, True)
    set_aside = [found for found in await _set_aside(acme) if found.tenant_id == acme.tenant.id]
    assert [(found.id, found.name, found.failed) for found in set_aside] == [(id, "january", 2)]
    bug = next(row["after"] for row in await journal(acme) if row["kind"] == "batch_item")
    assert (bug["item"], bug["position"], bug["error"]) == ("b", 1, {"is_bug": True, "refusals": []})

    again = await issuing.within(acme, lambda unit: put_back(unit, id=id, name="january again"))
    assert await run(acme, again) == []
    assert [(item.name, item.outcome is not None and item.outcome.document_id is not None) for item in await items_of(acme, again)] == [
        ("b", True)
    ]
    assert not (await named(acme)).is_set_aside
    with pytest.raises(Refused, match="not set aside"):
        await issuing.within(acme, lambda unit: put_back(unit, id=id, name="once more"))
    assert len(await rows(acme, "papers")) == 2


async def _set_aside(company: Company) -> list[batches.Listed]:
    async with company.database.owner() as connection:
        return await batches.set_aside(connection)


async def test_a_batch_that_nobody_can_run_is_given_up_whole(acme: Company) -> None:
    """Even one whose drafts cannot be read; what had its outcome keeps it."""
    kervella = await issuing.customer(acme)
    id = await submitted(acme, ("a", draft(kervella)), ("b", draft(kervella)), ("c", draft(kervella)))
    await run(acme, id, positions=(0,))
    await execute(acme, """UPDATE batches SET drafts = '[["a", 7], ["b", {"new": 1}], ["c", null]]' WHERE tenant_id = $1""")
    with pytest.raises(ValueError, match="Expected `object`"):
        await run(acme, id)
    await issuing.within(acme, lambda unit: give_up(unit, id=id))

    done = await named(acme)
    assert (done.state, done.succeeded, done.failed, done.is_set_aside) == ("done", 1, 2, True)
    assert told_of(await journal(acme), "january") == [
        ("paper", "issued", "a"),
        ("batch_item", "failed", "b"),
        ("batch_item", "failed", "c"),
    ]


async def test_putting_back_takes_a_free_name(acme: Company) -> None:
    id = await submitted(acme, ("a", draft(await issuing.customer(acme))))
    await issuing.within(acme, lambda unit: give_up(unit, id=id))
    with pytest.raises(Refused, match="already"):
        await issuing.within(acme, lambda unit: put_back(unit, id=id, name="january"))
    with pytest.raises(Refused, match="no batch"):
        await issuing.within(acme, lambda unit: put_back(unit, id=issuing.some_ids(1)[0], name="x"))

    assert (await named(acme)).is_set_aside


async def test_numbers_follow_array_order_within_a_run(acme: Company) -> None:
    kervella = await issuing.customer(acme)
    items = [(str(place), replace(draft(kervella), reference=str(place))) for place in range(50)]
    id = await submitted(acme, *items)
    await run(acme, id)
    by_reference = {paper["number"]: place for place, paper in enumerate(await rows(acme, "papers"))}

    assert by_reference == {f"INV-{place + 1}": place for place in range(50)}


async def test_a_page_is_newest_first(acme: Company, bergeron: Company) -> None:
    kervella = await issuing.customer(acme)
    by_id = {await submitted(acme, ("a", draft(kervella)), name=name): name for name in ("b0", "b1", "b2")}
    await submitted(bergeron, ("a", draft(await issuing.customer(bergeron))))

    async def pages(limit: int, below: UUID | None = None) -> list[str]:
        return [b.name for b in await on_connection(acme, lambda c: batches.page(c, tenant_id=acme.tenant.id, limit=limit, below=below))]

    # By the ids: what several units make within a millisecond has no order of its own.
    newest = sorted(by_id, reverse=True)
    assert await pages(2) == [by_id[id] for id in newest[:2]]
    assert await pages(2, newest[1]) == [by_id[newest[2]]]
    assert await on_connection(acme, lambda c: batches.total(c, tenant_id=acme.tenant.id)) == 3
