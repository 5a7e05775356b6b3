"""The desk's page as its browser sees it: real cards, real journal, real decoders, and requests that mean no good."""

import base64
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.signing.authority import Subject
from tests.unit.desk.bureau import CLAIMS, DAY, NOW, Bureau, tampered
from tests.unit.desk.pictures import card_like_text, in_view, jpeg, pdf, png, qr_image
from verifier.bootstrap import Desk, join
from verifier.config import DeskConfig
from verifier.journal import verify_chain
from verifier.web.app import create_app
from verifier.web.guard import MAX_BODY_BYTES

REVOKED_IDX = 7
NOBODY = "http://127.0.0.1:9"
OWN = {"X-Desk": "page-1"}
HOST = {"base_url": "http://127.0.0.1:8100"}
PERSONAL = [CLAIMS.full_name, CLAIMS.passport_no, "A0 123 4567", str(CLAIMS.name_bn), CLAIMS.clearance_no]


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(kw_only=True)
class Counter:
    """A desk, its page's requests, and the clock on its wall."""

    desk: Desk
    client: FlaskClient
    clock: Clock

    def scan(self, *candidates: str, passport: str | None = None, source: str = "keyboard") -> dict[str, Any]:
        said = {"candidates": candidates, "source": source, "passport": passport}
        return answered(self.client.post("/scan", json=said, headers=OWN, **HOST))

    def frame(self, jpeg: bytes, *, passport: str | None = None) -> dict[str, Any]:
        in_hand = {"X-Passport": passport} if passport else {}
        return answered(self.client.post("/frame", data=jpeg, headers={**OWN, **in_hand}, **HOST))

    def file(self, content: bytes) -> TestResponse:
        boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), "card")})
        form = f"multipart/form-data; boundary={boundary}"
        return self.client.post("/file", data=body, content_type=form, headers=OWN, **HOST)

    def rows(self) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.desk.config.journal)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute("SELECT * FROM scan ORDER BY seq")]


