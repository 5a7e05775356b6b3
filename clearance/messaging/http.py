"""One HTTP request to somebody else's server, with bounds on everything: where it leads, how long, how much.

The address is judged at the moment of connecting, on what the name resolved to then, so that a name cannot mean a
public address when it is looked at and an inner one when it is used. Redirects are answers like any other, no proxy of
the environment is asked, and one deadline counts for the whole exchange, however slowly the other end drips.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

import httpcore

from clearance.issuing.ports import NotSent, SendFault

Address: TypeAlias = IPv4Address | IPv6Address
MAX_ANSWER = 16 << 10
"""Bytes of an answer that are looked at."""
_CARRY_IPV4 = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses that lead to an IPv4 address of the sender's choice."""


class _Forbidden(Exception):
    """The address is not one that may be connected to."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers by their small names, and the first bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public network and to nothing that only looks like it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _CARRY_IPV4):
            return False
    return address.is_global and not address.is_multicast


def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    tls: ssl.SSLContext,
    seconds: float,
    may_connect: Callable[[Address], bool] = lambda _address: True,
) -> Answer:
    """Send one request and read the beginning of its answer. Raises NotSent, whatever the other end does."""
    network = _Guarded(may_connect, deadline=time.monotonic() + seconds)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=tls, network_backend=network) as pool,
            pool.stream(method, url, headers=list(_encoded(headers)), content=body) as response,
        ):
            return Answer(
                status=response.status,
                headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers},
                body=_beginning(response.iter_stream()),
            )
    except _Forbidden:
        raise NotSent(SendFault.NOT_PUBLIC) from None
    except httpcore.TimeoutException:
        raise NotSent(SendFault.TIMEOUT) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        untrusted = isinstance(error.__context__, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
        raise NotSent(SendFault.NOT_TRUSTED if untrusted else SendFault.UNREACHABLE) from None
    except (httpcore.UnsupportedProtocol, UnicodeError, ValueError):
        raise NotSent(SendFault.UNREACHABLE) from None


def _encoded(headers: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return ((name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items())


def _beginning(chunks: Iterable[bytes]) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) >= MAX_ANSWER:
            break
    return body[:MAX_ANSWER]


class _Guarded(httpcore.NetworkBackend):
    """Connects only where that is allowed, and only until the deadline."""

    def __init__(self, may_connect: Callable[[Address], bool], *, deadline: float) -> None:
        self._may_connect = may_connect
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [ip_address(str(place[4][0]).partition("%")[0]) for place in found]
        if not all(self._may_connect(address) for address in addresses):
            raise _Forbidden(host)
        return _Bounded(self._first_to_answer(addresses, port, socket_options), deadline=self._deadline)

    def _first_to_answer(
        self, addresses: Sequence[Address], port: int, options: Iterable[httpcore.SOCKET_OPTION] | None
    ) -> httpcore.NetworkStream:
        for address in addresses[:-1]:
            try:
                return self._sockets.connect_tcp(str(address), port, _left(self._deadline), None, options)
            except httpcore.ConnectError:
                continue
        return self._sockets.connect_tcp(str(addresses[-1]), port, _left(self._deadline), None, options)


class _Bounded(httpcore.NetworkStream):
    """A connection on which no wait goes beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, *, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        encrypted = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Bounded(encrypted, deadline=self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises where it has passed: a socket takes 0 for not waiting at all."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this exchange is over")
    return left
