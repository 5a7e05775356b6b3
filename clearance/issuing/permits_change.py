"""Entering a permit and changing its limit by a letter of the ministry: one officer proposes, another consents.

A new permit has no places until a second officer consented to its first letter, so that nobody alone can grant any.
"""

from dataclasses import dataclass, replace
from datetime import date

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.consent import against_change, may_change, may_settle
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.permit import Permit, PermitChange
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.permits import read_permit, subject_of
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service

OUTCOME_ACTS = {
    ProposalState.CONSENTED: AuditAct.PERMIT_CHANGE_CONSENTED,
    ProposalState.REJECTED: AuditAct.PERMIT_CHANGE_REJECTED,
    ProposalState.WITHDRAWN: AuditAct.PERMIT_CHANGE_WITHDRAWN,
}
IN_USE = frozenset({ProposalState.PROPOSED, ProposalState.CONSENTED})


@dataclass(frozen=True, kw_only=True)
class NewPermit:
    """A permit as the ministry granted it."""

    number: str
    licence_no: str | None
    destination: str
    valid_from: date
    valid_until: date
    places: int
    letter_no: str


def add_permit(
    service: Service, wanted: NewPermit, *, officer: Officer, device: str, reason: str
) -> PermitChange | Refused:
    """The permit entered without a place, and the proposal to give it the ministry's.

    Raises NotOnRecord for an agency that is not there, Conflict for a permit that is.
    """
    permit = Permit(
        number=wanted.number,
        licence_no=wanted.licence_no,
        destination=wanted.destination,
        places=0,
        used=0,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
    )
    with service.database.write() as work:
        if wanted.licence_no is not None and work.permits.agency(wanted.licence_no) is None:
            raise NotOnRecord(wanted.licence_no)
        by = Signature(officer_no=officer.number, at=service.now(), device=device, reason=reason.strip() or None)
        change = _change(work, permit, wanted.places, wanted.letter_no, by)
        against = (*may_change(read_officer(work, officer.number), reason=reason), *against_change(permit, change))
        if against:
            return Refused(objections=against)
        work.permits.add(permit)
        _put_on_record(work, AuditAct.PERMIT_ADDED, change, by)
        work.permit_changes.propose(change)
        _put_on_record(work, AuditAct.PERMIT_CHANGE_PROPOSED, change, by)
        work.commit()
    return change


def propose_places(
    service: Service, permit_no: str, *, places: int, letter_no: str, officer: Officer, device: str, reason: str
) -> PermitChange | Refused:
    """The proposal to give a permit other places. Raises NotOnRecord."""
    by = Signature(officer_no=officer.number, at=service.now(), device=device, reason=reason.strip() or None)
    with service.database.write() as work:
        permit = read_permit(work, permit_no)
        change = _change(work, permit, places, letter_no, by)
        against = (
            *may_change(read_officer(work, officer.number), reason=reason),
            *against_change(permit, change),
            *_against_earlier(work, change),
        )
        if against:
            return Refused(objections=against)
        work.permit_changes.propose(change)
        _put_on_record(work, AuditAct.PERMIT_CHANGE_PROPOSED, change, by)
        work.commit()
    return change


def settle_places(
    service: Service, number: int, outcome: ProposalState, *, officer: Officer, device: str, reason: str | None
) -> PermitChange | Refused:
    """The proposal after an officer consented, rejected or withdrew it. Raises NotOnRecord, Conflict."""
    said = (reason or "").strip() or None
    by = Signature(officer_no=officer.number, at=service.now(), device=device, reason=said)
    with service.database.write() as work:
        change = work.permit_changes.get(number)
        if change is None:
            raise NotOnRecord(f"change {number} of a permit")
        second, permit = read_officer(work, officer.number), read_permit(work, change.permit_no)
        against = may_settle(second, change.proposed, change.state, outcome, reason=said)
        if not against and outcome is ProposalState.CONSENTED:
            against = against_change(permit, change)
        if against:
            return Refused(objections=against)
        done = replace(change, state=outcome, settled=by)
        work.permit_changes.settle(done)
        _put_on_record(work, OUTCOME_ACTS[outcome], done, by)
        work.commit()
    return done


def _change(work: UnitOfWork, permit: Permit, places: int, letter_no: str, by: Signature) -> PermitChange:
    return PermitChange(
        number=work.permit_changes.next_number(),
        permit_no=permit.number,
        places_before=permit.places,
        places=places,
        letter_no=letter_no.strip(),
        state=ProposalState.PROPOSED,
        proposed=by,
    )


def _against_earlier(work: UnitOfWork, change: PermitChange) -> tuple[Objection, ...]:
    """What earlier proposals say: one at a time, and each letter once."""
    earlier = [other for other in work.permit_changes.of_permit(change.permit_no) if other.state in IN_USE]
    if any(other.state is ProposalState.PROPOSED for other in earlier):
        return (Objection(ground=Ground.PROPOSAL_WAITS),)
    if any(other.letter_no == change.letter_no for other in earlier):
        return (Objection(ground=Ground.LETTER_USED, details={"letter": change.letter_no}),)
    return ()


def _put_on_record(work: UnitOfWork, act: AuditAct, change: PermitChange, by: Signature) -> None:
    facts: Facts = {
        "change": change.number,
        "places_before": change.places_before,
        "places": change.places,
        "letter": change.letter_no,
        "device": by.device,
        "reason": by.reason,
    }
    work.audit.append(
        AuditEntry(at=by.at, officer_no=by.officer_no, act=act, subject=subject_of(change.permit_no), facts=facts)
    )
