"""Permits as officers look at them: the budget beside what was counted among the cards, and what cannot be right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clearance.domain.audit import AuditEntry
from clearance.domain.permit import Agency, CardCount, Permit, PermitChange, PermitFlag, flags_of
from clearance.domain.staff import Officer
from clearance.domain.text import searchable
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service


class PermitOrder(StrEnum):
    """By what the list of permits is sorted."""

    FLAGS = "flags"
    """Those with the worst flag first: what an officer opens the page for."""
    NUMBER = "number"
    AGENCY = "agency"
    BALANCE = "balance"
    END = "end"


class PermitFilter(StrEnum):
    """Which permits are listed."""

    ALL = "all"
    FLAGGED = "flagged"
    IN_FORCE = "in_force"
    USED_UP = "used_up"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class PermitRow:
    """One permit with its agency, what was counted, what is flagged, and a proposal that waits."""

    permit: Permit
    agency: Agency | None
    count: CardCount
    flags: tuple[PermitFlag, ...]
    waiting: PermitChange | None


@dataclass(frozen=True, kw_only=True)
class PermitView:
    """One permit, every change that was ever asked for it, the newest first, and its own history."""

    row: PermitRow
    changes: Sequence[PermitChange]
    history: Sequence[AuditEntry]


def permit_rows(
    service: Service,
    *,
    officer: Officer,
    text: str = "",
    wanted: PermitFilter = PermitFilter.ALL,
    order: PermitOrder = PermitOrder.FLAGS,
) -> Sequence[PermitRow]:
    """The permits that match, of those the officer may see: an agency's clerk sees the agency's own.

    `text` is part of a permit's number, or of its agency's licence number or name.
    """
    with service.database.read() as work:
        rows = _rows(work, officer)
    sought = searchable(text)
    matching = [row for row in rows if sought in _search_text(row) and _is_wanted(row, wanted, service.today())]
    return sorted(matching, key=_ORDERS[order])


def permit_view(service: Service, number: str, *, officer: Officer) -> PermitView:
    """One permit. Raises NotOnRecord, also for one that this officer may not see."""
    with service.database.read() as work:
        row = next((row for row in _rows(work, officer) if row.permit.number == number), None)
        if row is None:
            raise NotOnRecord(number)
        changes = list(work.permit_changes.of_permit(number))[::-1]
        history = work.audit.entries(subject=subject_of(number))
    return PermitView(row=row, changes=changes, history=history)


def read_permit(work: UnitOfWork, number: str) -> Permit:
    """The permit as on record. Raises NotOnRecord."""
    permit = work.permits.get(number)
    if permit is None:
        raise NotOnRecord(number)
    return permit


def subject_of(number: str) -> str:
    """What entries in the record about a permit name."""
    return f"permit {number}"


def _rows(work: UnitOfWork, officer: Officer) -> Sequence[PermitRow]:
    counts = work.permits.card_counts()
    agencies = {agency.licence_no: agency for agency in work.permits.agencies()}
    waiting = {change.permit_no: change for change in work.permit_changes.open()}
    seen = [permit for permit in work.permits.all() if officer.licence_no in (None, permit.licence_no)]
    return [_row(permit, counts, agencies, waiting) for permit in seen]


def _row(
    permit: Permit,
    counts: Mapping[str, CardCount],
    agencies: Mapping[str, Agency],
    waiting: Mapping[str, PermitChange],
) -> PermitRow:
    count = counts.get(permit.number, CardCount())
    return PermitRow(
        permit=permit,
        agency=agencies.get(permit.licence_no) if permit.licence_no else None,
        count=count,
        flags=flags_of(permit, count),
        waiting=waiting.get(permit.number),
    )


def _search_text(row: PermitRow) -> str:
    name = row.agency.name if row.agency else None
    texts = (row.permit.number, row.permit.licence_no, row.permit.destination, name and name.en, name and name.bn)
    return searchable(" ".join(text for text in texts if text))


def _is_wanted(row: PermitRow, wanted: PermitFilter, today: date) -> bool:
    match wanted:
        case PermitFilter.ALL:
            return True
        case PermitFilter.FLAGGED:
            return bool(row.flags or row.waiting)
        case PermitFilter.IN_FORCE:
            return row.permit.valid_from <= today <= row.permit.valid_until
        case PermitFilter.USED_UP:
            return row.permit.balance <= 0
        case PermitFilter.OVER:
            return row.permit.valid_until < today


_SEVERITY = {flag: place for place, flag in enumerate(PermitFlag)}
_ORDERS: Mapping[PermitOrder, Callable[[PermitRow], tuple[int | str | date, ...]]] = {
    PermitOrder.FLAGS: lambda row: (
        min((_SEVERITY[flag] for flag in row.flags), default=len(_SEVERITY)),
        row.waiting is None,
        row.permit.number,
    ),
    PermitOrder.NUMBER: lambda row: (row.permit.number,),
    PermitOrder.AGENCY: lambda row: (row.permit.licence_no or "", row.permit.number),
    PermitOrder.BALANCE: lambda row: (row.permit.balance, row.permit.number),
    PermitOrder.END: lambda row: (row.permit.valid_until, row.permit.number),
}
