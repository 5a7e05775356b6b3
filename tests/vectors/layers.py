"""In which layer of a card the fault of a hostile vector lies; counted so that none is thinly tested."""

from typing import Any

LAYERS = (
    "transport",
    "zlib",
    "CBOR",
    "COSE",
    "algorithm",
    "key",
    "chain",
    "signature",
    "claims",
    "time",
    "status",
    "text",
    "bearer",
)

_BY_NAME = (
    ("zlib-", "zlib"),
    (("text-", "base45-", "web-link", "eu-", "smart-", "rdb1-", "unreadable-"), "transport"),
    ("payload-", "CBOR"),
    (("cose-", "header-"), "COSE"),
    ("algorithm-", "algorithm"),
    (("signature-", "eddsa-signature-"), "signature"),
    (
        ("trust-root-", "signer-under-", "signer-whose-root-", "signer-from-", "signer-not-yet-", "signer-ends-"),
        "chain",
    ),
    (("trust-signed-", "trust-issued-", "trust-signer-of-", "trust-certificate-", "signer-expired-"), "chain"),
    (("signer-", "trust-signer-", "trust-kid-"), "key"),
    (("clock-", "issued-", "not-before-", "expired-", "validity-", "exp-equal-", "exp-before-"), "time"),
    (("trust-past-next-update", "revoked-", "suspended-"), "status"),
    ("trust-", "chain"),
)
_STATUS = {"revoked", "suspended", "superseded", "status_unknown", "status_stale", "trust_stale"}


def layer_of(vector: dict[str, Any]) -> str:
    """The layer of a vector, as it is committed."""
    if vector["rule"].startswith(("3: texts are NFC", "3: every text")):
        return "text"
    if vector["expect"]["reason"] in _STATUS:
        return "status"
    if vector["expect"]["reason"] in ("passport_mismatch", "already_used"):
        return "bearer"
    return next((layer for prefixes, layer in _BY_NAME if vector["name"].startswith(prefixes)), "claims")
