"""A worker's word to the office that something is wrong, and what became of it.

It decides which states such a request has and who may settle it. Whether it is right is for the office to find out: the
text is what a stranger typed until somebody compared it with the papers.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from clearance.domain.clearance import CROCKFORD
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.staff import Officer, Role

MAX_TEXT = 300
"""Characters of what it should be: two or three sentences."""
MAX_ANSWER = 400
"""Characters of the office's answer, which the worker reads on a small screen."""
SETTLING = frozenset({Role.DEMO_OFFICER, Role.CHECKER, Role.APPROVER, Role.ISSUER})
"""Who may settle a request; an auditor may read it."""


class About(StrEnum):
    """What is wrong, in the order in which a worker is asked."""

    NEW_PASSPORT = "new_passport"
    """Nothing is wrong, but the passport was renewed; the text is its number."""
    PASSPORT_NO = "passport_no"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    PHOTO = "photo"
    JOB = "job"
    VISA = "visa"
    AGENCY = "agency"
    STOPPED_AT_DESK = "stopped_at_desk"
    """Referred at an airport; the slip's case code may stand beside the text."""
    OTHER = "other"


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    TAKEN_UP = "taken_up"
    """A case that corrects the card was opened for it."""
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class CorrectionRequest:
    """What a worker told the office.

    `reference` is `REQ-` and eight characters. `form_id` is the form it came from, so that one sent twice is one
    request. `application_reference` is the newest case of the person, None where passport number and birth date name
    nobody: a forged card has no case, and its victim must be heard too. `correction` is the case that corrects.
    """

    reference: str
    form_id: str
    passport_no: str
    birth_date: date | None
    application_reference: str | None
    office_code: str
    about: About
    text: str
    phone: str
    slip_code: str | None
    opened_at: datetime
    state: RequestState = RequestState.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    answer: str | None = None
    correction: str | None = None

    def taken_up(self, *, officer_no: str, at: datetime, correction: str) -> Self:
        """The request after a case was opened for it."""
        return replace(self, state=RequestState.TAKEN_UP, settled_by=officer_no, settled_at=at, correction=correction)

    def answered(self, *, officer_no: str, at: datetime, answer: str) -> Self:
        """The request after the office answered it in words."""
        return replace(self, state=RequestState.ANSWERED, settled_by=officer_no, settled_at=at, answer=answer)


def reads_requests(officer: Officer) -> bool:
    """Whether the officer may see requests at all; an agency's clerk may not: they may be about the agency."""
    return officer.licence_no is None and bool(officer.roles & (SETTLING | {Role.AUDITOR}))


def settles_requests(officer: Officer) -> bool:
    """Whether the officer may settle requests of the own office."""
    return officer.licence_no is None and bool(officer.roles & SETTLING)


def may_read(request: CorrectionRequest, *, officer: Officer) -> bool:
    """Whether the officer may see it: headquarters all, an office its own."""
    return reads_requests(officer) and officer.scope.covers(office_code=request.office_code, licence_no=None)


def may_settle(request: CorrectionRequest, *, officer: Officer) -> Iterator[Objection]:
    """What stands against this officer settling it."""
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if not settles_requests(officer) or not may_read(request, officer=officer):
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": Role.DEMO_OFFICER.value})


def about_answer(text: str) -> Iterator[Objection]:
    """What stands against these words as an answer."""
    if not text:
        yield Objection(ground=Ground.REASON_MISSING)
    if len(text) > MAX_ANSWER:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_ANSWER})


def new_request_reference() -> str:
    """`REQ-` and eight random Crockford base32 characters."""
    return "REQ-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))
