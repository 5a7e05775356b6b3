"""Check a card at home as the airport does: the same verdict as the desk's, in its words, and nothing is kept."""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from clearance.credential.gate import verdict_for
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.clearance import Revocation, RevocationReason
from clearance.issuing.home_check import Caution
from clearance.reading.findings import FileFault, ReaderBusy
from clearance.web.public.check import MAX_FILE_BYTES
from clearance.web.wording_check import ADVICE, CAUTION_WORDS, FILE_FAULT_WORDS
from clearance_templates.i18n import translator
from clearance_templates.wording import LOOK_WORDS, VERDICT_WORDS, look_of
from tests.integration.home_check import LINK, REVOKED, SUPERSEDED, SUSPENDED, Home, edited, open_home
from tests.integration.worker_pages import set_status
from tests.unit.card.samples import sealing_key
from tests.unit.desk.bureau import DAY, NOW, Bureau, tampered
from tests.unit.desk.pictures import in_view, pdf, png, qr_image
from verifier.truststore import TrustStore


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return open_home(tmp_path_factory.mktemp("home"))


def words(page: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


# ---- the desk's verdict in the desk's words


def sent_in(home: Home) -> dict[str, tuple[str, Reason]]:
    stranger = Bureau(Path(tempfile.mkdtemp()) / "keys").card()
    return {
        "good": (home.card(), Reason.VALID),
        "revoked": (home.card(idx=REVOKED), Reason.REVOKED),
        "on hold": (home.card(idx=SUSPENDED), Reason.SUSPENDED),
        "replaced": (home.card(idx=SUPERSEDED), Reason.SUPERSEDED),
        "ran out": (home.card(issued_at=NOW - 9 * DAY, expires_at=NOW - DAY), Reason.EXPIRED),
        "changed": (tampered(home.card()), Reason.BAD_SIGNATURE),
        "signed by a stranger": (stranger, Reason.UNKNOWN_SIGNER),
        "a web link": (LINK, Reason.WEB_LINK),
        "a vaccination": ("HC1:NCFOXN", Reason.NOT_OUR_CARD),
        "a label": ("0123456789", Reason.UNREADABLE),
    }


def test_every_kind_of_code_gets_the_verdict_of_the_desk_in_its_words(home: Home) -> None:
    """The desk holds the files that are served to it, and the same code as here says what it says."""
    held = TrustStore(home.bureau.public, None).load()
    for name, (text, expected) in sent_in(home).items():
        at_the_desk = verdict_for(text, held=held, at=NOW)
        assert at_the_desk.reason is expected, name
        for lang in ("en", "bn"):
            page = home.send_code(text, lang=lang)
            t = translator(lang)  # type: ignore[arg-type]
            assert page.status_code == 200
            assert f"<h1>{t.gettext(LOOK_WORDS[look_of(expected)])}</h1>" in page.text, name
            assert t.gettext(VERDICT_WORDS[expected].why) in words(page), name
            assert t.gettext(ADVICE[expected]).split("%")[0].strip() in words(page), name


def test_a_good_card_shows_what_the_code_says_and_what_it_was_checked_with(home: Home) -> None:
    said = words(home.send(home.pdf(home.card())))
    for fact in (
        "Today the desk would say: CLEARED",
        "MD KARIM UDDIN",
        "A00000001",
        "4 March 1993",
        "Saudi Arabia",
        "20 February 2027",
        "The file is as BMET sealed it.",
        "List of signers no. 1, of 22 November 2026",
        "Cancel list of 22 November 2026, 11:59",
        "Nothing of your file was kept.",
    ):
        assert fact in said


def test_nothing_is_shown_of_a_code_that_is_not_genuine(home: Home) -> None:
    for text in (tampered(home.card()), Bureau(Path(tempfile.mkdtemp()) / "keys").card()):
        page = home.send_code(text)
        assert "KARIM" not in page.text
        assert "A00000001" not in page.text


def test_the_card_of_another_passport_is_named_as_such(home: Home) -> None:
    page = home.send_code(home.card(), passport_no="B7654321")
    assert "<h1>CHECK</h1>" in page.text
    assert "it is not made for the passport number that you typed" in words(page)
    assert "<h1>CLEARED</h1>" in home.send_code(home.card(), passport_no=" a0000-0001 ").text


def test_cards_of_two_people_in_one_picture_are_not_judged(home: Home) -> None:
    page = home.send(png(in_view(qr_image(home.card()), qr_image(home.card(clearance_no="BMET-1")))))
    assert "<h1>TWO CARDS</h1>" in page.text
    assert "KARIM" not in page.text


# ---- a file that lies about its code


def test_a_genuine_code_in_a_changed_file_passes_and_the_file_is_named(home: Home) -> None:
    said = words(home.send(edited(home.pdf(home.card()))))
    assert "Today the desk would say: CLEARED" in said
    assert "Do not trust the text of this file: it was changed after it was sealed." in said
    assert "Download your card here yourself, free of charge, and compare." in said


def test_a_file_sealed_by_somebody_else_is_named(home: Home) -> None:
    from datetime import UTC, datetime

    from clearance.card.seal import Seal

    key, root = sealing_key()
    foreign = Seal(key, [root]).seal(home.pdf(home.card(), sealed=False), at=datetime.fromtimestamp(NOW, UTC))
    assert "BMET did not seal it" in words(home.send(foreign))


def test_a_print_without_seal_is_told_to_be_one(home: Home) -> None:
    assert "The file has no seal" in words(home.send(home.pdf(home.card(), sealed=False)))


# ---- cautions


def cautions(page: TestResponse) -> list[str]:
    listed = re.search(r'<ul class="watch">(.*?)</ul>', page.text, re.DOTALL)
    items = re.findall(r"<span>(.*?)</span></li>", listed[1], re.DOTALL) if listed else []
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", each)).split()) for each in items]


def test_a_card_without_trouble_has_no_cautions(home: Home) -> None:
    assert cautions(home.send_code(home.card())) == []


def test_a_card_that_ends_soon_and_a_passport_under_six_months_are_told_with_days_and_dates(home: Home) -> None:
    soon = home.card(expires_at=NOW + 9 * DAY, passport_expiry=20270401)
    assert cautions(home.send_code(soon)) == [
        "This card ends in 9 days, on 1 December 2026. Travel before that, or ask for a new one.",
        "Your passport ends in 130 days, on 1 April 2027. Many countries want six months: ask before you buy a ticket.",
    ]
    assert "আর ৯ দিন" in cautions(home.send_code(soon, lang="bn"))[0]


def test_the_visa_on_record_is_told_of_when_it_ends_soon_or_has_ended(home: Home) -> None:
    clock, then = home.office.clock, home.office.clock.at
    visa_ends = date(2027, 3, 31)
    texts = {}
    try:
        for days in (9, -1):
            clock.at = then
            clock.advance(days=(visa_ends - date(2026, 11, 22)).days - days)
            expires = int(clock.at.timestamp()) + 90 * DAY
            home.bureau.publish({}, at=int(clock.at.timestamp()))
            texts[days] = cautions(home.send_code(home.card(expires_at=expires)))
    finally:
        clock.at = then
    assert texts[9] == ["Your visa ends in 9 days, on 31 March 2027. Enter the country before that."]
    assert texts[-1] == ["Your visa ended on 31 March 2027. Ask your recruiting agency or call 16135."]


@pytest.fixture
def fresh(tmp_path: Path) -> Home:
    """A service of its own, for tests that change what is on record."""
    return open_home(tmp_path)


def test_what_the_office_knows_before_the_desks_do_is_told(fresh: Home) -> None:
    set_status(fresh.office, "A00000001", Status.SUPERSEDED)
    assert "The office has made a newer card." in cautions(fresh.send_code(fresh.card()))[0]


def test_a_card_taken_back_a_moment_ago_is_told_of(fresh: Home) -> None:
    taken_back = Revocation(officer_no="X-1", at=fresh.office.clock.at, reason=RevocationReason.VISA_CANCELLED)
    set_status(fresh.office, "A00000001", Status.INVALID, taken_back)
    assert "The office has just taken this card back." in cautions(fresh.send_code(fresh.card()))[0]


def test_a_genuine_signature_on_a_card_that_nobody_recorded_is_told_of(home: Home) -> None:
    assert "The office has no record of this card." in cautions(home.send_code(home.card(clearance_no="BMET-1")))[0]


# ---- the form


def test_the_page_sends_files_without_a_script_and_photographs_with_a_phone(home: Home) -> None:
    page = home.app.test_client().get("/check?lang=en")
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert 'capture="environment"' in page.text
    assert home.send(png(qr_image(home.card())), field="photo").status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "fault"),
    [
        (b"", 422, None),
        (b"hello", 422, FileFault.NOT_AN_IMAGE),
        (b"%PDF-1.7 not at all", 422, FileFault.NOT_AN_IMAGE),
        (b"x" * (MAX_FILE_BYTES + 1), 413, FileFault.TOO_LARGE),
    ],
    ids=["nothing", "text", "broken pdf", "too large"],
)
def test_what_cannot_be_checked_is_explained(home: Home, content: bytes, status: int, fault: FileFault | None) -> None:
    page = home.send(content)
    assert page.status_code == status
    assert "<title>Error:" in page.text
    expected = FILE_FAULT_WORDS[fault] % {"megabytes": "10"} if fault else "Choose a file or take a photo first."
    assert expected in words(page)


