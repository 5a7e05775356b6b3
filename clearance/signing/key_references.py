"""What a backup says of keys: their names, certificates and places, and never a key.

So that whoever restores an office knows which keys it had and compares them with those that are there. Private keys are
backed up by the ceremony (docs/KEYS.md); only encrypted key files can be taken along, by choice.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import kid_of
from clearance.signing.errors import KeyRefused
from clearance.signing.history import FILE as HISTORY
from clearance.signing.keyring import read_certificate
from clearance.signing.private_keys import key_file
from clearance.signing.software import ENCRYPTED


@dataclass(frozen=True, kw_only=True)
class KeyReference:
    """A key by its certificate. `place` is `file`, a PKCS#11 address, or "" where the key was not there."""

    name: str
    kid: str
    certificate_sha256: str
    subject: str
    not_after: str
    place: str


def references(directory: Path) -> tuple[KeyReference, ...]:
    """The keys of an installation. None are seen by a user who may not look into `private/`. Raises KeyRefused."""
    private = directory / "private"
    try:
        paths = sorted(private.glob("*.crt"))
        return tuple(_reference(private, path) for path in paths)
    except PermissionError:
        return ()


def written(found: Sequence[KeyReference]) -> bytes:
    return json.dumps([asdict(each) for each in found], indent=1).encode() + b"\n"


def read(content: bytes) -> tuple[KeyReference, ...]:
    """Raises ValueError, TypeError."""
    return tuple(KeyReference(**each) for each in json.loads(content))


def missing(directory: Path, wanted: Sequence[KeyReference]) -> tuple[KeyReference, ...]:
    """Those of which the directory holds no certificate, or neither key nor place. Raises KeyRefused."""
    here = {each.certificate_sha256: each.place for each in references(directory)}
    return tuple(each for each in wanted if each.place and not here.get(each.certificate_sha256))


def encrypted_keys(directory: Path) -> dict[str, bytes]:
    """The key files, certificates and places of keys, and the history. Raises KeyRefused for a key in clear."""
    private, found = directory / "private", {}
    for path in sorted(private.iterdir()) if private.is_dir() else ():
        if path.suffix not in (".pem", ".uri", ".crt") and path.name != HISTORY:
            continue
        content = path.read_bytes()
        if path.suffix == ".pem" and not content.startswith(ENCRYPTED):
            raise KeyRefused(f"{path} is not encrypted, and is not put into a backup. Encrypt it, or leave keys out.")
        found[path.name] = content
    return found


def _reference(private: Path, path: Path) -> KeyReference:
    certificate = read_certificate(path)
    der = certificate.public_bytes(Encoding.DER)
    place = key_file(private, path.stem)
    said = "" if place is None else place.read_text("utf-8").strip() if place.suffix == ".uri" else "file"
    return KeyReference(
        name=path.stem,
        kid=kid_of(der).hex(),
        certificate_sha256=sha256(der).hexdigest(),
        subject=certificate.subject.rfc4514_string(),
        not_after=f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        place=said,
    )
