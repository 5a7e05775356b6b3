"""Who may move a case, and the move itself: refusal is a value.

The signing step calls `may_issue` again with what the database holds at that moment; pages call the same functions
only to tell officers early. Which moves there are is `clearance.domain.lifecycle`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from clearance.credential.status import Status
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.eligibility import Case, Details, Ground, Objection, objections
from clearance.domain.lifecycle import FIRST, Act, ApplicationState, Move, Step, step_of
from clearance.domain.staff import ENTERING, Officer, Role

MAX_REASON = 500
"""Characters of a written reason or remark: what fits one line of a report."""

ROLES: Mapping[Step, frozenset[Role]] = {
    Step.ENTRY: ENTERING,
    Step.CHECKING: frozenset({Role.CHECKER}),
    Step.APPROVAL: frozenset({Role.APPROVER}),
    Step.ISSUE: frozenset({Role.ISSUER}),
    Step.TAKING_UP: frozenset({Role.APPROVER}),
}
"""Any of these roles is enough for a move of the step."""
ROLES_OF_CARE: Mapping[Move, frozenset[Role]] = {
    Move.HOLD: frozenset({Role.CHECKER, Role.APPROVER, Role.ISSUER}),
    Move.RELEASE: frozenset({Role.APPROVER, Role.ISSUER}),
    Move.REVOKE: frozenset({Role.ISSUER}),
}
NEED_A_REASON = frozenset({Move.SEND_BACK, Move.REJECT, Move.TAKE_UP_AGAIN, Move.HOLD, Move.RELEASE})
SAME_OFFICER: Mapping[Step, Ground] = {
    Step.ENTRY: Ground.SAME_OFFICER_ENTERED,
    Step.CHECKING: Ground.SAME_OFFICER_CHECKED,
    Step.APPROVAL: Ground.SAME_OFFICER_APPROVED,
    Step.ISSUE: Ground.SAME_OFFICER_ISSUED,
    Step.TAKING_UP: Ground.SAME_OFFICER_TOOK_UP,
}
SIGNATURES = (Move.SUBMIT, Move.CHECK, Move.APPROVE, Move.ISSUE)
"""The four that make a card, each by another person."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The office says no; `objections` holds at least one."""

    objections: tuple[Objection, ...]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Who wants to move a case now: the officer as on record, when (UTC), from which device, why."""

    officer: Officer
    at: datetime
    device: str
    reason: str | None = None


def may_begin(draft: ApplicationDraft, *, officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer entering this case."""
    return (*_roles(officer, ENTERING), *_about_scope(draft, officer))


def begun(
    reference: str, draft: ApplicationDraft, move: Move, by: Attempt, *, replaces: str | None = None
) -> Application:
    """A new case, kept as a draft or submitted at once."""
    act = _act(move, Step.ENTRY, FIRST[move], by)
    return Application(reference=reference, state=act.state, draft=draft, acts=(act,), replaces=replaces)


def may(application: Application, move: Move, by: Attempt, *, on: date) -> tuple[Objection, ...]:
    """What stands against this officer making this move: the state, the role, the office, who acted before, why."""
    officer = by.officer
    if move not in application.moves_on(on):
        return (_not_the_state(application, on),)
    step = step_of(move, application.state)
    return (
        *_roles(officer, ROLES_OF_CARE[move] if step is Step.CARE else ROLES[step]),
        *_about_scope(application.draft, officer),
        *_about_persons(application, officer, move, step),
        *_about_reason(by.reason, required=move in NEED_A_REASON),
    )


def make(application: Application, move: Move, by: Attempt, *, on: date) -> Application | Refused:
    """The case after a move that asks for nothing but the right person and, for some, a reason."""
    against = may(application, move, by, on=on)
    return Refused(objections=against) if against else moved(application, move, by, on=on)


def check(case: Case, by: Attempt, *, on: date) -> Application | Refused:
    """The checked application, or why not. Who decides it in the end is no question yet."""
    conditions_of_case = _but_for_headquarters(objections(_with_its_own_place(case), on=on))
    against = (*may(case.application, Move.CHECK, by, on=on), *conditions_of_case)
    return Refused(objections=against) if against else moved(case.application, Move.CHECK, by, on=on)


