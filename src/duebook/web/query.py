"""The query of a request, read by the parameters that its operation declares; others are ignored. What a value means is the door's."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

from duebook.web.faults import Fault
from duebook.web.operations import BadParameter, Operation, Parameter
from duebook.web.problem import Problem, QueryRefused

_LONGEST: Final = 8_192
_MOST: Final = 100
_SHORT: Final = 200


def read_query(operation: Operation, raw: bytes) -> Mapping[str, Any]:
    """The read values by the name of the parameter; of a family a mapping by key. Requests share them: they are for reading alone.

    Raises QueryRefused with a fault for every bad value, and Problem 400 where the query itself cannot be read.
    """
    if len(raw) > _LONGEST:
        raise Problem(400, "too_long", f"the query is longer than {_LONGEST} bytes")
    return _read_again(operation, raw) if len(raw) <= _SHORT else _read(operation, raw)


def _read(operation: Operation, raw: bytes) -> Mapping[str, Any]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except ValueError as error:
        raise Problem(400, "syntax", f"the query must be percent-encoded UTF-8 with at most {_MOST} parameters") from error
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, (parameter, key, text) in _given(operation, pairs).items():
        if key is not None and "][" in key:
            faults.append(Fault((name,), "format", f"{name} goes too deep: give one value, as in {parameter.name}[name]=value"))
            continue
        try:
            value = parameter.read(text)
        except BadParameter as error:
            faults.append(Fault((name,), "format", f"{name} {error}", facts=error.facts))
            continue
        if key is None:
            values[name] = value
        else:
            values.setdefault(parameter.name, {})[key] = value
    if faults:
        raise QueryRefused(faults)
    return values


_read_again: Final = lru_cache(maxsize=1_024)(_read)
"""What a query means does not change, and the same short ones come again and again, from everybody."""


def _given(operation: Operation, pairs: list[tuple[str, str]]) -> dict[str, tuple[Parameter, str | None, str]]:
    """The parameters that are there, by the name they were sent under: which one it is, its key in a family, and its whole text."""
    known = {parameter.name: parameter for parameter in operation.query}
    given: dict[str, tuple[Parameter, str | None, str]] = {}
    for name, text in pairs:
        base, bracket, key = name.removesuffix("]").partition("[") if name.endswith("]") else (name, "", "")
        parameter = known.get(base)
        if parameter is None or parameter.family != bool(bracket) or (parameter.optional_value and not text):
            continue
        if parameter.repeated and name in given:
            text = f"{given[name][2]},{text}"
        given[name] = parameter, key if parameter.family else None, text
    return given
