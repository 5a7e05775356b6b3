"""Issued cards: finding them, handing out the PDF, taking one back in two steps."""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.credential.status import Status
from clearance.domain.clearance import RevocationReason
from clearance.domain.decision import MAX_REASON, Attempt, Refused, may_print, may_replace, may_revoke
from clearance.domain.eligibility import Objection
from clearance.domain.staff import Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing import cards, queue
from clearance.issuing.cards import CardView
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import Conflict
from clearance.issuing.revoke import revoke
from clearance.issuing.service import Service
from clearance.web.card_file import card_file, form_named
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import page_number, sought_text


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes of issued cards."""

    @routes.get("/cards")
    def card_list() -> str:
        return list_page(service)

    @routes.get("/cards/<clearance_no>")
    def card(clearance_no: str) -> str:
        return card_page(service, clearance_no)

    @routes.get("/cards/<clearance_no>/card.pdf")
    def card_pdf(clearance_no: str) -> Response:
        view = _view(service, clearance_no)
        response = Response(cards.sealed_pdf(service, view.clearance), mimetype="application/pdf")
        response.headers.set("Content-Disposition", "inline", filename=f"{clearance_no}.pdf")
        return response

    @routes.get("/cards/<clearance_no>/take-along/<form>")
    def card_to_take_along(clearance_no: str, form: str) -> Response:
        known = form_named(form)
        if known is None:
            abort(404)
        return card_file(service, _view(service, clearance_no).clearance, known)

    @routes.get("/cards/<clearance_no>/revoke")
    def revocation(clearance_no: str) -> ResponseReturnValue:
        view = _view(service, clearance_no)
        if not _revocable(view):
            return redirect(url_for("staff.card", clearance_no=clearance_no))
        against = _against_revoking(service, view, None)
        return _form(view, against=against), 403 if against else 200

    @routes.post("/cards/<clearance_no>/revoke")
    @fresh_factor
    def revoke_card(clearance_no: str) -> ResponseReturnValue:
        view = _view(service, clearance_no)
        if not _revocable(view):
            flash(Notice.REVOKED_BEFORE, "warning")
            return redirect(url_for("staff.card", clearance_no=clearance_no), code=303)
        reason, remark = _reason(), request.form.get("remark", "")
        against = _against_revoking(service, view, remark)
        if reason is None or against:
            return _form(view, against=against, reason_missing=reason is None), 422
        if request.form.get("confirmed") != "yes":
            return render_template("staff/revoke_confirm.html", view=view, reason=reason, remark=remark.strip())
        return _revoke(service, view, officer(), reason, remark)


def list_page(service: Service, *, against: tuple[Objection, ...] = ()) -> str:
    """The list; with what stood against printing the chosen cards."""
    sought = sought_text()
    return render_template(
        "staff/cards.html",
        page=cards.find(service, officer=officer(), text=sought, page=page_number()),
        sought=sought,
        today=service.today(),
        may_print=Role.ISSUER in officer().roles,
        against=against,
    )


def card_page(service: Service, clearance_no: str, *, against: tuple[Objection, ...] = ()) -> str:
    """One card; with what stood against printing it."""
    view = _view(service, clearance_no)
    return render_template(
        "staff/card.html",
        view=view,
        officers=_names(service, view.application.reference),
        today=service.today(),
        may_revoke=_revocable(view) and not _against_revoking(service, view, None),
        may_correct=not may_replace(
            view.application, view.clearance, view.application.draft, officer=officer(), on=service.today()
        ),
        may_print=not may_print(view.clearance, officer=officer(), on=service.today()),
        against=against,
    )


def _revoke(
    service: Service, view: CardView, revoker: Officer, reason: RevocationReason, remark: str
) -> ResponseReturnValue:
    clearance_no = view.clearance.clearance_no
    try:
        outcome = revoke(service, clearance_no, officer=revoker, device=device(), reason=reason, remark=remark)
    except Conflict:
        flash(Notice.REVOKED_BEFORE, "warning")
        return redirect(url_for("staff.card", clearance_no=clearance_no), code=303)
    except NotYetPublished:
        flash(Notice.NOT_YET_PUBLISHED, "warning")
        return redirect(url_for("staff.card", clearance_no=clearance_no), code=303)
    if isinstance(outcome, Refused):
        return _form(view, against=outcome.objections), 422
    flash(Notice.CARD_REVOKED)
    return redirect(url_for("staff.card", clearance_no=clearance_no), code=303)


def _form(view: CardView, *, against: tuple[Objection, ...], reason_missing: bool = False) -> str:
    return render_template(
        "staff/revoke.html",
        view=view,
        against=against,
        reason_missing=reason_missing,
        reasons=list(RevocationReason),
        chosen=_reason(),
        remark=request.form.get("remark", ""),
        max_remark=MAX_REASON,
    )


def _view(service: Service, clearance_no: str) -> CardView:
    view = cards.card(service, clearance_no, officer=officer())
    if view is None:
        abort(404)
    return view


def _revocable(view: CardView) -> bool:
    return view.clearance.status in (Status.VALID, Status.SUSPENDED)


def _against_revoking(service: Service, view: CardView, remark: str | None) -> tuple[Objection, ...]:
    by = Attempt(officer=officer(), at=service.now(), device=device(), reason=(remark or "").strip() or None)
    return may_revoke(view.application, view.clearance, by, on=service.today())


def _reason() -> RevocationReason | None:
    typed = request.form.get("reason")
    return next((reason for reason in RevocationReason if reason.value == typed), None)


def _names(service: Service, reference: str) -> Mapping[str, BilingualText]:
    """Everybody who ever did something to the case of a card, by number."""
    case = queue.case(service, reference, officer=officer())
    return case.officers if case else {}
