"""A body is refused with everything that is wrong with it, each fault at its place, or read as it was meant."""

import json
from typing import Any, Literal

import pytest
from msgspec import UNSET, Struct

from duebook.web.body import decoder_for
from duebook.web.faults import FormRefused
from duebook.web.shapes import schemas_of
from tests.web.drafts import LARGEST, SOME_ID, Anything, Choice, Draft, draft, raw


def faults_of(body: bytes, struct: type[Struct] = Draft, *, unknown: Literal["refuse", "ignore"] = "refuse") -> list[tuple[Any, str]]:
    with pytest.raises(FormRefused) as refused:
        decoder_for(struct, unknown=unknown).read(body)
    assert all(fault.message for fault in refused.value.faults)
    return [(fault.path, fault.code) for fault in refused.value.faults]


def messages_of(body: bytes, struct: type[Struct] = Draft) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        decoder_for(struct).read(body)
    return [fault.message for fault in refused.value.faults]


BYTES = [
    (b"", "empty"),
    (b" \n", "empty"),
    (b"\xff", "UTF-8"),
    (b'{"owner": "\xed\xa0\x80"}', "UTF-8"),
    ('{"owner": "x"}'.encode("utf-16"), "UTF-8"),
    (b"\xef\xbb\xbf{}", "byte order mark"),
    (b"{", "line 1, column 2"),
    (b'{"owner": "a\x00"}', "not JSON"),
    (b"{} {}", "not JSON"),
    (b'{"amount": 01}', "not JSON"),
    (b"[" * 100_000, "deeper than 32"),
    (b'{"a":' * 100_000, "deeper than 32"),
    (b"NaN", "NaN"),
]


@pytest.mark.parametrize(("body", "word"), BYTES, ids=[str(body[:20]) for body, _ in BYTES])
def test_bytes_that_are_no_json_are_one_fault_of_the_whole_body(body: bytes, word: str) -> None:
    assert faults_of(body) == [((), "syntax")]
    assert word in messages_of(body)[0]


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"x"', b"true"])
def test_a_body_that_is_no_object_is_of_the_wrong_type(body: bytes) -> None:
    assert faults_of(body) == [((), "type")]


CHANGES = [
    ({"amount": 24000.5}, ("amount",), "type"),
    ({"amount": -0.5}, ("amount",), "type"),
    ({"amount": "24000"}, ("amount",), "type"),
    ({"amount": True}, ("amount",), "type"),
    ({"amount": None}, ("amount",), "type"),
    ({"amount": -1}, ("amount",), "too_small"),
    ({"amount": LARGEST + 1}, ("amount",), "too_large"),
    ({"amount": 10**40}, ("amount",), "too_large"),
    ({"reference": 5}, ("reference",), "type"),
    ({"reference": "x" * 81}, ("reference",), "too_long"),
    ({"reference": "😀" * 81}, ("reference",), "too_long"),
    ({"reference": "a\0b"}, ("reference",), "format"),
    ({"reference": "\ud800"}, ("reference",), "format"),
    ({"reference": "\udc00\ud800"}, ("reference",), "format"),
    ({"a\0b": 1}, ("a\0b",), "format"),
    ({"\udfff": 1}, ("\udfff",), "format"),
    ({"note": ""}, ("note",), "required"),
    ({"day": "2026-02-30"}, ("day",), "format"),
    ({"day": "2025-02-29"}, ("day",), "format"),
    ({"day": "0000-01-01"}, ("day",), "format"),
    ({"day": "1899-12-31"}, ("day",), "format"),
    ({"day": "3000-01-01"}, ("day",), "format"),
    ({"day": "2026-1-1"}, ("day",), "format"),
    ({"day": "2026-01-31T00:00:00Z"}, ("day",), "format"),
    ({"day": "２０２６-01-31"}, ("day",), "format"),
    ({"day": 20260131}, ("day",), "type"),
    ({"owner": SOME_ID.replace("-", "")}, ("owner",), "format"),
    ({"owner": "{" + SOME_ID + "}"}, ("owner",), "format"),
    ({"owner": "urn:uuid:" + SOME_ID}, ("owner",), "format"),
    ({"owner": ""}, ("owner",), "format"),
    ({"currency": "EURO"}, ("currency",), "currency"),
    ({"currency": "eur"}, ("currency",), "currency"),
    ({"currency": 978}, ("currency",), "type"),
    ({"kind": "c"}, ("kind",), "enum"),
    ({"kind": None}, ("kind",), "type"),
    ({"flag": 1}, ("flag",), "type"),
    ({"dey": "2026-01-31"}, ("dey",), "unknown_field"),
    ({"": 1}, ("",), "unknown_field"),
    ({"first": {"day": "2026-01-31", "amount": 1, "owner": SOME_ID.replace("-", "")}}, ("first", "owner"), "format"),
    ({"first": {"day": "1000-01-31", "amount": 1}}, ("first", "day"), "format"),
    ({"first": {"day": "2026-01-31"}}, ("first", "amount"), "required"),
    ({"first": []}, ("first",), "type"),
    ({"rows": None}, ("rows",), "type"),
    ({"rows": [None]}, ("rows", 0), "type"),
    ({"rows": [{"day": "2026-01-31", "amount": 1}] * 4}, ("rows",), "too_many"),
    ({"rows": [{"day": "2026-01-31", "amount": 1, "x": 2}]}, ("rows", 0, "x"), "unknown_field"),
    ({"owners": [SOME_ID, SOME_ID.replace("-", "")]}, ("owners", 1), "format"),
]


