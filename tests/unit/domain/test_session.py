"""When a session holds, and what is two places at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.domain.factors import AHEAD
from clearance.domain.session import AT_ONCE, IDLE, PASSWORD_ONLY, SHIFT, Place, Session, SessionEnd, elsewhere
from tests.fakes.office import NOW

HERE = Place(device="browser:a", agent="Firefox, Linux", network="192.0.2.7")
SECOND = timedelta(seconds=1)
SESSION = Session(key="k", officer_no="A-1", place=HERE, began_at=NOW, seen_at=NOW, complete=True)


def test_a_session_ends_half_an_hour_after_the_last_request() -> None:
    assert SESSION.holds(NOW + IDLE)
    assert not SESSION.holds(NOW + IDLE + SECOND)


def test_a_session_ends_with_the_shift_however_busy() -> None:
    busy = replace(SESSION, seen_at=NOW + SHIFT)
    assert busy.holds(NOW + SHIFT)
    assert not replace(busy, seen_at=NOW + SHIFT + SECOND).holds(NOW + SHIFT + SECOND)


def test_a_sign_in_that_stops_half_way_holds_for_a_quarter_of_an_hour_only() -> None:
    half = replace(SESSION, complete=False, seen_at=NOW + PASSWORD_ONLY)
    assert half.holds(NOW + PASSWORD_ONLY)
    assert not half.holds(NOW + PASSWORD_ONLY + SECOND)


def test_a_session_from_a_time_that_has_yet_to_come_does_not_hold() -> None:
    assert SESSION.holds(NOW - AHEAD)
    assert not SESSION.holds(NOW - AHEAD - SECOND)
    assert not replace(SESSION, seen_at=NOW - AHEAD - SECOND).holds(NOW - AHEAD - SECOND)
    assert not replace(SESSION, seen_at=NOW + AHEAD + SECOND).holds(NOW)


@pytest.mark.parametrize("end", SessionEnd)
def test_an_ended_session_never_holds(end: SessionEnd) -> None:
    assert not replace(SESSION, end=end, ended_at=NOW).holds(NOW)


def test_a_session_fits_its_browser_in_any_network_and_no_other_browser() -> None:
    assert SESSION.fits(replace(HERE, network="198.51.100.1"))
    assert not SESSION.fits(replace(HERE, device="browser:b"))
    assert not SESSION.fits(replace(HERE, agent="Chrome, Windows"))


def test_two_networks_within_five_minutes_are_two_places_and_later_a_journey() -> None:
    other = replace(HERE, network="198.51.100.1")
    assert SESSION.in_two_networks(other, NOW + AT_ONCE)
    assert not SESSION.in_two_networks(other, NOW + AT_ONCE + SECOND)
    assert not SESSION.in_two_networks(HERE, NOW)


def test_elsewhere_are_whole_sign_ins_that_hold_in_other_browsers() -> None:
    away = replace(SESSION, key="away", place=replace(HERE, device="browser:b"))
    gone = replace(away, key="gone", end=SessionEnd.SIGNED_OUT, ended_at=NOW)
    half = replace(away, key="half", complete=False)
    idle = replace(away, key="idle", seen_at=NOW - IDLE - SECOND)
    assert elsewhere([SESSION, away, gone, half, idle], HERE, NOW) == [away]
