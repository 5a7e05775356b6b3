"""One case: everything about it, and the three acts that move it."""

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain import decision
from clearance.domain.application import Act, Application, ApplicationState
from clearance.domain.clearance import Clearance
from clearance.domain.decision import MAX_REASON, Refused
from clearance.domain.eligibility import Case, Ground, Objection
from clearance.domain.staff import Officer
from clearance.issuing import queue
from clearance.issuing.approve import approve
from clearance.issuing.ports import Conflict, NotSigned
from clearance.issuing.queue import CaseView
from clearance.issuing.reject import reject
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from clearance.web.staff.access import officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import checks_of

log = structlog.get_logger()

ABOUT_THE_OFFICER = frozenset(
    {
        Ground.NOT_THE_STATE,
        Ground.SAME_OFFICER_ENTERED,
        Ground.SAME_OFFICER_APPROVED,
        Ground.ROLE_MISSING,
        Ground.OFFICER_INACTIVE,
    }
)
"""Grounds that hold for this officer and moment; the others stand against the case, whoever decides."""


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes of one case."""

    @routes.get("/cases/<reference>")
    def case(reference: str) -> ResponseReturnValue:
        return _page(service, reference)

    @routes.get("/cases/<reference>/photo")
    def photo(reference: str) -> Response:
        return Response(queue.photo(service, reference), mimetype="image/jpeg")

    @routes.post("/cases/<reference>/approve")
    def approve_case(reference: str) -> ResponseReturnValue:
        return _act(
            service,
            reference,
            lambda: approve(
                service, reference, officer=officer(), version=_version(), photo_accepted=_photo_accepted()
            ),
            Notice.CASE_APPROVED,
        )

    @routes.post("/cases/<reference>/reject")
    def reject_case(reference: str) -> ResponseReturnValue:
        return _act(
            service,
            reference,
            lambda: reject(service, reference, officer=officer(), version=_version(), reason=_reason()),
            Notice.CASE_REJECTED,
        )

    @routes.post("/cases/<reference>/issue")
    def issue_case(reference: str) -> ResponseReturnValue:
        try:
            outcome = request_card(service, reference, officer=officer())
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
    view = queue.case(service, reference)
    if view is None:
        abort(404)
    html = render_template(
        "staff/case.html",
        view=view,
        checks=checks_of(view.application, on=service.today()),
        against_me=_against_me(view, officer(), service),
        refused=refused,
        overtaken=overtaken,
        trouble=trouble,
        typed_reason=request.form.get("reason", ""),
        max_reason=MAX_REASON,
    )
    return html, status


def _against_me(view: CaseView, viewer: Officer, service: Service) -> dict[str, tuple[Objection, ...]]:
    """For each next act, what keeps this very officer from it; acts that the state does not allow are left out."""
    application = view.application
    # The case's own objections were found with everything that it leans on; here only the officer is judged.
    case = Case(
        application=application, office=view.office, permit=view.permit, agency=view.agency, standing=view.standing
    )
    act = Act(officer_no=viewer.number, at=service.now(), reason="-")
    on = service.today()
    match application.state:
        case ApplicationState.SUBMITTED:
            approval = decision.approve(case, officer=viewer, act=act, on=on)
            rejection = decision.reject(application, officer=viewer, act=act)
            return {"approve": _personal(approval), "reject": _personal(rejection)}
        case ApplicationState.APPROVED:
            issuing = Refused(objections=decision.may_issue(case, officer=viewer, on=on))
            rejection = decision.reject(application, officer=viewer, act=act)
            return {"issue": _personal(issuing), "reject": _personal(rejection)}
        case ApplicationState.ISSUED | ApplicationState.REJECTED:
            return {}


def _personal(outcome: Application | Refused) -> tuple[Objection, ...]:
    if isinstance(outcome, Application):
        return ()
    return tuple(objection for objection in outcome.objections if objection.ground in ABOUT_THE_OFFICER)


def _version() -> int:
    """The version that the officer saw; 0, which no case has, where the form does not say."""
    return request.form.get("version", default=0, type=int)


def _photo_accepted() -> bool:
    return request.form.get("photo_accepted") == "yes"


def _reason() -> str:
    return request.form.get("reason", "")
