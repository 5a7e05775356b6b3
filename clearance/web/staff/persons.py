"""One person's data: what is held, given out as a file, kept for an investigation, or erased by two officers."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.erasure import Basis, against_consent, against_keeping
from clearance.domain.order import MAX_REASON
from clearance.domain.staff import Role
from clearance.issuing import persons
from clearance.issuing.ports import Conflict
from clearance.issuing.service import Service
from clearance.web.personal_file import personal_zip
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.watching import open_to

REFUSED = 422
MAY_LOOK = (Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER)


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""
    _add_person(routes, service)
    _add_investigation(routes, service)
    _add_orders(routes, service)


def _add_person(routes: Blueprint, service: Service) -> None:
    @routes.get("/persons/<reference>")
    @open_to(Role.ADMINISTRATOR)
    def personal_data(reference: str) -> ResponseReturnValue:
        return _person_page(service, reference)

    @routes.post("/persons/<reference>/file")
    @fresh_factor
    @open_to(Role.ADMINISTRATOR)
    def person_file(reference: str) -> ResponseReturnValue:
        held = persons.give_out(service, reference, officer=officer(), device=device())
        if isinstance(held, Refused):
            return _person_page(service, reference, against=held.objections), REFUSED
        archive = personal_zip(held, persons.read_documents(service.documents, held.documents))
        answer = make_response(archive)
        answer.content_type = "application/zip"
        answer.headers["Content-Disposition"] = f'attachment; filename="{held.reference}.zip"'
        return answer


def _add_investigation(routes: Blueprint, service: Service) -> None:
    @routes.post("/persons/<reference>/investigation")
    @open_to(Role.ADMINISTRATOR)
    def begin_investigation(reference: str) -> ResponseReturnValue:
        reason = request.form.get("hold_reason", "")
        try:
            outcome = persons.hold(service, reference, reason=reason, officer=officer(), device=device())
        except Conflict:
            return redirect(url_for("staff.personal_data", reference=reference), code=303)
        if isinstance(outcome, Refused):
            return _person_page(service, reference, against=outcome.objections), REFUSED
        flash(Notice.INVESTIGATION_BEGUN)
        return redirect(url_for("staff.personal_data", reference=reference), code=303)

    @routes.post("/persons/<reference>/investigation/end")
    @fresh_factor
    @open_to(Role.ADMINISTRATOR)
    def end_investigation(reference: str) -> ResponseReturnValue:
        refused = persons.end_hold(service, reference, officer=officer(), device=device())
        if refused:
            return _person_page(service, reference, against=refused.objections), REFUSED
        flash(Notice.INVESTIGATION_ENDED)
        return redirect(url_for("staff.personal_data", reference=reference), code=303)


def _add_orders(routes: Blueprint, service: Service) -> None:
    @routes.post("/persons/<reference>/erasure")
    @fresh_factor
    @open_to(Role.ADMINISTRATOR)
    def order_erasure(reference: str) -> ResponseReturnValue:
        if request.form.get("confirmation", "").strip() != reference:
            return _person_page(service, reference, unconfirmed=True), REFUSED
        try:
            basis = Basis(request.form.get("basis", ""))
        except ValueError:
            abort(400)
        try:
            outcome = persons.order_erasure(
                service,
                reference,
                basis=basis,
                reason=request.form.get("reason", ""),
                officer=officer(),
                device=device(),
            )
        except Conflict:
            flash(Notice.ERASURE_OPEN_ALREADY, "warning")
            return redirect(url_for("staff.personal_data", reference=reference), code=303)
        if isinstance(outcome, Refused):
            return _person_page(service, reference, against=outcome.objections), REFUSED
        flash(Notice.ERASURE_ORDERED)
        return redirect(url_for("staff.erasure", number=outcome.number), code=303)

    @routes.get("/erasures")
    @open_to(*MAY_LOOK)
    def erasure_list() -> ResponseReturnValue:
        return render_template("staff/erasures.html", orders=persons.open_orders(service))

    @routes.get("/erasures/<number>")
    @open_to(*MAY_LOOK)
    def erasure(number: str) -> ResponseReturnValue:
        return _order_page(service, number)

    @routes.post("/erasures/<number>/consent")
    @fresh_factor
    @open_to(*MAY_LOOK)
    def consent_to_erasure(number: str) -> ResponseReturnValue:
        if request.form.get("confirmation", "").strip() != number:
            return _order_page(service, number, unconfirmed=True), REFUSED
        outcome = persons.consent(service, number, officer=officer(), device=device())
        if isinstance(outcome, Refused):
            return _order_page(service, number, against=outcome.objections), REFUSED
        flash(Notice.PERSON_ERASED)
        return redirect(url_for("staff.erasure", number=number), code=303)

    @routes.post("/erasures/<number>/withdraw")
    @open_to(Role.ADMINISTRATOR)
    def withdraw_erasure(number: str) -> ResponseReturnValue:
        persons.withdraw(service, number, officer=officer(), device=device())
        flash(Notice.ERASURE_WITHDRAWN)
        return redirect(url_for("staff.erasure_list"), code=303)


def _person_page(
    service: Service, reference: str, *, against: tuple[Objection, ...] = (), unconfirmed: bool = False
) -> str:
    found = persons.person(service, reference)
    return render_template(
        "staff/personal_data.html",
        reference=reference,
        person=found,
        bases=list(Basis),
        against=against,
        against_me=against_keeping(officer()),
        unconfirmed=unconfirmed,
        typed=request.form,
        max_reason=MAX_REASON,
        today=service.today(),
    )


def _order_page(
    service: Service, number: str, *, against: tuple[Objection, ...] = (), unconfirmed: bool = False
) -> str:
    view = persons.order_of(service, number)
    return render_template(
        "staff/erasure.html",
        view=view,
        against=against,
        against_me=against_consent(view.order, officer()),
        unconfirmed=unconfirmed,
        administers=Role.ADMINISTRATOR in officer().roles,
    )
