"""The check itself: which reading counts, and that nothing is answered which was not written down."""

from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Reason
from tests.unit.desk.bureau import NOW, Bureau, tampered
from tests.unit.desk.conftest import REVOKED_IDX
from verifier.acts import REPEAT_WITHIN_S, Departure
from verifier.desk import NotRecorded, NotYet, Repeat, ScannedText, ScanRecord, Source, judge
from verifier.desk import check as check_at
from verifier.passport import PassportInHand, ReadBy


@dataclass
class Notebook:
    """A journal in memory."""

    records: list[ScanRecord] = field(default_factory=list)
    departures: dict[str, Departure] = field(default_factory=dict)

    def append(self, record: ScanRecord) -> int:
        self.records.append(record)
        return len(self.records)

    def departure_of(self, clearance_no: str) -> Departure | None:
        return self.departures.get(clearance_no)


class FullDisk(Notebook):
    def append(self, record: ScanRecord) -> int:
        raise NotRecorded("no space left")


check = partial(check_at, desk="DAC-2")
PASSPORT = PassportInHand(number="A01234567", read_by=ReadBy.TYPED)


def scan(*candidates: str, source: Source = Source.KEYBOARD, certain: bool = True) -> ScannedText:
    return ScannedText(candidates=candidates, source=source, certain=certain)


def reason_of(scanned: ScannedText, held: HeldTrust) -> Reason:
    return judge(scanned, held=held, at=NOW, passport_no=None)[1].reason


def test_what_is_answered_is_what_was_written_down(bureau: Bureau, held: HeldTrust) -> None:
    notebook = Notebook()
    record = check(scan(bureau.card()), held=held, at=NOW, journal=notebook, passport=PASSPORT)
    assert isinstance(record, ScanRecord)
    assert notebook.records == [replace(record, number=0)]
    assert record.number == 1
    assert (record.verdict.reason, record.at, record.passport_matches) == (Reason.VALID, NOW, True)
    assert record.trust_sequence == 1


def test_no_verdict_leaves_when_the_journal_cannot_be_written(bureau: Bureau, held: HeldTrust) -> None:
    with pytest.raises(NotRecorded):
        check(scan(bureau.card()), held=held, at=NOW, journal=FullDisk())


def test_the_reading_that_verifies_wins_wherever_it_stands(bureau: Bureau, held: HeldTrust) -> None:
    card = bureau.card()
    garbled = card.replace("A", "Q")
    for candidates in ((card, garbled), (garbled, card)):
        text, verdict = judge(scan(*candidates), held=held, at=NOW, passport_no=None)
        assert (text, verdict.reason) == (card, Reason.VALID)


def test_of_unproven_readings_the_one_that_came_furthest_is_spoken_of(bureau: Bureau, held: HeldTrust) -> None:
    forged = tampered(bureau.card())
    assert reason_of(scan("not base45 at all!", forged), held) is Reason.BAD_SIGNATURE
    assert reason_of(scan("not base45 at all!", "https://example.com/"), held) is Reason.WEB_LINK
    assert reason_of(scan("HC1:ABC", "https://example.com/"), held) is Reason.WEB_LINK


def test_without_trust_a_card_is_referred_although_its_other_reading_is_rubbish(bureau: Bureau) -> None:
    assert reason_of(scan("rubbish?", bureau.card()), HeldTrust(bundle=None)) is Reason.TRUST_UNUSABLE


def test_a_good_card_beside_a_revoked_one_does_not_cover_for_it(bureau: Bureau, held: HeldTrust) -> None:
    good, revoked = bureau.card(), bureau.card(idx=REVOKED_IDX)
    for candidates in ((good, revoked), (revoked, good)):
        assert reason_of(scan(*candidates, source=Source.CAMERA), held) is Reason.REVOKED


