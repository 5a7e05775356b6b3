"""One case: everything about it, and the acts that move it."""

from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.decision import MAX_REASON, NEED_A_REASON, Attempt, Refused
from clearance.domain.eligibility import Objection
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing import queue
from clearance.issuing.approve import approve
from clearance.issuing.check import check
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import Conflict, NotSigned
from clearance.issuing.queue import CaseView
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from clearance.issuing.submit import submit
from clearance.issuing.with_reason import move_with_reason
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import checks_of

log = structlog.get_logger()

FORWARD = (Move.SUBMIT, Move.CHECK, Move.APPROVE, Move.ISSUE, Move.TAKE_UP_AGAIN, Move.RELEASE)
"""What brings a case on; every state has at most one of them."""
ASIDE = (Move.SEND_BACK, Move.HOLD, Move.REJECT)
"""What may be done instead, each with its reason."""


DONE: Mapping[Move, Notice] = {
    Move.SEND_BACK: Notice.CASE_RETURNED,
    Move.REJECT: Notice.CASE_REJECTED,
    Move.TAKE_UP_AGAIN: Notice.CASE_TAKEN_UP,
    Move.HOLD: Notice.CASE_HELD,
    Move.RELEASE: Notice.CASE_RELEASED,
}
"""The moves that ask for a reason, and what is said after each."""


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes of one case."""

    @routes.get("/cases/<reference>")
    def case(reference: str) -> ResponseReturnValue:
        return _page(service, reference)

    @routes.get("/cases/<reference>/photo")
    def photo(reference: str) -> Response:
        return Response(queue.photo(service, reference, officer=officer()), mimetype="image/jpeg")

    @routes.post("/cases/<reference>/submit")
    def submit_case(reference: str) -> ResponseReturnValue:
        return _act(
            service,
            reference,
            lambda: submit(service, reference, officer=officer(), device=device(), version=_version()),
            Notice.CASE_SUBMITTED,
        )

    @routes.post("/cases/<reference>/check")
    def check_case(reference: str) -> ResponseReturnValue:
        return _act(
            service,
            reference,
            lambda: check(service, reference, officer=officer(), device=device(), version=_version()),
            Notice.CASE_CHECKED,
        )

    @routes.post("/cases/<reference>/approve")
    @fresh_factor
    def approve_case(reference: str) -> ResponseReturnValue:
        return _act(
            service,
            reference,
            lambda: approve(
                service,
                reference,
                officer=officer(),
                device=device(),
                version=_version(),
                photo_accepted=request.form.get("photo_accepted") == "yes",
            ),
            Notice.CASE_APPROVED,
        )

    @routes.post("/cases/<reference>/issue")
    @fresh_factor
    def issue_case(reference: str) -> ResponseReturnValue:
        return _issue(service, reference)

    for move in DONE:
        routes.post(f"/cases/<reference>/{move.value}", endpoint=f"{move.value}_case")(_with_reason(service, move))


def _with_reason(service: Service, move: Move) -> Callable[[str], ResponseReturnValue]:
    def view(reference: str) -> ResponseReturnValue:
        return _act(
            service,
            reference,
            lambda: move_with_reason(
                service,
                reference,
                move,
                officer=officer(),
                device=device(),
                version=_version(),
                reason=request.form.get("reason", ""),
            ),
            DONE[move],
        )

    return view


def _issue(service: Service, reference: str) -> ResponseReturnValue:
    if queue.case(service, reference, officer=officer()) is None:
        abort(404)
    try:
        outcome = request_card(service, reference, officer=officer(), device=device())
    except Conflict:
        return _page(service, reference, overtaken=True, status=409)
    except NotSigned as error:
        log.error("card not made", reference=reference, trouble=error.trouble, about=error.about)
        return _page(service, reference, trouble=error, status=503)
    match outcome:
        case Refused():
            return _page(service, reference, refused=outcome, status=422)
        case Clearance():
            flash(Notice.CARD_ISSUED)
            return redirect(url_for("staff.card", clearance_no=outcome.clearance_no), code=303)


def _act(
    service: Service, reference: str, act: Callable[[], Application | Refused], done: Notice
) -> ResponseReturnValue:
    """Move the case and go back to it; or show it again with what stood in the way, the typed reason kept."""
    try:
        outcome = act()
    except Conflict:
        return _page(service, reference, overtaken=True, status=409)
    except NotYetPublished:
        flash(Notice.MOVED_NOT_PUBLISHED, "warning")
        return redirect(url_for("staff.case", reference=reference), code=303)
    match outcome:
        case Refused():
            return _page(service, reference, refused=outcome, status=422)
        case Application():
            flash(done)
            return redirect(url_for("staff.case", reference=reference), code=303)


def _page(
    service: Service,
    reference: str,
    *,
    refused: Refused | None = None,
    overtaken: bool = False,
    trouble: NotSigned | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    view = queue.case(service, reference, officer=officer())
    if view is None:
        abort(404)
    against_me = _against_me(view, officer(), service)
    html = render_template(
        "staff/case.html",
        view=view,
        checks=checks_of(view.lacking),
        against_me=against_me,
        amend=Move.AMEND,
        forward=next((move for move in FORWARD if move in against_me), None),
        aside=[move for move in ASIDE if move in against_me and not against_me[move]],
        refused=refused,
        overtaken=overtaken,
        trouble=trouble,
        tried=_tried(),
        typed_reason=request.form.get("reason", ""),
        max_reason=MAX_REASON,
    )
    return html, status


def _against_me(view: CaseView, viewer: Officer, service: Service) -> dict[Move, tuple[Objection, ...]]:
    """What keeps this very officer from each move that the state allows; the case's own objections are apart."""
    by = Attempt(officer=viewer, at=service.now(), device="", reason="-")
    on = service.today()
    moves = view.application.moves_on(on)
    return {
        move: decision.may(view.application, move, by, on=on)
        for move in (*FORWARD, *ASIDE, Move.AMEND)
        if move in moves
    }


def _tried() -> Move | None:
    """The act with a reason that was tried just now."""
    endpoint = (request.endpoint or "").removeprefix("staff.").removesuffix("_case")
    return next((move for move in NEED_A_REASON if move.value == endpoint), None)


def _version() -> int:
    """The version that the officer saw; 0, which no case has, where the form does not say."""
    return request.form.get("version", default=0, type=int)
