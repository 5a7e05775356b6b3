"""Rows by the book: cases, clearances, intents and entries to store, one for each index."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.application import Act, Application, ApplicationState
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance, Revocation, RevocationReason
from clearance.domain.desk import Airport, Desk
from clearance.issuing.ports import SigningIntent
from tests.fakes.office import APPROVER, CLERK, ISSUER, NOW, draft

URI = "https://s.bmet.gov.bd/26a"


def application(
    index: int = 0, *, state: ApplicationState = ApplicationState.SUBMITTED, minutes: int = 0
) -> Application:
    """A case that moved to `state` by the book, entered `minutes` after noon."""
    acts: dict[str, Any] = {"entered": Act(officer_no=CLERK.number, at=NOW + timedelta(minutes=minutes)), "version": 1}
    if state in (ApplicationState.APPROVED, ApplicationState.ISSUED):
        acts |= {"approved": Act(officer_no=APPROVER.number, at=NOW), "version": 2}
    if state is ApplicationState.ISSUED:
        acts |= {"issued": Act(officer_no=ISSUER.number, at=NOW), "version": 3}
    if state is ApplicationState.REJECTED:
        acts |= {"rejected": Act(officer_no=APPROVER.number, at=NOW, reason="visa copy illegible"), "version": 2}
    return Application(reference=f"APP-{index:08d}", state=state, draft=draft(index), **acts)


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
        act=AuditAct.APPLICATION_ENTERED,
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
