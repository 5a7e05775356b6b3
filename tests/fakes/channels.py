"""A signing service on a line of its own, in this process: what asks it, and the certificates of a line over TLS."""

import ipaddress
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from os import getuid
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clearance.channel.address import Address, TlsAddress, UnixAddress
from clearance.channel.client import RemoteSigning
from clearance.channel.server import bound
from clearance.issuing.ports import SigningService
from tests.e2e.programs import free_port


@contextmanager
def answering(
    address: Address, service: SigningService, *, users: frozenset[int] = frozenset({getuid()})
) -> Iterator[RemoteSigning]:
    """The service at an address, and somebody who asks there."""
    with bound(address, service, users=users) as server:
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield RemoteSigning(address)
        finally:
            server.stop()
            thread.join()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter."""
    folder = Path(tempfile.mkdtemp(prefix="clearance-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def unix_address(folder: Path, *, others: bool = False) -> UnixAddress:
    return UnixAddress(path=folder / "signer.sock", others=others)


class Authority:
    """Makes the certificates of one line."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(f"{name} authority")
        self._certificate = (
            _builder(subject, subject, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .add_extension(_usage(ca=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.path = folder / f"{name}.ca.pem"
        self.path.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def certify(self, name: str, purpose: x509.ObjectIdentifier) -> tuple[Path, Path]:
        """Certificate and key of one end, for 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            _builder(_named(name), self._certificate.subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(identifier, critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(self._key, hashes.SHA256())
        )
        paths = self._folder / f"{self._name}.{name}.crt", self._folder / f"{self._name}.{name}.key"
        paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return paths


def tls_ends(folder: Path) -> tuple[TlsAddress, TlsAddress]:
    """The server's end and the client's end of one line."""
    authority, port = Authority(folder, name="line"), free_port()
    server = authority.certify("server", ExtendedKeyUsageOID.SERVER_AUTH)
    client = authority.certify("client", ExtendedKeyUsageOID.CLIENT_AUTH)
    return tls_end(port, server, authority.path), tls_end(port, client, authority.path)


def tls_end(port: int, own: tuple[Path, Path], authority: Path) -> TlsAddress:
    return TlsAddress(host="127.0.0.1", port=port, certificate=own[0], key=own[1], authority=authority)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    off = dict.fromkeys(
        ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"], False
    )
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, decipher_only=False, **off)
