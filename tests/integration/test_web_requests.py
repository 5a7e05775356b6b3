"""“Something is wrong”, from the worker's form to the office's answer and back, over the real pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.fakes.office import AGENCY_CLERK, APPROVER
from tests.integration.staff_pages import Desk, Workplace, open_workplace
from tests.integration.worker_pages import BORN, READY, UNKNOWN, Phone, open_app, ticket_in

TOLD = {"about": "name", "text": "RAHIM, not ROHIM", "phone": "০১৭১২-৩৪৫৬৭৮"}


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


def tell(worker: Phone, number: str = READY, *, lang: str = "en", **changed: str) -> TestResponse:
    return worker.post(f"/request?lang={lang}", **{"passport_no": number, **BORN, **TOLD, **changed})


def reference_in(page: TestResponse) -> str:
    found = re.search(r"REQ-[0-9A-Z]{8}", page.text)
    assert found, page.text
    return found[0]


def follow(phone: Phone, reference: str, **changed: str) -> TestResponse:
    return phone.post("/request/follow?lang=en", **{"reference": reference, **BORN, **changed})


def test_a_worker_tells_the_office_from_the_page_of_the_card_without_typing_again(phone: Phone) -> None:
    form = phone.post("/request/form?lang=en", ticket=ticket_in(phone.ask(READY)))
    assert 'name="passport_no"' not in form.text
    done = phone.post("/request?lang=en", ticket=ticket_in(form), **TOLD)
    found = follow(phone, reference_in(done))
    assert "The office has your request" in found.text
    assert "My name is wrong" in found.text
    assert "ROHIM" not in found.text, "what was written is for the office"
    with phone.office.service.database.read() as work:
        stored = work.correction_requests.get(reference_in(done))
    assert stored
    assert (stored.phone, stored.text) == ("01712345678", "RAHIM, not ROHIM")


def test_the_answer_does_not_tell_whether_the_person_is_on_record(phone: Phone) -> None:
    known = tell(phone, form="f" * 20)
    unknown = tell(phone.at("192.0.2.9"), UNKNOWN, form="g" * 20)
    wrong = tell(phone.at("192.0.2.10"), READY, day="15", form="h" * 20)
    pages = [re.sub(r"REQ-[0-9A-Z]{8}|f{20}|g{20}|h{20}", "", page.text) for page in (known, unknown, wrong)]
    assert pages[0] == pages[1] == pages[2]
    assert known.status_code == unknown.status_code == 200


def test_one_form_sent_twice_gives_one_reference_also_in_the_other_language(phone: Phone) -> None:
    form_id = re.search(r'name="form" value="([^"]+)"', phone.get("/request").text)
    assert form_id
    first = tell(phone, form=form_id[1])
    assert reference_in(tell(phone, form=form_id[1])) == reference_in(first)
    bengali = phone.post("/request/sent?lang=bn", form=form_id[1])
    assert reference_in(bengali) == reference_in(first)
    assert "অফিস আপনার অনুরোধ পেয়েছে" in bengali.text


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"about": "shoe"}, "about", "Choose what is wrong."),
        ({"text": "  "}, "text", "Write what it should be, or what happened."),
        ({"text": "x" * 301}, "text", "Write at most 300 characters. You wrote 301."),
        ({"about": "new_passport"}, "text", "Write the number of the new passport here, and nothing else."),
        ({"phone": "1234"}, "phone", "8 to 15 digits"),
        ({"phone": "call me"}, "phone", "8 to 15 digits"),
        ({"slip_code": "<b>"}, "slip_code", "letters, digits and hyphens only"),
        ({"passport_no": "A1"}, "passport_no", "You typed 2."),
        ({"year": "95"}, "year", "four digits"),
    ],
)
def test_what_is_not_understood_is_said_and_what_was_typed_is_kept(
    phone: Phone, changed: dict[str, str], field: str, said: str
) -> None:
    page = tell(phone, **changed)
    assert page.status_code == 422
    assert said in page.text
    assert f'href="#{field}"' in page.text
    assert f'id="{field}"' in page.text
    kept = changed.get("phone", TOLD["phone"])
    assert f'value="{kept}"'.replace("<", "&lt;") in page.text


def test_the_other_language_keeps_what_was_typed_and_finds_no_fault_yet(phone: Phone) -> None:
    page = phone.post("/request/form?lang=en", text="half a sentence", about="photo")
    assert page.status_code == 200
    assert "half a sentence" in page.text
    assert 'value="photo" checked' in page.text
    assert "Error" not in page.text


def test_a_slip_of_the_desk_leads_to_the_same_form(phone: Phone) -> None:
    page = phone.get("/request?slip=DAC-2-7K2M&lang=en")
    assert 'value="DAC-2-7K2M"' in page.text
    assert 'value="stopped_at_desk" checked' in page.text


def test_following_needs_both_and_says_one_thing_for_every_miss(phone: Phone) -> None:
    reference = reference_in(tell(phone))
    wrong = follow(phone.at("192.0.2.11"), reference, day="15").text
    unknown = follow(phone.at("192.0.2.12"), "REQ-00000000", day="15").text
    assert wrong.replace(reference, "") == unknown.replace("REQ-00000000", "")
    assert "No request was found for these details" in wrong
    assert "The office has your request" in follow(phone, reference.lower()).text


def test_a_person_can_be_asked_about_five_times_a_day_and_a_reference_guessed_five_times(phone: Phone) -> None:
    assert [tell(phone, form=f"form-number-{n:08d}").status_code for n in range(6)] == [200] * 5 + [429]
    reference = reference_in(tell(phone, UNKNOWN))
    codes = [follow(phone, reference, day="15").status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


@pytest.fixture(scope="module")
def lasting_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """One service on a real database for all examples: building an office takes longer than asking it."""
    with open_workplace(tmp_path_factory.mktemp("place")) as place:
        yield Phone(office=place.office, client=place.app.test_client(use_cookies=False))


ANYTHING = st.text(max_size=40) | st.sampled_from(["\x00", "REQ-\x00", "%", "'", "new_passport", "A1\u202e"])
FIELDS = ("passport_no", "day", "month", "year", "about", "text", "phone", "slip_code", "form", "ticket", "reference")


@settings(deadline=None, max_examples=25)
@given(typed=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)), good=st.booleans())
def test_nothing_that_is_typed_breaks_a_page(lasting_phone: Phone, typed: dict[str, str], good: bool) -> None:
    form = {"passport_no": UNKNOWN, **BORN, **TOLD, **typed} if good else typed
    for path in ("/request", "/request/form", "/request/sent", "/request/follow", "/"):
        assert lasting_phone.post(path, **form).status_code in {200, 422, 429}
    sought = typed.get("text", "").encode("utf-8", "replace").decode()
    assert lasting_phone.client.get("/agencies", query_string={"q": sought}).status_code in {200, 429}


# ---- the office


@pytest.fixture
def workplace(tmp_path: Path):
    with open_workplace(tmp_path) as place:
        yield place


def at_desk(workplace: Workplace, who) -> Desk:
    desk = Desk(app=workplace.app)
    assert desk.sign_in(who).status_code == 303
    return desk


def test_the_office_reads_answers_and_the_worker_sees_the_answer(workplace: Workplace) -> None:
    phone = Phone(office=workplace.office, client=workplace.app.test_client(use_cookies=False))
    reference = reference_in(tell(phone))
    desk = at_desk(workplace, APPROVER)
    assert reference in desk.get("/staff/requests/").text
    page = desk.get(f"/staff/requests/{reference}").text
    assert "RAHIM, not ROHIM" in page
    assert "belong to nobody on record" in page
    empty = desk.post(f"/staff/requests/{reference}/answer", at=f"/staff/requests/{reference}", seen="open", answer=" ")
    assert empty.status_code == 422
    done = desk.post(
        f"/staff/requests/{reference}/answer",
        at=f"/staff/requests/{reference}",
        seen="open",
        answer="The passport says ROHIM. <b>Renew</b> the passport first.",
    )
    assert done.status_code == 303
    found = follow(phone, reference).text
    assert "The office has answered" in found
    assert "&lt;b&gt;Renew&lt;/b&gt;" in found
    again = desk.post(
        f"/staff/requests/{reference}/answer", at="/staff/requests/", seen="open", answer="Something else"
    )
    assert "settled this request before you" in desk.get(again.headers["Location"]).text


def test_an_agency_sees_no_requests(workplace: Workplace) -> None:
    phone = Phone(office=workplace.office, client=workplace.app.test_client(use_cookies=False))
    reference = reference_in(tell(phone))
    desk = at_desk(workplace, AGENCY_CLERK)
    assert desk.get("/staff/requests/").status_code == 403
    assert desk.get(f"/staff/requests/{reference}").status_code == 403
