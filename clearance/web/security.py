"""Headers that every answer carries, and the rules of cookies."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Whatever is not expressly public may be about a person.
    "Cache-Control": "no-store",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""Wherever visitors come over HTTPS; a browser that was answered without it pays no heed to them."""
MAX_FORM_BYTES = 64 << 10
SESSION_HOURS = 10
"""How long a browser keeps the cookie. Officers are signed out much earlier (clearance.domain.session), and a form that
they sent too late is known by this cookie as one of ours."""


def install(app: Flask, *, trusted_proxies: int, public_url: str) -> None:
    """Set cookie rules, size limits and headers, and believe as many proxies as are ours."""
    app.config.update(
        # Browsers take Secure and __Host- cookies from loopback addresses too, so that the demo needs no weaker rule.
        SESSION_COOKIE_NAME="__Host-session",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_HOURS * 3600,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a form token lives as long as its session
        # Over HTTPS Flask-WTF would want a Referer, which our own Referrer-Policy forbids browsers to send.
        WTF_CSRF_SSL_STRICT=False,
    )
    if trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies)  # type: ignore[method-assign]
    always_https = public_url.startswith("https://")
    app.after_request(lambda response: _add_headers(response, https=always_https or request.is_secure))


def _add_headers(response: Response, *, https: bool) -> Response:
    given = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - a search for each would cost more
    due = HEADERS | HTTPS_HEADERS if https else HEADERS
    response.headers.extend({name: value for name, value in due.items() if name.lower() not in given})
    return response
