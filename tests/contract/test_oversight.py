"""What every database promises about look-ups, witnesses, findings, absences, orders to void and statistics."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clearance.domain.findings import Acknowledgement, FindingKind, Severity, finding
from clearance.domain.oversight import Absence, LookedUp, Lookup, LookupKind
from clearance.domain.void_order import VoidItem, VoidOrder, VoidOutcome
from clearance.issuing.ports import Conflict, Database, NotOnRecord, UnitOfWork, WitnessedCheckpoint
from tests.fakes.office import APPROVER, CLERK, ISSUER, NOW, TODAY
from tests.fakes.values import application

LOOK = Lookup(at=NOW, officer_no=APPROVER.number, kind=LookupKind.CASE, subject="APP-00000001", device="browser")
FOUND = finding(FindingKind.OUT_OF_HOURS, "A-1@2026-11-22", TODAY, officer="A-1", count=3, first="20:01", last="23:40")
ORDER = VoidOrder(
    number="VO-00000000",
    target_no=APPROVER.number,
    since=NOW - timedelta(days=3),
    reason="the password was sold",
    ordered_by=ISSUER.number,
    ordered_at=NOW,
    ordered_device="browser",
)


def looked(work: UnitOfWork, *subjects: str, minutes_ago: float) -> None:
    for subject in subjects:
        work.oversight.lookups.add(replace(LOOK, subject=subject, at=NOW - timedelta(minutes=minutes_ago)))


def test_looks_are_counted_by_what_was_looked_at(database: Database) -> None:
    with database.note() as work:
        looked(work, "APP-1", "APP-1", "APP-2", minutes_ago=5)
        looked(work, "APP-1", "APP-3", minutes_ago=90)
        looked(work, "APP-4", minutes_ago=60 * 25)
        work.oversight.lookups.add(replace(LOOK, officer_no=CLERK.number))
        work.commit()
    with database.read() as work:
        lookups = work.oversight.lookups
        assert lookups.lately(APPROVER.number, now=NOW) == LookedUp(in_an_hour=2, in_a_day=3)
        assert lookups.seen_lately(APPROVER.number, "APP-2", now=NOW)
        assert not lookups.seen_lately(APPROVER.number, "APP-3", now=NOW)
        assert lookups.count(officer_no="", subject="") == 7
        assert lookups.count(officer_no=APPROVER.number, subject="APP-1") == 3
        (newest,) = lookups.find(officer_no="", subject="", limit=1, offset=0)
        assert newest == replace(LOOK, officer_no=CLERK.number)


def test_a_note_goes_beside_the_record(database: Database) -> None:
    with database.note() as work:
        looked(work, "APP-1", minutes_ago=0)
        head = work.audit.head()
        work.commit()
    with database.read() as work:
        assert work.audit.head() == head


def test_what_a_desk_witnessed_is_kept_once(database: Database) -> None:
    from tests.fakes.values import desk

    seen = WitnessedCheckpoint(
        desk_id=desk().id, number=7, digest="a" * 64, issued_at=1_800_000_000, reported_at=NOW, token=b"proof"
    )
    with database.write() as work:
        work.desks.add(desk())
        for each in (seen, replace(seen, reported_at=NOW + timedelta(days=1)), replace(seen, digest="b" * 64)):
            work.oversight.witnesses.add(each)
        work.oversight.witnesses.add(replace(seen, number=9, issued_at=seen.issued_at + 300))
        work.commit()
    with database.read() as work:
        assert work.oversight.witnesses.newest() == [replace(seen, number=9, issued_at=seen.issued_at + 300)]
        assert work.oversight.witnesses.heads(limit=2) in (
            [(9, "a" * 64), (7, "b" * 64)],
            [(9, "a" * 64), (7, "a" * 64)],
        )
        assert len(work.oversight.witnesses.heads(limit=10)) == 3


def test_a_finding_is_kept_once_and_acknowledged_once(database: Database) -> None:
    severe = finding(FindingKind.CARD_GONE, "BMET-2026-0000000000X", TODAY, case="APP-1")
    done = Acknowledgement(officer_no=ISSUER.number, at=NOW, remark="a night shift by order")
    with database.write() as work:
        findings = work.oversight.findings
        assert findings.add(FOUND, at=NOW)
        assert not findings.add(replace(FOUND, facts={"count": 4}), at=NOW)
        assert findings.add(severe, at=NOW)
        work.commit()
    with database.write() as work:
        findings = work.oversight.findings
        kept = findings.find(open_only=True, least=Severity.NOTICE, limit=10, offset=0)
        assert [each.finding for each in kept] == [severe, FOUND]
        findings.acknowledge(kept[1].number, done)
        with pytest.raises(Conflict):
            findings.acknowledge(kept[1].number, done)
        with pytest.raises(NotOnRecord):
            findings.acknowledge(999, done)
        work.commit()
    with database.read() as work:
        findings = work.oversight.findings
        assert findings.count(open_only=True, least=Severity.NOTICE) == 1
        assert findings.count(open_only=False, least=Severity.SEVERE) == 1
        again = findings.get(kept[1].number)
        assert again is not None
        assert (again.acknowledged, again.finding.severity) == (done, Severity.WARNING)
        assert findings.get(999) is None


def test_leave_covers_both_of_its_ends(database: Database) -> None:
    leave = Absence(officer_no=APPROVER.number, first_day=date(2026, 11, 20), last_day=date(2026, 11, 24))
    with database.write() as work:
        work.oversight.absences.put(replace(leave, last_day=date(2026, 12, 31)))
        work.oversight.absences.put(leave)
        work.commit()
    with database.read() as work:
        days = [date(2026, 11, day) for day in (19, 20, 24, 25)]
        assert [bool(work.oversight.absences.on(day)) for day in days] == [False, True, True, False]


def test_an_order_to_void_is_done_case_by_case(database: Database) -> None:
    cases = [application(number) for number in (1, 2)]
    with database.write() as work:
        for case in cases:
            work.applications.add(case)
        orders = work.oversight.void_orders
        orders.add(ORDER)
        with pytest.raises(Conflict):
            orders.add(replace(ORDER, number="VO-00000001"))
        orders.save(ORDER.consented(CLERK.number, NOW))
        orders.put_items(ORDER.number, [case.reference for case in cases])
        work.commit()
    first, second = sorted(case.reference for case in cases)
    item = VoidItem(order_no=ORDER.number, reference=first, outcome=VoidOutcome.LEFT, done_at=NOW)
    with database.write() as work:
        orders = work.oversight.void_orders
        assert orders.waiting(ORDER.number, limit=1) == [first]
        orders.settle(item)
        with pytest.raises(NotOnRecord):
            orders.settle(item)
        assert orders.waiting(ORDER.number, limit=5) == [second]
        assert dict(orders.outcomes(ORDER.number)) == {"left": 1, "": 1}
        orders.save(ORDER.consented(CLERK.number, NOW).done(NOW))
        orders.add(replace(ORDER, number="VO-00000002"))
        with pytest.raises(NotOnRecord):
            orders.save(replace(ORDER, number="VO-99999999"))
        work.commit()
    with database.read() as work:
        assert {order.number for order in work.oversight.void_orders.all()} == {"VO-00000000", "VO-00000002"}
        done = work.oversight.void_orders.get("VO-00000000")
        assert done is not None
        assert (done.done_at, done.consented_by) == (NOW, CLERK.number)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ordered_by": APPROVER.number},
        {"consented_by": APPROVER.number, "consented_at": NOW},
        {"consented_by": ISSUER.number, "consented_at": NOW},
        {"done_at": NOW},
    ],
)
def test_the_real_databases_hold_an_order_to_two_other_officers(
    database: Database, wrong: dict[str, object], request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["database"] == "fake":
        pytest.skip("the fake knows no CHECK constraints")
    with database.write() as work, pytest.raises(Conflict):
        work.oversight.void_orders.add(replace(ORDER, **wrong))
