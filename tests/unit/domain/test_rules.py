"""Which rule a case falls under: the order of precedence, the days of a version, and no two for one case and day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearance.credential.claims import VisaType
from clearance.domain.destinations import COUNTRIES
from clearance.domain.first_rules import OTHERS, SEVEN, first_rules
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import (
    Channel,
    Decider,
    Need,
    Period,
    RuleBook,
    RuleKey,
    RuleTerms,
    RuleVersion,
    VisaKind,
    situation_of,
)
from clearance.domain.staff import Office
from clearance.domain.text import BilingualText
from tests.fakes.office import DISTRICT, HEADQUARTERS, PERMIT, draft

DAY = date(2026, 11, 22)
TERMS = RuleTerms(
    decided_by=Decider.HEADQUARTERS, minimum_age=18, fees_taka=3050, fees_version="2022", reference="the Act"
)
BY = Signature(officer_no="A-1", at=datetime(2026, 11, 1, tzinfo=UTC), device="x")
CASE = RuleKey(destination="SAU", sex=Sex.MALE, channel=Channel.DEMO, visa=VisaKind.SINGLE)
BOOK = RuleBook(versions=first_rules())


def version(number: int = 1, key: RuleKey = RuleKey(), **changes) -> RuleVersion:  # noqa: B008 - frozen
    made = RuleVersion(
        number=number,
        key=key,
        terms=TERMS,
        starts_on=DAY,
        ends_on=None,
        replaces=None,
        state=ProposalState.CONSENTED,
        proposed=BY,
        settled=replace(BY, officer_no="A-2"),
    )
    return replace(made, **changes)


def book(*versions: RuleVersion) -> RuleBook:
    return RuleBook(versions=versions)


def days(after: int) -> date:
    return DAY + timedelta(days=after)


EVERY_PATTERN = [
    RuleKey(**{name: getattr(CASE, name) for name, named in zip(vars(CASE), pattern, strict=True) if named})
    for pattern in product((True, False), repeat=4)
]
"""The sixteen keys that fit one case, the weightiest first: destination before sex, before channel, before visa."""


def test_the_more_weighty_part_that_is_named_wins_and_the_order_is_that_of_the_documentation() -> None:
    versions = [version(number, key) for number, key in enumerate(EVERY_PATTERN)]
    for number in range(16):
        rest = RuleBook(versions=tuple(reversed(versions[number:])))
        governing = rest.governing(CASE, on=DAY)
        assert governing is not None
        assert governing.number == number


@settings(deadline=None)
@given(st.permutations(EVERY_PATTERN), st.integers(1, 16))
def test_the_answer_does_not_depend_on_the_order_in_which_rules_were_made(keys: list[RuleKey], count: int) -> None:
    chosen = keys[:count]
    found = book(*(version(number, key) for number, key in enumerate(chosen))).governing(CASE, on=DAY)
    assert found is not None
    assert found.key == min(chosen, key=EVERY_PATTERN.index)


@pytest.mark.parametrize(
    "other",
    [
        {"destination": "QAT"},
        {"sex": Sex.FEMALE},
        {"channel": Channel.AGENCY},
        {"visa": VisaKind.GROUP},
    ],
    ids=str,
)
def test_a_rule_for_somebody_else_is_not_asked(other: dict) -> None:
    assert book(version(1, replace(CASE, **other))).governing(CASE, on=DAY) is None


def test_a_version_governs_from_its_first_to_its_last_day() -> None:
    short = book(version(1, ends_on=days(2)))
    assert [short.governing(CASE, on=days(n)) is not None for n in (-1, 0, 2, 3)] == [False, True, True, False]


def test_a_successor_takes_over_from_its_first_day_and_the_old_version_stays_on_record() -> None:
    old, new = version(1), version(2, starts_on=days(10), replaces=1)
    both = book(old, new)
    assert both.governing(CASE, on=days(9)) == old
    assert both.governing(CASE, on=days(10)) == new
    assert both.period(old) == Period(first=DAY, last=days(9))


def test_a_change_brought_forward_leaves_no_day_to_the_one_it_replaces() -> None:
    old, later, sooner = (
        version(1),
        version(2, starts_on=days(10), replaces=1),
        version(3, starts_on=days(5), replaces=2),
    )
    three = book(old, later, sooner)
    assert [three.governing(CASE, on=days(n)) for n in (4, 5, 10)] == [old, sooner, sooner]
    assert three.period(later).empty


def test_a_temporary_rule_that_ends_leaves_the_case_to_the_next_one_that_fits() -> None:
    wide, narrow = version(1), version(2, CASE, ends_on=days(1))
    assert book(wide, narrow).governing(CASE, on=days(1)) == narrow
    assert book(wide, narrow).governing(CASE, on=days(2)) == wide


@pytest.mark.parametrize(
    ("second", "clashes"),
    [
        ({"starts_on": days(5)}, True),
        ({"starts_on": days(-5)}, True),
        ({"starts_on": days(-5), "ends_on": days(-1)}, False),
        ({"starts_on": days(-5), "ends_on": DAY}, True),
        ({"starts_on": days(11)}, False),
        ({"starts_on": days(10)}, True),
        ({"starts_on": days(5), "replaces": 1}, False),
        ({"starts_on": DAY, "replaces": 1}, False),
        ({"starts_on": days(5), "key": RuleKey(destination="SAU")}, False),
    ],
    ids=str,
)
def test_two_versions_of_one_key_must_not_share_a_day(second: dict, clashes: bool) -> None:
    there = book(version(1, ends_on=days(10)))
    assert (there.clashing(version(2, **second)) is not None) == clashes


def test_a_version_brought_forward_ends_the_one_before_and_clashes_with_nothing() -> None:
    there = book(version(1), version(2, starts_on=days(10), replaces=1))
    assert there.clashing(version(3, starts_on=days(3), replaces=2)) is None
    assert there.clashing(version(3, starts_on=days(3), replaces=None)) is not None


@settings(deadline=None)
@given(st.data())
def test_whatever_was_consented_to_without_a_clash_one_version_governs_each_day(data: st.DataObject) -> None:
    made: list[RuleVersion] = []
    for number in range(1, 7):
        start = data.draw(st.integers(0, 20))
        end = data.draw(st.none() | st.integers(start, 25))
        candidate = version(
            number,
            starts_on=days(start),
            ends_on=None if end is None else days(end),
            replaces=data.draw(st.none() | st.sampled_from([v.number for v in made])) if made else None,
        )
        there = book(*made)
        taken = candidate.replaces is not None and there.successor(candidate.replaces) is not None
        if not taken and there.clashing(candidate) is None:
            made.append(candidate)
    final = book(*made)
    for day in (days(n) for n in range(30)):
        assert sum(final.period(each).holds_on(day) for each in made) <= 1


def test_only_the_destination_of_a_case_and_no_other_is_looked_at() -> None:
    assert BOOK.governing(replace(CASE, destination="USA"), on=DAY) is None


SITUATIONS = [
    RuleKey(destination=country, sex=sex, channel=channel, visa=visa)
    for country, sex, channel, visa in product((*SEVEN, *OTHERS, "USA"), Sex, Channel, VisaKind)
]


def test_the_seven_country_rule_as_the_notice_says_it() -> None:
    for situation in SITUATIONS:
        governing = BOOK.governing(situation, on=DAY)
        if situation.destination == "USA":
            assert governing is None
            continue
        assert governing is not None
        single_man = situation.visa is VisaKind.SINGLE and situation.sex is Sex.MALE
        alone = single_man and situation.destination in SEVEN
        assert governing.terms.decided_by is (Decider.DEMO if alone else Decider.HEADQUARTERS)
        assert governing.terms.minimum_age == (25 if situation.sex is Sex.FEMALE else 18)
        assert (Need.VISA_CHECK in governing.terms.needs) == (situation.destination in {"ARE", "QAT", "SGP", "BHR"})
        assert governing.terms.source


def test_the_first_rules_are_versions_of_their_own_that_share_no_day() -> None:
    assert [each.number for each in BOOK.versions] == list(range(1, len(BOOK.versions) + 1))
    for each in BOOK.versions:
        others = RuleBook(versions=tuple(other for other in BOOK.versions if other is not each))
        assert others.clashing(each) is None
    assert {each.key.destination for each in BOOK.versions} <= COUNTRIES


@pytest.mark.parametrize(
    ("office", "licence_no", "channel"),
    [
        (HEADQUARTERS, None, Channel.HEADQUARTERS),
        (DISTRICT, None, Channel.DEMO),
        (Office(code="MSN-RUH", name=BilingualText(en="Riyadh")), None, Channel.MISSION),
        (DISTRICT, "RL-1234", Channel.AGENCY),
        (HEADQUARTERS, "RL-1234", Channel.AGENCY),
    ],
)
def test_the_channel_is_the_way_by_which_a_case_came(office: Office, licence_no: str | None, channel: Channel) -> None:
    of_case = replace(draft(), licence_no=licence_no, permit_no=PERMIT.number)
    assert situation_of(of_case, office).channel is channel


@pytest.mark.parametrize("kind", VisaType)
def test_attestation_does_not_change_the_kind_of_a_visa(kind: VisaType) -> None:
    of_case = replace(draft(), visa=replace(draft().visa, type=kind))
    single = kind in (VisaType.SINGLE, VisaType.ATTESTED_SINGLE)
    assert situation_of(of_case, DISTRICT).visa is (VisaKind.SINGLE if single else VisaKind.GROUP)
