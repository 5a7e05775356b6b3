"""Voiding what an account did: by two other officers, each case once, whatever breaks in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Role
from clearance.domain.void_order import VoidOrder, VoidOutcome
from clearance.issuing import void
from clearance.issuing.ports import Conflict, NotOnRecord, NotSigned
from tests.fakes.office import APPROVER, CHECKER, DEVICE, ISSUER, NOW, OfficeAtWork, draft, expect, officer, open_office

ADMIN, AUDITOR = officer("AD-1", Role.ADMINISTRATOR), officer("AU-1", Role.AUDITOR)
SINCE = NOW - timedelta(minutes=1)


@pytest.fixture
def office() -> OfficeAtWork:
    made = open_office()
    with made.service.database.write() as work:
        for member in (ADMIN, AUDITOR):
            work.staff.add(member)
        work.commit()
    return made


def ordered(office: OfficeAtWork) -> VoidOrder:
    return expect(
        void.order(office.service, target_no="A-1", since=SINCE, reason="password sold", officer=ADMIN, device=DEVICE)
    )


def consented(office: OfficeAtWork) -> VoidOrder:
    return expect(void.consent(office.service, ordered(office).number, officer=AUDITOR, device=DEVICE))


def grounds(outcome: object) -> set[Ground]:
    assert isinstance(outcome, Refused)
    return {objection.ground for objection in outcome.objections}


def states(office: OfficeAtWork, *cases: Application) -> list[ApplicationState]:
    return [office.stored(case.reference).state for case in cases]


def test_cards_are_taken_back_and_open_cases_go_back_and_the_account_is_closed(office: OfficeAtWork) -> None:
    card = office.issue(draft(1))
    approved, checked = office.approve(draft(2)), office.check(draft(3))
    ahead = void.preview(office.service, target_no="A-1", since=SINCE)
    assert ahead.outcomes == {VoidOutcome.REVOKED: 1, VoidOutcome.RETURNED: 1, VoidOutcome.LEFT: 0}
    outcomes = void.carry_out(office.service, consented(office).number)
    assert dict(outcomes) == {"revoked": 1, "returned": 1}
    with office.service.database.read() as work:
        taken_back, account = work.clearances.get(card.clearance_no), work.staff.get("A-1")
    assert taken_back is not None
    assert taken_back.revocation is not None
    assert (taken_back.status, taken_back.revocation.reason) == (Status.INVALID, RevocationReason.ISSUED_IN_ERROR)
    assert account is not None
    assert not account.active
    assert states(office, approved, checked) == [ApplicationState.RETURNED, ApplicationState.CHECKED]
    assert office.publisher.newest == {card.status_ref.idx: Status.INVALID}


def test_what_was_done_before_the_moment_stands(office: OfficeAtWork) -> None:
    card = office.issue(draft(1))
    office.clock.advance(hours=1)
    order = expect(
        void.order(
            office.service,
            target_no="A-1",
            since=office.clock.at,
            reason="stolen since then",
            officer=ADMIN,
            device=DEVICE,
        )
    )
    expect(void.consent(office.service, order.number, officer=AUDITOR, device=DEVICE))
    assert dict(void.carry_out(office.service, order.number)) == {}
    with office.service.database.read() as work:
        assert work.clearances.get(card.clearance_no) == card


def test_nothing_happens_before_the_consent(office: OfficeAtWork) -> None:
    card = office.issue(draft(1))
    number = ordered(office).number
    void.carry_out(office.service, number)
    with office.service.database.read() as work:
        account = work.staff.get("A-1")
        assert work.clearances.get(card.clearance_no) == card
    assert account is not None
    assert account.active


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (ADMIN, Ground.SAME_OFFICER_PROPOSED),
        (APPROVER, Ground.ABOUT_ONESELF),
        (CHECKER, Ground.ROLE_MISSING),
        (ISSUER, Ground.ROLE_MISSING),
    ],
)
def test_the_second_officer_is_another_one_who_may(office: OfficeAtWork, who: object, expected: Ground) -> None:
    number = ordered(office).number
    assert expected in grounds(void.consent(office.service, number, officer=who, device=DEVICE))  # type: ignore[arg-type]


def test_an_administrator_orders_with_a_reason_and_not_about_oneself(office: OfficeAtWork) -> None:
    def attempt(**changes: object) -> object:
        usual = {"target_no": "A-1", "since": SINCE, "reason": "sold", "officer": ADMIN, "device": DEVICE}
        return void.order(office.service, **usual | changes)  # type: ignore[arg-type]

    assert grounds(attempt(officer=AUDITOR)) == {Ground.ROLE_MISSING}
    assert grounds(attempt(reason=" ")) == {Ground.REASON_MISSING}
    assert grounds(attempt(reason="x" * 201)) == {Ground.REASON_TOO_LONG}
    assert grounds(attempt(target_no="AD-1")) == {Ground.ABOUT_ONESELF}
    with pytest.raises(NotOnRecord):
        attempt(target_no="Z-9")


def test_one_order_about_an_account_at_a_time(office: OfficeAtWork) -> None:
    first = ordered(office)
    with pytest.raises(Conflict):
        ordered(office)
    void.withdraw(office.service, first.number, officer=ADMIN, device=DEVICE)
    assert Ground.PROPOSAL_SETTLED in grounds(
        void.consent(office.service, first.number, officer=AUDITOR, device=DEVICE)
    )
    agreed = consented(office)
    with pytest.raises(NotOnRecord):
        void.withdraw(office.service, agreed.number, officer=ADMIN, device=DEVICE)


def test_an_order_that_was_interrupted_goes_on_and_does_nothing_twice(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [office.issue(draft(index)) for index in range(5)]
    number = consented(office).number
    monkeypatch.setattr(void, "AT_ONCE", 2)
    office.publisher.broken = True
    with pytest.raises(NotSigned):
        void.carry_out(office.service, number)
    office.publisher.broken = False
    assert void.one(office.service, number).order.running
    assert void.carry_out_all(office.service, NOW) == 1
    assert void.carry_out_all(office.service, NOW) == 0
    assert dict(void.carry_out(office.service, number)) == {"revoked": 5}
    with office.service.database.read() as work:
        entries = [link.entry for link in work.audit.links()]
    revoked = [entry.facts["clearance"] for entry in entries if entry.act == AuditAct.CARD_REVOKED]
    assert sorted(map(str, revoked)) == sorted(card.clearance_no for card in cards)
    assert [entry.act for entry in entries].count(AuditAct.VOID_DONE) == 1


def test_a_run_killed_between_two_transactions_is_taken_up_by_another(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(4):
        office.issue(draft(index))
    number = consented(office).number
    monkeypatch.setattr(void, "AT_ONCE", 3)
    assert void._some(office.service, number)
    assert dict(void.one(office.service, number).outcomes) == {"revoked": 3, "": 1}
    assert dict(void.carry_out(office.service, number)) == {"revoked": 4}


def test_what_others_took_back_meanwhile_is_left(office: OfficeAtWork) -> None:
    card = office.issue(draft(1))
    number = consented(office).number
    with office.service.database.write() as work:
        case = work.applications.get(card.application_reference)
        assert case is not None
        work.applications.save(case.moved(replace(case.acts[-1], state=ApplicationState.SUPERSEDED)))
        work.commit()
    assert dict(void.carry_out(office.service, number)) == {"left": 1}
