"""Who may move a case: all officers against all states, and the moves themselves."""

from dataclasses import replace
from itertools import product

import pytest

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.decision import Attempt, Refused
from clearance.domain.eligibility import Case, Ground
from clearance.domain.first_rules import first_rules
from clearance.domain.lifecycle import ApplicationState, Move, Step
from clearance.domain.person import Sex
from clearance.domain.rules import RuleBook
from clearance.domain.staff import Officer, Role
from tests.fakes.office import (
    AGENCY,
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    DISTRICT,
    EVERYTHING,
    HEADQUARTERS,
    ISSUER,
    NOW,
    PERMIT,
    SECOND_ISSUER,
    STAFF,
    TODAY,
    draft,
    officer,
)
from tests.fakes.values import acted_by, application
from tests.fakes.values import application as application_in

SUBMITTED, CHECKED, APPROVED, ISSUED = (
    ApplicationState.SUBMITTED,
    ApplicationState.CHECKED,
    ApplicationState.APPROVED,
    ApplicationState.ISSUED,
)
BOOK = RuleBook(versions=first_rules())
STORED = [state for state in ApplicationState if state is not ApplicationState.EXPIRED]


def by(member: Officer, *, reason: str | None = "visa copy illegible") -> Attempt:
    return Attempt(officer=member, at=NOW, device=DEVICE, reason=reason)


def case(application: Application) -> Case:
    return Case(application=application, office=HEADQUARTERS, permit=PERMIT, agency=AGENCY, standing=None, rules=BOOK)


def grounds(refused: object) -> list[Ground]:
    assert isinstance(refused, Refused)
    return [objection.ground for objection in refused.objections]


def test_only_the_right_role_may_act_and_only_in_the_state_that_waits_for_it() -> None:
    for member, state in product(STAFF, STORED):
        current = application_in(state=state)
        checked = decision.check(case(current), by(member), on=TODAY)
        approved = decision.approve(case(current), by(member), on=TODAY)
        against = decision.may_issue(case(current), by(member), on=TODAY)
        assert isinstance(checked, Application) == (Role.CHECKER in member.roles and state is SUBMITTED)
        assert isinstance(approved, Application) == (Role.APPROVER in member.roles and state is CHECKED)
        assert (not against) == (Role.ISSUER in member.roles and state is APPROVED)


@pytest.mark.parametrize("move", [Move.SUBMIT, Move.CHECK, Move.APPROVE])
@pytest.mark.parametrize("wanted", [Move.CHECK, Move.APPROVE, Move.REJECT, Move.ISSUE])
def test_who_acted_in_one_step_acts_in_no_other(move: Move, wanted: Move) -> None:
    waits_for = {Move.CHECK: SUBMITTED, Move.APPROVE: CHECKED, Move.REJECT: CHECKED, Move.ISSUE: APPROVED}[wanted]
    current = acted_by(application_in(state=waits_for), **{move.value: EVERYTHING.number})
    acted = move in {act.move for act in current.acts}
    own_step = move is Move.APPROVE and wanted is Move.REJECT
    against = decision.may(current, wanted, by(EVERYTHING), on=TODAY)
    assert [objection.ground for objection in against] == ([SAME[move]] if acted and not own_step else [])


SAME = {
    Move.SUBMIT: Ground.SAME_OFFICER_ENTERED,
    Move.CHECK: Ground.SAME_OFFICER_CHECKED,
    Move.APPROVE: Ground.SAME_OFFICER_APPROVED,
}


def test_who_checked_may_not_change_what_was_entered() -> None:
    returned = acted_by(application_in(state=ApplicationState.RETURNED), send_back=EVERYTHING.number)
    against = decision.may(returned, Move.AMEND, by(EVERYTHING), on=TODAY)
    assert [objection.ground for objection in against] == [Ground.SAME_OFFICER_CHECKED]


def test_whoever_entered_a_case_may_submit_it_again_and_whoever_checked_it_check_it_again() -> None:
    returned = application_in(state=ApplicationState.RETURNED)
    submitted = decision.make(returned, Move.SUBMIT, by(CLERK, reason=None), on=TODAY)
    assert isinstance(submitted, Application)
    assert isinstance(decision.check(case(submitted), by(CHECKER), on=TODAY), Application)


def test_a_signature_from_before_a_correction_does_not_count() -> None:
    approved = application_in(state=APPROVED)
    returned = decision.make(approved, Move.SEND_BACK, by(ISSUER), on=TODAY)
    assert isinstance(returned, Application)
    assert returned.state is ApplicationState.RETURNED
    assert returned.acts[-1].step is Step.ISSUE
    assert (returned.checked, returned.approved) == (None, None)