def approve(case: Case, by: Attempt, *, on: date, photo_accepted: bool = False) -> Application | Refused:
    """The approved application, or why not. The officer must accept a photo that was remarked on."""
    against = [*may(case.application, Move.APPROVE, by, on=on), *conditions(case, by.officer, on=on)]
    if case.application.draft.worker.photo_remark and not photo_accepted:
        against.append(Objection(ground=Ground.PHOTO_NOT_ACCEPTED))
    if against:
        return Refused(objections=tuple(against))
    return under_its_rule(case, moved(case.application, Move.APPROVE, by, on=on), on=on)


def may_issue(case: Case, by: Attempt, *, on: date) -> tuple[Objection, ...]:
    """What stands against issuing this case by this officer on this day: persons, state and every condition again."""
    return (
        *may(case.application, Move.ISSUE, by, on=on),
        *_about_chain(case.application, SIGNATURES[:-1], on),
        *(_about_force(case.replaced, on) if case.replaced else ()),
        *conditions(case, by.officer, on=on),
    )


def issued(application: Application, by: Attempt, *, on: date, valid_until: date) -> Application:
    """The application after its clearance was recorded."""
    return replace(moved(application, Move.ISSUE, by, on=on), valid_until=valid_until)


def superseded(application: Application, by: Attempt, *, on: date) -> Application:
    """The case of a clearance that a newer one took the place of."""
    return moved(application, Move.SUPERSEDE, by, on=on)


def departed(application: Application, *, desk: str, at: datetime, on: date) -> Application | Refused:
    """The case after a desk let its worker pass, or why it could not."""
    if Move.DEPART not in application.moves_on(on):
        return Refused(objections=(_not_the_state(application, on),))
    act = Act(
        move=Move.DEPART, step=Step.CARE, state=ApplicationState.DEPARTED, officer_no=desk, at=at, device=f"desk:{desk}"
    )
    return application.moved(act)


def conditions(case: Case, officer: Officer, *, on: date) -> tuple[Objection, ...]:
    """What stands against the case where this officer decides: headquarters may decide every one."""
    against = objections(_with_its_own_place(case), on=on)
    return _but_for_headquarters(against) if officer.headquarters else against


def moved(application: Application, move: Move, by: Attempt, *, on: date) -> Application:
    """The case after a move that `may` allows."""
    state, step = application.leads_to(move, on=on), step_of(move, application.state)
    return application.moved(_act(move, step, state, by))


def may_revoke(application: Application, clearance: Clearance, by: Attempt, *, on: date) -> tuple[Objection, ...]:
    """What stands against this officer taking this card of the case back; the attempt's reason is the remark."""
    if clearance.status in (Status.INVALID, Status.SUPERSEDED):
        return tuple(_about_force(clearance, on))
    return may(application, Move.REVOKE, by, on=on)


def may_replace(
    old: Application, clearance: Clearance, draft: ApplicationDraft, *, officer: Officer, on: date
) -> tuple[Objection, ...]:
    """What stands against a case that corrects or renews a card: that one must be in force, and the new case the same
    worker's, on the same permit and fees. Anything else is a new clearance.
    """
    return (
        *may_begin(draft, officer=officer),
        *_about_scope(old.draft, officer),
        *_about_force(clearance, on),
        *(Objection(ground=Ground.NOT_A_CORRECTION, details={"field": name}) for name in _differing(old.draft, draft)),
    )


def _differing(old: ApplicationDraft, new: ApplicationDraft) -> Iterator[str]:
    """The fields that a correction may not change, where it does."""
    if old.worker.registration_no != new.worker.registration_no:
        yield "registration_no"
    if old.permit_no != new.permit_no:
        yield "permit_no"
    if old.licence_no != new.licence_no:
        yield "licence_no"
    if old.payment.receipt_no != new.payment.receipt_no:
        yield "receipt_no"


def may_print(clearance: Clearance, *, officer: Officer, on: date) -> tuple[Objection, ...]:
    """What stands against this officer handing out this card on plastic as well."""
    return (*_roles(officer, frozenset({Role.ISSUER})), *_about_force(clearance, on))


def may_reissue(case: Case, clearance: Clearance, *, officer: Officer, on: date) -> tuple[Objection, ...]:
    """What stands against this officer having this card made anew by another key."""
    return (*_roles(officer, frozenset({Role.ISSUER})), *against_reissue(case, clearance, on=on))


