"""Every condition of the decision day: met at its edge, and named when it is not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clearance.credential.claims import VisaType
from clearance.credential.status import Status
from clearance.domain.application import VisaCheck
from clearance.domain.eligibility import Case, Ground, age, objections, valid_until
from clearance.domain.first_rules import first_rules
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import Sex
from clearance.domain.rules import Decider, Need, RuleBook, SalaryFloor
from tests.fakes.office import AGENCY, DISTRICT, HEADQUARTERS, PERMIT, TODAY, draft
from tests.fakes.values import application as by_the_book
from tests.fakes.values import clearance

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
MAY_STAND_AGAINST_A_CASE = {
    Ground.DESTINATION_CLOSED,
    Ground.HEADQUARTERS_ONLY,
    Ground.GROUP_VISA,
    *(ground for ground in Ground if ground.name.startswith(("VISA_", "PERMIT_", "LICENCE_", "FEES_"))),
    Ground.TOO_YOUNG,
    Ground.PASSPORT_EXPIRED,
    Ground.FINGERPRINT_MISSING,
    Ground.ORIENTATION_INCOMPLETE,
    Ground.TRAINING_MISSING,
    Ground.SALARY_TOO_LOW,
    Ground.CONTRACT_ENDED,
    Ground.ACTIVE_CLEARANCE,
}
"""What its conditions are; the grounds about persons, cards and proposals are in the tests of those."""
FIRST = first_rules()
MEN_SINGLE = next(version for version in FIRST if str(version.key) == "SAU male * single")


def rules(**terms) -> RuleBook:
    """The first rules, but for what the one of the case says."""
    changed = replace(MEN_SINGLE, terms=replace(MEN_SINGLE.terms, **terms))
    return RuleBook(versions=tuple(changed if version is MEN_SINGLE else version for version in FIRST))


def case(**changes) -> Case:
    """A case in good order but for the changes, given by their path in the draft (`worker__birth_date`) or the case."""
    wanted = draft()
    of_case = {name: value for name, value in changes.items() if name in Case.__dataclass_fields__}
    for path, value in changes.items():
        if path not in of_case:
            wanted = changed(wanted, path.split("__"), value)
    application = replace(by_the_book(), draft=wanted)
    leaning = {"rules": rules(), "office": HEADQUARTERS, "permit": PERMIT, "agency": AGENCY, "standing": None}
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
    (Ground.DESTINATION_CLOSED, {"rules": rules(decided_by=Decider.NOBODY)}),
    (Ground.HEADQUARTERS_ONLY, {"office": DISTRICT, "rules": rules(decided_by=Decider.HEADQUARTERS)}),
    (Ground.TOO_YOUNG, {"rules": rules(minimum_age=32)}),
    (Ground.ORIENTATION_INCOMPLETE, {"rules": rules(orientation_days=4)}),
    (Ground.TRAINING_MISSING, {"rules": rules(needs={Need.TRAINING})}),
    (Ground.VISA_UNATTESTED, {"rules": rules(needs={Need.ATTESTATION})}),
    (Ground.VISA_UNCHECKED, {"rules": rules(needs={Need.VISA_CHECK}), "visa__check": None}),
    (Ground.VISA_IN_USE, {"visa_holder": clearance(7, valid_until=TODAY)}),
    (Ground.GROUP_VISA, {"on_advice": 25}),
    (Ground.GROUP_VISA, {"on_advice": 3, "rules": rules(group_threshold=3)}),
    (Ground.FEES_TOO_LOW, {"payment__amount_taka": 3049}),
    (Ground.FEES_TOO_LOW, {"rules": rules(fees_taka=3451)}),
    (Ground.SALARY_TOO_LOW, {"rules": rules(salary_floor=SalaryFloor(amount=1201, currency="SAR"))}),
    (Ground.SALARY_TOO_LOW, {"rules": rules(salary_floor=SalaryFloor(amount=1, currency="QAR"))}),
    (Ground.SALARY_TOO_LOW, {"rules": rules(salary_floor=SalaryFloor(amount=1, currency="SAR")), "job__salary": None}),
    (Ground.SALARY_TOO_LOW, {"rules": rules(salary_floor=SalaryFloor(amount=1, currency="SAR")), "job__salary": "SAR"}),
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
        {"destination": "QAT", "visa__check": None, "permit": replace(PERMIT, destination="QAT")},
    ),
    (
        Ground.VISA_UNCHECKED,
        {"destination": "ARE", "visa__check": VisaCheck(on=TOMORROW), "permit": replace(PERMIT, destination="ARE")},
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
    assert {ground for ground, _ in OBJECTIONABLE} == MAY_STAND_AGAINST_A_CASE


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
        {"rules": rules(needs={Need.TRAINING}), "training_certificate_no": "TTC-1"},
        {"rules": rules(needs={Need.ATTESTATION}), "visa__type": VisaType.ATTESTED_SINGLE},
        {"rules": rules(orientation_days=0), "orientation__days": (), "orientation__certificate_no": None},
        {"visa_holder": clearance(7, valid_until=YESTERDAY)},
        {"on_advice": 24},
        {"on_advice": 99, "visa__type": VisaType.GROUP},
        {"payment__amount_taka": 3050},
        {"rules": rules(salary_floor=SalaryFloor(amount=1200, currency="SAR"))},
        {"office": DISTRICT, "visa__type": VisaType.ATTESTED_SINGLE},
        {"visa__type": VisaType.GROUP},
        {"visa__check": None},
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


def test_what_comes_from_a_rule_says_which_and_since_when() -> None:
    [objection] = objections(case(rules=rules(minimum_age=40, circular_no="Circular 12/2026")), on=TODAY)
    assert objection.details == {
        "minimum": 40,
        "age": 31,
        "source": "Circular 12/2026",
        "since": MEN_SINGLE.starts_on,
    }


def test_a_case_is_judged_by_the_rule_of_the_day_until_it_has_its_card() -> None:
    stricter = replace(
        MEN_SINGLE,
        number=99,
        terms=replace(MEN_SINGLE.terms, minimum_age=40, validity_days=30),
        starts_on=TODAY,
        replaces=MEN_SINGLE.number,
    )
    book = RuleBook(versions=(*FIRST, stricter))
    approved = by_the_book(state=ApplicationState.APPROVED)
    issued = by_the_book(state=ApplicationState.ISSUED)
    leaning = {"rules": book, "office": HEADQUARTERS, "permit": PERMIT, "agency": AGENCY, "standing": None}
    waiting = Case(application=replace(approved, rule_no=MEN_SINGLE.number), **leaning)
    past = Case(application=replace(issued, rule_no=MEN_SINGLE.number), **leaning)
    assert grounds(waiting, on=YESTERDAY) == []
    assert grounds(waiting) == [Ground.TOO_YOUNG]
    assert grounds(past) == []
    assert past.rule_on(TODAY) == MEN_SINGLE
    assert valid_until(past, on=TODAY) == TODAY + timedelta(days=90)
    assert valid_until(waiting, on=TODAY) == TODAY + timedelta(days=30)
