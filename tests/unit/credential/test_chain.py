"""Certificates that the vectors do not make: what of a root and of a signer is looked at, each alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clearance.credential.chain import CountryRoot, DocumentSigner, document_signer, read_roots
from clearance.credential.cose import kid_of
from clearance.credential.errors import UntrustedSigner, UnusableTrust
from clearance.credential.trust import PURPOSE_EKU, Purpose
from tests.vectors.desk import country
from tests.vectors.pki import ed25519_key, p256_key, seconds

START, END = "2026-01-01T00:00:00", "2030-01-01T00:00:00"
ROOT_KEY, SIGNER_KEY, STRANGER = p256_key("chain root"), p256_key("chain signer"), p256_key("chain stranger")
CARD = PURPOSE_EKU[Purpose.CARD]
AKI = x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT_KEY.public_key())


def usage(*bits: str) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in bits for name in names})


def subject(*countries: str, name: str = "Chain") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, country) for country in countries]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(
    *,
    of: Any,
    by: Any,
    name: x509.Name,
    issuer: x509.Name,
    extensions: dict[x509.ExtensionType, bool],
    hash_: hashes.HashAlgorithm | None = None,
) -> x509.Certificate:
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=issuer, serial_number=7).public_key(
        of.public_key()
    )
    builder = builder.not_valid_before(datetime.fromisoformat(START)).not_valid_after(datetime.fromisoformat(END))
    for extension, critical in extensions.items():
        builder = builder.add_extension(extension, critical)
    if not isinstance(by, ec.EllipticCurvePrivateKey):
        return builder.sign(by, None)
    return builder.sign(by, hash_ or hashes.SHA256(), ecdsa_deterministic=True)


ROOT_PARTS: dict[str, x509.ExtensionType] = {
    "constraints": x509.BasicConstraints(ca=True, path_length=0),
    "usage": usage("key_cert_sign", "crl_sign"),
    "identifier": x509.SubjectKeyIdentifier.from_public_key(ROOT_KEY.public_key()),
}
SIGNER_PARTS: dict[str, x509.ExtensionType] = {
    "constraints": x509.BasicConstraints(ca=False, path_length=None),
    "usage": usage("digital_signature"),
    "eku": x509.ExtendedKeyUsage([CARD]),
    "authority": AKI,
}


def root_pem(*, key: Any = ROOT_KEY, by: Any = None, hash_: Any = None, name: Any = None, **parts: Any) -> bytes:
    name = name or subject("ZZ", name="Chain root")
    made = certificate(of=key, by=by or key, name=name, issuer=name, extensions=_given(ROOT_PARTS | parts), hash_=hash_)
    return made.public_bytes(serialization.Encoding.PEM)


def _given(parts: dict[str, Any]) -> dict[x509.ExtensionType, bool]:
    """The extensions that are not None, all critical but the key identifiers."""
    soft = (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
    return {part: not isinstance(part, soft) for part in parts.values() if part is not None}


def signer_der(*, key: Any = SIGNER_KEY, by: Any = ROOT_KEY, hash_: Any = None, **changes: Any) -> bytes:
    issuer = changes.pop("issuer", subject("ZZ", name="Chain root"))
    name = changes.pop("name", subject("ZZ"))
    extensions = _given(SIGNER_PARTS | changes)
    made = certificate(of=key, by=by, name=name, issuer=issuer, extensions=extensions, hash_=hash_)
    return made.public_bytes(serialization.Encoding.DER)


def checked(der: bytes, pem: bytes | None = None) -> DocumentSigner:
    return document_signer(der, purpose_eku=CARD, roots=read_roots(pem or root_pem()))


def test_a_root_is_read_with_its_country_and_window() -> None:
    (root,) = read_roots(root_pem())
    assert (root.country, root.start, root.end) == ("ZZ", seconds(START), seconds(END))


def test_two_pinned_roots_are_both_read_and_one_bad_one_spoils_them() -> None:
    other = country().root.pem
    assert len(read_roots(root_pem() + other)) == 2
    with pytest.raises(UnusableTrust):
        read_roots(other + root_pem(usage=None))


@pytest.mark.parametrize(
    "make",
    [
        lambda: root_pem(by=STRANGER),
        lambda: root_pem(key=p256_key("p384", ec.SECP384R1())),
        lambda: root_pem(key=ed25519_key("chain root")),
        lambda: root_pem(constraints=None),
        lambda: root_pem(constraints=x509.BasicConstraints(ca=True, path_length=None)),
        lambda: root_pem(constraints=x509.BasicConstraints(ca=True, path_length=1)),
        lambda: root_pem(constraints=x509.BasicConstraints(ca=False, path_length=None)),
        lambda: root_pem(usage=None),
        lambda: root_pem(usage=usage("crl_sign", "digital_signature")),
        lambda: root_pem(name=subject(name="Chain root")),
        lambda: root_pem(name=subject("ZZ", "ZZ", name="Chain root")),
        lambda: root_pem(extra=x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00")),
        lambda: root_pem(hash_=hashes.SHA224()),
        lambda: b"",
        lambda: root_pem().replace(b"A", b"B"),
        lambda: root_pem()[:-60],
    ],
)
def test_what_is_no_root_is_not_pinned(make: Callable[[], bytes]) -> None:
    with pytest.raises(UnusableTrust):
        read_roots(make())


@pytest.mark.parametrize("hash_", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_any_hash_of_the_second_family_will_do(hash_: hashes.HashAlgorithm) -> None:
    assert read_roots(root_pem(hash_=hash_))
    assert checked(signer_der(hash_=hash_)).roots


def test_a_signer_is_read_with_its_window_and_its_root() -> None:
    der = signer_der()
    signer = checked(der)
    assert (signer.kid, signer.start, signer.end) == (kid_of(der), seconds(START), seconds(END))
    assert isinstance(signer.roots[0], CountryRoot)
    assert [signer.valid_at(at) for at in (signer.start - 1, signer.start, signer.end, signer.end + 1)] == [
        False,
        True,
        True,
        False,
    ]


def test_one_root_in_force_is_enough() -> None:
    """A root that was certified anew with the same key: what the first no longer vouches for, the second does."""
    (root,) = read_roots(root_pem())
    ended = replace(root, end=root.start + 1)
    signer = document_signer(signer_der(), purpose_eku=CARD, roots=[ended, root])
    assert signer.valid_at(root.start + 2)
    assert not replace(signer, roots=(ended,)).valid_at(root.start + 2)


def test_a_root_without_a_key_identifier_is_known_by_its_key() -> None:
    assert checked(signer_der(), root_pem(identifier=None)).roots


def test_a_signer_is_held_to_every_root_that_issued_it() -> None:
    assert len(checked(signer_der(), root_pem() + country().root.pem).roots) == 1
    assert len(checked(signer_der(), root_pem() + root_pem(hash_=hashes.SHA384())).roots) == 2


@pytest.mark.parametrize("constraints", [x509.BasicConstraints(ca=True, path_length=0), None])
@pytest.mark.parametrize("key", [SIGNER_KEY, ed25519_key("chain signer")])
def test_a_ca_is_no_signer(key: Any, constraints: x509.BasicConstraints | None) -> None:
    assert checked(signer_der(key=key)).key
    with pytest.raises(UntrustedSigner):
        checked(signer_der(key=key, constraints=constraints))


@pytest.mark.parametrize(
    "make",
    [
        lambda: signer_der(by=STRANGER),
        lambda: signer_der(issuer=subject("ZZ", name="Other root")),
        lambda: signer_der(authority=x509.AuthorityKeyIdentifier.from_issuer_public_key(STRANGER.public_key())),
        lambda: signer_der(authority=x509.AuthorityKeyIdentifier(b"", None, None)),
        lambda: signer_der(authority=None),
        lambda: signer_der(usage=usage("key_agreement")),
        lambda: signer_der(usage=usage("digital_signature", "key_cert_sign")),
        lambda: signer_der(usage=usage("digital_signature", "crl_sign")),
        lambda: signer_der(usage=None),
        lambda: signer_der(eku=None),
        lambda: signer_der(eku=x509.ExtendedKeyUsage([CARD, CARD])),
        lambda: signer_der(eku=x509.ExtendedKeyUsage([CARD, PURPOSE_EKU[Purpose.STATUS]])),
        lambda: signer_der(name=subject("QQ")),
        lambda: signer_der(name=subject()),
        lambda: signer_der(name=subject("ZZ", "ZZ")),
        lambda: signer_der(hash_=hashes.SHA224()),
        lambda: signer_der(key=p256_key("p384", ec.SECP384R1())),
        lambda: signer_der(extra=x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00")),
        lambda: signer_der()[:-1],
        lambda: b"",
        lambda: signer_der().replace(b"ZZ", b"\xff\xff"),
    ],
)
def test_what_is_no_signer_of_ours_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(UntrustedSigner):
        checked(make())


def test_a_signer_may_do_more_with_its_key_than_sign_and_its_eku_may_be_critical_or_not() -> None:
    assert checked(signer_der(usage=usage("digital_signature", "content_commitment"))).roots
