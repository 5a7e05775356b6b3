"""The entry form: kept however little stands in it, filled in from a passport, submitted once."""

import io
from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clearance.issuing.rows import EXAMPLE
from tests.fakes.office import AGENCY_CLERK, CHECKER, CLERK
from tests.fakes.outside import PORTRAIT
from tests.integration.staff_pages import SITE, Desk, Workplace, open_workplace, words
from tests.unit.desk.zones import zone

NEW = "/staff/entry/new"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("entry")) as workplace:
        yield workplace


@pytest.fixture(scope="module")
def clerk(workplace: Workplace) -> Desk:
    return workplace.desk_of(CLERK)


def sheet(index: int, **changes: str) -> dict[str, str]:
    """A whole form in good order; each index is another worker."""
    own = {"passport_no": f"A{index:08d}", "visa_no": f"61{index:08d}", "receipt_no": f"CH-27-{index:06d}"}
    own |= {"registration_no": f"BIDN2027{index:07d}", "pay_order_no": "", "visa_advice_no": "", "sponsor_id": ""}
    return {name: text for name, text in {**EXAMPLE, **own, **changes}.items() if name != "photo"}


def send(desk: Desk, page: str, *, photo: bytes | None = None, **form: str) -> TestResponse:
    fields: list[tuple[str, object]] = [("csrf_token", desk.token("/staff/entry")), *form.items()]
    fields += [("photo_file", (io.BytesIO(photo), "face.jpg"))] if photo else []
    return desk.client.post(
        page,
        base_url=SITE,
        data=MultiDict(fields),
        environ_base={"REMOTE_ADDR": desk.address, "HTTP_USER_AGENT": desk.agent},
    )


def test_a_form_becomes_a_case_with_everything_that_was_typed(workplace: Workplace, clerk: Desk) -> None:
    page = clerk.get(NEW).location
    answer = send(clerk, page, photo=PORTRAIT, then="submit", **sheet(1, birth_date="১৪/০৩/১৯৯৫"))
    assert answer.status_code == 303, words(answer)
    with workplace.office.service.database.read() as work:
        case = work.applications.get(answer.location.rpartition("/")[2])
    assert case
    assert case.draft.worker.passport.number == "A00000001"
    assert case.draft.worker.birth_date.isoformat() == "1995-03-14"
    assert case.draft.worker.photo_sha256
    assert case.draft.next_of_kin
    again = send(clerk, page, then="submit", **sheet(1))
    assert again.location == answer.location
    assert clerk.get(page).location == answer.location


def test_nothing_typed_is_lost_by_an_error(clerk: Desk) -> None:
    page = clerk.get(NEW).location
    answer = send(clerk, page, then="submit", **sheet(2, passport_no="12", employer="RIYADH & SONS"))
    assert answer.status_code == 422
    assert "<title>Error: New case" in answer.text
    assert 'href="#passport_no"' in answer.text
    assert 'value="12"' in answer.text
    assert "RIYADH &amp; SONS" in answer.text
    assert 'href="#photo_file"' in answer.text
    assert "RIYADH &amp; SONS" in clerk.get(page).text


def test_a_form_is_kept_with_next_to_nothing_in_it_and_is_its_officers_alone(workplace: Workplace, clerk: Desk) -> None:
    page = clerk.get(NEW).location
    assert send(clerk, page, then="keep", name_en="ABUL KALAM").status_code == 303
    assert "ABUL KALAM" in clerk.get("/staff/entry").text
    assert 'value="ABUL KALAM"' in clerk.get(page).text
    assert send(clerk, page, then="keep-quietly", name_en="ABUL KALAM AZAD").status_code == 204
    assert 'value="ABUL KALAM AZAD"' in clerk.get(page).text
    other = workplace.desk_of(AGENCY_CLERK)
    assert other.get(page).status_code == 404
    assert "ABUL" not in other.get("/staff/entry").text


def test_a_passports_lines_fill_in_the_passport_part(clerk: Desk) -> None:
    page = clerk.get(NEW).location
    lines = "\r\n".join(zone("A01234567", names="UDDIN<<MD<RAHIM", birth="950314", expiry="340131"))
    assert send(clerk, page, then="fill", passport_lines=lines.lower(), employer="KEPT CO").status_code == 303
    shown = clerk.get(page).text
    for value in ("MD RAHIM UDDIN", "A01234567", "1995-03-14", "2034-01-31", "KEPT CO"):
        assert f'value="{value}"' in shown
    assert '<option value="male" selected>' in shown


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("", "These are not the two lines"),
        ("hello", "These are not the two lines"),
        (zone("A01234567")[0], "Only one of the two lines came."),
        ("".join(zone("A01234567")).replace("A01234567", "A01234568"), "the check digits do not hold"),
        ("V" + "".join(zone("A01234567"))[1:], "from a visa or an identity card"),
    ],
)
def test_lines_that_cannot_be_relied_on_fill_in_nothing(clerk: Desk, lines: str, sentence: str) -> None:
    page = clerk.get(NEW).location
    answer = send(clerk, page, then="fill", passport_lines=lines, name_en="TYPED BEFORE")
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="TYPED BEFORE"' in answer.text
    assert "A01234567" not in answer.text.replace(lines.upper(), "") or lines


def test_a_photo_is_kept_and_shown(clerk: Desk) -> None:
    page = clerk.get(NEW).location
    assert clerk.get(f"{page}/photo").status_code == 404
    assert send(clerk, page, photo=PORTRAIT, then="keep").status_code == 303
    assert clerk.get(f"{page}/photo").data == PORTRAIT
    refused = send(clerk, page, photo=b"no picture", then="submit", **sheet(3))
    assert refused.status_code == 422
    assert clerk.get(f"{page}/photo").data == PORTRAIT


def test_a_receipt_that_was_used_is_said_with_its_case(clerk: Desk) -> None:
    first, second = clerk.get(NEW).location, clerk.get(NEW).location
    assert send(clerk, first, photo=PORTRAIT, then="submit", **sheet(4)).status_code == 303
    answer = send(clerk, second, photo=PORTRAIT, then="submit", **sheet(5, receipt_no="CH-27-000004"))
    assert answer.status_code == 422
    assert "CH-27-000004" in words(answer)


def test_officers_who_enter_nothing_have_no_form(workplace: Workplace) -> None:
    checker = workplace.desk_of(CHECKER)
    assert "New case" not in words(checker.get("/staff/cards"))
    page = checker.get(NEW).location
    assert send(checker, page, then="keep", name_en="X").status_code == 403


def test_a_number_that_is_none_is_not_a_form(clerk: Desk) -> None:
    assert clerk.get("/staff/entry/whatever").status_code == 404
