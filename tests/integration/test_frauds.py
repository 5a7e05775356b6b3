"""The nightly report finds one hundred of one hundred frauds, and leaves an honest month alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clearance.domain.clearance import RevocationReason
from clearance.domain.findings import Finding, FindingKind, Severity
from clearance.domain.staff import Officer
from clearance.issuing.findings import enter_absence
from clearance.issuing.people import block_officer
from clearance.issuing.reconcile import reconcile
from clearance.issuing.revoke import revoke
from tests.fakes.honest_month import LATE, PERMITS, TEAMS, Month, device_of, live_honestly, open_month, working_days
from tests.fakes.office import SECOND_ISSUER
from tests.fakes.sqlite import sqlite_database

Expected = tuple[FindingKind, str]
"""A kind, and a text that the finding's subject or facts must contain."""
K = FindingKind
FORGED = "BMET-2026-FORGED{:04d}X"


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder: Path = tmp_path_factory.mktemp("month")
    with sqlite_database(folder) as database, open_month(database, folder) as made:
        yield made


@pytest.fixture(scope="module")
def honest(month: Month) -> dict[date, tuple[Finding, ...]]:
    """What the report says of each day of the honest month, as the worker makes it every night."""
    days = live_honestly(month)
    return {day: reconcile(month.office.service, day).found for day in days}


def test_an_honest_month_raises_no_alarm(month: Month, honest: dict[date, tuple[Finding, ...]]) -> None:
    found = [each for findings in honest.values() for each in findings]
    alarms = [each for each in found if each.severity >= Severity.WARNING]
    print(f"\nhonest month: {len(month.cards)} cards, {len(honest)} days, {len(alarms)} alarms, {len(found)} findings")
    assert alarms == []
    assert [each.kind for each in found] == [K.REJECTED_THEN_APPROVED] * 2  # notes about two who applied anew


def test_one_hundred_frauds_are_found(month: Month, honest: dict[date, tuple[Finding, ...]]) -> None:
    known = {(each.kind, each.subject) for findings in honest.values() for each in findings}
    days = list(working_days(max(honest) + timedelta(days=1), 12))
    expected = [*through_the_program(month, days), *behind_its_back(month)]
    assert len(expected) == 100
    found = [each for day in [*days, *_fridays(days)] for each in reconcile(month.office.service, day).found]
    new = {(each.kind, each.subject): each for each in found if (each.kind, each.subject) not in known}
    missed = [each for each in expected if not any(_fits(each, finding) for finding in new.values())]
    print(f"\nfrauds: {len(expected) - len(missed)} of {len(expected)} found")
    assert missed == []


def test_they_are_kept_once_however_often_the_report_runs(
    month: Month, honest: dict[date, tuple[Finding, ...]]
) -> None:
    day = max(honest)
    assert reconcile(month.office.service, day).new == ()


def _fits(expected: Expected, finding: Finding) -> bool:
    kind, about = expected
    return finding.kind is kind and about in f"{finding.subject} {finding.facts}"


def _fridays(days: list[date]) -> list[date]:
    return [day for day in (days[0] + timedelta(days=n) for n in range(7)) if day.weekday() == 4]


def through_the_program(month: Month, days: list[date]) -> Iterator[Expected]:
    """Twenty-two that need no more than a password."""
    first, second = TEAMS
    (friday,) = _fridays(days)
    for day, hours in ((days[0], (20.5, 21.0, 21.5, 22.0)), (friday, (10.0, 11.0, 12.0, 13.0))):
        month.work(day, [month.next_draft()], LATE, hours=hours)
        yield from ((K.OUT_OF_HOURS, f"{who.number}@{day}") for who in LATE.members[1:])
    for day in days[1:5]:
        borrowed = device_of(first.checker)
        month.work(day, [month.next_draft()], first, devices={first.approver.number: borrowed})
        yield K.SHARED_DEVICE, f"{borrowed}@{day}"
    for day in days[1:5]:
        again = month.next_draft()
        month.work(day, [again], second, hours=(9.2, 11.3, 13.7, 16.4), until="reject")
        bought = replace(again, payment=replace(again.payment, receipt_no=f"{again.payment.receipt_no}B"))
        third_clerk = replace(second, clerk=first.clerk)
        (card,) = month.work(day, [bought], third_clerk, hours=(14.0, 14.4, 14.8, 16.7))
        yield K.REJECTED_THEN_APPROVED, card.application_reference
    for day, permit in ((days[6], PERMITS[0]), (days[7], PERMITS[1])):
        month.work(day, [month.next_draft(permit) for _ in range(21)], second, pause_s=60)
        yield K.AGENCY_SPIKE, f"{permit.licence_no}@{day}"
        yield K.MANY_DECISIONS, f"{second.approver.number}@{day}"
    for day in days[8:10]:
        month.work(day, [month.next_draft() for _ in range(6)], first, pause_s=2)
        yield K.TOO_FAST, f"{first.approver.number}@{day}"
    yield from _by_absent_and_blocked(month, days)


