"""Issuing a clearance: sign, draw, proof-read, seal, record, and only then hand over.

The page to read first. Whatever fails before the record is written leaves nothing released: the signing intent stays,
and the next attempt makes the same card (docs/flows/issue.md).
"""

from dataclasses import dataclass
from datetime import datetime

from clearance.credential.qrtext import pack
from clearance.credential.status import Status
from clearance.domain import decision
from clearance.domain.audit import AuditAct, Facts
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Attempt, Refused
from clearance.domain.readability import Grade
from clearance.issuing.cases import read_case, read_officer
from clearance.issuing.moving import put_on_record, write
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.printing import printed_card
from clearance.issuing.proofreading import check_pages
from clearance.issuing.service import dhaka_day
from clearance.issuing.sign import SignedClearance, issued_by, sign
from clearance.issuing.signing_room import SigningRoom


def issue(room: SigningRoom, reference: str, *, officer_no: str, device: str) -> Clearance | Refused:
    """The clearance as recorded, its card ready for download; or why there is none.

    The officer who issued the case may ask again and is given the same clearance. Raises NotOnRecord, Conflict, OSError
    and what `sign` raises; NotSigned where a drawn QR does not read back.
    """
    signed = sign(room, reference, officer_no=officer_no, device=device)
    if not isinstance(signed, SignedClearance):
        return signed
    sealed = sealed_card(room, signed, issued_by=officer_no)
    clearance = new_clearance(room, signed, sealed, issued_by=officer_no)
    return _record(room, clearance, device=device, now=sealed.at)


@dataclass(frozen=True, kw_only=True)
class SealedCard:
    """A finished card: the PDF, how well it reads, and when it was sealed."""

    pdf: bytes
    grade: Grade
    at: datetime


def sealed_card(room: SigningRoom, signed: SignedClearance, *, issued_by: str) -> SealedCard:
    """The card drawn, every page proof-read, and sealed."""
    qr_text = pack(signed.token)
    drawn = room.printer.render(printed_card(room, signed, qr_text=qr_text, issued_by=issued_by))
    grade = check_pages(room, drawn, qr_text=qr_text)
    now = room.now()
    return SealedCard(pdf=room.printer.seal(drawn, at=now), grade=grade, at=now)


def new_clearance(room: SigningRoom, signed: SignedClearance, sealed: SealedCard, *, issued_by: str) -> Clearance:
    """The clearance of a sealed card, which is stored by now and not yet on record."""
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
        kid=room.card_signer.kid,
        pdf_sha256=room.documents.put(sealed.pdf),
        pdf_size=len(sealed.pdf),
        approved_by=application.approved.officer_no,
        issued_by=issued_by,
        grade=sealed.grade,
    )


def _record(room: SigningRoom, clearance: Clearance, *, device: str, now: datetime) -> Clearance | Refused:
    """One transaction: the clearance with its place on the permit, the case and the entry in the record; or nothing.

    The case is judged once more, since drawing took time in which another officer may have been faster.
    """
    reference = clearance.application_reference
    with room.database.write() as work:
        case = read_case(work, reference)
        issued = issued_by(work, case, clearance.issued_by)
        if issued is not None:
            return issued
        by = Attempt(officer=read_officer(work, clearance.issued_by), at=now, device=device)
        against = decision.may_issue(case, by, on=dhaka_day(now))
        if against:
            return Refused(objections=against)
        # All but the first have run out, or they would have stood against this one.
        for old in dict.fromkeys((case.replaced, case.standing, case.visa_holder)):
            if old is not None:
                _supersede(work, old, clearance, by)
        moved = decision.issued(case.application, by, on=dhaka_day(now), valid_until=clearance.valid_until)
        moved = decision.under_its_rule(case, moved, on=dhaka_day(now))
        work.applications.save(moved)
        work.clearances.add(clearance)
        put_on_record(work, moved, AuditAct.CARD_ISSUED, _facts(clearance))
        work.commit()
    return clearance


def _supersede(work: UnitOfWork, old: Clearance, new: Clearance, by: Attempt) -> None:
    """The older card and its case, in the transaction that records the newer one."""
    case = read_case(work, old.application_reference).application
    moved = decision.superseded(case, by, on=dhaka_day(by.at))
    write(work, moved)
    facts: Facts = {"clearance": old.clearance_no, "by": new.clearance_no, "status_idx": old.status_ref.idx}
    put_on_record(work, moved, AuditAct.CARD_SUPERSEDED, facts)


def _facts(clearance: Clearance) -> Facts:
    return {
        "clearance": clearance.clearance_no,
        "status_idx": clearance.status_ref.idx,
        "pdf_sha256": clearance.pdf_sha256,
        "grade": clearance.grade,
        "kid": clearance.kid.hex(),
    }
