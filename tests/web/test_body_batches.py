"""A batch is read as far as it can be: good items with their positions, beside the faults of the others, in bounds."""

from typing import Any

import pytest

from duebook.web.body import decoder_for
from duebook.web.faults import MOST_FAULTS, FormRefused
from tests.web.drafts import Draft, Drafts, draft, raw


def test_a_batch_gives_the_good_items_beside_the_faults_of_the_others() -> None:
    body = raw({"drafts": [draft(), draft(amount="x"), draft(amount=2.0), draft(dey=1), 7]})
    batch = decoder_for(Drafts).read_items(body, field="drafts", item=Draft)
    assert [(place, item.amount) for place, item in batch.items] == [(0, 24000), (2, 2)]
    assert [(fault.item, fault.path, fault.code) for fault in batch.faults] == [
        (1, ("drafts", 1, "amount"), "type"),
        (3, ("drafts", 3, "dey"), "unknown_field"),
        (4, ("drafts", 4), "type"),
    ]
    assert not batch.outside


def test_a_good_batch_has_no_faults() -> None:
    batch = decoder_for(Drafts).read_items(raw({"drafts": [draft(), draft()]}), field="drafts", item=Draft)
    assert [place for place, _ in batch.items] == [0, 1]
    assert (batch.faults, batch.truncated) == ([], False)


def test_an_item_with_a_fault_in_its_json_is_not_taken() -> None:
    body = raw({"drafts": [draft(), draft(reference="a\0")]}).replace(b'"amount": 24000', b'"amount": 1, "amount": 2', 1)
    batch = decoder_for(Drafts).read_items(body, field="drafts", item=Draft)
    assert batch.items == []
    assert [(fault.item, fault.code) for fault in batch.faults] == [(0, "duplicate"), (1, "format")]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        (raw({"drafts": []}), ("drafts",), "too_few"),
        (raw({"drafts": [draft()] * 101}), ("drafts",), "too_many"),
        (raw({"drafts": {}}), ("drafts",), "type"),
        (raw({}), ("drafts",), "required"),
        (raw({"drafts": [draft()], "x": 1}), ("x",), "unknown_field"),
        (raw({"drafts": [draft()], "note": 1}), ("note",), "type"),
        (raw([draft()]), (), "type"),
        (b"", (), "syntax"),
    ],
)
def test_faults_outside_the_items_are_marked(body: bytes, path: tuple[Any, ...], code: str) -> None:
    batch = decoder_for(Drafts).read_items(body, field="drafts", item=Draft)
    assert [(fault.path, fault.code, fault.item) for fault in batch.faults] == [(path, code, None)]
    assert batch.outside


def test_at_most_a_thousand_faults_are_told_and_good_items_after_them_are_found() -> None:
    bad = draft(**{f"x{number}": 1 for number in range(30)})
    batch = decoder_for(Drafts).read_items(raw({"drafts": [bad] * 60 + [draft()]}), field="drafts", item=Draft)
    assert (len(batch.faults), batch.truncated) == (MOST_FAULTS, True)
    assert [place for place, _ in batch.items] == [60]
    with pytest.raises(FormRefused) as refused:
        decoder_for(Drafts).read(raw({"drafts": [bad] * 60}))
    assert (len(refused.value.faults), refused.value.truncated) == (MOST_FAULTS, True)


def test_a_fault_outside_the_items_counts_even_where_it_is_one_too_many_to_be_told() -> None:
    bad = draft(**{f"\0{number}": 1 for number in range(20)})
    batch = decoder_for(Drafts).read_items(raw({"drafts": [bad] * 60 + [draft()], "x": 1}), field="drafts", item=Draft)
    assert batch.outside
    assert (len(batch.faults), batch.truncated) == (MOST_FAULTS, True)


def test_exactly_a_thousand_faults_are_all_there_are() -> None:
    bad = draft(**{f"x{number}": 1 for number in range(10)})
    batch = decoder_for(Drafts).read_items(raw({"drafts": [bad] * 100}), field="drafts", item=Draft)
    assert (len(batch.faults), batch.truncated) == (MOST_FAULTS, False)


def test_a_hostile_body_is_answered_in_bounds() -> None:
    for body in (
        b'{"drafts":[' + b"0," * 300_000 + b"0]}",
        b'{"drafts":[{' + b",".join(b'"%d":0' % number for number in range(60_000)) + b"}]}",
        b'{"' + b"x" * 400_000 + b'":[' + b'"\\u0000",' * 20_000 + b"0]}",
    ):
        batch = decoder_for(Drafts).read_items(body, field="drafts", item=Draft)
        assert (len(batch.faults), batch.truncated) == (MOST_FAULTS, True)
        assert max(len(fault.message) for fault in batch.faults) < 300
