"""The seal of a finished card: a PAdES certification signature that allows no later change.

It decides the form of the signature; the key is somebody else's (`SealingKey`). Its level is B-B, or B-T where a time
stamp authority is named and answers: no card waits for one that is silent (docs/adr/0016). The seal is invisible: a
tick drawn on a page proves nothing, and the page itself says what does (docs/adr/0012).
"""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import structlog
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from clearance.card.timestamp import TimestampAuthority
from clearance.issuing.ports import KeysUnusable, SealingKey

FIELD_NAME = "Seal"
REASON = "Emigration clearance issued"
LOCATION = "Dhaka, Bangladesh"

CMS_FRAME = 370
"""Bytes of the CMS container beside certificates and issuer names: digests, attributes, the ECDSA value."""

STAMP_FRAME = 128
"""Bytes around a time stamp, and those by which one of its tokens is longer than another."""

PAUSE = timedelta(minutes=1)
"""So long a silent authority is left alone: else every card of a batch would wait for it."""

log = structlog.get_logger()

_METADATA = PdfSignatureMetadata(
    field_name=FIELD_NAME,
    md_algorithm="sha256",
    subfilter=SigSeedSubFilter.PADES,
    certify=True,
    docmdp_permissions=MDPPerm.NO_CHANGES,
    reason=REASON,
    location=LOCATION,
)


class UnusableSealingKeyError(KeysUnusable):
    """The sealing key does not fit its certificate, or the certificate does not lead to a root."""


class Seal:
    """Seals PDFs with one key. Whether key, certificate and root belong together is checked when it is made."""

    def __init__(self, key: SealingKey, root_certificates: Sequence[bytes], *, tsa_url: str = "") -> None:
        """`root_certificates` are the DER roots a reader trusts. Raises UnusableSealingKeyError."""
        self._key = key
        self._authority = TimestampAuthority(tsa_url) if tsa_url else None
        self._ask_again = datetime.min.replace(tzinfo=UTC)
        self._chain = [x509.load_der_x509_certificate(der) for der in (key.certificate_der, *key.chain_der)]
        _check_chain(self._chain, root_certificates)
        _check_key(key, self._chain[0])
        certificates = sum(len(der) for der in (key.certificate_der, *_without_roots(key.chain_der)))
        issuer_names = 2 * len(self._chain[0].issuer.public_bytes())  # signer identifier and signing-certificate-v2
        self._hex_digits = 2 * (certificates + issuer_names + CMS_FRAME)

    def seal(self, pdf: bytes, *, at: datetime) -> bytes:
        """`pdf` with the seal as an incremental update; `at` (aware) is the claimed time, written into the seal.

        Raises UnusableSealingKeyError where a certificate of the chain is not valid at that time.
        """
        if any(not cert.not_valid_before_utc <= at <= cert.not_valid_after_utc for cert in self._chain):
            raise UnusableSealingKeyError("a certificate of the sealing key is not valid at the time of sealing")
        if self._authority is not None and at >= self._ask_again:
            try:
                return self._sealed(pdf, at, self._authority)
            except (TimestampRequestError, SigningError) as error:
                self._ask_again = at + PAUSE
                log.warning("sealed without a time stamp", reason=str(error))
        return self._sealed(pdf, at, None)

    def _sealed(self, pdf: bytes, at: datetime, authority: TimestampAuthority | None) -> bytes:
        """Raises TimestampRequestError where the authority gives no stamp, SigningError where that needs more room."""
        signer = _TimedSigner(_KeySigner(self._key), at.astimezone(UTC), authority)
        hex_digits = self._hex_digits
        if authority is not None:
            trial = asyncio.run(authority.async_dummy_response(_METADATA.md_algorithm))  # once in a process
            hex_digits += 2 * (len(trial.dump()) + STAMP_FRAME)
        sealed = io.BytesIO()
        # One pass: with the size known beforehand, pyHanko need not sign a trial copy to find it out.
        signer.sign_pdf(_SealWriter(io.BytesIO(pdf)), bytes_reserved=hex_digits, output=sealed)
        return sealed.getvalue()


class _KeySigner(Signer):
    """pyHanko's view of a SealingKey. The root is left out: a reader brings its own, and it is 1 kB of each card."""

    def __init__(self, key: SealingKey) -> None:
        others = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        for der in key.chain_der:
            others.register(Asn1Certificate.load(der))
        certificate = Asn1Certificate.load(key.certificate_der)
        super().__init__(signing_cert=certificate, cert_registry=others, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        assert digest_algorithm == "sha256", "the metadata fixes SHA-256"
        assert not dry_run, "the size of the signature is reserved beforehand"
        return self._key.sign(data)


class _SealWriter(IncrementalPdfFileWriter):
    """Adds the seal and nothing else: title and dates stay as they were read back, and no clock is read for them."""

    def _update_meta(self) -> None:
        pass

    output_version = (1, 7)

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """PDF/A-3 is PDF 1.7, whatever else would like to be declared."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Declared is that the file is sealed the PAdES way, and no extension of PDF 2.0."""
        if ext.prefix_name == ESIC_EXTENSION_1.prefix_name:
            super().register_extension(ext)


class _TimedSigner(PdfSigner):
    """A PdfSigner that takes the time from its caller; pyHanko would read the clock."""

    def __init__(self, signer: Signer, at: datetime, authority: TimestampAuthority | None) -> None:
        super().__init__(_METADATA, signer=signer, timestamper=authority, new_field_spec=SigFieldSpec(FIELD_NAME))
        self._at = at

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


def _check_chain(chain: list[x509.Certificate], root_certificates: Sequence[bytes]) -> None:
    try:
        for certificate, issuer in pairwise(chain):
            certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError) as error:
        raise UnusableSealingKeyError("the certificates of the sealing key do not form a chain") from error
    roots = [x509.load_der_x509_certificate(der) for der in root_certificates]
    if chain[-1] not in roots:
        raise UnusableSealingKeyError("the certificate of the sealing key does not lead to a trusted root")


def _check_key(key: SealingKey, certificate: x509.Certificate) -> None:
    public_key = certificate.public_key()
    if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(public_key.curve, ec.SECP256R1):
        raise UnusableSealingKeyError("the sealing certificate holds no P-256 key")
    try:
        public_key.verify(key.sign(b"trial"), b"trial", ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise UnusableSealingKeyError("the sealing key is not the one of its certificate") from error


def _without_roots(chain: Sequence[bytes]) -> list[bytes]:
    certificates = [(der, x509.load_der_x509_certificate(der)) for der in chain]
    return [der for der, certificate in certificates if certificate.subject != certificate.issuer]
