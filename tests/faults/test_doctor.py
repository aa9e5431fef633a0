"""`duebook doctor`: healthy books have no finding, each damage is found and named, and traffic beside it is no damage."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
import time_machine

from duebook.actions.examination import Examined
from duebook.actions.examine_books import examine_books
from duebook.actions.finding import CODES, Finding
from duebook.jobs import follower
from duebook.store import checks, marks, tenants
from duebook.store.db import Database
from duebook.web.today import now
from tests.conftest import copied
from tests.faults import story_of_books
from tests.faults.damage_of_books import ACME, DAMAGES, Damage
from tests.faults.damage_of_papers import DAMAGES_OF_PAPERS
from tests.faults.serving import run
from tests.make import Company, complete_invoice, open_company, simple_invoice

DAY = story_of_books.SECOND_DAY
EVERY_DAMAGE = (*DAMAGES, *DAMAGES_OF_PAPERS)


@pytest.fixture(scope="module")
async def healthy(server: str, template: str) -> AsyncIterator[str]:
    """The name of a database with healthy books to copy from."""
    async with copied(server, template) as dsn:
        database = await Database.open(dsn)
        await story_of_books.write(database)
        await database.close()
        yield urlsplit(dsn).path[1:]


@pytest.fixture
async def books(server: str, healthy: str) -> AsyncIterator[str]:
    """DSN of healthy books of this test's own."""
    async with copied(server, healthy) as dsn:
        yield dsn


async def examined(dsn: str) -> tuple[list[Finding], dict[str, Examined]]:
    """What the doctor finds, and what it read of each company's sandbox tenant."""
    findings: list[Finding] = []
    read: dict[str, Examined] = {}
    database = await Database.open(dsn)
    try:
        async with database.owner() as connection, checks.snapshot(connection):
            for tenant in await tenants.every(connection):
                came = await examine_books(connection, tenant=tenant, day=DAY, tell=findings.append, progress=lambda *_: None)
                if tenant.mode == "test":
                    read[tenant.name] = came
    finally:
        await database.close()
    return findings, read


async def test_healthy_books_have_no_finding(books: str) -> None:
    findings, read = await examined(books)

    assert findings == []
    acme = read["Acme"]
    assert (acme.customers, acme.invoices, acme.credit_notes, acme.rows) == (2, 12, 5, 14)
    assert (acme.papers, acme.transactions, acme.batches) == (7, 7, 2)
    assert (acme.blocks, acme.unsealed) == (2, 1)
    assert read["Bergeron"].rows == 1


@pytest.mark.parametrize("damage", EVERY_DAMAGE, ids=[damage.name for damage in EVERY_DAMAGE])
async def test_a_damage_is_found_and_named(books: str, damage: Damage) -> None:
    connection = await asyncpg.connect(books)
    try:
        acme: UUID = await connection.fetchval(f"SELECT {ACME}")
        await connection.execute(damage.sql)
    finally:
        await connection.close()

    findings, _ = await examined(books)

    told = "\n".join(f"{finding.code}: {finding.kind} {finding.id}: {finding.message}" for finding in findings)
    assert {finding.code for finding in findings} == set(damage.codes.split()), told
    assert damage.says in told
    # Bergeron's books beside them stay without a finding.
    assert {finding.tenant_id for finding in findings} == {acme}


def test_every_code_is_tried() -> None:
    """A code that no damage brings about could be one that nothing brings about."""
    tried = {code for damage in EVERY_DAMAGE for code in damage.codes.split()}

    # No amount above the largest fits into the columns, so only a change of the rules could bring that one about.
    assert set(CODES) - tried == {"too_large"}


async def test_damage_everywhere_is_counted_where_it_is_too_much_to_name(own_dsn: str) -> None:
    """More than 256 places: the documents of 256 are named, and the finding says how many places there are."""
    database = await Database.open(own_dsn)
    acme = await open_company(database, day=DAY)
    client_id = await acme.customer()
    for _ in range(4):
        await acme.post("/invoices/batch", {"invoices": [simple_invoice(client_id) for _ in range(100)]})
    async with database.owner() as connection:
        await connection.execute("UPDATE invoices SET reference = 'gone'")
    await database.close()

    findings, _ = await examined(own_dsn)

    assert {finding.code for finding in findings} == {"unjournalled"}
    assert 256 <= len([finding for finding in findings if finding.kind == "invoice"]) < 400
    assert "documents are named for 256 of them" in findings[-1].message


async def test_pages_and_page_marks(own_dsn: str) -> None:
    """Books of several pages; the follower's mark at position 5,000 is right, a mark one place off is found."""
    database = await Database.open(own_dsn)
    acme = await open_company(database, day=DAY)
    client_id = await acme.customer()
    # A mark is set a minute behind the oldest writer, so these invoices were entered some time ago.
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=5), tick=True):
        for _ in range(50):
            await acme.post("/invoices/batch", {"invoices": [simple_invoice(client_id, amount=10 + n) for n in range(100)]})
        await acme.post("/invoices/complete", complete_invoice(client_id, payments=[{"date": "2026-01-05", "amount": 1}]))
    async with database.owner() as connection:
        assert await marks.extend(connection, tenant_id=acme.tenant.id) == 1
    healthy, read = await examined(own_dsn)
    async with database.owner() as connection:
        await connection.execute("UPDATE page_marks SET position = 4999")
    await database.close()
    damaged, _ = await examined(own_dsn)

    assert healthy == []
    assert (read[acme.tenant.name].invoices, read[acme.tenant.name].rows) == (5_001, 1)
    assert [finding.code for finding in damaged] == ["page_mark"]


