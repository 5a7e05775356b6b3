"""The forms of a card that pages hand out: to the worker with a ticket, to officers who are signed in."""

from pathlib import Path

import pytest

from clearance.credential.qrtext import pack
from clearance.credential.status import Status
from clearance.issuing.wallet import Form
from tests.integration.worker_pages import READY, Phone, open_app, set_status, ticket_in

KINDS = {
    Form.PDF: ("clearance-card-{}.pdf", "application/pdf"),
    Form.PICTURE: ("clearance-card-{}.png", "image/png"),
    Form.CODE: ("clearance-code-{}.png", "image/png"),
    Form.CODE_SVG: ("clearance-code-{}.svg", "image/svg+xml"),
}


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


@pytest.mark.parametrize("form", Form)
def test_a_worker_gets_each_form_of_the_recorded_card_to_keep(phone: Phone, form: Form) -> None:
    with phone.office.service.database.read() as work:
        clearance = work.clearances.active_for_passport(READY)
    assert clearance
    answer = phone.download(phone.ask(READY), **{"as": form.value})
    name, kind = KINDS[form]
    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name.format(clearance.clearance_no)}"'
    assert answer.headers["Cache-Control"] == "no-store"
    if form is Form.PDF:
        assert answer.data == phone.office.documents.get(clearance.pdf_sha256)
    else:
        assert pack(clearance.token).encode() in answer.data


def test_the_page_offers_the_other_forms_in_both_languages(phone: Phone) -> None:
    assert "Small picture" in phone.ask(READY).text
    bengali = phone.ask(READY, lang="bn").text
    for words in ("কার্ডের অন্য রূপ", "ছোট ছবি", "শুধু কিউআর কোড"):
        assert words in bengali


def test_a_form_that_is_none_is_the_pdf(phone: Phone) -> None:
    answer = phone.download(phone.ask(READY), **{"as": "exe"})
    assert answer.mimetype == "application/pdf"


@pytest.mark.parametrize("form", Form)
def test_no_form_is_handed_out_without_a_ticket_or_for_a_card_taken_back(phone: Phone, form: Form) -> None:
    ticket = ticket_in(phone.ask(READY))
    assert phone.post("/card/download", ticket="", **{"as": form.value}).mimetype == "text/html"
    set_status(phone.office, READY, Status.SUSPENDED)
    assert phone.post("/card/download", ticket=ticket, **{"as": form.value}).mimetype == "text/html"


def test_pictures_count_towards_the_same_limit_as_the_pdf(phone: Phone) -> None:
    ticket = ticket_in(phone.ask(READY))
    codes = [phone.post("/card/download", ticket=ticket, **{"as": form.value}).status_code for form in Form]
    assert codes == [303] * 4
    for _ in range(296):
        phone.post("/card/download", ticket=ticket, **{"as": "code"})
    assert phone.post("/card/download", ticket=ticket, **{"as": "picture"}).status_code == 429
