"""Looks at persons are noted and bounded, findings acknowledged, desks' testimony compared with the record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.checkpoint import Checkpoint, sign_checkpoint
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.desk import Airport, Desk
from clearance.domain.findings import FindingKind, Severity, finding
from clearance.domain.oversight import LookupKind, OversightPolicy, Quota
from clearance.domain.staff import Role
from clearance.domain.statistics import Counts, Dimension
from clearance.issuing import audit, findings, lookups, statistics, witness
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.desks import enrol
from clearance.issuing.ports import AuditSought, Conflict, NotOnRecord
from tests.fakes.database import FakeDatabase
from tests.fakes.office import (
    APPROVER,
    DEVICE,
    ISSUER,
    NOW,
    TODAY,
    OfficeAtWork,
    demo_keys,
    desk_at,
    draft,
    expect,
    officer,
    open_office,
)

AUDITOR = officer("AU-1", Role.AUDITOR)


@pytest.fixture
def office() -> OfficeAtWork:
    made = open_office()
    with made.service.database.write() as work:
        work.staff.add(AUDITOR)
        work.commit()
    made.service = replace(made.service, oversight=OversightPolicy(quota=Quota(an_hour=3, a_day=5)))
    return made


def look(office: OfficeAtWork, *subjects: str) -> None:
    for subject in subjects:
        lookups.note(office.service, officer=APPROVER, kind=LookupKind.CASE, subject=subject, device=DEVICE)


def alarms(office: OfficeAtWork) -> int:
    with office.service.database.read() as work:
        return sum(1 for link in work.audit.links() if link.act == AuditAct.LOOKUPS_USED_UP)


class TestLookUps:
    def test_different_persons_are_counted_and_the_same_one_is_not(self, office: OfficeAtWork) -> None:
        look(office, "APP-1", "APP-1", "APP-2", "APP-1", "APP-3")
        with pytest.raises(lookups.LookupsUsedUp):
            look(office, "APP-4")
        look(office, "APP-2")  # what is open stays open

    def test_it_is_one_officer_who_is_bounded(self, office: OfficeAtWork) -> None:
        look(office, "APP-1", "APP-2", "APP-3")
        lookups.note(office.service, officer=ISSUER, kind=LookupKind.CARD, subject="APP-4", device=DEVICE)

    def test_an_hour_later_more_may_be_seen_until_the_day_is_used_up(self, office: OfficeAtWork) -> None:
        look(office, "APP-1", "APP-2", "APP-3")
        office.clock.advance(minutes=61)
        look(office, "APP-4", "APP-5")
        office.clock.advance(minutes=61)
        with pytest.raises(lookups.LookupsUsedUp):
            look(office, "APP-6")
        office.clock.advance(hours=24)
        look(office, "APP-6")

    def test_one_alarm_an_hour_goes_on_record(self, office: OfficeAtWork) -> None:
        look(office, "APP-1", "APP-2", "APP-3")
        for _ in range(3):
            with pytest.raises(lookups.LookupsUsedUp):
                look(office, "APP-9")
        assert alarms(office) == 1

    def test_a_refused_look_is_not_noted_as_one(self, office: OfficeAtWork) -> None:
        look(office, "APP-1", "APP-2", "APP-3")
        with pytest.raises(lookups.LookupsUsedUp):
            look(office, "APP-4")
        page = lookups.looked_up(office.service, officer_no=APPROVER.number, subject="", page=1)
        assert [each.subject for each in page.items] == ["APP-3", "APP-2", "APP-1"]


class TestFindings:
    FOUND = finding(FindingKind.SHARED_DEVICE, "browser@day", TODAY, device="browser", officers="A-1, A-2")

    @pytest.fixture
    def number(self, office: OfficeAtWork) -> int:
        with office.service.database.write() as work:
            work.oversight.findings.add(self.FOUND, at=NOW)
            work.commit()
        page = findings.findings(office.service, open_only=True, least=Severity.NOTICE, page=1)
        return page.items[0].number

    def test_an_auditor_says_what_came_of_it_once(self, office: OfficeAtWork, number: int) -> None:
        done = expect(
            findings.acknowledge(office.service, number, officer=AUDITOR, device=DEVICE, remark=" one laptop broke ")
        )
        assert done.acknowledged is not None
        assert done.acknowledged.remark == "one laptop broke"
        assert findings.findings(office.service, open_only=True, least=Severity.NOTICE, page=1).total == 0
        with pytest.raises(Conflict):
            findings.acknowledge(office.service, number, officer=AUDITOR, device=DEVICE, remark="again")

    @pytest.mark.parametrize("remark", ["", "  ", "x" * 501])
    def test_with_a_remark_that_fits(self, office: OfficeAtWork, number: int, remark: str) -> None:
        outcome = findings.acknowledge(office.service, number, officer=AUDITOR, device=DEVICE, remark=remark)
        assert isinstance(outcome, Refused)

    def test_nobody_else(self, office: OfficeAtWork, number: int) -> None:
        outcome = findings.acknowledge(office.service, number, officer=APPROVER, device=DEVICE, remark="fine")
        assert isinstance(outcome, Refused)
        with pytest.raises(NotOnRecord):
            findings.finding(office.service, 99)

    def test_leave_has_its_days_in_order(self, office: OfficeAtWork) -> None:
        with pytest.raises(ValueError, match="before"):
            findings.enter_absence(office.service, "A-1", first_day=TODAY, last_day=TODAY - timedelta(days=1))


class TestWitnesses:
    @pytest.fixture
    def desk(self, office: OfficeAtWork) -> Desk:
        return enrol(office.service, airport=Airport.DHAKA, counter="1").desk

    def hear(self, office: OfficeAtWork, desk: Desk, number: int, digest: bytes) -> int:
        said = Checkpoint(issuer="bmet.gov.bd", number=number, digest=digest, issued_at=int(NOW.timestamp()))
        token = sign_checkpoint(said, signer=demo_keys().status)
        signers = desk_at(int(NOW.timestamp()), frozenset()).signers
        return witness.testify(office.service, desk, [token, b"garbage"], signers=signers)

    def test_a_desk_that_holds_the_same_record_agrees(self, office: OfficeAtWork, desk: Desk) -> None:
        office.approve(draft(1))
        publish_checkpoint(office.room)
        seen = office.publisher.checkpoint
        assert seen is not None
        office.approve(draft(2))
        assert self.hear(office, desk, seen.number, seen.digest) == 0
        (testimony,) = witness.testimonies(office.service)
        assert testimony.agrees
        assert testimony.witnessed is not None
        assert testimony.witnessed.number == seen.number
        assert audit.verify(office.service).faults == ()

    def test_a_desk_that_holds_another_is_put_on_record_once_and_the_check_says_where(
        self, office: OfficeAtWork, desk: Desk
    ) -> None:
        office.approve(draft(1))
        for _ in range(2):
            assert self.hear(office, desk, 2, b"\0" * 32) == 1
        assert not witness.testimonies(office.service)[0].agrees
        found = audit.entries(office.service, AuditSought(act=AuditAct.WITNESS_DISAGREES))
        assert len(found) == 1
        assert [fault.first for fault in audit.verify(office.service).faults] == [2]

    def test_a_record_that_was_cut_off_is_missed_by_its_witness(self, office: OfficeAtWork, desk: Desk) -> None:
        assert self.hear(office, desk, 5_000, b"\0" * 32) == 1
        assert audit.verify(office.service).faults[0].kind.value == "missing"


class TestTheRecordHandedOut:
    def test_an_export_is_checked_without_the_database(self, office: OfficeAtWork) -> None:
        office.issue(draft(1))
        lines = list(audit.exported(office.service))
        told: list[int] = []
        report = audit.verify_export(lines, watch=told.append)
        assert (report.links, report.faults) == (len(lines), ())
        assert audit.verify_export([line.replace("A-1", "A-2") for line in lines]).faults
        assert audit.verify_export(lines[:2] + lines[3:]).faults

    @pytest.mark.parametrize("line", ["", "[]", "{}", '{"number": 1}', "not json", '{"number": "1"}'])
    def test_anything_else_is_no_export(self, line: str) -> None:
        with pytest.raises(audit.NotAnExport):
            audit.verify_export([line])

    def test_entries_are_found_by_who_what_which_and_when(self, office: OfficeAtWork) -> None:
        case = office.approve(draft(1))
        since, until = audit.span_of(TODAY)

        def numbers(**sought: object) -> list[int]:
            return [each.number for each in audit.entries(office.service, AuditSought(**sought))]  # type: ignore[arg-type]

        assert numbers(officer_no="A-1") == numbers(act="application.approved") == [3]
        assert numbers(subject=case.reference) == [3, 2, 1] == numbers(since=since, until=until)
        assert numbers(since=until) == []
        assert [each.number for each in audit.entries(office.service, AuditSought(), before=2)] == [1]


def test_cards_are_counted_by_what_became_of_them(office: OfficeAtWork) -> None:
    for index in range(3):
        office.issue(draft(index))
    table = statistics.table(office.service, Dimension.DESTINATION, first=TODAY, last=TODAY)
    assert table.rows == {"SAU": Counts(issued=3)}
    assert statistics.month_of(TODAY) == (TODAY.replace(day=1), TODAY.replace(day=30))
    assert (
        statistics.table(office.service, Dimension.DAY, first=NOW.date(), last=TODAY - timedelta(days=9)).first <= TODAY
    )


def test_who_takes_a_file_is_on_record(office: OfficeAtWork) -> None:
    assert isinstance(office.service.database, FakeDatabase)
    given = statistics.export(office.service, Dimension.SEX, month=TODAY, officer=AUDITOR, device=DEVICE)
    assert given is not None
    (entry,) = audit.entries(office.service, AuditSought(act=AuditAct.STATISTICS_EXPORTED))
    assert entry.entry.officer_no == "AU-1"
