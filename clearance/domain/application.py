"""An application for emigration clearance: its parts, where it stands and what was done to it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from clearance.credential.claims import CardClass, VisaType
from clearance.domain.lifecycle import (
    AFTER_THE_CARD,
    BEFORE_THE_CARD,
    MOVES,
    STARTS_ANEW,
    Act,
    ApplicationState,
    Move,
)
from clearance.domain.person import NextOfKin, Worker
from clearance.domain.text import BilingualText


@dataclass(frozen=True, kw_only=True)
class VisaCheck:
    """That an officer checked the visa with the issuing country: when, who, where or how, and what came of it.

    `evidence` is the SHA-256 of a stored file, or a reference such as a letter's number.
    """

    on: date
    by: str | None = None
    site: str | None = None
    result: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True)
class Visa:
    """The visa as stamped or advised. `advice_no` and `sponsor_id` are the sponsoring country's own numbers."""

    number: str
    type: VisaType
    issued_on: date
    expires_on: date
    check: VisaCheck | None = None
    advice_no: str | None = None
    sponsor_id: str | None = None

    @property
    def checked_on(self) -> date | None:
        """The day an officer checked it with the issuing country."""
        return self.check.on if self.check else None


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
    """The three-day pre-departure orientation (PDO): the days attended, where, and the certificate after the third."""

    days: tuple[date, ...]
    certificate_no: str | None
    venue: str | None = None


@dataclass(frozen=True, kw_only=True)
class Payment:
    """The fees as paid. `receipt_no` is the challan's number; it and the pay order's serve one head each."""

    receipt_no: str
    paid_on: date
    amount_taka: int
    pay_order_no: str | None = None
    bank: str | None = None


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
    next_of_kin: NextOfKin | None = None
    training_certificate_no: str | None = None


OVER = frozenset({ApplicationState.REJECTED, ApplicationState.SUPERSEDED, ApplicationState.REVOKED})
"""Where a case stands that nobody works on any more, unless it is taken up again."""


@dataclass(frozen=True, kw_only=True)
class Application:
    """A case: what was entered, where it stands and every act on it, the first one first.

    `reference` is `APP-` and 8 characters. `replaces` is the clearance that this case corrects or renews, `valid_until`
    the last day of its own once it is issued. `forwarded` says that the rules of the day of the last move leave the
    decision to headquarters.
    """

    reference: str
    state: ApplicationState
    draft: ApplicationDraft
    acts: tuple[Act, ...]
    replaces: str | None = None
    valid_until: date | None = None
    forwarded: bool = False
    rule_no: int | None = None
    """The version of the rules that the last decision went by."""
    redacted_on: date | None = None
    """The day on which the person was taken out of it; nothing can be done with it any more (docs/adr/0138)."""

    @property
    def version(self) -> int:
        """Goes up with every act, so that two officers acting at once cannot both win."""
        return len(self.acts)

    @property
    def entered(self) -> Act:
        """The first act."""
        return self.acts[0]

    @property
    def signatures(self) -> tuple[Act, ...]:
        """The acts that still count: those since the case last started anew."""
        starts = [number for number, act in enumerate(self.acts) if act.move in STARTS_ANEW]
        return self.acts[starts[-1] if starts else 0 :]

    @property
    def checked(self) -> Act | None:
        """The check that still counts."""
        return self._signature(Move.CHECK)

    @property
    def approved(self) -> Act | None:
        """The approval that still counts."""
        return self._signature(Move.APPROVE)

    @property
    def issued(self) -> Act | None:
        """The act that made the card."""
        return self._signature(Move.ISSUE)

    @property
    def rejected(self) -> Act | None:
        """The rejection of a case that is rejected now."""
        return self.acts[-1] if self.state is ApplicationState.REJECTED else None

    @property
    def under_way(self) -> bool:
        """Whether officers may still bring this case to a card without taking it up again."""
        return self.issued is None and self.state not in OVER

    def state_on(self, day: date) -> ApplicationState:
        """The state on a day (Asia/Dhaka): an issued case past its last day has expired, whoever looked last."""
        ran_out = self.valid_until is not None and day > self.valid_until
        return ApplicationState.EXPIRED if self.state is ApplicationState.ISSUED and ran_out else self.state

    def moves_on(self, day: date) -> frozenset[Move]:
        """The moves that the state of a day allows."""
        if self.redacted_on is not None:
            return frozenset()
        state = self.state_on(day)
        moves = frozenset(MOVES[state])
        if state is ApplicationState.HELD:
            return moves - (BEFORE_THE_CARD if self.issued else AFTER_THE_CARD)
        return moves

    def leads_to(self, move: Move, *, on: date) -> ApplicationState:
        """Where a move leads that `moves_on` allows."""
        return MOVES[self.state_on(on)][move] or self._held_from()

    def moved(self, act: Act) -> Self:
        """The case after an act."""
        return replace(self, state=act.state, acts=(*self.acts, act))

    def routed(self, *, headquarters: bool) -> Self:
        """The case with a note whether the rules leave its decision to headquarters."""
        return replace(self, forwarded=headquarters)

    def _held_from(self) -> ApplicationState:
        before = len(self.acts) - 1
        while self.acts[before].state is ApplicationState.HELD:
            before -= 1
        return self.acts[before].state

    def _signature(self, move: Move) -> Act | None:
        return next((act for act in reversed(self.signatures) if act.move is move), None)
