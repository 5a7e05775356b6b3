"""How a desk and the relay of its airport know each other: a certificate that the desk pins, and a secret.

The relay makes both when it is first started. They are handed over as one line of text, by hand or as a QR code: the
relay's address, the SHA-256 of its certificate, the secret. There is no authority and no name to check on a local
network; the certificate itself is what is checked.
"""

import json
import os
import re
import secrets
import socket
import ssl
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

WAIT_S = 5.0
YEARS = timedelta(days=3650)
CODE = re.compile(r"RELAY (https://[0-9A-Za-z.:\[\]-]+) ([0-9a-f]{64}) ([0-9A-Za-z_-]{32})")


class NotARelay(ValueError):
    """The line is not that of a relay, or something else answers at its address. The text says which."""


@dataclass(frozen=True, kw_only=True)
class RelayCode:
    """What a desk must be told to find and believe a relay."""

    url: str
    certificate_sha256: str
    secret: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The code that was typed, scanned or read from a file. Raises NotARelay."""
        match = CODE.fullmatch(" ".join(text.split()))
        if match is None or not urlsplit(match[1]).port:
            raise NotARelay("This is not the code of a relay.")
        return cls(url=match[1], certificate_sha256=match[2], secret=match[3])

    def __str__(self) -> str:
        return f"RELAY {self.url} {self.certificate_sha256} {self.secret}"


@dataclass(frozen=True, kw_only=True)
class RelayKeys:
    """The relay's own files in its folder."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def secret(self) -> str:
        return (self.folder / "secret").read_text("ascii").strip()

    def make(self, *, now: datetime) -> None:
        """Make what is not there yet. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.certificate.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            _write_for_owner(self.key, pem)
            _write_for_owner(self.certificate, _self_signed(key, now).public_bytes(Encoding.PEM))
        if not (self.folder / "secret").exists():
            _write_for_owner(self.folder / "secret", secrets.token_urlsafe(24).encode())

    def code(self, url: str) -> RelayCode:
        """What desks are told."""
        der = x509.load_pem_x509_certificate(self.certificate.read_bytes()).public_bytes(Encoding.DER)
        return RelayCode(url=url, certificate_sha256=sha256(der).hexdigest(), secret=self.secret)


@dataclass(frozen=True, kw_only=True)
class KnownRelay:
    """A relay that this desk has met: its address, its pinned certificate (PEM) and the secret."""

    url: str
    certificate: str
    secret: str

    def context(self) -> ssl.SSLContext:
        """TLS with nobody but this relay."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # the pinned certificate is the name
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(cadata=self.certificate)
        return context


def join(path: Path, code: RelayCode) -> KnownRelay:
    """Meet the relay of a code and keep it at `path`. Raises NotARelay, OSError."""
    at = urlsplit(code.url)
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE  # what it shows is compared just below
    with (
        socket.create_connection((at.hostname, at.port), timeout=WAIT_S) as line,
        anybody.wrap_socket(line, server_hostname=at.hostname) as talk,
    ):
        der = talk.getpeercert(binary_form=True) or b""
    if not secrets.compare_digest(sha256(der).hexdigest(), code.certificate_sha256):
        raise NotARelay("Another computer answers at this address.")
    known = KnownRelay(url=code.url, certificate=ssl.DER_cert_to_PEM_cert(der), secret=code.secret)
    _write_for_owner(path, json.dumps(asdict(known)).encode())
    return known


def known_relay(path: Path) -> KnownRelay | None:
    """The relay kept at `path`; None where there is none, or the file is not one."""
    try:
        return KnownRelay(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _self_signed(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Relay of the welfare desks")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    # A desk whose clock is slow must be able to talk as well.
    builder = builder.not_valid_before(now - YEARS).not_valid_after(now + YEARS)
    return builder.serial_number(x509.random_serial_number()).sign(key, SHA256())


def _write_for_owner(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
