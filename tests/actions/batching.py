"""Batches as tests submit, run and look at them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from duebook.actions.run_batch import run_batch
from duebook.actions.submit_batch import submit_batch
from duebook.core.batch import Batch, NamedDraft
from duebook.store import batches
from duebook.store.batches import Item
from duebook.store.unit import Unit
from tests.actions import issuing
from tests.actions.issuing import on_connection
from tests.make import Company


async def submitted(company: Company, *items: NamedDraft, name: str = "january", sha256: bytes = bytes(32)) -> UUID:
    """Submit a batch; gives the id of what is stored under its name."""

    async def deed(unit: Unit) -> None:
        await submit_batch(unit, name=name, dialect="hyperline", items=items, sha256=sha256)

    await issuing.within(company, deed)
    return (await named(company, name)).id


async def named(company: Company, name: str = "january") -> Batch:
    found = await on_connection(company, lambda c: batches.by_name(c, tenant_id=company.tenant.id, name=name))
    assert found is not None
    return found


async def items_of(company: Company, id: UUID) -> list[Item]:
    return await on_connection(company, lambda c: batches.items(c, tenant_id=company.tenant.id, id=id))


async def run(company: Company, id: UUID, *, positions: Sequence[int] | None = None) -> list[int]:
    return await issuing.within(company, lambda unit: run_batch(unit, id=id, positions=positions))


def told_of(told: Sequence[dict[str, Any]], name: str) -> list[tuple[str, str, str]]:
    """(kind, action, item) of the journal rows that tell of items of a batch."""
    return [(row["kind"], row["action"], row["after"]["item"]) for row in told if (row["after"] or {}).get("batch") == name]
