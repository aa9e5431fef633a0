"""Laws of the core: no clock, no input or output, no configuration, no async, no float. And: SQL lives in .sql files.

That the core imports nothing of the rooms above it is held by import-linter (pyproject.toml), not here.
"""

import ast
import re
import sys
from collections.abc import Iterator

from tests.house import allowed
from tests.house.tree import Module, modules, prose

# Every further module of the standard library is a decision: most of them reach for the world.
PURE_IMPORTS = frozenset(
    "__future__ abc bisect calendar collections dataclasses datetime decimal enum fractions functools hashlib heapq "
    "itertools math operator re string types typing unicodedata uuid".split()
)
CLOCKS = frozenset("now today utcnow fromtimestamp time monotonic perf_counter uuid1 uuid4 uuid6 uuid7 getenv".split())
DOORS_TO_THE_WORLD = frozenset("open print input exec eval compile __import__ breakpoint".split())
_STATEMENT = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|TRUNCATE|CREATE|ALTER|DROP)\s+\S"
    r"|.*\b(?i:insert\s+into|delete\s+from|update\s+\w+\s+set|select\s.*\sfrom)\s",
    re.DOTALL,
)


def impure(module: Module) -> Iterator[str]:
    """Imports, names and syntax by which time or the world could enter."""
    for node in ast.walk(module.tree):
        for name in _imported(node):
            top = name.split(".")[0]
            if top not in PURE_IMPORTS and not name.startswith("duebook.core"):
                yield f"{module.path}:{node.lineno} imports {name}"
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"{module.path}:{node.lineno} is async"
        if isinstance(node, ast.Call) and _called(node.func):
            yield f"{module.path}:{node.lineno} calls {ast.unparse(node.func)}"


def inexact(module: Module) -> Iterator[str]:
    """Floats, by literal, by name, or by a true division, which makes one out of two whole numbers."""
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        name = isinstance(node, ast.Name) and node.id == "float"
        division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        if literal or name or division:
            yield f"{module.path}::{lines[node.lineno - 1].strip()}"


def spells_sql(module: Module) -> bool:
    """Whether a string that is no docstring reads like a statement; f-strings are read piece by piece."""
    told = prose(module)
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told and _STATEMENT.match(node.value)
        for node in ast.walk(module.tree)
    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [("." * node.level + (node.module or ""))]
    return []


def _called(target: ast.expr) -> bool:
    if isinstance(target, ast.Name):
        return target.id in CLOCKS | DOORS_TO_THE_WORLD
    return isinstance(target, ast.Attribute) and target.attr in CLOCKS


def test_the_core_knows_no_clock_and_no_world():
    """The day is an argument and never defaults, so that any day of any year can be asked for and tested."""
    assert [place for module in modules("src/duebook/core") for place in impure(module)] == []


def test_the_list_of_pure_modules_is_the_standard_library():
    """The core imports the standard library only: what is outside it may not slip in by this list."""
    assert PURE_IMPORTS - {"__future__"} <= sys.stdlib_module_names


def test_money_never_passes_through_a_float():
    """0.1 + 0.2 is not 0.3 there, and above 2^53 whole numbers are lost without a word."""
    found = {place for module in modules("src/duebook/core", "src/duebook/actions") for place in inexact(module)}

    assert found == set(allowed.DIVISIONS)


def test_sql_lives_in_sql_files():
    """There every statement is named, prepared against the schema by a test, and read by whoever knows SQL alone."""
    outside = [m for m in modules("src/duebook") if not m.path.startswith("src/duebook/store/migrations/")]
    found = {module.path for module in outside if spells_sql(module)}

    assert found == set(allowed.SQL_IN_PYTHON)


def test_the_laws_find_what_they_forbid():
    """Planted offences, and beside each the nearest thing that is allowed."""
    assert len(list(impure(Module.of("import os\nfrom asyncpg import Pool\nfrom duebook.store import db")))) == 3
    assert len(list(impure(Module.of("x = date.today()\ny = open('a')\nasync def z(): ...")))) == 3
    innocent = "from datetime import date\nfrom duebook.core.money import Money\nx = date(2026, 1, 1)"
    assert list(impure(Module.of(innocent))) == []
    assert len(list(inexact(Module.of("a = 0.2\nb = float(c)\nd = e / f\ng /= 2")))) == 4
    assert list(inexact(Module.of("a = 2 // 1\nb = Decimal('0.2')"))) == []
    assert spells_sql(Module.of("a = '''\n  SELECT 1'''"))
    assert spells_sql(Module.of("a = f'insert into {b} values (1)'"))
    assert spells_sql(Module.of("a = 'EXPLAIN select id from invoices where x'"))
    assert not spells_sql(Module.of("'''SELECT is told of here.'''\na = 'Select the customer first'"))
