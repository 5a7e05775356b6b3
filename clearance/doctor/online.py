"""What visitors meet at the public address: TLS, its certificate, what must not be open to strangers."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from clearance.config import Settings
from clearance.signing.findings import Finding, fault, warning

WITHIN_S = 10
RENEW = timedelta(days=14)
INSIDE_ONLY = ("/metrics", "/readyz")


def check_online(settings: Settings, *, at: datetime) -> Iterator[Finding]:
    """Ask the public address as a visitor would."""
    url = settings.public_url.rstrip("/")
    try:
        with httpx.Client(timeout=WITHIN_S) as client:
            first = client.get(f"{url}/")
            open_ones = [path for path in INSIDE_ONLY if _is_told(client.get(f"{url}{path}").status_code)]
    except httpx.HTTPError as error:
        cure = "Look at the proxy, its certificate, the name's address and the firewall."
        yield fault("online.away", url, f"It cannot be reached ({type(error).__name__}).", cure)
        return
    if first.status_code != httpx.codes.OK:
        yield fault("online.answer", url, f"It answers with {first.status_code}.", "Look at the web program's lines.")
    if url.startswith("https://"):
        if "Strict-Transport-Security" not in first.headers:
            said = "Answers do not bind browsers to TLS: the web program does not know that visitors came by it."
            yield fault("online.hsts", url, said, "Set trusted_proxies, and X-Forwarded-Proto in the proxy.")
        yield from _certificate(url, at)
    for path in open_ones:
        yield fault("online.open", f"{url}{path}", "Strangers can read it.", "Close it in the proxy: deploy/nginx")


def _is_told(status: int) -> bool:
    """Whether the web program let a stranger read it: `/readyz` says with 503 what is amiss."""
    return status < httpx.codes.BAD_REQUEST or status == httpx.codes.SERVICE_UNAVAILABLE


def _certificate(url: str, at: datetime) -> Iterator[Finding]:
    parts = urlsplit(url)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 443), timeout=WITHIN_S) as bare,
        ssl.create_default_context().wrap_socket(bare, server_hostname=parts.hostname) as line,
    ):
        ends = str((line.getpeercert() or {}).get("notAfter", ""))
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - at
    if left < RENEW:
        yield warning("online.certificate", url, f"Its certificate ends in {left.days} days.", "Renew it.")
