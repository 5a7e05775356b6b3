"""The seal as other people's software sees it, and as our own reader does."""

import asyncio
import io
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from clearance.card import document
from clearance.card.printer import SealingPrinter
from clearance.reading.apart import ApartReader
from clearance.reading.findings import Seal, SealState
from clearance.reading.paper import read_paper, roots_in
from tests.integration.seals import KEY, ROOT, byte_range, held, validated
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import NOW, sample_card, sealing_key


@pytest.fixture(scope="module")
def unsealed() -> bytes:
    return document.render(sample_card(), mask=3)


@pytest.fixture(scope="module")
def sealed(unsealed: bytes) -> bytes:
    return SealingPrinter(KEY, [ROOT]).seal(unsealed, at=NOW)


def test_a_reader_that_can_open_nothing_reads_a_sealed_card_as_the_desk_does(sealed: bytes) -> None:
    root_pem = x509.load_der_x509_certificate(ROOT).public_bytes(Encoding.PEM)
    apart = ApartReader(turns=BoundedSemaphore(1))(sealed, root_pem=root_pem)
    assert apart == read_paper(sealed, roots=roots_in(root_pem))
    assert apart.texts
    assert apart.seal
    assert apart.seal.state is SealState.INTACT


def test_pyhanko_finds_it_trusted_intact_and_over_the_whole_file(sealed: bytes) -> None:
    status = validated(sealed)
    assert status.bottom_line
    assert status.trusted
    assert status.intact
    assert status.valid
    assert status.docmdp_ok
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level is ModificationLevel.NONE


def test_it_passes_the_basic_validation_of_ades_signatures(sealed: bytes) -> None:
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([Certificate.load(ROOT)]),
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
    )
    result = asyncio.run(
        ades_basic_validation(
            signature.signed_data,
            SignatureValidationSpec(policy),
            timing_info=ValidationTimingInfo(NOW, NOW, point_in_time_validation=True),
            raw_digest=signature.compute_digest(),
        )
    )
    assert result.ades_subindic is AdESPassed.OK, result.failure_msg


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


def test_our_own_reader_says_who_sealed_it_and_when(sealed: bytes) -> None:
    assert held(sealed) == Seal(state=SealState.INTACT, signer="Seal test", signed_at=NOW)
