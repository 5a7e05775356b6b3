"""Destinations and their rules as dated data: what the decision day asks for.

Each row says from when it holds and where it comes from. A case is judged by the row of its decision day; a change of
rule is a new row, never an edit of an old one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clearance.domain.person import Sex

DEMO_NOTICE = "BMET/DEMO notice on online emigration clearance"
MIGRANTS_ACT = "Overseas Employment and Migrants Act 2013"


@dataclass(frozen=True, kw_only=True)
class DestinationRule:
    """What one destination asks for while the row holds (`effective_from` to `effective_until`, both included).

    `validity_days` caps how long a clearance lasts; `visa_check` says whether an officer must have checked the visa
    with the issuing country; `demo_decides_for` lists for whom a district office may decide on a single visa.
    """

    destination: str
    effective_from: date
    effective_until: date | None = None
    minimum_age: dict[Sex, int]
    validity_days: int = 90
    visa_check: bool = False
    demo_decides_for: frozenset[Sex] = frozenset()
    source: str = MIGRANTS_ACT

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on `day`."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)


_ADULT = {Sex.MALE: 18, Sex.FEMALE: 25, Sex.OTHER: 18}
_START = date(2022, 11, 1)
_CHECKED_BY_NOTICE = {"ARE", "QAT", "SGP", "BHR"}
_SEVEN = ("OMN", "QAT", "BHR", "SGP", "BRN", "ARE", "SAU")
_OTHERS = ("HRV", "ITA", "JOR", "JPN", "KOR", "KWT", "LBN", "MDV", "MUS", "MYS", "POL", "ROU")

RULES: tuple[DestinationRule, ...] = tuple(
    DestinationRule(
        destination=code,
        effective_from=_START,
        minimum_age=_ADULT,
        visa_check=code in _CHECKED_BY_NOTICE,
        demo_decides_for=frozenset({Sex.MALE}),
        source=DEMO_NOTICE,
    )
    for code in _SEVEN
) + tuple(DestinationRule(destination=code, effective_from=_START, minimum_age=_ADULT) for code in _OTHERS)


def rule_for(destination: str, *, on: date, rules: Iterable[DestinationRule] = RULES) -> DestinationRule | None:
    """The row in force for `destination` on a day; None where workers may not be cleared for it."""
    return next((rule for rule in rules if rule.destination == destination and rule.holds_on(on)), None)
