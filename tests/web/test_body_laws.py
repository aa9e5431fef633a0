"""The laws of the form, over arbitrary damage: no refusal without a reason and a place, nothing taken that is not meant."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duebook.web.body import decoder_for
from tests.web.damage import LARGEST, damaged, stands, taken, valid
from tests.web.drafts import Anything, Draft, Drafts, attempt, draft, raw


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=valid(Draft), data=st.data(), wounds=st.integers(0, 4))
def test_every_refusal_has_a_reason_and_a_place_and_nothing_else_is_taken(document: Any, data: st.DataObject, wounds: int) -> None:
    for _ in range(wounds):
        document = damaged(document, data)
    wanted = taken(Draft, document)
    read, faults = attempt(decoder_for(Draft), raw(document))
    assert read == wanted
    assert all(stands(fault.path, document) for fault in faults), faults
    assert len({(fault.path, fault.code) for fault in faults}) == len(faults)


@settings(max_examples=150, deadline=None)
@given(whole=st.integers(-1, LARGEST + 1), zeros=st.integers(1, 4))
def test_the_two_ways_to_write_a_whole_number_are_read_alike(whole: int, zeros: int) -> None:
    outcomes: list[Any] = []
    for literal in (f"{whole}", f"{whole}.{'0' * zeros}"):
        read, faults = attempt(decoder_for(Draft), raw(draft(amount=777)).replace(b"777", literal.encode()))
        outcomes.append((read, [(fault.path, fault.code) for fault in faults]))
    assert outcomes[0] == outcomes[1]


@settings(max_examples=300, deadline=None)
@given(body=st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789.eE-truefalsn\\u \x00é', max_size=40).map(str.encode))
def test_any_bytes_at_all_are_read_or_explained(body: bytes) -> None:
    for form in (decoder_for(Draft), decoder_for(Anything), decoder_for(Anything, unknown="ignore")):
        read, faults = attempt(form, body)
        assert (read is None) == bool(faults)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(items=st.lists(valid(Draft), min_size=1, max_size=4), data=st.data())
def test_items_and_faults_of_a_batch_share_out_the_positions(items: list[Any], data: st.DataObject) -> None:
    wounded = [damaged(item, data) if data.draw(st.booleans()) else item for item in items]
    batch = decoder_for(Drafts).read_items(raw({"drafts": wounded}), field="drafts", item=Draft)
    good = {place for place, _ in batch.items}
    bad = {fault.item for fault in batch.faults}
    assert good | bad == set(range(len(wounded)))
    assert not good & bad
    for place, item in batch.items:
        assert item == decoder_for(Draft).read(raw(wounded[place]))


@settings(max_examples=200, deadline=None)
@given(document=valid(Draft), data=st.data())
def test_a_key_said_twice_anywhere_is_refused_at_its_place(document: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(document)))
    body = json.dumps(document)
    twice = body[:-1] + f", {json.dumps(name)}: {json.dumps(document[name])}}}"
    _, faults = attempt(decoder_for(Draft), twice.encode())
    assert ((name,), "duplicate") in [(fault.path, fault.code) for fault in faults]
