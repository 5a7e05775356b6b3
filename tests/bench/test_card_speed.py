"""What a sealed card costs, beside the way one would make it from the same libraries by their first examples.

Both are laid out by the same code, so that only the technique differs: the naive card lets reportlab shape every line
(`shapeStr`), `qrcode` choose its mask and draw a bitmap, pyHanko sign with its defaults. It has no watermark, no
attachment and no exact text. Reading back is counted apart, since nobody reads the naive card back: a *released* card
is one that was drawn, read at both resolutions and under every treatment, graded, and sealed.
"""

import io
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path
from random import Random

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

from clearance.card import document, read_back, wallet
from clearance.card.compose import compose
from clearance.card.fitting import MM_PER_POINT
from clearance.card.layout import Picture
from clearance.card.pages import PAGES
from clearance.card.photo import prepare
from clearance.card.printer import SealingPrinter
from clearance.card.qr import MASKS
from clearance.card.seal import Seal
from clearance.card.treatments import treated
from clearance.card.typeface import Weight
from clearance.demo.portraits import portrait
from clearance.domain.person import Sex
from clearance.domain.printed_card import PrintedCard
from clearance.domain.readability import COARSE, FINE, HARD, Grade, Treatment, grade
from tests.bench.ratio import measure
from tests.unit.card.samples import NOW, SoftwareKey, people, sample_card, sealing_key

ROUNDS = 5
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


def released_card(printer: SealingPrinter, card: PrintedCard) -> bytes:
    """As the signing component makes it, but for the database and the judgement of the text."""
    drawn = printer.render(card)
    for dpi in (COARSE, FINE):
        assert set(printer.read_back(drawn, dpi=dpi)) == {card.qr_text}

    def reads(dpi: int, treatment: Treatment) -> bool:
        return set(printer.read_back(drawn, dpi=dpi, treatment=treatment)) == {card.qr_text}

    assert grade(reads) is Grade.A
    return printer.seal(drawn, at=NOW)


@pytest.mark.bench
def test_a_sealed_card_costs_a_third_of_the_naive_one() -> None:
    cards = [sample_card(), *people(30)]
    seal, signer, printer = Seal(KEY, [ROOT]), naive_signer(KEY), SealingPrinter(KEY, [ROOT])

    def ours(card: PrintedCard) -> bytes:
        return seal.seal(document.render(card, mask=MASKS[0]), at=NOW)

    def naive(card: PrintedCard) -> bytes:
        return naive_card(card, signer)

    def released(card: PrintedCard) -> bytes:
        read_back._look.cache_clear()
        return released_card(printer, card)

    measured = measure(
        {
            "naive": one_after_another(cards, naive),
            "released card": one_after_another(cards, released),
            "sealed card": one_after_another(cards, ours),
        },
        rounds=ROUNDS,
    )
    print(f"bytes: naive {len(naive(cards[0]))}, sealed card {len(ours(cards[0]))}, photo {len(cards[0].photo)}")
    assert measured.ratio("naive", "sealed card") >= 3


@pytest.mark.bench
def test_where_the_time_of_a_card_goes() -> None:
    cards = [sample_card(), *people(30)]
    seal = Seal(KEY, [ROOT])
    drawn = {card.qr_text: document.render(card, mask=MASKS[0]) for card in cards}
    seen = {card.qr_text: read_back._look(drawn[card.qr_text]) for card in cards}
    photo = portrait(Random(1), Sex.MALE)

    def treatments(card: PrintedCard) -> None:
        for treatment in HARD:
            for page in seen[card.qr_text]:
                symbol = page[COARSE]
                assert symbol
                read_back._text(treated(symbol.picture, treatment))

    measure(
        {
            "lay out": one_after_another(cards, lambda card: [compose(page, card) for page in PAGES]),
            "draw": one_after_another(cards, lambda card: document.render(card, mask=MASKS[0])),
            "look, 100 and 150 dpi": one_after_another(
                cards, lambda card: read_back._look.__wrapped__(drawn[card.qr_text])
            ),
            "six treatments": one_after_another(cards, treatments),
            "seal": one_after_another(cards, lambda card: seal.seal(drawn[card.qr_text], at=NOW)),
            "prepare a photo": lambda: prepare(photo),
            "picture for messages": one_after_another(
                cards[:5], lambda card: wallet.picture(drawn[card.qr_text], text=card.qr_text)
            ),
            "code alone": one_after_another(cards, lambda card: wallet.code_png(card.qr_text)),
        },
        rounds=ROUNDS,
    )


CARDS_A_PROCESS = 20
REPOSITORY = Path(__file__).parents[2]

MAKE_CARDS = f"""
from tests.bench.test_card_speed import KEY, ROOT, SealingPrinter, released_card, sample_card
printer, cards = SealingPrinter(KEY, [ROOT]), [sample_card(seed) for seed in range({CARDS_A_PROCESS})]
released_card(printer, sample_card(999))
print("ready", flush=True)
input()
for card in cards:
    released_card(printer, card)
print("done", flush=True)
"""

FIRST_CARD = """
import pickle, sys
from dataclasses import dataclass
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from clearance.card.printer import SealingPrinter

@dataclass(frozen=True)
class Key:
    private: ec.EllipticCurvePrivateKey
    certificate_der: bytes
    chain_der: tuple
    def sign(self, message):
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))

card, private, certificate, chain, at = pickle.load(sys.stdin.buffer)
printer = SealingPrinter(Key(serialization.load_der_private_key(private, None), certificate, chain), chain)
drawn = printer.render(card)
sys.stdout.buffer.write(printer.seal(drawn, at=at))
"""


def cards_a_second(processes: int) -> float:
    """Released cards in a second of wall time, all processes together, after each has made one."""
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE_CARDS],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    try:
        for maker in makers:
            assert maker.stdout
            assert maker.stdout.readline() == "ready\n"
        start = time.perf_counter()
        for maker in makers:
            assert maker.stdin
            maker.stdin.write("go\n")
            maker.stdin.flush()
        for maker in makers:
            assert maker.stdout
            assert maker.stdout.readline() == "done\n"
        return processes * CARDS_A_PROCESS / (time.perf_counter() - start)
    finally:
        for maker in makers:
            maker.communicate()


@pytest.mark.bench
def test_how_many_cards_one_and_two_processes_release() -> None:
    """Printed only: on a busy machine the second process may have no core of its own."""
    for processes in (1, 2):
        print(f"\n{processes} process(es): {cards_a_second(processes):.1f} released cards a second")


@pytest.mark.bench
def test_how_long_the_first_card_of_a_process_takes() -> None:
    """From the start of the interpreter to the first sealed card, read back once; printed beside a bare interpreter."""
    secret = KEY.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    given = pickle.dumps((sample_card(), secret, KEY.certificate_der, KEY.chain_der, NOW))

    def seconds(program: str) -> float:
        start = time.perf_counter()
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, cwd=REPOSITORY, input=given, capture_output=True, check=True)
        assert program == "pass" or run.stdout.startswith(b"%PDF")
        return time.perf_counter() - start

    first, bare = (min(seconds(program) for _ in range(3)) for program in (FIRST_CARD, "pass"))
    print(f"\nfirst sealed card after {first:.2f} s; the bare interpreter takes {bare:.2f} s")
