"""What is said on the line: every message comes out as it went in, and nothing else is understood."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.channel import wire
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Details, Ground, Objection
from clearance.issuing.ports import ComponentState, Trouble

DETAILS: Details = {
    "places": 25,
    "permit": "EA-1 মোঃ",
    "on": date(2026, 11, 22),
    "since": datetime(2026, 11, 22, 6, tzinfo=UTC),
}
REQUESTS: list[wire.Request] = [
    wire.Issue(reference="APP-12345678", officer_no="BMET-3001", device="cli:office"),
    wire.Reissue(clearance_no="BMET-2026-0123456789A", officer_no="BMET-3001"),
    wire.PublishStatus(),
    wire.AskState(),
]
ANSWERS: list[wire.Answer] = [
    wire.Issued(clearance_no="BMET-2026-0123456789A"),
    Refused(objections=(Objection(ground=Ground.PERMIT_USED_UP, details=DETAILS), Objection(ground=Ground.TOO_YOUNG))),
    wire.Published(),
    ComponentState(kid=b"\x01" * 8, ready=False),
    wire.InConflict(),
    wire.Unknown(about="APP-1"),
    wire.Failed(trouble=Trouble.NOT_ACCEPTED, about="trust_stale"),
]
ISSUE = {"ask": "issue", "reference": "APP-1", "officer": "I-1"}
REFUSED = {"answer": "refused", "objections": [{"ground": "too_young", "details": {}}]}


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_every_kind_of_request_and_answer_is_among_the_samples() -> None:
    assert {type(each) for each in REQUESTS} == set(get_args(wire.Request))
    assert {type(each) for each in ANSWERS} == set(get_args(wire.Answer))


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_comes_out_as_it_went_in(request_: wire.Request) -> None:
    assert wire.parse_request(wire.encode_request(request_)) == (request_, "")
    assert wire.parse_request(wire.encode_request(request_, number="3f9c12ab77e0")) == (request_, "3f9c12ab77e0")


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_comes_out_as_it_went_in(answer: wire.Answer) -> None:
    assert wire.parse_answer(wire.encode_answer(answer)) == answer


def test_every_code_can_be_said() -> None:
    refused = Refused(objections=tuple(Objection(ground=ground) for ground in Ground))
    for answer in (refused, *(wire.Failed(trouble=trouble) for trouble in Trouble)):
        assert len(said := wire.encode_answer(answer)) < wire.MAX_FRAME
        assert wire.parse_answer(said) == answer


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        "issue",
        {"ask": "sign"},
        {"ask": "stop"},
        {**ISSUE, "force": True},
        {**ISSUE, "officer": 7},
        {**ISSUE, "officer": None},
        {**ISSUE, "reference": ["APP-1"]},
        {**ISSUE, "reference": "A" * 201},
        {**ISSUE, "reference": "APP-1\n"},
        {**ISSUE, "reference": "\ud800"},
        {"ask": "issue", "reference": "APP-1"},
        {"ask": "publish_status", "values": {}},
        {"ask": "state", "number": 1},
        {"ask": "state", "number": "two\nlines"},
        {"ask": "state", "number": "x" * 201},
    ],
)
def test_what_is_not_a_request_is_not_guessed_at(said: object) -> None:
    with pytest.raises(wire.Malformed):
        wire.parse_request(json.dumps(said).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{",
        b'{"ask":"state","ask":"state"}',
        b'{"ask":"state","n":1.5}',
        b'{"ask":"state","n":NaN}',
        b"[" * 16_000,
        b'{"ask":' + b"[" * 16_000,
        b'{"ask":' + b"9" * 16_000 + b"}",
    ],
)
def test_json_that_is_not_strict_is_refused(content: bytes) -> None:
    with pytest.raises(wire.Malformed):
        wire.parse_request(content)


@pytest.mark.parametrize(
    "said",
    [
        {"answer": "issued"},
        {"answer": "issued", "clearance": 7},
        {"answer": "failed", "trouble": "tired", "about": ""},
        {"answer": "state", "kid": "zz", "ready": True},
        {"answer": "state", "kid": "00", "ready": 1},
        {"answer": "refused", "objections": []},
        {"answer": "refused", "objections": [{"ground": "mood", "details": {}}]},
        {"answer": "refused", "objections": [{"ground": "too_young", "details": {"age": True}}]},
        {"answer": "refused", "objections": [{"ground": "too_young", "details": {"age": {"date": "31"}}}]},
        {"answer": "refused", "objections": [{"ground": "too_young", "details": {}, "but": 1}]},
        {**REFUSED, "clearance": "BMET-1"},
    ],
)
def test_what_is_not_an_answer_is_not_guessed_at(said: object) -> None:
    with pytest.raises(wire.Malformed):
        wire.parse_answer(json.dumps(said).encode())


JSON = st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_a_message_or_malformed(content: bytes) -> None:
    for parse in (wire.parse_request, wire.parse_answer):
        try:
            parse(content)
        except wire.Malformed:
            continue


def test_a_frame_arrives_whole_however_it_is_cut(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    frame = (5).to_bytes(4, "big") + b"whole"

    def dribble() -> None:
        for byte in frame:
            ours.sendall(bytes([byte]))

    writer = threading.Thread(target=dribble)
    writer.start()
    assert wire.receive(theirs, within_s=5) == b"whole"
    writer.join()


def test_a_length_beyond_the_cap_is_refused_before_anything_is_read(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    ours.sendall((wire.MAX_FRAME + 1).to_bytes(4, "big"))
    with pytest.raises(wire.Malformed):
        wire.receive(theirs, within_s=5)


@pytest.mark.parametrize("part", [b"", b"\x00", b"\x00\x00\x00\x05", b"\x00\x00\x00\x05whol"])
def test_a_line_that_ends_or_falls_silent_in_the_middle_is_cut_off(
    part: bytes, line: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = line
    ours.sendall(part)
    with pytest.raises(wire.CutOff):
        wire.receive(theirs, within_s=0.05)
    ours.close()
    with pytest.raises(wire.CutOff):
        wire.receive(theirs, within_s=5)
