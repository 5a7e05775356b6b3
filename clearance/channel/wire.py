"""What is said between the signing component and those who ask it: one request, one answer, then the line is closed.

    frame = length (4 bytes, big-endian) | JSON object in UTF-8, at most 16 KiB

It decides the closed set of requests and answers and reads them strictly: every key known and there, every value of its
type, no key twice. Who may ask is decided by `server`; what an answer means to the office, by `client`.
"""

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.issuing.ports import ComponentState, Trouble

MAX_FRAME = 16 * 1024
"""Bytes. The longest answer, a refusal for every ground there is, takes under half of it."""
MAX_TEXT = 200
"""Characters of a reference, an officer's number or a clearance number."""
_HEAD = struct.Struct(">I")


class Malformed(Exception):
    """What came is not one of ours, or more than one of ours can be."""


class CutOff(Exception):
    """The other side closed the line, or was silent for too long, before a whole frame had come."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Issue the card of one case, on the word of nobody: reference and officer are looked up again."""

    reference: str
    officer_no: str
    device: str


@dataclass(frozen=True, kw_only=True)
class Reissue:
    """Issue a card anew that is on the list of re-issues; everything is looked up again."""

    clearance_no: str
    officer_no: str


@dataclass(frozen=True, kw_only=True)
class PublishStatus:
    """Publish the status list as the database has it now."""


@dataclass(frozen=True, kw_only=True)
class AskState:
    """Which key signs, and whether everything is loaded."""


Request: TypeAlias = Issue | Reissue | PublishStatus | AskState


@dataclass(frozen=True, kw_only=True)
class Issued:
    """The clearance that is on record."""

    clearance_no: str


@dataclass(frozen=True, kw_only=True)
class Published:
    """The list is out."""


@dataclass(frozen=True, kw_only=True)
class InConflict:
    """Another officer was faster."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """There is no such case, officer or photo."""

    about: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The component could not do it now."""

    trouble: Trouble
    about: str = ""


Answer: TypeAlias = Issued | Refused | Published | ComponentState | InConflict | Unknown | Failed


def encode_request(request: Request, *, number: str = "") -> bytes:
    """The JSON of a request. `number` is that of the request which led to it, for the lines at the other end."""
    return _json(_asked(request) | ({"number": number} if number else {}))


def _asked(request: Request) -> dict[str, object]:
    match request:
        case Issue():
            asked = {"reference": request.reference, "officer": request.officer_no, "device": request.device}
            return {"ask": "issue", **asked}
        case Reissue():
            return {"ask": "reissue", "clearance": request.clearance_no, "officer": request.officer_no}
        case PublishStatus():
            return {"ask": "publish_status"}
        case AskState():
            return {"ask": "state"}


def parse_request(content: bytes) -> tuple[Request, str]:
    """The request, and the number that came with it or "". Raises Malformed."""
    said = dict(_object(content))
    match said.pop("number", ""):
        case str(number):
            return _request(said), _short(number)
    raise Malformed("not a number")


def _request(said: Mapping[str, Any]) -> Request:
    match said:
        case {
            "ask": "issue",
            "reference": str(reference),
            "officer": str(officer_no),
            "device": str(device),
            **others,
        } if not others:
            return Issue(reference=_short(reference), officer_no=_short(officer_no), device=_short(device))
        case {"ask": "reissue", "clearance": str(clearance_no), "officer": str(officer_no), **others} if not others:
            return Reissue(clearance_no=_short(clearance_no), officer_no=_short(officer_no))
        case {"ask": "publish_status", **others} if not others:
            return PublishStatus()
        case {"ask": "state", **others} if not others:
            return AskState()
    raise Malformed("not a request")


