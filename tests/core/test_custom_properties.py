"""Values of custom properties against what the company defined."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from duebook.core.catalogue import CustomProperty, Entry
from duebook.core.custom_properties import by_slug, definition_refusals, value_refusals


def defined(slug: str, of: Any, **content: Any) -> Entry:
    entities = content.pop("entities", ("invoice",))
    return Entry(UUID(int=1), "custom_property", None, slug, slug, None, None, None, CustomProperty(type=of, entities=entities, **content))


GOOD = [
    ("date", ["2026-02-01T08:00:00Z", "2026-02-01T08:00:00.000+02:00"]),
    ("boolean", [True, False]),
    ("number", [0, -3, Decimal("5.5")]),
    ("text", ["", "anything"]),
    ("select", ["anything"]),
    ("multi_select", [[], ["a", "b"]]),
]
BAD = [
    ("date", ["2026-02-01", "2026-02-01T08:00:00", "T", "soon", 20260201, True]),
    ("boolean", [0, 1, "true"]),
    ("number", [True, "5", [5]]),
    ("text", [5, True, ["a"]]),
    ("select", [["a"], 5]),
    ("multi_select", ["a", [5], 5]),
]


@pytest.mark.parametrize(("of", "value"), [(of, value) for of, values in GOOD for value in values])
def test_values_of_the_type(of: str, value: Any):
    assert value_refusals({"x": value}, definitions={"x": defined("x", of)}) == []


@pytest.mark.parametrize(("of", "value"), [(of, value) for of, values in BAD for value in values])
def test_values_of_another_type(of: str, value: Any):
    (refusal,) = value_refusals({"x": value}, definitions={"x": defined("x", of)})

    assert (refusal.kind, refusal.code, refusal.path) == ("invalid", "custom_property", ("custom_properties", "x"))


@pytest.mark.parametrize(
    ("of", "value", "names"),
    [
        ("text", "a", ""),
        ("select", "b", ""),
        ("multi_select", ["a", "b"], ""),
        ("multi_select", ["a", "c", "d"], "c"),
        ("select", "c", "c"),
    ],
)
def test_only_authorised_values(of: str, value: Any, names: str):
    refusals = value_refusals({"x": value}, definitions={"x": defined("x", of, authorised_values=("a", "b"))})

    assert [f"'{names}' is none of" in refusal.message for refusal in refusals] == ([True] if names else [])


def test_every_fault_is_told_at_its_slug():
    definitions = {"a": defined("a", "number"), "b": defined("b", "text", is_required=True), "c": defined("c", "date", is_required=True)}

    found = value_refusals({"a": "x", "b": None, "z": 1}, definitions=definitions, path=("properties",))

    assert [(refusal.code, refusal.path) for refusal in found] == [
        ("custom_property", ("properties", "a")),
        ("custom_property", ("properties", "z")),
        ("required", ("properties", "b")),
        ("required", ("properties", "c")),
    ]


def test_required_ones_are_asked_for_only_where_all_are_needed():
    definitions = {"b": defined("b", "boolean", is_required=True)}

    assert len(value_refusals(None, definitions=definitions)) == 1
    assert value_refusals(None, definitions=definitions, needs_all=False) == []
    assert value_refusals({"b": False}, definitions=definitions) == [], "false is a value"


def test_null_is_no_value_of_any_type():
    assert value_refusals({"x": None}, definitions={"x": defined("x", "number")}) == []
    assert len(value_refusals({"x": None}, definitions={})) == 1, "of a property that there is not it is still unknown"


def test_a_definition_holds_for_its_kinds_of_things_only():
    both, product = defined("both", "text", entities=("invoice", "product")), defined("p", "text", entities=("product",))
    gone = defined("gone", "text")._replace(deleted_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert set(by_slug([both, product, gone], entity="invoice")) == {"both"}
    assert set(by_slug([both, product, gone], entity="product")) == {"both", "p"}


@pytest.mark.parametrize(
    ("of", "refused"),
    [("text", 0), ("select", 0), ("multi_select", 0), ("date", 1), ("boolean", 1), ("number", 1)],
)
def test_only_texts_have_authorised_values(of: Any, refused: int):
    definition = CustomProperty(type=of, entities=("invoice",), authorised_values=("a",))

    assert len(definition_refusals(definition)) == refused
    assert definition_refusals(CustomProperty(type=of, entities=("invoice",))) == []