async def _writes(company: Company, client_id: str, *, number: int, stop: asyncio.Event) -> int:
    """Upserts of a few documents, again and again, with other payments each time; gives how many."""
    written = 0
    while not stop.is_set():
        written += 1
        links = [{"date": "2026-01-05", "amount": 1 + written % 7, "creditNote": {"externalId": "shared"}}]
        payments = [{"date": "2026-01-05", "amount": 100 + written, "externalId": f"{written % 3}"}]
        body = complete_invoice(client_id, externalId=f"busy-{number}-{written % 4}", payments=payments, creditNoteLinks=links)
        await company.post("/invoices/complete", body)
        await company.post("/invoices/batch", {"invoices": [simple_invoice(client_id) for _ in range(5)]})
    return written


async def test_nothing_is_wrong_beside_running_writers(own_dsn: str) -> None:
    """Four writers that share a credit note, and the follower, go on while the doctor reads on its one snapshot."""
    database = await Database.open(own_dsn)
    acme = await open_company(database, day=DAY)
    client_id = await acme.customer()
    note = {"clientId": client_id, "reference": "AV", "amount": 100_000, "issueDate": "2026-01-01", "dueDate": "2026-01-01"}
    await acme.post("/credit-notes", note | {"externalId": "shared"})
    stop = asyncio.Event()

    async def follows() -> None:
        while not stop.is_set():
            await follower.visit_writers(database, at=now())
            await asyncio.sleep(0.02)

    writers = [asyncio.create_task(_writes(acme, client_id, number=number, stop=stop)) for number in range(4)]
    following = asyncio.create_task(follows())
    sizes: list[tuple[int, int]] = []
    try:
        for _ in range(8):
            await asyncio.sleep(0.2)
            findings, read = await examined(own_dsn)
            assert findings == []
            sizes.append((read[acme.tenant.name].invoices, read[acme.tenant.name].blocks))
    finally:
        stop.set()
        written = await asyncio.gather(*writers)
        await following
        await database.close()

    # The books grew and were sealed from one examination to the next: the writers did run beside it.
    assert sizes[0] < sizes[-1]
    assert sizes[-1][1] > 1
    assert min(written) > 1


async def test_the_command_tells_a_line_per_finding(books: str) -> None:
    settings = {"DUEBOOK_DATABASE_URL": books, "DUEBOOK_TODAY": DAY.isoformat()}
    healthy = await asyncio.to_thread(run, "doctor", **settings)
    connection = await asyncpg.connect(books)
    await connection.execute("UPDATE invoices SET amount_paid = 1 WHERE external_id IN ('part-paid', 'b-1')")
    await connection.close()
    damaged = await asyncio.to_thread(run, "doctor", **settings)
    of_acme = await asyncio.to_thread(run, "doctor", "--tenant", "Acme", "--json", **settings)
    shortened = await asyncio.to_thread(run, "doctor", "--most", "1", **settings)

    assert (healthy.returncode, healthy.stderr) == (0, "")
    assert healthy.stdout.splitlines()[-1] == "no findings"
    assert "journal rows not sealed yet: 1, the oldest for" in healthy.stdout
    assert damaged.returncode == 1
    lines = [line for line in damaged.stdout.splitlines() if ": sums: invoice " in line]
    assert [line.split(":")[0] for line in lines] == ["Acme (test)", "Bergeron (test)"]
    assert damaged.stdout.splitlines()[-2:] == ["2 findings", "  sums (2): a stored sum is not that of the rows"]
    assert of_acme.returncode == 1
    answer = json.loads(of_acme.stdout)
    assert [(finding["tenant"], finding["code"], finding["kind"]) for finding in answer["findings"]] == [("Acme", "sums", "invoice")]
    assert {tenant["mode"]: tenant["unsealedRows"] for tenant in answer["tenants"]} == {"prod": 0, "test": 1}
    assert "not shown (see --most): 1" in shortened.stdout
    assert shortened.stdout.count(": sums: invoice ") == 1


async def test_an_unknown_company_is_told(books: str) -> None:
    asked = await asyncio.to_thread(run, "doctor", "--tenant", "Nobody", DUEBOOK_DATABASE_URL=books)

    assert asked.returncode == 1
    assert "there is no company named 'Nobody'" in asked.stderr


async def test_the_doctor_cannot_write(books: str) -> None:
    """Its transaction is read only, so a slip in it could not do damage."""
    database = await Database.open(books)
    async with database.owner() as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with checks.snapshot(connection):
                await connection.execute("UPDATE invoices SET amount_paid = 0")
    await database.close()
