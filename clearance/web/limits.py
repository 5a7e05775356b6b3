"""How often one visitor may try: counted by Flask-Limiter, in memory or in a shared store."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from clearance.web.tally import STORE_TIMEOUT_S

TOO_MANY, BUSY = 429, 503
ONE_CUSTOMER = 64
"""Bits of an IPv6 address that name a customer's line; the rest is theirs to vary."""


def install(app: Flask, *, storage: str) -> Limiter:
    """A limiter that limits nothing by itself; routes say what they bear.

    Should a shared store be out of reach, or silent, each process counts for itself: a brake that is too strict beats
    none, and a visitor who waits for the store waits in vain.
    """
    brief: dict[str, str | float] = {"socket_timeout": STORE_TIMEOUT_S, "socket_connect_timeout": STORE_TIMEOUT_S}
    app.after_request(_keep_counts_to_ourselves)  # runs after the limiter's own, which is registered later
    return Limiter(
        visitor,
        app=app,
        storage_uri=storage,
        storage_options={} if storage.startswith("memory:") else brief,  # type: ignore[arg-type]  # they say str
        strategy="moving-window",
        headers_enabled=True,
        in_memory_fallback_enabled=True,
    )


def _keep_counts_to_ourselves(response: Response) -> Response:
    """Only how long to wait is told, and only when a limit is used up: what is left would tell a hit from a miss."""
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        response.headers.pop(name, None)
    if response.status_code not in (TOO_MANY, BUSY):
        response.headers.pop("Retry-After", None)
    return response


def visitor() -> str:
    """Whom a try is counted for: an IPv4 address, or the network of an IPv6 address."""
    text = get_remote_address()
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, ONE_CUSTOMER), strict=False))
    return text


def wider_network(network: str) -> str:
    """The /24 or /48 around a `visitor`: what one customer with many addresses has, or a street of a city."""
    try:
        first = ip_network(network, strict=False).network_address
    except ValueError:
        return network
    return str(ip_network((first, 48 if isinstance(first, IPv6Address) else 24), strict=False))


def typed(field: str) -> str:
    """A form field for a key function, "" where the body cannot be read.

    A key function must not raise: the limiter would take it for a store out of reach and start to count anew.
    """
    try:
        return request.form.get(field, "")
    except HTTPException:
        return ""
