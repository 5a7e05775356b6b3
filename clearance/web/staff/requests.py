"""Workers' requests at the office: the list, one request, an answer, or the case that corrects the card."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.credential.errors import MalformedClaims
from clearance.credential.identifiers import normalise_passport_no
from clearance.domain.correction import (
    MAX_ANSWER,
    About,
    CorrectionRequest,
    RequestState,
    reads_requests,
    settles_requests,
)
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.person import Passport
from clearance.domain.text import plain
from clearance.issuing.fields import PASSPORT
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.requests_office import answer, link_passport, request_view, requests_of, take_up
from clearance.issuing.service import Service
from clearance.web.staff.access import device, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import page_number
from clearance.web.wording_requests import about_text, request_state_text
from clearance_templates.i18n import N_

NO_SUCH_CASE = N_("There is no such case. Its reference begins with APP- and has eight more characters.")
NO_SUCH_CARD = N_("There is no card on record to renew. Look at the person’s case first.")
PASSPORT_UNCLEAR = N_("Enter number, day of issue and last day of the new passport as they stand in it.")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a request was not settled: what stood against it, or one sentence."""

    objections: tuple[Objection, ...] = ()
    sentence: str = ""


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes."""
    routes.context_processor(
        lambda: {
            "about_text": about_text,
            "request_state_text": request_state_text,
            "sees_requests": lambda: reads_requests(officer()),
        }
    )

    @routes.get("/requests/")
    def request_list() -> str:
        _require_reader()
        state = _state(request.args.get("state"))
        found = requests_of(service, state, officer=officer(), page=page_number())
        counts = {each: _count(service, each) for each in RequestState}
        return render_template("staff/requests.html", state=state, page=found, counts=counts)

    @routes.get("/requests/<reference>")
    def one_request(reference: str) -> ResponseReturnValue:
        return _page(service, reference)

    @routes.post("/requests/<reference>/answer")
    def answer_request(reference: str) -> ResponseReturnValue:
        seen = _state(request.form.get("seen"))
        text = plain(request.form.get("answer", ""))
        return _settle(service, reference, lambda: answer(service, reference, officer=officer(), seen=seen, text=text))

    @routes.post("/requests/<reference>/take-up")
    def take_up_request(reference: str) -> ResponseReturnValue:
        case = plain(request.form.get("correction", "")).upper().replace(" ", "")
        return _settle(
            service, reference, lambda: take_up(service, reference, officer=officer(), correction=case), NO_SUCH_CASE
        )

    @routes.post("/requests/<reference>/passport")
    def link_new_passport(reference: str) -> ResponseReturnValue:
        passport = _passport()
        if passport is None:
            return _page(service, reference, Trouble(sentence=PASSPORT_UNCLEAR), status=422)
        return _settle(
            service,
            reference,
            lambda: link_passport(service, reference, passport, officer=officer(), device=device()),
            NO_SUCH_CARD,
        )


def _settle(
    service: Service, reference: str, settle: Callable[[], CorrectionRequest | Refused], not_there: str = NO_SUCH_CASE
) -> ResponseReturnValue:
    """Settle the request and go back to it; or show it again with what stood in the way, the typed words kept."""
    try:
        outcome = settle()
    except Conflict:
        flash(Notice.REQUEST_SETTLED_BEFORE, "warning")
        return redirect(url_for("staff.one_request", reference=reference), code=303)
    except NotOnRecord:
        return _page(service, reference, Trouble(sentence=not_there), status=422)
    except MalformedClaims:
        return _page(service, reference, Trouble(sentence=PASSPORT_UNCLEAR), status=422)
    if isinstance(outcome, Refused):
        return _page(service, reference, Trouble(objections=outcome.objections), status=422)
    answered = outcome.state is RequestState.ANSWERED
    flash(Notice.REQUEST_ANSWERED if answered else Notice.REQUEST_TAKEN_UP)
    return redirect(url_for("staff.one_request", reference=reference), code=303)


def _page(
    service: Service, reference: str, trouble: Trouble | None = None, *, status: int = 200
) -> ResponseReturnValue:
    _require_reader()
    view = request_view(service, reference, officer=officer())
    page = render_template(
        "staff/request.html",
        view=view,
        trouble=trouble,
        may_settle=settles_requests(officer()) and view.request.state is not RequestState.ANSWERED,
        renewal=view.request.about is About.NEW_PASSPORT and view.clearance_no is not None,
        max_answer=MAX_ANSWER,
    )
    return page, status


def _passport() -> Passport | None:
    """The new passport as typed; its previous numbers are those on record."""
    number = normalise_passport_no(request.form.get("number", ""))
    try:
        issued, expires = (date.fromisoformat(request.form.get(name, "")) for name in ("issued_on", "expires_on"))
    except ValueError:
        return None
    if not PASSPORT.fullmatch(number) or expires <= issued + timedelta(days=1):
        return None
    return Passport(number=number, issued_on=issued, expires_on=expires)


def _state(text: str | None) -> RequestState:
    return next((state for state in RequestState if state.value == text), RequestState.OPEN)


def _count(service: Service, state: RequestState) -> int:
    return requests_of(service, state, officer=officer(), page=1, per_page=1).total


def _require_reader() -> None:
    if not reads_requests(officer()):
        abort(403)
