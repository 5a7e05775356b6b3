"""One person's data as a whole: what the office holds, given out; kept for an investigation; or erased by two officers.

An officer finds the person by a case; from there every case that shares a passport or a registration belongs to it.
What is erased is explained by what stays: the clearance's number, the record of acts, what is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.erasure import (
    Basis,
    ErasureOrder,
    InvestigationHold,
    against_consent,
    against_erasing,
    against_keeping,
    against_ordering,
    new_order_no,
)
from clearance.domain.order import against_reason
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.ports import Documents, NotOnRecord, RowsHeld, UnitOfWork
from clearance.issuing.service import Service, dhaka_day


@dataclass(frozen=True, kw_only=True)
class Person:
    """What a page says about somebody's data: cases, the newest first, their cards, and what stands against erasing."""

    cases: Sequence[Application]
    cards: Sequence[Clearance]
    holds: Sequence[InvestigationHold]
    orders: Sequence[ErasureOrder]
    against: tuple[Objection, ...]

    @property
    def erased(self) -> bool:
        """Whether nothing of the person is left."""
        return all(case.redacted_on is not None for case in self.cases)


@dataclass(frozen=True, kw_only=True)
class PersonalFile:
    """Everything held about a person: rows by table, and the documents that they name."""

    reference: str
    at: datetime
    rows: RowsHeld
    documents: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order and the person it is about, as that stands now."""

    order: ErasureOrder
    person: Person


def find(service: Service, passport_no: str) -> str:
    """The newest case under a passport, of now or before. Raises NotOnRecord."""
    with service.database.read() as work:
        cases = work.applications.of_person(passport_no, birth_date=None)
    if not cases:
        raise NotOnRecord("no such passport")
    return cases[0].reference


def person(service: Service, reference: str) -> Person:
    """Raises NotOnRecord."""
    with service.database.read() as work:
        return _person(work, reference, on=service.today())


def give_out(service: Service, reference: str, *, officer: Officer, device: str) -> PersonalFile | Refused:
    """Everything held about the person of a case, put on record first. Raises NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        if against := against_keeping(read_officer(work, officer.number)):
            return Refused(objections=against)
        references = _cases_of(work, reference)
        rows = work.personal.held_about(references)
        facts: Facts = {"cases": len(references), "rows": sum(map(len, rows.values())), "device": device}
        _put_down(work, AuditAct.PERSON_EXPORTED, reference, officer.number, now, facts)
        work.commit()
    return PersonalFile(reference=reference, at=now, rows=rows, documents=_documents(rows))


def read_documents(documents: Documents, names: Sequence[str]) -> dict[str, bytes]:
    """The documents of a file; one that the store lost is left out."""
    found = {}
    for name in names:
        try:
            found[name] = documents.get(name)
        except KeyError:
            continue
    return found


def order_erasure(
    service: Service, reference: str, *, basis: Basis, reason: str, officer: Officer, device: str
) -> ErasureOrder | Refused:
    """The order, waiting for another officer; or why there is none.

    Raises NotOnRecord; Conflict where one about the case is open.
    """
    made = ErasureOrder(
        number=new_order_no(),
        reference=reference,
        basis=basis,
        reason=reason.strip(),
        ordered_by=officer.number,
        ordered_at=service.now(),
        ordered_device=device,
    )
    with service.database.write() as work:
        against = against_ordering(read_officer(work, officer.number), reason=made.reason)
        against = against or _person(work, reference, on=service.today()).against
        if against:
            return Refused(objections=against)
        work.personal.add_order(made)
        _put_down_order(work, AuditAct.ERASURE_ORDERED, made, officer.number, made.ordered_at, device)
        work.commit()
    return made


def consent(service: Service, number: str, *, officer: Officer, device: str) -> ErasureOrder | Refused:
    """The person erased, in the transaction of the consent: nothing is half erased. Raises NotOnRecord, Conflict."""
    now = service.now()
    with service.database.write() as work:
        asked = _order(work, number)
        found = _person(work, asked.reference, on=service.today())
        against = (*against_consent(asked, read_officer(work, officer.number)), *found.against)
        if against:
            return Refused(objections=against)
        agreed = asked.consented(officer.number, now)
        work.personal.save_order(agreed)
        redacted = [case.reference for case in found.cases if case.redacted_on is None]
        for reference in redacted:
            work.personal.redact(reference, at=now, on=dhaka_day(now))
        _put_down_order(
            work, AuditAct.ERASURE_CONSENTED, agreed, officer.number, now, device, redacted=",".join(redacted)
        )
        work.commit()
    return agreed


