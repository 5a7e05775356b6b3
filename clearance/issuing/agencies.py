"""Agencies as officers look at them: licence, suspension, permits and cards; suspending them, and lifting that.

A suspension takes one officer, since it must be quick, and lifting it another one than who ordered it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import Clearance
from clearance.domain.consent import may_change, may_reinstate
from clearance.domain.decision import Refused
from clearance.domain.permit import Agency
from clearance.domain.proposal import Signature
from clearance.domain.staff import Officer
from clearance.domain.text import searchable
from clearance.issuing.cases import read_officer
from clearance.issuing.permits import PermitRow, permit_rows
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service

NEWEST = 15
"""Cards that an agency's page shows."""


@dataclass(frozen=True, kw_only=True)
class AgencyRow:
    """One agency with its permits, and what was counted over all of them."""

    agency: Agency
    permits: Sequence[PermitRow]

    @property
    def places(self) -> int:
        return sum(row.permit.places for row in self.permits)

    @property
    def issued(self) -> int:
        return sum(row.count.issued for row in self.permits)

    @property
    def departed(self) -> int:
        return sum(row.count.departed for row in self.permits)

    @property
    def flagged(self) -> int:
        """How many of its permits have a flag."""
        return sum(bool(row.flags) for row in self.permits)


@dataclass(frozen=True, kw_only=True)
class AgencyView:
    """One agency, its newest cards and how many there are, and what was done with it."""

    row: AgencyRow
    cards: Sequence[Clearance]
    all_cards: int
    history: Sequence[AuditEntry]


def agency_rows(service: Service, *, officer: Officer, text: str = "") -> Sequence[AgencyRow]:
    """The agencies whose licence number or name contains a text, in order of their licence numbers.

    An agency's clerk sees the own one.
    """
    sought = searchable(text)
    of_agency: dict[str | None, list[PermitRow]] = {}
    for row in permit_rows(service, officer=officer):
        of_agency.setdefault(row.permit.licence_no, []).append(row)
    with service.database.read() as work:
        agencies = work.permits.agencies()
    seen = [agency for agency in agencies if officer.licence_no in (None, agency.licence_no)]
    found = [agency for agency in seen if sought in _search_text(agency)]
    return [AgencyRow(agency=each, permits=of_agency.get(each.licence_no, [])) for each in found]


def agency_view(service: Service, licence_no: str, *, officer: Officer) -> AgencyView:
    """One agency. Raises NotOnRecord, also for one that this officer may not see."""
    row = next((row for row in agency_rows(service, officer=officer) if row.agency.licence_no == licence_no), None)
    if row is None:
        raise NotOnRecord(licence_no)
    scope = replace(officer.scope, licence_no=licence_no)
    with service.database.read() as work:
        return AgencyView(
            row=row,
            cards=work.clearances.find(text="", scope=scope, limit=NEWEST, offset=0),
            all_cards=work.clearances.count(text="", scope=scope),
            history=work.audit.entries(subject=subject_of(licence_no)),
        )


def add_agency(service: Service, agency: Agency, *, officer: Officer, device: str, reason: str) -> Agency | Refused:
    """The agency entered from the ministry's register. Raises Conflict where it is there already."""
    by = _signature(service, officer, device, reason)
    with service.database.write() as work:
        against = may_change(read_officer(work, officer.number), reason=by.reason)
        if against:
            return Refused(objections=against)
        work.permits.add_agency(agency)
        _put_on_record(work, AuditAct.AGENCY_ADDED, agency, by)
        work.commit()
    return agency


def suspend(service: Service, licence_no: str, *, officer: Officer, device: str, reason: str) -> Agency | Refused:
    """The agency without legal capacity from today on; as it is, where it is suspended already. Raises NotOnRecord."""
    by = _signature(service, officer, device, reason)

    def suspended(agency: Agency) -> Agency:
        if agency.suspended_on is not None:
            return agency
        return agency.suspended(on=service.today(), by=by.officer_no, reason=by.reason or "")

    return _change(service, licence_no, AuditAct.AGENCY_SUSPENDED, by, suspended)


def reinstate(service: Service, licence_no: str, *, officer: Officer, device: str, reason: str) -> Agency | Refused:
    """The agency after another officer lifted its suspension. Raises NotOnRecord."""
    by = _signature(service, officer, device, reason)
    return _change(service, licence_no, AuditAct.AGENCY_REINSTATED, by, Agency.reinstated)


def renew(
    service: Service, licence_no: str, *, until: date, officer: Officer, device: str, reason: str
) -> Agency | Refused:
    """The agency with a licence until another day. Raises NotOnRecord."""
    by = _signature(service, officer, device, reason)
    return _change(
        service, licence_no, AuditAct.AGENCY_RENEWED, by, lambda agency: replace(agency, licence_valid_until=until)
    )


def subject_of(licence_no: str) -> str:
    """What entries in the record about an agency name."""
    return f"agency {licence_no}"


def _signature(service: Service, officer: Officer, device: str, reason: str) -> Signature:
    return Signature(officer_no=officer.number, at=service.now(), device=device, reason=reason.strip() or None)


def _change(
    service: Service, licence_no: str, act: AuditAct, by: Signature, changed: Callable[[Agency], Agency]
) -> Agency | Refused:
    """One transaction: the agency as changed and the entry in the record; nothing, where nothing is changed."""
    with service.database.write() as work:
        agency = work.permits.agency(licence_no)
        if agency is None:
            raise NotOnRecord(licence_no)
        officer = read_officer(work, by.officer_no)
        lifting = act is AuditAct.AGENCY_REINSTATED
        against = may_reinstate(officer, agency, reason=by.reason) if lifting else may_change(officer, reason=by.reason)
        if against:
            return Refused(objections=against)
        after = changed(agency)
        if after == agency:
            return agency
        work.permits.save_agency(after)
        _put_on_record(work, act, after, by)
        work.commit()
    return after


def _put_on_record(work: UnitOfWork, act: AuditAct, agency: Agency, by: Signature) -> None:
    facts: Facts = {"until": agency.licence_valid_until.isoformat(), "device": by.device, "reason": by.reason}
    subject = subject_of(agency.licence_no)
    work.audit.append(AuditEntry(at=by.at, officer_no=by.officer_no, act=act, subject=subject, facts=facts))


def _search_text(agency: Agency) -> str:
    return searchable(" ".join(text for text in (agency.licence_no, agency.name.en, agency.name.bn) if text))
