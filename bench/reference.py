"""The fixed yardstick: what COPY into, and a SELECT on, small tables that never change costs on this machine."""

import psycopg

from bench.ground import Ground
from bench.statements import blocks

SQL = blocks("reference.sql")
ROWS = 50_000
OWNER = "018f0000-0000-7000-8000-000000000001"


def copy_us(here: Ground) -> float:
    """CPU microseconds of PostgreSQL per row, a document and its note, of one COPY session."""
    with here.copy("yardstick") as books, psycopg.connect(books.dsn, autocommit=True) as connection:
        connection.execute(SQL["tables"])
        data: dict[str, list[bytes]] = {}
        for table in ("documents", "notes"):
            with connection.cursor().copy(b"COPY (%b) TO STDOUT" % SQL[table]) as rows:
                data[table] = [bytes(row) for row in rows]
        here.settle()
        before = here.cost()
        fill(connection, data)
        return here.cost().since(before).postgresql / ROWS * 1e6


def fill(connection: "psycopg.Connection", data: dict[str, list[bytes]]) -> None:
    """COPY the rows of both tables."""
    for table, rows in data.items():
        with connection.cursor().copy(f"COPY reference_{table} FROM STDIN".encode()) as sink:
            sink.write(b"".join(rows))


def documents(dsn: str) -> None:
    """Make and fill the table that the fixed SELECT reads."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SQL["tables"])
        connection.execute(b"INSERT INTO reference_documents " + SQL["documents"])
        connection.execute("GRANT SELECT ON reference_documents TO duebook_app")
        connection.execute("ANALYZE reference_documents")
