"""The worker as a person, and the passport: who the clearance is for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    """As the passport's data page says it."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Passport:
    """A passport booklet. `number` is upper-case ASCII without spaces (mission data dictionary: `passport_no`)."""

    number: str
    issued_on: date
    expires_on: date
    previous_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who goes abroad, as registered with BMET.

    `name_en` is the name of the passport's data page in Latin capitals, `name_bn` is NFC Bengali. `photo_sha256`
    names the checked portrait in the document store. `fingerprint_taken_on` is the day of the DEMO visit; the print
    itself is not kept.
    """

    name_en: str
    name_bn: str | None
    birth_date: date
    sex: Sex
    passport: Passport
    registration_no: str
    registered_on: date
    fingerprint_taken_on: date | None
    photo_sha256: str
