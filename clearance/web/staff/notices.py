"""What is said once, on the page that follows an act."""

from enum import StrEnum

from clearance_templates.i18n import N_


class Notice(StrEnum):
    """The sentence itself, as key of the catalogue: what is kept in the session must be plain text."""

    CASE_APPROVED = N_("The case is approved. Another officer can issue the card now.")
    CASE_REJECTED = N_("The case is rejected. The worker must apply anew.")
    CARD_ISSUED = N_("The card is issued. The worker can download it now.")
    CARD_REVOKED = N_("The card is cancelled. Desks learn of it at their next update.")
    REVOKED_BEFORE = N_("Another officer cancelled this card before you. Nothing was changed now.")
    NOTHING_CHOSEN = N_("No card was printed: choose 1 to 50 cards.")
    PLASTIC_UNREADABLE = N_(
        "No card was printed: the code on the drawn card could not be read back. Try again; if it happens again, tell "
        "your administrator."
    )
    PLASTIC_TOO_SMALL = N_(
        "No card was printed: what must stand on a plastic card does not fit on it. Use the A4 card, and tell your "
        "administrator."
    )
    NOT_YET_PUBLISHED = N_(
        "The card is cancelled, but the cancel list could not be published: desks do not know of it yet. "
        "Publishing is tried again every few minutes. Tell your administrator now."
    )
