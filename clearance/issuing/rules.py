"""The rules as officers look at them: what governs today, what is proposed, what was; and one version's own history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clearance.domain.audit import AuditEntry
from clearance.domain.proposal import ProposalState
from clearance.domain.rules import Period, RuleBook, RuleKey, RuleVersion
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One version, and the days on which it governs as the book stands; for one that never did, the days proposed."""

    version: RuleVersion
    period: Period

    def governs_on(self, day: date) -> bool:
        """Whether it governs on a day."""
        return self.version.state is ProposalState.CONSENTED and self.period.holds_on(day)


@dataclass(frozen=True, kw_only=True)
class RuleView:
    """One version, the one it replaces, the one that replaced it, and what was done with it."""

    row: RuleRow
    replaces: RuleRow | None
    replaced_by: RuleVersion | None
    history: Sequence[AuditEntry]


def rule_book(service: Service) -> RuleBook:
    """Everything that governs, ever governed or will."""
    with service.database.read() as work:
        return work.rules.book()


def rule_rows(service: Service) -> Sequence[RuleRow]:
    """Every version there ever was: by key, the weightier first, and within a key the newest first."""
    with service.database.read() as work:
        book, versions = work.rules.book(), work.rules.all()
    return sorted((row_of(book, version) for version in versions), key=_place)


def rule_view(service: Service, number: int) -> RuleView:
    """One version. Raises NotOnRecord."""
    with service.database.read() as work:
        version, book = read_version(work, number), work.rules.book()
        history = work.audit.entries(subject=subject_of(number))
    replaced = book.get(version.replaces) if version.replaces is not None else None
    return RuleView(
        row=row_of(book, version),
        replaces=row_of(book, replaced) if replaced else None,
        replaced_by=book.successor(number),
        history=history,
    )


def read_version(work: UnitOfWork, number: int) -> RuleVersion:
    """One version, whatever became of it. Raises NotOnRecord."""
    version = work.rules.get(number)
    if version is None:
        raise NotOnRecord(subject_of(number))
    return version


def row_of(book: RuleBook, version: RuleVersion) -> RuleRow:
    """A version with its days."""
    if version.state is ProposalState.CONSENTED:
        return RuleRow(version=version, period=book.period(version))
    return RuleRow(version=version, period=Period(first=version.starts_on, last=version.ends_on))


def subject_of(number: int) -> str:
    """What entries in the record about a version name."""
    return f"rule {number}"


def _place(row: RuleRow) -> tuple[str, tuple[bool, ...], str, int]:
    key: RuleKey = row.version.key
    return (key.destination or "~", key.named, str(key), -row.version.number)
