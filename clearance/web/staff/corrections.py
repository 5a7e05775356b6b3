"""Changing what was entered: a case that was sent back, a card that is wrong, a passport that was renewed."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.credential.errors import MalformedClaims
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.lifecycle import Move
from clearance.issuing import cards, queue
from clearance.issuing.amend import amend
from clearance.issuing.cards import CardView
from clearance.issuing.correct import correct, renew_passport
from clearance.issuing.ports import Conflict
from clearance.issuing.queue import CaseView
from clearance.issuing.rows import texts_of
from clearance.issuing.service import Service
from clearance.issuing.submit import submit
from clearance.web.language import current
from clearance.web.staff import uploads
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.sheet_form import MAX_UPLOADS, SheetForm, draft_from_form, form_of

PASSPORT_FIELDS = ("passport_no", "passport_issued_on", "passport_expires_on")
"""All that a renewal asks for; the old number is on record."""
WITH_UPLOADS = frozenset({"staff.amend_case", "staff.correct_card"})


def install(routes: Blueprint, service: Service) -> None:
    """Add the forms that change what was entered."""
    uploads.allow(routes, WITH_UPLOADS, max_bytes=MAX_UPLOADS)

    @routes.get("/cases/<reference>/amend")
    def amendment(reference: str) -> ResponseReturnValue:
        view = _case(service, reference)
        if Move.AMEND not in view.application.moves_on(service.today()):
            return redirect(url_for("staff.case", reference=reference), code=303)
        return _amendment(view, form_of(texts_of(view.application.draft), current()))

    @routes.post("/cases/<reference>/amend")
    def amend_case(reference: str) -> ResponseReturnValue:
        view = _case(service, reference)
        draft = draft_from_form(service, view.application.draft, current())
        if isinstance(draft, SheetForm):
            return _amendment(view, draft), 422
        return _kept(service, view, draft)

    @routes.get("/cards/<clearance_no>/correct")
    def correction(clearance_no: str) -> ResponseReturnValue:
        view = _card(service, clearance_no)
        return _correction(view, form_of(texts_of(view.application.draft), current()))

    @routes.post("/cards/<clearance_no>/correct")
    @fresh_factor
    def correct_card(clearance_no: str) -> ResponseReturnValue:
        view = _card(service, clearance_no)
        draft = draft_from_form(service, view.application.draft, current())
        if isinstance(draft, SheetForm):
            return _correction(view, draft), 422
        return _replaced(
            view,
            draft,
            lambda: correct(service, clearance_no, draft, officer=officer(), device=device()),
            _correction,
        )

    @routes.get("/cards/<clearance_no>/renew")
    def renewal(clearance_no: str) -> ResponseReturnValue:
        view = _card(service, clearance_no)
        return _renewal(view, form_of(dict.fromkeys(PASSPORT_FIELDS, ""), current()))

    @routes.post("/cards/<clearance_no>/renew")
    @fresh_factor
    def renew_card(clearance_no: str) -> ResponseReturnValue:
        view = _card(service, clearance_no)
        draft = draft_from_form(service, view.application.draft, current(), only=PASSPORT_FIELDS)
        if isinstance(draft, SheetForm):
            return _renewal(view, draft), 422
        passport = draft.worker.passport
        return _replaced(
            view,
            draft,
            lambda: renew_passport(service, clearance_no, passport, officer=officer(), device=device()),
            _renewal,
        )


def _kept(service: Service, view: CaseView, draft: ApplicationDraft) -> ResponseReturnValue:
    """The changes stored, and submitted at once where that was asked for."""
    reference, version = view.application.reference, request.form.get("version", default=0, type=int)
    try:
        outcome = amend(service, reference, draft, officer=officer(), device=device(), version=version)
        submitted = isinstance(outcome, Application) and request.form.get("then") == "submit"
        if isinstance(outcome, Application) and submitted:
            outcome = submit(service, reference, officer=officer(), device=device(), version=outcome.version)
    except Conflict:
        form = form_of({**texts_of(draft), **request.form}, current())
        return _amendment(_case(service, reference), form, overtaken=True), 409
    except MalformedClaims:
        return _amendment(view, form_of(texts_of(draft), current()), too_long=True), 422
    if isinstance(outcome, Refused):
        return _amendment(view, form_of(texts_of(draft), current()), against=outcome.objections), 422
    flash(Notice.CASE_SUBMITTED if submitted else Notice.CASE_AMENDED)
    return redirect(url_for("staff.case", reference=reference), code=303)


def _replaced(
    view: CardView,
    draft: ApplicationDraft,
    act: Callable[[], Application | Refused],
    again: Callable[..., str],
) -> ResponseReturnValue:
    form = form_of(texts_of(draft), current())
    try:
        outcome = act()
    except MalformedClaims:
        return again(view, form, too_long=True), 422
    if isinstance(outcome, Refused):
        return again(view, form, against=outcome.objections), 422
    flash(Notice.CORRECTION_SUBMITTED)
    return redirect(url_for("staff.case", reference=outcome.reference), code=303)


def _amendment(
    view: CaseView,
    form: SheetForm,
    *,
    against: tuple[Objection, ...] = (),
    overtaken: bool = False,
    too_long: bool = False,
) -> str:
    return render_template(
        "staff/amend.html", view=view, form=form, against=against, overtaken=overtaken, too_long=too_long
    )


def _correction(view: CardView, form: SheetForm, *, against: tuple[Objection, ...] = (), too_long: bool = False) -> str:
    return render_template("staff/correct.html", view=view, form=form, against=against, too_long=too_long)


def _renewal(view: CardView, form: SheetForm, *, against: tuple[Objection, ...] = (), too_long: bool = False) -> str:
    fields = [field for fields in form.groups.values() for field in fields if field.name in PASSPORT_FIELDS]
    return render_template("staff/renew.html", view=view, form=form, fields=fields, against=against, too_long=too_long)


def _case(service: Service, reference: str) -> CaseView:
    view = queue.case(service, reference, officer=officer())
    if view is None:
        abort(404)
    return view


def _card(service: Service, clearance_no: str) -> CardView:
    view = cards.card(service, clearance_no, officer=officer())
    if view is None:
        abort(404)
    return view
