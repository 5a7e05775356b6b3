"""The seal as other people's software sees it, and as it sees whatever was changed afterwards."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from asn1crypto import cms
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import NumberObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import PdfSignatureStatus, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from clearance.card.printer import SealingPrinter
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import NOW, sample_card, sealing_key

FLIPS = 250
KEY, ROOT = sealing_key()


@pytest.fixture(scope="module")
def sealed() -> bytes:
    printer = SealingPrinter(KEY, [ROOT])
    return printer.seal(printer.render(sample_card()), at=NOW)


def validated(pdf: bytes) -> PdfSignatureStatus:
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=[Certificate.load(ROOT)], moment=NOW, allow_fetching=False)
    return validate_pdf_signature(signature, signer_validation_context=context)


def byte_range(pdf: bytes) -> tuple[bytes, bytes]:
    """The signed bytes and the CMS container, taken by hand."""
    first, length, second, rest = signed_ranges(pdf)
    return pdf[first : first + length] + pdf[second : second + rest], bytes.fromhex(container_digits(pdf).decode())


def container_digits(pdf: bytes) -> bytes:
    """The hexadecimal digits between the two signed ranges."""
    first, length, second, _ = signed_ranges(pdf)
    return pdf[first + length + 1 : second - 1]


def signed_ranges(pdf: bytes) -> tuple[int, ...]:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", pdf)
    assert found
    return tuple(map(int, found.groups()))


def test_pyhanko_finds_it_trusted_intact_and_over_the_whole_file(sealed: bytes) -> None:
    status = validated(sealed)
    assert status.bottom_line
    assert status.trusted
    assert status.intact
    assert status.valid
    assert status.docmdp_ok
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE


def test_it_is_a_pades_certification_that_allows_no_change(sealed: bytes) -> None:
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    assert signature.self_reported_timestamp == NOW
    attributes = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}
    assert signature.signer_info["digest_algorithm"]["algorithm"].native == "sha256"


def test_it_is_invisible(sealed: bytes) -> None:
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    assert list(signature.sig_field["/Rect"]) == [0, 0, 0, 0]


def test_the_space_reserved_for_it_is_hardly_larger_than_needed(sealed: bytes) -> None:
    _, container = byte_range(sealed)
    assert 0 < len(container) - len(container.rstrip(b"\0")) < 128


@needs("openssl")
def test_openssl_verifies_it(sealed: bytes, tmp_path: Path) -> None:
    content, container = byte_range(sealed)
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "cms.der").write_bytes(container)
    (tmp_path / "root.pem").write_bytes(x509.load_der_x509_certificate(ROOT).public_bytes(Encoding.PEM))

    def verify() -> str:
        return run(
            "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "cms.der",
            "-content", tmp_path / "content", "-CAfile", tmp_path / "root.pem", "-purpose", "any",
            "-attime", str(int(NOW.timestamp())), "-out", tmp_path / "out", check=False,
        )  # fmt: skip

    assert "successful" in verify()
    (tmp_path / "content").write_bytes(content.replace(b"/Pages", b"/Pagex", 1))
    assert "successful" not in verify()


@needs("pdfsig", "certutil")
def test_poppler_verifies_it(tmp_path: Path) -> None:
    # pdfsig judges by the clock of the machine, so this seal is made now.
    key, root = sealing_key(starting=datetime.now(NOW.tzinfo))
    printer = SealingPrinter(key, [root])
    path, store = tmp_path / "card.pdf", tmp_path / "nss"
    path.write_bytes(printer.seal(printer.render(sample_card()), at=datetime.now(NOW.tzinfo)))
    (tmp_path / "root.der").write_bytes(root)
    store.mkdir()
    run("certutil", "-N", "-d", f"sql:{store}", "--empty-password")
    run("certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "CT,C,C", "-i", tmp_path / "root.der")
    said = run("pdfsig", "-nssdir", f"sql:{store}", path)
    assert "Signature is Valid" in said
    assert "Certificate is Trusted" in said
    assert "Total document signed" in said


@needs("mutool")
def test_mupdf_finds_the_document_unchanged(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "card.pdf"
    path.write_bytes(sealed)
    assert "unchanged since signing" in run("mutool", "sign", "-v", path, check=False)


def container_as_it_must_be(pdf: bytes) -> bytes:
    """The CMS container built anew from its signed parts.

    A signature covers neither the versions and algorithm lists of its own container nor the case of its hexadecimal
    digits, and readers are lenient there. A strict one compares with this.
    """
    [signature] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    given = signature.signer_info
    certificate = signature.signer_cert
    sha256 = {"algorithm": "sha256"}
    signer_info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": sha256,
        "signed_attrs": given["signed_attrs"],
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": given["signature"],
    }
    signed_data = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [certificate],
        "signer_infos": [signer_info],
    }
    content: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed_data)}).dump()
    return content


def holds(pdf: bytes) -> bool:
    """Whether a strict reader accepts the seal for the whole file; a file that cannot even be read has none."""
    try:
        status = validated(pdf)
        digits = container_digits(pdf)
        expected = container_as_it_must_be(pdf).hex().upper().encode().ljust(len(digits), b"0")
        return status.bottom_line and status.coverage is SignatureCoverageLevel.ENTIRE_FILE and digits == expected
    except Exception:  # noqa: BLE001 - any answer but acceptance is a finding
        return False


def test_the_untouched_seal_holds(sealed: bytes) -> None:
    assert holds(sealed)


@pytest.mark.parametrize("where", ["anywhere", "in the seal itself"])
def test_every_flipped_bit_is_found(sealed: bytes, where: str) -> None:
    random = Random(9)
    first, length, second, _ = signed_ranges(sealed)
    start, end = (first + length, second) if where == "in the seal itself" else (0, len(sealed))
    accepted = []
    for _ in range(FLIPS):
        position, bit = random.randrange(start, end), random.randrange(8)
        changed = bytearray(sealed)
        changed[position] ^= 1 << bit
        if holds(bytes(changed)):
            accepted.append((position, bit))
    assert not accepted


def append_an_empty_revision(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.update_root()
    return written(writer)


def append_another_language(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = pdf_string("en")
    writer.update_root()
    return written(writer)


def append_a_turned_page(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][1].get_object()
    page["/Rotate"] = NumberObject(180)
    writer.update_container(page)
    return written(writer)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "change",
    [append_an_empty_revision, append_another_language, append_a_turned_page, lambda pdf: pdf + b"\n%x"],
)
def test_whatever_is_appended_is_found(sealed: bytes, change: Callable[[bytes], bytes]) -> None:
    changed = change(sealed)
    assert changed.startswith(sealed)
    assert len(changed) > len(sealed)
    assert not holds(changed)


@pytest.mark.parametrize("change", [append_another_language, append_a_turned_page])
def test_a_changed_page_breaks_the_certification(sealed: bytes, change: Callable[[bytes], bytes]) -> None:
    status = validated(change(sealed))
    assert status.modification_level is ModificationLevel.OTHER
    assert not status.docmdp_ok
    assert not status.bottom_line


def test_a_seal_under_another_root_is_not_trusted() -> None:
    key, root = sealing_key()
    printer = SealingPrinter(key, [root])
    foreign = printer.seal(printer.render(sample_card()), at=NOW)
    assert not holds(foreign)
