"""What pages and commands say about people's data: acts, grounds, terms, orders to erase."""

from collections.abc import Callable, Mapping

from clearance.domain.audit import AuditAct
from clearance.domain.eligibility import Ground
from clearance.domain.erasure import Basis
from clearance.domain.retention import Kept
from clearance_templates.i18n import N_, Translator

PERSONAL_GROUND_WORDS: Mapping[Ground, str] = {
    Ground.CARD_IN_FORCE: N_("Card %(clearance_no)s is in force; nothing of its holder can be erased."),
    Ground.CASE_UNDER_WAY: N_("Case %(reference)s is under way."),
    Ground.UNDER_INVESTIGATION: N_("Case %(reference)s is kept for an investigation."),
}
PERSONAL_ACT_WORDS: Mapping[AuditAct, str] = {
    AuditAct.RETENTION_DONE: N_("Personal data past its term removed"),
    AuditAct.PERSON_EXPORTED: N_("A person's data given out"),
    AuditAct.ERASURE_ORDERED: N_("Erasing a person ordered"),
    AuditAct.ERASURE_CONSENTED: N_("A person erased"),
    AuditAct.ERASURE_WITHDRAWN: N_("Erasing a person withdrawn"),
    AuditAct.INVESTIGATION_BEGUN: N_("Case kept for an investigation"),
    AuditAct.INVESTIGATION_ENDED: N_("Case no longer kept for an investigation"),
}
BASIS_WORDS: Mapping[Basis, str] = {
    Basis.ASKED_BY_PERSON: N_("The person asked for it"),
    Basis.COURT_ORDER: N_("A court ordered it"),
    Basis.ENTERED_IN_ERROR: N_("It was entered in error"),
}
KEPT_WORDS: Mapping[Kept, str] = {
    Kept.FORMS: N_("Entry forms"),
    Kept.DRAFTS: N_("Cases never submitted"),
    Kept.UPLOADS: N_("Rows and photos of finished batches"),
    Kept.REQUESTS: N_("Settled requests"),
    Kept.ANSWERS: N_("Messages sent"),
    Kept.LOOKUPS: N_("Notes of look-ups"),
    Kept.SCANS: N_("Scans of good cards"),
    Kept.EVIDENCE: N_("Scans of bad cards"),
    Kept.REJECTED: N_("Rejected cases"),
    Kept.CLEARED: N_("Cases whose visa ended"),
}


def basis_text(basis: Basis, t: Translator) -> str:
    """Why a person is erased."""
    return t.gettext(BASIS_WORDS[basis])


def kept_text(kept: Kept, t: Translator) -> str:
    """The name of a class of personal data."""
    return t.gettext(KEPT_WORDS[kept])


TABLE_WORDS: Mapping[str, str] = {
    "applications": N_("Cases as entered"),
    "earlier_passports": N_("Earlier passports"),
    "acts": N_("What officers did with the cases"),
    "clearances": N_("Cards"),
    "correction_requests": N_("Requests to the office"),
    "batch_rows": N_("Rows of uploaded files"),
    "entry_forms": N_("Entry forms"),
    "deliveries": N_("Messages sent"),
    "message_optouts": N_("Messages stopped"),
    "desk_rows": N_("Scans at airports"),
    "departures": N_("Departures"),
    "lookups": N_("Who looked at these cases"),
    "investigation_holds": N_("Kept for an investigation"),
}
"""The parts of a personal file."""
SPOKEN: Mapping[str, Callable[..., str]] = {"basis_text": basis_text, "kept_text": kept_text}
"""What the templates of staff may say, by name."""
