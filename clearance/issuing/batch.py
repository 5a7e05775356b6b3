"""One row of a batch, from draft to card by three officers; tried again, it goes on where it stopped."""

from dataclasses import dataclass

from clearance.domain.application import Act, Application, ApplicationDraft, ApplicationState
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection, objections
from clearance.domain.staff import Officer
from clearance.issuing.approve import approve
from clearance.issuing.cases import case_of
from clearance.issuing.entry import enter, with_portrait
from clearance.issuing.ports import Portrait, UnitOfWork
from clearance.issuing.request import request_card
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class Officers:
    """Who enters, who approves and who issues: three persons."""

    entry: Officer
    approver: Officer
    issuer: Officer


@dataclass(frozen=True, kw_only=True)
class AlreadyIssued:
    """The row's case has a card from an earlier run."""

    clearance: Clearance


def issue_row(
    service: Service, draft: ApplicationDraft, *, portrait: Portrait, officers: Officers
) -> Clearance | AlreadyIssued | Refused:
    """Enter, approve and issue one case, or say why not.

    A case that could not be issued today is not even entered. The same passport, visa and receipt are the same case:
    it is taken up where an earlier run left it, and never issued twice. Raises what `request_card` raises.
    """
    with service.database.read() as work:
        known = _known(work, draft)
        if known is None:
            against = _objections_today(service, work, draft, officers.entry)
            if against:
                return Refused(objections=against)
        elif known.state is ApplicationState.ISSUED:
            clearance = work.clearances.for_application(known.reference)
            assert clearance is not None
            return AlreadyIssued(clearance=clearance)
    if known is None:
        entered = enter(service, with_portrait(service, draft, portrait), officer=officers.entry)
        if isinstance(entered, Refused):
            return entered
        known = entered
    if known.state is ApplicationState.SUBMITTED:
        # A remark about the photo stands in the run's report, for the officers who answer for the whole file.
        approved = approve(
            service, known.reference, officer=officers.approver, version=known.version, photo_accepted=True
        )
        if isinstance(approved, Refused):
            return approved
    return request_card(service, known.reference, officer=officers.issuer)


def _known(work: UnitOfWork, draft: ApplicationDraft) -> Application | None:
    """The case that this row made earlier; a receipt of another passport or visa is for `enter` to refuse."""
    earlier = work.applications.by_receipt(draft.payment.receipt_no)
    if earlier is None:
        return None
    same_passport = earlier.draft.worker.passport.number == draft.worker.passport.number
    return earlier if same_passport and earlier.draft.visa.number == draft.visa.number else None


def _objections_today(
    service: Service, work: UnitOfWork, draft: ApplicationDraft, officer: Officer
) -> tuple[Objection, ...]:
    entered = Act(officer_no=officer.number, at=service.now())
    not_stored = Application(reference="", state=ApplicationState.SUBMITTED, draft=draft, entered=entered)
    return objections(case_of(work, not_stored), on=service.today())
