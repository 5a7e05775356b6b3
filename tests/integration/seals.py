"""A sealed card taken apart, and judged by pyHanko and by our reader."""

import io
import re

from asn1crypto.x509 import Certificate
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import PdfSignatureStatus, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from clearance.reading.findings import Seal
from clearance.reading.seal import read_seal
from tests.unit.card.samples import NOW, sealing_key

KEY, ROOT = sealing_key()


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


def held(pdf: bytes, root: bytes = ROOT) -> Seal:
    """What our own strict reader says."""
    return read_seal(pdf, roots=[x509.load_der_x509_certificate(root)])
