"""Cards on plastic from the officers' pages: who may print which, what is put on record, and what a refusal says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.credential.qrtext import pack
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.issuing.revoke import revoke
from tests.fakes.office import APPROVER, DEVICE, ISSUER, draft, expect
from tests.fakes.outside import PAPER
from tests.integration.staff_pages import Workplace, open_workplace, words


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def texts(content: bytes) -> list[str]:
    found: list[str] = json.loads(content.removeprefix(PAPER))
    return found


def revoked(workplace: Workplace, clearance: Clearance) -> None:
    reason = RevocationReason.WORKER_WITHDREW
    expect(
        revoke(
            workplace.office.service, clearance.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark=""
        )
    )


def test_the_page_of_a_card_hands_out_its_print_file(workplace: Workplace) -> None:
    clearance = workplace.office.issue()
    desk, path = workplace.desk_of(ISSUER), f"/staff/cards/{clearance.clearance_no}"
    response = desk.post(f"{path}/plastic.pdf", at=path)
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == f"attachment; filename={clearance.clearance_no}-plastic.pdf"
    assert texts(response.data) == [pack(clearance.token)]
    case = words(desk.get(f"/staff/cases/{clearance.application_reference}"))
    assert "Card printed on plastic" in case


def test_chosen_cards_come_on_sheets(workplace: Workplace) -> None:
    chosen = [workplace.office.issue(draft(index)) for index in (1, 2)]
    workplace.office.issue(draft(3))
    desk = workplace.desk_of(ISSUER)
    form = {"csrf_token": desk.token("/staff/cards"), "card": [each.clearance_no for each in chosen]}
    response = desk.send("/staff/cards/sheets.pdf", **form)
    assert response.headers["Content-Disposition"] == "attachment; filename=cards.pdf"
    assert texts(response.data.rstrip()) == [pack(each.token) for each in chosen]


def test_a_printing_is_asked_for_with_the_token_of_the_page_only(workplace: Workplace) -> None:
    clearance = workplace.office.issue()
    desk = workplace.desk_of(ISSUER)
    path = f"/staff/cards/{clearance.clearance_no}/plastic.pdf"
    assert desk.get(path).status_code == 405
    assert desk.send(path).status_code == 400


@pytest.mark.parametrize("language", ["en", "bn"])
def test_whoever_does_not_issue_cards_is_offered_no_printing_and_refused_one(
    workplace: Workplace, language: str
) -> None:
    clearance = workplace.office.issue()
    desk, path = workplace.desk_of(APPROVER, language=language), f"/staff/cards/{clearance.clearance_no}"
    assert "plastic.pdf" not in desk.get(path).text
    assert "sheets.pdf" not in desk.get("/staff/cards").text
    response = desk.post(f"{path}/plastic.pdf", at="/staff/queue")
    assert response.status_code == 422
    assert ("No card was printed" in words(response)) == (language == "en")


def test_a_card_taken_back_cannot_be_printed_and_the_page_says_which(workplace: Workplace) -> None:
    clearance = workplace.office.issue()
    revoked(workplace, clearance)
    desk, path = workplace.desk_of(ISSUER), f"/staff/cards/{clearance.clearance_no}"
    assert "plastic.pdf" not in desk.get(path).text
    response = desk.post("/staff/cards/sheets.pdf", card=clearance.clearance_no)
    assert response.status_code == 422
    assert f"Card {clearance.clearance_no} is no longer in force: it is “Cancelled”." in words(response)


def test_choosing_nothing_says_so(workplace: Workplace) -> None:
    workplace.office.issue()
    desk = workplace.desk_of(ISSUER)
    assert desk.post("/staff/cards/sheets.pdf").status_code == 303
    assert "No card was printed: choose 1 to 50 cards." in words(desk.get("/staff/cards"))


def test_a_card_that_does_not_read_back_is_not_handed_out(workplace: Workplace) -> None:
    clearance = workplace.office.issue()
    workplace.office.printer.smudged = frozenset({1})
    desk, path = workplace.desk_of(ISSUER), f"/staff/cards/{clearance.clearance_no}"
    assert desk.post(f"{path}/plastic.pdf", at=path).status_code == 303
    assert "the code on the drawn card could not be read back" in words(desk.get(path))


def test_a_card_that_does_not_fit_is_not_handed_out(workplace: Workplace) -> None:
    clearance = workplace.office.issue()
    workplace.office.printer.too_long = frozenset({"MD. RAHIM UDDIN"})
    desk, path = workplace.desk_of(ISSUER), f"/staff/cards/{clearance.clearance_no}"
    assert desk.post(f"{path}/plastic.pdf", at=path).status_code == 303
    assert "does not fit on it" in words(desk.get(path))


def test_a_card_that_is_not_there_is_a_page_that_is_not_there(workplace: Workplace) -> None:
    workplace.office.issue()
    desk = workplace.desk_of(ISSUER)
    assert desk.post("/staff/cards/BMET-2026-00000000000/plastic.pdf").status_code == 404
