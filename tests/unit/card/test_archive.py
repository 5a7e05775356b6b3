import io
from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5

import pytest
from PIL import Image, ImageCms

from clearance.card import archive, template
from clearance.card.template import template_id


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 11, 22, 6, 0, tzinfo=timezone(timedelta(hours=6))), "(D:20261122060000+06'00')"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "(D:20260102030405+00'00')"),
    ],
)
def test_dates_have_the_form_of_the_format(at: datetime, written: str) -> None:
    assert archive.pdf_date(at).format(archive.pdfdoc.DummyDoc()).decode() == written


def test_our_colour_profile_changes_no_colour_of_srgb() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(archive.srgb_profile()))
    steps = range(0, 256, 51)
    colours = [(red, green, blue) for red in steps for green in steps for blue in steps]
    picture = Image.new("RGB", (len(colours), 1))
    picture.putdata(colours)
    converted = ImageCms.profileToProfile(picture, ours, ImageCms.createProfile("sRGB"))
    assert converted is not None
    assert max(abs(one - other) for one, other in zip(picture.tobytes(), converted.tobytes(), strict=True)) <= 1


def test_our_colour_profile_is_well_formed() -> None:
    profile = archive.srgb_profile()
    assert int.from_bytes(profile[:4], "big") == len(profile)
    assert profile[36:40] == b"acsp"
    assert len(profile) < 700
    assert md5(profile, usedforsecurity=False).digest() == md5(archive.srgb_profile(), usedforsecurity=False).digest()


def test_a_template_is_named_by_its_code_its_fonts_and_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = template_id.__wrapped__
    assert fresh() == template_id()
    assert len(template_id()) == 16
    monkeypatch.setattr(template, "version", lambda _: "0")
    assert fresh() != template_id()
    monkeypatch.undo()
    monkeypatch.setattr(template, "_parts", lambda _: [("layout.py", b"changed")])
    assert fresh() != template_id()
