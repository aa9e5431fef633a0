"""What processes cost, read from /proc: CPU seconds of Python and of PostgreSQL, and memory.

A figure of PostgreSQL is that of the postmaster and all it started, ended sessions included; one of Python is that of `duebook
serve` and all it started. Whoever makes the load is in neither.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds spent since the processes began."""

    python: float
    postgresql: float

    def since(self, earlier: "Cost") -> "Cost":
        """What was spent between `earlier` and this."""
        return Cost(self.python - earlier.python, self.postgresql - earlier.postgresql)

    def each(self, count: float) -> "Cost":
        """The share of one of `count`."""
        return Cost(self.python / count, self.postgresql / count)

    @property
    def total(self) -> float:
        return self.python + self.postgresql


def cost(*, serving: int | None, postmaster: int) -> Cost:
    """The CPU seconds so far of the server with process id `serving` (None: it does not run) and of PostgreSQL."""
    postgresql = _tree_seconds(postmaster)
    if serving is None:
        return Cost(0, postgresql)
    within = postmaster in tree(serving)
    return Cost(_tree_seconds(serving) - (postgresql if within else 0), postgresql)


def all_of(serving: int) -> Cost:
    """The CPU seconds so far of a server that runs its own PostgreSQL."""
    return cost(serving=serving, postmaster=_postmaster(serving))


def python_memory(serving: int) -> dict[str, float]:
    """MiB of each Python process of a server, by its kind (`server` starts and watches the others)."""
    of_postgresql = set(tree(_postmaster(serving)))
    return {kind(pid): memory_mib(pid) for pid in tree(serving) if pid not in of_postgresql}


def kind(pid: int) -> str:
    """What a Python process of a server is: http, worker, server."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return words[words.index(b"duebook.child") + 1].decode() if b"duebook.child" in words else "server"


def _postmaster(serving: int) -> int:
    """The first process below a server that is no Python: nothing else is started from there."""
    return next(pid for pid in tree(serving) if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres")


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, open_ends = [pid], [pid]
    while open_ends:
        children = parents.get(open_ends.pop(), [])
        found += children
        open_ends += children
    return found


def memory_mib(pid: int) -> float:
    """The memory that is this process's own, with its share of what it shares (PSS), in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"the kernel tells no memory of process {pid}")


def _tree_seconds(pid: int) -> float:
    """Own time, that of ended children (which the kernel adds up once they are waited for), and of living ones."""
    ticks = 0
    for each in tree(pid):
        if fields := _stat(each):
            ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat behind the name, which may hold blanks; None where the process has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()
