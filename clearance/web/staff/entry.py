"""Entering one case at the counter: a form that can be kept at any moment and fills itself in from a passport."""

from collections.abc import Iterable

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.credential.errors import MalformedClaims
from clearance.domain.application import Application
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.staff import ENTERING
from clearance.issuing import entry_forms
from clearance.issuing.batches import against_uploading
from clearance.issuing.fields import Fault
from clearance.issuing.passport_lines import fields_of_passport
from clearance.issuing.ports import Conflict, EntryForm, Portrait, Scanned
from clearance.issuing.service import Service
from clearance.web.language import current
from clearance.web.staff import uploads
from clearance.web.staff.access import device, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.sheet_form import EVIDENCE, MAX_UPLOADS, form_of, sent_evidence, sent_photo
from clearance.web.wording_batches import mrz_text

LINES = "passport_lines"
"""The field that a passport's two lines are typed, pasted or scanned into."""
MAX_LINES = 200


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes of the entry form."""
    uploads.allow(routes, {"staff.send_entry"}, max_bytes=MAX_UPLOADS)
    routes.context_processor(_of_officer)

    @routes.get("/entry")
    def entries() -> str:
        forms = entry_forms.open_forms(service, officer=officer())
        return render_template("staff/entries.html", forms=forms, against=against_uploading(officer()))

    @routes.get("/entry/new")
    def new_entry() -> ResponseReturnValue:
        number = entry_forms.new_form(service, officer=officer()).number
        return redirect(url_for("staff.entry", number=number), code=303)

    @routes.get("/entry/<number>")
    def entry(number: str) -> ResponseReturnValue:
        form = entry_forms.own_form(service, number, officer=officer())
        return _to_case(form.reference) if form.reference else _page(form)

    @routes.get("/entry/<number>/photo")
    def entry_photo(number: str) -> Response:
        form = entry_forms.own_form(service, number, officer=officer())
        if not form.photo_sha256:
            abort(404)
        return Response(service.documents.get(form.photo_sha256), mimetype="image/jpeg")

    @routes.post("/entry/<number>")
    def send_entry(number: str) -> ResponseReturnValue:
        against = against_uploading(officer())
        form = entry_forms.own_form(service, number, officer=officer())
        if form.reference:
            return _to_case(form.reference)
        if against:
            return _page(form, against=against), 403
        return _sent(service, form)


def _of_officer() -> dict[str, object]:
    """Whether whoever is signed in enters cases at all."""
    signed_in = g.get("officer")
    return {"enters": signed_in is not None and bool(signed_in.roles & ENTERING)}


def _sent(service: Service, form: EntryForm) -> ResponseReturnValue:
    """Whatever the button says, everything typed is kept first."""
    photo, evidence = sent_photo(service), sent_evidence(service)
    portrait = photo if isinstance(photo, Portrait) else None
    kept = entry_forms.keep(service, form, _texts(service, evidence), portrait=portrait)
    faults = [each for each in (photo, evidence) if isinstance(each, Fault)]
    if faults:
        return _page(kept, faults=faults), 422
    match request.form.get("then"):
        case "submit":
            return _submitted(service, kept)
        case "fill":
            return _filled(service, kept)
        case "keep-quietly":  # by itself, while the officer goes on typing
            return "", 204
        case _:
            flash(Notice.FORM_KEPT)
            return redirect(url_for("staff.entry", number=kept.number), code=303)


def _submitted(service: Service, form: EntryForm) -> ResponseReturnValue:
    try:
        outcome = entry_forms.submit_form(service, form, officer=officer(), device=device())
    except MalformedClaims:
        return _page(form, too_long=True), 422
    except Conflict:
        return _page(form, overtaken=True), 409
    match outcome:
        case Application():
            flash(Notice.CASE_SUBMITTED)
            return _to_case(outcome.reference)
        case Refused():
            return _page(form, against=outcome.objections), 422
        case _:
            return _page(form, faults=outcome), 422


def _filled(service: Service, form: EntryForm) -> ResponseReturnValue:
    """The form with what the passport's lines say; lines that cannot be relied on fill in nothing."""
    lines = request.form.get(LINES, "")[:MAX_LINES]
    found = fields_of_passport(lines, on=service.today())
    if isinstance(found, dict):
        flash(Notice.PASSPORT_READ)
        filled = entry_forms.keep(service, form, found)
        return redirect(url_for("staff.entry", number=filled.number, _anchor="name_en"), code=303)
    return _page(form, lines=lines, about_lines=mrz_text(found, current())), 422


def _page(
    form: EntryForm,
    *,
    faults: Iterable[Fault] = (),
    against: tuple[Objection, ...] = (),
    lines: str = "",
    about_lines: str | None = None,
    too_long: bool = False,
    overtaken: bool = False,
) -> str:
    return render_template(
        "staff/entry.html",
        entry=form,
        form=form_of(form.texts, current(), faults=faults),
        against=against,
        lines=lines,
        about_lines=about_lines,
        too_long=too_long,
        overtaken=overtaken,
    )


def _texts(service: Service, evidence: Scanned | Fault | None) -> dict[str, str]:
    """What was typed; a file of evidence becomes the name under which it is kept."""
    texts = dict(request.form)
    if isinstance(evidence, bytes):
        texts[EVIDENCE] = service.documents.put(evidence)
    return texts


def _to_case(reference: str) -> ResponseReturnValue:
    return redirect(url_for("staff.case", reference=reference), code=303)
