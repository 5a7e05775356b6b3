"""Voiding everything that an account did since a moment, by one officer with another's consent (docs/adr/0088).

An order takes effect with the consent, in one transaction: the account is blocked and the cases it reaches are fixed.
What becomes of them is done in small transactions afterwards, each case exactly once, whoever resumes it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import Revocation, RevocationReason
from clearance.domain.decision import Attempt, Refused
from clearance.domain.lifecycle import Move, Step
from clearance.domain.session import SessionEnd
from clearance.domain.staff import Officer
from clearance.domain.void_order import (
    VoidItem,
    VoidOrder,
    VoidOutcome,
    against_consent,
    against_ordering,
    new_order_no,
    outcome_for,
)
from clearance.issuing.cases import read_officer
from clearance.issuing.moving import put_on_record, write
from clearance.issuing.people import put_on_account
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service
from clearance.issuing.with_reason import PUT_DOWN_AS

AT_ONCE = 100
"""Cases in one transaction: others wait for it no longer than for a moment."""
OPERATOR_DEVICE = "void-order"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an order would do now: cases by what becomes of them, the officer, and how many cards that are in force."""

    target: Officer
    since: datetime
    outcomes: Mapping[VoidOutcome, int]


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order, the officers it names, and how far it came; "" counts what waits."""

    order: VoidOrder
    officers: Mapping[str, Officer]
    outcomes: Mapping[str, int]


def preview(service: Service, *, target_no: str, since: datetime) -> Preview:
    """What an order about this account would do. Raises NotOnRecord."""
    with service.database.read() as work:
        target = read_officer(work, target_no)
        reached = [_read(work, ref) for ref in work.oversight.void_orders.reached(target_no, since=since)]
    counted = Counter(outcome_for(case.state, has_card=case.issued is not None) for case in reached)
    return Preview(target=target, since=since, outcomes={each: counted[each] for each in VoidOutcome})


def order(
    service: Service, *, target_no: str, since: datetime, reason: str, officer: Officer, device: str
) -> VoidOrder | Refused:
    """The order, waiting for another officer's consent; or why there is none.

    Raises NotOnRecord; Conflict where an order about the account is open.
    """
    made = VoidOrder(
        number=new_order_no(),
        target_no=target_no,
        since=since,
        reason=reason.strip(),
        ordered_by=officer.number,
        ordered_at=service.now(),
        ordered_device=device,
    )
    with service.database.write() as work:
        read_officer(work, target_no)
        against = against_ordering(read_officer(work, officer.number), target_no=target_no, reason=made.reason)
        if against:
            return Refused(objections=against)
        work.oversight.void_orders.add(made)
        _put_down(work, made, AuditAct.VOID_ORDERED, officer.number, service.now(), device)
        work.commit()
    return made


def consent(service: Service, number: str, *, officer: Officer, device: str) -> VoidOrder | Refused:
    """The order in effect: account blocked, cases fixed. Go on with `carry_out`. Raises NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        asked = _order(work, number)
        against = against_consent(asked, read_officer(work, officer.number))
        if against:
            return Refused(objections=against)
        agreed = asked.consented(officer.number, now)
        orders = work.oversight.void_orders
        orders.save(agreed)
        orders.put_items(number, orders.reached(agreed.target_no, since=agreed.since))
        _block(service, work, agreed)
        _put_down(work, agreed, AuditAct.VOID_CONSENTED, officer.number, now, device)
        work.commit()
    return agreed


def withdraw(service: Service, number: str, *, officer: Officer, device: str) -> VoidOrder:
    """The order taken back before anybody consented. Raises NotOnRecord, also for one that is in effect."""
    now = service.now()
    with service.database.write() as work:
        asked = _order(work, number)
        if not asked.open:
            raise NotOnRecord(number)
        taken_back = asked.withdrawn(officer.number, now)
        work.oversight.void_orders.save(taken_back)
        _put_down(work, taken_back, AuditAct.VOID_WITHDRAWN, officer.number, now, device)
        work.commit()
    return taken_back


def carry_out(service: Service, number: str) -> Mapping[str, int]:
    """Do what is left of an order, then publish once what desks are told; how its cases ended.

    May be called again after anything, also by two at once. Raises NotOnRecord; NotSigned where the cards are taken
    back and desks cannot be told yet.
    """
    while _some(service, number):
        pass
    service.signing.publish_status()
    with service.database.write() as work:
        done = _order(work, number)
        if done.running:
            work.oversight.void_orders.save(done.done(service.now()))
            _put_down(work, done, AuditAct.VOID_DONE, done.ordered_by, service.now(), OPERATOR_DEVICE)
            work.commit()
        return work.oversight.void_orders.outcomes(number)


