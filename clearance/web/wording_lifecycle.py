"""The words for the moves of a case."""

from collections.abc import Mapping

from clearance.domain.lifecycle import Move
from clearance_templates.i18n import N_, Translator

MOVE_WORDS: Mapping[Move, str] = {
    Move.DRAFT: N_("Draft kept"),
    Move.AMEND: N_("Entries changed"),
    Move.SUBMIT: N_("Case submitted"),
    Move.CHECK: N_("Case checked"),
    Move.APPROVE: N_("Case approved"),
    Move.ISSUE: N_("Card issued"),
    Move.SEND_BACK: N_("Sent back for correction"),
    Move.REJECT: N_("Case rejected"),
    Move.TAKE_UP_AGAIN: N_("Taken up again"),
    Move.HOLD: N_("Put on hold"),
    Move.RELEASE: N_("Released from hold"),
    Move.SUPERSEDE: N_("Card replaced by a newer one"),
    Move.REVOKE: N_("Card cancelled"),
    Move.DEPART: N_("Worker departed"),
}


def move_text(move: Move, t: Translator) -> str:
    """What was done."""
    return t.gettext(MOVE_WORDS[move])
