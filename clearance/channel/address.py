"""Where the signing component listens: a Unix socket of one machine, or TCP with TLS 1.3 that knows both ends.

It decides how a line is opened and what both ends must show. On a Unix socket the kernel says which user is at the
other end; over TLS each side shows a certificate of the authority that both were given, and no other counts.
"""

import fcntl
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

CONNECT_WITHIN_S = 3
WAITING_LINES = 64
"""Callers whom the kernel keeps while all places are taken."""


class AddressTaken(Exception):
    """Another signing component answers there already."""


@dataclass(frozen=True, kw_only=True)
class UnixAddress:
    """A socket file. `others` is whether users besides its owner may open a line; which of them, the server judges."""

    path: Path
    others: bool = False

    def __str__(self) -> str:
        return f"unix:{self.path}"


@dataclass(frozen=True, kw_only=True)
class TlsAddress:
    """A port, with the own certificate and key (PEM) and the authority of both ends (PEM)."""

    host: str
    port: int
    certificate: Path
    key: Path
    authority: Path

    def __str__(self) -> str:
        return f"tls://{self.host}:{self.port}"


Address: TypeAlias = UnixAddress | TlsAddress


def connect(address: Address) -> socket.socket:
    """A line to the component. Raises OSError (ssl.SSLError among them) where nobody of ours answers."""
    match address:
        case UnixAddress():
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(CONNECT_WITHIN_S)
            try:
                with _short_name(address.path) as name:
                    line.connect(name)
            except BaseException:
                line.close()
                raise
            return line
        case TlsAddress():
            context = tls(address, ssl.PROTOCOL_TLS_CLIENT)
            bare = socket.create_connection((address.host, address.port), timeout=CONNECT_WITHIN_S)
            return context.wrap_socket(bare, server_hostname=address.host)


@contextmanager
def listening(address: Address) -> Iterator[socket.socket]:
    """The listening socket. Raises AddressTaken, OSError."""
    match address:
        case UnixAddress():
            with _alone(address.path):
                yield from _listening_unix(address)
        case TlsAddress():
            with socket.create_server((address.host, address.port), backlog=WAITING_LINES) as listener:
                yield listener


def tls(address: TlsAddress, side: int) -> ssl.SSLContext:
    """The context of one side: TLS 1.3, the other side's certificate required and of our authority alone."""
    context = ssl.SSLContext(side)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(address.authority)
    context.load_cert_chain(address.certificate, address.key)
    return context


def _listening_unix(address: UnixAddress) -> Iterator[socket.socket]:
    address.path.unlink(missing_ok=True)  # left by a program that was killed: nobody holds the lock
    with socket.socket(socket.AF_UNIX) as listener:
        with _short_name(address.path) as name:
            listener.bind(name)
        address.path.chmod(0o666 if address.others else 0o600)
        listener.listen(WAITING_LINES)
        try:
            yield listener
        finally:
            address.path.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the address against a second program; the lock ends with the process, whatever ends it."""
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AddressTaken(f"Another signing service runs at {path} already.") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _short_name(path: Path) -> Iterator[str]:
    """A name of the socket that fits the 107 bytes which the kernel takes, however deep the folder lies."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
