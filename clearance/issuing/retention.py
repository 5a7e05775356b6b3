"""What was kept long enough goes: by class, a bounded number in a transaction, with a count on record and no name.

It may be stopped at any moment and run again; what went is not due any more. Documents go last: those that a redacted
row named, after a time of grace, unless another row names them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.retention import CASES, Kept
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service, dhaka_day

AT_ONCE = 50
"""Things in one transaction: an officer waits for it no longer than for a moment."""
A_RUN = 200
"""Transactions of a class in one run; the rest is due again at the next."""
OPERATOR, DEVICE, SUBJECT = "installation", "retention", "retention"
DOCUMENTS = "documents"


def due(service: Service) -> Mapping[str, int]:
    """How much of each class would go now. Nothing is changed."""
    with service.database.read() as work:
        return {kept.value: work.personal.count(kept, before=_before(service, kept, service.now())) for kept in Kept}


def keep_terms(service: Service, at: datetime) -> Mapping[str, int]:
    """Let go what is due; how much of each class that was."""
    gone = {kept.value: _go(service, kept, at) for kept in Kept}
    gone[DOCUMENTS] = _drop_documents(service, at)
    return gone


def _go(service: Service, kept: Kept, at: datetime) -> int:
    total = 0
    for _ in range(A_RUN):
        with service.database.write() as work:
            some, facts = _some(work, kept, before=_before(service, kept, at), at=at)
            if some:
                days = service.retention.days[kept]
                put_on_record(work, at, {"class": kept.value, "count": some, "days": days, **facts})
                work.commit()
        total += some
        if some < AT_ONCE:
            break
    return total


def _some(work: UnitOfWork, kept: Kept, *, before: datetime, at: datetime) -> tuple[int, Facts]:
    """How many went; of cases, which: the nightly report believes no case that it was redacted without that."""
    if kept not in CASES:
        return work.personal.forget(kept, before=before, at=at, limit=AT_ONCE), {}
    references = work.personal.overdue(kept, before=before, limit=AT_ONCE)
    for reference in references:
        work.personal.redact(reference, at=at, on=dhaka_day(at))
    return len(references), {"redacted": ",".join(references)} if references else {}


def _drop_documents(service: Service, at: datetime) -> int:
    """The files go once it is certain that no row names them: one that is named again meanwhile is stored again."""
    before, total = at - timedelta(days=service.retention.document_grace), 0
    for _ in range(A_RUN):
        with service.database.write() as work:
            names = work.personal.released(before=before, limit=AT_ONCE)
            unnamed = work.personal.settle_released(names) if names else frozenset[str]()
            for name in unnamed:
                service.documents.drop(name)
            if unnamed:
                put_on_record(work, at, {"class": DOCUMENTS, "count": len(unnamed)})
            work.commit()
        total += len(unnamed)
        if len(names) < AT_ONCE:
            break
    return total


def put_on_record(work: UnitOfWork, at: datetime, facts: Facts) -> None:
    """One entry for what went in a transaction."""
    entry = AuditEntry(at=at, officer_no=OPERATOR, act=AuditAct.RETENTION_DONE, subject=SUBJECT, facts=facts)
    work.audit.append(entry)


def _before(service: Service, kept: Kept, at: datetime) -> datetime:
    return at - timedelta(days=service.retention.days[kept])
