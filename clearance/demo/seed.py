"""Fill an empty demo: offices, officers with random passwords, permits, workers, and a good part of them cleared.

It decides how far each case gets, so that a visitor finds every state but one: a card runs out only with time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from clearance.demo import names, people
from clearance.demo.colleagues import Colleagues
from clearance.demo.hiring import hire
from clearance.demo.staffing import POSTS
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Office, Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing.people import NewOfficer
from clearance.issuing.service import Service

DRAFTS = frozenset({150, 151})
"""The workers, by their place, whose cases are not submitted yet."""
CLEARED = 48
"""How many of the workers have a card after the first start; as many again are approved and wait for the issuer."""
APPROVED = 40
REJECTED = 4
CHECKED = 6
RETURNED = 3
# Among those with a card:
REVOKED = 3
HELD = 1
DEPARTED = 2
RENEWED = 2
"""The first of these has its new card, the other waits for it."""

Progress = Callable[[str, int, int], None]


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


@dataclass(frozen=True, kw_only=True)
class _Stages:
    """The submitted cases by how far they get."""

    cleared: Sequence[Application]
    approved: Sequence[Application]
    rejected: Sequence[Application]
    checked: Sequence[Application]
    returned: Sequence[Application]
    waiting: Sequence[Application]


def seed(service: Service, *, desk_id: str, progress: Progress) -> Seeded:
    """Fill the empty database. `progress(what, done, of)` is told as it goes; a desk let some workers depart."""
    _open_offices(service)
    _grant_permits(service)
    staff, logins = _hire(service)
    colleagues = Colleagues(service=service, staff=staff)
    stages = _stages(_enter_all(colleagues, progress))
    _decide_all(colleagues, stages, progress)
    cards = tuple(_issue_all(colleagues, stages.cleared, progress))
    _care_for(colleagues, cards, desk_id=desk_id)
    samples = {
        Kind.READY: stages.cleared[-1],
        Kind.REVOKED: stages.cleared[0],
        Kind.WAITING: stages.waiting[0],
    }
    return Seeded(logins=logins, samples=samples, cards=cards)


def _open_offices(service: Service) -> None:
    with service.database.write() as work:
        for code, en, bn in names.OFFICES:
            work.staff.add_office(Office(code=code, name=BilingualText(en=en, bn=bn)))
        work.commit()


def _hire(service: Service) -> tuple[dict[str, Officer], tuple[Login, ...]]:
    """The officers by user name, and how they sign in."""
    officers, logins = {}, []
    for post in POSTS:
        wanted = NewOfficer(
            number=post.number,
            username=post.username,
            name=post.name,
            roles=frozenset({post.role}),
            office_code=post.office_code,
            licence_no=post.licence_no,
        )
        officers[post.username], password = hire(service, wanted)
        logins.append(Login(username=post.username, password=password, role=post.role))
    return officers, tuple(logins)


def _grant_permits(service: Service) -> None:
    with service.database.write() as work:
        for agency in people.agencies(service.today()):
            work.permits.add_agency(agency)
        for permit in people.permits(service.today()):
            work.permits.add(permit)
        work.commit()


def _enter_all(colleagues: Colleagues, progress: Progress) -> list[Application]:
    applications = []
    for place, person in enumerate(people.workers(colleagues.service.today())):
        applications.append(colleagues.enter(person, as_draft=place in DRAFTS))
        progress("entered", len(applications), people.NUMBER_OF_WORKERS)
    return applications


def _stages(applications: Sequence[Application]) -> _Stages:
    rest = iter(application for application in applications if application.state is ApplicationState.SUBMITTED)
    cleared, approved, rejected, checked, returned = (
        list(islice(rest, count)) for count in (CLEARED, APPROVED, REJECTED, CHECKED, RETURNED)
    )
    return _Stages(
        cleared=cleared, approved=approved, rejected=rejected, checked=checked, returned=returned, waiting=list(rest)
    )


def _decide_all(colleagues: Colleagues, stages: _Stages, progress: Progress) -> None:
    decided = []
    for done, application in enumerate([*stages.cleared, *stages.approved], start=1):
        decided.append(colleagues.approve(colleagues.check(application), number=done))
        progress("approved", done, CLEARED + APPROVED)
    for application in stages.checked:
        colleagues.check(application)
    for application in stages.rejected:
        colleagues.reject(application)
    for application in stages.returned:
        colleagues.send_back(application)
    colleagues.hold(decided[-1], reason="The embassy was asked about this visa")


def _issue_all(colleagues: Colleagues, applications: Sequence[Application], progress: Progress) -> list[Clearance]:
    cards = []
    for application in applications:
        cards.append(colleagues.issue(application))
        progress("issued", len(cards), len(applications))
    return cards


def _care_for(colleagues: Colleagues, cards: Sequence[Clearance], *, desk_id: str) -> None:
    rest = iter(cards)
    for card in islice(rest, REVOKED):
        colleagues.revoke(card)
    for card in islice(rest, HELD):
        held = colleagues.case(card.application_reference)
        colleagues.hold(held, reason="Complaint about the agency under inquiry")
    for card in islice(rest, DEPARTED):
        colleagues.depart(card, desk_id=desk_id)
    renewed, *_ = [colleagues.renew(card) for card in islice(rest, RENEWED)]
    colleagues.issue(colleagues.approve(colleagues.check(renewed)))
