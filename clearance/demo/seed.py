"""Fill an empty demo: offices, officers with random passwords, permits, workers, and a good part of them cleared.

Everything goes through the same use cases as real work: entered by one officer, approved by a second, issued by a
third.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from clearance.demo import names, people
from clearance.demo.hiring import hire
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.staff import Office, Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing import approve, entry, reject, revoke
from clearance.issuing.people import NewOfficer
from clearance.issuing.request import request_card
from clearance.issuing.service import Service

Result = TypeVar("Result")

CLEARED = 48
"""How many of the workers have a card after the first start; as many again are approved and wait for the issuer."""
APPROVED = 40
REVOKED = 3
REJECTED = 4

STAFF = (
    ("BMET-1001", "rahima", BilingualText(en="Rahima Khatun", bn="রহিমা খাতুন"), Role.ENTRY),
    ("BMET-2001", "karim", BilingualText(en="Karim Uddin", bn="করিম উদ্দিন"), Role.APPROVER),
    ("BMET-2002", "shirin", BilingualText(en="Shirin Sultana", bn="শিরিন সুলতানা"), Role.APPROVER),
    ("BMET-3001", "nasrin", BilingualText(en="Nasrin Akter", bn="নাসরিন আক্তার"), Role.ISSUER),
    ("BMET-4001", "tahmina", BilingualText(en="Tahmina Begum", bn="তাহমিনা বেগম"), Role.ADMINISTRATOR),
    ("BMET-5001", "faruk", BilingualText(en="Faruk Hossain", bn="ফারুক হোসেন"), Role.AUDITOR),
)


class Kind(StrEnum):
    """What a visitor can try."""

    READY = "ready"
    REVOKED = "revoked"
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True)
class Login:
    """A demo officer's sign-in, shown once and kept in `login.txt`."""

    username: str
    password: str
    role: Role


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What the first start made: who can sign in, whom to try, which cards to look at."""

    logins: tuple[Login, ...]
    samples: dict[Kind, Application]
    cards: tuple[Clearance, ...]


def seed(service: Service, *, progress: Callable[[str, int, int], None]) -> Seeded:
    """Fill the empty database. `progress(what, done, of)` is told as it goes."""
    _open_offices(service)
    staff, logins = _hire(service)
    _grant_permits(service)
    applications = _enter_all(service, staff[0], progress)
    decided = applications[: CLEARED + APPROVED]
    for done, application in enumerate(decided, start=1):
        approver = staff[1 + done % 2]
        _expect(approve.approve(service, application.reference, officer=approver, version=1, photo_accepted=True))
        progress("approved", done, len(decided))
    for application in applications[CLEARED + APPROVED :][:REJECTED]:
        _expect(
            reject.reject(service, application.reference, officer=staff[1], version=1, reason="Visa copy illegible")
        )
    cards = tuple(_issue_all(service, staff[3], applications[:CLEARED], progress))
    for card in cards[:REVOKED]:
        reason = RevocationReason.VISA_CANCELLED
        _expect(revoke.revoke(service, card.clearance_no, officer=staff[3], reason=reason, remark="Employer withdrew"))
    samples = {
        Kind.READY: applications[CLEARED - 1],
        Kind.REVOKED: applications[0],
        Kind.WAITING: applications[CLEARED + APPROVED + REJECTED],
    }
    return Seeded(logins=logins, samples=samples, cards=cards)


def _open_offices(service: Service) -> None:
    with service.database.write() as work:
        for code, en, bn in names.OFFICES:
            work.staff.add_office(Office(code=code, name=BilingualText(en=en, bn=bn)))
        work.commit()


def _hire(service: Service) -> tuple[list[Officer], tuple[Login, ...]]:
    officers, logins = [], []
    for number, username, name, role in STAFF:
        wanted = NewOfficer(
            number=number, username=username, name=name, roles=frozenset({role}), office_code=names.OFFICES[0][0]
        )
        officer, password = hire(service, wanted)
        officers.append(officer)
        logins.append(Login(username=username, password=password, role=role))
    return officers, tuple(logins)


def _grant_permits(service: Service) -> None:
    with service.database.write() as work:
        for agency in people.agencies(service.today()):
            work.permits.add_agency(agency)
        for permit in people.permits(service.today()):
            work.permits.add(permit)
        work.commit()


def _enter_all(service: Service, officer: Officer, progress: Callable[[str, int, int], None]) -> list[Application]:
    applications = []
    for person in people.workers(service.today()):
        draft = entry.with_portrait(service, person.draft, service.prepare_photo(person.photo))
        applications.append(_expect(entry.enter(service, draft, officer=officer)))
        progress("entered", len(applications), people.NUMBER_OF_WORKERS)
    return applications


def _issue_all(
    service: Service, officer: Officer, applications: list[Application], progress: Callable[[str, int, int], None]
) -> list[Clearance]:
    cards = []
    for application in applications:
        cards.append(_expect(request_card(service, application.reference, officer=officer)))
        progress("issued", len(cards), len(applications))
    return cards


def _expect(result: Result | Refused) -> Result:
    """The demo people are made to pass; a refusal here is a fault of the demo and stops it."""
    if isinstance(result, Refused):
        raise RuntimeError(f"a demo case was refused: {result.objections}")
    return result
