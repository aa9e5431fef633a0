"""Bergeron sees nothing of Acme's in any table, and cannot write there either, whatever SQL a request would send."""

import asyncpg
import pytest

from duebook.store.db import APP_ROLE, Connection, Database
from tests.conftest import CompanyMaker
from tests.make import Company, complete_credit_note, complete_invoice
from tests.store.schema import tenant_tables
from tests.store.written import visit_until_quiet


@pytest.fixture
async def two(company: CompanyMaker) -> tuple[Company, Company]:
    """Acme and Bergeron, each with a row in every table."""
    companies = (await company(), await company())
    for one in companies:
        client = await one.customer()
        invoice = complete_invoice(client) | {"payments": [{"date": "2026-01-05", "amount": 1, "externalId": "p"}]}
        await one.post("/invoices/complete", invoice, headers={"Idempotency-Key": "first"})
        await one.post("/credit-notes/complete", complete_credit_note(client))
        await visit_until_quiet(one.database)
        async with one.database.owner() as connection:
            await connection.execute(
                "INSERT INTO page_marks (tenant_id, position, id) SELECT tenant_id, 1, id FROM invoices WHERE tenant_id = $1", one.tenant.id
            )
            for statement in _OF_PAPERS.strip().split(";\n"):
                await connection.execute(statement.replace(":tenant", f"'{one.tenant.id}'"))
    return companies


_OF_PAPERS = """
INSERT INTO catalogue (tenant_id, id, kind, name, updated_at, content)
VALUES (:tenant, gen_random_uuid(), 'product', 'Support', now(), '{}');
INSERT INTO papers (tenant_id, id, entity_id, customer_id, total, amount_paid, updated_at, issued_at, due_at, is_draft, kind, currency,
                    number, line_ids, product_ids, content)
SELECT e.tenant_id, gen_random_uuid(), e.id, c.id, 0, 0, now(), now(), now(), true, 'invoice', 'EUR', '', '{}', '{}', '{}'
FROM entities AS e JOIN customers AS c ON c.tenant_id = e.tenant_id WHERE e.tenant_id = :tenant;
INSERT INTO transactions (tenant_id, id, document_id, customer_id, amount, updated_at, process_at, kind, status, method, currency)
SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), id, 1, now(), now(), 'one_time', 'scheduled', 'external', 'EUR'
FROM customers WHERE tenant_id = :tenant;
INSERT INTO batches (tenant_id, id, updated_at, day, size, state, dialect, name, actor_kind, actor_id, request_sha256, drafts)
VALUES (:tenant, gen_random_uuid(), now(), now(), 1, 'pending', 'hyperline', 'b', 'key', 'k', sha256(''), '[]');
INSERT INTO endpoints (tenant_id, id, updated_at, dialect, url, event_types, secret)
VALUES (:tenant, gen_random_uuid(), now(), 'leanpay', 'https://example.com', '{}', 's');
INSERT INTO webhook_cursors (tenant_id, xid, id, sequence) VALUES (:tenant, '1', gen_random_uuid(), 0);
INSERT INTO messages (tenant_id, id, endpoint_id, event_id, sequence, updated_at, next_at, status, event_type)
SELECT tenant_id, gen_random_uuid(), id, gen_random_uuid(), 1, now(), now(), 'pending', 'x' FROM endpoints WHERE tenant_id = :tenant
"""
"""A row in each table that the LeanPay door does not write."""


async def columns_of(connection: Connection, table: str) -> str:
    """The columns of a table but the tenant, in their order."""
    rows = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND attname <> 'tenant_id' ORDER BY attnum",
        table,
    )
    return ", ".join(row[0] for row in rows)


async def test_every_table_shows_a_tenant_its_own_rows_and_no_other(two: tuple[Company, Company]):
    acme, bergeron = two
    async with acme.database.owner() as connection:
        tables = await tenant_tables(connection)
        stored = {
            (table, one.tenant.id): await connection.fetchval(f'SELECT count(*) FROM "{table}" WHERE tenant_id = $1', one.tenant.id)
            for table in tables
            for one in two
        }
    assert [place for place, number in stored.items() if number == 0] == [], "the law is tried on every table, or it proves nothing"

    for one in (acme, bergeron, acme):
        async with acme.database.tenant(one.tenant.id) as connection:
            for table in tables:
                rows = await connection.fetch(f'SELECT tenant_id FROM "{table}"')
                assert {row[0] for row in rows} == {one.tenant.id}, table
                assert len(rows) == stored[table, one.tenant.id], table


async def test_nothing_of_another_tenant_can_be_changed_deleted_or_entered(two: tuple[Company, Company]):
    """Each verb that the role may use at all is tried on each table."""
    acme, bergeron = two
    tried: set[str] = set()
    async with acme.database.owner() as connection:
        tables = sorted(await tenant_tables(connection))
    async with bergeron.database.tenant(bergeron.tenant.id) as connection:
        for table in tables:
            columns = await columns_of(connection, table)
            for verb, sql in {
                "UPDATE": f'UPDATE "{table}" SET tenant_id = tenant_id WHERE tenant_id = $1',
                "DELETE": f'DELETE FROM "{table}" WHERE tenant_id = $1',
            }.items():
                if await connection.fetchval("SELECT has_table_privilege($1, $2, $3)", APP_ROLE, table, verb):
                    assert await connection.execute(sql, acme.tenant.id) == f"{verb} 0", table
                    tried.add(verb)
            for verb, sql in {
                "INSERT": f'INSERT INTO "{table}" (tenant_id, {columns}) SELECT $1, {columns} FROM "{table}"',
                "UPDATE": f'UPDATE "{table}" SET tenant_id = $1',
            }.items():
                if await connection.fetchval("SELECT has_table_privilege($1, $2, $3)", APP_ROLE, table, verb):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                        await connection.execute(sql, acme.tenant.id)
                    tried.add(f"foreign {verb}")
    assert tried == {"UPDATE", "DELETE", "foreign INSERT", "foreign UPDATE"}


async def test_the_journal_is_never_changed_by_a_request(acme: Company):
    await acme.customer()
    async with acme.database.tenant(acme.tenant.id) as connection:
        for sql in ("UPDATE journal SET kind = kind", "DELETE FROM journal", "TRUNCATE journal", "DELETE FROM journal_blocks"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                await connection.execute(sql)


async def test_without_a_tenant_nothing_is_seen(acme: Company, dsn: str):
    """A connection that was never set for a tenant fails instead of showing something."""
    await acme.customer()
    fresh = await Database.open(dsn, connections=1)
    try:
        async with fresh.anyone() as connection:
            with pytest.raises(asyncpg.UndefinedObjectError):
                await connection.fetch("SELECT * FROM customers")
            assert await connection.fetchval("SELECT current_user::text") == APP_ROLE
    finally:
        await fresh.close()
