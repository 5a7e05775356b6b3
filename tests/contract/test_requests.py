"""Requests of workers and the register of agencies: the same on the fake and on real databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from clearance.domain.correction import About, CorrectionRequest, RequestState
from clearance.domain.permit import Agency
from clearance.domain.text import BilingualText
from clearance.issuing.ports import Conflict, Database

AT = datetime(2026, 11, 22, 6, 0, 0, 250_000, tzinfo=UTC)
OPEN = CorrectionRequest(
    reference="REQ-7K2M9QXA",
    form_id="form-of-its-own-1",
    passport_no="A01234567",
    birth_date=date(1995, 3, 14),
    application_reference=None,
    office_code="BMET",
    about=About.NAME,
    text="আমার নাম রহিম উদ্দিন",
    phone="01712345678",
    slip_code=None,
    opened_at=AT,
)


def put(database: Database, *requests: CorrectionRequest) -> None:
    with database.write() as work:
        for request in requests:
            work.correction_requests.add(request)
        work.commit()


def test_a_request_comes_back_as_it_was_put(database: Database) -> None:
    stopped = replace(OPEN, reference="REQ-00000001", form_id="f-2", about=About.STOPPED_AT_DESK, slip_code="DAC-77")
    put(database, OPEN, stopped)
    with database.read() as work:
        assert work.correction_requests.get(OPEN.reference) == OPEN
        assert work.correction_requests.of_form("f-2") == stopped
        assert work.correction_requests.get("REQ-99999999") is None
        assert work.correction_requests.of_form("f-3") is None


@pytest.mark.parametrize("change", [{"form_id": "another"}, {"reference": "REQ-00000009"}])
def test_a_reference_and_a_form_serve_once(database: Database, change: dict[str, str]) -> None:
    put(database, OPEN)
    with pytest.raises(Conflict):
        put(database, replace(OPEN, **change))  # type: ignore[arg-type]


def test_a_settled_request_is_written_over_the_state_that_was_seen_and_no_other(database: Database) -> None:
    put(database, OPEN)
    answered = OPEN.answered(officer_no="A-1", at=AT + timedelta(hours=1), answer="Your name is right on the card.")
    with database.write() as work:
        work.correction_requests.save(answered, seen=RequestState.OPEN)
        work.commit()
    with database.write() as work, pytest.raises(Conflict):
        work.correction_requests.save(answered, seen=RequestState.OPEN)
    with database.read() as work:
        assert work.correction_requests.get(OPEN.reference) == answered


def test_requests_are_listed_by_state_and_office_the_oldest_first(database: Database) -> None:
    later = replace(OPEN, reference="REQ-00000002", form_id="f-2", opened_at=AT + timedelta(minutes=5))
    district = replace(later, reference="REQ-00000003", form_id="f-3", office_code="DEMO-RNG")
    put(database, later, OPEN, district)
    with database.read() as work:
        requests = work.correction_requests
        everywhere = requests.find(states={RequestState.OPEN}, office_code=None, limit=10, offset=0)
        assert [each.reference for each in everywhere] == ["REQ-7K2M9QXA", "REQ-00000002", "REQ-00000003"]
        assert requests.find(states={RequestState.OPEN}, office_code="DEMO-RNG", limit=10, offset=0) == [district]
        assert [r.reference for r in requests.find(states=set(RequestState), office_code=None, limit=1, offset=1)] == [
            "REQ-00000002"
        ]
        assert requests.count(states={RequestState.OPEN}, office_code="BMET") == 2
        assert requests.count(states={RequestState.ANSWERED}, office_code=None) == 0


def test_agencies_are_found_by_number_and_by_part_of_either_name(database: Database) -> None:
    other = Agency(
        licence_no="RL-99",
        name=BilingualText(en="Padma 100% Overseas", bn="পদ্মা ওভারসিজ"),
        phone="+880 2 5550 0199",
        licence_valid_until=date(2028, 1, 1),
    )
    with database.write() as work:
        work.permits.add_agency(other)
        work.commit()
    with database.read() as work:
        find = work.agency_register.find
        assert [a.licence_no for a in find(text="RL-1234", limit=5)] == ["RL-1234"]
        assert find(text="RL-12", limit=5) == [], "a part of a number is no number"
        assert find(text="PADMA", limit=5) == find(text="পদ্মা", limit=5) == [other]
        assert find(text="100%", limit=5) == [other]
        assert find(text="0_O", limit=5) == [], "a placeholder of the database is a plain character"
        assert len(find(text="A", limit=1)) == 1
