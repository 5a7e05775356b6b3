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
from clearance.domain.lifecycle import AWAITED, Act, ApplicationState, Move
from clearance.issuing.cases import case_of
from clearance.issuing.ports import Glance, UnitOfWork
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
    number, born = normalise_passport_no(passport_no), _asked(birth_date, second_factor)
    cases = service.database.glance(number, birth_date=born)
    if not cases:
        return NotFound()
    shown = next((case for case in cases if case.clearance), None)
    if shown is None or shown.clearance is None:
        return _looked_into(service, number, born)
    if shown.clearance.status is not Status.VALID and cases[0].under_way:
        return _looked_into(service, number, born)  # better news than the end of an old card
    return _card(service, shown, shown.clearance, asked=number, another=cases[0].under_way)


def _asked(birth_date: date | None, second_factor: SecondFactor) -> date | None:
    match second_factor:
        case SecondFactor.BIRTH_DATE:
            return birth_date or date.min  # nobody was born then: a missing date is a wrong one
        case SecondFactor.NONE:
            return None


def _looked_into(service: Service, number: str, born: date | None) -> Answer:
    """Where the newest case stands that has no card (yet); a passport of before may still bear one."""
    with service.database.read() as work:
        cases = work.applications.of_person(number, birth_date=born)
        if not cases:
            return NotFound()
        bearer = _replaced(work, cases[0]) if not any(case.issued for case in cases) else None
        if bearer is None or (bearer[0].status is not Status.VALID and cases[0].under_way):
            return _not_yet(work, cases[0], on=service.today())
    clearance, application = bearer
    return _card(service, Glance.at(application, clearance), clearance, asked=number, another=cases[0].under_way)


def _replaced(work: UnitOfWork, newest: Application) -> tuple[Clearance, Application] | None:
    """The card that a case is to replace, and the case that it is from."""
    clearance = work.clearances.get(newest.replaces) if newest.replaces else None
    application = work.applications.get(clearance.application_reference) if clearance else None
    return None if clearance is None or application is None else (clearance, application)


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


def _card(
    service: Service, case: Glance, clearance: Clearance, *, asked: str, another: bool
) -> CardFound | CardCancelled:
    if clearance.status is not Status.VALID:
        ended_at = clearance.revocation.at if clearance.revocation else _acts(service, clearance)[-1].at
        return CardCancelled(
            clearance=clearance,
            name_en=case.name_en,
            name_bn=case.name_bn,
            destination=case.destination,
            since=dhaka_day(ended_at),
        )
    return CardFound(
        clearance=clearance,
        name_en=case.name_en,
        name_bn=case.name_bn,
        destination=case.destination,
        departed_on=_departed_on(service, clearance) if case.state is ApplicationState.DEPARTED else None,
        renewed=clearance.passport_no != asked,
        another_under_way=another,
    )


def _departed_on(service: Service, clearance: Clearance) -> date | None:
    departed = (act.at for act in reversed(_acts(service, clearance)) if act.move is Move.DEPART)
    at = next(departed, None)
    return dhaka_day(at) if at else None


def _acts(service: Service, clearance: Clearance) -> Sequence[Act]:
    """What was done in the card's case. Few look-ups need it, so that the glance goes without."""
    with service.database.read() as work:
        application = work.applications.get(clearance.application_reference)
    assert application is not None, "a card has a case"
    return application.acts
