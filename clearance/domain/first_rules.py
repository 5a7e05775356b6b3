"""The rules that a new installation starts with: what BMET's notice and the Act say, as far as they are public.

They are written into the database once; every later change is a version with a second officer's consent, so this list
is history and stays as it is.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import Decider, Need, RuleKey, RuleTerms, RuleVersion, VisaKind

DEMO_NOTICE = "BMET/DEMO notice on online emigration clearance"
MIGRANTS_ACT = "Overseas Employment and Migrants Act 2013"
FEE_TABLE = "Citizen's charter cs-0175"
INSTALLATION = "installation"
"""Stands in the place of the two officers in the record of these versions: nobody of the office proposed them."""

_START = date(2022, 11, 1)
_CHECKED_BY_NOTICE = frozenset({"ARE", "QAT", "SGP", "BHR"})
SEVEN = ("OMN", "QAT", "BHR", "SGP", "BRN", "ARE", "SAU")
"""Where the notice lets a district office decide alone: single visas of men."""
OTHERS = ("HRV", "ITA", "JOR", "JPN", "KOR", "KWT", "LBN", "MDV", "MUS", "MYS", "POL", "ROU")
_HEADQUARTERS = RuleTerms(
    decided_by=Decider.HEADQUARTERS,
    minimum_age=18,
    fees_taka=3_050,  # the least of the charter's Tk 3,050-3,450
    fees_version=FEE_TABLE,
    reference=MIGRANTS_ACT,
)
_WOMEN = replace(_HEADQUARTERS, minimum_age=25)


def first_rules() -> tuple[RuleVersion, ...]:
    """The versions in order of their numbers, from 1."""
    wrote = Signature(officer_no=INSTALLATION, at=datetime(2022, 11, 1, tzinfo=UTC), device=INSTALLATION)
    return tuple(
        RuleVersion(
            number=number,
            key=key,
            terms=terms,
            starts_on=_START,
            ends_on=None,
            replaces=None,
            state=ProposalState.CONSENTED,
            proposed=wrote,
            settled=wrote,
        )
        for number, (key, terms) in enumerate(_rules(), start=1)
    )


def _rules() -> Iterator[tuple[RuleKey, RuleTerms]]:
    for country in SEVEN:
        checked = frozenset({Need.VISA_CHECK}) if country in _CHECKED_BY_NOTICE else frozenset[Need]()
        by_notice = replace(_HEADQUARTERS, needs=checked, reference=DEMO_NOTICE)
        yield RuleKey(destination=country), by_notice
        yield RuleKey(destination=country, sex=Sex.FEMALE), replace(by_notice, minimum_age=25)
        men = RuleKey(destination=country, sex=Sex.MALE, visa=VisaKind.SINGLE)
        yield men, replace(by_notice, decided_by=Decider.DEMO)
    for country in OTHERS:
        yield RuleKey(destination=country), _HEADQUARTERS
        yield RuleKey(destination=country, sex=Sex.FEMALE), _WOMEN
