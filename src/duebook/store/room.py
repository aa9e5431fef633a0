"""Room on the disk of the embedded PostgreSQL: a full disk must stop writers only.

PostgreSQL survives a table that cannot grow, but not a log that cannot: it dies, and cannot come back before there is room. So writes are
refused while some room is left, and a reserve is given up where it died all the same. An operator's PostgreSQL is watched by its operator.
"""

import os
import time
from pathlib import Path
from typing import Final

LEAST_BYTES: Final = 64 << 20
"""Below this much free space nothing is written. Four segments of PostgreSQL's log: what is under way fits in."""
RESERVE_BYTES: Final = 48 << 20
"""Less than LEAST_BYTES: who gives it up does not let writers in again."""
_FRESH_SECONDS: Final = 0.2


class Room:
    """The room in `folder`, PostgreSQL's data; None where it is not ours to watch, and there is always room."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._reserve = None if folder is None else folder.parent / "postgres.reserve"
        self._asked = 0.0
        self._free = 0

    def low(self) -> bool:
        """Whether nothing should be written now. Asked before every write, so its answer may be 0.2 s old."""
        return self._folder is not None and self._free_bytes() < LEAST_BYTES

    def keep_reserve(self) -> None:
        """Set the reserve aside where there is ample room for it."""
        if self._reserve is None or self._reserve.exists() or self._free_bytes() < LEAST_BYTES + 2 * RESERVE_BYTES:
            return
        fresh = self._reserve.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)
            fresh.rename(self._reserve)
        except OSError:  # somebody else was quicker to take the room
            fresh.unlink(missing_ok=True)

    def give_up_reserve(self) -> None:
        """Make room for PostgreSQL to recover in."""
        if self._reserve is not None:
            self._reserve.unlink(missing_ok=True)

    def _free_bytes(self) -> int:
        moment = time.monotonic()
        if self._folder is not None and moment - self._asked > _FRESH_SECONDS:
            found = os.statvfs(self._folder)
            self._asked, self._free = moment, found.f_bavail * found.f_frsize
        return self._free
