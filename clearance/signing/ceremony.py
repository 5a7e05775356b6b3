"""Making a PKI: root, four signers and the first publication, all at once or not at all.

It decides how long keys live and in which order things are made. What a certificate says is decided by `authority`, the
layout by `keystore`.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import Algorithm
from clearance.credential.trust import Purpose, TrustBundle, TrustedSigner
from clearance.signing import files
from clearance.signing.authority import DEMO, Role, Subject, Window, certify, make_root
from clearance.signing.errors import DirectoryInUse, PassphraseWrong
from clearance.signing.keystore import SigningKeys, open_keys
from clearance.signing.publication import TRUST_LIFETIME_S, list_name
from clearance.signing.software import PrivateKey, new_private_key, private_key_pem

ISSUER = "bmet.gov.bd"
STATUS_URI = "https://s.bmet.gov.bd/26a"
MAX_STATUS_URI = 64
"""UTF-8 bytes; every card carries it (card-format section 5)."""

ROOT_LIFETIME = timedelta(days=20 * 365)
SIGNER_LIFETIME = timedelta(days=5 * 365)
"""A card ends before its signer does and lives up to 800 days, so a key can issue full-length cards for 2.8 years."""

CLOCK_TOLERANCE = timedelta(hours=1)
"""Certificates start this much earlier: the machine that issues may run behind the one of the ceremony."""
DEMO_PAST = timedelta(days=800)
"""Demo certificates start this much earlier: demo workers hold cards issued long before the demo was set up."""


def init(
    directory: Path,
    *,
    algorithm: Algorithm,
    subject: Subject,
    at: int,
    passphrase: bytes | None = None,
    issuer: str = ISSUER,
    status_uri: str = STATUS_URI,
) -> None:
    """Make a whole PKI in `directory`, which must not exist or be empty. `at` is epoch seconds.

    Card, status and trust keys are of `algorithm`; root and seal are always P-256. Raises DirectoryInUse, ValueError
    for an issuer or URI that cards cannot carry, PassphraseWrong for a short passphrase or none outside a demo.
    """
    if passphrase is None and subject != DEMO:
        raise PassphraseWrong("Keys that are not for a demo are encrypted: give a passphrase.")
    if not issuer.strip():
        raise ValueError("The issuer must not be blank.")
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}", list_name(status_uri)) or len(status_uri) > MAX_STATUS_URI:
        raise ValueError(
            f"The status URI must have up to {MAX_STATUS_URI} characters and end in a name such as /26a; "
            f"this is {status_uri!r}."
        )
    with _appearing_whole(directory) as partial:
        private, public = partial / "private", partial / "public"
        files.make_directory(private, mode=files.PRIVATE_DIRECTORY)
        files.make_directory(public, mode=files.PUBLIC_DIRECTORY)
        files.make_directory(public / "status", mode=files.PUBLIC_DIRECTORY)
        _make_keys(private, algorithm=algorithm, subject=subject, at=at, passphrase=passphrase)
        keys = open_keys(private, passphrase=passphrase)  # as every later start will
        _publish_first(keys, public, at=at, issuer=issuer, status_uri=status_uri)


def _make_keys(private: Path, *, algorithm: Algorithm, subject: Subject, at: int, passphrase: bytes | None) -> None:
    made_at = datetime.fromtimestamp(at, UTC)
    start = made_at - (DEMO_PAST if subject == DEMO else CLOCK_TOLERANCE)
    root_key = cast(ec.EllipticCurvePrivateKey, new_private_key(Algorithm.ES256))
    root = make_root(root_key, subject=subject, window=Window(not_before=start, not_after=made_at + ROOT_LIFETIME))
    _write_pair(private, "root", root_key, root, passphrase)
    window = Window(not_before=start, not_after=made_at + SIGNER_LIFETIME)
    for role in Role:
        private_key = new_private_key(Algorithm.ES256 if role is Role.SEAL else algorithm)
        certificate = certify(private_key.public_key(), role, root=root, root_key=root_key, window=window)
        _write_pair(private, role, private_key, certificate, passphrase)


def _write_pair(
    private: Path, name: str, private_key: PrivateKey, certificate: x509.Certificate, passphrase: bytes | None
) -> None:
    pem = private_key_pem(private_key, passphrase=passphrase)
    files.write_atomically(private / f"{name}.pem", pem, mode=files.PRIVATE_FILE)
    files.write_atomically(private / f"{name}.crt", certificate.public_bytes(Encoding.PEM))


def _publish_first(keys: SigningKeys, public: Path, *, at: int, issuer: str, status_uri: str) -> None:
    publisher = keys.publisher(public, status_uri=status_uri)
    publisher.publish_root()
    publisher.publish_trust(
        TrustBundle(
            sequence=1,
            issued_at=at,
            next_update=at + TRUST_LIFETIME_S,
            issuer=issuer,
            signers=(
                TrustedSigner(certificate_der=keys.card.certificate_der, purpose=Purpose.CARD),
                TrustedSigner(certificate_der=keys.status.certificate_der, purpose=Purpose.STATUS),
            ),
            status_uris=(status_uri,),
            trust_certificate_der=keys.trust.certificate_der,
        )
    )
    publisher.publish({}, at=at)


@contextmanager
def _appearing_whole(directory: Path) -> Iterator[Path]:
    """A directory to fill beside the wanted one; it takes its name when the block ends, and vanishes when it fails."""
    if directory.is_symlink() or (directory.exists() and (not directory.is_dir() or any(directory.iterdir()))):
        raise DirectoryInUse(f"{directory} is there already and not empty; nothing in it was touched. Choose another.")
    partial = None
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".partial", dir=directory.parent))
        yield partial
        partial.chmod(files.PUBLIC_DIRECTORY)
        files.sync_directory(partial)
        partial.rename(directory)
        files.sync_directory(directory.parent)
    except OSError as error:
        raise DirectoryInUse(f"{directory} cannot be made: {error.strerror}. Nothing was kept.") from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
