"""Voiding what an account did: preview, order, another officer's consent, and how far it came."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.order import MAX_REASON
from clearance.domain.oversight import DHAKA
from clearance.domain.staff import Role
from clearance.domain.void_order import VoidOutcome, against_consent
from clearance.issuing.ports import Conflict, NotOnRecord, NotSigned
from clearance.issuing.service import Service
from clearance.issuing.void import Preview, carry_out, consent, one, order, orders, preview, withdraw
from clearance.web.staff import access
from clearance.web.staff.access import device, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.watching import open_to

REFUSED = 422
MAY_LOOK = (Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER)
MAX_TYPED = 40


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""
    _add_ordering(routes, service)
    _add_settling(routes, service)


def _add_ordering(routes: Blueprint, service: Service) -> None:
    @routes.get("/void")
    @open_to(*MAY_LOOK)
    def void_list() -> ResponseReturnValue:
        return _list_page(service)

    @routes.get("/void/preview")
    @open_to(Role.ADMINISTRATOR)
    def void_preview() -> ResponseReturnValue:
        asked, faults = _asked(service, request.args)
        return _list_page(service, asked=asked, faults=faults), REFUSED if faults else 200

    @routes.post("/void")
    @access.fresh_factor
    @open_to(Role.ADMINISTRATOR)
    def void_order() -> ResponseReturnValue:
        asked, faults = _asked(service, request.form)
        if asked is None or request.form.get("confirmation", "").strip() != asked.target.number:
            faults = faults or ("confirmation",)
            return _list_page(service, asked=asked, faults=faults), REFUSED
        try:
            outcome = order(
                service,
                target_no=asked.target.number,
                since=asked.since,
                reason=request.form.get("reason", ""),
                officer=officer(),
                device=device(),
            )
        except Conflict:
            flash(Notice.VOID_OPEN_ALREADY, "warning")
            return redirect(url_for("staff.void_list"), code=303)
        if isinstance(outcome, Refused):
            return _list_page(service, asked=asked, against=outcome.objections), REFUSED
        flash(Notice.VOID_ORDERED)
        return redirect(url_for("staff.void_page", number=outcome.number), code=303)


def _add_settling(routes: Blueprint, service: Service) -> None:
    @routes.get("/void/<number>")
    @open_to(*MAY_LOOK)
    def void_page(number: str) -> ResponseReturnValue:
        return _order_page(service, number)

    @routes.post("/void/<number>/consent")
    @access.fresh_factor
    @open_to(*MAY_LOOK)
    def void_consent(number: str) -> ResponseReturnValue:
        target = one(service, number).order.target_no
        if request.form.get("confirmation", "").strip() != target:
            return _order_page(service, number, unconfirmed=True), REFUSED
        outcome = consent(service, number, officer=officer(), device=device())
        if isinstance(outcome, Refused):
            return _order_page(service, number, against=outcome.objections), REFUSED
        return _go_on(service, number)

    @routes.post("/void/<number>/carry-on")
    @open_to(*MAY_LOOK)
    def void_carry_on(number: str) -> ResponseReturnValue:
        return _go_on(service, number)

    @routes.post("/void/<number>/withdraw")
    @open_to(Role.ADMINISTRATOR)
    def void_withdraw(number: str) -> ResponseReturnValue:
        withdraw(service, number, officer=officer(), device=device())
        flash(Notice.VOID_WITHDRAWN)
        return redirect(url_for("staff.void_list"), code=303)


def _go_on(service: Service, number: str) -> ResponseReturnValue:
    try:
        carry_out(service, number)
    except NotSigned:
        flash(Notice.VOID_NOT_YET_PUBLISHED, "warning")
    else:
        flash(Notice.VOID_DONE)
    return redirect(url_for("staff.void_page", number=number), code=303)


def _list_page(
    service: Service,
    *,
    asked: Preview | None = None,
    faults: tuple[str, ...] = (),
    against: tuple[Objection, ...] = (),
) -> str:
    return render_template(
        "staff/void.html",
        orders=orders(service),
        asked=asked,
        faults=faults,
        against=against,
        outcomes=list(VoidOutcome),
        typed=request.values,
        may_order=Role.ADMINISTRATOR in officer().roles,
        max_reason=MAX_REASON,
    )


def _order_page(
    service: Service, number: str, *, against: tuple[Objection, ...] = (), unconfirmed: bool = False
) -> str:
    view = one(service, number)
    return render_template(
        "staff/void_order.html",
        view=view,
        now=preview(service, target_no=view.order.target_no, since=view.order.since) if view.order.open else None,
        outcomes=list(VoidOutcome),
        against=against,
        against_me=against_consent(view.order, officer()),
        unconfirmed=unconfirmed,
        administers=Role.ADMINISTRATOR in officer().roles,
    )


def _asked(service: Service, typed: Mapping[str, str]) -> tuple[Preview | None, tuple[str, ...]]:
    """The preview that the fields ask for; or which of them is wrong."""
    try:
        since = datetime.fromisoformat(typed.get("since", "")[:MAX_TYPED]).replace(tzinfo=DHAKA)
    except ValueError:
        return None, ("since",)
    try:
        return preview(service, target_no=typed.get("target", "").strip()[:MAX_TYPED], since=since), ()
    except NotOnRecord:
        return None, ("target",)
