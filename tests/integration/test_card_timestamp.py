"""Seals with a time stamp of an authority over real HTTP, and what happens when it fails."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from asn1crypto import cms, tsp
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from clearance.card import document
from clearance.card.seal import PAUSE, Seal
from clearance.reading.findings import SealState
from clearance.reading.seal import read_seal
from tests.unit.card.samples import NOW, sample_card, sealing_key

KEY, ROOT = sealing_key()
LATER = NOW + timedelta(seconds=3)
"""When the authority stamps."""

Answer = Callable[[bytes], tuple[int, bytes]]


@cache
def authority() -> tuple[DummyTimeStamper, Certificate]:
    """An authority that signs by itself, and its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time stamp test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, SHA256())
    )
    held = Certificate.load(certificate.public_bytes(Encoding.DER))
    private = PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return DummyTimeStamper(held, private, fixed_dt=LATER), held


def honest(query: bytes) -> tuple[int, bytes]:
    stamper, _ = authority()
    return 200, stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()


def of_something_else(query: bytes) -> tuple[int, bytes]:
    request = tsp.TimeStampReq.load(query)
    imprint = request["message_imprint"]
    other = {"hash_algorithm": imprint["hash_algorithm"], "hashed_message": b"\0" * 32}
    changed = {"version": 1, "message_imprint": other, "cert_req": True, "nonce": request["nonce"]}
    return honest(tsp.TimeStampReq(changed).dump())


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """An address on loopback at which `answer` is given, and what was asked there."""
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answer(asked[-1])
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def unsealed() -> bytes:
    return document.render(sample_card(), mask=3)


def state(pdf: bytes) -> SealState:
    return read_seal(pdf, roots=[x509.load_der_x509_certificate(ROOT)]).state


def has_stamp(pdf: bytes) -> bool:
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return bool(signature.signer_info["unsigned_attrs"])


def test_a_seal_bears_the_stamp_of_the_authority_that_is_named(unsealed: bytes) -> None:
    with serving(honest) as (url, _):
        pdf = Seal(KEY, [ROOT], tsa_url=url).seal(unsealed, at=NOW)
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[Certificate.load(ROOT)], moment=LATER, allow_fetching=False)
    stamps = ValidationContext(trust_roots=[authority()[1]], moment=LATER, allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=trusted, ts_validation_context=stamps)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.intact
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == LATER
    assert state(pdf) is SealState.INTACT


def test_further_seals_ask_once_each(unsealed: bytes) -> None:
    with serving(honest) as (url, asked):
        seal = Seal(KEY, [ROOT], tsa_url=url)
        assert all(has_stamp(seal.seal(unsealed, at=NOW)) for _ in range(3))
    assert len(asked) == 1 + 3  # the first answer tells how much room a stamp takes


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: (500, b""),
        lambda _: (200, b""),
        lambda _: (200, b"\x30\x03\x02\x01\x05"),
        lambda _: (200, b"<html>moved</html>"),
        lambda _: (200, bytes(1 << 17)),
        of_something_else,
    ],
)
def test_a_card_does_not_wait_for_an_authority_that_gives_no_stamp(unsealed: bytes, answer: Answer) -> None:
    with serving(answer) as (url, asked):
        seal = Seal(KEY, [ROOT], tsa_url=url)
        pdf = seal.seal(unsealed, at=NOW)
        assert state(pdf) is SealState.INTACT
        assert not has_stamp(pdf)
        seal.seal(unsealed, at=NOW + PAUSE / 2)
        assert len(asked) == 1
        seal.seal(unsealed, at=NOW + PAUSE)
        assert len(asked) == 2


def test_a_silent_address_holds_no_card_up_and_is_asked_again_later(unsealed: bytes) -> None:
    with serving(honest) as (url, _):
        pass
    seal = Seal(KEY, [ROOT], tsa_url=url)
    assert not has_stamp(seal.seal(unsealed, at=NOW))


def test_a_stamp_of_another_seal_is_found(unsealed: bytes) -> None:
    with serving(honest) as (url, _):
        seal = Seal(KEY, [ROOT], tsa_url=url)
        one, other = seal.seal(unsealed, at=NOW), seal.seal(unsealed, at=NOW + timedelta(seconds=1))
    assert state(_with_stamp_of(one, other)) is SealState.BROKEN


def _with_stamp_of(pdf: bytes, other: bytes) -> bytes:
    """The file with the unsigned attributes of another signature."""
    start, end = (pdf.index(mark) for mark in (b"/Contents <", b">\n/ByteRange"))
    start += len(b"/Contents <")
    own, theirs = (cms.ContentInfo.load(bytes.fromhex(file[start:end].decode())) for file in (pdf, other))
    [info], [their_info] = own["content"]["signer_infos"], theirs["content"]["signer_infos"]
    info["unsigned_attrs"] = their_info["unsigned_attrs"]
    digits = own.dump(force=True).hex().upper().encode()
    return pdf[:start] + digits.ljust(end - start, b"0")[: end - start] + pdf[end:]


def test_the_time_of_the_seal_is_written_in_utc(unsealed: bytes) -> None:
    dhaka = NOW.astimezone(timezone(timedelta(hours=6)))
    held = read_seal(Seal(KEY, [ROOT]).seal(unsealed, at=dhaka), roots=[x509.load_der_x509_certificate(ROOT)])
    assert held.signed_at == datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
