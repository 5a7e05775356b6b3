"""Desks and office over a real line that fails now and then: nothing is lost, and nothing counts twice."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from werkzeug.serving import make_server

from clearance.credential.gate import Verdict
from clearance.credential.reasons import Reason
from clearance.domain.desk import Airport
from clearance.domain.desk_journal import JournalPlace
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import desks
from clearance.issuing.ports import Database
from tests.fakes.database import FakeDatabase
from tests.fakes.office import OfficeAtWork, draft
from tests.fakes.rows import Rows
from tests.integration.worker_pages import open_app
from tests.unit.desk.bureau import CLAIMS, NOW
from verifier.acts import Act, ActRecord, Departure, Ground
from verifier.cards import CardFile, fetch
from verifier.desk import ScanRecord, Source
from verifier.exchange import ROWS_AT_ONCE, Exchange
from verifier.heard import Heard, SharedJournal
from verifier.journal import ScanJournal
from verifier.line import Line
from verifier.passport import PassportInHand, ReadBy
from verifier.sync import opener

ELSEWHERE = "BMET-2026-ELSEWHERE00"


class FailingLine:
    """A network: some requests never arrive, of some the answer is lost."""

    def __init__(self, random: Random, *, failing: float) -> None:
        self.random, self.failing, self.real = random, failing, opener()

    def open(self, *args: Any, **named: Any) -> Any:
        fate = self.random.random()
        if fate < self.failing / 2:
            raise ConnectionRefusedError
        response = self.real.open(*args, **named)
        if fate < self.failing:
            response.close()
            raise ConnectionResetError
        return response


@dataclass
class DeskAtWork:
    """A desk's journal and memory in a folder, and its line to the office."""

    name: str
    desk_id: str
    home: Path
    url: str
    token: str | None
    line: FailingLine
    at: int = NOW
    journal: ScanJournal = field(init=False)
    heard: Heard = field(init=False)
    exchange: Exchange = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(exist_ok=True)
        self.open()

    def open(self) -> None:
        self.journal = ScanJournal(self.home / "journal.db", desk=self.name, version="1")
        self.heard = Heard(self.home / "heard.db")
        line = Line(name="office", url=self.url, token=lambda: self.token, opener=self.line)  # type: ignore[arg-type]
        self.exchange = Exchange(line, self.journal, self.heard, now=lambda: self.at)

    def scan(self, clearance_no: str, *, let_pass: bool | None = None) -> None:
        """A scan; then an act, unless the person went away."""
        self.at += 60
        claims = replace(CLAIMS, clearance_no=clearance_no)
        passport = PassportInHand(number=CLAIMS.passport_no, read_by=ReadBy.MRZ)
        verdict = Verdict(reason=Reason.VALID, claims=claims, kid=b"12345678", status_age_s=60)
        number = self.journal.append(
            ScanRecord(
                at=self.at, source=Source.CAMERA, text="NCF-", passport=passport, trust_sequence=1, verdict=verdict
            )
        )
        if let_pass is not None:
            act = Act.LET_PASS if let_pass else Act.REFER
            self.journal.act(
                ActRecord(at=self.at + 5, scan=number, act=act, ground=None if let_pass else Ground.OTHER_PERSON)
            )

    def forgery(self) -> None:
        self.at += 60
        verdict = Verdict(reason=Reason.WEB_LINK)
        self.journal.append(
            ScanRecord(
                at=self.at,
                source=Source.FILE,
                text="https://bmet.example/clearance?id=42&নাম=করিম",
                passport=None,
                trust_sequence=1,
                verdict=verdict,
            )
        )

    def talk_until_quiet(self) -> None:
        for _ in range(400):
            if self.exchange.exchange() and self.exchange.unsent() == 0:
                return
        raise AssertionError("the line never let everything through")

    def rows(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.journal.rows(after=0, limit=100_000)]


@dataclass
class Airports:
    """The office behind an address, and desks in front of it."""

    office: OfficeAtWork
    url: str
    home: Path
    random: Random
    made: list[DeskAtWork] = field(default_factory=list)

    def desk(self, airport: Airport, counter: str, *, failing: float = 0.0, enrolled: bool = True) -> DeskAtWork:
        known = desks.enrol(self.office.service, airport=airport, counter=counter)
        made = DeskAtWork(
            name=known.desk.name,
            desk_id=known.desk.id,
            home=self.home / known.desk.name,
            url=self.url,
            token=known.token if enrolled else None,
            line=FailingLine(self.random, failing=failing),
        )
        self.made.append(made)
        return made

    @property
    def database(self) -> Database:
        return self.office.service.database

    @property
    def rows(self) -> Rows:
        """Everything that the office stores."""
        assert isinstance(self.database, FakeDatabase)
        return self.database.rows

    @property
    def card(self) -> str:
        """The clearance that the office has issued."""
        [clearance_no] = self.rows.clearances
        return clearance_no

    def kept_of(self, desk: DeskAtWork) -> list[dict[str, Any]]:
        """What the office keeps of a desk, as the desk wrote it and in the order in which it came."""
        rows = self.rows.desk_rows.values()
        return [{"kind": kept.row.kind.value, **kept.row.columns} for kept in rows if kept.desk_id == desk.desk_id]

    def place_of(self, desk: DeskAtWork) -> JournalPlace:
        with self.database.read() as work:
            [place] = [place for place in work.desk_journals.places() if place.desk_id == desk.desk_id]
        return place


