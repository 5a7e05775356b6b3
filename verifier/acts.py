"""What the officer does with the person at the counter: let pass, or refer. No verdict does either by itself.

Decides which acts are open after which scan. A person is let pass only when the passport in hand was compared with the
card, because a genuine card in somebody else's hand is the known fraud; that the face belongs to the passport is the
officer's own answer, and pressing the key is how it is given. Acts are kept in `verifier.journal`.
"""

from dataclasses import dataclass
from enum import StrEnum

from clearance.credential.reasons import Outcome, Reason

ACT_WITHIN_S = 600
"""A scan older than this belongs to a person who has long left the counter."""

REPEAT_WITHIN_S = 120
"""The same card at the same counter this soon after its holder was let pass is the same person, scanned again."""


class Act(StrEnum):
    LET_PASS = "let_pass"  # noqa: S105 - an act, no password
    REFER = "refer"


class Ground(StrEnum):
    """Why a person is referred: the closed list of the desk. The slip in the worker's hand says the same."""

    PASSPORT_DIFFERS = "passport_differs"
    OTHER_PERSON = "other_person"
    NOT_IN_FORCE = "not_in_force"
    FORGED = "forged"
    USED_BEFORE = "used_before"
    NOT_READABLE = "not_readable"
    DESK_CANNOT_TELL = "desk_cannot_tell"
    OTHER = "other"


class Objection(StrEnum):
    """Why an act is not taken."""

    NO_SUCH_SCAN = "no_such_scan"
    TOO_LATE = "too_late"
    NOT_CLEARED = "not_cleared"
    PASSPORT_FIRST = "passport_first"
    ALREADY_DONE = "already_done"


@dataclass(frozen=True, kw_only=True)
class ActRecord:
    """One act on one scan of the journal. `at` is in UTC seconds; `ground` belongs to REFER and to nothing else."""

    at: int
    scan: int
    act: Act
    ground: Ground | None = None


@dataclass(frozen=True, kw_only=True)
class KeptScan:
    """What the journal knows of a scan that somebody acts on; `done` is the act already taken on it."""

    number: int
    at: int
    reason: Reason
    clearance_no: str | None
    passport_matches: bool | None
    done: Act | None


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A holder of a clearance was let pass: at which desk, and when (UTC seconds)."""

    desk: str
    at: int


def objection_to(act: ActRecord, scan: KeptScan | None) -> Objection | None:
    """Why this act may not follow that scan, or None where it may. One scan takes one act."""
    if scan is None:
        return Objection.NO_SUCH_SCAN
    if scan.done is not None:
        return Objection.ALREADY_DONE
    if not 0 <= act.at - scan.at <= ACT_WITHIN_S:
        return Objection.TOO_LATE
    if act.act is Act.REFER:
        return None
    if scan.reason.outcome is not Outcome.PASS:
        return Objection.NOT_CLEARED
    return None if scan.passport_matches else Objection.PASSPORT_FIRST


def likely_ground(reason: Reason) -> Ground:
    """What an officer most likely refers for after this verdict; offered first."""
    match reason:
        case Reason.VALID:
            return Ground.OTHER_PERSON
        case Reason.PASSPORT_MISMATCH:
            return Ground.PASSPORT_DIFFERS
        case Reason.ALREADY_USED:
            return Ground.USED_BEFORE
        case Reason.UNREADABLE | Reason.NOT_OUR_CARD:
            return Ground.NOT_READABLE
        case Reason.NOT_YET_VALID | Reason.EXPIRED | Reason.REVOKED | Reason.SUSPENDED | Reason.SUPERSEDED:
            return Ground.NOT_IN_FORCE
        case (
            Reason.WEB_LINK | Reason.UNKNOWN_SIGNER | Reason.UNTRUSTED_SIGNER | Reason.BAD_SIGNATURE | Reason.MALFORMED
        ):
            return Ground.FORGED
        case (
            Reason.TRUST_UNUSABLE
            | Reason.NEWER_VERSION
            | Reason.CLOCK_WRONG
            | Reason.STATUS_UNKNOWN
            | Reason.STATUS_STALE
            | Reason.TRUST_STALE
        ):
            return Ground.DESK_CANNOT_TELL
