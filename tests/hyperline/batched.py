"""Batches that tests accept and run by hand, and the customers that they are for."""

from uuid import UUID

from duebook.actions.run_batch import run_batch
from duebook.core.paper import PaperDraft
from duebook.store.unit import Unit
from tests.actions.issuing import within
from tests.jobs.working import accepted
from tests.make import Company


async def run(company: Company, *drafts: PaperDraft) -> UUID:
    """A batch of these, accepted and run."""
    id = await accepted(company, list(drafts), name="february")

    async def deed(unit: Unit) -> list[int]:
        return await run_batch(unit, id=id)

    await within(company, deed)
    return id


async def client(company: Company) -> UUID:
    """A client of the other door, by its id in the house."""
    return UUID(await company.customer())