@pytest.mark.parametrize("member", [CLERK, APPROVER], ids=["entered it", "rejected it"])
def test_a_rejected_case_is_taken_up_by_nobody_who_had_a_part_in_it(member: Officer) -> None:
    rejected = application_in(state=ApplicationState.REJECTED)
    capable = replace(member, roles=frozenset(Role))
    refused = decision.make(rejected, Move.TAKE_UP_AGAIN, by(capable), on=TODAY)
    assert grounds(refused) == [Ground.REJECTED_BEFORE]
    assert isinstance(refused, Refused)
    assert refused.objections[0].details == {"officer": APPROVER.number}


def test_a_rejected_case_needs_two_other_officers_to_decide_on_it() -> None:
    other = officer("A-2", Role.APPROVER)
    taken_up = decision.make(application_in(state=ApplicationState.REJECTED), Move.TAKE_UP_AGAIN, by(other), on=TODAY)
    assert isinstance(taken_up, Application)
    assert taken_up.state is SUBMITTED
    checked = decision.check(case(taken_up), by(CHECKER), on=TODAY)
    assert isinstance(checked, Application)
    assert grounds(decision.approve(case(checked), by(APPROVER), on=TODAY)) == [Ground.REJECTED_BEFORE]
    assert grounds(decision.approve(case(checked), by(other), on=TODAY)) == [Ground.SAME_OFFICER_TOOK_UP]
    approved = decision.approve(case(checked), by(officer("A-3", Role.APPROVER)), on=TODAY)
    assert isinstance(approved, Application)
    assert decision.may_issue(case(approved), by(ISSUER), on=TODAY) == ()


def test_a_hold_is_released_by_another_officer_and_leads_back() -> None:
    for state in (SUBMITTED, CHECKED, APPROVED, ISSUED, ApplicationState.DEPARTED):
        held = decision.make(application_in(state=state), Move.HOLD, by(EVERYTHING), on=TODAY)
        assert isinstance(held, Application)
        assert held.state is ApplicationState.HELD
        assert grounds(decision.make(held, Move.RELEASE, by(EVERYTHING), on=TODAY)) == [Ground.SAME_OFFICER_HELD]
        released = decision.make(held, Move.RELEASE, by(APPROVER), on=TODAY)
        assert isinstance(released, Application)
        assert released.state is state


def test_who_held_a_case_may_still_give_the_signature_that_is_theirs() -> None:
    held = decision.make(application_in(state=CHECKED), Move.HOLD, by(APPROVER), on=TODAY)
    assert isinstance(held, Application)
    released = decision.make(held, Move.RELEASE, by(ISSUER), on=TODAY)
    assert isinstance(released, Application)
    assert isinstance(decision.approve(case(released), by(APPROVER), on=TODAY), Application)


def test_a_case_that_nobody_approved_or_checked_is_objected_to() -> None:
    for missing in (Move.CHECK, Move.APPROVE):
        whole = application_in(state=APPROVED)
        forged = replace(whole, acts=tuple(act for act in whole.acts if act.move is not missing))
        [objection] = decision.may_issue(case(forged), by(ISSUER), on=TODAY)
        assert objection.ground is Ground.NOT_THE_STATE


def test_a_case_that_one_person_signed_twice_is_objected_to() -> None:
    forged = acted_by(application_in(state=APPROVED), approve=CHECKER.number)
    [objection] = decision.may_issue(case(forged), by(ISSUER), on=TODAY)
    assert objection.ground is Ground.SAME_OFFICER_CHECKED


def test_a_blocked_officer_may_do_nothing() -> None:
    blocked = by(replace(EVERYTHING, active=False))
    inactive = [Ground.OFFICER_INACTIVE]
    assert grounds(decision.check(case(application_in()), blocked, on=TODAY)) == inactive
    assert grounds(decision.make(application_in(), Move.REJECT, blocked, on=TODAY)) == inactive
    assert [each.ground for each in decision.may_begin(draft(), officer=blocked.officer)] == inactive
    assert [
        each.ground for each in decision.may(application_in(state=ISSUED), Move.REVOKE, blocked, on=TODAY)
    ] == inactive


def test_an_officer_of_a_district_moves_the_cases_of_that_office_only() -> None:
    mine = replace(draft(), office_code=DISTRICT.code)
    local = officer("D-1", *Role, office_code=DISTRICT.code)
    assert decision.may(replace(application(), draft=mine), Move.CHECK, by(local), on=TODAY) == ()
    [objection] = decision.may(application(), Move.CHECK, by(local), on=TODAY)
    assert (objection.ground, objection.details) == (Ground.OTHER_OFFICE, {"office": "BMET"})
    assert decision.may(replace(application(), draft=mine), Move.CHECK, by(CHECKER), on=TODAY) == ()


