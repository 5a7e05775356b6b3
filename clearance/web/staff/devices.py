"""Which browser this is: a random name in a cookie of its own, signed by us and kept for a year.

The name goes into the record of every act; the cookie that proves it does not, so that nobody who reads the record can
pass for the browser. It says nothing about who sits there: that is the session's (docs/adr/0081).
"""

import hashlib
import re
import secrets

from flask import Blueprint, Response, current_app, g, request
from itsdangerous import BadSignature, Signer

COOKIE = "__Host-device"
ONE_YEAR_S = 365 * 86_400
_NAME = re.compile(r"browser:[A-Za-z0-9_-]{16}", re.ASCII)


def install(routes: Blueprint) -> None:
    """Give every browser that comes to these pages its name; a name already given is kept for another year."""
    routes.after_request(_keep)


def device() -> str:
    """The name of the browser of this request, such as `browser:pJ4Zr0aQmT1xWv9c`: at most 64 ASCII characters."""
    if "device" not in g:
        known = _known()
        g.device_known = known is not None
        g.device = known or f"browser:{secrets.token_urlsafe(12)}"
    name: str = g.device
    return name


def is_known() -> bool:
    """Whether the browser came with a name that we gave it earlier."""
    device()
    known: bool = g.device_known
    return known


def _known() -> str | None:
    try:
        name = _signer().unsign(request.cookies.get(COOKIE, "")).decode("ascii")
    except (BadSignature, UnicodeError):
        return None
    return name if _NAME.fullmatch(name) else None


def _keep(response: Response) -> Response:
    value = _signer().sign(device()).decode("ascii")
    response.set_cookie(COOKIE, value, max_age=ONE_YEAR_S, secure=True, httponly=True, samesite="Lax")
    return response


def _signer() -> Signer:
    key = current_app.secret_key
    assert key is not None
    return Signer(key, salt="clearance.device", digest_method=hashlib.sha256, key_derivation="hmac")
