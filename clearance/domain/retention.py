"""How long what is kept, and what is left of a case when its time is over.

It decides the classes of personal data with a term of their own, and which facts of a case stay: numbers that must not
be used twice, days, codes and counts; nothing that says who it was. What keeps a case from being redacted is decided in
`erasure`. Terms are the office's to set, with floors where the record needs them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from clearance.domain.application import ApplicationDraft
from clearance.domain.person import Passport, Worker
from clearance.domain.text import BilingualText

BLANK = "-"
"""Stands where a case must have a text and has none any more."""
NO_DATE = date(1900, 1, 1)
"""The same for a day of birth."""
LOOKUPS_AT_LEAST = 730
"""Days for which the database itself lets no note of a look at a person go (migration 0013)."""


class Kept(StrEnum):
    """A class of personal data with a term of its own."""

    FORMS = "forms"
    """What was typed into entry forms."""
    DRAFTS = "drafts"
    """Cases that nobody submitted."""
    UPLOADS = "uploads"
    """Rows and photos of batches that are done."""
    REQUESTS = "requests"
    """What workers wrote, once it was settled."""
    ANSWERS = "answers"
    """Messages and webhook calls that were delivered or given up."""
    LOOKUPS = "lookups"
    """Notes of looks at persons."""
    SCANS = "scans"
    """What desks read from cards that passed."""
    EVIDENCE = "evidence"
    """What desks read from cards that did not."""
    REJECTED = "rejected"
    """Cases that were rejected."""
    CLEARED = "cleared"
    """Cases whose card is over: the visa ended, or it was taken back or replaced."""


DAYS: Mapping[Kept, int] = {
    Kept.FORMS: 30,
    Kept.DRAFTS: 180,
    Kept.UPLOADS: 30,
    Kept.REQUESTS: 730,
    Kept.ANSWERS: 90,
    Kept.LOOKUPS: LOOKUPS_AT_LEAST,
    Kept.SCANS: 90,
    Kept.EVIDENCE: 1_825,
    Kept.REJECTED: 1_825,
    Kept.CLEARED: 3_650,
}
"""Days after which each goes, unless the settings say otherwise."""
CASES = frozenset({Kept.DRAFTS, Kept.REJECTED, Kept.CLEARED})
"""Whole cases: they stay as what is counted, without the person."""
DOCUMENT_GRACE_DAYS = 30
"""How long a photo or card that nothing names any more stays, should it have been a mistake."""


@dataclass(frozen=True, kw_only=True)
class RetentionPolicy:
    """The terms of an installation in days."""

    days: Mapping[Kept, int] = field(default_factory=lambda: DAYS)
    document_grace: int = DOCUMENT_GRACE_DAYS


def redacted_passport(reference: str) -> str:
    """What stands for the passport of a redacted case: no passport's number, and no other case's."""
    return "-" + reference[-8:]


def redacted_draft(reference: str, draft: ApplicationDraft) -> ApplicationDraft:
    """What is left of a case: permit, agency, visa and receipts, which serve one worker each; days, codes and sums."""
    return replace(
        draft,
        worker=_nobody(reference, draft.worker),
        next_of_kin=None,
        visa=replace(draft.visa, check=None),
        job=replace(draft.job, employer=BLANK, occupation=BilingualText(en=BLANK), salary=None),
        orientation=replace(draft.orientation, certificate_no=None, venue=None),
        payment=replace(draft.payment, bank=None),
        training_certificate_no=None,
    )


def _nobody(reference: str, worker: Worker) -> Worker:
    passport = worker.passport
    return Worker(
        name_en=BLANK,
        name_bn=None,
        birth_date=NO_DATE,
        sex=worker.sex,
        passport=Passport(
            number=redacted_passport(reference), issued_on=passport.issued_on, expires_on=passport.expires_on
        ),
        registration_no=redacted_passport(reference),
        registered_on=worker.registered_on,
        fingerprint_taken_on=None,
        photo_sha256="",
    )
