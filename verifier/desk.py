"""The check, from a scanned text to the verdict on the screen. Start reading here.

    ScannedText -judge-> (text, Verdict) -journal-> ScanRecord -> shown

Decides which reading of a scan counts, and that nothing is shown which was not written down first. What makes a card
good is decided in `clearance.credential`; how a text gets here in `verifier.scan`; how it looks in `verifier.web`; what
the officer then does in `verifier.acts`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from clearance.credential.gate import Verdict, verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.in_view import cards_in, readings_of, that_counts
from clearance.credential.reasons import Outcome, Reason
from verifier.acts import REPEAT_WITHIN_S, Departure
from verifier.passport import PassportInHand


class Source(StrEnum):
    """Where a text came from."""

    KEYBOARD = "keyboard"  # a USB scanner that types, or a paste
    SERIAL = "serial"  # a scanner at a serial port, USB-CDC or RS-232
    CAMERA = "camera"
    FILE = "file"
    PASSPORT = "passport"  # the desk's own file of cards in force, asked by passport number


@dataclass(frozen=True, kw_only=True)
class ScannedText:
    """What one scan gave: the readings of one symbol, or every symbol in view, the likeliest first.

    `certain` is False for a camera's first sight of a text: a blurred frame can be misread, a signature cannot.
    """

    candidates: tuple[str, ...]
    source: Source
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class ScanRecord:
    """One line of the journal, and exactly what the screen then shows. `at` is in UTC seconds.

    `number` is its row in the journal, 0 until it stands there. `departed` says where and when the holder of an already
    used card was let pass.
    """

    at: int
    source: Source
    text: str
    passport: PassportInHand | None
    trust_sequence: int | None
    verdict: Verdict
    departed: Departure | None = None
    number: int = 0

    @property
    def passport_matches(self) -> bool | None:
        """Whether the passport in hand is on the card; None where there is nothing to compare."""
        if self.passport is None or self.verdict.claims is None:
            return None
        return self.passport.is_on(self.verdict.claims)


class NotYet(StrEnum):
    """Why a scan is not judged."""

    LOOK_AGAIN = "look_again"
    TWO_CARDS = "two_cards"


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """The same card again, `seconds` after its holder was let pass at this counter. Nothing new is written down."""

    seconds: int


class NotRecorded(Exception):
    """The scan could not be written down, so that nobody may see a verdict."""


class Journal(Protocol):
    """Where scans are written down, and what is known of departures."""

    def append(self, record: ScanRecord) -> int:
        """Return the row's number once the record survives a power cut; raise NotRecorded otherwise."""

    def departure_of(self, clearance_no: str) -> Departure | None:
        """The latest known departure on this clearance; raise NotRecorded where the journal cannot tell."""


def check(
    scan: ScannedText,
    *,
    held: HeldTrust,
    at: int,
    desk: str,
    journal: Journal,
    passport: PassportInHand | None = None,
) -> ScanRecord | Repeat | NotYet:
    """Judge a scan, write it down, and only then return it. Raises NotRecorded.

    `desk` is this desk's name as in the journal. LOOK_AGAIN asks a camera for another frame; TWO_CARDS asks for one
    person's card alone.
    """
    readings = readings_of(scan.candidates, held=held, at=at)
    if len(cards_in(readings)) > 1:
        return NotYet.TWO_CARDS
    text, verdict = that_counts(readings)
    departed = None
    if verdict.claims is not None:
        departed = journal.departure_of(verdict.claims.clearance_no)
        number = passport.as_on(verdict.claims) if passport else None
        verdict = verdict_for(text, held=held, at=at, passport_no=number, used_before=departed is not None)
    if verdict.outcome is not Outcome.PASS and not scan.certain:
        return NotYet.LOOK_AGAIN
    if verdict.reason is Reason.ALREADY_USED and departed is not None:
        if departed.desk == desk and 0 <= at - departed.at <= REPEAT_WITHIN_S:
            return Repeat(seconds=at - departed.at)
    else:
        departed = None
    record = ScanRecord(
        at=at,
        source=scan.source,
        text=text,
        passport=passport,
        trust_sequence=held.bundle.sequence if held.bundle else None,
        verdict=verdict,
        departed=departed,
    )
    return replace(record, number=journal.append(record))


def judge(scan: ScannedText, *, held: HeldTrust, at: int, passport_no: str | None) -> tuple[str, Verdict]:
    """The reading that counts, with its verdict: a genuine one before any other."""
    return that_counts(readings_of(scan.candidates, held=held, at=at, passport_no=passport_no))