def _by_absent_and_blocked(month: Month, days: list[date]) -> Iterator[Expected]:
    service, first = month.office.service, TEAMS[0]
    day = days[10]
    enter_absence(service, first.issuer.number, first_day=day - timedelta(days=2), last_day=day + timedelta(days=5))
    month.work(day, [month.next_draft()], first)
    yield K.ABSENT_OFFICER, f"{first.issuer.number}@{day}"
    month.work(days[11], [month.next_draft()], first)
    yield K.ABSENT_OFFICER, f"{first.issuer.number}@{days[11]}"


def behind_its_back(month: Month) -> Iterator[Expected]:
    """Seventy-eight by somebody who owns the database, each on a card of its own."""
    cards = iter(month.cards[:-20])
    revived = [next(cards) for _ in range(6)]
    for card in revived:
        revoke(
            month.office.service,
            card.clearance_no,
            officer=SECOND_ISSUER,
            device="browser:I-2",
            reason=RevocationReason.VISA_CANCELLED,
            remark="cancelled by the employer",
        )
    blocked = (LATE.checker, LATE.approver)
    month.office.clock.advance(minutes=5)
    for who in blocked:
        block_officer(month.office.service, number=who.number)
    _drop_the_guards(month)
    for card in revived:
        month.sql(
            "UPDATE clearances SET status = 0, revoked_by = NULL, revoked_at = NULL WHERE clearance_no = ?",
            card.clearance_no,
        )
        yield K.CARD_REVIVED, card.clearance_no
    for seed in (_edits, _forgeries, _gone, _signatures, _permits, _reuse, _acts, _record):
        yield from seed(month, lambda: next(cards).clearance_no)
    yield from _blocked(month, blocked, lambda: next(cards).clearance_no)


Next = Callable[[], str]
OF_CARD = "reference = (SELECT application_reference FROM clearances WHERE clearance_no = ?)"


def _drop_the_guards(month: Month) -> None:
    month.sql("PRAGMA foreign_keys = OFF")
    for (name,) in month.insider.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        month.sql(f"DROP TRIGGER {name}")


def _edits(month: Month, card: Next) -> Iterator[Expected]:
    """Eight cards whose cases were edited after they were signed, four that were paid for afterwards."""
    changes = (
        "name_en = 'SOMEBODY ELSE'",
        "birth_date = '2001-01-01'",
        "passport_no = 'Z0000001'",
        "destination = 'QAT'",
    )
    for number in range(8):
        clearance_no = card()
        change = changes[number % 4].replace("Z0000001", f"Z000000{number}")
        assert month.sql(f"UPDATE applications SET {change} WHERE {OF_CARD}", clearance_no) == 1
        yield K.CARD_DIFFERS, clearance_no
    for _ in range(4):
        clearance_no = card()
        month.sql(f"UPDATE applications SET paid_on = '2027-03-01' WHERE {OF_CARD}", clearance_no)
        yield K.PAID_AFTER_CARD, clearance_no


