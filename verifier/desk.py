"""The check, from a scanned text to the verdict on the screen. Start reading here.

    ScannedText -judge-> (text, Verdict) -journal-> ScanRecord -> shown

Decides which reading of a scan counts, and that nothing is shown which was not written down first. What makes a card
good is decided in `clearance.credential`; how a text gets here in `verifier.scan`; how it looks in `verifier.web`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from clearance.credential.gate import Verdict, verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Outcome, Reason


class Source(StrEnum):
    """Where a text came from."""

    KEYBOARD = "keyboard"  # a USB scanner that types, or a paste
    CAMERA = "camera"
    FILE = "file"


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
    """One line of the journal, and exactly what the screen then shows. `at` is in UTC seconds."""

    at: int
    source: Source
    text: str
    passport_no: str | None  # of the passport in the officer's hand, where typed
    trust_sequence: int | None
    verdict: Verdict


class NotRecorded(Exception):
    """The scan could not be written down, so that nobody may see a verdict."""


class Journal(Protocol):
    """Where scans are written down."""

    def append(self, record: ScanRecord) -> None:
        """Return once the record survives a power cut; raise NotRecorded otherwise."""


# Of several unproven readings the one that came furthest is the one to talk about.
SAYS_LITTLE = {Reason.WEB_LINK: 1, Reason.NOT_OUR_CARD: 2, Reason.UNREADABLE: 3}
# Of several genuine cards in view the strictest verdict counts: a good card does not cover for a cancelled one.
STRICTEST_FIRST = [Outcome.REFUSE, Outcome.REFER, Outcome.PASS]


def check(
    scan: ScannedText, *, held: HeldTrust, at: int, journal: Journal, passport_no: str | None = None
) -> ScanRecord | None:
    """Judge a scan, write it down, and only then return it; None asks the camera to look again. Raises NotRecorded."""
    text, verdict = judge(scan, held=held, at=at, passport_no=passport_no)
    if verdict.outcome is not Outcome.PASS and not scan.certain:
        return None
    sequence = held.bundle.sequence if held.bundle else None
    record = ScanRecord(
        at=at, source=scan.source, text=text, passport_no=passport_no, trust_sequence=sequence, verdict=verdict
    )
    journal.append(record)
    return record


def judge(scan: ScannedText, *, held: HeldTrust, at: int, passport_no: str | None) -> tuple[str, Verdict]:
    """The reading that counts, with its verdict: a genuine one before any other."""
    judged = [(text, verdict_for(text, held=held, at=at, passport_no=passport_no)) for text in scan.candidates or ("",)]
    return min(judged, key=lambda reading: _rank(reading[1]))


def _rank(verdict: Verdict) -> tuple[bool, int]:
    unproven = verdict.claims is None
    return unproven, SAYS_LITTLE.get(verdict.reason, 0) if unproven else STRICTEST_FIRST.index(verdict.outcome)
