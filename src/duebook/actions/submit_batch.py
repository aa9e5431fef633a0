"""Accept a batch: its drafts and a wake-up for a worker, stored together. What was accepted is turned into documents once, whatever dies.

The name of a batch is remembered for ever: the same batch under the same name is the same batch, another one is refused. What this module
does not do: look at the drafts beyond their form (`run_batch` does), or commit.
"""

from collections.abc import Sequence

from duebook.core.batch import NamedDraft
from duebook.core.refusal import Refusal, Refused
from duebook.store import batches, wakeups
from duebook.store.batches import NewBatch
from duebook.store.db import LostRace
from duebook.store.unit import Unit

TAKEN = "taken"
"""The code of the refusal of a name that another batch has."""


async def submit_batch(unit: Unit, *, name: str, dialect: str, items: Sequence[NamedDraft], sha256: bytes) -> bool:
    """Store a batch of form-checked `items`, each under the submitter's name for it; False when it is stored already.

    `sha256` is equal for two requests that say the same. Raises Refused: another batch has this name.
    """
    batch = NewBatch(
        id=unit.ids.new(),
        name=name,
        dialect=dialect,
        day=unit.day,
        size=len(items),
        request_sha256=sha256,
        drafts=batches.encoded(items),
    )
    if await batches.insert(unit, batch):
        await wakeups.wake(unit)
        return True
    known = await batches.by_name(unit.connection, tenant_id=unit.tenant.id, name=name)
    if known is None:
        # The other submitter took it back between the two statements.
        raise LostRace
    if known.request_sha256 != sha256:
        raise Refused([Refusal("conflict", TAKEN, f"the batch id {name!r} was used for another batch: take a new one", ("name",))])
    return False
