"""What pages and commands say about watching: acts, findings, look-ups, orders to void, statistics."""

from collections.abc import Callable, Mapping

from clearance.domain.audit import AuditAct, AuditFault, AuditFaultKind
from clearance.domain.eligibility import Ground
from clearance.domain.findings import Finding, FindingKind, Severity
from clearance.domain.oversight import LookupKind
from clearance.domain.statistics import Dimension
from clearance.domain.void_order import VoidOutcome
from clearance_templates.i18n import N_, Translator

OVERSIGHT_GROUND_WORDS: Mapping[Ground, str] = {
    Ground.ABOUT_ONESELF: N_("This is about your own account. Another officer must do it."),
}
OVERSIGHT_ACT_WORDS: Mapping[AuditAct, str] = {
    AuditAct.LOOKUPS_USED_UP: N_("Look-ups used up"),
    AuditAct.WITNESS_DISAGREES: N_("A desk holds another record"),
    AuditAct.BOOKS_RECONCILED: N_("Books reconciled"),
    AuditAct.FINDING_ACKNOWLEDGED: N_("Finding acknowledged"),
    AuditAct.ABSENCE_ENTERED: N_("Leave entered"),
    AuditAct.VOID_ORDERED: N_("Voiding an account's acts ordered"),
    AuditAct.VOID_CONSENTED: N_("Voiding an account's acts consented to"),
    AuditAct.VOID_WITHDRAWN: N_("Voiding an account's acts withdrawn"),
    AuditAct.VOID_DONE: N_("An account's acts voided"),
    AuditAct.STATISTICS_EXPORTED: N_("Statistics exported"),
}
FINDING_NAMES: Mapping[FindingKind, str] = {
    FindingKind.RECORD_BROKEN: N_("The record was altered"),
    FindingKind.CARD_NOT_ON_RECORD: N_("Card not on record"),
    FindingKind.CARD_GONE: N_("Card missing"),
    FindingKind.CARD_WITHOUT_CASE: N_("Card without a case"),
    FindingKind.CARD_WITHOUT_SIGNATURE: N_("Card without a counted signature"),
    FindingKind.SIGNATURE_WITHOUT_CARD: N_("Signature without a card"),
    FindingKind.CARD_NOT_IN_BOOKS: N_("Card that is not in the books"),
    FindingKind.CARD_DIFFERS: N_("Card and case differ"),
    FindingKind.CARD_REVIVED: N_("Cancelled card in force again"),
    FindingKind.ACT_NOT_ON_RECORD: N_("Act not on record"),
    FindingKind.ONE_OFFICER_TWICE: N_("One officer signed twice"),
    FindingKind.PERMIT_MISCOUNTED: N_("Permit counter wrong"),
    FindingKind.RECEIPT_REUSED: N_("Fee receipt used twice"),
    FindingKind.VISA_REUSED: N_("Visa used twice"),
    FindingKind.PAID_AFTER_CARD: N_("Paid after the card was issued"),
    FindingKind.OUT_OF_HOURS: N_("Decisions outside office hours"),
    FindingKind.SHARED_DEVICE: N_("One device, several officers"),
    FindingKind.REJECTED_THEN_APPROVED: N_("Rejected, then approved"),
    FindingKind.AGENCY_SPIKE: N_("Unusually many cards of an agency"),
    FindingKind.MANY_DECISIONS: N_("Unusually many decisions"),
    FindingKind.TOO_FAST: N_("Faster than anybody reads"),
    FindingKind.ABSENT_OFFICER: N_("Decisions by an officer on leave"),
    FindingKind.BLOCKED_OFFICER: N_("Decisions by a blocked account"),
}
FINDING_WORDS: Mapping[FindingKind, str] = {
    FindingKind.RECORD_BROKEN: N_("Entry %(entry)s was changed, removed, inserted or moved."),
    FindingKind.CARD_NOT_ON_RECORD: N_("No entry says that this card of case %(case)s was issued."),
    FindingKind.CARD_GONE: N_("The record says that this card of case %(case)s was issued; it is not there any more."),
    FindingKind.CARD_WITHOUT_CASE: N_("Case %(case)s does not exist, or never came to a card."),
    FindingKind.CARD_WITHOUT_SIGNATURE: N_("The signing key was never asked for what this card of case %(case)s says."),
    FindingKind.SIGNATURE_WITHOUT_CARD: N_("The signing key was asked for this card, and there is no such card."),
    FindingKind.CARD_NOT_IN_BOOKS: N_("A desk read this genuine card %(scans)s times, and there is no such card here."),
    FindingKind.CARD_DIFFERS: N_("What was signed differs from case %(case)s in: %(fields)s."),
    FindingKind.CARD_REVIVED: N_("The record says that this card of case %(case)s was cancelled; it is not any more."),
    FindingKind.ACT_NOT_ON_RECORD: N_("The record knows of no such act by %(officer)s in case %(case)s."),
    FindingKind.ONE_OFFICER_TWICE: N_("Officer %(officer)s made two of the signatures of case %(case)s."),
    FindingKind.PERMIT_MISCOUNTED: N_(
        "Permit %(permit)s counts %(counter)s used places; %(cards)s cards were issued on it, for %(places)s places."
    ),
    FindingKind.RECEIPT_REUSED: N_("Receipt %(what)s stands in cases %(cases)s."),
    FindingKind.VISA_REUSED: N_("Visa %(what)s is for one person and stands in cases %(cases)s."),
    FindingKind.PAID_AFTER_CARD: N_("The fees of case %(case)s were paid on a later day than its card was issued."),
    FindingKind.OUT_OF_HOURS: N_("Officer %(officer)s decided %(count)s times between %(first)s and %(last)s."),
    FindingKind.SHARED_DEVICE: N_("These officers decided from one browser on one day: %(officers)s."),
    FindingKind.REJECTED_THEN_APPROVED: N_(
        "Case %(rejected)s of the same person was rejected; officer %(officer)s approved this one."
    ),
    FindingKind.AGENCY_SPIKE: N_("Agency %(agency)s: %(count)s cards in a day; %(ordinary)s are usual."),
    FindingKind.MANY_DECISIONS: N_("Officer %(officer)s: %(count)s decisions in a day; %(ordinary)s are usual."),
    FindingKind.TOO_FAST: N_("Officer %(officer)s decided %(count)s cases in a row, each within seconds."),
    FindingKind.ABSENT_OFFICER: N_("Officer %(officer)s is on leave and decided %(count)s times."),
    FindingKind.BLOCKED_OFFICER: N_("The account of %(officer)s was blocked; %(count)s decisions bear its name."),
}
SHARED_HAND = N_("Officer %(shared)s had a hand in both.")
SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.NOTICE: N_("Note"),
    Severity.WARNING: N_("Warning"),
    Severity.SEVERE: N_("Severe"),
}
LOOKUP_WORDS: Mapping[LookupKind, str] = {
    LookupKind.CASE: N_("Case"),
    LookupKind.PHOTO: N_("Photo"),
    LookupKind.CARD: N_("Card"),
    LookupKind.CARD_FILE: N_("Card file"),
    LookupKind.REQUEST: N_("A worker's request"),
    LookupKind.CASE_SEARCH: N_("Search for cases"),
    LookupKind.CARD_SEARCH: N_("Search for cards"),
    LookupKind.PERSON: N_("A person's data"),
}
DIMENSION_WORDS: Mapping[Dimension, str] = {
    Dimension.DAY: N_("Day"),
    Dimension.DESTINATION: N_("Destination"),
    Dimension.OFFICE: N_("Office"),
    Dimension.AGENCY: N_("Agency"),
    Dimension.SEX: N_("Sex"),
}
COLUMN_WORDS: Mapping[str, str] = {
    "issued": N_("Issued"),
    "held": N_("Held"),
    "revoked": N_("Cancelled"),
    "departed": N_("Departed"),
}
OUTCOME_WORDS: Mapping[VoidOutcome, str] = {
    VoidOutcome.REVOKED: N_("Card cancelled"),
    VoidOutcome.RETURNED: N_("Sent back or held"),
    VoidOutcome.LEFT: N_("Nothing to take back"),
}
AUDIT_FAULT_WORDS: Mapping[AuditFaultKind, str] = {
    AuditFaultKind.CHANGED: N_("Entry %(where)s: changed."),
    AuditFaultKind.UNLINKED: N_(
        "Entry %(where)s: does not follow from the one before (inserted, swapped or rewritten)."
    ),
    AuditFaultKind.MISSING: N_("Entry %(where)s: removed."),
    AuditFaultKind.NOT_THE_NOTED: N_("Entry %(where)s: not the one that was noted; the record was rewritten."),
}


