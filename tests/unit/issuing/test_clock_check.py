"""A clock far ahead of everything known signs and publishes nothing; one that was compared does."""

from datetime import timedelta

import pytest

from clearance.issuing.clock_check import SILENT_AT_MOST
from clearance.issuing.ports import NotSigned, Trouble
from clearance.issuing.request import request_card
from tests.fakes.office import DEVICE, ISSUER, OfficeAtWork, desk_at, draft, expect

SECOND = timedelta(seconds=1)


@pytest.fixture
def real(office: OfficeAtWork) -> OfficeAtWork:
    """An office that is no demo, and whose published files are of now."""
    published = int(office.clock.at.timestamp())
    office.change_room(demo=False, held=lambda: desk_at(published, frozenset()))
    return office


def test_a_clock_two_years_ahead_publishes_nothing_and_signs_nothing(real: OfficeAtWork) -> None:
    reference = real.approve().reference
    right = real.clock.at
    real.clock.advance(days=730)
    for ask in (
        real.service.signing.publish_status,
        lambda: real.service.signing.issue(reference, officer_no="I-1", device="d"),
    ):
        with pytest.raises(NotSigned) as stopped:
            ask()
        assert stopped.value.trouble is Trouble.KEYS
        assert "--clock-is-right" in str(stopped.value.__cause__)
    assert real.stored(reference).state.value == "approved"
    real.clock.at = right
    expect(request_card(real.service, reference, officer=ISSUER, device=DEVICE))


def test_a_week_of_silence_is_borne_and_no_second_more(real: OfficeAtWork) -> None:
    real.enter()
    real.clock.at += SILENT_AT_MOST
    real.service.signing.publish_status()
    real.clock.at += SECOND
    with pytest.raises(NotSigned):
        real.service.signing.publish_status()
    real.enter(draft(1))  # an officer's clock, and the record goes on
    real.service.signing.publish_status()


def test_a_clock_that_somebody_compared_is_believed_and_so_is_a_demo_s(real: OfficeAtWork) -> None:
    real.clock.advance(days=730)
    for believed in ({"clock_is_right": True}, {"clock_is_right": False, "demo": True}):
        real.change_room(**believed)
        real.service.signing.publish_status()
