"""What is sought among cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Scope


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Cases in these states on a day, within a scope, whose numbers or names contain a text ("" for all).

    `pool` bounds them to what headquarters should sign: its own cases, those that the rules leave to it, and those
    whose own office has nobody of `pool[state]` left who has not acted in another step. `after` leaves out cases
    entered before a moment, and those of that moment up to a reference.
    """

    states: frozenset[ApplicationState]
    on: date
    text: str = ""
    scope: Scope = field(default_factory=Scope)
    pool: Mapping[ApplicationState, frozenset[str]] | None = None
    after: tuple[datetime, str] | None = None
