"""Query parameters of the Hyperline door: what each operator asks of the books, and how a bad value is told."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.hyperline import ids
from duebook.hyperline.parameters import (
    CUSTOM_PROPERTIES,
    NOTHING,
    choice_filters,
    conditions,
    date_filters,
    flag,
    id_filters,
    instant,
    plain_filter,
    text_filters,
    whole,
)
from duebook.hyperline.wording import worded
from duebook.store.conditions import Condition
from duebook.web.faults import Fault
from duebook.web.operations import BadParameter, Parameter

PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        *text_filters("name"),
        *text_filters("tax_id", field="vat_number"),
        *id_filters("customer_id", kind="customer"),
        *date_filters("due_at"),
        *choice_filters("status", ("draft", "paid")),
        plain_filter("search"),
        CUSTOM_PROPERTIES,
    )
}
SOME = UUID("019c1845-a0ee-7804-bd45-9e21551e5107")
SHOWN = ids.shown(SOME, kind="customer")
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def asked(name: str, text: str) -> Condition:
    return PARAMETERS[name].read(text)


@pytest.mark.parametrize(
    ("name", "text", "condition"),
    [
        ("name", "Dupont", Condition("name", "equals", ("Dupont",))),
        ("name__equals", "Dupont, Martin", Condition("name", "equals", ("Dupont, Martin",))),
        ("name__not", "Dupont", Condition("name", "not", ("Dupont",))),
        ("name__contains", "up", Condition("name", "contains", ("up",))),
        ("name__startsWith", "Du", Condition("name", "starts", ("Du",))),
        ("name__endWith", "nt", Condition("name", "ends", ("nt",))),
        ("name__endsWith", "nt", Condition("name", "ends", ("nt",))),
        ("name__isNull", "true", Condition("name", "null")),
        ("name__isNull", "false", Condition("name", "not_null")),
        ("name__isNotNull", "true", Condition("name", "not_null")),
        ("name__isNotNull", "false", Condition("name", "null")),
        ("tax_id__startsWith", "FR", Condition("vat_number", "starts", ("FR",))),
        ("due_at", "2026-02-01T12:00:00Z", Condition("due_at", "equals", (NOON,))),
        ("due_at__not", "2026-02-01T13:00:00+01:00", Condition("due_at", "not", (NOON,))),
        ("due_at__lt", "2026-02-01T12:00:00.000Z", Condition("due_at", "lt", (NOON,))),
        ("due_at__gte", "2026-02-01T13:00:00 01:00", Condition("due_at", "gte", (NOON,))),
        ("due_at__isNull", "2026-02-01T12:00:00Z", Condition("due_at", "null")),
        ("due_at__isNotNull", "2026-02-01T12:00:00Z", Condition("due_at", "not_null")),
        ("status", "paid", Condition("status", "in", ("paid",))),
        ("status", "paid,draft,paid", Condition("status", "in", ("paid", "draft"))),
        ("status__in", "draft, paid", Condition("status", "in", ("draft", "paid"))),
        ("customer_id", SHOWN, Condition("customer_id", "equals", (SOME,))),
        ("customer_id__not", SHOWN, Condition("customer_id", "not", (SOME,))),
        ("customer_id", "Dupont", Condition("customer_id", "equals", (NOTHING,))),
        ("customer_id__contains", SHOWN, Condition("customer_id", "equals", (SOME,))),
        ("customer_id__endsWith", SHOWN, Condition("customer_id", "equals", (SOME,))),
        ("customer_id__startsWith", "cu", Condition("customer_id", "not_null")),
        ("customer_id__contains", "us_", Condition("customer_id", "not_null")),
        ("customer_id__startsWith", "inv_", Condition("customer_id", "equals", (NOTHING,))),
        ("customer_id__startsWith", SHOWN + "0", Condition("customer_id", "equals", (NOTHING,))),
        ("customer_id__isNull", "true", Condition("customer_id", "null")),
    ],
)
def test_what_an_operator_asks(name: str, text: str, condition: Condition) -> None:
    assert asked(name, text) == condition


@given(st.uuids(), st.integers(min_value=4, max_value=25))
def test_ids_that_begin_so_are_exactly_those_between_two(id: UUID, length: int) -> None:
    """A beginning is the range of the ids that have it: the ends have it too, and their neighbours do not."""
    text = ids.shown(id, kind="customer")[:length]
    told = asked("customer_id__startsWith", text)
    assert told == asked("customer_id__contains", text)
    assert told.operator in ("between", "not_null")
    if told.operator == "between":
        low, high = told.values
        assert low <= id <= high
        assert all(ids.shown(end, kind="customer").startswith(text) for end in (low, high))
        assert low.int == 0 or not ids.shown(UUID(int=low.int - 1), kind="customer").startswith(text)
        assert high.int == 2**128 - 1 or not ids.shown(UUID(int=high.int + 1), kind="customer").startswith(text)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("due_at", "2026-02-01", "Invalid ISO datetime"),
        ("due_at", "2026-02-01T12:00:00", "Invalid ISO datetime"),
        ("due_at", "2026-02-30T12:00:00Z", "Invalid ISO datetime"),
        ("due_at", "3026-02-01T12:00:00Z", "Invalid ISO datetime"),
        ("due_at__isNull", "true", "Invalid ISO datetime"),
        ("status", "late", 'Invalid option: expected one of "draft"|"paid"'),
        ("status__in", "paid,late", 'Invalid option: expected one of "draft"|"paid"'),
        ("name__isNull", "yes", 'Invalid option: expected one of "true"|"false"'),
        ("name__contains", "a\0b", "Invalid input"),
        ("customer_id__endWith", "5107", "Invalid input: expected a whole id or its beginning, cus_…"),
        ("customer_id__contains", "5107", "Invalid input: expected a whole id or its beginning, cus_…"),
    ],
)
def test_a_bad_value_is_told_in_the_words_of_this_door(name: str, text: str, message: str) -> None:
    assert told(PARAMETERS[name].read, text) == message


def told(read: Any, text: str) -> str:
    with pytest.raises(BadParameter) as refused:
        read(text)
    return worded(Fault(("x",), "format", str(refused.value), facts=refused.value.facts))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("101", "Too big: expected number to be <=100"),
        ("1e400000000", "Too big: expected number to be <=100"),
        ("0", "Too small: expected number to be >0"),
        ("-1", "Too small: expected number to be >0"),
        ("1e-400000000", "Too small: expected number to be >0"),
        ("ten", "Invalid input: expected number, received NaN"),
        ("NaN", "Invalid input: expected number, received NaN"),
        ("Infinity", "Invalid input: expected number, received NaN"),
        ("٣", "Invalid input: expected number, received NaN"),
        ("1_0", "Invalid input: expected number, received NaN"),
        ("1.5", "Invalid input: expected int, received number (a whole number, not 1.5)"),
    ],
)
def test_a_number_that_is_none_or_out_of_bounds(text: str, message: str) -> None:
    assert told(whole(least=1, most=100, above=0), text) == message


def test_a_number_is_whole_however_it_is_written() -> None:
    read = whole(least=0, most=100)
    assert [read(text) for text in ("7", "7.0", "0.7e1", "+7", "0", "100")] == [7, 7, 7, 7, 0, 100]
    assert told(read, "-1") == "Too small: expected number to be >=0"


def test_flags_and_instants_by_themselves() -> None:
    assert (flag("true"), flag("false")) == (True, False)
    assert instant("2026-02-01T12:00:00.123456Z") == NOON.replace(microsecond=123_456)


def test_conditions_are_gathered_from_all_that_was_read() -> None:
    query = {
        "name": Condition("name", "equals", ("Dupont",)),
        "search": "words",
        "limit": 5,
        "custom_properties": {"colour": "red", "si\0ze": "L", "tone": "dark"},
    }
    assert conditions(query) == [
        Condition("name", "equals", ("Dupont",)),
        Condition("custom_properties", "holds", ("colour", "red")),
        Condition("custom_properties", "holds", ("tone", "dark")),
    ]
    assert conditions({}) == []


def test_every_filter_lets_an_empty_value_pass_as_none() -> None:
    assert all(parameter.optional_value for parameter in PARAMETERS.values())
    assert [name for name, parameter in PARAMETERS.items() if parameter.repeated] == ["status", "status__in"]
    assert isinstance(CUSTOM_PROPERTIES, Parameter)
    assert CUSTOM_PROPERTIES.family
