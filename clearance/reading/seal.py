"""The seal of a card's PDF, read strictly: the whole file or nothing, one signature, one form.

It decides whether a file is byte for byte what the office sealed. A general validator forgives what a signature does
not cover (the spelling of its hexadecimal digits, algorithm lists, a harmless addition); this reader builds the
container anew from its signed parts and compares. The seal says nothing about the person: paper can be copied, and the
verdict comes from the QR code alone. A time stamp is held against the signature; who gave it is for full validators.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from clearance.reading.findings import Flaw, Seal, SealState

DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""Extended key usage of RFC 9336."""

_BYTE_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\] *\n")
_TIME = re.compile(rb"/M \(D(?::|\\072)(\d{14})Z\)")
_NO_CHANGES = re.compile(
    rb"/Reference \[ <<\n/Type /SigRef\n/TransformMethod /DocMDP\n"
    rb"/TransformParams <<\n/Type /TransformParams\n/V /1\.2\n/P 1\n>>\n>> \]"
)
_CERTIFIED = re.compile(rb"/Perms <<\n/DocMDP \d+ 0 R\n>>")
_END = b"%%EOF\n"
_SIGNED = {"content_type", "message_digest", "signing_certificate_v2"}
_SHA256 = {"algorithm": "sha256"}
_ALGORITHM = ec.ECDSA(SHA256())  # made here, since it loads modules, and a reader apart opens no file later


class _Flawed(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    """What the file presents, nothing of it checked but where it lies."""

    content: bytes
    digits: bytes
    signer_info: cms.SignerInfo
    certificate: bytes
    signed_at: datetime


def read_seal(pdf: bytes, *, roots: Sequence[x509.Certificate]) -> Seal:
    """What the seal of `pdf` is worth under the pinned roots. Never raises for a bad file."""
    if b"/ByteRange" not in pdf and b"/Type /Sig" not in pdf:
        return Seal(state=SealState.NONE)
    try:
        sealed = _find(pdf)
        certificate = _check_signature(sealed)
        _check_form(pdf, sealed)
    except _Flawed as flawed:
        return Seal(state=SealState.BROKEN, reason=flawed.flaw)
    flaw = _against_signer(certificate, sealed.signed_at, roots)
    return Seal(
        state=SealState.FOREIGN if flaw else SealState.INTACT,
        signer=_common_name(certificate),
        signed_at=sealed.signed_at,
        reason=flaw,
    )


def _find(pdf: bytes) -> _Sealed:
    """One signature, its ranges all of the file but the hole, nothing after the end."""
    if pdf.count(b"/ByteRange") != 1:
        raise _Flawed(Flaw.SEVERAL if pdf.count(b"/ByteRange") else Flaw.UNREADABLE)
    ranges, time = _BYTE_RANGE.search(pdf), _TIME.findall(pdf)
    if ranges is None or len(time) != 1:
        raise _Flawed(Flaw.WRONG_FORM)
    end, start, rest = map(int, ranges.groups())
    if not 0 < end < start or start + rest != len(pdf) or not pdf.endswith(_END):
        raise _Flawed(Flaw.NOT_WHOLE)
    if pdf[end : end + 1] != b"<" or pdf[start - 1 : start] != b">":
        raise _Flawed(Flaw.WRONG_FORM)
    digits = pdf[end + 1 : start - 1]
    try:
        container = cms.ContentInfo.load(bytes.fromhex(digits.decode("ascii")))["content"]
        [signer_info], [certificate] = container["signer_infos"], container["certificates"]
        return _Sealed(
            content=pdf[:end] + pdf[start:],
            digits=digits,
            signer_info=signer_info,
            certificate=certificate.chosen.dump(),
            signed_at=_moment(time[0].decode()),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # asn1crypto's answers to damaged DER
        raise _Flawed(Flaw.UNREADABLE) from error


def _moment(digits: str) -> datetime:
    """The time of a PDF's `/M`. `strptime` would load a module at its first use."""
    return datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}+00:00")


def _check_signature(sealed: _Sealed) -> x509.Certificate:
    """The digest of the file, the certificate that is named, and the signature over both."""
    try:
        attributes = sealed.signer_info["signed_attrs"]
        values = {attribute["type"].native: attribute["values"] for attribute in attributes}
        if values["message_digest"][0].native != hashlib.sha256(sealed.content).digest():
            raise _Flawed(Flaw.ALTERED)
        named = values["signing_certificate_v2"][0]["certs"][0]["cert_hash"].native
        if set(values) != _SIGNED or values["content_type"][0].native != "data":
            raise _Flawed(Flaw.WRONG_FORM)
        if named != hashlib.sha256(sealed.certificate).digest():
            raise _Flawed(Flaw.ALTERED)
        certificate = x509.load_der_x509_certificate(sealed.certificate)
        key = certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise _Flawed(Flaw.WRONG_FORM)
        signed = b"\x31" + attributes.dump()[1:]  # the signature is over a SET, not over the [0] it is kept as
        key.verify(sealed.signer_info["signature"].native, signed, _ALGORITHM)
    except InvalidSignature as error:
        raise _Flawed(Flaw.ALTERED) from error
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, UnsupportedAlgorithm) as error:
        raise _Flawed(Flaw.UNREADABLE) from error
    return certificate


