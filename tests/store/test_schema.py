"""Laws of the schema, asked of PostgreSQL itself: the tenant comes first in every key, and stands behind row-level security."""

from duebook.store.db import APP_ROLE, Connection, Database
from tests.store.schema import NOT_OF_A_TENANT, every_table, tenant_tables

ACROSS_TENANTS = {
    "tenants_name_mode_key": "the list of tenants itself: a company's name opens its books once",
}
"""Unique keys and indexes of a tenant's table that do not begin with the tenant, and why."""

OF_THE_QUEUE = "pgqueuer"
"""What stands in the names of all that is the library's: its schema is its own, see tests/store/test_queue.py."""

_KEYS = """
SELECT c.relname AS table_name, i.relname AS key_name, a.attname AS first_column
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_class AS c ON c.oid = x.indrelid AND c.relnamespace = 'public'::regnamespace
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
"""
_FOREIGN_KEYS = """
SELECT f.conname AS key_name, c.relname AS table_name, o.relname AS other_table, a.attname AS first_column, b.attname AS other_column,
       f.confdeltype::text AS on_delete, f.confupdtype::text AS on_update
FROM pg_constraint AS f
JOIN pg_class AS c ON c.oid = f.conrelid AND c.relnamespace = 'public'::regnamespace
JOIN pg_class AS o ON o.oid = f.confrelid
JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
JOIN pg_attribute AS b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[1]
WHERE f.contype = 'f'
"""


async def ask(connection: Connection, question: str, *arguments: object) -> list[str]:
    """The first column of the answer."""
    return [row[0] for row in await connection.fetch(question, *arguments)]


async def test_every_key_and_index_begins_with_the_tenant(database: Database):
    async with database.owner() as connection:
        tables = await tenant_tables(connection)
        keys = [row for row in await connection.fetch(_KEYS) if row["table_name"] in tables]

    assert {row["key_name"] for row in keys if row["first_column"] != "tenant_id"} == set(ACROSS_TENANTS)
    assert {row["table_name"] for row in keys} == tables, "every table has a key"


async def test_every_foreign_key_stays_within_its_tenant(database: Database):
    async with database.owner() as connection:
        keys = await connection.fetch(_FOREIGN_KEYS)
        tables = await tenant_tables(connection)

    assert len(keys) > 5
    for key in keys:
        assert key["other_table"] in tables, key
        if key["table_name"] in tables:
            assert (key["first_column"], key["other_column"]) == ("tenant_id", "tenant_id"), key
        assert (key["on_delete"], key["on_update"]) == ("a", "a"), "nothing is changed behind the back of the journal"


async def test_every_table_has_a_tenant(database: Database):
    async with database.owner() as connection:
        tables = await tenant_tables(connection)
        columns = await ask(
            connection,
            "SELECT c.relname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace"
            " WHERE a.attname = 'tenant_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype AND c.relkind = 'r'",
        )
        assert tables <= set(columns)
        assert await every_table(connection) - tables == set(NOT_OF_A_TENANT), "an exception that excepts nothing is taken out"


async def test_every_tenant_table_stands_behind_row_level_security(database: Database):
    async with database.owner() as connection:
        tables = await tenant_tables(connection)
        secured = await ask(
            connection, "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        policies = await connection.fetch("SELECT tablename, roles, cmd, permissive, qual, with_check FROM pg_policies")

    assert set(secured) == tables
    assert {policy["tablename"] for policy in policies} == tables
    for policy in policies:
        assert policy["cmd"] == "ALL", "one rule for reading and writing"
        assert policy["qual"].startswith("(tenant_id = ("), policy["qual"]
        assert policy["with_check"] is None, "what may be written is what may be seen"


async def test_the_role_of_requests_cannot_pass_it(database: Database):
    async with database.owner() as connection:
        role = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", APP_ROLE)
        owned = await ask(
            connection, "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = $1)", APP_ROLE
        )
        above = await ask(
            connection,
            "SELECT r.rolname FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid"
            " WHERE m.member = (SELECT oid FROM pg_roles WHERE rolname = $1)",
            APP_ROLE,
        )

    assert role is not None
    assert not any(role[name] for name in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication"))
    assert (owned, above) == ([], []), "owners and members of owners pass row-level security"


async def test_what_the_role_of_requests_may_do(database: Database):
    """Exactly this: the journal is never updated or deleted, tenants, keys and blocks are only read, and nothing is emptied."""
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    async with database.owner() as connection:
        may = {
            table: " ".join(
                [verb for verb in verbs if await connection.fetchval("SELECT has_table_privilege($1, $2, $3)", APP_ROLE, table, verb)]
            )
            for table in await every_table(connection)
        }

    read, add, change, all_rows = "SELECT", "SELECT INSERT", "SELECT INSERT UPDATE", "SELECT INSERT UPDATE DELETE"
    assert may == {
        "alembic_version": "",
        "keys": read,
        "tenants": read,
        "journal_blocks": read,
        "page_marks": read,
        "journal": add,
        "tallies": add,
        "entities": change,
        "catalogue": change,
        "papers": change,
        "transactions": change,
        "batches": change,
        "endpoints": change,
        "webhook_cursors": change,
        "messages": change,
        "customers": all_rows,
        "invoices": change,
        "credit_notes": change,
        "allocations": all_rows,
        "kept_answers": all_rows,
        # Columns apart: it may see whether a tenant's wake-up waits.
        "pgqueuer": "INSERT",
        "pgqueuer_log": "",
        "pgqueuer_schedules": "",
        "pgqueuer_statistics": "",
    }


async def test_nothing_hidden_and_nothing_that_does_not_distribute(database: Database):
    """No sequence counts across tenants, no trigger acts unseen, and the embedded server has no extension to load."""
    async with database.owner() as connection:
        sequences = await ask(connection, "SELECT relname FROM pg_class WHERE relkind = 'S'")
        identities = await ask(connection, "SELECT attrelid::regclass || '.' || attname FROM pg_attribute WHERE attidentity <> ''")
        triggers = await ask(connection, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        rules = await ask(connection, "SELECT rulename FROM pg_rules WHERE schemaname = 'public'")
        extensions = await ask(connection, "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
        functions = await ask(connection, "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")

    found = (sequences, identities, triggers, rules, extensions, functions)
    assert [[name for name in names if OF_THE_QUEUE not in name] for names in found] == [[], [], [], [], [], []]


async def test_no_column_makes_an_index_useless_behind_row_level_security(database: Database):
    """Operators that are not leakproof (ENUM, jsonb, numeric) lose their index there, and the query walks the table."""
    async with database.owner() as connection:
        columns = await ask(
            connection,
            "SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)"
            " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace"
            " JOIN pg_type AS t ON t.oid = a.atttypid"
            " WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
            " AND (t.typtype = 'e' OR t.typname IN ('jsonb', 'json', 'numeric', 'float4', 'float8', 'money', 'timestamp'))",
        )

    assert [column for column in columns if not column.startswith(OF_THE_QUEUE)] == []