def finding_name(finding: Finding, t: Translator) -> str:
    return t.gettext(FINDING_NAMES[finding.kind])


def finding_text(finding: Finding, t: Translator) -> str:
    """What does not add up, in one or two sentences."""
    facts = {name: t.number(value) if isinstance(value, int) else value for name, value in finding.facts.items()}
    sentence = t.gettext(FINDING_WORDS[finding.kind]) % facts
    if facts.get("shared"):
        sentence += " " + t.gettext(SHARED_HAND) % facts
    return sentence


def severity_text(severity: Severity, t: Translator) -> str:
    return t.gettext(SEVERITY_WORDS[severity])


def lookup_text(kind: LookupKind, t: Translator) -> str:
    return t.gettext(LOOKUP_WORDS[kind])


def dimension_text(dimension: Dimension, t: Translator) -> str:
    return t.gettext(DIMENSION_WORDS[dimension])


def column_text(column: str, t: Translator) -> str:
    return t.gettext(COLUMN_WORDS[column])


def outcome_text(outcome: VoidOutcome, t: Translator) -> str:
    return t.gettext(OUTCOME_WORDS[outcome])


def audit_fault_text(fault: AuditFault, t: Translator) -> str:
    where = str(fault.first) if fault.first == fault.last else f"{fault.first}-{fault.last}"
    return t.gettext(AUDIT_FAULT_WORDS[fault.kind]) % {"where": t.digits(where)}


SPOKEN: Mapping[str, Callable[..., str]] = {
    "column_text": column_text,
    "dimension_text": dimension_text,
    "finding_name": finding_name,
    "finding_text": finding_text,
    "lookup_text": lookup_text,
    "outcome_text": outcome_text,
    "severity_text": severity_text,
}
"""What the templates of staff may say, by name."""
