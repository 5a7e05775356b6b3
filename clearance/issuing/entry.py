"""Entering applications and the portraits that go with them."""

from collections.abc import Iterator
from dataclasses import replace

from clearance.credential.claims import StatusRef, encode_claims
from clearance.domain.application import Act, Application, ApplicationDraft, ApplicationState
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import new_clearance_no, new_reference
from clearance.domain.decision import Refused, may_enter
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.claiming import claims_for
from clearance.issuing.ports import Portrait, UnitOfWork
from clearance.issuing.service import Service


def enter(service: Service, draft: ApplicationDraft, *, officer: Officer) -> Application | Refused:
    """The case as stored, or why it was not. Raises MalformedClaims for a draft that no card could carry."""
    _require_that_a_card_can_carry(service, draft)
    entered = Act(officer_no=officer.number, at=service.now())
    application = Application(reference=new_reference(), state=ApplicationState.SUBMITTED, draft=draft, entered=entered)
    with service.database.write() as work:
        against = (*may_enter(read_officer(work, officer.number)), *_about_receipt(work, draft))
        if against:
            return Refused(objections=against)
        work.applications.add(application)
        work.audit.append(
            AuditEntry(
                at=entered.at,
                officer_no=officer.number,
                act=AuditAct.APPLICATION_ENTERED,
                subject=application.reference,
                facts=_facts(draft),
            )
        )
        work.commit()
    return application


def with_portrait(service: Service, draft: ApplicationDraft, portrait: Portrait) -> ApplicationDraft:
    """The draft with its portrait, which is kept, and with what was remarked about it."""
    sha256 = service.documents.put(portrait.jpeg)
    return replace(draft, worker=replace(draft.worker, photo_sha256=sha256, photo_remark=portrait.remark))


def _facts(draft: ApplicationDraft) -> Facts:
    facts = {"permit": draft.permit_no, "receipt": draft.payment.receipt_no, "office": draft.office_code}
    remark = draft.worker.photo_remark
    return {**facts, "photo_remark": remark.value} if remark else facts


def _about_receipt(work: UnitOfWork, draft: ApplicationDraft) -> Iterator[Objection]:
    earlier = work.applications.by_receipt(draft.payment.receipt_no)
    if earlier is not None:
        details = {"receipt": draft.payment.receipt_no, "reference": earlier.reference}
        yield Objection(ground=Ground.RECEIPT_USED, details=details)


def _require_that_a_card_can_carry(service: Service, draft: ApplicationDraft) -> None:
    # Said now, by the core itself, and not on the day of issue, when the case could no longer be mended.
    trial = claims_for(
        draft,
        issuer=service.issuer,
        clearance_no=new_clearance_no(service.today().year),
        status_ref=StatusRef(uri=service.status_uri, idx=0),
        issued_at=service.now(),
        valid_until=service.today(),
    )
    encode_claims(trial)