def encode_answer(answer: Answer) -> bytes:
    """The JSON of an answer."""
    match answer:
        case Issued():
            return _json({"answer": "issued", "clearance": answer.clearance_no})
        case Refused():
            return _json({"answer": "refused", "objections": [_objection(each) for each in answer.objections]})
        case Published():
            return _json({"answer": "published"})
        case ComponentState():
            return _json({"answer": "state", "kid": answer.kid.hex(), "ready": answer.ready})
        case InConflict():
            return _json({"answer": "conflict"})
        case Unknown():
            return _json({"answer": "unknown", "about": answer.about[:MAX_TEXT]})
        case Failed():
            return _json({"answer": "failed", "trouble": answer.trouble, "about": answer.about[:MAX_TEXT]})


def parse_answer(content: bytes) -> Answer:
    """Raises Malformed."""
    try:
        return _answer(_object(content))
    except ValueError as error:  # a code or a date that is none
        raise Malformed(str(error)) from None


def _answer(said: Mapping[str, Any]) -> Answer:
    match said:
        case {"answer": "issued", "clearance": str(clearance_no), **others} if not others:
            return Issued(clearance_no=_short(clearance_no))
        case {"answer": "refused", "objections": [_, *_] as objections, **others} if not others:
            return Refused(objections=tuple(_read_objection(each) for each in objections))
        case {"answer": "published", **others} if not others:
            return Published()
        case {"answer": "state", "kid": str(kid), "ready": bool(ready), **others} if not others:
            return ComponentState(kid=bytes.fromhex(_short(kid)), ready=ready)
        case {"answer": "conflict", **others} if not others:
            return InConflict()
        case {"answer": "unknown", "about": str(about), **others} if not others:
            return Unknown(about=_short(about))
        case {"answer": "failed", "trouble": str(trouble), "about": str(about), **others} if not others:
            return Failed(trouble=Trouble(trouble), about=_short(about))
    raise Malformed("not an answer")


def send(line: socket.socket, content: bytes) -> None:
    """Raises OSError."""
    line.sendall(_HEAD.pack(len(content)) + content)


def receive(line: socket.socket, *, within_s: float) -> bytes:
    """The content of one frame. Raises CutOff, Malformed for a length beyond the cap, OSError."""
    ends = time.monotonic() + within_s
    (length,) = _HEAD.unpack(_exactly(line, _HEAD.size, ends))
    if length > MAX_FRAME:
        raise Malformed(f"a frame of {length} bytes")
    return _exactly(line, length, ends)


def _exactly(line: socket.socket, size: int, ends: float) -> bytes:
    content = b""
    while len(content) < size:
        left = ends - time.monotonic()
        if left <= 0:
            raise CutOff("too slow")
        line.settimeout(left)
        try:
            part = line.recv(size - len(content))
        except TimeoutError:
            raise CutOff("silent for too long") from None
        if not part:
            raise CutOff("closed")
        content += part
    return content


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(content.decode(), object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def _refuse(number: str) -> None:
    raise ValueError(f"{number} is not an integer")


def _short(text: str) -> str:
    if len(text) > MAX_TEXT or not text.isprintable():
        raise Malformed("a text that is too long or not one line")
    return text


def _objection(objection: Objection) -> Mapping[str, object]:
    details = {name: _detail(value) for name, value in objection.details.items()}
    return {"ground": objection.ground, "details": details}


def _read_objection(said: object) -> Objection:
    match said:
        case {"ground": str(ground), "details": dict(details), **others} if not others:
            read = {str(name): _read_detail(value) for name, value in details.items()}
            return Objection(ground=Ground(ground), details=read)
    raise Malformed("not an objection")


def _detail(value: str | int | date) -> object:
    match value:
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case _:
            return value


def _read_detail(said: object) -> str | int | date:
    match said:
        case {"datetime": str(moment), **others} if not others:
            return datetime.fromisoformat(moment)
        case {"date": str(day), **others} if not others:
            return date.fromisoformat(day)
        case str() | int() if not isinstance(said, bool):
            return said
    raise Malformed("not a detail")