@pytest.mark.parametrize(("changes", "path", "code"), CHANGES, ids=[ascii(change[0])[:60] for change in CHANGES])
def test_each_bad_value_is_named_at_its_place(changes: dict[str, Any], path: tuple[Any, ...], code: str) -> None:
    assert faults_of(raw(draft(**changes))) == [(path, code)]


NUMBERS = [
    ("1e400", "too_large"),
    ("-1e400", "too_small"),
    ("1e99999999999999999999", "too_large"),
    ("9007199254740992.0", "too_large"),
    ("9007199254740991.4", "type"),
    ("1.00000000000000000001", "type"),
    ("1e-400", "type"),
    ("1e-99999999999999999999", "type"),
    ("1" * 5000, "too_large"),
    ("-" + "1" * 5000, "too_small"),
    ("NaN", "syntax"),
    ("Infinity", "syntax"),
    ("-Infinity", "syntax"),
]


@pytest.mark.parametrize(("literal", "code"), NUMBERS, ids=[literal[:25] for literal, _ in NUMBERS])
def test_numbers_that_no_amount_can_be_keep_their_place(literal: str, code: str) -> None:
    body = raw(draft(amount=777)).replace(b"777", literal.encode())
    assert faults_of(body) == [(("amount",), code)]


@pytest.mark.parametrize(
    ("literal", "amount"),
    [
        *(("24000", 24000), ("24000.0", 24000), ("2.4e4", 24000), ("0.24E+5", 24000)),
        *(("-0", 0), ("-0.0", 0), ("0e9", 0), ("0e99999999999", 0)),
        *(("9007199254740991", LARGEST), ("9007199254740991.0", LARGEST), ("900719925474099.1e1", LARGEST)),
    ],
)
def test_a_whole_number_is_whole_however_it_is_written(literal: str, amount: int) -> None:
    body = raw(draft(amount=777)).replace(b"777", literal.encode())
    read = decoder_for(Draft).read(body)
    assert (read.amount, type(read.amount)) == (amount, int)


def test_a_whole_number_elsewhere_leaves_a_fraction_what_it_is() -> None:
    read = decoder_for(Draft).read(raw(draft(amount=777, share=0.1)).replace(b"777", b"777.0"))
    assert (read.amount, read.share) == (777, 0.1)


def test_all_faults_come_at_once_in_the_order_of_the_fields() -> None:
    document = draft(dey=1, amount="x", day="2026-13-01", first={"amount": -1, "zz": 0}, rows=[{"day": "x", "amount": 1}, 5], owner=None)
    del document["reference"]
    assert faults_of(raw(document)) == [
        (("owner",), "type"),
        (("reference",), "required"),
        (("amount",), "type"),
        (("day",), "format"),
        (("rows", 0, "day"), "format"),
        (("rows", 1), "type"),
        (("first", "day"), "required"),
        (("first", "amount"), "too_small"),
        (("first", "zz"), "unknown_field"),
        (("dey",), "unknown_field"),
    ]


def test_a_key_said_twice_is_named_with_its_place_beside_the_other_faults() -> None:
    body = raw(draft(rows=[{"day": "2026-01-31", "amount": 1}], note=5))
    twice = body.replace(b'"amount": 1}', b'"amount": 1, "amount": 1}')
    assert sorted(faults_of(twice)) == [(("note",), "type"), (("rows", 0, "amount"), "duplicate")]
    escaped = body.replace(b'"amount": 1}', b'"amount": 1, "\\u0061mount": 1}')
    assert (("rows", 0, "amount"), "duplicate") in faults_of(escaped)


