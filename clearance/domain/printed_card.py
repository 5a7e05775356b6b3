"""What one card says on paper: the data model that every layout draws and nothing else.

It decides which facts a card carries. Where they stand is the business of `clearance.card`; what the QR carries is that
of `clearance.credential`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from clearance.domain.missions import MISSION_PHONES
from clearance.domain.person import Sex
from clearance.domain.text import BilingualText


class OptionalFact(StrEnum):
    """What an office may leave off its cards: what brokers like to hide. All else identifies the card and stays."""

    OCCUPATION = "occupation"
    SALARY = "salary"
    AGENCY = "agency"
    LICENCE_NO = "licence_no"
    AGENCY_PHONE = "agency_phone"
    FEES = "fees"
    MISSION_PHONE = "mission_phone"
    HELPLINE = "helpline"
    FREE = "free"


@dataclass(frozen=True, kw_only=True)
class CardPolicy:
    """What an office prints beside the facts that identify a card.

    `mission_phones` are the numbers of Bangladesh's missions by destination (ISO 3166 alpha-3); a destination without
    one, or with an empty one, has the helpline only.
    """

    printed: frozenset[OptionalFact] = frozenset(OptionalFact)
    mission_phones: Mapping[str, str] = field(default_factory=lambda: MISSION_PHONES)


@dataclass(frozen=True, kw_only=True)
class PrintedCard:
    """The printed content of one clearance card.

    Dates are calendar days in Asia/Dhaka; `destination` is ISO 3166 alpha-3, whose names each layout looks up;
    `photo` is a JPEG of 276x354 pixels that went through the photo check; `qr_text` and `credential` are the same
    signed credential (docs/CARD-FORMAT.md), as QR text and as COSE_Sign1 bytes.
    """

    qr_text: str
    credential: bytes
    photo: bytes
    clearance_no: str
    registration_no: str
    name: BilingualText
    sex: Sex
    birth_date: date
    passport_no: str
    passport_expiry: date
    previous_passport_no: str | None
    destination: str
    visa_no: str
    visa_type: str
    employer: str
    occupation: BilingualText
    salary: str | None
    agency: BilingualText | None
    """The recruiting agency; None for a worker who applied without one."""
    licence_no: str | None
    agency_phone: str | None
    permit_no: str
    orientation_certificate: str
    office: BilingualText
    approved_by: str
    issued_by: str
    """Office numbers of the two officers, for whoever investigates; never their names."""
    fees_taka: int
    mission_phone: str | None
    """Bangladesh's mission in the destination."""
    issued_on: date
    valid_until: date
    printed: frozenset[OptionalFact]
    """Which of the optional facts are printed."""
    demo: bool
    """Made with demo keys: every page says so."""
