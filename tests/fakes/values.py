"""Rows by the book: cases, clearances, intents and entries to store, one for each index."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance, Revocation, RevocationReason
from clearance.domain.desk import Airport, Desk
from clearance.domain.lifecycle import Act, ApplicationState, Move, Step
from clearance.issuing.ports import SigningIntent
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, NOW, SECOND_ISSUER, draft

URI = "https://s.bmet.gov.bd/26a"


def application(
    index: int = 0, *, state: ApplicationState = ApplicationState.SUBMITTED, minutes: int = 0
) -> Application:
    """A case that moved to `state` by the book, entered `minutes` after noon."""
    moves = WAYS[state]
    acts = tuple(act(move, minutes=minutes if number == 0 else 0) for number, move in enumerate(moves))
    had_card = Move.ISSUE in moves
    return Application(
        reference=f"APP-{index:08d}",
        state=state,
        draft=draft(index),
        acts=acts,
        valid_until=date(2027, 2, 20) if had_card else None,
    )


def act(move: Move, *, by: str | None = None, minutes: int = 0) -> Act:
    """The act of a case that moves by the book, by who usually makes it."""
    step, state, officer_no, reason = ACTS[move]
    at = NOW + timedelta(minutes=minutes)
    return Act(move=move, step=step, state=state, officer_no=by or officer_no, at=at, device=DEVICE, reason=reason)


def acted_by(case: Application, **officers: str) -> Application:
    """The case with other people's names under its acts, named by their moves."""
    acts = tuple(replace(each, officer_no=officers.get(each.move.value, each.officer_no)) for each in case.acts)
    return replace(case, acts=acts)


_S = ApplicationState
ACTS = {
    Move.DRAFT: (Step.ENTRY, _S.DRAFT, CLERK.number, None),
    Move.SUBMIT: (Step.ENTRY, _S.SUBMITTED, CLERK.number, None),
    Move.CHECK: (Step.CHECKING, _S.CHECKED, CHECKER.number, None),
    Move.APPROVE: (Step.APPROVAL, _S.APPROVED, APPROVER.number, None),
    Move.ISSUE: (Step.ISSUE, _S.ISSUED, ISSUER.number, None),
    Move.SEND_BACK: (Step.CHECKING, _S.RETURNED, CHECKER.number, "name differs from the passport"),
    Move.REJECT: (Step.APPROVAL, _S.REJECTED, APPROVER.number, "visa copy illegible"),
    Move.HOLD: (Step.CARE, _S.HELD, APPROVER.number, "letter 12/26"),
    Move.SUPERSEDE: (Step.CARE, _S.SUPERSEDED, SECOND_ISSUER.number, None),
    Move.REVOKE: (Step.CARE, _S.REVOKED, ISSUER.number, "letter 12/26"),
    Move.DEPART: (Step.CARE, _S.DEPARTED, "DSK-00000000", None),
}
"""For each move its step, where it leads, who makes it, and why where that is asked."""
_CHAIN = (Move.SUBMIT, Move.CHECK, Move.APPROVE, Move.ISSUE)
WAYS: dict[ApplicationState, tuple[Move, ...]] = {
    _S.DRAFT: (Move.DRAFT,),
    _S.SUBMITTED: _CHAIN[:1],
    _S.CHECKED: _CHAIN[:2],
    _S.APPROVED: _CHAIN[:3],
    _S.ISSUED: _CHAIN,
    _S.RETURNED: (Move.SUBMIT, Move.SEND_BACK),
    _S.REJECTED: (Move.SUBMIT, Move.REJECT),
    _S.HELD: (*_CHAIN, Move.HOLD),
    _S.SUPERSEDED: (*_CHAIN, Move.SUPERSEDE),
    _S.REVOKED: (*_CHAIN, Move.REVOKE),
    _S.DEPARTED: (*_CHAIN, Move.DEPART),
}
"""The shortest way to each state that is stored."""


def clearance(index: int = 0, **changes: Any) -> Clearance:
    card = Clearance(
        clearance_no=f"BMET-2026-{index:011d}",
        application_reference=f"APP-{index:08d}",
        passport_no=f"A{index:08d}",
        status=Status.VALID,
        status_ref=StatusRef(uri=URI, idx=1000 + index),
        issued_at=NOW.replace(microsecond=0) + timedelta(minutes=index),
        valid_until=date(2027, 2, 20),
        token=b"token",
        kid=b"\x01" * 8,
        pdf_sha256="0" * 64,
        pdf_size=40_000,
        approved_by=APPROVER.number,
        issued_by=ISSUER.number,
    )
    return replace(card, **changes)


def intent(index: int = 0, **changes: Any) -> SigningIntent:
    plan = SigningIntent(
        application_reference=f"APP-{index:08d}",
        clearance_no=f"BMET-2026-{index:011d}",
        status_ref=StatusRef(uri=URI, idx=1000 + index),
        issuer_no=ISSUER.number,
        planned_at=NOW.replace(microsecond=0),
        payload_sha256="ab" * 32,
    )
    return replace(plan, **changes)


def revoked(card: Clearance) -> Clearance:
    at = datetime(2026, 11, 23, 4, 5, 6, 7, tzinfo=UTC)
    reason = RevocationReason.VISA_CANCELLED
    return card.revoked(Revocation(officer_no=ISSUER.number, at=at, reason=reason, remark="letter 12/26"))


def entry(number: int, subject: str = "APP-00000000") -> AuditEntry:
    return AuditEntry(
        at=NOW + timedelta(seconds=number),
        officer_no=CLERK.number,
        act=AuditAct.APPLICATION_SUBMITTED,
        subject=subject,
        facts={"permit": "EA-SAU-1234", "version": number, "nothing": None, "bn": "মোঃ"},
    )


def desk(index: int = 0, **changes: Any) -> Desk:
    enrolled = Desk(
        id=f"DSK-{index:08d}",
        name="DAC-1",
        airport=Airport.DHAKA,
        counter="1",
        token_sha256="0" * 64,
        enrolled_by="operator",
        enrolled_at=NOW,
    )
    return replace(enrolled, **changes)