def test_a_camera_looks_twice_before_it_refuses_and_once_before_it_passes(bureau: Bureau, held: HeldTrust) -> None:
    notebook = Notebook()
    first = scan(tampered(bureau.card()), source=Source.CAMERA, certain=False)
    assert check(first, held=held, at=NOW, journal=notebook) is NotYet.LOOK_AGAIN
    assert notebook.records == []
    second = scan(*first.candidates, source=Source.CAMERA)
    assert isinstance(check(second, held=held, at=NOW, journal=notebook), ScanRecord)
    passing = scan(bureau.card(), source=Source.CAMERA, certain=False)
    record = check(passing, held=held, at=NOW, journal=notebook)
    assert isinstance(record, ScanRecord)
    assert record.verdict.reason is Reason.VALID


def test_a_scan_without_any_text_is_unreadable(held: HeldTrust) -> None:
    assert reason_of(scan(), held) is Reason.UNREADABLE


def test_two_people_s_cards_in_view_are_judged_neither(bureau: Bureau, held: HeldTrust) -> None:
    notebook = Notebook()
    both = scan(bureau.card(), bureau.card(clearance_no="BMET-26-0000-0002"), source=Source.CAMERA)
    assert check(both, held=held, at=NOW, journal=notebook) is NotYet.TWO_CARDS
    assert notebook.records == []


def test_a_card_beside_foreign_codes_is_found_among_them(bureau: Bureau, held: HeldTrust) -> None:
    seen = scan("https://example.com/", bureau.card(), "WIFI:S:guest;;", source=Source.CAMERA)
    record = check(seen, held=held, at=NOW, journal=Notebook())
    assert isinstance(record, ScanRecord)
    assert record.verdict.reason is Reason.VALID


def test_the_same_card_twice_in_view_is_one_card(bureau: Bureau, held: HeldTrust) -> None:
    """A sheet with the card and its copy; two signatures of one clearance."""
    seen = scan(bureau.card(), bureau.card(), source=Source.CAMERA)
    assert isinstance(check(seen, held=held, at=NOW, journal=Notebook()), ScanRecord)


@pytest.mark.parametrize("passport", [None, PASSPORT])
def test_a_card_whose_holder_was_let_pass_elsewhere_was_used_before(
    bureau: Bureau, held: HeldTrust, passport: PassportInHand | None
) -> None:
    departed = Departure(desk="DAC-3", at=NOW - 10)
    notebook = Notebook(departures={"BMET-26-4821-7703": departed})
    record = check(scan(bureau.card()), held=held, at=NOW, journal=notebook, passport=passport)
    assert isinstance(record, ScanRecord)
    assert (record.verdict.reason, record.departed) == (Reason.ALREADY_USED, departed)


@pytest.mark.parametrize(
    ("ago", "repeat"), [(0, True), (REPEAT_WITHIN_S, True), (REPEAT_WITHIN_S + 1, False), (-5, False)]
)
def test_at_the_same_counter_it_is_a_repeat_for_two_minutes_and_nothing_is_written_down(
    bureau: Bureau, held: HeldTrust, ago: int, repeat: bool
) -> None:
    notebook = Notebook(departures={"BMET-26-4821-7703": Departure(desk="DAC-2", at=NOW - ago)})
    answer = check(scan(bureau.card()), held=held, at=NOW, journal=notebook)
    assert (answer == Repeat(seconds=ago)) == repeat
    assert (notebook.records == []) == repeat


def test_another_passport_is_the_graver_news_than_a_repeat(bureau: Bureau, held: HeldTrust) -> None:
    notebook = Notebook(departures={"BMET-26-4821-7703": Departure(desk="DAC-2", at=NOW - 10)})
    other = PassportInHand(number="B7654321", read_by=ReadBy.MRZ)
    record = check(scan(bureau.card()), held=held, at=NOW, journal=notebook, passport=other)
    assert isinstance(record, ScanRecord)
    assert (record.verdict.reason, record.departed) == (Reason.PASSPORT_MISMATCH, None)