def test_a_body_far_beyond_a_file_is_refused_before_it_is_read(home: Home) -> None:
    far_too_large = home.send(b"x" * (2 * MAX_FILE_BYTES))
    assert far_too_large.status_code == 413
    assert FILE_FAULT_WORDS[FileFault.TOO_LARGE] % {"megabytes": 10} in far_too_large.text
    assert 'type="file"' in far_too_large.text  # the form, to choose another one


def test_a_picture_without_a_code_says_so(home: Home) -> None:
    assert "No QR code was found in this file." in words(home.send(pdf(in_view())))


def test_an_answer_changes_its_language_without_the_file(home: Home) -> None:
    page = home.send(edited(home.pdf(home.card())), passport_no="A00000001")
    sealed = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert sealed
    bengali = home.app.test_client().post("/check?lang=bn", data={"ticket": sealed[1], "passport_no": "A00000001"})
    assert "আজ ডেস্ক বলত:" in bengali.text
    assert "মোহাম্মদ করিম উদ্দিন" in bengali.text
    assert translator("bn").gettext("Watch out") not in bengali.text
    for forged in (sealed[1][::-1], "x", ""):
        assert home.app.test_client().post("/check", data={"ticket": forged}).status_code == 422


def test_every_word_has_its_bengali() -> None:
    said = translator("bn")
    for message in (*ADVICE.values(), *CAUTION_WORDS.values(), *FILE_FAULT_WORDS.values()):
        assert said.gettext(message) != message
    assert set(ADVICE) == set(Reason)
    assert set(CAUTION_WORDS) == set(Caution)
    assert set(FILE_FAULT_WORDS) == set(FileFault)