def answered(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json
    return content


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = Bureau(tmp_path_factory.mktemp("bureau") / "keys")
    bureau.publish({REVOKED_IDX: Status.INVALID, 8: Status.SUSPENDED, 9: Status.SUPERSEDED}, at=NOW - 30)
    return bureau


def counter_with(trust: Path, home: Path) -> Counter:
    shutil.copytree(trust, home / "trust")
    clock = Clock()
    desk = join(DeskConfig(home=home, issuer_url=NOBODY, desk="DAC-2"), now=clock)
    return Counter(desk=desk, client=create_app(desk.services()).test_client(), clock=clock)


@pytest.fixture
def counter(bureau: Bureau, tmp_path: Path) -> Iterator[Counter]:
    counter = counter_with(bureau.public, tmp_path / "desk")
    yield counter
    counter.desk.journal.close()


def test_a_good_card_is_cleared_with_everything_the_officer_compares(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card())
    assert (answer["kind"], answer["look"], answer["outcome"], answer["reason"]) == (
        "verdict",
        "cleared",
        "pass",
        "valid",
    )
    for shown in (
        "ছাড়পত্র সঠিক", "CLEARED", "A0 123 4567", "MD KARIM UDDIN", "মোহাম্মদ করিম উদ্দিন", "সৌদি আরব", "Saudi Arabia",
        "২০ ফেব্রুয়ারি ২০২৭", "20 February 2027", "4 March 1993", "BMET-26-4821-7703", "RL-1042",
        "Al Madina Trading &amp; Contracting Est.",
    ):  # fmt: skip
        assert shown in answer["screen"], shown


def test_what_is_shown_was_written_down_first(counter: Counter, bureau: Bureau) -> None:
    counter.scan(bureau.card())
    counter.scan(bureau.card(idx=REVOKED_IDX))
    assert [(row["outcome"], row["reason"]) for row in counter.rows()] == [("pass", "valid"), ("refuse", "revoked")]
    assert verify_chain(counter.desk.config.journal) is None


@pytest.mark.parametrize(
    ("changes", "look", "reason"),
    [
        ({"idx": REVOKED_IDX}, "stop", "revoked"),
        ({"idx": 8}, "stop", "suspended"),
        ({"idx": 9}, "stop", "superseded"),
        ({"expires_at": NOW - 1}, "stop", "expired"),
        ({"issued_at": NOW + DAY}, "stop", "not_yet_valid"),
    ],
)
def test_a_genuine_card_that_must_not_pass_shows_whose_it_is_and_why(
    counter: Counter, bureau: Bureau, changes: dict[str, Any], look: str, reason: str
) -> None:
    answer = counter.scan(bureau.card(**changes))
    assert (answer["look"], answer["reason"]) == (look, reason)
    assert "MD KARIM UDDIN" in answer["screen"]


@pytest.mark.parametrize(
    ("text", "look", "reason"),
    [
        ("https://bmet-clearance.example/A01234567", "stop", "web_link"),
        ("HC1:6BFOXN", "not_read", "not_our_card"),
        ("A01234567 MD KARIM UDDIN", "not_read", "unreadable"),
        (card_like_text(), "not_read", "unreadable"),
        ("<script>alert(1)</script>", "not_read", "unreadable"),
        ("", "not_read", "unreadable"),
    ],
)
def test_what_is_no_card_is_called_what_it_is_and_never_repeated_on_the_screen(
    counter: Counter, text: str, look: str, reason: str
) -> None:
    answer = counter.scan(text)
    assert (answer["look"], answer["reason"]) == (look, reason)
    assert not text or text not in answer["screen"]


def test_nothing_personal_is_shown_of_a_card_whose_signature_is_wrong(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(tampered(bureau.card()))
    assert (answer["look"], answer["reason"], answer["genuine"]) == ("stop", "bad_signature", False)
    assert [personal for personal in PERSONAL if personal in answer["screen"]] == []


def test_nothing_personal_is_shown_of_another_issuer_s_card(counter: Counter, tmp_path: Path) -> None:
    stranger = Bureau(tmp_path / "stranger")
    answer = counter.scan(stranger.card())
    assert answer["reason"] == "unknown_signer"
    assert [personal for personal in PERSONAL if personal in answer["screen"]] == []


def test_a_hostile_name_stays_text(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(full_name='<img src=x onerror="alert(1)">', employer="</dd><script>"))
    assert answer["look"] == "cleared"
    assert "<img" not in answer["screen"]
    assert "<script" not in answer["screen"]


def test_a_photo_on_the_card_is_shown(counter: Counter, bureau: Bureau) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (24, 31), "#a8714c").save(photo, "WEBP", quality=30)
    screen = counter.scan(bureau.card(photo_webp=photo.getvalue()))["screen"]
    assert f"data:image/webp;base64,{base64.b64encode(photo.getvalue()).decode()}" in screen


def test_the_reading_from_physical_keys_or_the_one_from_characters_whichever_verifies(
    counter: Counter, bureau: Bureau
) -> None:
    card = bureau.card()
    assert counter.scan("]Q1" + card + "\r", "গোলমাল")["reason"] == "valid"
    assert counter.scan("garbled by a layout", card.lower())["reason"] == "valid"


# ---- the passport in hand


@pytest.mark.parametrize("typed", ["A01234567", "a0 123 4567", "A০১২৩৪৫৬৭", "A0-123-4567"])
def test_the_passport_in_hand_is_compared_however_it_is_typed(counter: Counter, bureau: Bureau, typed: str) -> None:
    answer = counter.scan(bureau.card(), passport=typed)
    assert answer["reason"] == "valid"
    assert "The typed passport number is the one on the card." in answer["screen"]
    assert counter.rows()[0]["passport_no"] == "A01234567"


def test_a_mismatch_names_both_numbers(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(), passport="B7654321")
    assert (answer["look"], answer["reason"]) == ("check", "passport_mismatch")
    assert "A0 123 4567" in answer["screen"]
    assert "B 765 4321" in answer["screen"]


def test_the_previous_passport_passes_and_says_so(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(previous_passport_no="AB0123456"), passport="AB0123456")
    assert answer["reason"] == "valid"
    assert "The passport was renewed." in answer["screen"]


@pytest.mark.parametrize("odd", ["A1", "A0123456789", "A01234 567!", "x" * 5_000, "আ০১২৩৪৫৬", 7, ["A01234567"]])
def test_a_number_that_is_none_gives_a_message_and_no_verdict(counter: Counter, bureau: Bureau, odd: object) -> None:
    said = {"candidates": [bureau.card()], "source": "keyboard", "passport": odd}
    response = counter.client.post("/scan", json=said, headers=OWN, **HOST)
    assert (response.status_code, response.json["code"]) == (422, "passport_odd")
    assert "এটি পাসপোর্ট নম্বরের মতো নয়" in response.json["screen"]
    assert counter.rows() == []


# ---- camera and files


def test_a_card_before_the_camera_is_cleared_by_one_frame_and_not_again_while_it_rests(
    counter: Counter, bureau: Bureau
) -> None:
    frame = jpeg(in_view(qr_image(bureau.card())))
    assert counter.frame(frame)["reason"] == "valid"
    assert [counter.frame(frame)["kind"] for _ in range(5)] == ["nothing"] * 5
    assert [row["source"] for row in counter.rows()] == ["camera"]


def test_a_forgery_before_the_camera_needs_two_frames(counter: Counter, bureau: Bureau) -> None:
    frame = jpeg(in_view(qr_image(tampered(bureau.card()))))
    assert counter.frame(frame)["kind"] == "nothing"
    assert counter.rows() == []
    assert counter.frame(frame)["reason"] == "bad_signature"


def test_two_open_pages_do_not_disturb_each_other_s_camera(counter: Counter, bureau: Bureau) -> None:
    frame = jpeg(in_view(qr_image(bureau.card())))
    reasons = []
    for page in ("one", "two", "one", "two"):
        response = counter.client.post("/frame", data=frame, headers={"X-Desk": page}, **HOST)
        reasons.append(answered(response).get("reason"))
    assert reasons == ["valid", "valid", None, None]


def test_a_frame_can_bring_the_passport_along(counter: Counter, bureau: Bureau) -> None:
    frame = jpeg(in_view(qr_image(bureau.card())))
    assert counter.frame(frame, passport="B7654321")["kind"] == "nothing"  # a refusal waits for the second look
    assert counter.frame(frame, passport="B7654321")["reason"] == "passport_mismatch"


def test_a_frame_that_is_no_picture_changes_nothing(counter: Counter) -> None:
    assert counter.frame(b"no jpeg") == {"kind": "nothing", "hint": None}


@pytest.mark.parametrize("form", ["png", "jpeg", "pdf"])
def test_a_card_in_a_file_is_judged(counter: Counter, bureau: Bureau, form: str) -> None:
    picture = qr_image(bureau.card())
    content = {"png": png, "jpeg": lambda image: jpeg(in_view(image)), "pdf": pdf}[form](picture)
    answer = answered(counter.file(content))
    assert (answer["reason"], answer["source"]) == ("valid", "file")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not a picture", "not_an_image"),
        (png(in_view()), "no_code"),
        (png(Image.new("1", (9_000, 9_000))), "too_many_pixels"),
        (b"\0" * 10_050_000, "too_large"),
    ],
    ids=["text", "no code", "bomb", "over 10 MB"],
)
def test_a_file_without_a_card_gets_a_message_and_no_row(counter: Counter, content: bytes, code: str) -> None:
    response = counter.file(content)
    assert response.json["code"] == code
    assert response.json["look"] == "not_read"
    assert counter.rows() == []


