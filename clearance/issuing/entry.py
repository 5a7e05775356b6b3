"""Entering cases, and the portraits that go with them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from clearance.credential.claims import StatusRef, encode_claims
from clearance.domain import decision
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.audit import AuditAct, Facts
from clearance.domain.clearance import new_clearance_no, new_reference
from clearance.domain.decision import Attempt, Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.claiming import claims_for
from clearance.issuing.moving import forwarded, put_on_record
from clearance.issuing.ports import Portrait, UnitOfWork
from clearance.issuing.service import Service


def enter(
    service: Service,
    draft: ApplicationDraft,
    *,
    officer: Officer,
    device: str,
    then: Callable[[UnitOfWork, Application], None] | None = None,
) -> Application | Refused:
    """The case as entered and submitted at once, or why it was not stored. `then` is done in the same transaction.

    Raises MalformedClaims for a draft that no card could carry, Conflict.
    """
    submitted = AuditAct.APPLICATION_SUBMITTED
    return _begin(service, draft, Move.SUBMIT, submitted, officer=officer, device=device, then=then)


def keep_draft(service: Service, draft: ApplicationDraft, *, officer: Officer, device: str) -> Application | Refused:
    """The case as kept for later, seen by nobody's queue but its own office's. Raises as `enter` does."""
    return _begin(service, draft, Move.DRAFT, AuditAct.APPLICATION_DRAFTED, officer=officer, device=device)


def _begin(
    service: Service,
    draft: ApplicationDraft,
    move: Move,
    put_down_as: AuditAct,
    *,
    officer: Officer,
    device: str,
    then: Callable[[UnitOfWork, Application], None] | None = None,
) -> Application | Refused:
    require_that_a_card_can_carry(service, draft)
    with service.database.write() as work:
        by = Attempt(officer=read_officer(work, officer.number), at=service.now(), device=device)
        against = (*decision.may_begin(draft, officer=by.officer), *about_payment(work, draft))
        if against:
            return Refused(objections=against)
        application = add(work, decision.begun(new_reference(), draft, move, by), put_down_as)
        if then is not None:
            then(work, application)
        work.commit()
    return application


def add(work: UnitOfWork, begun: Application, put_down_as: AuditAct) -> Application:
    """Write a new case and its entry in the record."""
    application = forwarded(work, begun)
    work.applications.add(application)
    put_on_record(work, application, put_down_as, entry_facts(application))
    return application


def entry_facts(application: Application) -> Facts:
    """What the record keeps of what was entered."""
    draft = application.draft
    facts: Facts = {"receipt": draft.payment.receipt_no, "office": draft.office_code, "licence": draft.licence_no}
    remark = draft.worker.photo_remark
    return {**facts, "photo_remark": remark.value} if remark else facts


def with_portrait(service: Service, draft: ApplicationDraft, portrait: Portrait) -> ApplicationDraft:
    """The draft with its portrait, which is kept, and with what was remarked about it."""
    sha256 = service.documents.put(portrait.jpeg)
    return replace(draft, worker=replace(draft.worker, photo_sha256=sha256, photo_remark=portrait.remark))


def about_payment(work: UnitOfWork, draft: ApplicationDraft, *, of: str = "") -> Iterator[Objection]:
    """Receipts that another case than `of` used already: each serves one head."""
    payment = draft.payment
    earlier = work.applications.by_receipt(payment.receipt_no)
    if earlier is not None and earlier.reference != of:
        details = {"receipt": payment.receipt_no, "reference": earlier.reference}
        yield Objection(ground=Ground.RECEIPT_USED, details=details)
    other = work.applications.by_pay_order(payment.pay_order_no) if payment.pay_order_no else None
    if other is not None and other.reference != of:
        details = {"receipt": payment.pay_order_no or "", "reference": other.reference}
        yield Objection(ground=Ground.PAY_ORDER_USED, details=details)


def require_that_a_card_can_carry(service: Service, draft: ApplicationDraft) -> None:
    """Raises MalformedClaims. Said now, by the core itself, and not on the day of issue, when nobody could mend it."""
    trial = claims_for(
        draft,
        issuer=service.issuer,
        clearance_no=new_clearance_no(service.today().year),
        status_ref=StatusRef(uri=service.status_uri, idx=0),
        issued_at=service.now(),
        valid_until=service.today(),
    )
    encode_claims(trial)
