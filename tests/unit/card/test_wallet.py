"""The code alone and the small picture: light, legible to a scanner, and after messaging apps had their way."""

import io
from dataclasses import replace
from random import Random
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from clearance.card import document, qr, wallet
from clearance.card.photo import prepare
from clearance.demo.portraits import portrait
from clearance.domain.person import Sex
from clearance.domain.printed_card import PrintedCard
from tests.unit.card.samples import BARE, LONG, people, sample_card

FACE = prepare(portrait(Random(3), Sex.FEMALE)).jpeg
CARDS = {
    "ordinary": sample_card(photo=FACE),
    "long": sample_card(2, **LONG, photo=FACE),
    "bare": sample_card(3, **BARE, photo=FACE),
    "busy photo": sample_card(4),
    "long, busy photo": sample_card(5, **LONG),
    "long code": sample_card(6, qr_text=(sample_card(4).qr_text * 2)[:760]),
}


def picture_of(card: PrintedCard) -> bytes:
    return wallet.picture(document.render(card, mask=qr.MASKS[0]), text=card.qr_text)


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image


def texts(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image.convert("L"))]


def passed_on(image: Image.Image, *, width: int, quality: int) -> Image.Image:
    """What a messaging app makes of a picture: a smaller JPEG."""
    size = (width, round(image.height * width / image.width))
    out = io.BytesIO()
    image.convert("RGB").resize(size, Image.Resampling.BILINEAR).save(out, "JPEG", quality=quality)
    return Image.open(out)


class TestTheCodeAlone:
    @pytest.mark.parametrize("length", [300, 529, 900])
    def test_a_png_is_large_black_on_white_and_has_its_quiet_zone(self, length: int) -> None:
        text = (sample_card().qr_text * 2)[:length]
        image = opened(wallet.code_png(text))
        module = image.width // qr.side(qr.matrix(text))
        assert image.mode == "1"
        assert image.width == image.height >= wallet.CODE_PX
        assert texts(image) == [text]
        inside = (4 * module, 4 * module, image.width - 4 * module, image.height - 4 * module)
        blank = image.convert("L")
        blank.paste(255, inside)
        assert blank.getextrema() == (255, 255)
        assert image.getpixel(inside[:2]) == 0

    def test_a_png_is_light(self) -> None:
        assert len(wallet.code_png(sample_card().qr_text)) < 8_000

    def test_an_svg_is_a_white_ground_and_one_path_and_nothing_else(self) -> None:
        text = sample_card().qr_text
        root = ElementTree.fromstring(wallet.code_svg(text))
        assert [child.tag.rpartition("}")[2] for child in root] == ["path", "path"]
        assert set(root.attrib) == {"viewBox", "width", "height", "shape-rendering"}
        assert [sorted(child.attrib) for child in root] == [["d", "fill"], ["d"]]

    def test_the_shapes_of_an_svg_are_the_modules(self) -> None:
        text = sample_card().qr_text
        assert texts(self.drawn(wallet.code_svg(text))) == [text]

    @pytest.mark.parametrize("text", ["otpauth://totp/BMET%20clearance:karim?secret=RQSTOWMM46&period=30", "ছাড়পত্র"])
    def test_any_text_reads_as_it_was(self, text: str) -> None:
        assert texts(self.drawn(wallet.address_svg(text))) == [text]

    def drawn(self, svg: bytes) -> Image.Image:
        root = ElementTree.fromstring(svg)
        path, side = root[1].attrib["d"], int(root.attrib["viewBox"].split()[2])
        drawn = Image.new("L", (side * 4, side * 4), 255)
        draw = ImageDraw.Draw(drawn)
        for part in path.removesuffix("z").split("z"):
            corner, _, extent = part.removeprefix("M").partition("h")
            x, y = map(int, corner.split())
            width, height = map(int, extent.partition("h")[0].split("v"))
            draw.rectangle((4 * x, 4 * y, 4 * (x + width) - 1, 4 * (y + height) - 1), fill=0)
        return drawn

    def test_the_quiet_zone_belongs_to_the_svg(self) -> None:
        text = sample_card().qr_text
        root = ElementTree.fromstring(wallet.code_svg(text))
        assert root.attrib["viewBox"].split()[2] == str(qr.side(qr.matrix(text)))
        assert root[1].attrib["d"].startswith("M4 4h7")


class TestThePicture:
    @pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
    def test_it_is_light_and_its_code_reads(self, card: PrintedCard) -> None:
        png = picture_of(card)
        assert len(png) <= 40_000
        assert texts(opened(png)) == [card.qr_text]

    @pytest.mark.parametrize("name", ["ordinary", "long", "bare"])
    def test_with_an_ordinary_portrait_it_is_as_wide_as_a_telephone(self, name: str) -> None:
        assert opened(picture_of(CARDS[name])).width == wallet.WIDTH

    @pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
    @pytest.mark.parametrize(("width", "quality"), [(720, 60), (720, 30), (540, 60), (480, 50)])
    def test_it_survives_being_passed_on(self, card: PrintedCard, width: int, quality: int) -> None:
        assert texts(passed_on(opened(picture_of(card)), width=width, quality=quality)) == [card.qr_text]

    def test_it_survives_being_passed_on_several_times(self) -> None:
        image = opened(picture_of(CARDS["ordinary"]))
        for width in (720, 700, 720, 640):
            image = passed_on(image, width=width, quality=60)
        assert texts(image) == [CARDS["ordinary"].qr_text]

    def test_the_portrait_keeps_its_colours(self) -> None:
        image = opened(picture_of(CARDS["ordinary"])).convert("RGB")
        face = image.crop((40, 120, 210, 340)).resize((17, 22))
        original = Image.open(io.BytesIO(FACE)).convert("RGB").resize((17, 22))
        differences = [
            abs(ours - theirs)
            for x in range(2, 15)
            for y in range(2, 20)
            for ours, theirs in zip(face.getpixel((x, y)), original.getpixel((x, y)), strict=True)
        ]
        assert sum(differences) / len(differences) < 30

    def test_the_same_card_gives_the_same_picture(self) -> None:
        assert picture_of(CARDS["ordinary"]) == picture_of(CARDS["ordinary"])

    def test_everybody_gets_one(self) -> None:
        for card in people(4):
            portrayed = replace(card, photo=FACE)
            assert texts(opened(picture_of(portrayed))) == [card.qr_text]

    def test_a_page_with_another_code_is_not_passed_off_as_this_card(self) -> None:
        pdf = document.render(CARDS["ordinary"], mask=qr.MASKS[0])
        with pytest.raises(ValueError, match="does not carry"):
            wallet.picture(pdf, text=CARDS["long"].qr_text)

    def test_nothing_is_in_the_file_but_pixels(self) -> None:
        assert opened(picture_of(CARDS["ordinary"])).info.keys() <= {"transparency"}
