"""The seal as our reader and as pyHanko see it after whatever was changed, appended or put in its place."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import DictionaryObject, NumberObject, StreamObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.registry import SimpleCertificateStore

from clearance.card import document
from clearance.card.printer import SealingPrinter
from clearance.reading.findings import Flaw, Seal, SealState
from tests.integration.seals import KEY, ROOT, held, signed_ranges, validated
from tests.unit.card.samples import NOW, SoftwareKey, sample_card, sealing_key

FLIPS = 10_000
FLIPS_FOR_PYHANKO = 250


@pytest.fixture(scope="module")
def unsealed() -> bytes:
    return document.render(sample_card(), mask=3)


@pytest.fixture(scope="module")
def sealed(unsealed: bytes) -> bytes:
    return SealingPrinter(KEY, [ROOT]).seal(unsealed, at=NOW)


def holds_for_pyhanko(pdf: bytes) -> bool:
    """Whether pyHanko accepts the seal for the whole file; a file that cannot even be read has none."""
    try:
        status = validated(pdf)
        return status.bottom_line and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    except Exception:  # noqa: BLE001 - any answer but acceptance is a finding
        return False


def flipped(pdf: bytes, count: int, random: Random, *, start: int, end: int) -> Iterator[bytes]:
    """Copies of the file with one bit changed."""
    for _ in range(count):
        changed = bytearray(pdf)
        changed[random.randrange(start, end)] ^= 1 << random.randrange(8)
        yield bytes(changed)


@pytest.mark.parametrize(("where", "count"), [("anywhere", FLIPS), ("in the seal itself", FLIPS // 10)])
def test_every_flipped_bit_is_found(sealed: bytes, where: str, count: int) -> None:
    first, length, second, _ = signed_ranges(sealed)
    start, end = (first + length, second) if where == "in the seal itself" else (0, len(sealed))
    states = Counter(held(changed).state for changed in flipped(sealed, count, Random(9), start=start, end=end))
    assert states.total() == count
    assert not states[SealState.INTACT]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), in_seal=st.booleans(), removed=st.integers(0, 40), inserted=st.binary(max_size=40))
def test_any_other_edit_is_found(sealed: bytes, at: float, in_seal: bool, removed: int, inserted: bytes) -> None:
    first, length, second, _ = signed_ranges(sealed)
    start, end = (first + length, second) if in_seal else (0, len(sealed))
    place = start + round(at * (end - start))
    edited = sealed[:place] + inserted + sealed[place + removed :]
    assert (held(edited).state is SealState.INTACT) == (edited == sealed)


def test_every_flipped_bit_of_the_signature_dictionary_is_found(sealed: bytes) -> None:
    _, _, start, _ = signed_ranges(sealed)
    for position in range(start - 1, len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            assert held(bytes(changed)).state is not SealState.INTACT, (position, bit)


def test_pyhanko_finds_flipped_bits_as_our_reader_does(sealed: bytes) -> None:
    first, length, second, _ = signed_ranges(sealed)
    accepted = [
        changed
        for changed in flipped(sealed, FLIPS_FOR_PYHANKO, Random(11), start=0, end=len(sealed))
        if holds_for_pyhanko(changed)
    ]
    # What it lets pass lies in the one place that no signature covers, and our reader finds it.
    assert all(changed[: first + length] + changed[second:] == sealed[: first + length] + sealed[second:]
               for changed in accepted)  # fmt: skip
    assert all(held(changed).state is SealState.BROKEN for changed in accepted)


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


def append_a_page(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    pages = writer.root["/Pages"]
    pages["/Kids"].append(writer.add_object(DictionaryObject(pages["/Kids"][0].get_object())))
    pages["/Count"] = NumberObject(3)
    writer.update_container(pages)
    return written(writer)


class RudeSigner(PdfSigner):
    """Signs also where the first signature allows no other."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        pass


