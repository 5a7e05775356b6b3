"""Batches: uploading a list, mending its rows, ordering steps for many cases, and watching how far it has come.

Every page works without scripts; a page about work under way comes anew by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.batch import NEED_WORK, WAITS_FOR, Batch, BatchStep, RowStanding
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.issuing import batches, batches_runs
from clearance.issuing.batches_photos import PhotosRefused
from clearance.issuing.ports import Scanned
from clearance.issuing.scanning import UploadRefused
from clearance.issuing.service import Service
from clearance.issuing.sheet import SheetRefused
from clearance.web.language import current
from clearance.web.staff import uploads
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.batch_files import (
    MAX_UPLOAD,
    FileKind,
    limits,
    rows_to_fix,
    sent_archives,
    sent_sheet,
    template,
)
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import page_number
from clearance.web.wording_batches import header_names, note_text, photos_text, sheet_text, standing_text, step_text
from clearance.web.wording_entry import fault_text
from clearance_templates.i18n import LANGUAGES, N_, translator

PER_PAGE = 50
NO_FILE = N_("Choose the list of workers first.")
UPLOADS = frozenset({"staff.upload_batch", "staff.correct_batch", "staff.add_batch_photos"})
"""Endpoints that take files."""


@dataclass(frozen=True, kw_only=True)
class Problems:
    """Why nothing was done, each with the field of the form that it is about."""

    sentences: Mapping[str, str] = field(default_factory=dict)
    objections: tuple[Objection, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sentences or self.objections)


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes of batches."""
    uploads.allow(routes, UPLOADS, max_bytes=MAX_UPLOAD)
    routes.context_processor(
        lambda: {"in_both": _in_both, "standing_text": _standing, "step_text": _step, "note_text": _note}
    )
    _install_files(routes, service)
    _install_pages(routes, service)
    _install_orders(routes, service)


def _install_files(routes: Blueprint, service: Service) -> None:
    @routes.post("/batches")
    def upload_batch() -> ResponseReturnValue:
        sheet, archives = sent_sheet(service, "sheet"), sent_archives(service, "photos")
        return _upload(service, *sheet, archives) if sheet else _again(service, _no_file())

    @routes.post("/batches/<number>/corrections")
    def correct_batch(number: str) -> ResponseReturnValue:
        sheet = sent_sheet(service, "sheet")
        return _correct(service, number, sheet[1]) if sheet else _again(service, _no_file())

    @routes.post("/batches/<number>/photos")
    def add_batch_photos(number: str) -> ResponseReturnValue:
        archives = sent_archives(service, "photos")
        batches.add_photos(service, number, archives, officer=officer(), device=device())
        flash(Notice.PHOTOS_TAKEN)
        return _to_batch(number)

    @routes.errorhandler(SheetRefused)
    def sheet_refused(refused: SheetRefused) -> ResponseReturnValue:
        return _again(service, Problems(sentences={"sheet": sheet_text(refused, current(), **limits())}))

    @routes.errorhandler(PhotosRefused)
    def photos_refused(refused: PhotosRefused) -> ResponseReturnValue:
        return _again(service, Problems(sentences={"photos": photos_text(refused.fault, current())}))

    @routes.errorhandler(UploadRefused)
    def upload_refused(refused: UploadRefused) -> ResponseReturnValue:
        return _again(service, Problems(sentences={refused.fault.field: fault_text(refused.fault, current())}))

    @routes.get("/batches/template.<kind>")
    def batch_template(kind: str) -> Response:
        return template(_kind(kind), service.workbooks)

    @routes.get("/batches/<number>/to-fix.<kind>")
    def batch_rows_to_fix(number: str, kind: str) -> Response:
        found = batches_runs.rows_of_batch(
            service, number, NEED_WORK, officer=officer(), page=1, per_page=batches.MAX_ROWS
        )
        return rows_to_fix(_kind(kind), found.items, service.workbooks, name=f"{number}-to-fix")


def _install_pages(routes: Blueprint, service: Service) -> None:
    @routes.get("/batches")
    def batch_list() -> str:
        return _list_page(service)

    @routes.get("/batches/<number>")
    def batch(number: str) -> str:
        return _batch_page(service, number)

    @routes.get("/batches/<number>/work/<step>")
    def batch_work(number: str, step: str) -> str:
        return _work_page(service, number, _step_named(step))


def _install_orders(routes: Blueprint, service: Service) -> None:
    @routes.post("/batches/<number>/order")
    @fresh_factor
    def order_batch(number: str) -> ResponseReturnValue:
        step = _step_named(request.form.get("step", ""))
        chosen = None if request.form.get("all") == "yes" else _numbers("row")
        outcome = batches_runs.order(
            service,
            number,
            step,
            officer=officer(),
            device=device(),
            rows=chosen,
            accepted=_numbers("accepted"),
        )
        if isinstance(outcome, Refused):
            return _again(service, Problems(objections=outcome.objections), status=403)
        if outcome is None:
            flash(Notice.NOTHING_TO_ORDER, "warning")
        return _to_batch(number)

    @routes.post("/batches/<number>/read-again")
    def read_batch_again(number: str) -> ResponseReturnValue:
        outcome = batches.read_again(service, number, officer=officer(), device=device())
        if isinstance(outcome, Refused):
            return _again(service, Problems(objections=outcome.objections), status=403)
        return _to_batch(number)

    @routes.post("/batches/<number>/runs/<run_no>/pause")
    def pause_run(number: str, run_no: str) -> ResponseReturnValue:
        batches_runs.pause(service, run_no, officer=officer(), device=device())
        return _to_batch(number)

    @routes.post("/batches/<number>/runs/<run_no>/resume")
    def resume_run(number: str, run_no: str) -> ResponseReturnValue:
        batches_runs.resume(service, run_no, officer=officer(), device=device())
        return _to_batch(number)


