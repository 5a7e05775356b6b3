"""The officers' pages over the real database: cards are found and taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from clearance.credential.status import Status
from clearance.domain.clearance import Clearance
from clearance.domain.staff import Officer
from tests.fakes.office import APPROVER, CLERK, ISSUER, draft
from tests.integration.staff_pages import Desk, Workplace, open_workplace, words


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def revoke(desk: Desk, card: Clearance, **form: str) -> TestResponse:
    return desk.post(f"/staff/cards/{card.clearance_no}/revoke", **form)


def test_cards_are_found_by_number_and_passport(workplace: Workplace) -> None:
    first, second = workplace.office.issue(draft(1)), workplace.office.issue(draft(2))
    desk = workplace.desk_of(ISSUER)
    assert {first.clearance_no, second.clearance_no} <= set(words(desk.get("/staff/cards")).split())
    for text in (first.clearance_no[-6:], "A00000001"):
        page = desk.get(f"/staff/cards?text={text}")
        assert first.clearance_no in page.text
        assert second.clearance_no not in page.text


def test_cancelling_a_card_takes_a_reason_and_a_confirmation_and_is_published(workplace: Workplace) -> None:
    card = workplace.office.issue()
    desk = workplace.desk_of(ISSUER)
    asked = revoke(desk, card, reason="visa_cancelled", remark="Employer withdrew")
    assert asked.status_code == 200
    assert "Cancel this card for good?" in words(asked)
    assert workplace.clearance(card.clearance_no).status is Status.VALID
    done = revoke(desk, card, reason="visa_cancelled", remark="Employer withdrew", confirmed="yes")
    assert (done.status_code, done.location) == (303, f"/staff/cards/{card.clearance_no}")
    page = words(desk.get(done.location))
    assert "Desks learn of it at their next update." in page
    assert "The visa was cancelled" in page
    assert "Employer withdrew" in page
    assert workplace.clearance(card.clearance_no).status is Status.INVALID
    assert workplace.office.publisher.published[-1] == {card.status_ref.idx: Status.INVALID}


def test_a_cancellation_that_could_not_be_published_says_so(workplace: Workplace) -> None:
    card = workplace.office.issue()
    workplace.office.publisher.broken = True
    desk = workplace.desk_of(ISSUER)
    done = revoke(desk, card, reason="deceased", confirmed="yes")
    assert "the cancel list could not be published" in words(desk.get(done.location))
    assert workplace.clearance(card.clearance_no).status is Status.INVALID


@pytest.mark.parametrize("confirmed", ["", "yes"])
@pytest.mark.parametrize("form", [{}, {"reason": "boredom"}, {"reason": "deceased", "remark": "x" * 501}])
def test_a_cancellation_with_a_wrong_form_is_shown_again_with_what_was_typed(
    workplace: Workplace, form: dict[str, str], confirmed: str
) -> None:
    card = workplace.office.issue()
    answer = revoke(workplace.desk_of(ISSUER), card, confirmed=confirmed, **form)
    assert answer.status_code == 422
    assert form.get("remark", "") in answer.text
    assert workplace.clearance(card.clearance_no).status is Status.VALID


@pytest.mark.parametrize("officer", [CLERK, APPROVER])
def test_only_issuing_officers_may_cancel(workplace: Workplace, officer: Officer) -> None:
    card = workplace.office.issue()
    desk = workplace.desk_of(officer)
    assert "Cancel this card" not in words(desk.get(f"/staff/cards/{card.clearance_no}"))
    form = desk.get(f"/staff/cards/{card.clearance_no}/revoke")
    assert form.status_code == 403
    assert "Issuing officer" in words(form)
    assert 'name="reason"' not in form.text
    assert revoke(desk, card, reason="deceased", confirmed="yes").status_code == 422
    assert workplace.clearance(card.clearance_no).status is Status.VALID


def test_the_second_of_two_cancellations_changes_nothing_and_says_so(workplace: Workplace) -> None:
    card = workplace.office.issue()
    desk = workplace.desk_of(ISSUER)
    revoke(desk, card, reason="deceased", confirmed="yes")
    first = workplace.clearance(card.clearance_no)
    again = revoke(desk, card, reason="false_documents", confirmed="yes")
    assert again.status_code == 303
    assert "Another officer cancelled this card before you." in words(desk.get(again.location))
    assert workplace.clearance(card.clearance_no) == first


def test_a_cancelled_card_is_not_offered_for_cancelling(workplace: Workplace) -> None:
    card = workplace.office.issue()
    desk = workplace.desk_of(ISSUER)
    revoke(desk, card, reason="deceased", confirmed="yes")
    assert desk.get(f"/staff/cards/{card.clearance_no}/revoke").status_code == 302