def carry_out_all(service: Service, _at: datetime) -> int:
    """The chore: go on with every order that was consented to and is not done."""
    with service.database.read() as work:
        running = [each.number for each in work.oversight.void_orders.all() if each.running]
    for number in running:
        carry_out(service, number)
    return len(running)


def orders(service: Service) -> Sequence[OrderView]:
    """Every order, newest first."""
    with service.database.read() as work:
        return [_view(work, each) for each in work.oversight.void_orders.all()]


def one(service: Service, number: str) -> OrderView:
    """One order. Raises NotOnRecord."""
    with service.database.read() as work:
        return _view(work, _order(work, number))


def _some(service: Service, number: str) -> bool:
    """Do up to AT_ONCE cases in one transaction; whether there may be more."""
    with service.database.write() as work:
        running = _order(work, number)
        waiting = work.oversight.void_orders.waiting(number, limit=AT_ONCE) if running.running else ()
        for reference in waiting:
            outcome = _void(service, work, running, reference)
            item = VoidItem(order_no=number, reference=reference, outcome=outcome, done_at=service.now())
            work.oversight.void_orders.settle(item)
        work.commit()
    return len(waiting) == AT_ONCE


def _void(service: Service, work: UnitOfWork, running: VoidOrder, reference: str) -> VoidOutcome:
    case = _read(work, reference)
    by = Attempt(
        officer=read_officer(work, running.ordered_by),
        at=service.now(),
        device=running.ordered_device,
        reason=running.number,
    )
    outcome = outcome_for(case.state, has_card=case.issued is not None)
    if outcome is VoidOutcome.REVOKED:
        _revoke(service, work, case, by, running)
    elif outcome is VoidOutcome.RETURNED:
        _stop(service, work, case, by, running)
    return outcome


def _revoke(service: Service, work: UnitOfWork, case: Application, by: Attempt, running: VoidOrder) -> None:
    clearance = work.clearances.for_application(case.reference)
    assert clearance is not None
    reason = RevocationReason.ISSUED_IN_ERROR
    revocation = Revocation(officer_no=by.officer.number, at=by.at, reason=reason, remark=running.number)
    work.clearances.set_status(clearance.revoked(revocation))
    moved = write(work, decision.moved(case, Move.REVOKE, by, on=service.today()))
    facts: Facts = {
        "clearance": clearance.clearance_no,
        "reason": reason.value,
        "status_idx": clearance.status_ref.idx,
        "order": running.number,
    }
    put_on_record(work, moved, AuditAct.CARD_REVOKED, facts)


def _stop(service: Service, work: UnitOfWork, case: Application, by: Attempt, running: VoidOrder) -> None:
    """Send an open case back; hold it where it cannot be sent back, or not by who ordered this."""
    acted = any(act.officer_no == by.officer.number and act.step is not Step.CARE for act in case.acts)
    moves = case.moves_on(service.today())
    move = Move.HOLD if acted or Move.SEND_BACK not in moves else Move.SEND_BACK
    if move in moves:
        moved = write(work, decision.moved(case, move, by, on=service.today()))
        put_on_record(work, moved, PUT_DOWN_AS[move], {"order": running.number})


def _block(service: Service, work: UnitOfWork, agreed: VoidOrder) -> None:
    target = read_officer(work, agreed.target_no)
    if target.active:
        work.staff.save(replace(target, active=False))
        put_on_account(
            service, work, AuditAct.OFFICER_BLOCKED, target.number, agreed.ordered_by, {"order": agreed.number}
        )
    work.staff_changes.take(target.number)
    work.sessions.end_all(target.number, end=SessionEnd.ACCOUNT_CHANGED, at=service.now())


def _put_down(work: UnitOfWork, about: VoidOrder, act: AuditAct, officer_no: str, at: datetime, device: str) -> None:
    facts: Facts = {
        "account": about.target_no,
        "since": about.since.isoformat(timespec="seconds"),
        "device": device,
    }
    work.audit.append(AuditEntry(at=at, officer_no=officer_no, act=act, subject=about.number, facts=facts))


def _order(work: UnitOfWork, number: str) -> VoidOrder:
    found = work.oversight.void_orders.get(number)
    if found is None:
        raise NotOnRecord(number)
    return found


def _read(work: UnitOfWork, reference: str) -> Application:
    case = work.applications.get(reference)
    if case is None:
        raise NotOnRecord(reference)
    return case


def _view(work: UnitOfWork, each: VoidOrder) -> OrderView:
    numbers = {each.target_no, each.ordered_by, each.consented_by, each.withdrawn_by} - {None}
    named = {number: read_officer(work, number) for number in numbers if number is not None}
    return OrderView(order=each, officers=named, outcomes=work.oversight.void_orders.outcomes(each.number))
