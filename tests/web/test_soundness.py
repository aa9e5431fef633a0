"""The checks that msgspec leaves out, value by value, and a form that lets unknown fields pass and reads numbers digit by digit."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from duebook.web.body import decoder_for
from duebook.web.faults import Fault, FormRefused
from duebook.web.soundness import is_instant, number_within
from tests.web.drafts import raw


def is_even(value: Any) -> bool:
    return isinstance(value, int) and value % 2 == 0


class Part(Struct, kw_only=True):
    name: str
    share: Decimal = Decimal(1)


class Loose(Struct, kw_only=True):
    parts: Annotated[list[Part], Meta(extra={"unique": "name"})]
    rate: Annotated[Decimal, Meta(extra_json_schema={"minimum": 0, "maximum": 100})] | UnsetType = UNSET
    at: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    even: Annotated[int, Meta(extra={"check": is_even, "noun": "an even number"})] | UnsetType = UNSET
    free: Any = None


def faults_of(document: Any) -> list[Fault]:
    try:
        decoder_for(Loose, unknown="ignore").read(raw(document))
    except FormRefused as refused:
        return refused.faults
    return []


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        *(("2026-01-31T12:00:00Z", True), ("2026-01-31T12:00:00.123456789Z", True), ("2026-01-31T12:00:00-11:30", True)),
        *(("1900-01-01T00:00:00Z", True), ("1900-01-01T00:00:00+00:01", False), ("2999-12-31T23:59:59-00:01", False)),
        *(("2026-01-31T12:00:00", False), ("2026-01-31", False), ("2026-01-31 12:00:00Z", False), ("2026-02-29T12:00:00Z", False)),
        *((20260131, False), (None, False)),
    ],
)
def test_instants(text: Any, taken: bool) -> None:
    assert is_instant(text) is taken


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        *((0, True), (100, True), (Decimal("100.000"), True), (0.1, True), (Decimal("1E-400"), True)),
        *((-1, False), (Decimal("-1E-300"), False), (101, False), (Decimal("100.00000000000000000000000001"), False)),
        *((Decimal("1E-401"), False), (True, False), ("1", False), (None, False)),
    ],
)
def test_numbers_in_bounds(value: Any, taken: bool) -> None:
    assert number_within({"minimum": 0, "maximum": 100})(value) is taken


def test_numbers_without_bounds_still_fit_a_float() -> None:
    assert number_within({})(Decimal("-1E+300"))
    assert not number_within({})(Decimal("1E+400"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rate": 100.5}, [(("rate",), "too_large")]),
        ({"rate": "5"}, [(("rate",), "type")]),
        ({"at": "1900-01-01T00:00:00+02:00"}, [(("at",), "format")]),
        ({"even": 3}, [(("even",), "format")]),
        ({"even": "3"}, [(("even",), "type")]),
        ({"parts": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}, [(("parts", 2, "name"), "duplicate")]),
        ({"even": 3, "rate": -1, "parts": [{"name": "a"}] * 2 + [{}]}, [
            (("parts", 2, "name"), "required"), (("rate",), "too_small"), (("parts", 1, "name"), "duplicate"), (("even",), "format"),
        ]),
    ],
)  # fmt: skip
def test_what_only_a_check_finds_is_told_beside_what_the_schema_finds(changes: dict[str, Any], told: list[Any]) -> None:
    assert [(fault.path, fault.code) for fault in faults_of({"parts": []} | changes)] == told


def test_a_check_says_what_was_asked_and_what_was_there() -> None:
    (fault,) = faults_of({"parts": [], "even": 3})
    assert fault.message == "even must be an even number, not 3"
    assert fault.facts is not None
    assert (fault.facts.rule, fault.facts.received, fault.facts.noun, fault.facts.shown) == ("check", "number", "an even number", "3")


@pytest.mark.parametrize("even", [b"2", b"2.0"])
def test_a_struct_that_lets_unknown_fields_pass_drops_them_and_keeps_every_digit(even: bytes) -> None:
    body = raw({"parts": [{"name": "a", "share": 888, "x": 1}], "y": {}, "even": 777, "free": [0.1]})
    read = decoder_for(Loose, unknown="ignore").read(body.replace(b"888", b"0.10000000000000000000001").replace(b"777", even))
    assert read == Loose(parts=[Part(name="a", share=Decimal("0.10000000000000000000001"))], even=2, free=[Decimal("0.1")])


def test_what_is_dropped_may_not_be_nested_without_end() -> None:
    body = raw({"parts": [], "x": 777}).replace(b"777", b"[" * 32 + b"]" * 32)
    with pytest.raises(FormRefused) as refused:
        decoder_for(Loose, unknown="ignore").read(body)
    assert [fault.code for fault in refused.value.faults] == ["syntax"]