def test_an_agency_clerk_enters_cases_of_that_agency_only() -> None:
    assert decision.may_begin(draft(), officer=AGENCY_CLERK) == ()
    [objection] = decision.may_begin(replace(draft(), licence_no=None), officer=AGENCY_CLERK)
    assert objection.ground is Ground.OTHER_AGENCY


def test_headquarters_may_decide_what_a_district_may_not() -> None:
    womans = replace(draft(), worker=replace(draft().worker, sex=Sex.FEMALE), office_code="DEMO-RNG")
    of_district = replace(case(replace(application_in(state=CHECKED), draft=womans)), office=DISTRICT)
    local = officer("D-1", Role.APPROVER, office_code=DISTRICT.code)
    assert Ground.HEADQUARTERS_ONLY in grounds(decision.approve(of_district, by(local), on=TODAY))
    assert isinstance(decision.approve(of_district, by(APPROVER), on=TODAY), Application)


def test_the_conditions_of_the_case_are_judged_again_at_each_signature() -> None:
    def used_up(state: ApplicationState) -> Case:
        return replace(case(application_in(state=state)), permit=replace(PERMIT, used=PERMIT.places))

    assert grounds(decision.check(used_up(SUBMITTED), by(CHECKER), on=TODAY)) == [Ground.PERMIT_USED_UP]
    assert grounds(decision.approve(used_up(CHECKED), by(APPROVER), on=TODAY)) == [Ground.PERMIT_USED_UP]
    [objection] = decision.may_issue(used_up(APPROVED), by(ISSUER), on=TODAY)
    assert objection.ground is Ground.PERMIT_USED_UP


def test_a_move_keeps_the_draft_counts_the_version_and_notes_the_act() -> None:
    before = application_in(state=CHECKED)
    approved = decision.approve(case(before), by(APPROVER), on=TODAY)
    assert isinstance(approved, Application)
    assert (approved.draft, approved.state, approved.version) == (before.draft, APPROVED, before.version + 1)
    act = approved.acts[-1]
    assert (act.move, act.officer_no, act.at, act.device) == (Move.APPROVE, APPROVER.number, NOW, DEVICE)
    assert approved.acts[:-1] == before.acts


@pytest.mark.parametrize("move", [Move.SEND_BACK, Move.REJECT, Move.HOLD])
@pytest.mark.parametrize("reason", [None, "", "   "])
def test_what_goes_aside_needs_a_reason(move: Move, reason: str | None) -> None:
    refused = decision.make(application_in(), move, by(EVERYTHING, reason=reason), on=TODAY)
    assert grounds(refused) == [Ground.REASON_MISSING]


def test_reasons_have_a_length() -> None:
    longest, too_long = "x" * decision.MAX_REASON, "x" * (decision.MAX_REASON + 1)
    refused = decision.make(application_in(), Move.REJECT, by(APPROVER, reason=too_long), on=TODAY)
    assert grounds(refused) == [Ground.REASON_TOO_LONG]
    assert isinstance(decision.make(application_in(), Move.REJECT, by(APPROVER, reason=longest), on=TODAY), Application)
    against = decision.may(application_in(state=ISSUED), Move.REVOKE, by(ISSUER, reason=too_long), on=TODAY)
    assert [objection.ground for objection in against] == [Ground.REASON_TOO_LONG]
    assert decision.may(application_in(state=ISSUED), Move.REVOKE, by(ISSUER, reason=None), on=TODAY) == ()


def test_entering_and_revoking_have_their_roles() -> None:
    assert decision.may_begin(draft(), officer=CLERK) == ()
    assert [objection.details for objection in decision.may_begin(draft(), officer=ISSUER)] == [
        {"role": "demo_officer"}
    ]
    issued = application_in(state=ISSUED)
    assert [objection.details for objection in decision.may(issued, Move.REVOKE, by(CLERK), on=TODAY)] == [
        {"role": "issuer"}
    ]


def test_a_desk_records_one_departure_and_none_of_a_card_that_is_not_in_force() -> None:
    for state in STORED:
        outcome = decision.departed(application_in(state=state), desk="DSK-1", at=NOW, on=TODAY)
        assert isinstance(outcome, Application) == (state is ISSUED)
    gone = decision.departed(application_in(state=ISSUED), desk="DSK-1", at=NOW, on=TODAY)
    assert isinstance(gone, Application)
    assert (gone.acts[-1].officer_no, gone.acts[-1].device) == ("DSK-1", "desk:DSK-1")


def test_a_second_issuer_cannot_issue_an_issued_case() -> None:
    against = decision.may_issue(case(application_in(state=ISSUED)), by(SECOND_ISSUER), on=TODAY)
    assert Ground.NOT_THE_STATE in [objection.ground for objection in against]


def test_a_refusal_always_says_why() -> None:
    refused = decision.approve(case(application_in(state=CHECKED)), by(officer("N-1")), on=TODAY)
    assert isinstance(refused, Refused)
    assert refused.objections
