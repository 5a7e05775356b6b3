"""What a sealed card costs, beside the way one would make it from the same libraries by their first examples.

Both are laid out by the same code, so that only the technique differs: the naive card lets reportlab shape every line
(`shapeStr`), `qrcode` choose its mask and draw a bitmap, pyHanko sign with its defaults. It has no watermark, no
attachment and no exact text. Reading back is counted apart, since nobody reads the naive card back.
"""

import io
from collections.abc import Callable
from importlib.resources import as_file, files
from itertools import count

import pytest
import qrcode
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, shapeStr
from reportlab.pdfgen.canvas import Canvas

from clearance.card import document, read_back
from clearance.card.compose import compose
from clearance.card.fitting import MM_PER_POINT
from clearance.card.layout import Picture
from clearance.card.pages import PAGES
from clearance.card.qr import MASKS
from clearance.card.seal import Seal
from clearance.card.typeface import Weight
from clearance.domain.printed_card import PrintedCard
from tests.bench.ratio import measure
from tests.unit.card.samples import NOW, SoftwareKey, people, sample_card, sealing_key

ROUNDS = 15
KEY, ROOT = sealing_key()


def naive_signer(key: SoftwareKey) -> SimpleSigner:
    secret = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()
    for der in key.chain_der:
        store.register(x509.Certificate.load(der))
    return SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate_der),
        signing_key=keys.PrivateKeyInfo.load(secret),
        cert_registry=store,
    )


def naive_card(card: PrintedCard, signer: SimpleSigner) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    code = ImageReader(qrcode.make(card.qr_text).get_image())
    photo = ImageReader(io.BytesIO(card.photo))
    for page in (compose(page, card) for page in PAGES):
        height = page.height / MM_PER_POINT
        canvas.setPageSize((page.width / MM_PER_POINT, height))
        for box in page.boxes:
            at = (box.rect.x / MM_PER_POINT, height - box.rect.bottom / MM_PER_POINT)
            size = (box.rect.width / MM_PER_POINT, box.rect.height / MM_PER_POINT)
            if box.fill:
                canvas.setFillColor(HexColor(box.fill))
                canvas.rect(*at, *size, stroke=0, fill=1)
            if box.picture:
                canvas.drawImage(photo if box.picture is Picture.PHOTO else code, *at, *size)
            for line in box.lines:
                name = line.style.weight.name
                canvas.setFont(name, line.size)
                canvas.setFillColor(HexColor(line.style.colour))
                text = shapeStr(line.text, name, line.size, force=True)
                canvas.drawString(line.x / MM_PER_POINT, height - line.baseline / MM_PER_POINT, text)
        canvas.showPage()
    canvas.save()
    writer = IncrementalPdfFileWriter(io.BytesIO(out.getvalue()))
    signed: bytes = sign_pdf(writer, PdfSignatureMetadata(field_name="Seal"), signer=signer).getvalue()
    return signed


@pytest.fixture(scope="module", autouse=True)
def _naive_fonts() -> None:
    for weight in Weight:
        with as_file(files("clearance.card").joinpath("fonts", weight.value[0])) as path:
            pdfmetrics.registerFont(TTFont(weight.name, str(path)))


def one_after_another(cards: list[PrintedCard], make: Callable[[PrintedCard], object]) -> Callable[[], object]:
    """A call that makes the next card each time, so that no cache of one card decides."""
    turn = count()
    return lambda: make(cards[next(turn) % len(cards)])


@pytest.mark.bench
def test_a_sealed_card_costs_a_third_of_the_naive_one() -> None:
    cards = [sample_card(), *people(30)]
    seal, signer = Seal(KEY, [ROOT]), naive_signer(KEY)

    def ours(card: PrintedCard) -> bytes:
        return seal.seal(document.render(card, mask=MASKS[0]), at=NOW)

    def naive(card: PrintedCard) -> bytes:
        return naive_card(card, signer)

    measured = measure(
        {"naive": one_after_another(cards, naive), "sealed card": one_after_another(cards, ours)}, rounds=ROUNDS
    )
    print(f"bytes: naive {len(naive(cards[0]))}, sealed card {len(ours(cards[0]))}, photo {len(cards[0].photo)}")
    assert measured.ratio("naive", "sealed card") >= 3


@pytest.mark.bench
def test_where_the_time_of_a_card_goes() -> None:
    cards = [sample_card(), *people(30)]
    seal = Seal(KEY, [ROOT])
    drawn = {card.qr_text: document.render(card, mask=MASKS[0]) for card in cards}
    uncached = read_back.read_back.__wrapped__
    measure(
        {
            "lay out": one_after_another(cards, lambda card: [compose(page, card) for page in PAGES]),
            "draw": one_after_another(cards, lambda card: document.render(card, mask=MASKS[0])),
            "seal": one_after_another(cards, lambda card: seal.seal(drawn[card.qr_text], at=NOW)),
            "read back": one_after_another(cards, lambda card: uncached(drawn[card.qr_text])),
        },
        rounds=ROUNDS,
    )
