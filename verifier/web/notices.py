"""What the page says where there is no verdict: for each code its look, its HTTP status and its words."""

from collections.abc import Mapping
from dataclasses import dataclass

from clearance_templates.i18n import N_
from clearance_templates.wording import Look, Words

_ANOTHER_FILE = N_("Choose the card's PDF, or a PNG or JPEG picture of it. Or scan the card itself.")
_NOTHING_CHANGED = N_("Nothing was checked and nothing was written down.")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to say. Never a verdict about a person. `word` stands where a verdict's word would."""

    look: Look
    status: int
    words: Words
    word: str | None = None


NOTICES: Mapping[str, Notice] = {
    "not_recorded": Notice(
        look=Look.STOP,
        status=503,
        words=Words(
            why=N_("The scan cannot be saved."),
            now=N_("Stop. Call support, and use another computer."),
            then=N_("No verdict is shown that was not written down first."),
        ),
    ),
    "program_fault": Notice(
        look=Look.STOP,
        status=500,
        words=Words(
            why=N_("The desk program made a fault."),
            now=N_("Scan again. If it happens again, call support and use another computer."),
            then=N_("No verdict was given."),
        ),
    ),
    "repeat": Notice(
        look=Look.NOT_READ,
        status=200,
        word=N_("SAME CARD"),
        words=Words(
            why=N_("Same card again, %(seconds)s seconds after it was let pass here. No new entry was made."),
            now=N_("Next person. If somebody else holds this card now, call the supervisor."),
            then=N_("One card lets one person pass once."),
        ),
    ),
    "two_cards": Notice(
        look=Look.NOT_READ,
        status=422,
        word=N_("TWO CARDS"),
        words=Words(
            why=N_("Two clearance cards were in view at once."),
            now=N_("Show the card of one person alone."),
            then=_NOTHING_CHANGED,
        ),
    ),
    "no_code": Notice(
        look=Look.NOT_READ,
        status=422,
        words=Words(why=N_("No QR code was found in this file."), now=_ANOTHER_FILE, then=_NOTHING_CHANGED),
    ),
    "not_an_image": Notice(
        look=Look.NOT_READ,
        status=422,
        words=Words(
            why=N_("This file cannot be opened as a picture or a PDF."), now=_ANOTHER_FILE, then=_NOTHING_CHANGED
        ),
    ),
    "too_many_pixels": Notice(
        look=Look.NOT_READ,
        status=422,
        words=Words(why=N_("This picture is too large to open."), now=_ANOTHER_FILE, then=_NOTHING_CHANGED),
    ),
    "locked": Notice(
        look=Look.NOT_READ,
        status=422,
        words=Words(why=N_("This PDF is locked with a password."), now=_ANOTHER_FILE, then=_NOTHING_CHANGED),
    ),
    "too_large": Notice(
        look=Look.NOT_READ,
        status=413,
        words=Words(
            why=N_("That was far more than a card holds."),
            now=N_("Scan the card again. A file may have at most 10 MB."),
            then=_NOTHING_CHANGED,
        ),
    ),
    "passport_odd": Notice(
        look=Look.NOT_READ,
        status=422,
        words=Words(
            why=N_("This does not look like a passport number."),
            now=N_(
                "Type the whole number (6 to 9 characters) or its last 4 digits. Look closely at letter O and digit 0."
            ),
            then=_NOTHING_CHANGED,
        ),
    ),
    "no_card_on_file": Notice(
        look=Look.NOT_READ,
        status=404,
        word=N_("NO CARD FOUND"),
        words=Words(
            why=N_("This desk has no clearance in force under this passport."),
            now=N_("Ask for the clearance card. Look at the number once more: letter O, digit 0."),
            then=N_("A clearance of today may not have arrived yet. If there is no card, refer to the supervisor."),
        ),
    ),
    "whole_number": Notice(
        look=Look.NOT_READ,
        status=422,
        word=N_("THE WHOLE NUMBER"),
        words=Words(
            why=N_("Four digits are too few to find a card."),
            now=N_("Type the whole passport number, or let the passport reader read it."),
            then=_NOTHING_CHANGED,
        ),
    ),
    "not_understood": Notice(
        look=Look.NOT_READ,
        status=400,
        words=Words(
            why=N_("The desk did not understand the request."),
            now=N_("Load the page again (F5) and scan again."),
            then=_NOTHING_CHANGED,
        ),
    ),
    "not_allowed": Notice(
        look=Look.NOT_READ,
        status=403,
        words=Words(
            why=N_("Only the desk's own page on this computer may do this."),
            now=N_("Open the address that the desk program printed at its start."),
            then=_NOTHING_CHANGED,
        ),
    ),
}

BY_STATUS: Mapping[int, str] = {403: "not_allowed", 413: "too_large", 500: "program_fault"}
EVERY_OTHER_STATUS = "not_understood"
