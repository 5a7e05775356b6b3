"""Vectors of section 6: roots, trust bundles and signer certificates."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from clearance.credential import cbor
from clearance.credential.cose import sign1
from clearance.credential.floor import Edition
from clearance.credential.held import Floor
from clearance.credential.reasons import Reason
from clearance.credential.trust import PURPOSE_EKU, TRUST_CONTENT_TYPE, Purpose, SignerState, encode_trust_bundle
from tests.vectors.desk import (
    CARD_ISSUED,
    TRUST_ISSUED,
    DeskFiles,
    bundle,
    country,
    desk_trusting,
    listed,
    status_token,
    trust_token,
)
from tests.vectors.model import Card, Vector, card
from tests.vectors.pki import CertificateSpec, Root, SeededSigner, make_root, make_signer, p256_key, seconds

ROOT = country().root
accepted = partial(Vector, folder="edge", reason=Reason.VALID)
CARD_EKU, STATUS_EKU, TRUST_EKU = (PURPOSE_EKU[purpose] for purpose in Purpose)


def vectors() -> Iterator[Vector]:
    yield from _unusable_trust()
    yield from _unknown_signers()
    yield from _untrusted_signers()
    yield from _untrusted_times()
    yield from _good_all_the_same()


def _unusable(name: str, desk: DeskFiles, floor: Floor | None = None) -> Vector:
    return Vector(
        folder="invalid",
        name=f"trust-{name}",
        rule="6, 8 step 2: bundle usable",
        card=card(),
        desk=desk,
        floor=floor,
        reason=Reason.TRUST_UNUSABLE,
    )


def _unusable_trust() -> Iterator[Vector]:
    usual = country()
    good = trust_token()
    for name, token in (
        ("missing", None),
        ("empty", b""),
        ("one-bit-flipped", good[:200] + bytes([good[200] ^ 1]) + good[201:]),
        ("byte-after-it", good + b"\0"),
        ("cut-short", good[:-1]),
        ("signed-by-card-signer-inside", _signed_by(usual.card)),
        ("signed-by-status-signer-inside", _signed_by(usual.status)),
        ("kid-of-another-signer", trust_token(signer=usual.card)),
        ("without-type", sign1(encode_trust_bundle(bundle()), signer=usual.trust)),
        ("with-type-of-a-status-list", _typed("application/statuslist+cwt")),
        ("signed-under-another-root", _signed_by(country("other root").trust)),
        ("certificate-twice", _raw({6: [_listed(usual.card), _listed(usual.card)]})),
        ("signer-state-3", _raw({6: [_listed(usual.card) | {3: 3}]})),
        ("signer-purpose-4", _raw({6: [_listed(usual.card) | {2: 4}]})),
        ("signer-without-state", _raw({6: [{1: usual.card.certificate_der, 2: 1}]})),
        ("signer-with-an-unknown-key", _raw({6: [_listed(usual.card) | {5: 0}]})),
        ("signer-certificate-text", _raw({6: [{1: "certificate", 2: 1, 3: 0}]})),
        ("profile-2", _raw({1: 2})),
        ("profile-true", _raw({1: True})),
        ("sequence-text", _raw({2: "7"})),
        ("sequence-negative", _raw({2: -7})),
        ("issued-at-missing", _raw({3: None})),
        ("issuer-bytes", _raw({5: b"bmet.gov.bd"})),
        ("signers-map", _raw({6: {}})),
        ("of-257-signers", _raw({6: [{1: bytes([n // 256, n % 256]), 2: 1, 3: 0} for n in range(257)]})),
        ("of-4097-items", _raw({7: ["u"] * 4097})),
        ("uris-text", _raw({7: "https://s.bmet.gov.bd/26a"})),
        ("certificate-inside-garbage", _signed_by(replace(usual.trust, certificate_der=b"\x30\x03\x02\x01\x00"))),
        ("issued-before-its-signer", trust_token(bundle(issued_at=seconds("2025-12-31T23:59:59")))),
        ("issued-after-its-signer", trust_token(bundle(issued_at=seconds("2030-01-01T00:00:00")))),
        ("signer-of-another-country", _signed_by(make_signer(ROOT, "trust in QQ", ekus=[TRUST_EKU], country="QQ"))),
        ("signer-with-two-purposes", _signed_by(make_signer(ROOT, "trust and card", ekus=[TRUST_EKU, CARD_EKU]))),
    ):
        yield _unusable(name, DeskFiles(trust=token))
    yield from _unusable_roots()
    newer = sha256(b"another bundle").hexdigest()
    yield _unusable("rolled-back", DeskFiles(), Floor(trust=Edition(number=8, sha256=newer)))
    yield _unusable("same-sequence-other-bytes", DeskFiles(), Floor(trust=Edition(number=7, sha256=newer)))


def _unusable_roots() -> Iterator[Vector]:
    for name, pem in (
        ("root-missing", b""),
        ("root-not-pem", b"root"),
        ("root-of-another-country-pinned", country("other root").root.pem),
        ("root-without-path-length", make_root(constraints=x509.BasicConstraints(ca=True, path_length=None)).pem),
        ("root-path-length-1", make_root(constraints=x509.BasicConstraints(ca=True, path_length=1)).pem),
        ("root-no-ca", make_root(constraints=x509.BasicConstraints(ca=False, path_length=None)).pem),
        ("root-may-not-sign-certificates", make_root(digital_signature=True, key_cert_sign=False).pem),
        ("root-with-critical-extension", make_root(critical_extension=True).pem),
        ("root-without-country", make_root(country=None).pem),
    ):
        yield _unusable(name, DeskFiles(root_pem=pem))


def _listed(signer: SeededSigner) -> dict[int, object]:
    return {1: signer.certificate_der, 2: 1, 3: 0}


def _raw(changes: dict[int, object]) -> bytes:
    """A bundle with a spoiled payload, rightly signed; a key of None is left out."""
    payload = cbor.decode(encode_trust_bundle(bundle()), max_depth=5, max_items=4096)
    assert isinstance(payload, dict)
    content = {key: value for key, value in (payload | changes).items() if value is not None}
    return sign1(cbor.encode(content), signer=country().trust, content_type=TRUST_CONTENT_TYPE)


def _signed_by(signer: SeededSigner) -> bytes:
    return trust_token(bundle(trust_certificate_der=signer.certificate_der), signer=signer)


def _typed(content_type: str) -> bytes:
    return sign1(encode_trust_bundle(bundle()), signer=country().trust, content_type=content_type)


def _unknown_signers() -> Iterator[Vector]:
    for name, signer in (
        ("of-another-country", country("other root").card),
        ("under-our-root-not-listed", make_signer(ROOT, "not listed")),
        ("that-signs-the-bundle", country().trust),
    ):
        yield Vector(
            folder="invalid",
            name=f"signer-{name}",
            rule="8 step 2: signer known",
            card=card(signer=signer),
            reason=Reason.UNKNOWN_SIGNER,
        )


def _untrusted_signers() -> Iterator[Vector]:
    other_root = country("other root").root
    for name, signer in (
        ("under-another-root", make_signer(other_root, "under another root")),
        ("under-a-root-of-the-same-name", make_signer(_impostor_root(), "under an impostor")),
        ("with-two-purposes", make_signer(ROOT, "two purposes", ekus=[CARD_EKU, STATUS_EKU])),
        ("with-purpose-status", make_signer(ROOT, "wrong purpose", ekus=[STATUS_EKU])),
        ("with-server-auth", make_signer(ROOT, "server auth", ekus=[x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")])),
        ("with-any-purpose", make_signer(ROOT, "any purpose", ekus=[x509.ObjectIdentifier("2.5.29.37.0")])),
        ("without-purpose", make_signer(ROOT, "no purpose", ekus=[])),
        ("without-key-identifier", make_signer(ROOT, "no aki", authority_key_identifier=False)),
        ("without-constraints", make_signer(ROOT, "no constraints", constraints=None)),
        ("that-is-a-ca", make_signer(ROOT, "a ca", constraints=x509.BasicConstraints(ca=True, path_length=None))),
        ("without-key-usage", make_signer(ROOT, "no key usage", digital_signature=None)),
        ("without-digital-signature", make_signer(ROOT, "no signature", digital_signature=False)),
        ("that-signs-certificates", make_signer(ROOT, "cert sign", key_cert_sign=True)),
        ("with-critical-extension", make_signer(ROOT, "critical", critical_extension=True)),
        ("of-country-qq", make_signer(ROOT, "in QQ", country="QQ")),
        ("without-country", make_signer(ROOT, "no country", country=None)),
        ("with-p384-key", _p384_signer()),
    ):
        yield _untrusted(name, desk_trusting(listed(signer)), card(signer=signer))
    yield _untrusted(
        "with-a-certificate-that-is-none",
        desk_trusting(replace(listed(country().card), certificate_der=b"no certificate")),
        card(signer=replace(country().card, certificate_der=b"no certificate")),
    )
    ancient = _signer_from_the_year_0()
    yield _untrusted("from-the-year-0", desk_trusting(listed(ancient)), card(signer=ancient))
    yield _untrusted("listed-for-status", DeskFiles(), card(signer=country().status))
    for state, retired_at in ((SignerState.DISTRUSTED, None), (SignerState.DISTRUSTED, CARD_ISSUED + 1)):
        desk = desk_trusting(listed(country().card, state=state, retired_at=retired_at))
        yield _untrusted(f"distrusted{'-and-retired' if retired_at else ''}", desk, card())
    retired = listed(country().card, state=SignerState.RETIRED, retired_at=CARD_ISSUED - 1)
    yield _untrusted("retired-before-the-card", desk_trusting(retired), card())


def _untrusted(name: str, desk: DeskFiles, content: Card) -> Vector:
    return Vector(
        folder="invalid",
        name=f"signer-{name}",
        rule="6, 8 step 2: purpose, state, EKU, chain, key type",
        card=content,
        desk=desk,
        reason=Reason.UNTRUSTED_SIGNER,
    )


def _impostor_root() -> Root:
    """Another key under the real root's name."""
    return make_root("impostor", common_name="Test root")


