"""What the nightly report can find, and how much each finding weighs.

A finding is about one subject and is found once: `kind` and `subject` name it. It says what does not add up, not who is
guilty; an auditor looks at it and acknowledges it with a remark.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from clearance.domain.audit import Facts


class Severity(IntEnum):
    """NOTICE: happens honestly too. WARNING: rarely does. SEVERE: the record contradicts itself."""

    NOTICE = 1
    WARNING = 2
    SEVERE = 3


class FindingKind(StrEnum):
    """One thing that does not add up."""

    RECORD_BROKEN = "record_broken"
    CARD_NOT_ON_RECORD = "card_not_on_record"
    CARD_GONE = "card_gone"
    CARD_WITHOUT_CASE = "card_without_case"
    CARD_WITHOUT_SIGNATURE = "card_without_signature"
    SIGNATURE_WITHOUT_CARD = "signature_without_card"
    CARD_NOT_IN_BOOKS = "card_not_in_books"
    """A desk proved a card that nobody here issued: of days that a restore lost, or by a key in wrong hands."""
    CARD_DIFFERS = "card_differs"
    CARD_REVIVED = "card_revived"
    ACT_NOT_ON_RECORD = "act_not_on_record"
    ONE_OFFICER_TWICE = "one_officer_twice"
    PERMIT_MISCOUNTED = "permit_miscounted"
    RECEIPT_REUSED = "receipt_reused"
    VISA_REUSED = "visa_reused"
    PAID_AFTER_CARD = "paid_after_card"
    OUT_OF_HOURS = "out_of_hours"
    SHARED_DEVICE = "shared_device"
    REJECTED_THEN_APPROVED = "rejected_then_approved"
    AGENCY_SPIKE = "agency_spike"
    MANY_DECISIONS = "many_decisions"
    TOO_FAST = "too_fast"
    ABSENT_OFFICER = "absent_officer"
    BLOCKED_OFFICER = "blocked_officer"


_WEIGHTS: Mapping[Severity, frozenset[FindingKind]] = {
    Severity.NOTICE: frozenset({FindingKind.REJECTED_THEN_APPROVED}),
    Severity.WARNING: frozenset(
        {
            FindingKind.OUT_OF_HOURS,
            FindingKind.SHARED_DEVICE,
            FindingKind.AGENCY_SPIKE,
            FindingKind.MANY_DECISIONS,
            FindingKind.TOO_FAST,
            FindingKind.PAID_AFTER_CARD,
        }
    ),
}


def severity_of(kind: FindingKind) -> Severity:
    """How much a finding of this kind weighs unless it says otherwise itself."""
    return next((weight for weight, kinds in _WEIGHTS.items() if kind in kinds), Severity.SEVERE)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What does not add up about `subject` (a case, card, permit, officer), noticed for a day, with the figures."""

    kind: FindingKind
    subject: str
    day: date
    facts: Facts = field(default_factory=dict)
    severity: Severity


def finding(
    kind: FindingKind, subject: str, day: date, *, severity: Severity | None = None, **facts: str | int | None
) -> Finding:
    """A finding of the kind's own weight unless another is given."""
    return Finding(kind=kind, subject=subject, day=day, facts=facts, severity=severity or severity_of(kind))


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """That an auditor looked at a finding, and what came of it."""

    officer_no: str
    at: datetime
    remark: str


@dataclass(frozen=True, kw_only=True)
class KeptFinding:
    """A finding on record."""

    number: int
    finding: Finding
    found_at: datetime
    acknowledged: Acknowledgement | None = None