def test_while_all_readers_are_busy_the_page_asks_to_come_again(fresh: Home) -> None:
    def busy(_data: bytes, *, root_pem: bytes) -> Any:
        raise ReaderBusy

    from clearance.web.app import create_app
    from clearance.web.options import WebOptions

    service = replace(fresh.office.service, read_file=busy)
    app = create_app(
        service,
        WebOptions(secret_key=b"k" * 32, second_factor=fresh_factor(), trust_directory=fresh.bureau.public),
    )
    page = replace(fresh, app=app).send(b"%PDF-")
    assert page.status_code == 503
    assert int(page.headers["Retry-After"]) > 0


def fresh_factor() -> Any:
    from clearance.issuing.lookup import SecondFactor

    return SecondFactor.BIRTH_DATE


# ---- nothing is kept


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Every file that this process opens for writing meanwhile."""
    import sys

    written: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching[0] and event == "open" and isinstance(arguments[2], int):
            if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                written.append(str(arguments[0]))
        elif watching[0] and event.startswith("tempfile."):
            written.append(event)

    sys.addaudithook(hook)
    try:
        yield written
    finally:
        watching[0] = False


def test_no_file_no_log_line_and_no_row_is_left_of_what_was_sent(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    large = home.pdf(home.card()) + b"\n" * 2_000_000
    before = repr(vars(home.office.service.database))
    with capture_logs() as logs, opened_files() as written:
        pages = [home.send(large), home.send_code(home.card()), home.send(b"junk"), home.send_code(LINK)]
    assert [page.status_code for page in pages] == [200, 200, 422, 200]
    assert written == []
    assert logs == []
    assert "KARIM" not in caplog.text
    assert repr(vars(home.office.service.database)) == before
    assert all(page.headers["Cache-Control"] == "no-store" for page in pages)


def test_the_reader_of_the_real_service_has_a_process_of_its_own() -> None:
    from clearance.reading.apart import ApartReader

    reader = ApartReader(turns=BoundedSemaphore(1))
    paper = reader(png(qr_image(LINK)), root_pem=b"")
    assert paper.texts == (LINK,)
    assert json.loads(json.dumps(paper.to_members()))["fault"] is None
