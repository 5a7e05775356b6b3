"""The page on which an invited officer chooses a password."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from clearance.issuing.fields import Fault
from clearance.issuing.invitations import join
from clearance.issuing.service import Service
from clearance.web.limits import visitor
from clearance.web.staff.access import FAILED, MAX_TYPED
from clearance_templates.i18n import N_

FAILURES = "10 per minute; 40 per hour"
"""Per address. A code has 80 random bits: no number of tries is enough to guess one."""
JOINED = N_("Your password is set. Sign in with it now.")


def install(routes: Blueprint, service: Service, limiter: Limiter) -> None:
    """Add the page."""

    @routes.get("/join")
    def join_page() -> str:
        return _page()

    @routes.post("/join")
    @limiter.limit(FAILURES, key_func=visitor, deduct_when=_failed)
    def join_office() -> ResponseReturnValue:
        form = request.form
        joined = join(
            service,
            username=form.get("username", "")[:MAX_TYPED],
            code=form.get("code", "")[:MAX_TYPED],
            password=form.get("password", ""),
            repeated=form.get("repeated", ""),
        )
        if joined is None:
            return _page(failed=True), FAILED
        if isinstance(joined, tuple):
            return _page(faults=joined), FAILED
        flash(JOINED)
        return redirect(url_for("staff.sign_in_page"), code=303)


def _page(*, failed: bool = False, faults: tuple[Fault, ...] = ()) -> str:
    typed = {name: request.form.get(name, "")[:MAX_TYPED] for name in ("username", "code")}
    return render_template("staff/join.html", failed=failed, faults=faults, typed=typed)


def _failed(response: Response) -> bool:
    return response.status_code == FAILED
