"""Who is at the other end: signing in, staying signed in, signing out (docs/adr/0080, 0081).

The cookie holds a random token and nothing else; account and session are read anew for each request. One guard stands
before every page. Others mark what cannot be undone with `fresh_factor`, and ask `officer()` and `device()` who acts.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from clearance.domain.factors import is_fresh, needs_second_factor
from clearance.domain.session import Place, SessionEnd
from clearance.domain.staff import OVERSIGHT, Officer, Role
from clearance.domain.text import searchable
from clearance.issuing.ports import Unavailable
from clearance.issuing.service import Service
from clearance.issuing.sign_in import Entered, Step, Visit, resume, sign_in, sign_out
from clearance.web.limits import typed, visitor
from clearance.web.staff import devices, factor_form, kept
from clearance.web.staff.agents import family
from clearance.web.staff.devices import device, is_known

__all__ = ["begin", "carry_on", "device", "fresh_factor", "install", "officer", "own_path", "place", "visit", "wanted"]

log = structlog.get_logger()

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

FAILURES_PER_ACCOUNT = "5 per minute; 20 per hour"
"""From one address for one user name: nobody can lock out an officer who sits elsewhere."""
TRIES_PER_ADDRESS = "30 per minute; 200 per hour"
"""From one address for all names together, right ones too: an office behind one address still gets in, and tries sent
side by side, of which the count of failures learns too late, stay few. Browsers that an officer came in with before
are counted by themselves: somebody else at the same address cannot use up their tries."""
FAILED = 403
NOT_FRESH = 403
TOLD = frozenset({403, 422})
"""What leaves a line in the log: not let in, not allowed, against the rules."""

OPEN = frozenset({"staff.sign_in_page", "staff.try_to_sign_in", "staff.join_page", "staff.join_office"})
"""The only endpoints that an officer who is not signed in may reach."""
HALF_WAY = {
    Step.SHOW_FACTOR: frozenset({"staff.second_factor", "staff.show_factor", "staff.sign_out_here"}),
    Step.SET_UP_FACTOR: frozenset(
        {"staff.new_factor", "staff.new_authenticator_app", "staff.new_passkey", "staff.sign_out_here"}
    ),
}
"""What is open to somebody who has shown the password only."""
MAX_TYPED = 200
"""Characters of a user name that are looked at."""
IDLE = "idle"
LEFT_BEHIND = '"cache", "storage"'
"""What a browser is asked to forget when an officer signs out; its own name and its language stay."""
_MARK = "needs_fresh_factor"


def install(routes: Blueprint, service: Service, limiter: Limiter) -> None:
    """Guard every route of the blueprint, and add the pages at its door."""
    devices.install(routes)
    per_account = limiter.limit(FAILURES_PER_ACCOUNT, key_func=lambda: _account_from(service), deduct_when=_failed)
    per_address = limiter.limit(TRIES_PER_ADDRESS, key_func=lambda: _browser_or_address(service))

    @routes.before_request
    def guard() -> ResponseReturnValue | None:
        come = _who_comes(service)
        g.visit = come if isinstance(come, Visit) else None
        g.officer = g.visit.officer if g.visit and g.visit.step is Step.WORK else None
        if request.endpoint in OPEN:
            return None
        if g.visit is None:
            return _to_sign_in(service, come if isinstance(come, SessionEnd) else None)
        if g.visit.step is not Step.WORK:
            return _to_second_step(g.visit)
        return _require_fresh(service, limiter, g.visit) if _is_marked(request.endpoint) else None

    @routes.get("/sign-in")
    def sign_in_page() -> ResponseReturnValue:
        return redirect(wanted()) if g.officer else _page(username="", failed=False)

    @routes.post("/sign-in")
    @per_address
    @per_account
    def try_to_sign_in() -> ResponseReturnValue:
        username = request.form.get("username", "")[:MAX_TYPED]
        entered = sign_in(service, username=username, password=request.form.get("password", ""), place=place())
        if entered is None:
            return _page(username=username, failed=True), FAILED
        begin(entered)
        if entered.visit.step is Step.WORK:
            return carry_on(entered)
        if entered.visit.step is Step.SET_UP_FACTOR:
            return redirect(url_for("staff.new_factor", next=own_path(request.form.get("next"))), code=303)
        g.visit = entered.visit
        form = factor_form.form_of(service, entered.visit)
        return render_template("staff/second_factor.html", form=form, wanted=wanted(), kept=kept.carried(request.form))

    @routes.post("/sign-out")
    def sign_out_here() -> ResponseReturnValue:
        sign_out(service, g.visit.session)
        session.clear()
        response = redirect(url_for("staff.sign_in_page"), code=303)
        response.headers["Clear-Site-Data"] = LEFT_BEHIND
        return response

    routes.after_request(_tell_refusal)
    routes.context_processor(_of_officer)


def fresh_factor(view: View) -> View:
    """Mark a route as one that cannot be undone: who comes has shown the second factor within ten minutes.

    Stand it directly over the function. An answer that is not fresh is asked for on a page that carries the whole form
    along, so that nothing is lost; files are not carried.
    """
    setattr(view, _MARK, True)
    return view


def officer() -> Officer:
    """The officer of this request."""
    signed_in: Officer = g.officer
    return signed_in


def visit() -> Visit:
    """Officer, session and factors of this request."""
    here: Visit = g.visit
    return here


def place() -> Place:
    """Where this request comes from."""
    return Place(device=device(), agent=family(request.user_agent.string), network=visitor())


def begin(entered: Entered) -> None:
    """Give the browser the token of a session that it just won."""
    session.clear()  # nothing of the time before, the form token included, lives on
    session["token"] = entered.token
    session.permanent = True


def carry_on(entered: Entered) -> ResponseReturnValue:
    """Lead an officer who just signed in to where the way began, with the form that was sent too late, if any."""
    late = kept.kept_for(entered.visit.officer.number, request.form)
    if late is not None and own_path(late.path):
        g.visit, g.officer = entered.visit, entered.visit.officer
        return render_template("staff/kept.html", kept=late)
    return redirect(wanted(), code=303)


def own_path(text: str | None) -> str | None:
    """The text if it is a path of these pages, else None: nobody is sent elsewhere after signing in."""
    if not text or not text.isascii() or not text.isprintable() or "\\" in text:
        return None
    parts = urlsplit(text)
    inside = parts.path == "/staff" or parts.path.startswith("/staff/")
    return text if inside and not parts.scheme and not parts.netloc else None


def wanted() -> str:
    """Where the officer was on the way to."""
    return own_path(request.values.get("next")) or url_for("staff.first_page")


def _who_comes(service: Service) -> Visit | SessionEnd | None:
    token = session.get("token")
    return resume(service, token=token, place=place()) if isinstance(token, str) else None


def _to_sign_in(service: Service, end: SessionEnd | None) -> ResponseReturnValue:
    """To the sign-in page, saying why a session is over; a form that came too late goes along."""
    had_one = "token" in session
    if had_one and (late := kept.keep(_owner_of(service))):
        return _page(username="", failed=False, ended=end.value if end else IDLE, carried=late), FAILED
    way = request.full_path.rstrip("?") if request.method == "GET" else None
    ended = (end.value if end else IDLE) if had_one else None
    session.pop("token", None)
    return redirect(url_for("staff.sign_in_page", next=way, ended=ended), code=303)


def _to_second_step(half: Visit) -> ResponseReturnValue | None:
    if request.endpoint in HALF_WAY[half.step]:
        return None
    way = request.full_path.rstrip("?") if request.method == "GET" else None
    page = "staff.second_factor" if half.step is Step.SHOW_FACTOR else "staff.new_factor"
    return redirect(url_for(page, next=way), code=303)


def _is_marked(endpoint: str | None) -> bool:
    return endpoint is not None and getattr(current_app.view_functions[endpoint], _MARK, False)


def _require_fresh(service: Service, limiter: Limiter, here: Visit) -> ResponseReturnValue | None:
    """Let pass who showed a factor just now, or shows one with this form; ask everybody else."""
    if is_fresh(here.session.shown_at, now=service.now()):
        return None
    if not here.held.any and not needs_second_factor(here.officer):
        return None  # may decide nothing; the rules say so in their own words
    if request.method != "POST":
        return redirect(url_for("staff.confirm", next=request.full_path.rstrip("?")), code=303)
    sent = factor_form.was_sent()
    entered = factor_form.judge(service, limiter, here) if sent else None
    if entered is not None:
        session["token"] = entered.token
        g.visit = entered.visit
        return None
    form = factor_form.form_of(service, here, failed=sent)
    action = request.full_path.rstrip("?")
    fields = kept.fields_of_request()
    return render_template("staff/confirm.html", form=form, action=action, fields=fields), NOT_FRESH


def _of_officer() -> dict[str, object]:
    """What every template may ask about whoever is signed in."""
    signed_in: Officer | None = g.get("officer")
    return {
        "officer": signed_in,
        "oversees": signed_in is not None and bool(signed_in.roles & OVERSIGHT),
        "administers": signed_in is not None and Role.ADMINISTRATOR in signed_in.roles,
        "half_way": g.get("visit") is not None and signed_in is None,
        "overlapped": signed_in is not None and g.visit.session.overlapped,
    }


def _page(*, username: str, failed: bool, ended: str | None = None, carried: str | None = None) -> str:
    return render_template(
        "staff/sign_in.html",
        username=username,
        failed=failed,
        wanted=own_path(request.values.get("next")),
        ended=ended or request.args.get("ended"),
        kept=carried or kept.carried(request.form),
    )


def _owner_of(service: Service) -> str:
    """Whose session it was that just ended."""
    from clearance.issuing.sign_in import key_of

    with service.database.read() as work:
        gone = work.sessions.get(key_of(session["token"]))
    return gone.officer_no if gone else ""


def _tell_refusal(response: Response) -> Response:
    """A wrong password, a wrong code and an act that is not one's own leave a line: who and where from, as numbers."""
    if response.status_code in TOLD:
        here: Visit | None = g.get("visit")
        who = here.officer.number if here else ""
        log.warning("refused", at=request.endpoint, status=response.status_code, officer=who, browser=device())
    return response


def _failed(response: Response) -> bool:
    return response.status_code == FAILED


def _account_from(service: Service) -> str:
    """Whose failures are counted together: those for a name from an address, or from a browser known for it."""
    return f"{_browser_or_address(service)} {searchable(typed('username')[:MAX_TYPED])}"


def _browser_or_address(service: Service) -> str:
    return device() if _came_before(service, typed("username")[:MAX_TYPED]) else visitor()


def _came_before(service: Service, username: str) -> bool:
    """Whether the officer of a name signed in with this browser before. Never raises: a key function must not."""
    if not is_known():
        return False
    try:
        with service.database.read() as work:
            known = work.staff.by_username(username.strip().lower())
            return known is not None and work.sessions.was_here(known.number, device())
    except Unavailable:
        return False
