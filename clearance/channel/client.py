"""Asking a signing component that runs elsewhere: the `SigningService` port over a line.

It decides what a broken line means to the caller: nothing was asked, or it is not known what became of the request.
Each request opens a line of its own, so that a component that was started anew is found without further ado.
"""

import structlog

from clearance.channel import wire
from clearance.channel.address import Address, connect
from clearance.domain.decision import Refused
from clearance.issuing.ports import ComponentState, Conflict, NotOnRecord, NotSigned, Trouble

ANSWER_WITHIN_S = 60.0
"""A card takes a second or two; twice the wait for the database's lock, and many cards before ours, fit in."""
STATE_WITHIN_S = 5.0


class RemoteSigning:
    """Implements `clearance.issuing.ports.SigningService`. May be shared by threads."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def issue(self, reference: str, *, officer_no: str, device: str) -> str | Refused:
        return self._card(wire.Issue(reference=reference, officer_no=officer_no, device=device))

    def reissue(self, clearance_no: str, *, officer_no: str) -> str | Refused:
        return self._card(wire.Reissue(clearance_no=clearance_no, officer_no=officer_no))

    def _card(self, request: wire.Issue | wire.Reissue) -> str | Refused:
        answer = self._ask(request, within_s=ANSWER_WITHIN_S)
        match answer:
            case wire.Issued():
                return answer.clearance_no
            case Refused():
                return answer
        raise _exception(answer)

    def publish_status(self) -> None:
        answer = self._ask(wire.PublishStatus(), within_s=ANSWER_WITHIN_S)
        if not isinstance(answer, wire.Published):
            raise _exception(answer)

    def state(self) -> ComponentState:
        answer = self._ask(wire.AskState(), within_s=STATE_WITHIN_S)
        if not isinstance(answer, ComponentState):
            raise _exception(answer)
        return answer

    def _ask(self, request: wire.Request, *, within_s: float) -> wire.Answer:
        try:
            line = connect(self._address)
        except OSError as error:
            raise NotSigned(Trouble.NO_ANSWER) from error
        with line:
            try:
                wire.send(line, wire.encode_request(request, number=_number()))
                return wire.parse_answer(wire.receive(line, within_s=within_s))
            except (OSError, wire.CutOff, wire.Malformed) as error:
                raise NotSigned(Trouble.CUT_OFF) from error


def _number() -> str:
    """That of the request which this thread is at, as the web tier has bound it for its own lines."""
    return str(structlog.contextvars.get_contextvars().get("request", ""))


def _exception(answer: wire.Answer) -> Exception:
    """The exception that an answer stands for; an answer to another question is trouble."""
    match answer:
        case wire.InConflict():
            return Conflict("another officer was faster")
        case wire.Unknown():
            return NotOnRecord(answer.about)
        case wire.Failed():
            return NotSigned(answer.trouble, about=answer.about)
        case wire.Issued() | Refused() | wire.Published() | ComponentState():
            return NotSigned(Trouble.UNFORESEEN)
