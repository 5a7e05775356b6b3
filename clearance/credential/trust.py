"""The trust bundle: which signers a country's root stands behind, and in what state, as one signed file.

It decides whether a bundle is genuine and well-formed (docs/CARD-FORMAT.md section 6). Which signatures its signers'
certificates then carry is left to `signers`, and whether it is older than one seen before to `held`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, cast

from cryptography import x509

from clearance.credential import cbor
from clearance.credential.cbor import Key, Value
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


_SIGNER_FIELDS: Final[Mapping[int, Field]] = {
    1: Field(name="certificate_der", rule=_certificate, required=True),
    2: Field(name="purpose", rule=one_of(Purpose), required=True),
    3: Field(name="state", rule=one_of(SignerState), required=True),
    4: Field(name="retired_at", rule=uint),
}


def _signer(value: object) -> TrustedSigner:
    return TrustedSigner(**_read_exactly(value, _SIGNER_FIELDS))  # type: ignore[arg-type]


_BUNDLE_FIELDS: Final[Mapping[int, Field]] = {
    1: Field(name="profile", rule=exactly(PROFILE), required=True),
    2: Field(name="sequence", rule=uint, required=True),
    3: Field(name="issued_at", rule=uint, required=True),
    4: Field(name="next_update", rule=uint, required=True),
    5: Field(name="issuer", rule=text(), required=True),
    6: Field(name="signers", rule=_array_of(_signer, at_most=MAX_SIGNERS), required=True),
    7: Field(name="status_uris", rule=_array_of(text(), at_most=MAX_ITEMS), required=True),
    8: Field(name="trust_certificate_der", rule=_certificate, required=True),
}


def _parse_payload(payload: bytes) -> TrustBundle:
    values = _read_exactly(cbor.decode(payload, max_depth=MAX_DEPTH, max_items=MAX_ITEMS), _BUNDLE_FIELDS)
    del values["profile"]
    bundle = TrustBundle(**values)  # type: ignore[arg-type]
    certificates = [signer.certificate_der for signer in bundle.signers]
    if len(set(certificates)) != len(certificates):
        raise UnusableTrust("a certificate listed twice")
    return bundle


def _read_exactly(value: object, fields: Mapping[int, Field]) -> dict[str, object]:
    """Read a map of these keys and no others: what a bundle restricts by a key we do not know must not be ignored."""
    if not isinstance(value, dict) or not value.keys() <= fields.keys():
        raise UnusableTrust("not a map of the known keys")
    return read_fields(cast(dict[Key, Value], value), fields, map_name="trust bundle")


def _written(signer: TrustedSigner) -> dict[int, object]:
    written: dict[int, object] = {1: signer.certificate_der, 2: int(signer.purpose), 3: int(signer.state)}
    if signer.retired_at is not None:
        written[4] = signer.retired_at
    return written
