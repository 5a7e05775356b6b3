"""One row of a batch, from draft to card by four officers; tried again, it goes on where it stopped."""

from dataclasses import dataclass

from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Attempt, Refused, begun, conditions
from clearance.domain.eligibility import Objection
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.staff import Officer
from clearance.issuing.approve import approve
from clearance.issuing.cases import case_of
from clearance.issuing.check import check
from clearance.issuing.entry import enter, with_portrait
from clearance.issuing.ports import Portrait, UnitOfWork
from clearance.issuing.request import request_card
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class Officers:
    """Who enters, who checks, who approves and who issues: four persons."""

    entry: Officer
    checker: Officer
    approver: Officer
    issuer: Officer


@dataclass(frozen=True, kw_only=True)
class AlreadyIssued:
    """The row's case has a card from an earlier run."""

    clearance: Clearance


def issue_row(
    service: Service, draft: ApplicationDraft, *, portrait: Portrait, officers: Officers, device: str
) -> Clearance | AlreadyIssued | Refused:
    """Enter, check, approve and issue one case, or say why not.

    A case that could not be issued today is not even entered. The same passport, visa and receipt are the same case:
    it is taken up where an earlier run left it, and never issued twice. Raises what `request_card` raises.
    """
    with service.database.read() as work:
        known = _known(work, draft)
        if known is None:
            against = _objections_today(service, work, draft, officers)
            if against:
                return Refused(objections=against)
        elif known.issued is not None:
            clearance = work.clearances.for_application(known.reference)
            assert clearance is not None
            return AlreadyIssued(clearance=clearance)
    if known is None:
        entered = enter(service, with_portrait(service, draft, portrait), officer=officers.entry, device=device)
        if isinstance(entered, Refused):
            return entered
        known = entered
    decided = _decided(service, known, officers, device)
    if isinstance(decided, Refused):
        return decided
    return request_card(service, decided.reference, officer=officers.issuer, device=device)


def _decided(service: Service, known: Application, officers: Officers, device: str) -> Application | Refused:
    """The case checked and approved, from wherever an earlier run left it."""
    if known.state is ApplicationState.SUBMITTED:
        checked = check(service, known.reference, officer=officers.checker, device=device, version=known.version)
        if isinstance(checked, Refused):
            return checked
        known = checked
    if known.state is ApplicationState.CHECKED:
        # A remark about the photo stands in the run's report, for the officers who answer for the whole file.
        return approve(
            service,
            known.reference,
            officer=officers.approver,
            device=device,
            version=known.version,
            photo_accepted=True,
        )
    return known


def _known(work: UnitOfWork, draft: ApplicationDraft) -> Application | None:
    """The case that this row made earlier; a receipt of another passport or visa is for `enter` to refuse."""
    earlier = work.applications.by_receipt(draft.payment.receipt_no)
    if earlier is None:
        return None
    same_passport = earlier.draft.worker.passport.number == draft.worker.passport.number
    return earlier if same_passport and earlier.draft.visa.number == draft.visa.number else None


def _objections_today(
    service: Service, work: UnitOfWork, draft: ApplicationDraft, officers: Officers
) -> tuple[Objection, ...]:
    by = Attempt(officer=officers.entry, at=service.now(), device="")
    not_stored = begun("", draft, Move.SUBMIT, by)
    return conditions(case_of(work, not_stored), officers.approver, on=service.today())
