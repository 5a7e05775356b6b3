"""The trust bundle: which signers a country's root stands behind, and in what state, as one signed file.

It decides whether a bundle is genuine and well-formed (docs/CARD-FORMAT.md section 6). Which signatures its signers'
certificates then carry is left to `signers`, and whether it is older than one seen before to `held`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from cryptography import x509

from clearance.credential import cbor
from clearance.credential.chain import CountryRoot, document_signer
from clearance.credential.cose import kid_of, parse_sign1, verify_sign1
from clearance.credential.errors import CredentialError, UnusableTrust
from clearance.credential.fields import BadValue, Field, Rule, exactly, one_of, read_fields, text, uint

TRUST_CONTENT_TYPE = "bd-ec-trust"
MAX_BUNDLE = 1 << 20
MAX_SIGNERS = 256
MAX_DEPTH = 5
MAX_ITEMS = 4_096
PROFILE = 1


class Purpose(IntEnum):
    """What a signer signs. No certificate serves two purposes."""

    CARD = 1
    STATUS = 2
    TRUST = 3


PURPOSE_EKU: Final[Mapping[Purpose, x509.ObjectIdentifier]] = {
    Purpose.CARD: x509.ObjectIdentifier("2.25.71519346164752899639703111061137221666"),
    Purpose.STATUS: x509.ObjectIdentifier("2.25.95452012797435746814289449854154721194"),
    Purpose.TRUST: x509.ObjectIdentifier("2.25.184838090343512227566062083985103516476"),
}
"""The extended key usage that a certificate of each purpose has, and has alone."""


class SignerState(IntEnum):
    """RETIRED signs no more, what it signed in its time stays valid. DISTRUSTED: nothing of it counts."""

    ACTIVE = 0
    RETIRED = 1
    DISTRUSTED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedSigner:
    """A signer as the bundle lists it. `retired_at` (seconds) counts with state RETIRED only."""

    certificate_der: bytes
    purpose: Purpose
    state: SignerState = SignerState.ACTIVE
    retired_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustBundle:
    """A trust bundle's content. Times in seconds; `trust_certificate_der` is the signer of the bundle itself."""

    sequence: int
    issued_at: int
    next_update: int
    issuer: str
    signers: tuple[TrustedSigner, ...]
    status_uris: tuple[str, ...]
    trust_certificate_der: bytes


def encode_trust_bundle(bundle: TrustBundle) -> bytes:
    """Write the payload, to be signed with `content_type=TRUST_CONTENT_TYPE`. Raises UnusableTrust, NotStrictCbor."""
    payload = cbor.encode(
        {
            1: PROFILE,
            2: bundle.sequence,
            3: bundle.issued_at,
            4: bundle.next_update,
            5: bundle.issuer,
            6: [_written(signer) for signer in bundle.signers],
            7: bundle.status_uris,
            8: bundle.trust_certificate_der,
        }
    )
    _parse_payload(payload)  # nothing is published that a reader would find unusable
    return payload


def read_trust_bundle(token: bytes, *, roots: Sequence[CountryRoot]) -> TrustBundle:
    """Read a bundle and believe nothing of it before its signature has been verified up to a pinned root.

    The chain is judged at the bundle's issued-at. Raises UnusableTrust.
    """
    if len(token) > MAX_BUNDLE:
        raise UnusableTrust(f"a trust bundle above {MAX_BUNDLE} bytes")
    try:
        message = parse_sign1(token, content_type=TRUST_CONTENT_TYPE)
        bundle = _parse_payload(message.payload)
        if message.kid != kid_of(bundle.trust_certificate_der):
            raise UnusableTrust("signed by another certificate than the one inside")
        signer = document_signer(bundle.trust_certificate_der, purpose_eku=PURPOSE_EKU[Purpose.TRUST], roots=roots)
        verify_sign1(message, key=signer.key)
    except CredentialError as fault:
        raise UnusableTrust(f"trust bundle: {fault}") from None
    if not signer.valid_at(bundle.issued_at):
        raise UnusableTrust("trust bundle: issued outside the time of its signer or root")
    return bundle


def _certificate(value: object) -> bytes:
    if type(value) is not bytes:
        raise BadValue("not a certificate")
    return value


def _array_of(rule: Rule, *, at_most: int) -> Rule:
    def array(value: object) -> tuple[object, ...]:
        if not isinstance(value, list) or len(value) > at_most:
            raise BadValue(f"not an array of at most {at_most}")
        return tuple(rule(element) for element in value)

    return array


_SIGNER_FIELDS: Final = (
    Field(1, "certificate_der", _certificate, required=True),
    Field(2, "purpose", one_of(Purpose), required=True),
    Field(3, "state", one_of(SignerState), required=True),
    Field(4, "retired_at", uint),
)


def _signer(value: object) -> TrustedSigner:
    return TrustedSigner(**_read_exactly(value, _SIGNER_FIELDS))


_BUNDLE_FIELDS: Final = (
    Field(1, "profile", exactly(PROFILE), required=True),
    Field(2, "sequence", uint, required=True),
    Field(3, "issued_at", uint, required=True),
    Field(4, "next_update", uint, required=True),
    Field(5, "issuer", text(), required=True),
    Field(6, "signers", _array_of(_signer, at_most=MAX_SIGNERS), required=True),
    Field(7, "status_uris", _array_of(text(), at_most=MAX_ITEMS), required=True),
    Field(8, "trust_certificate_der", _certificate, required=True),
)


def _parse_payload(payload: bytes) -> TrustBundle:
    values = _read_exactly(cbor.decode(payload, max_depth=MAX_DEPTH, max_items=MAX_ITEMS), _BUNDLE_FIELDS)
    del values["profile"]
    bundle = TrustBundle(**values)
    certificates = [signer.certificate_der for signer in bundle.signers]
    if len(set(certificates)) != len(certificates):
        raise UnusableTrust("a certificate listed twice")
    return bundle


def _read_exactly(value: object, fields: Sequence[Field]) -> dict[str, Any]:
    """Read a map of these keys and no others: what a bundle restricts by a key we do not know must not be ignored."""
    if not isinstance(value, dict) or not value.keys() <= {field.key for field in fields}:
        raise UnusableTrust("not a map of the known keys")
    return read_fields(value, fields)


def _written(signer: TrustedSigner) -> dict[int, object]:
    written: dict[int, object] = {1: signer.certificate_der, 2: int(signer.purpose), 3: int(signer.state)}
    if signer.retired_at is not None:
        written[4] = signer.retired_at
    return written
