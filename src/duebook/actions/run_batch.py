"""Run a batch: its open items become documents or fail, each alone, and their outcomes are written in the unit that writes the documents.

So after a crash the batch is as before or done. Where a fault of ours in one item stands in the way of all, they are run one by one, and
the item that cannot be run is failed for it. Whoever calls chooses the items and counts the takes; the batch's row is locked, so two runs
of one batch follow each other, and the later finds nothing left to do. What this module does not do: commit.
"""

from collections.abc import Collection, Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

from duebook.actions.issue_documents import Issued, Origin, failed_item, issue_documents
from duebook.actions.submit_batch import TAKEN
from duebook.core.batch import ItemOutcome, open_positions
from duebook.core.refusal import Refusal, Refused, conflict, not_found
from duebook.core.terms import business_moment
from duebook.store import batches, journal, wakeups
from duebook.store.batches import Locked, NewBatch
from duebook.store.ids import created_at
from duebook.store.journal import Tally
from duebook.store.unit import Actor, Unit


async def run_batch(unit: Unit, *, id: UUID, positions: Collection[int] | None = None) -> list[int]:
    """Issue the open items of a batch (of those at `positions` alone); gives the positions that are still open.

    What it writes is its submitter's deed. Nothing to do where the batch is done or unknown.
    """
    locked = await batches.lock(unit, id)
    if locked is None:
        return []
    chosen = [place for place in open_positions(locked.outcomes) if positions is None or place in positions]
    if chosen:
        batch, drafts = locked.batch, locked.drafts()
        unit.actor = Actor(kind=batch.actor_kind, id=batch.actor_id)
        asked_at = business_moment(created_at(id), day=batch.day, zone=ZoneInfo(unit.tenant.timezone))
        origin = Origin(id, batch.name, [name for name, _ in drafts])
        issued = await issue_documents(unit, [(place, drafts[place][1]) for place in chosen], origin=origin, asked_at=asked_at)
        for one in issued:
            locked.outcomes[one.position] = _outcome(one, origin.items[one.position])
        await batches.write_outcomes(unit, id, outcomes=locked.outcomes)
    return open_positions(locked.outcomes)


async def fail_item(unit: Unit, *, id: UUID, position: int) -> None:
    """Fail an open item that cannot be run by a fault of ours."""
    await _fail(unit, id, [position])


async def give_up(unit: Unit, *, id: UUID) -> None:
    """Fail every open item of a batch that nobody could run; the batch is then set aside for an operator."""
    await _fail(unit, id, None)


async def put_back(unit: Unit, *, id: UUID, name: str) -> UUID:
    """Submit the items of a batch that failed by a fault of ours again, as a new batch called `name`, in the old order; gives its id.

    Raises Refused: an unknown batch, one that is not set aside, a name that is taken.
    """
    locked = await batches.lock(unit, id)
    if locked is None:
        raise Refused([not_found(path=(), message=f"no batch has the id {id}")])
    batch = locked.batch
    if not batch.is_set_aside:
        message = f"batch {batch.name!r} is not set aside: nothing of it failed by a fault of ours, or it was put back already"
        raise Refused([conflict(path=(), message=message)])
    drafts = locked.raw_drafts()
    failed = [drafts[place] for place, outcome in enumerate(locked.outcomes) if outcome is not None and outcome.is_bug]
    unit.actor = Actor(kind=batch.actor_kind, id=batch.actor_id)
    again = NewBatch(
        id=unit.ids.new(),
        name=name,
        dialect=batch.dialect,
        day=unit.day,
        size=len(failed),
        request_sha256=batch.request_sha256,
        drafts=batches.encoded(failed),
    )
    if not await batches.insert(unit, again):
        raise Refused([Refusal("conflict", TAKEN, f"there is a batch called {name!r} already: take another name", ("name",))])
    await batches.end_set_aside(unit, id)
    await wakeups.wake(unit)
    return again.id


def _outcome(issued: Issued, name: str) -> ItemOutcome:
    if issued.paper is not None:
        return ItemOutcome(name=name, document_id=issued.paper.id)
    return ItemOutcome(name=name, refusals=tuple(issued.refusals))


async def _fail(unit: Unit, id: UUID, positions: Iterable[int] | None) -> None:
    """Fail the open items among `positions` (None: all of them), each with its journal row."""
    locked = await batches.lock(unit, id)
    if locked is None:
        return
    still_open = open_positions(locked.outcomes)
    chosen = still_open if positions is None else [place for place in positions if place in still_open]
    if not chosen:
        return
    unit.actor = Actor(kind=locked.batch.actor_kind, id=locked.batch.actor_id)
    origin = Origin(id, locked.batch.name, _names(locked))
    for place in chosen:
        locked.outcomes[place] = ItemOutcome(name=origin.items[place], is_bug=True)
    await batches.write_outcomes(unit, id, outcomes=locked.outcomes)
    changes = [failed_item(origin, position=place, outcome=ItemOutcome(name=origin.items[place], is_bug=True)) for place in chosen]
    await journal.append(unit, changes, Tally())


def _names(locked: Locked) -> list[str]:
    return [name for name, _ in locked.raw_drafts()]