def append_a_signature(pdf: bytes) -> bytes:
    """An approval signature by somebody else, made as any signing program would."""
    key, _ = sealing_key()
    out = io.BytesIO()
    metadata = PdfSignatureMetadata(field_name="Later", md_algorithm="sha256")
    signer = RudeSigner(metadata, signer=simple_signer(key))
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def append_a_shadow(pdf: bytes) -> bytes:
    """Shadow attack: the first page shows other content, prepared in an update that leaves the signed bytes alone."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(StreamObject(stream_data=b"0 g 0 0 300 500 re f"))
    writer.update_container(page)
    return written(writer)


def hide_behind_a_new_catalogue(pdf: bytes) -> bytes:
    """Incremental saving attack without a cross-reference table: some viewers rebuild it and show what they find."""
    return pdf + b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"


def wrap_in_a_wider_hole(pdf: bytes) -> bytes:
    """Universal signature forgery: the hole grows to make room for something else beside the signature."""
    first, length, second, rest = signed_ranges(pdf)
    ranges = re.search(rb"/ByteRange \[[^]]*\] *", pdf)
    assert ranges
    wider = b"/ByteRange [%d %d %d %d]" % (first, length, second + 32, rest)
    return (pdf[: second - 1] + b"0" * 32 + pdf[second - 1 :]).replace(ranges[0], wider.ljust(len(ranges[0])), 1)


APPENDING = [
    append_an_empty_revision,
    append_another_language,
    append_a_turned_page,
    append_a_page,
    append_a_signature,
    append_a_shadow,
    hide_behind_a_new_catalogue,
    lambda pdf: pdf + b"\n%x",
    lambda pdf: pdf + b"\n",
]


@pytest.mark.parametrize("change", APPENDING)
def test_whatever_is_appended_is_found(sealed: bytes, change: Callable[[bytes], bytes]) -> None:
    changed = change(sealed)
    assert changed.startswith(sealed)
    assert len(changed) > len(sealed)
    assert held(changed).state is SealState.BROKEN


def test_a_wider_hole_is_found(sealed: bytes) -> None:
    assert held(wrap_in_a_wider_hole(sealed)).state is SealState.BROKEN


def test_a_file_cut_short_is_found(sealed: bytes, unsealed: bytes) -> None:
    assert held(sealed[:-1]).state is SealState.BROKEN
    assert held(sealed[: len(sealed) // 2]).state is not SealState.INTACT
    assert held(unsealed) == Seal(state=SealState.NONE)


def test_what_is_no_pdf_has_no_seal() -> None:
    assert held(b"") == held(b"\x89PNG\r\n") == Seal(state=SealState.NONE)


@pytest.mark.parametrize("change", [append_another_language, append_a_turned_page])
def test_a_changed_page_breaks_the_certification(sealed: bytes, change: Callable[[bytes], bytes]) -> None:
    status = validated(change(sealed))
    assert status.modification_level is ModificationLevel.OTHER
    assert not status.docmdp_ok
    assert not status.bottom_line


def test_a_seal_under_another_root_is_foreign(sealed: bytes) -> None:
    _, other = sealing_key()
    foreign = held(sealed, other)
    assert (foreign.state, foreign.reason) == (SealState.FOREIGN, Flaw.UNKNOWN_SIGNER)
    assert foreign.signer == "Seal test"


def test_a_certificate_of_another_purpose_seals_no_documents() -> None:
    key, root = sealing_key(purposes=[ExtendedKeyUsageOID.CODE_SIGNING])
    pdf = SealingPrinter(key, [root]).seal(document.render(sample_card(), mask=3), at=NOW)
    assert held(pdf, root).reason is Flaw.WRONG_PURPOSE


def test_a_seal_from_after_its_certificate_is_not_taken(unsealed: bytes) -> None:
    key, root = sealing_key(starting=datetime(2020, 1, 1, tzinfo=UTC), days=30)
    late = held(sealed_by_pyhanko(unsealed, key, MDPPerm.NO_CHANGES), root)
    assert (late.state, late.reason) == (SealState.FOREIGN, Flaw.OUT_OF_TIME)


def test_a_signature_that_allows_changes_is_not_our_seal(unsealed: bytes) -> None:
    lax = held(sealed_by_pyhanko(unsealed, KEY, MDPPerm.FILL_FORMS))
    assert (lax.state, lax.reason) == (SealState.BROKEN, Flaw.CHANGES_ALLOWED)


def sealed_by_pyhanko(pdf: bytes, key: SoftwareKey, permissions: MDPPerm) -> bytes:
    """A certification signature as pyHanko makes it by itself, at the time of the machine."""
    metadata = PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=permissions,
    )
    out = io.BytesIO()
    PdfSigner(metadata, signer=simple_signer(key)).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def simple_signer(key: SoftwareKey) -> SimpleSigner:
    private = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=Certificate.load(key.certificate_der),
        signing_key=PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )
