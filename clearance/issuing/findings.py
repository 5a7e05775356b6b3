"""What the nightly report found: shown, acknowledged by an auditor; and the officers who are away."""

from datetime import date

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.decision import MAX_REASON, Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.findings import Acknowledgement, KeptFinding, Severity
from clearance.domain.oversight import Absence
from clearance.domain.staff import Officer, Role
from clearance.issuing.cases import read_officer
from clearance.issuing.paging import Page, page_of
from clearance.issuing.people import OPERATOR
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service

PER_PAGE = 50


def findings(service: Service, *, open_only: bool, least: Severity, page: int) -> Page[KeptFinding]:
    """Findings, the weightiest first."""
    with service.database.read() as work:
        kept = work.oversight.findings
        return page_of(
            lambda limit, offset: kept.find(open_only=open_only, least=least, limit=limit, offset=offset),
            total=kept.count(open_only=open_only, least=least),
            page=page,
            per_page=PER_PAGE,
        )


def finding(service: Service, number: int) -> KeptFinding:
    """One finding. Raises NotOnRecord."""
    with service.database.read() as work:
        kept = work.oversight.findings.get(number)
    if kept is None:
        raise NotOnRecord(f"finding {number}")
    return kept


def acknowledge(service: Service, number: int, *, officer: Officer, device: str, remark: str) -> KeptFinding | Refused:
    """The finding with what came of it; or why this officer cannot say so.

    Raises NotOnRecord; Conflict where somebody acknowledged it before.
    """
    done = Acknowledgement(officer_no=officer.number, at=service.now(), remark=remark.strip())
    with service.database.write() as work:
        against = _against(read_officer(work, officer.number), done.remark)
        if against:
            return Refused(objections=against)
        work.oversight.findings.acknowledge(number, done)
        work.audit.append(
            AuditEntry(
                at=done.at,
                officer_no=officer.number,
                act=AuditAct.FINDING_ACKNOWLEDGED,
                subject=f"finding:{number}",
                facts={"device": device},
            )
        )
        work.commit()
    return finding(service, number)


def enter_absence(service: Service, officer_no: str, *, first_day: date, last_day: date) -> Absence:
    """Put down that an officer is away, so that decisions in that name show. Raises NotOnRecord, ValueError."""
    if last_day < first_day:
        raise ValueError("the last day is before the first")
    absence = Absence(officer_no=officer_no, first_day=first_day, last_day=last_day)
    with service.database.write() as work:
        read_officer(work, officer_no)
        work.oversight.absences.put(absence)
        facts = {"first_day": str(first_day), "last_day": str(last_day)}
        work.audit.append(
            AuditEntry(
                at=service.now(), officer_no=OPERATOR, act=AuditAct.ABSENCE_ENTERED, subject=officer_no, facts=facts
            )
        )
        work.commit()
    return absence


def _against(officer: Officer, remark: str) -> tuple[Objection, ...]:
    against = []
    if not officer.active:
        against.append(Objection(ground=Ground.OFFICER_INACTIVE))
    if Role.AUDITOR not in officer.roles:
        against.append(Objection(ground=Ground.ROLE_MISSING, details={"role": Role.AUDITOR.value}))
    if not remark:
        against.append(Objection(ground=Ground.REASON_MISSING))
    if len(remark) > MAX_REASON:
        against.append(Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_REASON}))
    return tuple(against)
