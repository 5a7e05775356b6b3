"""Permits are budgets, agencies are licensed: what a case leans on."""

from dataclasses import dataclass
from datetime import date

from clearance.domain.text import BilingualText


@dataclass(frozen=True, kw_only=True)
class Agency:
    """A recruiting agency. `licence_no` is `RL-` and up to five digits (data dictionary: `rl_no`)."""

    licence_no: str
    name: BilingualText
    phone: str
    licence_valid_until: date
    suspended_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Permit:
    """A ministry's recruitment permit (নিয়োগানুমতি): so many places, for one agency and one destination.

    `used` counts issued clearances; the database refuses `used > places` as well.
    """

    number: str
    licence_no: str | None
    destination: str
    places: int
    used: int
    valid_from: date
    valid_until: date

    @property
    def balance(self) -> int:
        """Places left."""
        return self.places - self.used
