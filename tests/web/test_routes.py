"""Paths to operations: what is written out wins over parameters, and a parameter is one segment, whatever it was encoded as."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.web.operations import Ask, Operation
from duebook.web.routes import Found, Routes, names_of
from duebook.web.work import Answer


async def nothing(_: Ask) -> Answer:
    return Answer(200, b"{}")


def operation(method: str, path: str) -> Operation:
    return Operation(
        method=method,  # type: ignore[arg-type]  # the tests write it out
        path=path,
        id=f"{method} {path}",
        tag="",
        summary="",
        scope="read",
        handler=nothing,
        answers={},
        codes=(),
    )


ROUTES = Routes(
    [
        operation("GET", "/invoices/{id}"),
        operation("PUT", "/invoices/{id}"),
        operation("POST", "/invoices/batch"),
        operation("GET", "/invoices/batch/{name}"),
        operation("GET", "/invoices/{id}/lines/{line}"),
        operation("GET", "/invoices/{id}/lines"),
        operation("GET", "/invoices/batch/done/now"),
    ]
)


def found(raw: str, *, under: str = "") -> Found | None:
    return ROUTES.find(unquote(raw), raw=raw.encode("ascii"), under=under)


@pytest.mark.parametrize(
    ("raw", "methods", "names"),
    [
        ("/invoices/7", {"GET", "PUT"}, ("7",)),
        ("/invoices/batch", {"POST"}, ()),
        ("/invoices/batc%68", {"POST"}, ()),
        ("/invoices/batch/2026-02", {"GET"}, ("2026-02",)),
        ("/invoices/batch/a%2Fb%2Fc", {"GET"}, ("a/b/c",)),
        ("/invoices/batch/%C3%A9%20%25", {"GET"}, ("é %",)),
        ("/invoices/7/lines", {"GET"}, ("7",)),
        ("/invoices/7/lines/9", {"GET"}, ("7", "9")),
        # Written out as far as it goes, and a parameter where it does not.
        ("/invoices/batch/lines", {"GET"}, ("lines",)),
        ("/invoices/batch/lines/9", {"GET"}, ("batch", "9")),
        ("/invoices/batch/done/now", {"GET"}, ()),
    ],
)
def test_what_stands_at_a_path(raw: str, methods: set[str], names: tuple[str, ...]) -> None:
    at = found(raw)
    assert at is not None
    assert (set(at.methods), at.names) == (methods, names)


@pytest.mark.parametrize(
    "raw",
    ["", "/", "/invoices", "/invoices/", "/invoices//lines", "/invoices/7/", "/invoices/batch/done/later", "/Invoices/7", "//invoices/7"],
)
def test_where_nothing_stands(raw: str) -> None:
    assert found(raw) is None


def test_a_door_below_a_prefix_knows_only_its_own_part() -> None:
    at = found("/v1/public/invoices/7", under="/v1/public")
    assert at is not None
    assert at.names == ("7",)
    assert found("/v1/public/invoices/batch", under="/v1/public") == found("/invoices/batch")
    assert found("/v1%2Fpublic/invoices/7", under="/v1/public") is None


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_a_name_comes_back_whatever_it_is_made_of(name: str) -> None:
    at = found(f"/invoices/batch/{quote(name, safe='')}")
    assert at is not None
    assert at.names == (name,)


def test_the_names_of_a_path_are_told_in_order() -> None:
    assert names_of("/invoices/{id}/lines/{line_id}") == ("id", "line_id")
    assert names_of("/invoices/batch") == ()
