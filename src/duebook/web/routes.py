"""Which operations stand at a path, and what the path's parameters are: a tree of segments made from a door's table.

A segment that is written out wins over a parameter, wherever it stands, so `/invoices/batch` is not the invoice `batch`. A parameter
is one segment, percent-decoded after the path was taken apart: a `/` inside a name is no end of it. What a name means is not asked here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import unquote

from duebook.web.operations import Operation

_PARAMETER: Final = re.compile(r"\{(\w+)\}")

Methods = Mapping[str, Operation]


class Found(NamedTuple):
    """The operations at a path, by method, and the path's parameters in order."""

    methods: Methods
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    """What stands behind one segment: operations, written-out segments, a parameter."""

    methods: dict[str, Operation] = field(default_factory=dict[str, Operation])
    fixed: "dict[str, _Node]" = field(default_factory=dict[str, "_Node"])
    parameter: "_Node | None" = None


class Routes:
    """The paths of one door."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._fixed: dict[str, Found] = {}
        # By what stands before it: paths whose last segment is their only parameter, as those are that are asked for most.
        self._last: dict[str, Methods] = {}
        for operation in operations:
            node = self._root
            for segment in operation.path.split("/")[1:]:
                node = _below(node, segment)
            node.methods[operation.method] = operation
            before, _, last = operation.path.rpartition("/")
            if "{" not in operation.path:
                self._fixed[operation.path] = Found(node.methods)
            elif "{" not in before and _PARAMETER.fullmatch(last):
                self._last[before] = node.methods

    def find(self, path: str, *, raw: bytes, under: str) -> Found | None:
        """What stands at `path` (decoded, as ASGI has it), behind the prefix `under`; `raw` is the whole path as it was sent."""
        if b"%" not in raw:
            path = path[len(under) :]
            if (fixed := self._fixed.get(path)) is not None:
                return fixed
            before, _, last = path.rpartition("/")
            if last and (methods := self._last.get(before)) is not None:
                return Found(methods, (last,))
        segments = [unquote(segment) for segment in raw.decode("latin-1").split("/")]
        return _walk(self._root, segments[1 + under.count("/") :], ())


def names_of(path: str) -> tuple[str, ...]:
    """The names of the parameters of an operation's path, in order."""
    return tuple(_PARAMETER.findall(path))


def _below(node: _Node, segment: str) -> _Node:
    if _PARAMETER.fullmatch(segment) is None:
        return node.fixed.setdefault(segment, _Node())
    if node.parameter is None:
        node.parameter = _Node()
    return node.parameter


def _walk(node: _Node, segments: list[str], names: tuple[str, ...]) -> Found | None:
    if not segments:
        return Found(node.methods, names) if node.methods else None
    first, rest = segments[0], segments[1:]
    if (fixed := node.fixed.get(first)) is not None and (found := _walk(fixed, rest, names)) is not None:
        return found
    return _walk(node.parameter, rest, (*names, first)) if node.parameter is not None and first else None
