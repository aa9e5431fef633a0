"""What a glance proves, the second parse finds too; and it proves what most bodies look like."""

import json
from typing import Annotated, Any

import jiter
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from duebook.web.glance import Glance, glance_of
from duebook.web.shapes import shape_of
from tests.web.damage import SOME_ID, damaged, valid
from tests.web.drafts import Anything, Draft, Row


class Sheet(Struct, kw_only=True, forbid_unknown_fields=True):
    first: Row
    rows: Annotated[list[Row], Meta(max_length=3)] | UnsetType = UNSET
    note: str | None | UnsetType = UNSET


class Named(Struct, forbid_unknown_fields=True):
    name: str = "a default of its own"


class Nest(Struct, forbid_unknown_fields=True):
    nests: "list[Nest]"


def glance() -> Glance:
    found = glance_of(shape_of(Sheet))
    assert found is not None
    return found


ROW = {"day": "2026-01-31", "amount": 1, "owner": SOME_ID}
SHEET = {"first": ROW, "rows": [ROW, {"day": "2026-01-31", "amount": 2}, ROW | {"owner": None}], "note": "paid"}


@pytest.mark.parametrize("indent", [None, 2])
def test_most_bodies_are_proved(indent: int | None) -> None:
    body = json.dumps(SHEET, indent=indent).encode()
    assert glance().proves(body, msgspec.json.decode(body, type=Sheet))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(SHEET).replace('"amount": 2', '"amount": 2, "amount": 2'),
        json.dumps(SHEET).replace('"amount": 2', '"amount" : 2, "\\u0061mount":2'),
        json.dumps(SHEET | {"rows": [ROW | {"owner": SOME_ID.replace("-", "")}]}),
        json.dumps(SHEET | {"first": ROW | {"day": "1899-12-31"}}),
        json.dumps(SHEET | {"first": ROW | {"day": "3000-01-01"}}),
        json.dumps(SHEET | {"note": "a text with a colon: nothing is wrong, and nothing is proved"}),
    ],
)
def test_what_needs_a_second_look_is_not_proved(body: str) -> None:
    raw = body.encode()
    assert not glance().proves(raw, msgspec.json.decode(raw, type=Sheet))


@pytest.mark.parametrize("struct", [Draft, Anything, Named, Nest])
def test_other_checks_defaults_and_structs_in_themselves_are_left_to_the_second_parse(struct: type[Struct]) -> None:
    assert glance_of(shape_of(struct)) is None


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=valid(Sheet), data=st.data(), wounds=st.integers(0, 2), cuts=st.integers(0, 2))
def test_what_is_proved_is_sound_and_says_no_key_twice(document: Any, data: st.DataObject, wounds: int, cuts: int) -> None:
    for _ in range(wounds):
        document = damaged(document, data)
    body = json.dumps(document)
    for _ in range(cuts):
        # A piece of the body said again anywhere: keys said twice, in all the ways that are still JSON.
        begin, end, place = (data.draw(st.integers(0, len(body))) for _ in range(3))
        body = body[:place] + body[begin:end] + body[place:]
    raw = body.encode()
    try:
        read = msgspec.json.decode(raw, type=Sheet)
    except msgspec.DecodeError:
        return
    if glance().proves(raw, read):
        assert shape_of(Sheet).sound(jiter.from_json(raw, catch_duplicate_keys=True))
