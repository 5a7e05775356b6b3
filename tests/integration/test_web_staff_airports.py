"""What head office sees of the airports."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.credential.journal import FIRST, row_hash
from clearance.domain.desk import Airport, Desk, Holding
from clearance.domain.desk_journal import JournalRow, RowKind
from clearance.domain.staff import Role
from clearance.issuing import desks
from clearance.issuing.airports import airports_now
from clearance.issuing.desk_journals import take_rows
from tests.fakes.office import APPROVER, NOW, draft, officer
from tests.integration.staff_pages import Workplace, open_workplace, words

AT = int(NOW.timestamp())
AUDITOR = officer("U-1", Role.AUDITOR)
LINK = "https://bmet.example/?id=<b>42</b>"


class Journal:
    """Rows as a desk writes them, handed to the office."""

    def __init__(self, at: Workplace, airport: Airport, counter: str) -> None:
        self.service = at.office.service
        self.desk: Desk = desks.enrol(self.service, airport=airport, counter=counter).desk
        self.seq, self.previous, self.name = 0, FIRST, ""

    def write(self, kind: RowKind, *, minutes: int = 0, **columns: str | int | None) -> None:
        self.seq += 1
        nonce = f"{int(self.desk.counter):02x}{self.desk.airport.value.encode().hex()}{self.seq:024x}"
        row = {"seq": self.seq, "nonce": nonce, "at": AT + 60 * minutes, "previous": self.previous, **columns}
        row["hash"] = self.previous = row_hash(row)
        self.name = self.name or self.previous
        rows = [JournalRow(kind=kind, columns=row)]
        for _ in range(2):  # a row that does not follow is asked for twice
            take_rows(self.service, self.desk, journal=self.name, rows=rows)

    def report(self, *, rows: int, list_age_s: int) -> None:
        lists = {"https://s.bmet.gov.bd/26a": int(self.service.now().timestamp()) - list_age_s}
        desks.report(self.service, self.desk.id, Holding(trust_sequence=3, lists=lists, software="1", rows=rows))


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        workplace.hire(AUDITOR)
        yield workplace


def test_desks_refusals_departures_contradictions_and_forgeries_are_seen(workplace: Workplace) -> None:
    card = workplace.office.issue(draft(1)).clearance_no
    dhaka, sylhet = Journal(workplace, Airport.DHAKA, "1"), Journal(workplace, Airport.SYLHET, "2")
    for desk, minutes in ((dhaka, 1), (sylhet, 9)):
        desk.write(RowKind.SCAN, reason="valid", clearance_no=card, minutes=minutes)
        desk.write(RowKind.ACT, act="let_pass", ground=None, clearance_no=card, minutes=minutes)
    dhaka.write(RowKind.SCAN, reason="web_link", clearance_no=None, text=LINK, minutes=12)
    dhaka.write(RowKind.ACT, act="refer", ground="forged", clearance_no=None, minutes=13)
    dhaka.report(rows=7, list_age_s=3600)
    page = workplace.desk_of(AUDITOR).get("/staff/airports/")
    seen = words(page)
    assert page.status_code == 200
    assert "1 clearance was used more than once" in seen
    assert "DAC-1 · 22 November 2026, 12:01 ZYL-2 · 22 November 2026, 12:09" in seen
    assert "The card seems forged 1" in seen
    assert "Look-alike: this QR code is only a web link. 1" in seen
    assert LINK in seen  # as text
    assert "<b>42</b>" not in page.text
    now = airports_now(workplace.office.service)
    assert [(each.desk.name, each.unsent, each.list_age_s) for each in now.desks] == [
        ("DAC-1", 3, 3600),
        ("ZYL-2", 0, None),
    ]
    assert now.departures == {Airport.DHAKA: 1, Airport.CHATTOGRAM: 0, Airport.SYLHET: 1}


def test_a_journal_that_was_altered_is_named(workplace: Workplace) -> None:
    dhaka = Journal(workplace, Airport.DHAKA, "1")
    dhaka.write(RowKind.SCAN, reason="valid", clearance_no="A")
    dhaka.previous = "f" * 64
    dhaka.write(RowKind.SCAN, reason="valid", clearance_no="B")
    seen = words(workplace.desk_of(AUDITOR, language="bn").get("/staff/airports/"))
    assert "জার্নাল ২ নম্বর সারিতে বদলানো" in seen


def test_yesterday_is_not_counted_today(workplace: Workplace) -> None:
    dhaka = Journal(workplace, Airport.DHAKA, "1")
    dhaka.write(RowKind.SCAN, reason="valid", clearance_no="A", minutes=-13 * 60)
    assert airports_now(workplace.office.service).scans == {}


def test_the_page_is_for_those_who_oversee(workplace: Workplace) -> None:
    assert workplace.desk_of(APPROVER).get("/staff/airports/").status_code == 403
