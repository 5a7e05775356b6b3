"""The public look into the register of agencies: may this agency send workers today?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from clearance.domain.permit import Agency
from clearance.domain.text import plain, searchable
from clearance.issuing.service import Service

MOST = 20
"""Agencies shown at once: whoever finds more must type more."""
SHORTEST = 2
"""Characters of a name that are sought; a number may be as short as it is."""


class Licence(StrEnum):
    """What a licence is worth today."""

    IN_FORCE = "in_force"
    RAN_OUT = "ran_out"
    SUSPENDED = "suspended"


@dataclass(frozen=True, kw_only=True)
class Known:
    """An agency and what its licence is worth today."""

    agency: Agency
    licence: Licence


def find_agencies(service: Service, text: str) -> Sequence[Known]:
    """Agencies by licence number (RL-1234, rl 1234, 1234) or part of a name; none for a text that is too short."""
    sought = searchable(plain(text))
    number = sought.replace(" ", "").removeprefix("RL").removeprefix("-")
    if number.isascii() and number.isdigit():
        sought = f"RL-{number}"
    elif len(sought) < SHORTEST:
        return ()
    with service.database.read() as work:
        found = work.agency_register.find(text=sought, limit=MOST)
    return [Known(agency=agency, licence=_licence(agency, service)) for agency in found]


def _licence(agency: Agency, service: Service) -> Licence:
    today = service.today()
    if agency.suspended_on is not None and agency.suspended_on <= today:
        return Licence.SUSPENDED
    return Licence.RAN_OUT if agency.licence_valid_until < today else Licence.IN_FORCE
