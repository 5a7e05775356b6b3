"""The worker as a person, and the passport: who the clearance is for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    """As the passport's data page says it."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


class PhotoRemark(StrEnum):
    """What a program noticed about a portrait at entry; whether it matters is for the approving officer to say."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    SMALL_FACE = "small_face"
    OFF_CENTRE = "off_centre"
    SMALL_PHOTO = "small_photo"
    """The upload had fewer pixels than the card's portrait and was enlarged."""


@dataclass(frozen=True, kw_only=True)
class Passport:
    """A passport booklet. Numbers are upper-case ASCII without spaces; `previous_numbers` are those of the booklets
    that this one followed, the latest first.
    """

    number: str
    issued_on: date
    expires_on: date
    previous_numbers: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """This booklet's number and all before it: one person."""
        return (self.number, *self.previous_numbers)


@dataclass(frozen=True, kw_only=True)
class NextOfKin:
    """Whom the office tells when something happens. `relation` is a word such as `wife`, `phone` is `+8801…`."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who goes abroad, as registered with BMET.

    `name_en` is the name of the passport's data page in Latin capitals, `name_bn` is NFC Bengali. `photo_sha256`
    names the checked portrait in the document store, `photo_remark` what an officer should look at on it.
    `fingerprint_taken_on` and `fingerprint_office` are day and place of the DEMO visit; the print itself is not kept,
    and neither is the number of an identity card or birth certificate (docs/adr/0073). `mobile` (`+8801…`) and `email`
    are for messages to the worker.
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
    photo_remark: PhotoRemark | None = None
    fingerprint_office: str | None = None
    mobile: str | None = None
    email: str | None = None