def test_escapes_that_only_look_like_a_nul_or_half_a_pair_are_text() -> None:
    for text in ("\\u0000", "\\ud800", "\\\\u0000", "😀"):
        assert decoder_for(Draft).read(raw(draft(reference=text))).reference == text


def test_eighty_characters_are_counted_and_not_bytes() -> None:
    text = "😀" * 80
    assert decoder_for(Draft).read(raw(draft(reference=text))).reference == text
    assert decoder_for(Draft).read(json.dumps(draft(reference=text), ensure_ascii=False).encode()).reference == text


def test_null_and_absent_differ() -> None:
    read = decoder_for(Draft).read(raw(draft(note=None)))
    assert read.note is None
    assert read.currency is UNSET


@pytest.mark.parametrize("depth", [31, 32])
def test_an_open_value_may_be_nested_to_thirty_two_levels_and_no_deeper(depth: int) -> None:
    body = b'{"inside": ' + b"[" * depth + b"]" * depth + b"}"
    if depth == 31:
        decoder_for(Anything).read(body)
    else:
        assert faults_of(body, Anything) == [(("inside", *[0] * 31), "syntax")]


def test_a_choice_is_explained_as_a_whole() -> None:
    assert decoder_for(Choice).read(b'{"value": "x"}').value == "x"
    assert faults_of(b'{"value": []}', Choice) == [(("value",), "type")]
    assert "a whole number or a text" in messages_of(b'{"value": []}', Choice)[0]


def test_what_the_schema_lets_pass_is_told_in_the_decoders_words() -> None:
    # A leap second is a date-time by RFC 3339, and no instant that the decoder knows.
    assert faults_of(b'{"value": 1, "at": "2016-12-31T23:59:60Z"}', Choice) == [(("at",), "format")]


def test_messages_name_the_field_the_value_and_the_mend() -> None:
    assert messages_of(raw(draft(amount=24000.5))) == ["amount must be a whole number of minor units, not 24000.5"]
    assert messages_of(raw(draft(ammount=1))) == ["ammount is not a field of a draft; did you mean amount?"]
    assert messages_of(raw(draft(reference="x" * 81))) == ["reference must have at most 80 characters, not 81"]
    assert messages_of(raw(draft(kind="c"))) == ['kind must be one of a, b, not "c"']
    long = messages_of(raw(draft(day="y" * 10_000)))[0]
    assert len(long) < 200


def test_messages_can_be_written_whatever_was_sent() -> None:
    body = raw(draft(**{"\ud800": 1, "currency": "\udfff", "day": "\udc9d", "kind": "\x01"}))
    for message in messages_of(body):
        message.encode()


def test_unknown_fields_are_dropped_where_the_tenant_wants_it() -> None:
    body = raw(draft(dey=1, first={"day": "2026-01-31", "amount": 1.0, "x": {"y": []}}))
    read = decoder_for(Draft, unknown="ignore").read(body)
    assert read == decoder_for(Draft).read(raw(draft(first={"day": "2026-01-31", "amount": 1})))
    assert faults_of(raw(draft(dey=1, amount="x")), unknown="ignore") == [(("amount",), "type")]


def test_what_is_dropped_must_still_be_sound_json() -> None:
    assert faults_of(raw(draft(dey={"a": "\0"})), unknown="ignore") == [(("dey", "a"), "format")]
    assert faults_of(raw(draft(dey=1)).replace(b'"dey": 1', b'"dey": {"a":1,"a":2}'), unknown="ignore") == [(("dey", "a"), "duplicate")]
    deep = raw(draft(dey=777)).replace(b"777", b"[" * 40 + b"]" * 40)
    assert faults_of(deep, unknown="ignore") == [(("dey", *[0] * 31), "syntax")]


def test_a_struct_that_lets_unknown_fields_pass_is_no_form() -> None:
    class Loose(Struct):
        a: int

    with pytest.raises(TypeError, match="forbid_unknown_fields"):
        decoder_for(Loose)


def test_a_form_is_built_once() -> None:
    assert decoder_for(Draft) is decoder_for(Draft)
    assert decoder_for(Draft) is not decoder_for(Draft, unknown="ignore")


def test_the_schema_says_null_as_a_type_and_days_by_their_pattern() -> None:
    _, components = schemas_of([Draft], ref_template="#/components/schemas/{name}")
    properties = components["Draft"]["properties"]
    assert properties["note"] == {"type": ["string", "null"], "minLength": 1, "maxLength": 80}
    assert properties["currency"] == {"enum": ["EUR", "JPY", None]}
    assert properties["day"]["pattern"].startswith("^(19|2[0-9])")
