"""Who may propose a change of the office's rules or permits, who may settle it, and what stands against the change.

Two people of headquarters are needed for each: one proposes, another consents (docs/adr/0075). What a change means for
cases is `rules` and `eligibility`.
"""

from collections.abc import Iterator
from datetime import date

from clearance.domain.decision import MAX_REASON
from clearance.domain.eligibility import Details, Ground, Objection
from clearance.domain.permit import Agency, Permit, PermitChange
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import RuleBook, RuleVersion
from clearance.domain.staff import Officer, Role

MAY_CHANGE = frozenset({Role.ADMINISTRATOR, Role.APPROVER})
"""Who changes rules and permits, at headquarters only: who answers for the system, and who decides under them."""
MAX_PLACES = 100_000
"""More than any permit of the ministry: a slip of the finger."""


def may_change(officer: Officer, *, reason: str | None) -> tuple[Objection, ...]:
    """What stands against this officer proposing a change of rules or permits, or suspending an agency."""
    return (*_about_officer(officer), *_about_reason(reason, required=True))


def may_settle(
    officer: Officer, proposed: Signature, state: ProposalState, outcome: ProposalState, *, reason: str | None
) -> tuple[Objection, ...]:
    """What stands against this officer bringing a proposal in some state to an outcome. A rejection needs a reason."""
    return (
        *_about_officer(officer),
        *_about_second(officer, proposed, outcome),
        *_about_state(state),
        *_about_reason(reason, required=outcome is ProposalState.REJECTED),
    )


def against_version(book: RuleBook, version: RuleVersion, *, on: date) -> tuple[Objection, ...]:
    """What stands against a version entering the book on a day: no rule begins before the day it is consented to."""
    return tuple(_about_version(book, version, on))


def against_change(permit: Permit, change: PermitChange) -> tuple[Objection, ...]:
    """What stands against other places for a permit: never fewer than are used, and a letter of the ministry."""
    return tuple(_about_change(permit, change))


def may_reinstate(officer: Officer, agency: Agency, *, reason: str | None) -> tuple[Objection, ...]:
    """What stands against this officer lifting a suspension: it takes another person than who ordered it."""
    against = list(may_change(officer, reason=reason))
    if agency.suspended_on is None:
        against.append(Objection(ground=Ground.NOT_SUSPENDED, details={"licence": agency.licence_no}))
    elif agency.suspended_by == officer.number:
        against.append(Objection(ground=Ground.SAME_OFFICER_SUSPENDED))
    return tuple(against)


def _about_officer(officer: Officer) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if not officer.roles & MAY_CHANGE:
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": Role.ADMINISTRATOR.value})
    if not officer.headquarters:
        yield Objection(ground=Ground.NOT_AT_HEADQUARTERS)


def _about_second(officer: Officer, proposed: Signature, outcome: ProposalState) -> Iterator[Objection]:
    own = officer.number == proposed.officer_no
    if outcome is ProposalState.WITHDRAWN and not own:
        yield Objection(ground=Ground.NOT_YOUR_PROPOSAL, details={"officer": proposed.officer_no})
    if outcome in (ProposalState.CONSENTED, ProposalState.REJECTED) and own:
        yield Objection(ground=Ground.SAME_OFFICER_PROPOSED)


def _about_state(state: ProposalState) -> Iterator[Objection]:
    if state is not ProposalState.PROPOSED:
        yield Objection(ground=Ground.PROPOSAL_SETTLED, details={"outcome": state.value})


def _about_reason(reason: str | None, *, required: bool) -> Iterator[Objection]:
    if required and not (reason and reason.strip()):
        yield Objection(ground=Ground.REASON_MISSING)
    if reason and len(reason) > MAX_REASON:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_REASON})


def _about_version(book: RuleBook, version: RuleVersion, on: date) -> Iterator[Objection]:
    replaced = book.get(version.replaces) if version.replaces is not None else None
    successor = book.successor(version.replaces) if version.replaces is not None else None
    if version.starts_on < on:
        yield Objection(ground=Ground.RULE_IN_THE_PAST, details={"date": version.starts_on})
    if version.ends_on is not None and version.ends_on < version.starts_on:
        yield Objection(ground=Ground.RULE_WITHOUT_DAYS)
    if successor is not None:
        yield Objection(ground=Ground.RULE_REPLACED, details={"number": successor.number})
        return
    if replaced is not None and (replaced.terms, replaced.ends_on) == (version.terms, version.ends_on):
        yield Objection(ground=Ground.RULE_UNCHANGED)
    clashing = book.clashing(version)
    if clashing is not None:
        clash: Details = {"number": clashing.number, "from": clashing.starts_on}
        yield Objection(ground=Ground.RULE_OVERLAPS, details=clash)


def _about_change(permit: Permit, change: PermitChange) -> Iterator[Objection]:
    if not change.letter_no.strip():
        yield Objection(ground=Ground.LETTER_MISSING)
    if change.places_before != permit.places:
        yield Objection(ground=Ground.PLACES_MOVED_ON, details={"permit": permit.number, "places": permit.places})
    elif change.places == permit.places:
        yield Objection(ground=Ground.PLACES_UNCHANGED, details={"permit": permit.number, "places": permit.places})
    if change.places < permit.used:
        below: Details = {"permit": permit.number, "used": permit.used}
        yield Objection(ground=Ground.PLACES_BELOW_USED, details=below)
    if change.places > MAX_PLACES:
        yield Objection(ground=Ground.TOO_MANY_PLACES, details={"limit": MAX_PLACES})
