"""What others look for at fixed places: our public keys as a JWK Set (RFC 7517), and where to report a weakness
(RFC 9116). Both are made from what is published; nothing here holds a key."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Blueprint, Response, abort, request

from clearance.credential.cose import kid_of
from clearance.credential.held import HeldTrust
from clearance.credential.trust import Purpose, SignerState, TrustedSigner
from clearance.issuing.service import Service
from clearance.web.options import WebOptions
from clearance.web.published import PublishedFiles
from clearance.web.trust import public_answer

KEYS_FRESH_S = 300
SECURITY_FRESH_S = 86_400
EXPIRES_AFTER = timedelta(days=180)
"""RFC 9116 asks for less than a year; it moves on with each day."""
COORDINATE_BYTES = 32


def blueprint(service: Service, published: PublishedFiles, options: WebOptions) -> Blueprint:
    """The routes under /.well-known."""
    routes = Blueprint("well_known", __name__, url_prefix="/.well-known")

    @routes.get("/jwks.json")
    def keys() -> Response:
        held, root = published.held(), published.root()
        if held.bundle is None or root is None:
            abort(404)
        content = json.dumps({"keys": jwks(held, root_pem=root.content)}, sort_keys=True).encode()
        etag = hashlib.sha256(content).hexdigest()
        return _conditional(public_answer(content, "application/jwk-set+json", etag=etag, fresh_s=KEYS_FRESH_S))

    @routes.get("/security.txt")
    def security() -> Response:
        content = security_txt(options, at=service.now()).encode()
        etag = hashlib.sha256(content).hexdigest()
        return _conditional(public_answer(content, "text/plain; charset=utf-8", etag=etag, fresh_s=SECURITY_FRESH_S))

    return routes


def jwks(held: HeldTrust, *, root_pem: bytes) -> list[dict[str, object]]:
    """The keys whose signatures on cards and status lists count: those of usable signers that nobody distrusts."""
    root = x509.load_pem_x509_certificates(root_pem)[0].public_bytes(Encoding.DER)
    signers = held.bundle.signers if held.bundle else ()
    return [_jwk(signer, root) for signer in signers if _counts(signer, held)]


def security_txt(options: WebOptions, *, at: datetime) -> str:
    """The file of RFC 9116; the same text all day."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {options.security_contact}",
        f"Expires: {day + EXPIRES_AFTER:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: bn, en",
        f"Canonical: {options.public_url.rstrip('/')}/.well-known/security.txt",
    )
    return "".join(f"{line}\n" for line in lines)


def _conditional(response: Response) -> Response:
    response.make_conditional(request)
    return response


def _counts(signer: TrustedSigner, held: HeldTrust) -> bool:
    if signer.purpose is Purpose.TRUST or signer.state is SignerState.DISTRUSTED:
        return False
    return kid_of(signer.certificate_der) in held.signers


def _jwk(signer: TrustedSigner, root_der: bytes) -> dict[str, object]:
    der = signer.certificate_der
    return {
        **_public(der),
        "use": "sig",
        "kid": kid_of(der).hex(),
        "x5c": [base64.b64encode(each).decode("ascii") for each in (der, root_der)],
        "x5t#S256": _base64url(hashlib.sha256(der).digest()),
    }


def _public(der: bytes) -> dict[str, object]:
    """Key type, curve, coordinates and algorithm (RFC 7518 section 6.2, RFC 8037)."""
    key = x509.load_der_x509_certificate(der).public_key()
    match key:
        case EllipticCurvePublicKey():
            numbers = key.public_numbers()
            x, y = (_base64url(each.to_bytes(COORDINATE_BYTES, "big")) for each in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "ES256"}
        case Ed25519PublicKey():
            return {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw)),
                "alg": "EdDSA",
            }
    raise TypeError(f"a signer of no kind that cards know: {type(key).__name__}")


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
