"""What workers are written: one short text for each event, and no fact about a person in any of them.

An SMS is in Bengali and fits into two parts; an e-mail says the same in Bengali and English. Neither has a link with
data in it: the address of the service is named to be typed, and nothing that could be forwarded opens a card.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clearance.domain.delivery import CaseEvent
from clearance_templates.i18n import N_, Translator, translator

_ONE_PART, _OF_SEVERAL = 70, 67
"""Characters (UTF-16 units) that one SMS holds in UCS-2, alone and joined to others (3GPP TS 23.040)."""

MESSAGES: Mapping[CaseEvent, str] = {
    CaseEvent.SUBMITTED: N_("BMET: your application has arrived. You need do nothing now. Help: %(helpline)s."),
    CaseEvent.RETURNED: N_(
        "BMET: something in your application must be put right. Ask your agency or the office where you applied. "
        "Help: %(helpline)s."
    ),
    CaseEvent.REJECTED: N_(
        "BMET: your application was not approved. Ask your agency or the office where you applied. Help: %(helpline)s."
    ),
    CaseEvent.ISSUED: N_("BMET: your clearance is ready. Open %(site)s, Clearance Card. Free. %(helpline)s."),
    CaseEvent.REPLACED: N_(
        "BMET: you have a newer card. The old one no longer works. Open %(site)s, Clearance Card. Free. %(helpline)s."
    ),
    CaseEvent.HELD: N_("BMET: your clearance is on hold. It is not cancelled. Before you travel, call %(helpline)s."),
    CaseEvent.RELEASED: N_("BMET: your clearance is no longer on hold. It is valid again. Help: %(helpline)s."),
    CaseEvent.REVOKED: N_(
        "BMET: your clearance was cancelled. Do not travel with it. Call %(helpline)s or go to the DEMO office."
    ),
}
"""The events of which a worker is told."""
SUBJECT = N_("BMET emigration clearance: news about your application")
NO_REPLY = N_("This message was sent by a program. Nobody reads answers to it. All services of BMET's card are free.")
ABOUT = N_("Application: %(reference)s")


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """What every message names: where the service is, and whom to call."""

    site: str
    helpline: str


def sms_text(event: CaseEvent, head: Letterhead) -> str:
    """The text of an SMS, in Bengali."""
    return _sentence(event, head, translator("bn"))


def sms_parts(text: str) -> int:
    """How many SMS a text takes as UCS-2."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= _ONE_PART else -(-units // _OF_SEVERAL)


def mail_subject() -> str:
    """The subject of an e-mail, in both languages; it does not say what happened."""
    return f"{translator('bn').gettext(SUBJECT)} / {SUBJECT}"


def mail_text(event: CaseEvent, head: Letterhead, *, reference: str) -> str:
    """The text of an e-mail, Bengali first."""
    return "\n\n".join(_letter(event, head, reference, translator(language)) for language in ("bn", "en")) + "\n"


def _letter(event: CaseEvent, head: Letterhead, reference: str, t: Translator) -> str:
    about = t.gettext(ABOUT) % {"reference": reference}
    return "\n".join((_sentence(event, head, t), about, t.gettext(NO_REPLY)))


def _sentence(event: CaseEvent, head: Letterhead, t: Translator) -> str:
    return t.gettext(MESSAGES[event]) % {"site": head.site, "helpline": t.digits(head.helpline)}
