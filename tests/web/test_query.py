"""The query of a request: which parameters are read, what an empty one means, several values, families, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from duebook.web.operations import Ask, BadParameter, Operation, Parameter
from duebook.web.problem import Problem, QueryRefused
from duebook.web.query import read_query
from duebook.web.work import Answer


def number(text: str) -> int:
    if not text.isdigit():
        raise BadParameter("must be a number")
    return int(text)


async def nothing(_: Ask) -> Answer:
    return Answer(200, b"{}")


def parts(text: str) -> list[str]:
    return text.split(",")


def parameter(name: str, **more: Any) -> Parameter:
    return Parameter(name=name, schema={}, **({"read": number} | more))


OPERATION = Operation(
    method="GET",
    path="/",
    id="list",
    tag="",
    summary="",
    scope="read",
    handler=nothing,
    answers={},
    codes=(),
    query=(
        parameter("page"),
        parameter("limit", optional_value=True),
        parameter("status", read=parts, repeated=True, optional_value=True),
        parameter("custom", read=str, family=True, optional_value=True),
        parameter("count", family=True),
    ),
)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", {}),
        ("page=1", {"page": 1}),
        ("page=1&page=2", {"page": 2}),
        ("colour=red&page[]=x&page[a]=x&[]=1&=2", {}),
        ("limit=&page=3", {"page": 3}),
        ("limit=&limit=4", {"limit": 4}),
        ("limit=4&limit=", {"limit": 4}),
        ("status=a,b", {"status": ["a", "b"]}),
        ("status=a&status=b,c&status=", {"status": ["a", "b", "c"]}),
        ("custom[colour]=red&custom[size]=L&custom[]=x", {"custom": {"colour": "red", "size": "L", "": "x"}}),
        ("custom%5Bcolour%5D=red", {"custom": {"colour": "red"}}),
        ("custom[a]=1&custom[a]=2", {"custom": {"a": "2"}}),
        ("custom[a[b]]=1", {"custom": {"a[b]": "1"}}),
        ("custom[colour]=&custom=red&custom[open=1", {}),
        ("count[a]=1", {"count": {"a": 1}}),
        ("%73tatus=a%2Cb", {"status": ["a", "b"]}),
    ],
)
def test_what_is_read(query: str, values: dict[str, Any]) -> None:
    assert read_query(OPERATION, query.encode()) == values


def test_each_operation_reads_the_same_query_in_its_own_way() -> None:
    other = replace(OPERATION, query=(parameter("page", read=str),))
    for _ in range(2):
        assert (read_query(OPERATION, b"page=1&limit=2"), read_query(other, b"page=1&limit=2")) == ({"page": 1, "limit": 2}, {"page": "1"})


@pytest.mark.parametrize("query", ["custom[a][b]=1", "custom[a][]=1", "custom[a][b][c]=1"])
def test_a_member_of_a_family_is_one_value(query: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        read_query(OPERATION, query.encode())
    assert "custom[name]=value" in refused.value.faults[0].message


def test_an_empty_value_is_a_value_unless_the_parameter_says_otherwise() -> None:
    with pytest.raises(QueryRefused) as refused:
        read_query(OPERATION, b"page=&limit=")
    assert [fault.path for fault in refused.value.faults] == [("page",)]


def test_all_bad_values_are_told_at_once_by_the_names_they_were_sent_under() -> None:
    with pytest.raises(QueryRefused) as refused:
        read_query(OPERATION, b"page=x&limit=y&count[a]=z&count[b]=1")
    assert [fault.path for fault in refused.value.faults] == [("page",), ("limit",), ("count[a]",)]


@pytest.mark.parametrize("query", [b"a=%ED%A0%80", b"a=1&" * 101, b"a=" + b"x" * 9_000, "a=é".encode()])
def test_a_query_that_cannot_be_read_is_a_problem_of_its_own(query: bytes) -> None:
    with pytest.raises(Problem) as problem:
        read_query(OPERATION, query)
    assert problem.value.status == 400
