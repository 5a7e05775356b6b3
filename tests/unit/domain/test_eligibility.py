"""Every condition of the decision day: met at its edge, and named when it is not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clearance.credential.claims import VisaType
from clearance.credential.status import Status
from clearance.domain.application import Act, Application, ApplicationState
from clearance.domain.destinations import RULES, rule_for
from clearance.domain.eligibility import Case, Ground, age, objections, valid_until
from clearance.domain.person import Sex
from tests.fakes.office import AGENCY, CLERK, DISTRICT, HEADQUARTERS, NOW, PERMIT, TODAY, draft
from tests.fakes.values import clearance

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
# What stands against a case that somebody may act on; the grounds about persons are in test_decision.
ABOUT_PERSONS = {
    Ground.NOT_THE_STATE,
    Ground.SAME_OFFICER_ENTERED,
    Ground.SAME_OFFICER_APPROVED,
    Ground.ROLE_MISSING,
    Ground.OFFICER_INACTIVE,
    Ground.RECEIPT_USED,
    Ground.PHOTO_NOT_ACCEPTED,
    Ground.CARD_NOT_IN_FORCE,
    Ground.CARD_RAN_OUT,
    Ground.SIGNING_STOPPED,
    Ground.TOO_MANY_THIS_HOUR,
    Ground.TOO_MANY_TODAY,
    Ground.REASON_MISSING,
    Ground.REASON_TOO_LONG,
}


def case(**changes) -> Case:
    """A case in good order but for the changes, given by their path in the draft (`worker__birth_date`) or the case."""
    wanted = draft()
    of_case = {name: value for name, value in changes.items() if name in Case.__dataclass_fields__}
    for path, value in changes.items():
        if path not in of_case:
            wanted = changed(wanted, path.split("__"), value)
    application = Application(
        reference="APP-00000000",
        state=ApplicationState.SUBMITTED,
        draft=wanted,
        entered=Act(officer_no=CLERK.number, at=NOW),
    )
    leaning = {"office": HEADQUARTERS, "permit": PERMIT, "agency": AGENCY, "standing": None}
    return Case(application=application, **(leaning | of_case))


def changed(value, path, to):
    first, *rest = path
    return replace(value, **{first: changed(getattr(value, first), rest, to) if rest else to})


def grounds(of: Case, on: date = TODAY) -> list[Ground]:
    return [objection.ground for objection in objections(of, on=on)]


def test_nothing_stands_against_a_case_in_good_order() -> None:
    assert objections(case(), on=TODAY) == ()


OBJECTIONABLE = [
    (Ground.DESTINATION_CLOSED, {"destination": "USA", "permit": replace(PERMIT, destination="USA")}),
    (Ground.HEADQUARTERS_ONLY, {"office": DISTRICT, "visa__type": VisaType.GROUP}),
    (Ground.HEADQUARTERS_ONLY, {"office": DISTRICT, "visa__type": VisaType.ATTESTED_GROUP}),
    (Ground.HEADQUARTERS_ONLY, {"office": DISTRICT, "worker__sex": Sex.FEMALE}),
    (Ground.TOO_YOUNG, {"worker__birth_date": date(2008, 11, 23)}),
    (Ground.TOO_YOUNG, {"worker__birth_date": date(2001, 11, 23), "worker__sex": Sex.FEMALE}),
    (Ground.PASSPORT_EXPIRED, {"worker__passport__expires_on": TODAY}),
    (Ground.FINGERPRINT_MISSING, {"worker__fingerprint_taken_on": None}),
    (Ground.FINGERPRINT_MISSING, {"worker__fingerprint_taken_on": TOMORROW}),
    (Ground.ORIENTATION_INCOMPLETE, {"orientation__days": (date(2026, 11, 1), date(2026, 11, 2))}),
    (Ground.ORIENTATION_INCOMPLETE, {"orientation__days": (date(2026, 11, 1),) * 3}),
    (Ground.ORIENTATION_INCOMPLETE, {"orientation__days": (YESTERDAY, TODAY, TOMORROW)}),
    (Ground.ORIENTATION_INCOMPLETE, {"orientation__certificate_no": None}),
    (Ground.VISA_EXPIRED, {"visa__expires_on": YESTERDAY}),
    (
        Ground.VISA_UNCHECKED,
        {"destination": "QAT", "visa__checked_on": None, "permit": replace(PERMIT, destination="QAT")},
    ),
    (
        Ground.VISA_UNCHECKED,
        {"destination": "ARE", "visa__checked_on": TOMORROW, "permit": replace(PERMIT, destination="ARE")},
    ),
    (Ground.CONTRACT_ENDED, {"job__contract_until": YESTERDAY}),
    (Ground.LICENCE_UNKNOWN, {"agency": None}),
    (Ground.LICENCE_EXPIRED, {"agency": replace(AGENCY, licence_valid_until=YESTERDAY)}),
    (Ground.LICENCE_SUSPENDED, {"agency": replace(AGENCY, suspended_on=TODAY)}),
    (Ground.PERMIT_UNKNOWN, {"permit": None}),
    (Ground.PERMIT_NOT_IN_FORCE, {"permit": replace(PERMIT, valid_until=YESTERDAY)}),
    (Ground.PERMIT_NOT_IN_FORCE, {"permit": replace(PERMIT, valid_from=TOMORROW)}),
    (Ground.PERMIT_FOR_ANOTHER, {"permit": replace(PERMIT, licence_no="RL-77")}),
    (Ground.PERMIT_FOR_ANOTHER, {"permit": replace(PERMIT, licence_no=None)}),
    (Ground.PERMIT_FOR_ANOTHER, {"permit": replace(PERMIT, destination="OMN")}),
    (Ground.PERMIT_USED_UP, {"permit": replace(PERMIT, places=25, used=25)}),
    (Ground.PERMIT_USED_UP, {"permit": replace(PERMIT, places=25, used=24), "promised": 1}),
    (Ground.FEES_UNPAID, {"payment__amount_taka": 0}),
    (Ground.FEES_UNPAID, {"payment__paid_on": TOMORROW}),
    (Ground.ACTIVE_CLEARANCE, {"standing": clearance(valid_until=TODAY)}),
    (Ground.ACTIVE_CLEARANCE, {"standing": clearance(status=Status.SUSPENDED, valid_until=YESTERDAY)}),
]


@pytest.mark.parametrize(
    ("ground", "changes"), OBJECTIONABLE, ids=lambda value: value if isinstance(value, Ground) else ""
)
def test_each_condition_is_named_alone_when_it_alone_is_not_met(ground: Ground, changes: dict) -> None:
    assert grounds(case(**changes)) == [ground]


def test_every_ground_about_a_case_is_among_the_examples() -> None:
    assert {ground for ground, _ in OBJECTIONABLE} == set(Ground) - ABOUT_PERSONS


@pytest.mark.parametrize(
    "changes",
    [
        {"worker__birth_date": date(2008, 11, 22)},
        {"worker__birth_date": date(2001, 11, 22), "worker__sex": Sex.FEMALE},
        {"worker__passport__expires_on": TOMORROW},
        {"worker__fingerprint_taken_on": TODAY},
        {"orientation__days": (YESTERDAY - timedelta(days=1), YESTERDAY, TODAY)},
        {"visa__expires_on": TODAY},
        {"job__contract_until": TODAY},
        {"agency": replace(AGENCY, licence_valid_until=TODAY)},
        {"agency": replace(AGENCY, suspended_on=TOMORROW)},
        {"permit": replace(PERMIT, valid_from=TODAY, valid_until=TODAY)},
        {"permit": replace(PERMIT, places=25, used=23), "promised": 1},
        {"payment__paid_on": TODAY},
        {"office": DISTRICT},
        {"office": DISTRICT, "visa__type": VisaType.ATTESTED_SINGLE},
        {"visa__type": VisaType.GROUP},
        {"visa__checked_on": None},
        {"licence_no": None, "agency": None, "permit": replace(PERMIT, licence_no=None)},
        {"standing": clearance(valid_until=YESTERDAY)},
        {"standing": clearance().superseded()},
    ],
    ids=str,
)
def test_a_condition_met_at_its_edge_is_no_objection(changes: dict) -> None:
    assert grounds(case(**changes)) == []


def test_everything_is_named_at_once() -> None:
    wrong = case(worker__fingerprint_taken_on=None, visa__expires_on=YESTERDAY, permit=None, agency=None)
    assert set(grounds(wrong)) == {
        Ground.FINGERPRINT_MISSING,
        Ground.VISA_EXPIRED,
        Ground.PERMIT_UNKNOWN,
        Ground.LICENCE_UNKNOWN,
    }


def test_a_closed_destination_hides_no_other_objection() -> None:
    wrong = case(destination="USA", agency=None, standing=clearance(), visa__expires_on=YESTERDAY)
    assert set(grounds(wrong)) >= {
        Ground.DESTINATION_CLOSED,
        Ground.LICENCE_UNKNOWN,
        Ground.ACTIVE_CLEARANCE,
        Ground.VISA_EXPIRED,
        Ground.PERMIT_FOR_ANOTHER,
    }


def test_a_used_up_permit_counts_places_promised_to_others() -> None:
    [objection] = objections(case(permit=replace(PERMIT, places=25, used=20), promised=5), on=TODAY)
    assert objection.details == {"permit": PERMIT.number, "used": 25, "places": 25}


@pytest.mark.parametrize(
    ("changes", "last_day"),
    [
        ({}, TODAY + timedelta(days=90)),
        ({"visa__expires_on": TODAY + timedelta(days=7)}, TODAY + timedelta(days=7)),
        ({"job__contract_until": TODAY + timedelta(days=8)}, TODAY + timedelta(days=8)),
        ({"worker__passport__expires_on": TODAY + timedelta(days=9)}, TODAY + timedelta(days=9)),
    ],
)
def test_a_clearance_lasts_until_the_first_of_rule_visa_contract_and_passport_ends(changes, last_day) -> None:
    assert valid_until(case(**changes), on=TODAY) == last_day


def test_there_is_no_last_day_for_a_closed_destination() -> None:
    with pytest.raises(ValueError, match="USA"):
        valid_until(case(destination="USA"), on=TODAY)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2000, 11, 22), date(2018, 11, 22), 18),
        (date(2000, 11, 23), date(2018, 11, 22), 17),
    ],
)
def test_age_counts_full_years(born: date, on: date, years: int) -> None:
    assert age(born, on=on) == years


def test_a_destination_has_one_rule_a_day_with_its_source_and_an_age_for_everybody() -> None:
    for rule in RULES:
        others = [other for other in RULES if other.destination == rule.destination and other is not rule]
        assert not any(other.holds_on(rule.effective_from) for other in others)
        assert rule.source
        assert set(rule.minimum_age) == set(Sex)


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    rule = replace(RULES[0], effective_from=date(2026, 1, 1), effective_until=date(2026, 1, 31))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    assert [rule_for(rule.destination, on=day, rules=[rule]) for day in days] == [None, rule, rule, None]


def test_the_seven_destinations_of_the_notice_let_districts_decide_for_men() -> None:
    seven = {rule.destination for rule in RULES if rule.demo_decides_for}
    assert seven == {"OMN", "QAT", "BHR", "SGP", "BRN", "ARE", "SAU"}
    assert all(rule.demo_decides_for <= {Sex.MALE} for rule in RULES)
