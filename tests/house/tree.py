"""What the laws of the house look at: the files of the project and their syntax trees.

It judges nothing; the laws do, in the test modules beside it. The exceptions, each with its reason, are in allowed.py.
"""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "duebook"

# Where git cannot be asked (an unpacked archive, a clone of another account), these folders are not the project.
_NEVER_COMMITTED = {".git", ".venv", ".duebook", ".make", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Module:
    """A Python file: where it lies below the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, text: str, *, path: str = "src/duebook/core/example.py") -> "Module":
        """A module that exists only in a test of a law."""
        return cls(path=path, text=text, tree=ast.parse(text))


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function with its dotted name inside the module; `public` when no part of that name begins with `_`."""

    name: str
    node: FunctionNode
    public: bool
    method: bool


@cache
def committed_files() -> tuple[Path, ...]:
    """The files that are in the repository or would be with the next `git add`, without vendored ones."""
    question = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    asked = subprocess.run(question, cwd=ROOT, capture_output=True, check=False) if shutil.which("git") else None
    if asked and asked.returncode == 0:
        paths = [ROOT / name for name in asked.stdout.decode().split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not _NEVER_COMMITTED & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file() and "vendor" not in path.relative_to(ROOT).parts))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The Python modules of the project below the named folders (`"src/duebook/core"`), or all of them."""
    found: list[Module] = []
    for path in committed_files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and (not folders or name.startswith(tuple(f"{folder}/" for folder in folders))):
            text = path.read_text(encoding="utf-8")
            found.append(Module(path=name, text=text, tree=ast.parse(text, filename=name)))
    return tuple(found)


def functions(module: Module) -> Iterator[Function]:
    """Module-level functions and methods, not what is defined inside another function."""
    yield from _functions(module.tree.body, prefix="", public=True, method=False)


def _functions(body: list[ast.stmt], *, prefix: str, public: bool, method: bool) -> Iterator[Function]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            shown = public and not node.name.startswith("_")
            yield Function(name=prefix + node.name, node=node, public=shown, method=method)
        elif isinstance(node, ast.ClassDef):
            shown = public and not node.name.startswith("_")
            yield from _functions(node.body, prefix=f"{prefix}{node.name}.", public=shown, method=True)


def prose(module: Module) -> set[int]:
    """The identities of the string nodes that are docstrings, also those that stand below a constant."""
    return {
        id(statement.value)
        for statement in ast.walk(module.tree)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    }
