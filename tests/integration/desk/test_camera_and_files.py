"""Frames and files as the page sends them."""

import pytest
from PIL import Image

from tests.integration.desk.counter import HOST, Counter, answered
from tests.unit.desk.bureau import Bureau, tampered
from tests.unit.desk.pictures import in_view, jpeg, pdf, png, qr_image


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
