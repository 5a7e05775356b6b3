"""The check itself: which reading counts, and that nothing is answered which was not written down."""

from dataclasses import dataclass, field

import pytest

from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Reason
from tests.unit.desk.bureau import NOW, Bureau, tampered
from tests.unit.desk.conftest import REVOKED_IDX
from verifier.desk import NotRecorded, ScannedText, ScanRecord, Source, check, judge


@dataclass
class Notebook:
    """A journal in memory."""

    records: list[ScanRecord] = field(default_factory=list)

    def append(self, record: ScanRecord) -> None:
        self.records.append(record)


class FullDisk:
    def append(self, record: ScanRecord) -> None:
        raise NotRecorded("no space left")


def scan(*candidates: str, source: Source = Source.KEYBOARD, certain: bool = True) -> ScannedText:
    return ScannedText(candidates=candidates, source=source, certain=certain)


def reason_of(scanned: ScannedText, held: HeldTrust) -> Reason:
    return judge(scanned, held=held, at=NOW, passport_no=None)[1].reason


def test_what_is_answered_is_what_was_written_down(bureau: Bureau, held: HeldTrust) -> None:
    notebook = Notebook()
    record = check(scan(bureau.card()), held=held, at=NOW, journal=notebook, passport_no="A01234567")
    assert notebook.records == [record]
    assert record is not None
    assert (record.verdict.reason, record.at, record.passport_no) == (Reason.VALID, NOW, "A01234567")
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
    assert check(first, held=held, at=NOW, journal=notebook) is None
    assert notebook.records == []
    second = scan(*first.candidates, source=Source.CAMERA)
    assert check(second, held=held, at=NOW, journal=notebook) is not None
    passing = scan(bureau.card(), source=Source.CAMERA, certain=False)
    record = check(passing, held=held, at=NOW, journal=notebook)
    assert record is not None
    assert record.verdict.reason is Reason.VALID


def test_a_scan_without_any_text_is_unreadable(held: HeldTrust) -> None:
    assert reason_of(scan(), held) is Reason.UNREADABLE