def _check_form(pdf: bytes, sealed: _Sealed) -> None:
    """The container is what its signed parts make it, the hole is filled up with zeros, no change is allowed."""
    if sealed.digits != _container(sealed).hex().upper().encode().ljust(len(sealed.digits), b"0"):
        raise _Flawed(Flaw.WRONG_FORM)
    if not _NO_CHANGES.search(pdf) or not _CERTIFIED.search(pdf):
        raise _Flawed(Flaw.CHANGES_ALLOWED)


def _container(sealed: _Sealed) -> bytes:
    """The CMS container as our seal makes it, from its signed parts and the time stamp, if there is one."""
    given = sealed.signer_info
    certificate = asn1_x509.Certificate.load(sealed.certificate)
    identifier = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer_info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": identifier},
        "digest_algorithm": _SHA256,
        "signed_attrs": given["signed_attrs"],
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": given["signature"].native,
    }
    if given["unsigned_attrs"]:
        _check_stamp(given)
        signer_info["unsigned_attrs"] = given["unsigned_attrs"]
    signed_data = {
        "version": "v1",
        "digest_algorithms": [_SHA256],
        "encap_content_info": {"content_type": "data"},
        "certificates": [certificate],
        "signer_infos": [signer_info],
    }
    container: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed_data)}).dump()
    return container


def _check_stamp(given: cms.SignerInfo) -> None:
    """A time stamp is of this signature, and the only unsigned attribute."""
    try:
        [attribute] = given["unsigned_attrs"]
        [token] = attribute["values"]
        stamped: tsp.TSTInfo = token["content"]["encap_content_info"]["content"].parsed
        of_signature = stamped["message_imprint"]["hashed_message"].native
        if attribute["type"].native != "signature_time_stamp_token":
            raise _Flawed(Flaw.WRONG_FORM)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _Flawed(Flaw.UNREADABLE) from error
    if of_signature != hashlib.sha256(given["signature"].native).digest():
        raise _Flawed(Flaw.ALTERED)


def _against_signer(certificate: x509.Certificate, at: datetime, roots: Sequence[x509.Certificate]) -> Flaw | None:
    """What speaks against the signer; None where a pinned root vouches for it."""
    issuer = next((root for root in roots if _is_issued_by(certificate, root)), None)
    if issuer is None:
        return Flaw.UNKNOWN_SIGNER
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, x509.ExtensionNotFound):
        return Flaw.WRONG_PURPOSE
    if constraints.ca or DOCUMENT_SIGNING not in usages:
        return Flaw.WRONG_PURPOSE
    in_force = all(held.not_valid_before_utc <= at <= held.not_valid_after_utc for held in (certificate, issuer))
    return None if in_force else Flaw.OUT_OF_TIME


def _is_issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _common_name(certificate: x509.Certificate) -> str | None:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else None
