"""Amending what was entered, before it is submitted or after it was sent back."""

from dataclasses import replace

from clearance.domain import decision
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Attempt, Refused
from clearance.domain.eligibility import Objection
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_case, read_officer, seen_by
from clearance.issuing.entry import about_payment, entry_facts, require_that_a_card_can_carry
from clearance.issuing.moving import put_on_record, write
from clearance.issuing.ports import Conflict, UnitOfWork
from clearance.issuing.service import Service


def amend(
    service: Service, reference: str, draft: ApplicationDraft, *, officer: Officer, device: str, version: int
) -> Application | Refused:
    """The case with another draft in the place of its own, or why not.

    A draft without a photo keeps the one that the case has. Raises Conflict where somebody else moved it meanwhile,
    NotOnRecord where this officer sees no such case, MalformedClaims for a draft that no card could carry.
    """
    require_that_a_card_can_carry(service, draft)
    with service.database.write() as work:
        by = Attempt(officer=read_officer(work, officer.number), at=service.now(), device=device)
        stored = seen_by(work, reference, officer=by.officer)
        if stored.version != version:
            raise Conflict(f"{reference} has moved on")
        wanted = _with_photo_of(stored.draft, draft)
        against = (
            *decision.may(stored, Move.AMEND, by, on=service.today()),
            *_about_draft(service, work, stored, wanted, officer=by.officer),
        )
        if against:
            return Refused(objections=against)
        amended = write(work, replace(decision.moved(stored, Move.AMEND, by, on=service.today()), draft=wanted))
        put_on_record(work, amended, AuditAct.APPLICATION_AMENDED, entry_facts(amended))
        work.commit()
    return amended


def _about_draft(
    service: Service, work: UnitOfWork, stored: Application, wanted: ApplicationDraft, *, officer: Officer
) -> tuple[Objection, ...]:
    """What stands against the new draft itself, by the same measure as on the day it was entered."""
    replaced = work.clearances.get(stored.replaces) if stored.replaces else None
    if replaced is None:
        own = stored.reference
        return (*decision.may_begin(wanted, officer=officer), *about_payment(work, wanted, of=own))
    old = read_case(work, replaced.application_reference).application
    return decision.may_replace(old, replaced, wanted, officer=officer, on=service.today())


def _with_photo_of(old: ApplicationDraft, new: ApplicationDraft) -> ApplicationDraft:
    if new.worker.photo_sha256:
        return new
    worker = replace(new.worker, photo_sha256=old.worker.photo_sha256, photo_remark=old.worker.photo_remark)
    return replace(new, worker=worker)
