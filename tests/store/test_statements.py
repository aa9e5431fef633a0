"""Laws of the SQL: PostgreSQL takes every statement, and every statement names its tenant at every table."""

from collections.abc import Iterable, Iterator
from typing import Any

import asyncpg
import pytest
from pglast import ast, parse_sql
from pglast.enums import A_Expr_Kind, BoolExprType, SetOperation
from pglast.visitors import Visitor

from duebook.store.db import Database
from duebook.store.queries import load
from tests.store.schema import NOT_OF_A_TENANT, tenant_tables
from tests.store.statements import FILES, every_statement, forms

CROSSES_TENANTS = {
    "batches.sql::set_aside": "operators' list of what waits for them",
    "batches.sql::unfinished": "operators' list of what waits for workers",
    "deliveries.sql::tenants_with_due": "a worker asks for whom something is to be delivered",
    "journal.sql::tenants_to_visit": "the follower asks whom to visit",
    "messages.sql::with_untold": "the follower asks whose facts are not told yet",
    "tenants.sql::by_name": "an operator names a company",
    "tenants.sql::every_tenant": "the sweep, the calendar and operators' lists",
    "tenants.sql::every_key": "operators' list",
    "tenants.sql::revoke_key": "an operator names a key by its visible prefix",
    "tenants.sql::with_reviews_due": "the calendar asks whom time concerns",
    "transactions.sql::tenants_with_due": "a worker asks whose scheduled transactions have come",
    "wakeups.sql::sweep": "a worker asks whose batches wait",
}
"""Statements that look at more than one tenant, none of them on a request; each says so in its own text."""


async def test_postgresql_takes_every_statement(database: Database):
    """Each is prepared against the migrated schema, list blocks in every form that a list can ask for."""
    refused: list[str] = []
    prepared = 0
    async with database.owner() as connection:
        for statement in every_statement():
            try:
                await connection.prepare(statement.sql)
            except asyncpg.PostgresError as error:
                refused.append(f"{statement.place}: {error}")
            prepared += 1

    assert refused == []
    assert prepared > sum(len(load(file)) for file in FILES), "the list blocks have more than one form"


async def test_every_table_of_every_statement_says_its_tenant(database: Database):
    """`tenant_id = $1` at each table, subqueries and joins too: equality to another row alone is no route to one node."""
    async with database.owner() as connection:
        tables = await tenant_tables(connection)
    found = {f"{statement.place}: {table}" for statement in every_statement() for table in unsaid(statement.sql, tables=tables)}

    assert sorted(place for place in found if place.split(": ")[0] not in CROSSES_TENANTS) == []


def test_rows_of_arrays_are_inserted_with_returning():
    """A distributed database refuses INSERT … SELECT FROM unnest behind row-level security unless it returns something."""
    inserts = [(s.place, node) for s in every_statement() for node in _inserts(s.sql) if "unnest(" in s.sql and node.selectStmt.fromClause]

    assert len(inserts) >= 5
    assert [place for place, node in inserts if not node.returningClause] == []


def _inserts(sql: str) -> Iterator[Any]:
    found: list[Any] = []

    class Inserts(Visitor):
        def visit_InsertStmt(self, _: object, node: Any) -> None:  # noqa: N802 - the visitor finds methods by the node's name
            found.append(node)

    Inserts()(parse_sql(sql))
    yield from found


def test_what_crosses_tenants_says_so_and_is_known_here():
    saying = {
        f"{file}::{name}"
        for file in FILES
        for name, text in load(file).items()
        if any(line.startswith("-- Crosses tenants: ") for line in text.splitlines())
    }

    assert saying == set(CROSSES_TENANTS)


def test_what_crosses_tenants_really_does():
    """An exception that no longer excepts anything is taken out."""
    for place in CROSSES_TENANTS:
        file, name = place.split("::")
        assert list(unsaid(load(file)[name], tables={"keys", *KNOWN})) != [], place


KNOWN = frozenset({"tenants", "invoices", "customers", "tallies", "allocations", "batches", "transactions", "journal", "messages"})


def unsaid(sql: str, *, tables: Iterable[str]) -> Iterator[str]:
    """The tables of a statement that are not tied to the tenant by `tenant_id = $1`, or into which another first value is inserted."""
    look = _Look(frozenset(tables))
    look(parse_sql(sql))
    yield from look.found


class _Look(Visitor):
    """Looks at every SELECT, INSERT, UPDATE and DELETE of a statement by itself, however deep it stands."""

    def __init__(self, tables: frozenset[str]) -> None:
        self.tables = tables
        self.found: list[str] = []

    def visit_SelectStmt(self, _: object, node: Any) -> None:  # noqa: N802 - the visitor finds methods by the node's name
        if node.op == SetOperation.SETOP_NONE:
            self._judge(node.fromClause or (), node.whereClause)

    def visit_DeleteStmt(self, _: object, node: Any) -> None:  # noqa: N802 - as above
        self._judge((node.relation, *(node.usingClause or ())), node.whereClause)

    def visit_UpdateStmt(self, _: object, node: Any) -> None:  # noqa: N802 - as above
        self._judge((node.relation, *(node.fromClause or ())), node.whereClause)

    def visit_InsertStmt(self, _: object, node: Any) -> None:  # noqa: N802 - as above
        if node.relation.relname not in self.tables:
            return
        source = node.selectStmt
        firsts = [values[0] for values in source.valuesLists or ()] or [source.targetList[0].val]
        if node.cols[0].name != "tenant_id" or not all(_is_tenant_parameter(value) for value in firsts):
            self.found.append(node.relation.relname)

    def _judge(self, items: Iterable[Any], where: Any) -> None:
        entries = list(items)
        tables, conditions = list(_tables(entries)), [*_conjuncts(where), *_join_conditions(entries)]
        alone = len(entries) == 1 and isinstance(entries[0], ast.RangeVar)
        said = {name for condition in conditions if (name := _tenant_of(condition)) is not None}
        for table in tables:
            name = table.alias.aliasname if table.alias else table.relname
            if table.relname in self.tables and name not in said and not (alone and "" in said):
                self.found.append(table.relname)


