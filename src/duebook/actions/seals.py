"""Lays the rows of the journal, in order, on the blocks that seal them, and tells where the two do not fit.

A block is right when its number follows, its range begins behind the block before, and its hash is that of the hash before and of
the rows in its range. The rows' own hashes are held against their bytes elsewhere (`journal_states`), so that one damage is told once.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from duebook.actions.finding import Finding
from duebook.store.checks import Block, JournalRow
from duebook.store.ids import created_at
from duebook.store.journal import GENESIS

Place = tuple[int, UUID]


class Seals:
    """The blocks of one tenant while the journal passes by. Holds the hashes of one block's rows: 32 bytes each."""

    def __init__(self, blocks: AsyncIterator[Block], *, tenant_id: UUID) -> None:
        self._blocks = blocks
        self._tenant_id = tenant_id
        self._findings: list[Finding] = []
        self._block: Block | None = None
        self._begun = False
        self._last: Place = (-1, UUID(int=0))
        self._rows = bytearray()
        self._first_row: Place | None = None
        self._last_row: Place | None = None
        self._outside = 0
        # What the next block may follow: the hash stored for the block before, and the one its rows give. Empty behind a missing block.
        self._before: tuple[bytes, ...] = (GENESIS,)
        self.number = 0
        """The number of the last block seen."""
        self.unsealed = 0
        """Rows above the last block."""
        self.unsealed_since: datetime | None = None
        """When the oldest of them was written."""

    async def lay(self, rows: Sequence[JournalRow]) -> list[Finding]:
        """The next page of the journal; gives what was found so far."""
        if not self._begun:
            await self._open()
        for row in rows:
            place = (row.xid, row.id)
            while self._block is not None and place > self._block.last:
                await self._close(self._block)
            if self._block is None:
                self._above(row)
            elif place < self._block.first:
                self._outside += 1
            else:
                self._rows += row.sha256
                self._first_row = self._first_row or place
                self._last_row = place
        return self._taken()

    async def end(self) -> list[Finding]:
        """The journal is over; gives what is still found."""
        if not self._begun:
            await self._open()
        while self._block is not None:
            await self._close(self._block)
        return self._taken()

    async def _open(self) -> None:
        """Take up the next block; one whose range does not lie behind the block before is told and passed over."""
        self._begun = True
        self._block = None
        async for block in self._blocks:
            if block.number != self.number + 1:
                self._tell(f"block {self.number + 1} is missing: block {block.number} comes after {self.number or 'none'}")
                self._before = ()
            self.number = block.number
            if self._last < block.first <= block.last:
                self._block = block
                return
            self._tell(f"the range of block {block.number} does not lie behind that of the block before it")
            self._before = ()

    async def _close(self, block: Block) -> None:
        self._tell_outside(f"below block {block.number}")
        rows, made = len(self._rows) // 32, [hashlib.sha256(before + self._rows).digest() for before in self._before]
        if rows != block.rows:
            self._tell(f"rows that block {block.number} sealed: {block.rows}, but rows of the journal in its range: {rows}")
        elif (self._first_row, self._last_row) != (block.first, block.last):
            self._tell(f"the range of block {block.number} begins or ends with another row than the journal's")
        elif made and block.sha256 not in made:
            self._tell(f"the hash of block {block.number} is not that of its rows and of the block before it")
        self._before = (block.sha256, *made[-1:])
        self._last = block.last
        self._rows, self._first_row, self._last_row = bytearray(), None, None
        await self._open()

    def _above(self, row: JournalRow) -> None:
        at = created_at(row.id)
        self.unsealed += 1
        self.unsealed_since = min(self.unsealed_since or at, at)

    def _tell_outside(self, where: str) -> None:
        if self._outside:
            message = f"rows of the journal {where} that are in no block: {self._outside}"
            self._findings.append(Finding(self._tenant_id, "journal_outside", "journal", None, message))
            self._outside = 0

    def _tell(self, message: str) -> None:
        self._findings.append(Finding(self._tenant_id, "block", "journal", None, message))

    def _taken(self) -> list[Finding]:
        found, self._findings = self._findings, []
        return found
