"""The other side of the import's ratio: two psql sessions that COPY, as owner, the rows the server wrote, into the same full schema.

The rows are dumped once from a measured run: invoices with their instalments, journal rows with their hashes, and what each
transaction left to count by. Those last were folded meanwhile; they are made again from the journal, one row per transaction, as
they were. The follower's blocks are on this side too.
"""

import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

import psycopg

from bench.ground import Ground, ended_sessions_count

Queries = Mapping[str, str]
"""For each table, in the order of its foreign keys, the query of its rows: the transaction that wrote each in front, in order."""

IMPORTED: Final[Queries] = {
    "invoices": "SELECT j.xid::text AS batch, i.* FROM journal AS j JOIN invoices AS i ON i.tenant_id = j.tenant_id AND i.id = j.object_id"
    " ORDER BY j.xid, j.id",
    "journal": "SELECT j.xid::text AS batch, j.* FROM journal AS j ORDER BY j.xid, j.id",
    "tallies": "SELECT s.batch, s.tenant_id, gen_random_uuid(), s.xid, false, 0, 0, sum(s.number), array_agg(s.standing),"
    " array_agg(s.uncovered_on), array_agg(s.promised_on), array_agg(s.number)"
    " FROM (SELECT j.xid::text AS batch, j.xid, j.tenant_id, i.standing, i.uncovered_on, i.promised_on, count(*) AS number"
    "       FROM journal AS j JOIN invoices AS i ON i.tenant_id = j.tenant_id AND i.id = j.object_id"
    "       GROUP BY j.xid, j.tenant_id, i.standing, i.uncovered_on, i.promised_on) AS s"
    " GROUP BY s.batch, s.xid, s.tenant_id ORDER BY s.xid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """Rows as files: one psql script per session that copies each table whole, and one that copies in transactions of a batch."""

    whole: tuple[Path, ...]
    by_batch: tuple[Path, ...]
    rows: int
    journal_bytes: float


def dump(dsn: str, *, folder: Path, queries: Queries = IMPORTED) -> Dump:
    """Take the rows out of the books, halved in the order they were written."""
    batches: dict[str, dict[str, list[bytes]]] = defaultdict(lambda: {table: [] for table in queries})
    with psycopg.connect(dsn) as connection:
        for table, query in queries.items():
            for line in _lines(connection, query):
                batch, _, row = line.partition(b"\t")
                batches[batch.decode()][table].append(row)
        blocks = _lines(connection, "TABLE journal_blocks")
        found = connection.execute("SELECT avg(octet_length(body)), count(*) FROM journal").fetchone()
    assert found is not None
    ordered = list(batches.values())
    halves = [ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]]
    whole: list[Path] = []
    by_batch: list[Path] = []
    for number, half in enumerate(halves):
        merged = {table: [row for batch in half for row in batch[table]] for table in queries}
        whole.append(_script(folder / f"whole-{number}.sql", [merged], blocks=[] if number else blocks))
        by_batch.append(_script(folder / f"batches-{number}.sql", half, blocks=[] if number else blocks))
    return Dump(whole=tuple(whole), by_batch=tuple(by_batch), rows=found[1], journal_bytes=float(found[0]))


def _lines(connection: "psycopg.Connection", query: str) -> list[bytes]:
    """The rows of a query as lines of COPY's text format."""
    with connection.cursor().copy(f"COPY ({query}) TO STDOUT".encode()) as lines:
        return [bytes(line) for line in lines]


def _script(path: Path, batches: list[dict[str, list[bytes]]], *, blocks: list[bytes]) -> Path:
    """A psql script: each batch in one transaction."""
    with path.open("wb") as file:
        for batch, more in zip_longest(batches, [blocks] if blocks else []):
            file.write(b"BEGIN;\n")
            for table, rows in (batch | ({"journal_blocks": more} if more else {})).items():
                file.write(f"COPY {table} FROM STDIN;\n".encode())
                file.writelines(rows)
                file.write(b"\\.\n")
            file.write(b"COMMIT;\n")
    return path


def load(ground: Ground, dsn: str, scripts: tuple[Path, ...]) -> float:
    """Seconds that the psql sessions need together, each with its script."""
    command = [ground.program("psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", dsn, "--file"]
    began = time.monotonic()
    sessions = [subprocess.Popen([*command, str(script)], stdout=subprocess.DEVNULL) for script in scripts]
    codes = [session.wait() for session in sessions]
    seconds = time.monotonic() - began
    ended_sessions_count()
    if any(codes):
        raise RuntimeError(f"psql ended with {codes}")
    return seconds