def _tables(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, ast.RangeVar):
            yield item
        elif isinstance(item, ast.JoinExpr):
            yield from _tables((item.larg, item.rarg))


def _join_conditions(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, ast.JoinExpr):
            yield from _conjuncts(item.quals)
            yield from _join_conditions((item.larg, item.rarg))


def _conjuncts(condition: Any) -> Iterator[Any]:
    """The parts of a condition that must all hold; what stands inside OR or NOT ties nothing."""
    if isinstance(condition, ast.BoolExpr) and condition.boolop == BoolExprType.AND_EXPR:
        for part in condition.args or ():
            yield from _conjuncts(part)
    elif condition is not None:
        yield condition


def _tenant_of(condition: Any) -> str | None:
    """The table, or "" when none is named, that `condition` ties to the tenant; None when it is another condition."""
    if not (isinstance(condition, ast.A_Expr) and condition.kind == A_Expr_Kind.AEXPR_OP and _names(condition.name) == ["="]):
        return None
    if not (isinstance(condition.lexpr, ast.ColumnRef) and _is_tenant_parameter(condition.rexpr)):
        return None
    *table, column = _names(condition.lexpr.fields)
    return "".join(table) if column == "tenant_id" else None


def _names(words: Any) -> list[str]:
    return [word.sval for word in words if isinstance(word, ast.String) and word.sval is not None]


def _is_tenant_parameter(value: Any) -> bool:
    return isinstance(value, ast.ParamRef) and value.number == 1


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1 FROM invoices", ["invoices"]),
        ("SELECT 1 FROM invoices WHERE tenant_id = $2", ["invoices"]),
        ("SELECT 1 FROM invoices WHERE tenant_id = $1 OR id = $2", ["invoices"]),
        ("SELECT 1 FROM invoices WHERE NOT tenant_id = $1", ["invoices"]),
        ("SELECT 1 FROM invoices AS i JOIN customers AS c ON c.tenant_id = i.tenant_id WHERE i.tenant_id = $1", ["customers"]),
        ("SELECT 1 FROM invoices AS i, customers AS c WHERE tenant_id = $1", ["invoices", "customers"]),
        ("SELECT 1 FROM invoices WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM customers WHERE id = $2)", ["customers"]),
        ("SELECT 1 FROM invoices WHERE tenant_id = $1 UNION SELECT 1 FROM customers", ["customers"]),
        (
            "SELECT 1 FROM invoices AS i, LATERAL (SELECT 1 FROM customers AS c WHERE c.id = i.id) AS l WHERE i.tenant_id = $1",
            ["customers"],
        ),
        ("WITH gone AS (DELETE FROM tallies WHERE id = $2 RETURNING 1) SELECT 1 FROM gone", ["tallies"]),
        ("UPDATE invoices AS i SET amount = 1 FROM customers AS c WHERE i.tenant_id = $1 AND c.id = i.id", ["customers"]),
        ("INSERT INTO invoices (id, tenant_id) VALUES ($1, $2)", ["invoices"]),
        ("INSERT INTO invoices (tenant_id, id) VALUES ($1, $2), ($3, $4)", ["invoices"]),
        ("INSERT INTO invoices (tenant_id, id) SELECT n.t, n.i FROM unnest($1::uuid[], $2::uuid[]) AS n (t, i)", ["invoices"]),
        ("SELECT 1 FROM invoices WHERE tenant_id = $1", []),
        ("SELECT 1 FROM invoices AS i LEFT JOIN customers AS c ON c.tenant_id = $1 AND c.id = i.id WHERE i.tenant_id = $1", []),
        ("INSERT INTO invoices (tenant_id, id) SELECT $1, n.id FROM unnest($2::uuid[]) AS n (id)", []),
        ("WITH few AS (SELECT 1 FROM invoices WHERE tenant_id = $1) SELECT 1 FROM few", []),
    ],
)
def test_the_law_finds_what_it_forbids(sql: str, tables: list[str]):
    """Planted offences, and beside them the nearest thing that is allowed."""
    assert list(unsaid(sql, tables=KNOWN)) == tables


def test_a_list_block_has_every_form():
    text = "--? page: SELECT id\n--? count: SELECT 1\nFROM t WHERE x = :tenant_id\n--? a: AND a = :a\n--? due: AND d\n--? up: ORDER BY id"

    assert len(set(forms(text))) == (2 * 2) * (1 + 1), "with or without a, with or without a status, counted or in one order"


def test_exempt_tables_are_no_tenants_tables():
    assert not KNOWN & set(NOT_OF_A_TENANT)