def _upload(service: Service, file_name: str, content: Scanned, archives: list[Scanned]) -> ResponseReturnValue:
    outcome = batches.upload(
        service,
        officer=officer(),
        device=device(),
        file_name=file_name,
        content=content,
        names=header_names(),
        archives=archives,
    )
    match outcome:
        case Refused():
            return _again(service, Problems(objections=outcome.objections), status=403)
        case Batch():
            return _to_batch(outcome.number)


def _correct(service: Service, number: str, content: Scanned) -> ResponseReturnValue:
    outcome = batches.correct(
        service, number, officer=officer(), device=device(), content=content, names=header_names()
    )
    if isinstance(outcome, Refused):
        return _again(service, Problems(objections=outcome.objections), status=403)
    if outcome.rows:
        flash(Notice.ROWS_TAKEN)
    else:
        flash(Notice.NO_ROWS_TAKEN, "warning")
    return _to_batch(number)


def _again(service: Service, problems: Problems, *, status: int = 422) -> ResponseReturnValue:
    """The page that the form stands on, with what was wrong with it."""
    number = (request.view_args or {}).get("number")
    html = _batch_page(service, number, problems) if number else _list_page(service, problems)
    return html, status


def _no_file() -> Problems:
    return Problems(sentences={"sheet": current().gettext(NO_FILE)})


def _list_page(service: Service, problems: Problems | None = None) -> str:
    return render_template(
        "staff/batches.html",
        page=batches_runs.batches_of(service, officer=officer(), page=page_number(), per_page=PER_PAGE),
        against=batches.against_uploading(officer()),
        problems=problems,
        max_rows=batches.MAX_ROWS,
    )


def _batch_page(service: Service, number: str, problems: Problems | None = None) -> str:
    view = batches_runs.batch_view(service, number, officer=officer())
    shown = _shown(view)
    return render_template(
        "staff/batch.html",
        view=view,
        batch=view.batch,
        shown=shown,
        tabs=[(standing, view.standings.get(standing, 0)) for standing in RowStanding],
        page=batches_runs.rows_of_batch(
            service, number, (shown,), officer=officer(), page=page_number(), per_page=PER_PAGE
        ),
        need_work=sum(view.standings.get(standing, 0) for standing in NEED_WORK),
        steps=_steps(view),
        ready=RowStanding.ACCEPTED,
        sent=RowStanding.SUBMITTED,
        reading=bool(view.standings.get(RowStanding.UNREAD)),
        may_upload=not batches.against_uploading(officer()),
        problems=problems,
    )


def _work_page(service: Service, number: str, step: BatchStep) -> str:
    if step not in WAITS_FOR:
        abort(404)
    view = batches_runs.batch_view(service, number, officer=officer())
    return render_template(
        "staff/batch_work.html",
        view=view,
        batch=view.batch,
        step=step,
        against=batches_runs.against_ordering(step, officer()),
        page=batches_runs.cases_of_batch(
            service, number, WAITS_FOR[step], officer=officer(), page=page_number(), per_page=PER_PAGE
        ),
    )


def _steps(view: batches_runs.BatchView) -> list[tuple[BatchStep, int]]:
    """The steps that this officer may order now, each with the number of rows that wait for it."""
    waiting = {step: view.states.get(state, 0) for step, state in WAITS_FOR.items()}
    waiting[BatchStep.SUBMIT] = view.standings.get(RowStanding.ACCEPTED, 0)
    return [
        (step, count) for step, count in waiting.items() if count and not batches_runs.against_ordering(step, officer())
    ]


def _shown(view: batches_runs.BatchView) -> RowStanding:
    """The rows asked for; else the first kind there are, those that need work before the others."""
    asked = next((each for each in RowStanding if each.value == request.args.get("show")), None)
    order = (*NEED_WORK, RowStanding.ACCEPTED, RowStanding.SUBMITTED)
    return asked or next((each for each in order if view.standings.get(each)), RowStanding.UNREAD)


def _to_batch(number: str) -> ResponseReturnValue:
    return redirect(url_for("staff.batch", number=number), code=303)


def _numbers(name: str) -> list[int]:
    return [int(text) for text in request.form.getlist(name) if text.isascii() and text.isdigit() and len(text) < 8]


def _kind(name: str) -> FileKind:
    return next((kind for kind in FileKind if kind.value == name), None) or abort(404)


def _step_named(name: str) -> BatchStep:
    return next((step for step in BatchStep if step.value == name), None) or abort(404)


def _in_both(note: object) -> list[tuple[str, str]]:
    """What stands against a row in both languages, the reader's first: an agency's clerk may pass it on."""
    order = sorted(LANGUAGES, key=lambda language: language != current().locale)
    return [(language, note_text(note, translator(language))) for language in order]  # type: ignore[arg-type]


def _note(note: object) -> str:
    return note_text(note, current())  # type: ignore[arg-type]


def _standing(standing: RowStanding) -> str:
    return standing_text(standing, current())


def _step(step: BatchStep) -> str:
    return step_text(step, current())
