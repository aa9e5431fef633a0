"""Lists of batches (ours: the contract has no way to list them): each with how far it has come, without its items."""

from typing import Literal

from msgspec import UNSET, UnsetType

from duebook.hyperline.wire.answers import BatchCounts
from duebook.hyperline.wire.parts import Answer
from duebook.hyperline.wire.scalars import Count, Stamp


class BatchSummary(Answer):
    batch_id: str
    state: Literal["pending", "running", "done"]
    counts: BatchCounts
    created_at: Stamp
    finished_at: Stamp | None


class CursorPageBatch(Answer, kw_only=True):
    """`total` only where it was asked for; `next_cursor` is null on the last page."""

    data: list[BatchSummary]
    next_cursor: str | None
    has_more: bool
    total: Count | UnsetType = UNSET
