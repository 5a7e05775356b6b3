"""The round that keeps what desks fetch in date."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clearance.credential.held import HeldTrust
from clearance.credential.status import Status
from clearance.domain.desk import Airport, Holding
from clearance.issuing import desks
from clearance.issuing.publish import RENEW_TRUST_AFTER_S, keep_published
from tests.fakes.office import OfficeAtWork, draft

FIRST, SECOND = "https://s.bmet.gov.bd/26a", "https://s.bmet.gov.bd/26b"


def naming(office: OfficeAtWork, *uris: str, size: int = 1 << 20) -> None:
    """Let the published bundle name these lists, of `size` places each."""
    office.publisher.uris = uris
    usual = office.room.held

    def held() -> HeldTrust:
        now = usual()
        assert now.bundle is not None
        return replace(now, bundle=replace(now.bundle, status_uris=office.publisher.uris))

    office.change_room(held=held, status_size=size)


def reported(office: OfficeAtWork, *lists: str) -> None:
    """A desk that holds these lists."""
    number = str(len(desks.enrolled(office.service)) + 1)
    desk = desks.enrol(office.service, airport=Airport.DHAKA, counter=number).desk
    holding = Holding(trust_sequence=1, lists=dict.fromkeys(lists, 1), software="0.1.0")
    desks.report(office.service, desk.id, holding)


def test_a_round_publishes_what_is_not_valid(office: OfficeAtWork) -> None:
    card = office.issue()
    with office.service.database.write() as work:
        work.clearances.set_status(replace(card, status=Status.SUSPENDED))
        work.commit()
    keep_published(office.room)
    assert office.publisher.newest == {card.status_ref.idx: Status.SUSPENDED}
    assert office.publisher.uris == (FIRST,)
    assert office.publisher.trust_editions == 1


def test_the_next_list_is_opened_when_the_first_fills_up(office: OfficeAtWork) -> None:
    office.issue()
    naming(office, FIRST, size=1)
    keep_published(office.room)
    assert office.publisher.uris == (SECOND, FIRST)


def test_new_cards_wait_for_every_desk_before_they_use_it(office: OfficeAtWork) -> None:
    for index in range(9):
        office.issue(draft(index))
    naming(office, SECOND, FIRST, size=10)
    reported(office, FIRST, SECOND)
    reported(office, FIRST)
    keep_published(office.room)
    assert office.room.status_uri == FIRST
    desk = desks.enrolled(office.service)[1]
    desks.report(office.service, desk.id, Holding(trust_sequence=2, lists={FIRST: 1, SECOND: 1}, software="0.1.0"))
    keep_published(office.room)
    assert office.publisher.uris == (FIRST, SECOND)
    assert office.room.status_uri == SECOND


def test_a_list_is_published_until_its_last_card_ran_out(office: OfficeAtWork) -> None:
    card = office.issue()
    naming(office, FIRST, "https://s.bmet.gov.bd/29a")
    office.clock.at = datetime(2029, 3, 12, tzinfo=UTC)
    with office.service.database.write() as work:
        work.clearances.set_status(card)
        work.commit()
    rows = office.service.database.rows  # type: ignore[attr-defined]
    rows.clearances[card.clearance_no] = replace(card, valid_until=office.service.today())
    keep_published(office.room)
    assert FIRST in office.publisher.uris
    rows.clearances[card.clearance_no] = card
    keep_published(office.room)
    assert FIRST not in office.publisher.uris


def test_the_bundle_is_renewed_once_a_day(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    issued_at = office.room.held()
    office.change_room(held=lambda: issued_at)
    office.clock.advance(seconds=RENEW_TRUST_AFTER_S - 1)
    keep_published(office.room)
    assert office.publisher.trust_editions == 1
    office.clock.advance(seconds=1)
    keep_published(office.room)
    assert office.publisher.trust_editions == 2


def test_a_round_without_a_usable_bundle_opens_nothing(office: OfficeAtWork) -> None:
    office.change_room(held=lambda: HeldTrust(bundle=None))
    keep_published(office.room)
    assert office.publisher.trust_editions == 1
