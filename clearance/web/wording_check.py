"""What a worker is told who checks a card at home: what to do for each verdict, and each caution.

The verdict itself is worded as at the desk (`clearance_templates.wording`), whose sentences are orders to an officer;
these are for the person who holds the card. Nobody is accused: whoever sends in a forgery has most likely paid for it.
"""

from collections.abc import Mapping

from clearance.credential.reasons import Reason
from clearance.issuing.home_check import Caution
from clearance.reading.findings import FileFault
from clearance_templates.i18n import N_

_OUR_SIDE = N_("This is a fault on our side and not of your card. Check again later today, or call %(helpline)s.")
_NOT_MADE_BY_US = N_(
    "Do not travel with it and pay nobody for it. BMET did not make this code: you may have been cheated. Your own "
    "card, if one was issued, can be downloaded here free of charge. Show this paper to the district employment "
    "office, or call %(helpline)s."
)

ADVICE: Mapping[Reason, str] = {
    Reason.VALID: N_(
        "You can travel with this card. Keep it with your passport and visa: the officer compares face and passport, "
        "and sees whether the card was used before."
    ),
    Reason.UNREADABLE: N_(
        "Take the picture again: the whole code with its white edge, flat, bright and sharp. Best is the PDF that you "
        "downloaded."
    ),
    Reason.NOT_OUR_CARD: N_(
        "Send the clearance card itself. The code of another paper, such as a visa or a vaccination, is not it."
    ),
    Reason.WEB_LINK: N_(
        "Do not open the link and pay nobody. This paper only looks like a clearance card: a genuine one carries no "
        "web link in its code. Your own card, if one was issued, can be downloaded here free of charge. Show this "
        "paper to the district employment office, or call %(helpline)s."
    ),
    Reason.TRUST_UNUSABLE: _OUR_SIDE,
    Reason.UNKNOWN_SIGNER: _NOT_MADE_BY_US,
    Reason.UNTRUSTED_SIGNER: N_("Download your card anew on this site, free of charge: the new one will be accepted."),
    Reason.BAD_SIGNATURE: _NOT_MADE_BY_US,
    Reason.MALFORMED: _NOT_MADE_BY_US,
    Reason.NEWER_VERSION: N_("This page cannot read so new a card yet. Check again tomorrow, or call %(helpline)s."),
    Reason.CLOCK_WRONG: _OUR_SIDE,
    Reason.NOT_YET_VALID: N_("Travel on the day that the card starts, or later."),
    Reason.EXPIRED: N_(
        "You need a new clearance before you travel. Ask your recruiting agency or the district employment office, or "
        "call %(helpline)s."
    ),
    Reason.REVOKED: N_("Do not go to the airport with it. Call %(helpline)s and ask why, and what you can do."),
    Reason.SUSPENDED: N_("Do not go to the airport yet. Call %(helpline)s and ask what is missing."),
    Reason.SUPERSEDED: N_("Download the newer card on this site, free of charge, and throw this one away."),
    Reason.STATUS_UNKNOWN: _OUR_SIDE,
    Reason.STATUS_STALE: _OUR_SIDE,
    Reason.TRUST_STALE: _OUR_SIDE,
    Reason.PASSPORT_MISMATCH: N_(
        "The card is genuine, but it is not made for the passport number that you typed. Is your passport new? Then "
        "take both passports along. Is the card somebody else’s? Then you cannot travel with it: call %(helpline)s."
    ),
    Reason.ALREADY_USED: N_("Call %(helpline)s before you go to the airport."),
}
"""What to do, by the reason of the verdict."""

NO_CODE = N_("No QR code was found in this file.")

CAUTION_WORDS: Mapping[Caution, str] = {
    Caution.CARD_ENDS_SOON: N_(
        "This card ends in %(days)s days, on %(date)s. Travel before that, or ask for a new one."
    ),
    Caution.PASSPORT_ENDS_SOON: N_(
        "Your passport ends in %(days)s days, on %(date)s. Many countries want six months: ask before you buy a ticket."
    ),
    Caution.PASSPORT_ENDED: N_("Your passport ended on %(date)s. Get a new one before you travel."),
    Caution.VISA_ENDS_SOON: N_("Your visa ends in %(days)s days, on %(date)s. Enter the country before that."),
    Caution.VISA_ENDED: N_("Your visa ended on %(date)s. Ask your recruiting agency or call %(helpline)s."),
    Caution.NEWER_CARD: N_(
        "The office has made a newer card. Desks learn it within minutes and then refuse this one: download the newer "
        "card."
    ),
    Caution.TAKEN_BACK: N_(
        "The office has just taken this card back. Desks learn it within minutes and then refuse it: call %(helpline)s."
    ),
    Caution.NOT_ON_RECORD: N_(
        "The office has no record of this card. Do not travel with it: call %(helpline)s at once."
    ),
}

FILE_FAULT_WORDS: Mapping[FileFault, str] = {
    FileFault.TOO_LARGE: N_("This file is too large. It may have at most %(megabytes)s MB."),
    FileFault.NOT_AN_IMAGE: N_(
        "This file cannot be opened as a PDF, PNG or JPEG. Choose the card’s file as you downloaded it, or take a "
        "photo."
    ),
    FileFault.TOO_MANY_PIXELS: N_("This picture is too large to open. Take it again with a smaller setting."),
    FileFault.LOCKED: N_("This PDF is locked with a password. Send the file as you downloaded it."),
}
NO_FILE = N_("Choose a file or take a photo first.")