def _forgeries(month: Month, card: Next) -> Iterator[Expected]:
    """Six cards of no case, six more cards of one case."""
    columns = [row[1] for row in month.insider.execute("PRAGMA table_info(clearances)")]
    for number in range(12):
        original, forged = card(), FORGED.format(number)
        changed = {"clearance_no": f"'{forged}'", "status": "3", "status_idx": str(number), "place_of": f"'X{number}'"}
        if number < 6:
            changed |= {"application_reference": f"'APP-FORGED{number:02d}'"}
        picked = ", ".join(changed.get(name, name) for name in columns)
        month.sql(f"INSERT INTO clearances SELECT {picked} FROM clearances WHERE clearance_no = ?", original)
        yield (K.CARD_WITHOUT_CASE if number < 6 else K.CARD_NOT_ON_RECORD), forged


def _gone(month: Month, card: Next) -> Iterator[Expected]:
    for _ in range(6):
        clearance_no = card()
        month.sql("DELETE FROM clearances WHERE clearance_no = ?", clearance_no)
        yield K.CARD_GONE, clearance_no


def _signatures(month: Month, card: Next) -> Iterator[Expected]:
    """Six cards were signed and never recorded: the signing counter knows."""
    for number in range(6):
        signed = f"BMET-2026-SIGNED{number:04d}Y"
        values = "'2026-12-01 08:00:00.000000', ?, ?"
        month.sql(f"INSERT INTO signatures (at, clearance_no, payload_sha256) VALUES ({values})", signed, "0" * 64)
        yield K.SIGNATURE_WITHOUT_CARD, signed


def _permits(month: Month, card: Next) -> Iterator[Expected]:
    for number, permit in enumerate(PERMITS):
        month.sql("UPDATE permits SET used = ? WHERE number = ?", number, permit.number)
        yield K.PERMIT_MISCOUNTED, permit.number


def _reuse(month: Month, card: Next) -> Iterator[Expected]:
    """Six receipts written a little differently, six visas for one person on two cards."""
    for _ in range(6):
        one, other = card(), card()
        same = f"(SELECT replace(receipt_no, '-', ' ') FROM applications WHERE {OF_CARD})"
        month.sql(f"UPDATE applications SET receipt_no = {same} WHERE {OF_CARD}", one, other)
        yield K.RECEIPT_REUSED, _reference(month, other)
    for _ in range(6):
        one, other = card(), card()
        same = f"(SELECT visa_no FROM applications WHERE {OF_CARD})"
        month.sql(f"UPDATE applications SET visa_no = {same} WHERE {OF_CARD}", one, other)
        yield K.VISA_REUSED, _reference(month, other)


def _acts(month: Month, card: Next) -> Iterator[Expected]:
    """Six acts that nobody put on record, four cases of which one person made two signatures."""
    for _ in range(6):
        reference = _reference(month, card())
        month.sql(
            "INSERT INTO acts SELECT reference, 99, 'hold', 'care', 'held', 'X-1', at, device, NULL FROM acts"
            " WHERE reference = ? AND number = 1",
            reference,
        )
        yield K.ACT_NOT_ON_RECORD, f"{reference}/X-1"
    for _ in range(4):
        reference = _reference(month, card())
        same = "(SELECT officer_no FROM acts WHERE reference = ? AND move = 'check')"
        month.sql(f"UPDATE acts SET officer_no = {same} WHERE reference = ? AND move = 'approve'", reference, reference)
        yield K.ONE_OFFICER_TWICE, reference


def _record(month: Month, card: Next) -> Iterator[Expected]:
    """Four entries of the record were edited."""
    for number in (7, 70, 170, 271):
        month.sql("UPDATE audit_log SET officer_no = 'X-1' WHERE number = ?", number)
        yield K.RECORD_BROKEN, str(number)


def _blocked(month: Month, blocked: tuple[Officer, ...], card: Next) -> Iterator[Expected]:
    """Two closed accounts in whose name was decided all the same."""
    later = month.office.clock.at + timedelta(minutes=10)
    for who in blocked:
        reference = _reference(month, card())
        month.sql(
            "UPDATE acts SET officer_no = ?, at = ? WHERE reference = ? AND move = 'check'",
            who.number,
            f"{later:%Y-%m-%d %H:%M:%S.%f}",
            reference,
        )
        yield K.BLOCKED_OFFICER, who.number


def _reference(month: Month, clearance_no: str) -> str:
    found = month.insider.execute(
        "SELECT application_reference FROM clearances WHERE clearance_no = ?", (clearance_no,)
    ).fetchone()
    return str(found[0])
