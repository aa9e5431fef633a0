"""Batches to answers: how far each has come, what became of its items, and why an item failed."""

from collections.abc import Sequence
from typing import Any

from duebook.core.batch import Batch
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import drafts, shapes
from duebook.store.batches import Item
from duebook.web.instants import created


def batch(found: Batch, items: Sequence[Item]) -> wire.Batch:
    """A batch with each of its items."""
    return wire.Batch(*_head(found), [_item(item, position) for position, item in enumerate(items)])


def summary(found: Batch) -> wire.BatchSummary:
    """A batch as lists show it."""
    return wire.BatchSummary(*_head(found))


def _head(found: Batch) -> tuple[str, Any, wire.BatchCounts, str, str | None]:
    counts = wire.BatchCounts(found.size, found.pending, found.succeeded, found.failed)
    return found.name, found.state, counts, created(found.id), shapes.moment(found.finished_at)


def _item(item: Item, position: int) -> wire.BatchItem:
    outcome = item.outcome
    if outcome is None:
        return wire.BatchItem(item.name, position, "pending", None, None)
    if outcome.document_id is not None:
        return wire.BatchItem(item.name, position, "succeeded", ids.shown(outcome.document_id, kind="invoice"), None)
    return wire.BatchItem(item.name, position, "failed", None, drafts.item_error(outcome))
