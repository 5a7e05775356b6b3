"""Officers' looks at persons: noted before anything is shown, and bounded (docs/adr/0087).

Noting takes a transaction of its own beside those that queue for the record of acts, so that looking does not hold up
issuing. It comes first: what cannot be noted is not shown.
"""

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.oversight import Lookup, LookupKind, Quota
from clearance.domain.signing import HOUR
from clearance.domain.staff import Officer
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

PER_PAGE = 50


class LookupsUsedUp(Exception):
    """The officer looked at as many persons as one officer may for now. Nothing is shown."""

    def __init__(self, quota: Quota) -> None:
        super().__init__("look-ups used up")
        self.quota = quota


def note(service: Service, *, officer: Officer, kind: LookupKind, subject: str, device: str) -> None:
    """Note a look, which may go on then. Raises LookupsUsedUp, and Unavailable where it cannot be noted.

    Who comes back to what was looked at in the last hour is noted and not counted again.
    """
    lookup = Lookup(at=service.now(), officer_no=officer.number, kind=kind, subject=subject, device=device)
    with service.database.note() as work:
        lookups = work.oversight.lookups
        again = lookups.seen_lately(officer.number, subject, now=lookup.at)
        if again or not lookups.lately(officer.number, now=lookup.at).exhausts(service.oversight.quota):
            lookups.add(lookup)
            work.commit()
            return
    _raise_alarm(service, lookup)
    raise LookupsUsedUp(service.oversight.quota)


def looked_up(service: Service, *, officer_no: str, subject: str, page: int) -> Page[Lookup]:
    """Who looked at what, newest first; an empty text stands for all."""
    with service.database.read() as work:
        lookups = work.oversight.lookups
        return page_of(
            lambda limit, offset: lookups.find(officer_no=officer_no, subject=subject, limit=limit, offset=offset),
            total=lookups.count(officer_no=officer_no, subject=subject),
            page=page,
            per_page=PER_PAGE,
        )


def _raise_alarm(service: Service, lookup: Lookup) -> None:
    """One entry in the record for an officer and hour."""
    with service.database.write() as work:
        if not _alarmed_lately(work, lookup):
            facts = {"device": lookup.device, "kind": lookup.kind.value}
            work.audit.append(
                AuditEntry(
                    at=lookup.at,
                    officer_no=lookup.officer_no,
                    act=AuditAct.LOOKUPS_USED_UP,
                    subject=_subject(lookup),
                    facts=facts,
                )
            )
            work.commit()


def _alarmed_lately(work: UnitOfWork, lookup: Lookup) -> bool:
    return any(entry.at > lookup.at - HOUR for entry in work.audit.entries(subject=_subject(lookup)))


def _subject(lookup: Lookup) -> str:
    return f"lookups:{lookup.officer_no}"
