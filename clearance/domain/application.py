"""An application for emigration clearance: its parts and the moves it can make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clearance.credential.claims import CardClass, VisaType
from clearance.domain.person import Worker
from clearance.domain.text import BilingualText


class ApplicationState(StrEnum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"
    REJECTED = "rejected"


MOVES: Mapping[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.SUBMITTED: frozenset({ApplicationState.APPROVED, ApplicationState.REJECTED}),
    ApplicationState.APPROVED: frozenset({ApplicationState.ISSUED, ApplicationState.REJECTED}),
    ApplicationState.ISSUED: frozenset(),
    ApplicationState.REJECTED: frozenset(),
}
"""The only moves there are. A rejected case is final: the worker applies anew, and two officers look again."""


@dataclass(frozen=True, kw_only=True)
class Visa:
    """The visa as stamped or advised. `checked_on` is the day an officer checked it with the issuing country."""

    number: str
    type: VisaType
    issued_on: date
    expires_on: date
    checked_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """The contract: `occupation_code` is ISCO-08 (4 digits), `salary` a text such as `SAR 1,200`."""

    employer: str
    occupation_code: int
    occupation: BilingualText
    salary: str | None
    contract_until: date


@dataclass(frozen=True, kw_only=True)
class Orientation:
    """The three-day pre-departure orientation (PDO): the days attended and, after the third, the certificate."""

    days: tuple[date, ...]
    certificate_no: str | None


@dataclass(frozen=True, kw_only=True)
class Payment:
    """The fees as paid: one receipt serves one head."""

    receipt_no: str
    paid_on: date
    amount_taka: int


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who did something, when (UTC) and, where one is asked for, why."""

    officer_no: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationDraft:
    """What is entered: everything about the case that is not history."""

    worker: Worker
    destination: str
    visa: Visa
    job: Job
    licence_no: str | None
    permit_no: str
    orientation: Orientation
    payment: Payment
    card_class: CardClass
    office_code: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """A case: what was entered, where it stands and who did what.

    `reference` is `APP-` and 8 characters; `version` goes up with every move, so that two officers acting at once
    cannot both win.
    """

    reference: str
    state: ApplicationState
    draft: ApplicationDraft
    entered: Act
    approved: Act | None = None
    issued: Act | None = None
    rejected: Act | None = None
    version: int = 1