def _p384_signer() -> SeededSigner:
    signer = make_signer(ROOT, "p384")
    other = p256_key("p384", ec.SECP384R1())
    return replace(signer, certificate_der=ROOT.issue(CertificateSpec(common_name="Test p384"), other))


def _signer_from_the_year_0() -> SeededSigner:
    """A certificate under the real root with a date that is well-formed DER and no day of any calendar."""
    signer = make_signer(ROOT, "year 0", start="2050-01-01T00:00:00", end="2051-01-01T00:00:00")
    certificate = x509.load_der_x509_certificate(signer.certificate_der)
    body = certificate.tbs_certificate_bytes.replace(b"20500101000000Z", b"00000101000000Z")
    signature = ROOT.private.sign(body, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    content = body + algorithm + b"\x03" + bytes([len(signature) + 1, 0]) + signature
    return replace(signer, certificate_der=b"\x30\x82" + len(content).to_bytes(2, "big") + content)


def _untrusted_times() -> Iterator[Vector]:
    """A chain is judged at signing time."""
    early = make_signer(ROOT, "from tomorrow", start="2026-11-20T05:30:01")
    yield _untrusted("not-yet-in-force-at-signing", desk_trusting(listed(early)), card(signer=early))
    late = make_signer(ROOT, "until yesterday", end="2026-11-20T05:29:59")
    yield _untrusted("expired-at-signing", desk_trusting(listed(late)), card(signer=late))
    short = make_signer(ROOT, "ends before the card", end="2027-11-19T17:59:58")
    yield _untrusted("ends-a-second-before-the-card", desk_trusting(listed(short)), card(signer=short))
    ended = make_root(end="2026-11-20T05:29:59")
    signer = make_signer(ended, "root ended")
    desk = replace(desk_trusting(listed(signer)), root_pem=ended.pem)
    yield _untrusted("whose-root-ended-before-the-card", desk, card(signer=signer))


def _good_all_the_same() -> Iterator[Vector]:
    usual = country().card
    to_the_second = make_signer(ROOT, "to the second", start="2026-11-20T05:30:00", end="2027-11-19T17:59:59")
    both_roots = replace(DeskFiles(), root_pem=country("other root").root.pem + ROOT.pem)
    retired = SignerState.RETIRED
    unusable = replace(listed(usual), certificate_der=b"no certificate")
    for name, desk, signer in (
        ("signer-in-force-to-the-second", desk_trusting(listed(to_the_second)), to_the_second),
        ("signer-retired-later", desk_trusting(listed(usual, state=retired, retired_at=CARD_ISSUED)), usual),
        ("signer-retired-at-no-time", desk_trusting(listed(usual, state=retired)), usual),
        ("signer-active-with-retired-at", desk_trusting(listed(usual, retired_at=TRUST_ISSUED)), usual),
        ("signer-beside-an-unusable-one", desk_trusting(unusable, listed(usual)), usual),
        ("two-roots-pinned", both_roots, usual),
        ("trust-signed-with-eddsa", _eddsa_trust(), usual),
    ):
        yield accepted(name=name, rule="6: signers", card=card(signer=signer), desk=desk)
    same = Floor(trust=Edition(number=7, sha256=sha256(trust_token()).hexdigest()), last_seen=TRUST_ISSUED)
    yield accepted(name="trust-seen-before", rule="6: same bytes", card=card(), floor=same)


def _eddsa_trust() -> DeskFiles:
    trust = make_signer(ROOT, "trust EdDSA", eddsa=True, ekus=[TRUST_EKU])
    status = make_signer(ROOT, "status EdDSA", eddsa=True, ekus=[STATUS_EKU])
    content = bundle(
        trust_certificate_der=trust.certificate_der,
        signers=(listed(country().card), listed(status, Purpose.STATUS)),
    )
    return DeskFiles(trust=trust_token(content, signer=trust), status={"26a.cwt": status_token(signer=status)})
