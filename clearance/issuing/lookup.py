"""The worker's look-up: passport number and birth date in, card out, or where the application stands.

The number may be that of the passport or of one before it. A wrong pair and an unknown passport take the same one
search, which finds nothing, so that neither the answer nor the time it took tells which of the two it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from clearance.credential.identifiers import normalise_passport_no
from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.eligibility import Objection, objections
from clearance.domain.lifecycle import AWAITED, ApplicationState, Move
from clearance.issuing.cases import case_of
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service, dhaka_day


class SecondFactor(StrEnum):
    """What a worker must know besides the passport number."""

    BIRTH_DATE = "birth_date"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """No such pair. Whether the passport is known is not said."""


@dataclass(frozen=True, kw_only=True)
class NotYetIssued:
    """The pair is right, and the newest case has no card (yet).

    `since` is the day (Dhaka) that brought it to its state, `lacking` what stands against a case on its way today.
    `licence_no` is the agency's that applied, None where the worker applied at an office. `returned_because` is what
    the officer wrote who sent it back, knowing that the worker reads it.
    """

    state: ApplicationState
    since: date
    lacking: tuple[Objection, ...]
    licence_no: str | None
    returned_because: str | None = None


@dataclass(frozen=True, kw_only=True)
class CardFound:
    """The pair is right, and this is the card. It may have run out: see `clearance.valid_until`.

    `departed_on` is the day a desk let the worker pass with it. `renewed` says that the card bears another number than
    was asked for: that of a passport before or after.
    `another_under_way` says that a case for the next card waits for an officer.
    """

    clearance: Clearance
    name_en: str
    name_bn: str | None
    destination: str
    departed_on: date | None
    renewed: bool
    another_under_way: bool


@dataclass(frozen=True, kw_only=True)
class CardCancelled:
    """The pair is right, and the card is not to be used: revoked, held or replaced since a day, as
    `clearance.status` says."""

    clearance: Clearance
    name_en: str
    name_bn: str | None
    destination: str
    since: date


Answer: TypeAlias = NotFound | NotYetIssued | CardFound | CardCancelled


def lookup(service: Service, *, passport_no: str, birth_date: date | None, second_factor: SecondFactor) -> Answer:
    """What the worker is told. The passport number may be typed in any way; the birth date is ignored where the
    setting does not ask for it."""
    number = normalise_passport_no(passport_no)
    with service.database.read() as work:
        cases = work.applications.of_person(number, birth_date=_asked(birth_date, second_factor))
        if not cases:
            return NotFound()
        newest, card = cases[0], _newest_card(work, cases)
        if card is None or (card[0].status is not Status.VALID and newest.under_way):
            return _not_yet(work, newest, on=service.today())  # better news than the end of an old card
    return _card(*card, asked=number, another=newest.under_way)


def _asked(birth_date: date | None, second_factor: SecondFactor) -> date | None:
    match second_factor:
        case SecondFactor.BIRTH_DATE:
            return birth_date or date.min  # nobody was born then: a missing date is a wrong one
        case SecondFactor.NONE:
            return None


def _newest_card(work: UnitOfWork, cases: Sequence[Application]) -> tuple[Clearance, Application] | None:
    """The newest card of a person's cases and the case it is from: where none has one yet, the card that the newest of
    them is to replace, and that a passport of before bears."""
    issued = next((case for case in cases if case.issued), None)
    if issued is not None:
        clearance = work.clearances.for_application(issued.reference)
    else:
        clearance = work.clearances.get(cases[0].replaces) if cases[0].replaces else None
        issued = work.applications.get(clearance.application_reference) if clearance else None
    return None if clearance is None or issued is None else (clearance, issued)


def _not_yet(work: UnitOfWork, application: Application, *, on: date) -> NotYetIssued:
    on_its_way = application.state in AWAITED
    last = application.acts[-1]
    return NotYetIssued(
        state=application.state,
        since=dhaka_day(last.at),
        lacking=objections(case_of(work, application), on=on) if on_its_way else (),
        licence_no=application.draft.licence_no,
        returned_because=last.reason if last.move is Move.SEND_BACK else None,
    )


def _card(clearance: Clearance, application: Application, *, asked: str, another: bool) -> CardFound | CardCancelled:
    worker = application.draft.worker
    if clearance.status is not Status.VALID:
        return CardCancelled(
            clearance=clearance,
            name_en=worker.name_en,
            name_bn=worker.name_bn,
            destination=application.draft.destination,
            since=_since(clearance, application),
        )
    return CardFound(
        clearance=clearance,
        name_en=worker.name_en,
        name_bn=worker.name_bn,
        destination=application.draft.destination,
        departed_on=_day_of(application, Move.DEPART),
        renewed=clearance.passport_no != asked,
        another_under_way=another,
    )


def _since(clearance: Clearance, application: Application) -> date:
    if clearance.revocation:
        return dhaka_day(clearance.revocation.at)
    return dhaka_day(application.acts[-1].at)


def _day_of(application: Application, move: Move) -> date | None:
    """The day of the newest act of a kind."""
    return next((dhaka_day(act.at) for act in reversed(application.acts) if act.move is move), None)
