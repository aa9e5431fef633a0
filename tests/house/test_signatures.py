"""Laws of what a reader sees of a module without opening a function: docstrings, signatures, suppressions."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.house import allowed
from tests.house.tree import Function, Module, functions, modules

_SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore|pragma|ruff:\s*noqa)\b", re.I)
_SUPPRESSED_RULES = re.compile(r"^\s*:?\s*(\[[^\]]*\]|[A-Z]+[0-9]+(\s*,\s*[A-Z]+[0-9]+)*|no cover|no branch)?")


def undocumented(module: Module) -> Iterator[str]:
    """The module, and its public functions and methods, that have no docstring; in tests the module alone."""
    if not ast.get_docstring(module.tree):
        yield module.path
    if module.path.startswith("tests/"):
        return
    for function in functions(module):
        if function.public and not ast.get_docstring(function.node) and not _speaks_for_itself(function):
            yield f"{module.path}::{function.name}"


def positional(module: Module) -> Iterator[str]:
    """Public functions that take more by position than a subject and one thing of another type.

    Two arguments of one type can be swapped without anyone noticing; of two types, the type checker notices.
    """
    for function in functions(module):
        given = [*function.node.args.posonlyargs, *function.node.args.args]
        if function.method and given and not _decorated(function, with_name="staticmethod"):
            given = given[1:]
        types = {ast.unparse(argument.annotation) if argument.annotation else "" for argument in given}
        if function.public and (len(given) > 2 or len(types) < len(given)):
            yield f"{module.path}::{function.name}"


def unexplained(module: Module) -> Iterator[str]:
    """Comments that silence a tool, and blind excepts, without two words of reason on their line or the one above."""
    lines = module.text.splitlines()
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(module.text).readline)
        if token.type == tokenize.COMMENT
    }
    for line, comment in comments.items():
        if _SUPPRESSION.search(comment) and not _reason(comment) and not _comment_above(lines, line=line):
            yield f"{module.path}:{line} {comment}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and _swallows_anything(node):
            reason = _reason(comments.get(node.lineno, "")) or _comment_above(lines, line=node.lineno)
            if not reason and not lines[node.lineno].lstrip().startswith("#"):
                yield f"{module.path}:{node.lineno} {lines[node.lineno - 1].strip()}"


def _speaks_for_itself(function: Function) -> bool:
    """A method of one statement, or one whose words stand where it is first declared."""
    short = function.method and len(function.node.body) == 1
    return short or _decorated(function, with_name="override") or _decorated(function, with_name="overload")


def _decorated(function: Function, *, with_name: str) -> bool:
    return any(ast.unparse(decorator).split(".")[-1] == with_name for decorator in function.node.decorator_list)


def _reason(comment: str) -> bool:
    directive = _SUPPRESSION.search(comment)
    rest = _SUPPRESSED_RULES.sub("", comment[directive.end() :]) if directive else comment
    return len(re.findall(r"[^\W\d_]{2,}", rest)) >= 2


def _comment_above(lines: list[str], *, line: int) -> bool:
    above = lines[line - 2].strip() if line >= 2 else ""
    return above.startswith("#") and not _SUPPRESSION.search(above)


def _swallows_anything(node: ast.ExceptHandler) -> bool:
    last = node.body[-1]
    passed_on = isinstance(last, ast.Raise) and last.exc is None
    return not passed_on and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})


def test_everything_public_says_what_it_is_for():
    """A module tells what it is for and what it does not do; a function tells shapes, units and errors."""
    assert [place for module in modules() for place in undocumented(module)] == []


def test_arguments_are_named_where_they_are_given():
    """`link(a, b, 300)` hides which document pays which and in what unit."""
    found = {place for module in modules("src/duebook/core", "src/duebook/actions") for place in positional(module)}

    assert found == set(allowed.POSITIONAL)


def test_a_silenced_tool_has_its_reason_beside_it():
    """A suppression without a reason is copied for ever, because nobody dares to take it away."""
    assert [place for module in modules() for place in unexplained(module)] == []


def test_the_laws_find_what_they_forbid():
    """Planted offences, and beside each the nearest thing that is allowed."""
    method = "class A:\n    def b(self, c: int, d: int):\n        x = c\n        return x\n"
    bare = Module.of(method + "    def _e(self, f, g): ...\ndef h(i: int, j: str, *, k: int): ...\n")
    silence = "# no" + "qa: E501"
    silenced = Module.of(f"x = 1  {silence}\ny = 1  {silence} - a table reads better wide\n", path="a.py")
    blind = Module.of("try: ...\nexcept Exception:\n    x = 1\n", path="a.py")
    explained = Module.of("try: ...\nexcept Exception:  # whatever fails, the lock is given back\n    x = 1\n")
    passed_on = Module.of("try: ...\nexcept BaseException:\n    x = 1\n    raise\n")

    example = "src/duebook/core/example.py"
    assert list(undocumented(bare)) == [example, f"{example}::A.b", f"{example}::h"]
    assert list(positional(bare)) == [f"{example}::A.b"]
    assert list(positional(Module.of("def a(b: int, c: str, d: date): ..."))) == [f"{example}::a"]
    assert [place.split()[0] for place in unexplained(silenced)] == ["a.py:1"]
    assert [place.split()[0] for place in unexplained(blind)] == ["a.py:2"]
    assert list(unexplained(explained)) == list(unexplained(passed_on)) == []
