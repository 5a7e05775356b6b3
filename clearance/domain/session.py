"""An officer's stay at the pages: in one browser, for one shift, and over when something does not fit any more.

It decides when a session holds and what counts as two places at once. Where sessions are kept is left to others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clearance.domain.factors import AHEAD, FactorKind

IDLE = timedelta(minutes=30)
SHIFT = timedelta(hours=10)
"""However busy, an officer signs in anew for the next shift."""
PASSWORD_ONLY = timedelta(minutes=15)
"""How long the second factor may take after the password, setting one up included."""
AT_ONCE = timedelta(minutes=5)
"""Two networks within so short a time are two places at once."""


class SessionEnd(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    SENT_AWAY = "sent_away"
    """Signed out by the officer from another browser, or by an administrator."""
    MOVED = "moved"
    """Its cookie turned up in another browser: a copy."""
    ACCOUNT_CHANGED = "account_changed"
    """New password, new roles, new second factor, or a block."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a request comes from: the named browser, its kind (`Firefox, Windows`), the address or network."""

    device: str
    agent: str
    network: str


@dataclass(frozen=True, kw_only=True)
class Session:
    """One stay. `key` is the SHA-256 of the token in the cookie; the token itself is kept nowhere.

    `shown_at` is when the second factor was last shown, None before it was; `overlapped` says that the account was used
    in two places while this session lasted.
    """

    key: str
    officer_no: str
    place: Place
    began_at: datetime
    seen_at: datetime
    shown_at: datetime | None = None
    factor: FactorKind | None = None
    complete: bool = False
    """Whether the sign-in came to its end, or still waits for the second factor."""
    overlapped: bool = False
    challenge: bytes | None = None
    """What a passkey is to sign next; good once."""
    ended_at: datetime | None = None
    end: SessionEnd | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is neither ended nor idle nor from an earlier shift, nor from a time that has yet to come: once a
        clock is set back, such a session would last until the clock has caught up."""
        longest = SHIFT if self.complete else PASSWORD_ONLY
        seen, began = now - self.seen_at, now - self.began_at
        return self.end is None and -AHEAD <= seen <= IDLE and -AHEAD <= began <= longest

    def fits(self, place: Place) -> bool:
        """Whether a request comes from the browser that signed in. Networks change under honest officers too."""
        return (place.device, place.agent) == (self.place.device, self.place.agent)

    def in_two_networks(self, place: Place, now: datetime) -> bool:
        """Whether the same browser shows up in another network too soon to have been carried there."""
        return place.network != self.place.network and now - self.seen_at <= AT_ONCE


def elsewhere(sessions: Iterable[Session], place: Place, now: datetime) -> list[Session]:
    """Those of an officer's sessions that hold in another browser than this one."""
    return [each for each in sessions if each.complete and each.holds(now) and each.place.device != place.device]
