"""Who is at the other end: signing in, staying signed in, signing out (docs/adr/0052).

The session cookie holds an officer's number and epoch and when the shift began, nothing else; the account is read anew
for each request, so that a blocked officer is out at once.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from clearance.domain.staff import OVERSIGHT, Officer
from clearance.domain.text import searchable
from clearance.issuing.service import Service
from clearance.issuing.sign_in import sign_in, still_signed_in
from clearance.web.limits import typed, visitor
from clearance.web.staff import devices
from clearance.web.staff.devices import device

__all__ = ["device", "install", "officer", "own_path"]

FAILURES_PER_ACCOUNT = "5 per minute; 20 per hour"
"""From one address for one user name: nobody can lock out an officer who sits elsewhere."""
TRIES_PER_ADDRESS = "30 per minute; 200 per hour"
"""From one address for all names together, right ones too: an office behind one address still gets in, and tries sent
side by side, of which the count of failures learns too late, stay few."""
FAILED = 403

SHIFT_S = 10 * 3600
"""However busy, an officer signs in anew for the next shift; a copied cookie ends with the shift at the latest."""

OPEN = frozenset({"staff.sign_in_page", "staff.try_to_sign_in"})
"""The only endpoints that an officer who is not signed in may reach."""
MAX_TYPED = 200
"""Characters of a user name that are looked at."""


def install(routes: Blueprint, service: Service, limiter: Limiter) -> None:
    """Guard every route of the blueprint, and add the pages at its door."""
    devices.install(routes)
    per_account = limiter.limit(FAILURES_PER_ACCOUNT, key_func=_account_and_address, deduct_when=_failed)
    per_address = limiter.limit(TRIES_PER_ADDRESS, key_func=visitor)

    @routes.before_request
    def require_officer() -> ResponseReturnValue | None:
        g.officer = _officer_of_session(service)
        if g.officer is not None or request.endpoint in OPEN:
            return None
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("staff.sign_in_page", next=wanted), code=303)

    @routes.get("/sign-in")
    def sign_in_page() -> ResponseReturnValue:
        return redirect(_wanted()) if g.officer else _page(username="", failed=False)

    @routes.post("/sign-in")
    @per_address
    @per_account
    def try_to_sign_in() -> ResponseReturnValue:
        username = request.form.get("username", "")[:MAX_TYPED]
        officer = sign_in(service, username=username, password=request.form.get("password", ""))
        if officer is None:
            return _page(username=username, failed=True), FAILED
        _begin_session(officer, since=int(service.now().timestamp()))
        return redirect(_wanted(), code=303)

    @routes.post("/sign-out")
    def sign_out() -> ResponseReturnValue:
        session.clear()
        return redirect(url_for("staff.sign_in_page"), code=303)

    routes.context_processor(_of_officer)


def _of_officer() -> dict[str, object]:
    """What every template may ask about whoever is signed in."""
    signed_in: Officer | None = g.get("officer")
    return {"officer": signed_in, "oversees": signed_in is not None and bool(signed_in.roles & OVERSIGHT)}


def officer() -> Officer:
    """The officer of this request."""
    signed_in: Officer = g.officer
    return signed_in


def own_path(text: str | None) -> str | None:
    """The text if it is a path of these pages, else None: nobody is sent elsewhere after signing in."""
    if not text or not text.isascii() or not text.isprintable() or "\\" in text:
        return None
    parts = urlsplit(text)
    inside = parts.path == "/staff" or parts.path.startswith("/staff/")
    return text if inside and not parts.scheme and not parts.netloc else None


def _wanted() -> str:
    return own_path(request.values.get("next")) or url_for("staff.first_page")


def _page(*, username: str, failed: bool) -> str:
    wanted = own_path(request.values.get("next"))
    return render_template("staff/sign_in.html", username=username, failed=failed, wanted=wanted)


def _officer_of_session(service: Service) -> Officer | None:
    number, epoch, since = session.get("officer"), session.get("epoch"), session.get("since")
    if not isinstance(number, str) or not isinstance(epoch, int) or not isinstance(since, int):
        return None
    if service.now().timestamp() > since + SHIFT_S:
        return None
    return still_signed_in(service, number=number, epoch=epoch)


def _begin_session(officer: Officer, *, since: int) -> None:
    session.clear()  # nothing of the time before, the form token included, lives on
    session.update(officer=officer.number, epoch=officer.session_epoch, since=since)
    session.permanent = True


def _failed(response: Response) -> bool:
    return response.status_code == FAILED


def _account_and_address() -> str:
    return f"{visitor()} {searchable(typed('username')[:MAX_TYPED])}"
