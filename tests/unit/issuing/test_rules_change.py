"""Two officers change a rule; until the second consents nothing governs, and nothing is lost or overwritten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.proposal import ProposalState
from clearance.domain.rules import Decider, RuleVersion
from clearance.domain.staff import Officer, Role
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.request import request_card
from clearance.issuing.rules import rule_book, rule_rows, rule_view, subject_of
from clearance.issuing.rules_change import NewRule, propose_rules, settle_rule
from clearance.issuing.rules_file import as_csv, read_rule, row_of
from clearance.issuing.rules_preview import preview
from clearance.issuing.service import Service
from tests.fakes.office import (
    APPROVER,
    CHECKER,
    DEVICE,
    DISTRICT,
    EVERYTHING,
    ISSUER,
    TODAY,
    OfficeAtWork,
    draft,
    expect,
    later,
    officer,
    open_office,
)

CONSENTED, REJECTED, WITHDRAWN = ProposalState.CONSENTED, ProposalState.REJECTED, ProposalState.WITHDRAWN
DISTRICT_APPROVER = officer("D-9", Role.APPROVER, office_code=DISTRICT.code)
REASON = "Circular of 20 November"


@pytest.fixture
def office() -> Iterator[OfficeAtWork]:
    office = open_office()
    with office.service.database.write() as work:
        work.staff.add(DISTRICT_APPROVER)
        work.commit()
    return office


def men_single(service: Service) -> RuleVersion:
    return next(version for version in rule_book(service).versions if str(version.key) == "SAU male * single")


def stricter(service: Service, *, starts_on: date = TODAY, **terms) -> NewRule:
    """A rule of the workers of the tests that asks for forty years."""
    old = men_single(service)
    return NewRule(
        key=old.key,
        terms=replace(old.terms, **({"minimum_age": 40, "circular_no": "Circular 12/2026"} | terms)),
        starts_on=starts_on,
        ends_on=None,
        replaces=old.number,
    )


def propose(office: OfficeAtWork, *wanted: NewRule, by: Officer = EVERYTHING, reason: str = REASON):
    rules = wanted or (stricter(office.service),)
    return propose_rules(office.service, rules, officer=by, device=DEVICE, reason=reason)


def settle(office: OfficeAtWork, number: int, outcome: ProposalState, *, by: Officer = APPROVER, reason: str = ""):
    return settle_rule(office.service, number, outcome, officer=by, device=DEVICE, reason=reason)


def grounds(refused) -> list[Ground]:
    assert isinstance(refused, Refused)
    return [objection.ground for objection in refused.objections]


def test_a_proposal_governs_only_when_another_officer_consented_and_the_old_version_stays(office: OfficeAtWork) -> None:
    old = men_single(office.service)
    [proposed] = expect(propose(office))
    assert men_single(office.service) == old
    approved = office.approve()
    expect(settle(office, proposed.number, CONSENTED))
    book = rule_book(office.service)
    assert book.get(old.number) == old
    assert book.period(old).last == later(-1)
    refused = request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE)
    assert grounds(refused) == [Ground.TOO_YOUNG]


def test_each_step_is_on_record_in_its_own_transaction(office: OfficeAtWork) -> None:
    [proposed] = expect(propose(office))
    expect(settle(office, proposed.number, REJECTED, reason="Not yet in the Gazette"))
    with office.service.database.read() as work:
        entries = work.audit.entries(subject=subject_of(proposed.number))
    assert [(each.act, each.officer_no) for each in entries] == [
        (AuditAct.RULE_PROPOSED, EVERYTHING.number),
        (AuditAct.RULE_REJECTED, APPROVER.number),
    ]
    assert entries[0].facts["reason"] == REASON
    assert entries[0].facts["device"] == DEVICE
    assert entries[1].facts["reason"] == "Not yet in the Gazette"
    assert entries[1].facts["key"] == "SAU male * single"


@pytest.mark.parametrize("outcome", [REJECTED, WITHDRAWN])
def test_what_was_turned_down_stays_visible_and_cannot_be_consented_to(
    office: OfficeAtWork, outcome: ProposalState
) -> None:
    [proposed] = expect(propose(office))
    by = EVERYTHING if outcome is WITHDRAWN else APPROVER
    expect(settle(office, proposed.number, outcome, by=by, reason="Not yet in the Gazette"))
    assert proposed.number in {row.version.number for row in rule_rows(office.service)}
    assert grounds(settle(office, proposed.number, CONSENTED)) == [Ground.PROPOSAL_SETTLED]
    assert men_single(office.service).terms.minimum_age == 18


@pytest.mark.parametrize(
    ("by", "outcome", "reason", "ground"),
    [
        (EVERYTHING, CONSENTED, "", Ground.SAME_OFFICER_PROPOSED),
        (EVERYTHING, REJECTED, "why", Ground.SAME_OFFICER_PROPOSED),
        (APPROVER, WITHDRAWN, "", Ground.NOT_YOUR_PROPOSAL),
        (APPROVER, REJECTED, " ", Ground.REASON_MISSING),
        (APPROVER, CONSENTED, "x" * 501, Ground.REASON_TOO_LONG),
        (CHECKER, CONSENTED, "", Ground.ROLE_MISSING),
        (DISTRICT_APPROVER, CONSENTED, "", Ground.NOT_AT_HEADQUARTERS),
    ],
)
def test_only_another_officer_of_headquarters_settles_a_proposal(
    office: OfficeAtWork, by: Officer, outcome: ProposalState, reason: str, ground: Ground
) -> None:
    [proposed] = expect(propose(office))
    assert grounds(settle(office, proposed.number, outcome, by=by, reason=reason)) == [ground]
    assert rule_view(office.service, proposed.number).row.version == proposed


@pytest.mark.parametrize(
    ("by", "reason", "ground"),
    [
        (CHECKER, REASON, Ground.ROLE_MISSING),
        (DISTRICT_APPROVER, REASON, Ground.NOT_AT_HEADQUARTERS),
        (APPROVER, "", Ground.REASON_MISSING),
    ],
)
def test_who_may_not_change_rules_does_not_propose_either(
    office: OfficeAtWork, by: Officer, reason: str, ground: Ground
) -> None:
    assert grounds(propose(office, by=by, reason=reason)) == [ground]
    assert len(rule_rows(office.service)) == len(rule_book(office.service).versions)


def test_a_blocked_account_settles_nothing(office: OfficeAtWork) -> None:
    [proposed] = expect(propose(office))
    with office.service.database.write() as work:
        work.staff.save(replace(APPROVER, active=False))
        work.commit()
    assert grounds(settle(office, proposed.number, CONSENTED)) == [Ground.OFFICER_INACTIVE]


def test_no_rule_begins_before_the_day_it_is_consented_to(office: OfficeAtWork) -> None:
    assert grounds(propose(office, stricter(office.service, starts_on=later(-1)))) == [Ground.RULE_IN_THE_PAST]
    [proposed] = expect(propose(office))
    office.clock.advance(days=1)
    assert grounds(settle(office, proposed.number, CONSENTED)) == [Ground.RULE_IN_THE_PAST]


@pytest.mark.parametrize(
    ("changes", "ground"),
    [
        ({"ends_on": later(-1)}, Ground.RULE_WITHOUT_DAYS),
        ({"replaces": None}, Ground.RULE_OVERLAPS),
    ],
)
def test_a_rule_that_cannot_be_is_refused(office: OfficeAtWork, changes: dict, ground: Ground) -> None:
    assert grounds(propose(office, replace(stricter(office.service), **changes))) == [ground]


def test_a_proposal_that_changes_nothing_is_refused(office: OfficeAtWork) -> None:
    old = men_single(office.service)
    same = replace(stricter(office.service), terms=old.terms)
    assert grounds(propose(office, same)) == [Ground.RULE_UNCHANGED]


def test_of_two_changes_of_one_version_the_second_is_told_of_the_first(office: OfficeAtWork) -> None:
    [first], [second] = expect(propose(office)), expect(propose(office, stricter(office.service, minimum_age=45)))
    expect(settle(office, first.number, CONSENTED))
    refused = settle(office, second.number, CONSENTED)
    assert grounds(refused) == [Ground.RULE_REPLACED]
    assert refused.objections[0].details == {"number": first.number}
    with pytest.raises(NotOnRecord):
        settle(office, 999, CONSENTED)


def test_a_change_is_for_whom_the_old_version_was(office: OfficeAtWork) -> None:
    other_key = replace(men_single(office.service).key, destination="QAT")
    [proposed] = expect(propose(office, replace(stricter(office.service), key=other_key)))
    assert str(proposed.key) == "SAU male * single"


def test_of_several_rules_all_are_proposed_or_none(office: OfficeAtWork) -> None:
    wrong = stricter(office.service, starts_on=later(-3))
    assert grounds(propose(office, stricter(office.service), wrong)) == [Ground.RULE_IN_THE_PAST]
    assert all(row.version.state is CONSENTED for row in rule_rows(office.service))


def test_a_closed_destination_is_a_rule_as_well(office: OfficeAtWork) -> None:
    [proposed] = expect(propose(office, stricter(office.service, decided_by=Decider.NOBODY, minimum_age=18)))
    approved = office.approve()
    expect(settle(office, proposed.number, CONSENTED))
    refused = request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE)
    assert grounds(refused) == [Ground.DESTINATION_CLOSED]
    assert refused.objections[0].details["source"] == "Circular 12/2026"
    assert refused.objections[0].details["since"] == TODAY


def test_an_issued_case_keeps_the_version_it_was_issued_by(office: OfficeAtWork) -> None:
    old = men_single(office.service)
    card = office.issue()
    [proposed] = expect(propose(office))
    expect(settle(office, proposed.number, CONSENTED))
    assert office.stored(card.application_reference).rule_no == old.number
    with office.service.database.read() as work:
        entries = work.audit.entries(subject=card.application_reference)
    assert {entry.facts["rule"] for entry in entries if entry.act == AuditAct.CARD_ISSUED} == {old.number}


class TestPreview:
    def test_it_lists_the_open_cases_whose_answer_changes_before_and_after(self, office: OfficeAtWork) -> None:
        waiting, approved = office.enter(draft(1)), office.approve(draft(2))
        office.issue(draft(3))
        [proposed] = expect(propose(office))
        seen = preview(office.service, proposed, officer=APPROVER)
        assert (seen.on, seen.touched, seen.changed) == (TODAY, 2, 2)
        assert {each.application.reference for each in seen.listed} == {waiting.reference, approved.reference}
        for each in seen.listed:
            assert each.lost == ()
            assert [objection.ground for objection in each.gained] == [Ground.TOO_YOUNG]

    def test_a_case_that_comes_under_the_rule_without_another_answer_is_counted_only(
        self, office: OfficeAtWork
    ) -> None:
        office.enter(draft(1))
        [proposed] = expect(propose(office, stricter(office.service, minimum_age=18, validity_days=30)))
        seen = preview(office.service, proposed, officer=APPROVER)
        assert (seen.touched, seen.changed, list(seen.listed)) == (1, 0, [])

    def test_a_rule_that_begins_later_is_looked_at_on_its_first_day(self, office: OfficeAtWork) -> None:
        office.enter(draft(1))
        [proposed] = expect(propose(office, stricter(office.service, starts_on=later(10))))
        seen = preview(office.service, proposed, officer=APPROVER)
        assert (seen.on, seen.touched) == (TODAY + timedelta(days=10), 1)

    def test_a_rule_for_others_touches_nobody(self, office: OfficeAtWork) -> None:
        office.enter(draft(1))
        other = replace(stricter(office.service).key, destination="USA")
        [proposed] = expect(propose(office, replace(stricter(office.service), key=other, replaces=None)))
        assert preview(office.service, proposed, officer=APPROVER).touched == 0


class TestFile:
    def test_a_version_can_be_written_as_a_row_and_read_again_as_its_replacement(self, office: OfficeAtWork) -> None:
        for version in rule_book(office.service).versions:
            read = read_rule(row_of(version))
            assert isinstance(read, NewRule)
            assert (read.key, read.terms, read.starts_on) == (version.key, version.terms, version.starts_on)
            assert read.replaces == version.number

    def test_the_file_has_one_row_for_each_version(self, office: OfficeAtWork) -> None:
        versions = rule_book(office.service).versions
        assert as_csv(versions).count("\r\n") == len(versions) + 1

    def test_everything_that_is_wrong_with_a_row_is_said_at_once(self, office: OfficeAtWork) -> None:
        texts = row_of(men_single(office.service)) | {
            "destination": "KSA",
            "minimum_age": "7",
            "fees_version": "",
            "salary_floor": "900",
            "starts_on": "31/02/2027",
            "need_training": "maybe",
        }
        faults = read_rule(texts)
        assert isinstance(faults, tuple)
        assert {fault.field for fault in faults} == {
            "destination",
            "minimum_age",
            "fees_version",
            "salary_currency",
            "starts_on",
            "need_training",
        }
