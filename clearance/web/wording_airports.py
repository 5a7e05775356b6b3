"""The words for what desks report. A code that this program does not know is shown as it came."""

from collections.abc import Mapping

from clearance.credential.reasons import Reason
from clearance.domain.desk import Airport
from clearance_templates.i18n import N_, Translator
from clearance_templates.wording import VERDICT_WORDS

REFERRAL_WORDS: Mapping[str, str] = {
    "passport_differs": N_("The passport is not the one on the card"),
    "other_person": N_("The person is not the one in the passport"),
    "not_in_force": N_("The clearance is cancelled, on hold, expired or replaced"),
    "forged": N_("The card seems forged"),
    "used_before": N_("The card was used before"),
    "not_readable": N_("The card cannot be read"),
    "desk_cannot_tell": N_("This computer cannot tell"),
    "other": N_("Another doubt"),
}
"""The closed list of the desk (docs/adr/0027), in the words that its officers see."""

AIRPORT_WORDS: Mapping[Airport, str] = {
    Airport.DHAKA: N_("Dhaka"),
    Airport.CHATTOGRAM: N_("Chattogram"),
    Airport.SYLHET: N_("Sylhet"),
}


def verdict_text(reason: str, t: Translator) -> str:
    """Why a scan had its verdict."""
    return t.gettext(VERDICT_WORDS[Reason(reason)].why) if reason in set(Reason) else reason


def referral_text(ground: str, t: Translator) -> str:
    """Why somebody was referred."""
    return t.gettext(REFERRAL_WORDS[ground]) if ground in REFERRAL_WORDS else ground


def airport_text(airport: Airport, t: Translator) -> str:
    """The city of an airport."""
    return t.gettext(AIRPORT_WORDS[airport])
