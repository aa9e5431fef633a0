"""Laws of size and of naming. What is long or vaguely named is where rules go to hide."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house import allowed
from tests.house.tree import Module, functions, modules

FUNCTION_LINES = 50
MODULE_LINES = 300
EMPTY_NAMES = frozenset(
    "util utils helper helpers common manager managers service services handler handlers data info process misc".split()
)


def too_long(module: Module) -> Iterator[str]:
    """The module and its functions that pass the limit, docstrings and comments counted, decorators not."""
    if len(module.text.splitlines()) > MODULE_LINES:
        yield module.path
    for function in functions(module):
        if (function.node.end_lineno or 0) - function.node.lineno + 1 > FUNCTION_LINES:
            yield f"{module.path}::{function.name}"


def says_nothing(path: str) -> bool:
    """Whether a part of the path is made of one of the empty names, alone or joined to another word."""
    words = {word for part in PurePosixPath(path).with_suffix("").parts for word in re.split(r"[_-]", part)}
    return bool(words & EMPTY_NAMES)


def test_a_function_fits_on_a_screen_and_a_module_in_a_head():
    """Over 50 and 300 lines nobody reads to the end, so the next rule is added wherever the reader stopped."""
    found = {place for module in modules() for place in too_long(module)}

    assert found == set(allowed.SIZES)


def test_every_name_says_no_to_something():
    """A folder named for nothing takes everything: one well-known project ended with a service.py of 3,300 lines."""
    found = {module.path for module in modules() if says_nothing(module.path)}

    assert found == set(allowed.NAMES)


def test_every_room_is_a_package():
    """import-linter does not look into a folder without `__init__.py`, so the stair rule would not hold there."""
    folders = {PurePosixPath(module.path).parent for module in modules("src/duebook")}
    packages = {PurePosixPath(m.path).parent for m in modules("src/duebook") if m.path.endswith("/__init__.py")}

    assert sorted(folders - packages) == []


def test_the_laws_find_what_they_forbid():
    """Planted offences, one of each kind."""
    long_function = "def grow():\n" + "    x = 1\n" * FUNCTION_LINES
    long_method = "class A:\n" + "\n".join(f"    {line}" for line in long_function.splitlines())

    assert list(too_long(Module.of(long_function))) == ["src/duebook/core/example.py::grow"]
    assert list(too_long(Module.of(long_method))) == ["src/duebook/core/example.py::A.grow"]
    assert list(too_long(Module.of("x = 1\n" * (MODULE_LINES + 1), path="a.py"))) == ["a.py"]
    assert list(too_long(Module.of("x = 1\n" * MODULE_LINES))) == []
    assert says_nothing("src/duebook/core/utils.py")
    assert says_nothing("src/duebook/invoice_helpers/money.py")
    assert not says_nothing("src/duebook/core/processing_fee.py")
