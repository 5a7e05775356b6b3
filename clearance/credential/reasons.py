"""Why a verdict is what it is: the closed list of reason codes and the one outcome each leads to.

It decides the codes (docs/CARD-FORMAT.md section 8) and nothing about their wording, colour or sound, which belong to
the pages. Codes are permanent strings: other programs and the journal keep them.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What the desk does next: let the worker on, ask a supervisor, or turn the card down."""

    PASS = "pass"  # noqa: S105 -- a word of the wire, no password
    REFER = "refer"
    REFUSE = "refuse"


class Reason(StrEnum):
    """The first step of the check that failed, or `VALID`."""

    VALID = "valid"
    UNREADABLE = "unreadable"
    NOT_OUR_CARD = "not_our_card"
    WEB_LINK = "web_link"
    TRUST_UNUSABLE = "trust_unusable"
    UNKNOWN_SIGNER = "unknown_signer"
    UNTRUSTED_SIGNER = "untrusted_signer"
    BAD_SIGNATURE = "bad_signature"
    MALFORMED = "malformed"
    NEWER_VERSION = "newer_version"
    CLOCK_WRONG = "clock_wrong"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    STATUS_UNKNOWN = "status_unknown"
    STATUS_STALE = "status_stale"
    TRUST_STALE = "trust_stale"
    PASSPORT_MISMATCH = "passport_mismatch"
    ALREADY_USED = "already_used"

    @property
    def outcome(self) -> Outcome:
        """The one outcome of this reason."""
        if self is Reason.VALID:
            return Outcome.PASS
        return Outcome.REFER if self in _REFERRED else Outcome.REFUSE


# What the desk lacks or cannot judge, as against what is wrong with the card.
_REFERRED = frozenset(
    {
        Reason.TRUST_UNUSABLE,
        Reason.CLOCK_WRONG,
        Reason.STATUS_UNKNOWN,
        Reason.STATUS_STALE,
        Reason.TRUST_STALE,
        Reason.PASSPORT_MISMATCH,
        Reason.ALREADY_USED,
    }
)
