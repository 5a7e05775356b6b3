"""Permits: each budget beside what was counted, what cannot be right first; and changing a limit by two officers."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TypeVar

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.consent import MAX_PLACES
from clearance.domain.decision import Refused
from clearance.domain.destinations import COUNTRIES
from clearance.domain.eligibility import Objection
from clearance.domain.proposal import ProposalState
from clearance.issuing.fields import Fault, FaultKind, FieldReader
from clearance.issuing.permits import PermitFilter, PermitOrder, PermitRow, permit_rows, permit_view
from clearance.issuing.permits_change import NewPermit, add_permit, propose_places, settle_places
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.service import Service
from clearance.web.language import current
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import sought_text
from clearance.web.staff.rules import REFUSED, may_change

OUTCOMES: Mapping[str, tuple[ProposalState, Notice]] = {
    "consent": (ProposalState.CONSENTED, Notice.PLACES_CONSENTED),
    "reject": (ProposalState.REJECTED, Notice.PROPOSAL_REJECTED),
    "withdraw": (ProposalState.WITHDRAWN, Notice.PROPOSAL_WITHDRAWN),
}
FIELDS = ("permit_no", "licence_no", "destination", "valid_from", "valid_until", "places", "letter_no", "reason")
MAX_LETTER = 40
Choice = TypeVar("Choice", PermitFilter, PermitOrder)


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""
    _add_looking(routes, service)
    _add_proposing(routes, service)
    _add_settling(routes, service)


def _add_looking(routes: Blueprint, service: Service) -> None:
    @routes.get("/permits")
    def permits() -> str:
        wanted, order = _choice("show", PermitFilter.ALL), _choice("sort", PermitOrder.FLAGS)
        return render_template(
            "staff/permits.html",
            rows=permit_rows(service, officer=officer(), text=sought_text(), wanted=wanted, order=order),
            wanted=wanted,
            order=order,
            filters=tuple(PermitFilter),
            orders=tuple(PermitOrder),
            sought=sought_text(),
            today=service.today(),
            may_change=may_change(),
        )

    @routes.get("/permits.csv")
    def permits_file() -> Response:
        wanted, order = _choice("show", PermitFilter.ALL), _choice("sort", PermitOrder.FLAGS)
        rows = permit_rows(service, officer=officer(), text=sought_text(), wanted=wanted, order=order)
        return Response(_as_csv(rows), mimetype="text/csv", headers={"Content-Disposition": "attachment"})

    @routes.get("/permits/<path:number>")
    def permit(number: str) -> str:
        return _permit_page(service, number)


def _add_proposing(routes: Blueprint, service: Service) -> None:
    @routes.get("/permits/new")
    def new_permit() -> str:
        return _form_page({"valid_from": service.today().isoformat()})

    @routes.post("/permits")
    @fresh_factor
    def enter_permit() -> ResponseReturnValue:
        texts = {name: request.form.get(name, "") for name in FIELDS}
        wanted = _read(texts)
        if isinstance(wanted, tuple):
            return _form_page(texts, faults=wanted), REFUSED
        try:
            outcome = add_permit(service, wanted, officer=officer(), device=device(), reason=texts["reason"])
        except NotOnRecord:
            return _form_page(texts, faults=[_fault("licence_no", FaultKind.NOT_A_LICENCE_NO, texts)]), REFUSED
        except Conflict:
            return _form_page(texts, faults=[_fault("permit_no", FaultKind.TAKEN, texts)]), REFUSED
        if isinstance(outcome, Refused):
            return _form_page(texts, against=outcome.objections), REFUSED
        flash(Notice.PLACES_PROPOSED)
        return redirect(url_for("staff.permit", number=outcome.permit_no), code=303)

    @routes.post("/permits/<path:number>/places")
    @fresh_factor
    def propose_other_places(number: str) -> ResponseReturnValue:
        texts = {name: request.form.get(name, "") for name in ("places", "letter_no", "reason")}
        read = FieldReader(texts, missing_characters=lambda _text: "")
        places = read.number("places", minimum=0, maximum=MAX_PLACES)
        letter = read.code("letter_no", limit=MAX_LETTER)
        if read.faults:
            return _permit_page(service, number, faults=read.faults, texts=texts), REFUSED
        outcome = propose_places(
            service,
            number,
            places=places,
            letter_no=letter,
            officer=officer(),
            device=device(),
            reason=texts["reason"],
        )
        if isinstance(outcome, Refused):
            return _permit_page(service, number, against=outcome.objections, texts=texts), REFUSED
        flash(Notice.PLACES_PROPOSED)
        return redirect(url_for("staff.permit", number=number), code=303)


def _add_settling(routes: Blueprint, service: Service) -> None:
    @routes.post("/permits/<path:number>/changes/<int:change_no>/<any(consent, reject, withdraw):act>")
    @fresh_factor
    def settle_permit_change(number: str, change_no: int, act: str) -> ResponseReturnValue:
        state, done = OUTCOMES[act]
        reason = request.form.get("reason", "")
        outcome = settle_places(service, change_no, state, officer=officer(), device=device(), reason=reason)
        if isinstance(outcome, Refused):
            return _permit_page(service, number, against=outcome.objections, texts={"reason": reason}), REFUSED
        flash(done)
        return redirect(url_for("staff.permit", number=number), code=303)


def _choice(name: str, default: Choice) -> Choice:
    asked = request.args.get(name)
    return next((each for each in type(default) if each.value == asked), default)


def _permit_page(
    service: Service,
    number: str,
    *,
    faults: Sequence[Fault] = (),
    against: Sequence[Objection] = (),
    texts: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "staff/permit.html",
        view=permit_view(service, number, officer=officer()),
        faults=faults,
        against=against,
        texts=texts or {},
        today=service.today(),
        may_change=may_change(),
    )


def _form_page(texts: Mapping[str, str], *, faults: Sequence[Fault] = (), against: Sequence[Objection] = ()) -> str:
    countries = sorted(COUNTRIES, key=current().country)
    return render_template("staff/permit_form.html", texts=texts, faults=faults, against=against, countries=countries)


def _read(texts: Mapping[str, str]) -> NewPermit | tuple[Fault, ...]:
    read = FieldReader(texts, missing_characters=lambda _text: "")
    wanted = NewPermit(
        number=read.code("permit_no", limit=30),
        licence_no=read.optional_licence_no("licence_no"),
        destination=read.choice("destination", {code: code for code in sorted(COUNTRIES)}),
        valid_from=read.day("valid_from"),
        valid_until=read.day("valid_until"),
        places=read.number("places", minimum=1, maximum=MAX_PLACES),
        letter_no=read.code("letter_no", limit=MAX_LETTER),
    )
    read.later("valid_until", than="valid_from", value=wanted.valid_until, other=wanted.valid_from)
    return tuple(read.faults) or wanted


def _fault(field: str, kind: FaultKind, texts: Mapping[str, str]) -> Fault:
    return Fault(field=field, kind=kind, details={"text": texts[field]})


def _as_csv(rows: Sequence[PermitRow]) -> str:
    """The list as a file; with a byte-order mark, so that spreadsheets read the Bengali in it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    head = ("permit", "licence", "agency", "destination", "valid_from", "valid_until", "places", "used")
    writer.writerow((*head, "approved_waiting", "issued", "departed", "revoked", "balance", "flags"))
    for row in rows:
        permit, count = row.permit, row.count
        agency = _inert(row.agency.name.en) if row.agency else ""
        writer.writerow(
            (
                *(_inert(permit.number), permit.licence_no or "", agency, permit.destination),
                *(permit.valid_from, permit.valid_until, permit.places, permit.used),
                *(count.waiting, count.issued, count.departed, count.revoked, permit.balance),
                " ".join(row.flags),
            )
        )
    return "\ufeff" + file.getvalue()


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