# ---- what goes wrong


def test_when_the_scan_cannot_be_saved_there_is_no_verdict(counter: Counter, bureau: Bureau) -> None:
    counter.desk.journal._db.execute("PRAGMA max_page_count = 1")
    cards = [bureau.card(clearance_no=f"BMET-26-{number}") for number in range(3)]
    responses = [
        counter.client.post("/scan", json={"candidates": [card] * 4, "source": "keyboard"}, headers=OWN, **HOST)
        for card in cards * 10
    ]
    last = responses[-1]
    assert (last.status_code, last.json["code"], last.json["look"]) == (503, "not_recorded", "stop")
    assert "স্ক্যান সংরক্ষণ হচ্ছে না" in last.json["screen"]
    assert "MD KARIM" not in last.text
    assert len(counter.rows()) == sum(response.status_code == 200 for response in responses)


def test_a_locked_journal_is_a_message_too(counter: Counter, bureau: Bureau) -> None:
    counter.desk.journal._db.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(counter.desk.config.journal, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = {"candidates": [bureau.card()], "source": "keyboard"}
        response = counter.client.post("/scan", json=said, headers=OWN, **HOST)
        other.execute("ROLLBACK")
    assert response.json["code"] == "not_recorded"
    assert counter.scan(bureau.card())["reason"] == "valid"


def test_five_megabytes_of_garbage_get_a_clear_answer_and_do_no_harm(counter: Counter, bureau: Bureau) -> None:
    said = {"candidates": ["x" * 5_000_000], "source": "keyboard"}
    response = counter.client.post("/scan", json=said, headers=OWN, **HOST)
    assert (response.status_code, response.json["code"]) == (413, "too_large")
    assert counter.scan("x" * 4_096)["reason"] == "unreadable"
    assert counter.scan(bureau.card())["reason"] == "valid"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b'"NCF"', b'{"candidates": "NCF", "source": "keyboard"}', b'{"candidates": ["A"]}',
        b'{"candidates": [1], "source": "keyboard"}', b'{"candidates": ["A"], "source": "telepathy"}',
        b"[" * 50_000, b'{"candidates": ["\xff"], "source": "keyboard"}',
    ],
)  # fmt: skip
def test_a_scan_that_is_none_is_refused_in_words(counter: Counter, body: bytes) -> None:
    response = counter.client.post("/scan", data=body, content_type="application/json", headers=OWN, **HOST)
    assert (response.status_code, response.json["code"]) == (400, "not_understood")
    assert counter.rows() == []


