"""Ids of the Hyperline door: the published ones, both ways without a look-up, in order of age, and what is no id of a kind."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.hyperline.ids import ALPHABET, LENGTH, PREFIXES, Kind, read, shown
from duebook.store.ids import Ids, created_at

kinds: st.SearchStrategy[Kind] = st.sampled_from(list(PREFIXES))
LARGEST = (1 << 128) - 1


@pytest.mark.parametrize(
    ("text", "kind", "made_on"),
    [
        ("inv_032KKcvzipkFCgjVHtPRZD", "invoice", "2026-02-01"),
        ("ili_032KKcvzitNMBgcrRgJgmR", "line", "2026-02-01"),
        ("tra_032KKcvzox4X8Zz2xZCZGX", "transaction", "2026-02-01"),
        ("cus_0324NpTjloOw3yiO0SIjtb", "customer", "2026-01-04"),
        ("itm_02yjU2vjPXR0lJsWlBrTZA", "product", "2025-01-06"),
        ("ive_02yjTvK3NI1Ig7ltdPmAeV", "entity", "2025-01-06"),
    ],
)
def test_the_published_ids(text: str, kind: Kind, made_on: str):
    """They are the house's own: version 7, made on a likely day."""
    id = read(text, kind=kind)

    assert id is not None
    assert (id.version, created_at(id).date().isoformat()) == (7, made_on)
    assert shown(id, kind=kind) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "inv_0000000000000000000000"),
        (9, "inv_0000000000000000000009"),
        (10, "inv_000000000000000000000A"),
        (35, "inv_000000000000000000000Z"),
        (36, "inv_000000000000000000000a"),
        (61, "inv_000000000000000000000z"),
        (62, "inv_0000000000000000000010"),
        (62 * 62, "inv_0000000000000000000100"),
        (62**21, "inv_1000000000000000000000"),
    ],
)
def test_digits_by_hand(number: int, text: str):
    assert shown(UUID(int=number), kind="invoice") == text
    assert read(text, kind="invoice") == UUID(int=number)


def test_every_kind_has_a_prefix_of_its_own():
    assert set(PREFIXES) == set(get_args(Kind))
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert len(ALPHABET) == 62
    assert 62 ** (LENGTH - 1) <= LARGEST < 62**LENGTH


@given(st.uuids(), kinds)
def test_both_ways(id: UUID, kind: Kind):
    text = shown(id, kind=kind)

    assert read(text, kind=kind) == id
    assert len(text) == len(PREFIXES[kind]) + 1 + LENGTH
    assert set(text.removeprefix(PREFIXES[kind] + "_")) <= set(ALPHABET)


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_text_is_in_the_order_of_the_uuids(one: int, other: int):
    assert (shown(UUID(int=one), kind="line") < shown(UUID(int=other), kind="line")) == (one < other)


def test_ids_sort_by_age():
    early = Ids(at=datetime(2025, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)).many(50)
    late = Ids(at=datetime(2026, 1, 1, tzinfo=UTC)).many(50)
    texts = [shown(id, kind="invoice") for id in [*early, *late]]

    assert sorted(texts) == texts


@given(st.uuids(), kinds, kinds)
def test_an_id_of_another_kind_is_none_of_this_one(id: UUID, kind: Kind, other: Kind):
    assert (read(shown(id, kind=kind), kind=other) is None) == (kind != other)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("inv_", id="the prefix alone"),
        pytest.param("032KKcvzipkFCgjVHtPRZD", id="no prefix"),
        pytest.param("INV_032KKcvzipkFCgjVHtPRZD", id="prefix in capitals"),
        pytest.param("inv-032KKcvzipkFCgjVHtPRZD", id="another joint"),
        pytest.param("inv_Typ0px2W0aiEtl", id="one of the original, which is shorter"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZ", id="a character short"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZD0", id="a character long"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZ_", id="an underscore in it"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZ-", id="a hyphen in it"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZ ", id="a blank in it"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZé", id="a letter of another alphabet"),
        pytest.param("inv_032KKcvzipkFCgjVHtPRZ\u0663", id="a digit of another script"),
        pytest.param("inv_zzzzzzzzzzzzzzzzzzzzzz", id="beyond the largest UUID"),
        pytest.param("019c1852-b7b8-7073-b317-808f2d0bc4bb", id="the UUID itself"),
    ],
)
def test_what_is_no_id_is_nothing(text: str):
    assert read(text, kind="invoice") is None


def test_the_largest_uuid_is_the_last_id():
    last = shown(UUID(int=LARGEST), kind="invoice")
    digits = last.removeprefix("inv_")
    beyond = digits[:-1] + ALPHABET[ALPHABET.index(digits[-1]) + 1]

    assert read(last, kind="invoice") == UUID(int=LARGEST)
    assert read(f"inv_{beyond}", kind="invoice") is None
