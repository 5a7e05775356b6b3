"""What the office promises about the journals of its desks, on every database."""

from datetime import UTC, datetime, timedelta

import pytest

from clearance.credential.journal import FIRST
from clearance.domain.desk import Airport, Desk
from clearance.domain.desk_journal import Departure, JournalPlace, JournalRow, KeptRow, RowKind
from clearance.domain.findings import FindingKind, Severity
from clearance.domain.record_checks import about_scans
from clearance.domain.tokens import token_sha256
from clearance.issuing.ports import Conflict, Database, DeskDay
from tests.fakes.office import NOW, TODAY

JOURNAL = "a" * 64
AT = int(NOW.timestamp())


@pytest.fixture(autouse=True)
def enrolled(database: Database) -> None:
    with database.write() as work:
        for number in (1, 2):
            work.desks.add(
                Desk(
                    id=f"DSK-0000000{number}",
                    name=f"DAC-{number}",
                    airport=Airport.DHAKA,
                    counter=str(number),
                    token_sha256=token_sha256(str(number)),
                    enrolled_by="operator",
                    enrolled_at=NOW,
                )
            )
        work.commit()


def place(desk: int = 1, **changes: object) -> JournalPlace:
    return JournalPlace(desk_id=f"DSK-0000000{desk}", journal=JOURNAL, **changes)  # type: ignore[arg-type]


def kept(seq: int, *, desk: int = 1, kind: RowKind = RowKind.SCAN, minutes: int = 0, **columns: str | None) -> KeptRow:
    nonce = f"{desk}{seq:031x}"
    row = {"seq": seq, "nonce": nonce, "at": AT + 60 * minutes, "previous": FIRST, "hash": f"{seq:064x}", **columns}
    return KeptRow(
        desk_id=f"DSK-0000000{desk}",
        journal=JOURNAL,
        row=JournalRow(kind=kind, columns=row),
        sound=True,
        received_at=NOW + timedelta(hours=1),
    )


def departure(clearance_no: str, seq: int, *, desk: int = 1, minutes: int = 0) -> Departure:
    return Departure(
        nonce=f"{desk}{seq:031x}",
        clearance_no=clearance_no,
        desk_id=f"DSK-0000000{desk}",
        desk_name=f"DAC-{desk}",
        at=datetime.fromtimestamp(AT + 60 * minutes, UTC),
        received_at=NOW + timedelta(hours=1),
    )


def keep(database: Database, at: JournalPlace, *rows: KeptRow, departures: tuple[Departure, ...] = ()) -> None:
    with database.write() as work:
        work.desk_journals.keep(at, rows)
        work.desk_journals.add_departures(departures)
        work.commit()


def test_a_journal_is_held_up_to_the_place_kept_last(database: Database) -> None:
    with database.read() as work:
        assert work.desk_journals.place("DSK-00000001", JOURNAL) == place()
        assert work.desk_journals.places() == []
    keep(database, place(taken=1, head="1" * 64), kept(1))
    keep(database, place(taken=2, head="2" * 64, broken_at=2), kept(2))
    keep(database, place(desk=2, taken=1, head="3" * 64), kept(1, desk=2))
    with database.read() as work:
        assert work.desk_journals.place("DSK-00000001", JOURNAL) == place(taken=2, head="2" * 64, broken_at=2)
        assert len(work.desk_journals.places()) == 2
        assert work.desk_journals.known([kept(1).row.nonce, kept(3).row.nonce]) == {kept(1).row.nonce}
        assert work.desk_journals.known([]) == frozenset()


def test_a_nonce_is_held_once(database: Database) -> None:
    keep(database, place(taken=1), kept(1))
    with pytest.raises(Conflict), database.write() as work:
        work.desk_journals.keep(place(taken=2), [kept(2), kept(1)])
    with database.read() as work:
        assert work.desk_journals.place("DSK-00000001", JOURNAL).taken == 1
        assert work.desk_journals.known([kept(2).row.nonce]) == frozenset()


def test_departures_are_numbered_as_they_come_and_read_from_a_number_on(database: Database) -> None:
    keep(database, place(taken=1), kept(1), kept(2), departures=(departure("B", 1, minutes=9), departure("A", 2)))
    keep(database, place(desk=2, taken=1), kept(1, desk=2), departures=(departure("B", 1, desk=2),))
    with database.read() as work:
        heard = work.desk_journals.departures(after=0, limit=10)
        assert [each.clearance_no for each in heard] == ["B", "A", "B"]
        assert heard[0].number < heard[1].number < heard[2].number
        assert work.desk_journals.departures(after=heard[0].number, limit=1) == [heard[1]]
        assert work.desk_journals.departures_of("B") == [heard[2], heard[0]]
        assert work.desk_journals.used_twice(limit=10) == ["B"]


def test_what_desks_did_is_counted_from_a_moment_on(database: Database) -> None:
    keep(
        database,
        place(taken=5),
        kept(1, reason="valid", minutes=-1),
        kept(2, reason="valid"),
        kept(3, kind=RowKind.ACT, act="let_pass", clearance_no="A"),
        kept(4, reason="web_link", text="https://example.com/"),
        kept(5, kind=RowKind.ACT, act="refer", ground="forged"),
    )
    with database.read() as work:
        assert work.desk_journals.days(since=NOW.replace(microsecond=0)) == {
            "DSK-00000001": DeskDay(scans={"valid": 1, "web_link": 1}, referrals={"forged": 1}, departures=1)
        }
        assert work.desk_journals.days(since=NOW + timedelta(days=1)) == {}
        assert work.desk_journals.evidence(limit=5) == [kept(4, reason="web_link", text="https://example.com/")]


def test_a_card_that_a_desk_proved_and_nobody_here_issued_is_found(database: Database) -> None:
    lost = [kept(1, clearance_no="BMET-2026-LOST"), kept(2, clearance_no="BMET-2026-LOST"), kept(3)]
    keep(database, place(taken=4), *lost, kept(4, kind=RowKind.ACT, clearance_no="BMET-2026-ACT"))
    with database.read() as work:
        assert work.oversight.books.scanned_unknown() == [("BMET-2026-LOST", 2)]
    found = list(about_scans([("BMET-2026-LOST", 2)], day=TODAY))
    assert [(each.kind, each.subject, each.severity) for each in found] == [
        (FindingKind.CARD_NOT_IN_BOOKS, "BMET-2026-LOST", Severity.SEVERE)
    ]