def test_a_lone_surrogate_is_unreadable_and_written_down(counter: Counter) -> None:
    body = b'{"candidates": ["\\ud800"], "source": "keyboard"}'
    response = counter.client.post("/scan", data=body, content_type="application/json", headers=OWN, **HOST)
    assert response.json["reason"] == "unreadable"
    assert len(counter.rows()) == 1


# ---- who may ask


@pytest.mark.parametrize("path", ["/scan", "/frame", "/file", "/sync"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**OWN, "Origin": "https://evil.example"},
        {**OWN, "Origin": "null"},
        {**OWN, "Origin": "http://127.0.0.1:8000"},
        {**OWN, "Origin": "http://localhost:8100"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
    ],
    ids=["no own header", "foreign", "null", "other port", "other name", "cross-site", "same-site"],
)
def test_another_page_cannot_make_the_desk_act(counter: Counter, path: str, headers: dict[str, str]) -> None:
    response = counter.client.post(path, data=b"x", headers=headers, **HOST)
    assert (response.status_code, response.json["code"]) == (403, "not_allowed")
    assert counter.rows() == []


@pytest.mark.parametrize("path", ["/", "/state", "/static/desk/desk.js"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8100", "192.168.1.7:8100", "bmet.gov.bd"])
def test_a_foreign_name_that_leads_here_is_refused(counter: Counter, path: str, host: str) -> None:
    assert counter.client.get(path, base_url=f"http://{host}").status_code == 400


def test_the_page_s_own_request_is_let_in(counter: Counter, bureau: Bureau) -> None:
    own = {**OWN, "Origin": "http://127.0.0.1:8100", "Sec-Fetch-Site": "same-origin"}
    said = {"candidates": [bureau.card()], "source": "keyboard"}
    assert counter.client.post("/scan", json=said, headers=own, **HOST).status_code == 200


@pytest.mark.parametrize("endpoint", sorted(MAX_BODY_BYTES))
def test_every_door_has_a_cap_on_what_it_takes(counter: Counter, endpoint: str) -> None:
    too_much = b"x" * (MAX_BODY_BYTES[endpoint] + 1)
    content_type = "multipart/form-data; boundary=x" if endpoint == "file" else "application/json"
    response = counter.client.post(f"/{endpoint}", data=too_much, content_type=content_type, headers=OWN, **HOST)
    assert response.status_code == 413
    assert response.json["code"] == "too_large"


def test_the_page_runs_its_own_scripts_only_and_is_kept_nowhere(counter: Counter) -> None:
    response = counter.client.get("/", **HOST)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", response.text)


# ---- what stands around the verdict


def state(counter: Counter) -> dict[str, Any]:
    return answered(counter.client.get("/state", **HOST))


def test_the_age_of_the_list_is_always_in_words_and_amber_after_a_day(counter: Counter) -> None:
    counter.clock.now = NOW - 30 + 12 * 60
    assert "Cancel list 12 minutes old" in state(counter)["chips"]
    assert not state(counter)["amber"]
    counter.clock.now = NOW - 30 + DAY + 1
    assert state(counter)["amber"]
    assert "amber" in state(counter)["chips"]


def test_counts_are_of_today_in_bangladesh_and_the_last_five_newest_first(counter: Counter, bureau: Bureau) -> None:
    counter.clock.now = NOW - 13 * 3600  # 23:00 of the day before in Dhaka
    counter.scan("https://example.com/")
    counter.clock.now = NOW
    for text in (bureau.card(), bureau.card(), bureau.card(idx=REVOKED_IDX), "nothing", bureau.card()):
        around = counter.scan(text)["state"]
    assert around["counts"] == {"cleared": 3, "check": 0, "stop": 1, "not_read": 1}
    assert around["latest"] == ["cleared", "not_read", "stop", "cleared", "cleared"]
    assert around["unsent"] == 6
    assert "৩" in around["tally"]


def test_a_demo_desk_says_so_and_a_real_one_does_not(counter: Counter, tmp_path: Path) -> None:
    assert "Sample people and keys" in counter.client.get("/", **HOST).text
    real = Bureau(tmp_path / "real", subject=Subject(organisation="BMET", country="BD"))
    real_counter = counter_with(real.public, tmp_path / "real-desk")
    assert not state(real_counter)["demo"]
    assert "Sample people and keys" not in real_counter.client.get("/", **HOST).text
    assert real_counter.scan(real.card(issued_at=NOW))["reason"] == "valid"


def test_the_language_is_the_one_chosen_last(counter: Counter) -> None:
    assert '<html lang="bn">' in counter.client.get("/", **HOST).text
    counter.client.set_cookie("language", "en", domain="127.0.0.1")
    assert '<html lang="en">' in counter.client.get("/", **HOST).text
    counter.client.set_cookie("language", '"><script>', domain="127.0.0.1")
    assert '<html lang="bn">' in counter.client.get("/", **HOST).text


def test_without_a_connection_checking_goes_on_and_the_screen_says_so(counter: Counter, bureau: Bureau) -> None:
    answer = answered(counter.client.post("/sync", headers=OWN, **HOST))
    assert (answer["kind"], answer["complete"]) == ("sync", False)
    assert "No connection" in answer["state"]["chips"]
    assert counter.scan(bureau.card())["reason"] == "valid"


def test_without_lists_every_genuine_card_is_referred(counter: Counter, bureau: Bureau) -> None:
    for file in (counter.desk.config.trust / "status").iterdir():
        file.unlink()
    counter.desk.reload()
    answer = counter.scan(bureau.card())
    assert (answer["look"], answer["reason"]) == ("check", "status_unknown")
    assert "No cancel list" in state(counter)["chips"]


def test_an_altered_journal_is_said_on_the_screen(counter: Counter, bureau: Bureau) -> None:
    counter.scan(bureau.card(idx=REVOKED_IDX))
    counter.desk.journal.close()
    config = counter.desk.config
    with closing(sqlite3.connect(config.journal)) as db:
        db.execute("DROP TRIGGER scan_is_not_changed")
        db.execute("UPDATE scan SET outcome = 'pass', reason = 'valid'")
        db.commit()
    reopened = join(config, now=counter.clock)
    page = create_app(reopened.services()).test_client()
    assert not answered(page.get("/state", **HOST))["journal_whole"]
    assert "জার্নাল বদলানো হয়েছে" in answered(page.get("/state", **HOST))["chips"]
    reopened.journal.close()


def test_every_verdict_can_be_worded(counter: Counter, bureau: Bureau) -> None:
    """Each reason reaches the screen through the same template; none may break it."""
    from clearance.credential.gate import Verdict
    from verifier.desk import ScanRecord, Source
    from verifier.passport import PassportInHand, ReadBy
    from verifier.web.screens import Screens

    other = PassportInHand(number="B7654321", read_by=ReadBy.TYPED)

    app = create_app(counter.desk.services())
    for reason in Reason:
        for claims in (None, CLAIMS):
            verdict = Verdict(reason=reason, claims=claims)
            record = ScanRecord(at=NOW, source=Source.FILE, text="x", passport=other, trust_sequence=1, verdict=verdict)
            with app.test_request_context(**HOST):
                response, _ = Screens(counter.desk.services()).verdict(record)
            assert json.loads(response.data)["reason"] == reason