def against_reissue(case: Case, clearance: Clearance, *, on: date) -> tuple[Objection, ...]:
    """What stands against a new card in the place of this one, whoever asks.

    The worker was cleared by four officers already and nobody decides anew; but every condition must hold today. The
    card does not stand against itself, and its place on the permit is its own.
    """
    itself = case.standing is not None and case.standing.clearance_no == clearance.clearance_no
    permit = case.permit and replace(case.permit, used=max(0, case.permit.used - 1))
    without = replace(case, standing=None if itself else case.standing, permit=permit)
    return (
        *_about_force(clearance, on),
        *_about_chain(case.application, SIGNATURES, on),
        *_but_for_headquarters(objections(without, on=on)),
    )


def _act(move: Move, step: Step, state: ApplicationState, by: Attempt) -> Act:
    return Act(
        move=move,
        step=step,
        state=state,
        officer_no=by.officer.number,
        at=by.at,
        device=by.device,
        reason=(by.reason or "").strip() or None,
    )


def under_its_rule(case: Case, decided: Application, *, on: date) -> Application:
    """The decided case with the version of the rules that its decision went by."""
    rule = case.rule_on(on)
    return replace(decided, rule_no=rule.number if rule else None)


def _but_for_headquarters(against: tuple[Objection, ...]) -> tuple[Objection, ...]:
    return tuple(objection for objection in against if objection.ground is not Ground.HEADQUARTERS_ONLY)


def _not_the_state(application: Application, on: date) -> Objection:
    return Objection(ground=Ground.NOT_THE_STATE, details={"state": application.state_on(on).value})


def _with_its_own_place(case: Case) -> Case:
    """A card that takes the place of another takes that one's place on the permit, too."""
    if case.replaced is None or case.permit is None:
        return case
    return replace(case, permit=replace(case.permit, used=max(0, case.permit.used - 1)))


def _about_chain(application: Application, signatures: tuple[Move, ...], on: date) -> Iterator[Objection]:
    """What no use case writes but a hand in the database might: a signature missing, or two by one person."""
    found = [next((a for a in reversed(application.signatures) if a.move is move), None) for move in signatures]
    # A case that was taken up again was submitted before that; whoever took it up stands for its entry.
    found[0] = found[0] or next((a for a in application.signatures if a.step is Step.TAKING_UP), None)
    signed = [act for act in found if act is not None]
    if len(signed) < len(signatures):
        if application.state in (ApplicationState.APPROVED, ApplicationState.ISSUED, ApplicationState.DEPARTED):
            yield _not_the_state(application, on)
        return
    for number, act in enumerate(signed):
        if act.officer_no in {later.officer_no for later in signed[number + 1 :]}:
            yield Objection(ground=SAME_OFFICER[act.step])


def _about_persons(application: Application, officer: Officer, move: Move, step: Step) -> Iterator[Objection]:
    if move is Move.RELEASE:
        if officer.number == application.acts[-1].officer_no:
            yield Objection(ground=Ground.SAME_OFFICER_HELD)
        return
    if step is Step.CARE:
        return
    rejections = [number for number, act in enumerate(application.acts) if act.move is Move.REJECT]
    if rejections and step is not Step.ENTRY:
        # Two fresh pairs of eyes: neither who rejected the case nor who had acted on it before.
        earlier = application.acts[: rejections[-1] + 1]
        if officer.number in {act.officer_no for act in earlier if act.step is not Step.CARE}:
            who = application.acts[rejections[-1]].officer_no
            yield Objection(ground=Ground.REJECTED_BEFORE, details={"officer": who})
            return
    others = [act.step for act in application.acts if act.officer_no == officer.number and act.step is not step]
    for other in dict.fromkeys(others):
        if other is not Step.CARE:
            yield Objection(ground=SAME_OFFICER[other])


def _about_scope(draft: ApplicationDraft, officer: Officer) -> Iterator[Objection]:
    if officer.licence_no is not None and officer.licence_no != draft.licence_no:
        yield Objection(ground=Ground.OTHER_AGENCY, details={"licence": officer.licence_no})
    elif not officer.scope.covers(office_code=draft.office_code, licence_no=draft.licence_no):
        yield Objection(ground=Ground.OTHER_OFFICE, details={"office": draft.office_code})


def _roles(officer: Officer, enough: frozenset[Role]) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if not officer.roles & enough:
        wanted = max(enough, key=list(Role).index)
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": wanted.value})


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
