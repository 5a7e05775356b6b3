"""The worker's look-up: passport number and birth date in, card out.

A wrong pair and an unknown passport take the same one search, which finds nothing, so that neither the answer nor the
time it took tells which of the two it was.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from clearance.credential.identifiers import normalise_passport_no
from clearance.credential.status import Status
from clearance.domain.application import MOVES, Application, ApplicationState
from clearance.domain.clearance import Clearance
from clearance.issuing.service import Service


class SecondFactor(StrEnum):
    """What a worker must know besides the passport number."""

    BIRTH_DATE = "birth_date"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """No such pair. Whether the passport is known is not said."""


@dataclass(frozen=True, kw_only=True)
class NotYetIssued:
    """The pair is right, and the newest case has no card (yet)."""

    state: ApplicationState


@dataclass(frozen=True, kw_only=True)
class CardFound:
    """The pair is right, and this is the card. It may have run out: see `clearance.valid_until`."""

    clearance: Clearance
    name_en: str
    name_bn: str | None
    destination: str


@dataclass(frozen=True, kw_only=True)
class CardCancelled:
    """The pair is right, and the card is not to be used: revoked, held or replaced, as `clearance.status` says."""

    clearance: Clearance
    name_en: str
    name_bn: str | None
    destination: str


Answer: TypeAlias = NotFound | NotYetIssued | CardFound | CardCancelled


def lookup(service: Service, *, passport_no: str, birth_date: date | None, second_factor: SecondFactor) -> Answer:
    """What the worker is told. The passport number may be typed in any way; the birth date is ignored where the
    setting does not ask for it."""
    with service.database.read() as work:
        cases = work.applications.of_person(
            normalise_passport_no(passport_no), birth_date=_asked(birth_date, second_factor)
        )
        issued = next((case for case in cases if case.state is ApplicationState.ISSUED), None)
        clearance = work.clearances.for_application(issued.reference) if issued else None
    if not cases:
        return NotFound()
    if issued is None or clearance is None:
        return NotYetIssued(state=cases[0].state)
    if clearance.status is not Status.VALID and MOVES[cases[0].state]:
        return NotYetIssued(state=cases[0].state)  # a new card is under way: better news than the end of the old one
    return _card(clearance, issued)


def _asked(birth_date: date | None, second_factor: SecondFactor) -> date | None:
    match second_factor:
        case SecondFactor.BIRTH_DATE:
            return birth_date or date.min  # nobody was born then: a missing date is a wrong one
        case SecondFactor.NONE:
            return None


def _card(clearance: Clearance, application: Application) -> CardFound | CardCancelled:
    worker = application.draft.worker
    kind = CardFound if clearance.status is Status.VALID else CardCancelled
    return kind(
        clearance=clearance,
        name_en=worker.name_en,
        name_bn=worker.name_bn,
        destination=application.draft.destination,
    )
