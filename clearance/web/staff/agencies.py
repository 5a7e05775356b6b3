"""Recruiting agencies: licence, suspension, permits and cards of each; suspending one, and lifting that."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.permit import Agency
from clearance.issuing.agencies import agency_rows, agency_view, reinstate, renew, suspend
from clearance.issuing.fields import Fault, FieldReader
from clearance.issuing.service import Service
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import sought_text
from clearance.web.staff.rules import REFUSED, may_change


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""
    _add_looking(routes, service)
    _add_acting(routes, service)


def _add_looking(routes: Blueprint, service: Service) -> None:
    @routes.get("/agencies")
    def agencies() -> str:
        rows = agency_rows(service, officer=officer(), text=sought_text())
        return render_template("staff/agencies.html", rows=rows, sought=sought_text(), today=service.today())

    @routes.get("/agencies/<licence_no>")
    def agency(licence_no: str) -> str:
        return _page(service, licence_no)


def _add_acting(routes: Blueprint, service: Service) -> None:
    @routes.post("/agencies/<licence_no>/suspend")
    @fresh_factor
    def suspend_agency(licence_no: str) -> ResponseReturnValue:
        def act() -> Agency | Refused:
            return suspend(service, licence_no, officer=officer(), device=device(), reason=_reason())

        return _act(service, licence_no, act, Notice.AGENCY_SUSPENDED)

    @routes.post("/agencies/<licence_no>/reinstate")
    @fresh_factor
    def reinstate_agency(licence_no: str) -> ResponseReturnValue:
        def act() -> Agency | Refused:
            return reinstate(service, licence_no, officer=officer(), device=device(), reason=_reason())

        return _act(service, licence_no, act, Notice.AGENCY_REINSTATED)

    @routes.post("/agencies/<licence_no>/renew")
    @fresh_factor
    def renew_agency(licence_no: str) -> ResponseReturnValue:
        read = FieldReader(request.form, missing_characters=lambda _text: "")
        until = read.day("licence_valid_until")
        if read.faults:
            return _page(service, licence_no, faults=read.faults), REFUSED

        def act() -> Agency | Refused:
            return renew(service, licence_no, until=until, officer=officer(), device=device(), reason=_reason())

        return _act(service, licence_no, act, Notice.AGENCY_RENEWED)


def _act(service: Service, licence_no: str, act: Callable[[], Agency | Refused], done: Notice) -> ResponseReturnValue:
    outcome = act()
    if isinstance(outcome, Refused):
        return _page(service, licence_no, against=outcome.objections), REFUSED
    flash(done)
    return redirect(url_for("staff.agency", licence_no=licence_no), code=303)


def _page(service: Service, licence_no: str, *, faults: Sequence[Fault] = (), against: Sequence[Objection] = ()) -> str:
    return render_template(
        "staff/agency.html",
        view=agency_view(service, licence_no, officer=officer()),
        faults=faults,
        against=against,
        typed=request.form,
        today=service.today(),
        may_change=may_change(),
    )


def _reason() -> str:
    return request.form.get("reason", "")
