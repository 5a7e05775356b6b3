"""Keys in files: PKCS#8 PEM, encrypted with a passphrase or readable by their owner alone.

It decides which key files it will touch. How a key signs is decided by `certified`, what it may sign by its certificate
(`authority`), where keys lie by `keystore`.
"""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from clearance.credential.cose import Algorithm
from clearance.signing.certified import PrivateKey
from clearance.signing.errors import KeyRefused, PassphraseWrong

ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
"""How an encrypted PKCS#8 key begins in PEM (RFC 7468)."""

MAX_KEY_FILE = 16 * 1024
"""Bytes; a PKCS#8 key of ours takes under 500."""

MIN_PASSPHRASE = 16
"""Characters. The key files stretch a passphrase by PBKDF2 only 2,048 times, so its length must carry the strength."""


def new_private_key(algorithm: Algorithm) -> PrivateKey:
    """A fresh key from the system's random source."""
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def private_key_pem(private_key: PrivateKey, *, passphrase: bytes | None) -> bytes:
    """PKCS#8 PEM, encrypted when there is a passphrase. Raises PassphraseWrong for one that is too short."""
    if passphrase is not None and len(passphrase) < MIN_PASSPHRASE:
        raise PassphraseWrong(
            f"The passphrase is too short: at least {MIN_PASSPHRASE} characters, better six random words."
        )
    encryption: serialization.KeySerializationEncryption = (
        serialization.NoEncryption() if passphrase is None else serialization.BestAvailableEncryption(passphrase)
    )
    return private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def read_private_key(path: Path, *, passphrase: bytes | None) -> PrivateKey:
    """A P-256 or Ed25519 key from PKCS#8 PEM.

    An unencrypted key is read only while nobody but its owner can read it. Raises KeyRefused, or PassphraseWrong.
    """
    pem, open_to_others = _read_guarded(path)
    encrypted = pem.startswith(ENCRYPTED)
    if not encrypted and not pem.startswith(b"-----BEGIN PRIVATE KEY-----"):
        raise KeyRefused(f"{path} is not a private key in PKCS#8 PEM.")
    if not encrypted and open_to_others:
        raise KeyRefused(f"{path} is not encrypted and others can read it. Run: chmod 600 {path}")
    if encrypted and passphrase is None:
        raise PassphraseWrong(f"{path} is encrypted and no passphrase was given.")
    try:
        private_key = serialization.load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if encrypted:
            raise PassphraseWrong(f"The passphrase does not open {path}, or the file is damaged.") from error
        raise KeyRefused(f"{path} is damaged: it does not read as a private key.") from error
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return private_key
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and isinstance(private_key.curve, ec.SECP256R1):
        return private_key
    raise KeyRefused(f"{path} holds a kind of key that cards do not use; P-256 and Ed25519 are possible.")


def _read_guarded(path: Path) -> tuple[bytes, bool]:
    """Content, and whether group or others may touch the file: both of the one file that was opened."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            return file.read(MAX_KEY_FILE), bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error
