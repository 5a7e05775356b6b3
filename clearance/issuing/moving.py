"""What every move of a case has in common: read under the lock, judge, write case, card and record together.

It also owns what follows from a move: the card of a case is told to desks as the case stands, and a plan to sign is
given up when a case starts anew.
"""

from collections.abc import Callable

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Attempt, Refused
from clearance.domain.eligibility import Case, Ground, objections
from clearance.domain.lifecycle import STARTS_ANEW, STATUS_OF
from clearance.domain.staff import Officer
from clearance.issuing.cases import case_of, read_officer, read_seen_case
from clearance.issuing.ports import NotSigned, UnitOfWork
from clearance.issuing.service import Service, dhaka_day


class NotYetPublished(Exception):
    """The case moved and stays so, but desks cannot learn of it yet. The next round tries to publish again."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} moved; the status list could not be published")
        self.reference = reference


def move(
    service: Service,
    reference: str,
    *,
    officer: Officer,
    device: str,
    version: int,
    reason: str | None,
    judge: Callable[[Case, Attempt], Application | Refused],
    put_down_as: AuditAct,
    facts: Callable[[Application], Facts] = lambda _: {},
) -> Application | Refused:
    """The moved case, written together with its entry in the record; or why `judge` refused.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """
    with service.database.write() as work:
        by = Attempt(officer=read_officer(work, officer.number), at=service.now(), device=device, reason=reason)
        outcome = judge(read_seen_case(work, reference, officer=by.officer, version=version), by)
        if isinstance(outcome, Refused):
            return outcome
        moved = write(work, outcome)
        put_on_record(work, moved, put_down_as, facts(moved))
        work.commit()
    return moved


def write(work: UnitOfWork, moved: Application) -> Application:
    """Write a moved case and what follows from it; the case as written."""
    routed = forwarded(work, moved)
    work.applications.save(routed)
    if routed.acts[-1].move in STARTS_ANEW:
        work.intents.abandon(routed.reference)
    keep_in_step(work, routed)
    return routed


def keep_in_step(work: UnitOfWork, application: Application) -> None:
    """Tell the case's card, where it has one, that the case moved. A revocation is written by whoever revokes."""
    clearance = work.clearances.for_application(application.reference) if application.issued else None
    if clearance is None or clearance.revocation is not None:
        return
    status = STATUS_OF[application.state]
    if clearance.status is not status:
        work.clearances.set_status(clearance.with_status(status))


def forwarded(work: UnitOfWork, application: Application) -> Application:
    """The case with a note whether the rules of the day leave it to headquarters."""
    if not application.under_way:
        return application
    against = objections(case_of(work, application), on=dhaka_day(application.acts[-1].at))
    headquarters = any(objection.ground is Ground.HEADQUARTERS_ONLY for objection in against)
    return application.routed(headquarters=headquarters)


def put_on_record(work: UnitOfWork, moved: Application, put_down_as: AuditAct, facts: Facts) -> None:
    """The entry for the newest act of a case: numbers and codes only."""
    act = moved.acts[-1]
    case: Facts = {"version": moved.version, "permit": moved.draft.permit_no, "rule": moved.rule_no}
    every: Facts = {**case, "device": act.device, **facts}
    work.audit.append(
        AuditEntry(at=act.at, officer_no=act.officer_no, act=put_down_as, subject=moved.reference, facts=every)
    )


def tell_desks(service: Service, moved: Application | Clearance) -> None:
    """Publish what desks are told of cards as it is now. Raises NotYetPublished."""
    try:
        service.signing.publish_status()
    except NotSigned as error:
        reference = moved.reference if isinstance(moved, Application) else moved.application_reference
        raise NotYetPublished(reference) from error
