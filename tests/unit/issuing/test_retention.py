"""Terms: what is due goes in bounded steps, what is not due stays, and the record says how much and never whose."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.erasure import InvestigationHold
from clearance.domain.retention import DAYS, DOCUMENT_GRACE_DAYS, Kept
from clearance.issuing import retention
from clearance.issuing.ports import EntryForm
from clearance.issuing.retention import due, keep_terms
from tests.fakes.office import NOW, OfficeAtWork, draft, open_office

LATER = NOW + timedelta(days=6_000)


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office()


def entries(office: OfficeAtWork) -> Iterator[AuditEntry]:
    with office.service.database.read() as work:
        for link in work.audit.links():
            if link.act == AuditAct.RETENTION_DONE:
                yield link.entry


def test_nothing_goes_before_its_time_and_nothing_is_put_on_record_then(office: OfficeAtWork) -> None:
    office.issue()
    assert not any(keep_terms(office.service, NOW + timedelta(days=1)).values())
    assert list(entries(office)) == []


def test_a_card_in_force_is_never_touched_however_short_the_term(office: OfficeAtWork) -> None:
    card = office.issue()
    office.service = replace(
        office.service, retention=replace(office.service.retention, days=dict.fromkeys(Kept, 1), document_grace=0)
    )
    keep_terms(office.service, NOW + timedelta(days=40))
    assert office.stored(card.application_reference).redacted_on is None
    assert office.documents.get(card.pdf_sha256)


def test_a_cleared_worker_goes_ten_years_after_the_visa_and_the_files_after_their_grace(office: OfficeAtWork) -> None:
    card = office.issue()
    visa_ends = draft().visa.expires_on
    before = NOW.replace(year=visa_ends.year, month=visa_ends.month, day=visa_ends.day) + timedelta(
        days=DAYS[Kept.CLEARED]
    )
    assert keep_terms(office.service, before)["cleared"] == 0
    assert keep_terms(office.service, before + timedelta(days=1))["cleared"] == 1
    assert office.stored(card.application_reference).redacted_on is not None
    assert office.documents.get(card.pdf_sha256)
    gone = keep_terms(office.service, before + timedelta(days=2 + DOCUMENT_GRACE_DAYS))
    assert gone["documents"] == 2
    with pytest.raises(KeyError):
        office.documents.get(card.pdf_sha256)


def test_what_went_is_on_record_by_class_and_count(office: OfficeAtWork) -> None:
    card = office.issue()
    keep_terms(office.service, LATER)
    [entry] = entries(office)
    assert entry.facts == {"class": "cleared", "count": 1, "days": 3_650, "redacted": card.application_reference}
    assert not any(keep_terms(office.service, LATER).values())


def test_an_investigation_outlasts_every_term(office: OfficeAtWork) -> None:
    card = office.issue()
    with office.service.database.write() as work:
        work.personal.hold(
            InvestigationHold(reference=card.application_reference, placed_by="A-1", placed_at=NOW, reason="ACC 12")
        )
        work.commit()
    assert keep_terms(office.service, LATER)["cleared"] == 0


def test_much_goes_in_bounded_steps_and_the_rest_at_the_next_run(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "A_RUN", 2)
    with office.service.database.write() as work:
        for number in range(5):
            work.forms.save(EntryForm(number=f"F-{number}", officer_no="E-1", saved_at=NOW, texts={"name_en": "X"}))
        work.commit()
    office.clock.at = LATER
    assert due(office.service)["forms"] == 5
    assert keep_terms(office.service, LATER)["forms"] == 4
    assert keep_terms(office.service, LATER)["forms"] == 1
    assert [entry.facts["count"] for entry in entries(office)] == [2, 2, 1]
