"""What a verdict says: for each reason the look, why, what to do now, and what comes next.

Decides words only. English is the key of the catalogue (`locale/desk.bn.po`); the reason itself is decided in
`clearance.credential.gate`. Sentences are orders to an officer with a queue: short, without jargon, without blame.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clearance.credential.reasons import Outcome, Reason
from clearance_templates.i18n import N_


class Look(StrEnum):
    """The four kinds of verdict that an officer tells apart at two metres: each its own word, shape, colour, sound."""

    CLEARED = "cleared"
    CHECK = "check"
    STOP = "stop"
    NOT_READ = "not_read"


LOOK_WORDS: Mapping[Look, str] = {
    Look.CLEARED: N_("CLEARED"),
    Look.CHECK: N_("CHECK"),
    Look.STOP: N_("STOP"),
    Look.NOT_READ: N_("NOT READ"),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """Message identifiers of one reason: `why` it is so, what to do `now`, and what `then`."""

    why: str
    now: str
    then: str


VERDICT_WORDS: Mapping[Reason, Words] = {
    Reason.VALID: Words(
        why=N_("The card is genuine and in force."),
        now=N_("Match the face and the passport, then let pass."),
        then=N_("The passport number must be the same in the passport and on this screen."),
    ),
    Reason.UNREADABLE: Words(
        why=N_("The QR code cannot be read."),
        now=N_("Flatten the paper or raise the phone's brightness, and scan again."),
        then=N_("If it still does not read, send the worker to the supervisor."),
    ),
    Reason.NOT_OUR_CARD: Words(
        why=N_("This QR code is not a BMET clearance."),
        now=N_("Ask for the clearance card."),
        then=N_("It is a certificate of another kind."),
    ),
    Reason.WEB_LINK: Words(
        why=N_("Look-alike: this QR code is only a web link."),
        now=N_("Do not open the link. Ask for the clearance card."),
        then=N_("A genuine card is never a web link. Show the paper to the supervisor."),
    ),
    Reason.TRUST_UNUSABLE: Words(
        why=N_("This computer holds no usable key list."),
        now=N_("Update the list (F9). Until then send workers to the supervisor."),
        then=N_("The card could not be judged."),
    ),
    Reason.UNKNOWN_SIGNER: Words(
        why=N_("The signer is not known here."),
        now=N_("Update the key list (F9) and scan again."),
        then=N_("If the signer is still unknown, refer: the card may be forged."),
    ),
    Reason.UNTRUSTED_SIGNER: Words(
        why=N_("This signing key was withdrawn, or may not sign cards."),
        now=N_("Do not let pass. Refer to the supervisor."),
        then=N_("The worker can get a new card free."),
    ),
    Reason.BAD_SIGNATURE: Words(
        why=N_("Not genuine: the data were changed."),
        now=N_("Do not let pass. Keep the paper and call the supervisor."),
        then=N_("The worker may be a victim. Do not accuse."),
    ),
    Reason.MALFORMED: Words(
        why=N_("The data on this card break the rules of a clearance."),
        now=N_("Do not let pass. Call the supervisor."),
        then=N_("Report the card to BMET: 16135."),
    ),
    Reason.NEWER_VERSION: Words(
        why=N_("This card is newer than this program."),
        now=N_("Check the card on another computer, or refer to the supervisor."),
        then=N_("Have this program updated."),
    ),
    Reason.CLOCK_WRONG: Words(
        why=N_("This computer's clock is wrong."),
        now=N_("Set the clock before checking."),
        then=N_("Until then send workers to the supervisor."),
    ),
    Reason.NOT_YET_VALID: Words(
        why=N_("This clearance is not valid yet."),
        now=N_("Do not let pass. Call the supervisor."),
        then=N_("The clearance starts on a later day."),
    ),
    Reason.EXPIRED: Words(
        why=N_("This clearance has expired."),
        now=N_("Do not let pass. Call the supervisor."),
        then=N_("The worker needs a new clearance: district office or 16135."),
    ),
    Reason.REVOKED: Words(
        why=N_("This clearance was cancelled."),
        now=N_("Do not let pass. Call the supervisor."),
        then=N_("BMET knows why it was cancelled: 16135."),
    ),
    Reason.SUSPENDED: Words(
        why=N_("This clearance is on hold. It is not cancelled."),
        now=N_("Do not let pass. Send the worker to the supervisor."),
        then=N_("Only BMET can lift the hold: 16135."),
    ),
    Reason.SUPERSEDED: Words(
        why=N_("This is an old card. A newer one exists."),
        now=N_("Ask for the newer card."),
        then=N_("The worker can download it free with the passport number."),
    ),
    Reason.STATUS_UNKNOWN: Words(
        why=N_("The cancel list on this computer does not cover this card."),
        now=N_("Update the list (F9) and scan again."),
        then=N_("The card is genuine. If the list still does not cover it, refer."),
    ),
    Reason.STATUS_STALE: Words(
        why=N_("The cancel list on this computer is too old."),
        now=N_("Let pass only with the supervisor's signature."),
        then=N_("The card is genuine. Update the list (F9) when there is a connection."),
    ),
    Reason.TRUST_STALE: Words(
        why=N_("The key list on this computer is too old."),
        now=N_("Let pass only with the supervisor's signature."),
        then=N_("The card is genuine. Update the list (F9) when there is a connection."),
    ),
    Reason.PASSPORT_MISMATCH: Words(
        why=N_("Card and passport differ."),
        now=N_("Look for the card's number in the new passport, as its previous number."),
        then=N_("If it is not there, refer: a genuine card may belong to somebody else."),
    ),
    Reason.ALREADY_USED: Words(
        why=N_("This card was used before."),
        now=N_("Ask the worker, then refer."),
        then=N_("A copy of a genuine card may be in use."),
    ),
}

RENEWED_PASSPORT = N_("The passport was renewed. Old and new numbers are linked.")

DOUBT_WORDS: Mapping[str, str] = {
    "altered": N_("Do not trust the text of this file: it was changed after it was sealed. Only its code counts."),
    "sealed_by_others": N_("Do not trust the text of this file: BMET did not seal it. Only its code counts."),
    "other_credential": N_("Do not trust the text of this file: code and seal do not match. Only its code counts."),
}
"""By `clearance.reading.findings.Doubt`: what is said of a file's text, beside the verdict on its code."""

SEAL_WORDS: Mapping[str, str] = {
    "intact": N_("The file is as BMET sealed it."),
    "none": N_("The file has no seal: it is a print or a copy. The code decides."),
}
"""By `clearance.reading.findings.SealState`, where there is no doubt."""

_NO_CARD_SEEN = frozenset({Reason.UNREADABLE, Reason.NOT_OUR_CARD})


def look_of(reason: Reason) -> Look:
    """How a verdict looks: a code that is no card of ours is not held against the worker, a look-alike is."""
    match reason.outcome:
        case Outcome.PASS:
            return Look.CLEARED
        case Outcome.REFER:
            return Look.CHECK
        case Outcome.REFUSE:
            return Look.NOT_READ if reason in _NO_CARD_SEEN else Look.STOP
