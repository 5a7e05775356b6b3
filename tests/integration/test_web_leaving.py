"""A computer that others use: answers end by themselves, browsers forget, and downloads go on where they stopped."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from clearance.credential.status import Status
from tests.integration.worker_pages import ENTERED, READY, UNKNOWN, Phone, open_app, set_status, ticket_in


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


# ---- ending and forgetting


def test_an_answer_about_a_person_ends_after_three_minutes_without_a_script(phone: Phone) -> None:
    for number in (READY, ENTERED):
        page = phone.ask(number)
        assert page.headers["Refresh"] == "180; url=/ended?lang=en"
        assert "This page closes by itself after 3 minutes." in page.text
        assert "Keep it open for longer" in page.text
    assert "Refresh" not in phone.ask(UNKNOWN).headers
    assert "Refresh" not in phone.get("/").headers


def test_whoever_needs_longer_gets_as_long_again_as_often_as_asked(phone: Phone) -> None:
    page = phone.ask(READY)
    for _ in range(20):
        phone.office.clock.advance(minutes=3)
        page = phone.post("/card?lang=en", ticket=ticket_in(page))
        assert "Your card is ready" in page.text
        assert page.headers["Refresh"]


def test_the_end_says_that_nothing_is_lost_in_both_languages(phone: Phone) -> None:
    assert "Nothing is lost" in phone.get("/ended?lang=en").text
    assert "কিছু হারায়নি" in phone.get("/ended").text


def test_clearing_asks_the_browser_to_forget_us_and_says_what_it_cannot_forget(phone: Phone) -> None:
    page = phone.post("/clear?lang=en")
    assert page.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    for said in ("This browser has forgotten", "Downloads", "clearance-", "Close this window"):
        assert said in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("site", "forgets"), [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False)]
)
def test_a_page_of_others_cannot_make_a_browser_forget(phone: Phone, site: str, forgets: bool) -> None:
    page = phone.client.post("/clear", headers={"Sec-Fetch-Site": site})
    assert ("Clear-Site-Data" in page.headers) == forgets


def test_nothing_about_a_person_may_be_kept_or_found(phone: Phone) -> None:
    answer = phone.ask(READY)
    file = phone.download(answer)
    for page in (answer, file, phone.get("/request"), phone.get("/request/follow")):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"


# ---- the file


def address_of(phone: Phone, **asked: str) -> str:
    answer = phone.post("/card/download?lang=en", ticket=ticket_in(phone.ask(READY)), **asked)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_part_of_the_file_is_sent_where_a_part_is_asked_for(phone: Phone) -> None:
    address = address_of(phone)
    whole = phone.get(address)
    part = phone.get(address, Range="bytes=100-199", If_Range=whole.headers["ETag"])
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert part.status_code == 206
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    assert part.data == whole.data[100:200]
    rest = phone.get(address, Range=f"bytes={len(whole.data) - 7}-")
    assert rest.data == whole.data[-7:]


def test_a_part_of_another_edition_is_answered_with_the_whole_file(phone: Phone) -> None:
    address = address_of(phone)
    answer = phone.get(address, Range="bytes=100-199", If_Range='"another"')
    assert answer.status_code == 200
    assert answer.data == phone.get(address).data


def test_a_part_beyond_the_end_is_refused_with_the_length(phone: Phone) -> None:
    address = address_of(phone)
    length = len(phone.get(address).data)
    answer = phone.get(address, Range=f"bytes={length}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{length}"


def test_an_unchanged_file_is_not_sent_again(phone: Phone) -> None:
    address = address_of(phone)
    assert phone.get(address, If_None_Match=phone.get(address).headers["ETag"]).status_code == 304


def test_the_address_of_a_file_says_nothing_and_ends_with_its_time(phone: Phone) -> None:
    address = address_of(phone)
    assert READY not in address
    assert "1995" not in address
    phone.office.clock.advance(minutes=10)
    assert phone.get(address).status_code == 200
    phone.office.clock.advance(seconds=1)
    late = phone.get(address)
    assert late.status_code == 410
    assert "Look up your card again" in late.text


def test_a_card_taken_back_during_the_download_is_not_handed_out_further(phone: Phone) -> None:
    address = address_of(phone)
    set_status(phone.office, READY, Status.SUSPENDED)
    answer = phone.get(address, Range="bytes=100-")
    assert answer.status_code == 410
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("ticket", ["x" * 140, "gAAAAA==", "%00"])
def test_asking_for_a_head_tells_no_more_than_asking(phone: Phone, ticket: str) -> None:
    for form in ("pdf", "picture"):
        head = phone.client.head(f"/card/file/{form}/{ticket}")
        assert head.status_code == 410
        assert head.data == b""
    assert phone.client.head("/card").status_code == 302
    assert phone.client.head(f"/card/file/exe/{ticket}").status_code == 404


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Phone, str]]:
    office, app = open_app(tmp_path)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Phone(office=office, client=app.test_client(use_cookies=False)), f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_download_that_was_cut_off_is_finished_by_curl(served: tuple[Phone, str], tmp_path: Path) -> None:
    phone, site = served
    address = address_of(phone)
    whole = phone.get(address).data
    file = tmp_path / "card.pdf"
    file.write_bytes(whole[: len(whole) // 3])
    command = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "-C", "-", "-o", str(file)]
    done = subprocess.run(
        [*command, "-w", "%{http_code} %{size_download}", site + address], capture_output=True, text=True
    )
    assert done.stdout == f"206 {len(whole) - len(whole) // 3}", done.stderr
    assert file.read_bytes() == whole
