"""Which act may follow which scan."""

from dataclasses import replace

import pytest

from clearance.credential.reasons import Outcome, Reason
from tests.unit.desk.bureau import NOW
from verifier.acts import ACT_WITHIN_S, Act, ActRecord, Ground, KeptScan, Objection, likely_ground, objection_to

MATCHED = KeptScan(number=7, at=NOW - 5, reason=Reason.VALID, clearance_no="B-1", passport_matches=True, done=None)
LET_PASS = ActRecord(at=NOW, scan=7, act=Act.LET_PASS)
REFER = ActRecord(at=NOW, scan=7, act=Act.REFER, ground=Ground.OTHER)


def test_a_cleared_card_with_its_passport_lets_pass() -> None:
    assert objection_to(LET_PASS, MATCHED) is None


@pytest.mark.parametrize("matches", [None, False])
def test_without_the_passport_nobody_is_let_pass(matches: bool | None) -> None:
    assert objection_to(LET_PASS, replace(MATCHED, passport_matches=matches)) is Objection.PASSPORT_FIRST


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.outcome is not Outcome.PASS])
def test_no_other_verdict_lets_pass_whatever_the_passport(reason: Reason) -> None:
    assert objection_to(LET_PASS, replace(MATCHED, reason=reason)) is Objection.NOT_CLEARED


@pytest.mark.parametrize("reason", Reason)
def test_everybody_can_be_referred(reason: Reason) -> None:
    assert objection_to(REFER, replace(MATCHED, reason=reason, passport_matches=None)) is None


@pytest.mark.parametrize("act", [LET_PASS, REFER])
@pytest.mark.parametrize("done", Act)
def test_one_scan_takes_one_act(act: ActRecord, done: Act) -> None:
    assert objection_to(act, replace(MATCHED, done=done)) is Objection.ALREADY_DONE


@pytest.mark.parametrize("act", [LET_PASS, REFER])
@pytest.mark.parametrize("at", [NOW - ACT_WITHIN_S - 1, NOW + 1])
def test_a_scan_of_another_time_takes_none(act: ActRecord, at: int) -> None:
    assert objection_to(act, replace(MATCHED, at=at)) is Objection.TOO_LATE


def test_a_scan_that_is_not_there_takes_none() -> None:
    assert objection_to(LET_PASS, None) is Objection.NO_SUCH_SCAN


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_likely_ground(reason: Reason) -> None:
    assert likely_ground(reason) in Ground
