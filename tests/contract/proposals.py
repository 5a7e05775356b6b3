"""Rules and permits as somebody proposed them, and as somebody else settled them."""

from dataclasses import replace
from datetime import timedelta

from clearance.domain.first_rules import first_rules
from clearance.domain.permit import PermitChange
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import Decider, Need, RuleVersion, SalaryFloor
from tests.fakes.office import APPROVER, DEVICE, EVERYTHING, NOW, PERMIT, TODAY

FIRST = first_rules()


def signed(officer_no: str, reason: str | None = "letter 7/26") -> Signature:
    return Signature(officer_no=officer_no, at=NOW, device=DEVICE, reason=reason)


def proposed_rule(number: int = 46, **changes) -> RuleVersion:
    old = FIRST[0]
    terms = replace(
        old.terms,
        decided_by=Decider.NOBODY,
        needs=frozenset({Need.TRAINING, Need.ATTESTATION}),
        salary_floor=SalaryFloor(amount=1200, currency="SAR"),
        circular_no="Circular 12/2026",
    )
    made = RuleVersion(
        number=number,
        key=old.key,
        terms=terms,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        replaces=old.number,
        state=ProposalState.PROPOSED,
        proposed=signed(EVERYTHING.number),
    )
    return replace(made, **changes)


def settled(version: RuleVersion, state: ProposalState = ProposalState.CONSENTED) -> RuleVersion:
    by = EVERYTHING.number if state is ProposalState.WITHDRAWN else APPROVER.number
    return replace(version, state=state, settled=signed(by))


def change(number: int = 1, **changes) -> PermitChange:
    made = PermitChange(
        number=number,
        permit_no=PERMIT.number,
        places_before=25,
        places=40,
        letter_no="EXP-12/26",
        state=ProposalState.PROPOSED,
        proposed=signed(EVERYTHING.number),
    )
    return replace(made, **changes)


def consented(asked: PermitChange) -> PermitChange:
    return replace(asked, state=ProposalState.CONSENTED, settled=signed(APPROVER.number))
