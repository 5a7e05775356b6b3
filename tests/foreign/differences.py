"""Where vectors of others are good by their own word and not of our profile: each with what our reader finds, and why.

This is the whole list; a test holds it against the vectors, both ways. The reader is never loosened to shorten it.
"""

from typing import NamedTuple


class Difference(NamedTuple):
    """`found` is what our reader says; `why` is the rule of docs/CARD-FORMAT.md that makes it so."""

    found: str
    why: str


KID_UNPROTECTED = Difference("unprotected headers", "4: nothing stands outside the signature; they put the kid there")
NOT_SORTED = Difference(
    "a key out of order", "3: one encoding of one header; theirs is {4: kid, 1: alg}, in the order of writing"
)
RSA = Difference("a signature of another size", "4: ES256 and EdDSA only; theirs is PS256 with an RSA key")
TAG_61 = Difference("not tag 18", "4: tag 18 is outermost; theirs is wrapped in the CWT tag 61")
UNTAGGED = Difference("not tag 18", "4: the tag is required; theirs is a bare array")
UNSIGNED = Difference(
    "a signature of another size", "4: a card is signed; theirs has an empty signature, as an example"
)
ENCRYPTED = Difference("not tag 18", "4: a card is signed and not encrypted; theirs is a COSE_Encrypt0")
NO_KID = Difference(
    "other than algorithm and kid", "4: the kid is required; their key is handed over beside the vector"
)

STRICTER: dict[str, Difference] = {
    **{
        f"cose-wg/{name}.json": KID_UNPROTECTED
        for name in (
            "ecdsa-examples/ecdsa-sig-01",
            "ecdsa-examples/ecdsa-sig-02",
            "ecdsa-examples/ecdsa-sig-03",
            "ecdsa-examples/ecdsa-sig-04",
            "eddsa-examples/eddsa-sig-01",
            "eddsa-examples/eddsa-sig-02",
            "sign1-tests/sign-pass-01",
            "sign1-tests/sign-pass-02",
        )
    },
    "cose-wg/sign1-tests/sign-pass-03.json": UNTAGGED,
    **{f"dgc/CO{number}.json": RSA for number in (1, 2)},
    **{f"dgc/CO{number}.json": NOT_SORTED for number in (3, 12, 13, 14, 15, 18)},
    **{f"dgc/CO{number}.json": KID_UNPROTECTED for number in (19, 20, 21)},
    "dgc/CO28.json": TAG_61,
    **{f"dgc/DGC{number}.json": NOT_SORTED for number in (3, 4, 5, 6)},
    **{
        f"claim-169/test-vectors/{name}.json": UNSIGNED
        for name in (
            "edge/expired",
            "edge/not-yet-valid",
            "edge/unknown-fields",
            "valid/claim169-example",
            "valid/demographics-full",
            "valid/minimal",
            "valid/refugee-identity",
            "valid/with-all-biometrics",
            "valid/with-face",
            "valid/with-fingerprints",
        )
    },
    **{f"claim-169/test-vectors/valid/{name}.json": ENCRYPTED for name in ("encrypted-aes256", "encrypted-signed")},
    **{f"claim-169/test-vectors/valid/{name}.json": NO_KID for name in ("ecdsa-p256-signed", "ed25519-signed")},
    "status-list/status_list_cwt": KID_UNPROTECTED,
    "status-list/referenced_token_cwt": KID_UNPROTECTED,
}
"""Good by their word, refused by our reader."""

SIGNATURE_JUDGED_OTHERWISE: dict[str, str] = {
    "cose-wg/sign1-tests/sign-fail-01.json": "its fault is the tag 998: our reader refuses it, no signature covers it",
    "cose-wg/sign1-tests/sign-pass-01.json": "its protected header is empty, and signed as such; ours never is",
    "cose-wg/sign1-tests/sign-pass-02.json": "its external_aad is not empty; ours always is",
    "dgc/CO22.json": "its fault is a kid that names no key; here the key is handed over and no kid is asked for",
    "dgc/CO23.json": "its fault is a kid that names no key; here the key is handed over and no kid is asked for",
}
"""With the strictness off, the signature itself verifies where they expect a failure, or fails where they do not."""

OTHER_ALGORITHMS: dict[str, str] = {
    "cose-wg/ecdsa-examples/ecdsa-sig-02.json": "P-384",
    "cose-wg/ecdsa-examples/ecdsa-sig-03.json": "P-521",
    "cose-wg/ecdsa-examples/ecdsa-sig-04.json": "P-256 with SHA-512",
    "cose-wg/eddsa-examples/eddsa-sig-02.json": "Ed448",
    "dgc/CO1.json": "PS256",
    "dgc/CO2.json": "PS256",
}
"""Their signatures are of algorithms that no key of ours goes with, so they are not checked at all."""
