"""Who may move a case: all officers against all states, and the moves themselves."""

from dataclasses import replace
from itertools import product

import pytest

from clearance.domain import decision
from clearance.domain.application import MOVES, Act, Application, ApplicationState
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Case, Ground
from clearance.domain.staff import Role
from tests.fakes.office import (
    AGENCY,
    APPROVER,
    CLERK,
    EVERYTHING,
    HEADQUARTERS,
    ISSUER,
    NOW,
    PERMIT,
    STAFF,
    TODAY,
    officer,
)
from tests.fakes.values import application as application_in

ACT = Act(officer_no="X-1", at=NOW, reason="visa copy illegible")


def case(application: Application) -> Case:
    return Case(application=application, office=HEADQUARTERS, permit=PERMIT, agency=AGENCY, standing=None)


def by(application: Application, **officers: str) -> Application:
    """The case with other people's names under its acts."""
    acts = {act: replace(getattr(application, act), officer_no=number) for act, number in officers.items()}
    return replace(application, **acts)


def grounds(refused: object) -> list[Ground]:
    assert isinstance(refused, Refused)
    return [objection.ground for objection in refused.objections]


def test_only_the_right_role_may_act() -> None:
    for member, state in product(STAFF, ApplicationState):
        application = application_in(state=state)
        approved = decision.approve(case(application), officer=member, act=ACT, on=TODAY)
        rejected = decision.reject(application, officer=member, act=ACT)
        against = decision.may_issue(case(application), officer=member, on=TODAY)
        assert isinstance(approved, Application) == (
            Role.APPROVER in member.roles and state is ApplicationState.SUBMITTED
        )
        assert isinstance(rejected, Application) == (
            Role.APPROVER in member.roles and ApplicationState.REJECTED in MOVES[state]
        )
        assert (not against) == (Role.ISSUER in member.roles and state is ApplicationState.APPROVED)


@pytest.mark.parametrize("member", STAFF, ids=lambda member: member.number)
def test_nobody_approves_rejects_or_issues_what_they_entered(member) -> None:
    entered = by(application_in(), entered=member.number)
    approved = by(application_in(state=ApplicationState.APPROVED), entered=member.number)
    assert Ground.SAME_OFFICER_ENTERED in grounds(decision.approve(case(entered), officer=member, act=ACT, on=TODAY))
    assert Ground.SAME_OFFICER_ENTERED in grounds(decision.reject(entered, officer=member, act=ACT))
    against = decision.may_issue(case(approved), officer=member, on=TODAY)
    assert Ground.SAME_OFFICER_ENTERED in [objection.ground for objection in against]


def test_nobody_issues_what_they_approved() -> None:
    approved = by(application_in(state=ApplicationState.APPROVED), approved=EVERYTHING.number)
    [objection] = decision.may_issue(case(approved), officer=EVERYTHING, on=TODAY)
    assert objection.ground is Ground.SAME_OFFICER_APPROVED
    assert decision.may_issue(case(approved), officer=ISSUER, on=TODAY) == ()


def test_a_case_that_nobody_approved_is_objected_to_once() -> None:
    for state in (ApplicationState.SUBMITTED, ApplicationState.APPROVED):
        forged = replace(application_in(state=state), approved=None)
        [objection] = decision.may_issue(case(forged), officer=ISSUER, on=TODAY)
        assert objection.ground is Ground.NOT_THE_STATE
        assert objection.details == {"state": state.value}


def test_a_blocked_officer_may_do_nothing() -> None:
    blocked = replace(EVERYTHING, active=False)
    assert grounds(decision.approve(case(application_in()), officer=blocked, act=ACT, on=TODAY)) == [
        Ground.OFFICER_INACTIVE
    ]
    assert grounds(decision.reject(application_in(), officer=blocked, act=ACT)) == [Ground.OFFICER_INACTIVE]
    assert [objection.ground for objection in decision.may_enter(blocked)] == [Ground.OFFICER_INACTIVE]
    assert [objection.ground for objection in decision.may_revoke(blocked, remark=None)] == [Ground.OFFICER_INACTIVE]


def test_the_conditions_of_the_case_are_judged_again_at_each_signature() -> None:
    used_up = replace(case(application_in()), permit=replace(PERMIT, used=PERMIT.places))
    assert grounds(decision.approve(used_up, officer=APPROVER, act=ACT, on=TODAY)) == [Ground.PERMIT_USED_UP]
    approved = replace(used_up, application=application_in(state=ApplicationState.APPROVED))
    [objection] = decision.may_issue(approved, officer=ISSUER, on=TODAY)
    assert objection.ground is Ground.PERMIT_USED_UP


def test_a_move_keeps_the_draft_counts_the_version_and_notes_the_act() -> None:
    before = application_in()
    approved = decision.approve(case(before), officer=APPROVER, act=ACT, on=TODAY)
    assert approved == replace(before, state=ApplicationState.APPROVED, version=2, approved=ACT)
    assert isinstance(approved, Application)
    assert decision.issued(approved, act=ACT) == replace(approved, state=ApplicationState.ISSUED, version=3, issued=ACT)
    assert decision.reject(before, officer=APPROVER, act=ACT) == replace(
        before, state=ApplicationState.REJECTED, version=2, rejected=ACT
    )


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_rejection_needs_a_reason(reason: str | None) -> None:
    refused = decision.reject(application_in(), officer=APPROVER, act=replace(ACT, reason=reason))
    assert grounds(refused) == [Ground.REASON_MISSING]


def test_reasons_and_remarks_have_a_length() -> None:
    longest, too_long = "x" * decision.MAX_REASON, "x" * (decision.MAX_REASON + 1)
    assert grounds(decision.reject(application_in(), officer=APPROVER, act=replace(ACT, reason=too_long))) == [
        Ground.REASON_TOO_LONG
    ]
    assert isinstance(
        decision.reject(application_in(), officer=APPROVER, act=replace(ACT, reason=longest)), Application
    )
    assert [objection.ground for objection in decision.may_revoke(ISSUER, remark=too_long)] == [Ground.REASON_TOO_LONG]
    assert decision.may_revoke(ISSUER, remark=longest) == ()
    assert decision.may_revoke(ISSUER, remark=None) == ()


def test_entering_and_revoking_have_their_roles() -> None:
    assert decision.may_enter(CLERK) == ()
    assert [objection.details for objection in decision.may_enter(ISSUER)] == [{"role": "entry"}]
    assert [objection.details for objection in decision.may_revoke(CLERK, remark=None)] == [{"role": "issuer"}]


def test_finished_cases_have_no_moves_and_no_move_goes_back() -> None:
    assert not MOVES[ApplicationState.ISSUED]
    assert not MOVES[ApplicationState.REJECTED]
    reachable = set().union(*MOVES.values())
    assert ApplicationState.SUBMITTED not in reachable
    assert set(MOVES) == set(ApplicationState)


def test_a_refusal_always_says_why() -> None:
    nobody = officer("N-1")
    refused = decision.approve(case(application_in()), officer=nobody, act=ACT, on=TODAY)
    assert isinstance(refused, Refused)
    assert refused.objections
