"""Pages by cursor and by offset: the cursor as text, and what the parameters ask for."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.hyperline import ids
from duebook.hyperline.pages import Cursor, CursorPage, OffsetPage, cursor_page, offset_page, read_cursor, written_cursor
from duebook.web.problem import Problem, QueryRefused

SORTS = ("created_at", "updated_at")
SOME = UUID("019c1845-a0ee-7804-bd45-9e21551e5107")
INSTANTS = st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]))


@given(st.uuids(), st.sampled_from(SORTS), st.booleans(), INSTANTS)
def test_a_cursor_comes_back_from_its_text(id: UUID, sort: str, descending: bool, at: datetime | None) -> None:
    cursor = Cursor(id, sort, descending, at)
    text = written_cursor(cursor, kind="customer")
    assert read_cursor(text, kind="customer", sorts=SORTS) == cursor
    assert text.isascii()
    assert not set(text) & set("=+/&?")


def test_its_text_is_json_as_programs_have_seen_it() -> None:
    text = written_cursor(Cursor(SOME, "created_at", True), kind="invoice")
    told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert told == {"i": ids.shown(SOME, kind="invoice"), "s": "created_at", "o": "desc"}


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


WELL = {"i": ids.shown(SOME, kind="customer"), "s": "created_at", "o": "asc"}


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "é",
        "not base64!",
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        encoded("text"),
        encoded([WELL]),
        encoded(7),
        encoded({}),
        encoded(WELL | {"i": ids.shown(SOME, kind="invoice")}),
        encoded(WELL | {"i": 7}),
        encoded(WELL | {"s": "name"}),
        encoded(WELL | {"s": ["created_at"]}),
        encoded(WELL | {"o": "up"}),
        encoded(WELL | {"o": {}}),
        encoded(WELL | {"a": "yesterday"}),
        encoded(WELL | {"a": "2026-02-01T08:00:00"}),
        encoded(WELL | {"a": 7}),
        base64.urlsafe_b64encode(b"[" * 60_000).decode(),
    ],
)
def test_what_this_list_did_not_write_is_an_invalid_cursor(text: str) -> None:
    with pytest.raises(Problem) as problem:
        read_cursor(text, kind="customer", sorts=SORTS)
    assert (problem.value.status, problem.value.message) == (400, "Invalid cursor")


def test_sort_and_order_of_the_cursor_win_over_those_of_the_query() -> None:
    cursor = Cursor(SOME, "updated_at", False)
    query = {"cursor": written_cursor(cursor, kind="customer"), "sort": "created_at", "order": "desc", "limit": 7}
    assert cursor_page(query, kind="customer", sorts=SORTS) == CursorPage(7, "updated_at", False, cursor, False)


def test_what_is_not_said_has_its_default() -> None:
    assert cursor_page({}, kind="customer", sorts=SORTS) == CursorPage(50, "created_at", True, None, False)
    asked = {"sort": "updated_at", "order": "asc", "limit": 100, "include_total": True}
    assert cursor_page(asked, kind="customer", sorts=SORTS) == CursorPage(100, "updated_at", False, None, True)
    assert offset_page({}) == OffsetPage(50, 0)
    assert offset_page({"take": 0, "skip": 10**12}) == OffsetPage(0, 10**12)


@pytest.mark.parametrize(("take", "skip"), [(100, 9_900), (0, 10_000), (50, 9_950)])
def test_pages_may_reach_as_far_as_10000_rows(take: int, skip: int) -> None:
    assert offset_page({"take": take, "skip": skip}, furthest=10_000) == OffsetPage(take, skip)
    with pytest.raises(QueryRefused) as refused:
        offset_page({"take": take, "skip": skip + 1}, furthest=10_000)
    assert [fault.path for fault in refused.value.faults] == [("skip",)]
