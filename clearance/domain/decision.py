"""Who may move a case, and the move itself: refusal is a value.

The signing step calls `may_issue` again with what the database holds at that moment; pages call the same functions
only to tell officers early.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from clearance.credential.status import Status
from clearance.domain.application import MOVES, Act, Application, ApplicationState
from clearance.domain.clearance import Clearance
from clearance.domain.eligibility import Case, Details, Ground, Objection, objections
from clearance.domain.staff import Officer, Role

MAX_REASON = 500
"""Characters of a written reason or remark: what fits one line of a report."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The office says no; `objections` holds at least one."""

    objections: tuple[Objection, ...]


def approve(case: Case, *, officer: Officer, act: Act, on: date, photo_accepted: bool = False) -> Application | Refused:
    """The approved application, or why not. The officer must not have entered it, and must accept a remarked photo."""
    against = [*_who(case.application, officer, Role.APPROVER, ApplicationState.APPROVED), *objections(case, on=on)]
    if case.application.draft.worker.photo_remark and not photo_accepted:
        against.append(Objection(ground=Ground.PHOTO_NOT_ACCEPTED))
    if against:
        return Refused(objections=tuple(against))
    return replace(_moved(case.application, ApplicationState.APPROVED), approved=act)


def reject(application: Application, *, officer: Officer, act: Act) -> Application | Refused:
    """The rejected application, or why this officer cannot reject it. The act must carry the reason."""
    who = _who(application, officer, Role.APPROVER, ApplicationState.REJECTED)
    against = (*who, *_about_reason(act.reason, required=True))
    if against:
        return Refused(objections=against)
    return replace(_moved(application, ApplicationState.REJECTED), rejected=act)


def may_issue(case: Case, *, officer: Officer, on: date) -> tuple[Objection, ...]:
    """What stands against issuing this case by this officer on this day: persons, state and every condition again."""
    return (
        *_who(case.application, officer, Role.ISSUER, ApplicationState.ISSUED),
        *_about_approval(case.application, officer),
        *objections(case, on=on),
    )


def issued(application: Application, *, act: Act) -> Application:
    """The application after its clearance was recorded."""
    return replace(_moved(application, ApplicationState.ISSUED), issued=act)


def may_enter(officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer entering applications."""
    return tuple(_role(officer, Role.ENTRY))


def may_revoke(officer: Officer, *, remark: str | None) -> tuple[Objection, ...]:
    """What stands against this officer taking a card back with this remark."""
    return (*_role(officer, Role.ISSUER), *_about_reason(remark, required=False))


def may_print(clearance: Clearance, *, officer: Officer, on: date) -> tuple[Objection, ...]:
    """What stands against this officer handing out this card on plastic as well."""
    return (*_role(officer, Role.ISSUER), *_about_force(clearance, on))


def may_reissue(case: Case, clearance: Clearance, *, officer: Officer, on: date) -> tuple[Objection, ...]:
    """What stands against this officer having this card made anew by another key."""
    return (*_role(officer, Role.ISSUER), *against_reissue(case, clearance, on=on))


def against_reissue(case: Case, clearance: Clearance, *, on: date) -> tuple[Objection, ...]:
    """What stands against a new card in the place of this one, whoever asks.

    The worker was cleared by three officers already and nobody decides anew; but every condition must hold today. The
    card does not stand against itself, and its place on the permit is its own.
    """
    itself = case.standing is not None and case.standing.clearance_no == clearance.clearance_no
    permit = case.permit and replace(case.permit, used=max(0, case.permit.used - 1))
    without = replace(case, standing=None if itself else case.standing, permit=permit)
    return (*_about_force(clearance, on), *_about_three_officers(case.application), *objections(without, on=on))


def _about_three_officers(application: Application) -> Iterator[Objection]:
    """What no use case writes but a hand in the database might: a case issued by fewer than three people."""
    approved, issued_by = application.approved, application.issued
    if application.state is not ApplicationState.ISSUED or approved is None or issued_by is None:
        yield Objection(ground=Ground.NOT_THE_STATE, details={"state": application.state.value})
        return
    if application.entered.officer_no in (approved.officer_no, issued_by.officer_no):
        yield Objection(ground=Ground.SAME_OFFICER_ENTERED)
    if approved.officer_no == issued_by.officer_no:
        yield Objection(ground=Ground.SAME_OFFICER_APPROVED)


def _who(application: Application, officer: Officer, role: Role, target: ApplicationState) -> Iterator[Objection]:
    yield from _role(officer, role)
    if target not in MOVES[application.state]:
        yield Objection(ground=Ground.NOT_THE_STATE, details={"state": application.state.value})
    if officer.number == application.entered.officer_no:
        yield Objection(ground=Ground.SAME_OFFICER_ENTERED)


def _about_approval(application: Application, officer: Officer) -> Iterator[Objection]:
    """What no use case writes but a hand in the database might: an approval by nobody, or by who entered the case."""
    approved = application.approved
    if approved is None:
        if application.state is ApplicationState.APPROVED:  # any other state was objected to already
            yield Objection(ground=Ground.NOT_THE_STATE, details={"state": application.state.value})
    elif approved.officer_no == application.entered.officer_no:
        yield Objection(ground=Ground.SAME_OFFICER_ENTERED)
    elif approved.officer_no == officer.number:
        yield Objection(ground=Ground.SAME_OFFICER_APPROVED)


def _role(officer: Officer, role: Role) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if role not in officer.roles:
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": role.value})


def _about_force(clearance: Clearance, on: date) -> Iterator[Objection]:
    number = clearance.clearance_no
    if clearance.status is not Status.VALID:
        details: Details = {"clearance": number, "status": clearance.status.name}
        yield Objection(ground=Ground.CARD_NOT_IN_FORCE, details=details)
    elif on > clearance.valid_until:
        yield Objection(ground=Ground.CARD_RAN_OUT, details={"clearance": number, "date": clearance.valid_until})


def _about_reason(reason: str | None, *, required: bool) -> Iterator[Objection]:
    if required and not (reason and reason.strip()):
        yield Objection(ground=Ground.REASON_MISSING)
    if reason and len(reason) > MAX_REASON:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_REASON})


def _moved(application: Application, state: ApplicationState) -> Application:
    return replace(application, state=state, version=application.version + 1)
