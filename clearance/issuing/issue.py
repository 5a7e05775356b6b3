"""Issuing a clearance: sign, draw, proof-read, seal, record, and only then hand over.

The page to read first. Whatever fails before the record is written leaves nothing released: the signing intent stays,
and the next attempt makes the same card (docs/flows/issue.md).
"""

from datetime import datetime

from clearance.credential.qrtext import pack
from clearance.credential.status import Status
from clearance.domain import decision
from clearance.domain.application import Act
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_case, read_officer
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.printing import printed_card
from clearance.issuing.proofreading import check_pages
from clearance.issuing.service import Service, dhaka_day
from clearance.issuing.sign import SignedClearance, sign


def issue(service: Service, reference: str, *, officer: Officer) -> Clearance | Refused:
    """The clearance as recorded, its card ready for download; or why there is none.

    Raises NotOnRecord, Conflict and what `sign` raises; CardUnreadable where a drawn QR does not read back.
    """
    signed = sign(service, reference, officer_no=officer.number)
    if isinstance(signed, Refused):
        return signed
    qr_text = pack(signed.token)
    drawn = service.printer.render(printed_card(service, signed, qr_text=qr_text, issued_by=officer.number))
    check_pages(service, drawn, qr_text=qr_text)
    now = service.now()
    sealed = service.printer.seal(drawn, at=now)
    clearance = _clearance(service, signed, sealed, issued_by=officer.number)
    return _record(service, clearance, now=now)


def _clearance(service: Service, signed: SignedClearance, sealed: bytes, *, issued_by: str) -> Clearance:
    application = signed.case.application
    assert application.approved is not None
    return Clearance(
        clearance_no=signed.intent.clearance_no,
        application_reference=application.reference,
        passport_no=signed.claims.passport_no,
        status=Status.VALID,
        status_ref=signed.intent.status_ref,
        issued_at=signed.intent.planned_at,
        valid_until=signed.claims.valid_until,
        token=signed.token,
        kid=service.card_signer.kid,
        pdf_sha256=service.documents.put(sealed),
        pdf_size=len(sealed),
        approved_by=application.approved.officer_no,
        issued_by=issued_by,
    )


def _record(service: Service, clearance: Clearance, *, now: datetime) -> Clearance | Refused:
    """One transaction: the clearance, the permit's place, the case and the entry in the record; or nothing.

    The case is judged once more, since drawing took time in which another officer may have been faster.
    """
    reference = clearance.application_reference
    with service.database.write() as work:
        case = read_case(work, reference)
        officer = read_officer(work, clearance.issued_by)
        against = decision.may_issue(case, officer=officer, on=dhaka_day(now))
        if against:
            return Refused(objections=against)
        if case.standing is not None:  # it has run out, or it would have stood against this one
            work.clearances.set_status(case.standing.superseded())
        work.clearances.add(clearance)
        work.permits.take_place(case.application.draft.permit_no)
        act = Act(officer_no=officer.number, at=now)
        work.applications.save(decision.issued(case.application, act=act))
        _put_on_record(work, clearance, permit_no=case.application.draft.permit_no, at=now)
        work.commit()
    return clearance


def _put_on_record(work: UnitOfWork, clearance: Clearance, *, permit_no: str, at: datetime) -> None:
    facts: Facts = {
        "clearance": clearance.clearance_no,
        "permit": permit_no,
        "status_idx": clearance.status_ref.idx,
        "pdf_sha256": clearance.pdf_sha256,
        "kid": clearance.kid.hex(),
    }
    work.audit.append(
        AuditEntry(
            at=at,
            officer_no=clearance.issued_by,
            act=AuditAct.CARD_ISSUED,
            subject=clearance.application_reference,
            facts=facts,
        )
    )