@pytest.fixture
def airports(tmp_path: Path) -> Iterator[Airports]:
    office, app = open_app(tmp_path)
    app.config["RATELIMIT_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    made = Airports(office=office, url=f"http://127.0.0.1:{server.server_port}", home=tmp_path, random=Random(7))
    yield made
    for desk in made.made:
        desk.journal.close()
    server.shutdown()
    serving.join()


@pytest.mark.parametrize("seed", range(4))
def test_every_row_of_every_desk_arrives_once_and_in_order_whatever_the_line_loses(
    airports: Airports, seed: int
) -> None:
    airports.random.seed(seed)
    there = [
        airports.desk(Airport.DHAKA, "1", failing=0.6),
        airports.desk(Airport.DHAKA, "2", failing=0.3),
        airports.desk(Airport.SYLHET, "1", failing=0.6),
    ]
    for hour in range(6):
        for desk in there:
            for person in range(airports.random.randrange(40)):
                let_pass = airports.random.choice([True, False, None])
                desk.scan(f"BMET-2026-{desk.name}-{hour}-{person}", let_pass=let_pass)
            desk.forgery()
            desk.exchange.exchange()
    for desk in there:
        desk.talk_until_quiet()
        assert airports.kept_of(desk) == desk.rows()
        assert airports.place_of(desk) == JournalPlace(
            desk_id=desk.desk_id,
            journal=desk.journal.name() or "",
            taken=desk.journal.last(),
            head=desk.rows()[-1]["hash"],
        )
    with airports.database.read() as work:
        heard = work.desk_journals.departures(after=0, limit=10_000)
    passed = [row["clearance_no"] for desk in there for row in desk.rows() if row.get("act") == Act.LET_PASS]
    assert sorted(each.clearance_no for each in heard) == sorted(passed)


def test_more_rows_than_one_message_takes_arrive_all(airports: Airports) -> None:
    desk = airports.desk(Airport.DHAKA, "1")
    for person in range(ROWS_AT_ONCE + 1):
        desk.scan(f"BMET-2026-{person}", let_pass=True)
    assert desk.exchange.unsent() == ROWS_AT_ONCE + 1
    desk.talk_until_quiet()
    assert airports.kept_of(desk) == desk.rows()


def test_who_left_at_one_desk_is_known_at_every_other(airports: Airports) -> None:
    here, there = airports.desk(Airport.DHAKA, "1"), airports.desk(Airport.SYLHET, "1")
    here.scan(airports.card, let_pass=True)
    here.talk_until_quiet()
    there.talk_until_quiet()
    memory = SharedJournal(own=there.journal, heard=there.heard)
    assert memory.departure_of(airports.card) == Departure(desk="DAC-1", at=here.at + 5)
    assert memory.departure_of(ELSEWHERE) is None
    assert there.exchange.heard_at() == there.at


def test_a_departure_closes_the_case_and_a_referral_does_not(airports: Airports) -> None:
    desk, card = airports.desk(Airport.DHAKA, "1"), airports.card

    def state() -> ApplicationState:
        reference = airports.rows.clearances[card].application_reference
        return airports.rows.applications[reference].state

    desk.scan(card, let_pass=False)
    desk.talk_until_quiet()
    assert state() is ApplicationState.ISSUED
    desk.scan(card, let_pass=True)
    desk.talk_until_quiet()
    assert state() is ApplicationState.DEPARTED


def test_two_desks_that_did_not_hear_of_each_other_are_both_believed_and_the_office_sees_it(
    airports: Airports,
) -> None:
    here, there = airports.desk(Airport.DHAKA, "1"), airports.desk(Airport.CHATTOGRAM, "1")
    for desk in (here, there):
        desk.scan(airports.card, let_pass=True)
        desk.scan(f"BMET-2026-{desk.name}", let_pass=True)
    for desk in (here, there):
        desk.talk_until_quiet()
    with airports.database.read() as work:
        assert work.desk_journals.used_twice(limit=10) == [airports.card]
        both = work.desk_journals.departures_of(airports.card)
    assert [each.desk_name for each in both] == ["DAC-1", "CGP-1"]


def test_a_desk_that_forgot_what_it_sent_sends_again_and_nothing_counts_twice(airports: Airports) -> None:
    desk = airports.desk(Airport.DHAKA, "1")
    for person in range(5):
        desk.scan(f"BMET-2026-{person}", let_pass=True)
    desk.talk_until_quiet()
    (desk.home / "heard.db").unlink()
    desk.open()
    desk.scan("BMET-2026-5", let_pass=True)
    desk.talk_until_quiet()
    assert airports.kept_of(desk) == desk.rows()
    assert airports.place_of(desk).broken_at is None
    with airports.database.read() as work:
        assert len(work.desk_journals.departures(after=0, limit=100)) == 6


@pytest.mark.parametrize("heard_is_older_too", [True, False])
@pytest.mark.parametrize("more", [1, 4])
def test_an_older_copy_of_the_journal_loses_nothing_at_the_office_and_is_noticed(
    airports: Airports, more: int, *, heard_is_older_too: bool
) -> None:
    desk = airports.desk(Airport.DHAKA, "1")
    for person in range(2):
        desk.scan(f"BMET-2026-{person}")
    desk.talk_until_quiet()
    desk.journal.close()
    saved = desk.home.parent / "saved"
    shutil.copytree(desk.home, saved)
    desk.open()
    for person in range(2):
        desk.scan(f"BMET-2026-lost-{person}", let_pass=True)
    desk.talk_until_quiet()
    before = airports.kept_of(desk)
    desk.journal.close()
    for kept in saved.iterdir() if heard_is_older_too else [saved / "journal.db"]:
        shutil.copy(kept, desk.home)
    desk.open()
    for person in range(more):
        desk.scan(f"BMET-2026-new-{person}", let_pass=True)
    desk.talk_until_quiet()
    desk.scan("BMET-2026-last", let_pass=True)
    desk.talk_until_quiet()
    kept = airports.kept_of(desk)
    assert kept[: len(before)] == before
    assert kept[len(before) :] == desk.rows()[2:]
    assert airports.place_of(desk).broken_at == 3
    sound = [each.sound for each in airports.rows.desk_rows.values()]
    assert sound == [True] * 6 + [False] + [True] * (2 * more + 1)


def test_a_row_that_somebody_altered_is_kept_as_it_came_and_is_noticed(airports: Airports) -> None:
    desk = airports.desk(Airport.DHAKA, "1")
    for person in range(3):
        desk.scan(f"BMET-2026-{person}")
    with closing(sqlite3.connect(desk.home / "journal.db")) as db:
        db.execute("DROP TRIGGER scan_is_not_changed")
        db.execute("UPDATE scan SET reason = 'expired' WHERE seq = 2")
        db.commit()
    desk.talk_until_quiet()
    assert airports.kept_of(desk) == desk.rows()
    assert airports.place_of(desk).broken_at == 2
    assert [each.sound for each in airports.rows.desk_rows.values()] == [True, False, True]


def test_a_desk_that_is_not_enrolled_keeps_everything_until_it_is(airports: Airports) -> None:
    desk = airports.desk(Airport.DHAKA, "1", enrolled=False)
    desk.scan("BMET-2026-0", let_pass=True)
    assert not desk.exchange.exchange()
    assert desk.exchange.unsent() is None
    desk.token = desks.enrol(airports.office.service, airport=Airport.DHAKA, counter="9").token
    assert desk.exchange.exchange()
    assert len(airports.rows.desk_rows) == 2


def test_the_text_of_a_forgery_reaches_the_office_whole(airports: Airports) -> None:
    desk = airports.desk(Airport.DHAKA, "1")
    desk.scan(ELSEWHERE)
    desk.forgery()
    desk.talk_until_quiet()
    with airports.database.read() as work:
        [evidence] = work.desk_journals.evidence(limit=10)
    assert evidence.row.text("text") == "https://bmet.example/clearance?id=42&নাম=করিম"


def test_a_desk_keeps_the_cards_in_force_and_hears_of_new_ones(
    airports: Airports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearance.web.desk_api.MAX_CARDS", 2)
    desk = airports.desk(Airport.DHAKA, "1")
    for index in (11, 12, 13, 14):
        airports.office.issue(draft(index))
    line = Line(name="office", url=airports.url, token=lambda: desk.token)
    cards = CardFile(desk.home / "cards.db", token=lambda: desk.token)
    assert fetch(line, cards, issuer=airports.office.room.issuer, now=lambda: NOW)
    found = {index: cards.find(f"A{index:08d}") for index in (1, 11, 12, 13, 14)}
    assert {index: len(texts) for index, texts in found.items()} == dict.fromkeys(found, 1)
    airports.office.issue(draft(15))  # recorded later, although it names the same moment
    assert fetch(line, cards, issuer=airports.office.room.issuer, now=lambda: NOW)
    assert len(cards.find("A00000015")) == 1
    assert cards.heard_at() == NOW


def test_a_stranger_is_told_of_no_card(airports: Airports) -> None:
    desk = airports.desk(Airport.DHAKA, "1")
    stranger = "DSK-00000000-" + "0" * 32
    cards = CardFile(desk.home / "cards.db", token=lambda: stranger)
    line = Line(name="office", url=airports.url, token=lambda: stranger)
    assert not fetch(line, cards, issuer=airports.office.room.issuer, now=lambda: NOW)
    assert cards.heard_at() is None
