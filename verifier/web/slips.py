"""Why somebody is referred, in the words of the officer's list and of the slip that the worker takes along.

Decides words only. The slip accuses nobody: the worker is often the one who was cheated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clearance_templates.i18n import N_
from verifier.acts import Ground


@dataclass(frozen=True, kw_only=True)
class GroundWords:
    """`listed` for the officer; `said` and `help` for the worker: why, and what to do."""

    listed: str
    said: str
    help: str


_OFFICE = N_("Take your passport and this slip to the district employment office (DEMO) or call 16135.")

GROUND_WORDS: Mapping[Ground, GroundWords] = {
    Ground.PASSPORT_DIFFERS: GroundWords(
        listed=N_("The passport is not the one on the card"),
        said=N_("The number of your passport is not the one on the clearance card."),
        help=N_(
            "If your passport was renewed, show the old one, or have the new number linked at the district office."
        ),
    ),
    Ground.OTHER_PERSON: GroundWords(
        listed=N_("The person is not the one in the passport"),
        said=N_("The officer could not match you with the photo in the passport."),
        help=N_("The supervisor will check again. Have another paper with your photo at hand."),
    ),
    Ground.NOT_IN_FORCE: GroundWords(
        listed=N_("The clearance is cancelled, on hold, expired or replaced"),
        said=N_("Your clearance is not in force today."),
        help=_OFFICE,
    ),
    Ground.FORGED: GroundWords(
        listed=N_("The card seems forged"),
        said=N_("The clearance card could not be confirmed as a card of BMET. You may have been cheated."),
        help=N_(
            "Keep every receipt and message of whoever gave you the card, and call 16135. A complaint costs nothing."
        ),
    ),
    Ground.USED_BEFORE: GroundWords(
        listed=N_("The card was used before"),
        said=N_("Somebody has already been let pass with this card."),
        help=N_(
            "If you missed a flight, show the old boarding pass. If not, call 16135: a copy of your card may be in use."
        ),
    ),
    Ground.NOT_READABLE: GroundWords(
        listed=N_("The card cannot be read"),
        said=N_("The QR code of your card could not be read."),
        help=N_("You can download and print the card again, free: with your passport number and date of birth."),
    ),
    Ground.DESK_CANNOT_TELL: GroundWords(
        listed=N_("This computer cannot tell"),
        said=N_("The desk could not check your card. It is not your fault."),
        help=N_("The supervisor will check it on another computer or by telephone."),
    ),
    Ground.OTHER: GroundWords(
        listed=N_("Another doubt"),
        said=N_("The officer has a question that the supervisor will decide."),
        help=_OFFICE,
    ),
}