def withdraw(service: Service, number: str, *, officer: Officer, device: str) -> ErasureOrder:
    """The order taken back. Raises NotOnRecord, also for one that is settled."""
    now = service.now()
    with service.database.write() as work:
        asked = _order(work, number)
        if not asked.open or against_keeping(read_officer(work, officer.number)):
            raise NotOnRecord(number)
        taken_back = asked.withdrawn(officer.number, now)
        work.personal.save_order(taken_back)
        _put_down_order(work, AuditAct.ERASURE_WITHDRAWN, taken_back, officer.number, now, device)
        work.commit()
    return taken_back


def order_of(service: Service, number: str) -> OrderView:
    """Raises NotOnRecord."""
    with service.database.read() as work:
        order = _order(work, number)
        return OrderView(order=order, person=_person(work, order.reference, on=service.today()))


def open_orders(service: Service) -> Sequence[ErasureOrder]:
    """Those that wait for a second officer."""
    with service.database.read() as work:
        return work.personal.open_orders()


def hold(
    service: Service, reference: str, *, reason: str, officer: Officer, device: str
) -> InvestigationHold | Refused:
    """The case stays whole from now on. Raises NotOnRecord; Conflict where it is held already."""
    made = InvestigationHold(
        reference=reference, placed_by=officer.number, placed_at=service.now(), reason=reason.strip()
    )
    with service.database.write() as work:
        against = against_keeping(read_officer(work, officer.number)) + tuple(against_reason(made.reason))
        if against:
            return Refused(objections=against)
        _cases_of(work, reference)
        work.personal.hold(made)
        _put_down(work, AuditAct.INVESTIGATION_BEGUN, reference, officer.number, made.placed_at, {"device": device})
        work.commit()
    return made


def end_hold(service: Service, reference: str, *, officer: Officer, device: str) -> Refused | None:
    """Terms and orders reach the case again. Raises NotOnRecord where nothing holds it."""
    now = service.now()
    with service.database.write() as work:
        if against := against_keeping(read_officer(work, officer.number)):
            return Refused(objections=against)
        work.personal.end_hold(reference, officer_no=officer.number, at=now)
        _put_down(work, AuditAct.INVESTIGATION_ENDED, reference, officer.number, now, {"device": device})
        work.commit()
    return None


def _person(work: UnitOfWork, reference: str, *, on: date) -> Person:
    references = _cases_of(work, reference)
    cases = [case for each in references if (case := work.applications.get(each)) is not None]
    cards = [card for each in references if (card := work.clearances.for_application(each)) is not None]
    holds = work.personal.holds(references)
    orders = [order for order in work.personal.open_orders() if order.reference in references]
    return Person(
        cases=cases, cards=cards, holds=holds, orders=orders, against=against_erasing(cases, cards, holds, on=on)
    )


def _cases_of(work: UnitOfWork, reference: str) -> Sequence[str]:
    references = work.personal.cases_of(reference)
    if not references:
        raise NotOnRecord(reference)
    return references


def _documents(rows: RowsHeld) -> Sequence[str]:
    columns = ("photo_sha256", "pdf_sha256", "visa_check_evidence")
    named = {str(row[column]) for found in rows.values() for row in found for column in columns if row.get(column)}
    return sorted(name for name in named if len(name) == 64)


def _order(work: UnitOfWork, number: str) -> ErasureOrder:
    order = work.personal.order(number)
    if order is None:
        raise NotOnRecord(number)
    return order


def _put_down_order(
    work: UnitOfWork, act: AuditAct, order: ErasureOrder, officer_no: str, at: datetime, device: str, **more: str
) -> None:
    facts: Facts = {"case": order.reference, "basis": order.basis.value, "device": device, **more}
    _put_down(work, act, order.number, officer_no, at, facts)


def _put_down(work: UnitOfWork, act: AuditAct, subject: str, officer_no: str, at: datetime, facts: Facts) -> None:
    work.audit.append(AuditEntry(at=at, officer_no=officer_no, act=act, subject=subject, facts=facts))
