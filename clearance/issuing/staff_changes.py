"""What could make a person of straw who decides cases takes two administrators: an account, roles, a new factor.

One proposes, another agrees, and only then does it happen (docs/adr/0082). The operator of the server may do each
alone, on record: there may be no second administrator yet, or any more.
"""

from dataclasses import replace

from clearance.domain.audit import AuditAct
from clearance.domain.session import SessionEnd
from clearance.domain.staff import Officer, Role
from clearance.domain.staff_change import ChangeGround, ChangeKind, Outcome, StaffChange, may_agree, may_propose
from clearance.issuing.cases import read_officer
from clearance.issuing.invitations import Invited, invite
from clearance.issuing.people import OPERATOR, ChangeRefused, NewOfficer, listed, new_account, put_on_account, require
from clearance.issuing.ports import Conflict, NotOnRecord, UnitOfWork
from clearance.issuing.service import Service


def propose_officer(service: Service, wanted: NewOfficer, *, administrator: Officer) -> StaffChange:
    """Put down an account that stays closed until another one agrees. Raises AccountRefused, ChangeRefused."""
    require(may_propose(administrator, wanted.number))
    with service.database.write() as work:
        officer = new_account(service, work, wanted, active=False, by=administrator.number)
        change = _propose(service, work, ChangeKind.OPEN, officer, None, administrator)
        work.commit()
    return change


def propose_change(
    service: Service, number: str, kind: ChangeKind, *, administrator: Officer, roles: frozenset[Role] | None = None
) -> StaffChange:
    """Put down what is to happen to an account. Raises ChangeRefused, NotOnRecord."""
    require(may_propose(administrator, number))
    with service.database.write() as work:
        officer = read_officer(work, number)
        require(_against(work, officer, kind, roles))
        change = _propose(service, work, kind, officer, roles, administrator)
        work.commit()
    return change


def agree(service: Service, change_no: int, *, administrator: Officer) -> Invited | Officer:
    """Carry out what another administrator proposed; with the invitation, where it needs one.

    Raises ChangeRefused, NotOnRecord.
    """
    with service.database.write() as work:
        change = work.staff_changes.get(change_no)
        if change is None:
            raise NotOnRecord(str(change_no))
        require(may_agree(administrator, change))
        _settle(service, work, change, Outcome.AGREED, administrator)
        done = carry_out(service, work, change, by=administrator.number)
        work.commit()
    return done


def withdraw(service: Service, change_no: int, *, administrator: Officer) -> None:
    """Give a proposal up, one's own or another's. Raises ChangeRefused, NotOnRecord."""
    with service.database.write() as work:
        change = work.staff_changes.get(change_no)
        if change is None:
            raise NotOnRecord(str(change_no))
        if Role.ADMINISTRATOR not in administrator.roles:
            raise ChangeRefused(ChangeGround.NOT_ADMINISTRATOR)
        require(ChangeGround.ALREADY_SETTLED if change.outcome is not None else None)
        _settle(service, work, change, Outcome.WITHDRAWN, administrator)
        facts = {"kind": change.kind.value, "proposal": change.number}
        put_on_account(service, work, AuditAct.STAFF_CHANGE_WITHDRAWN, change.officer_no, administrator.number, facts)
        work.commit()


def change_at_the_server(
    service: Service, number: str, kind: ChangeKind, *, roles: frozenset[Role] | None = None
) -> Invited | Officer:
    """What the operator of the server may do alone, on record: there may be no second administrator yet, or any more.

    Raises NotOnRecord, ChangeRefused.
    """
    with service.database.write() as work:
        officer = read_officer(work, number)
        require(_against(work, officer, kind, roles))
        now = service.now()
        change = StaffChange(number=0, kind=kind, officer_no=number, roles=roles, proposed_by=OPERATOR, proposed_at=now)
        done = carry_out(service, work, change, by=OPERATOR)
        work.commit()
    return done


def carry_out(service: Service, work: UnitOfWork, change: StaffChange, *, by: str) -> Invited | Officer:
    """Do to the account what was agreed on."""
    officer = read_officer(work, change.officer_no)
    work.sessions.end_all(officer.number, end=SessionEnd.ACCOUNT_CHANGED, at=service.now())
    match change.kind:
        case ChangeKind.OPEN:
            opened = replace(officer, active=True)
            work.staff.save(opened)
            put_on_account(service, work, AuditAct.OFFICER_ADDED, officer.number, by, _of(change))
            return invite(service, work, opened, by=by)
        case ChangeKind.FACTORS:
            work.factors.remove_all(officer.number)
            put_on_account(service, work, AuditAct.OFFICER_FACTORS_RESET, officer.number, by, _of(change))
            return invite(service, work, officer, by=by)
        case ChangeKind.ROLES:
            assert change.roles is not None
            changed = replace(officer, roles=change.roles)
            work.staff.save(changed)
            facts = _of(change) | {"roles": listed(changed.roles), "before": listed(officer.roles)}
            put_on_account(service, work, AuditAct.OFFICER_ROLES_CHANGED, officer.number, by, facts)
            return changed


def _against(
    work: UnitOfWork, officer: Officer, kind: ChangeKind, roles: frozenset[Role] | None
) -> ChangeGround | None:
    """What the record says against a change."""
    match kind:
        case ChangeKind.OPEN:
            return ChangeGround.NOTHING_TO_CHANGE if officer.active else None
        case ChangeKind.FACTORS:
            held = work.factors.of_officer(officer.number)
            return None if held.any and officer.active else ChangeGround.NOTHING_TO_CHANGE
        case ChangeKind.ROLES:
            if not roles:
                return ChangeGround.NO_ROLE
            return ChangeGround.NOTHING_TO_CHANGE if roles == officer.roles else None


def _propose(
    service: Service,
    work: UnitOfWork,
    kind: ChangeKind,
    officer: Officer,
    roles: frozenset[Role] | None,
    administrator: Officer,
) -> StaffChange:
    change = StaffChange(
        number=0,
        kind=kind,
        officer_no=officer.number,
        roles=roles,
        proposed_by=administrator.number,
        proposed_at=service.now(),
    )
    try:
        change = work.staff_changes.propose(change)
    except Conflict:
        raise ChangeRefused(ChangeGround.ALREADY_PROPOSED) from None
    facts: dict[str, str | int | None] = {"kind": kind.value, "proposal": change.number}
    if roles is not None:
        facts["roles"] = listed(roles)
    put_on_account(service, work, AuditAct.STAFF_CHANGE_PROPOSED, officer.number, administrator.number, facts)
    return change


def _settle(service: Service, work: UnitOfWork, change: StaffChange, outcome: Outcome, by: Officer) -> None:
    settled = replace(change, outcome=outcome, settled_by=by.number, settled_at=service.now())
    try:
        work.staff_changes.settle(settled)
    except Conflict:
        raise ChangeRefused(ChangeGround.ALREADY_SETTLED) from None


def _of(change: StaffChange) -> dict[str, str | int | None]:
    return {"proposal": change.number, "proposed_by": change.proposed_by}
