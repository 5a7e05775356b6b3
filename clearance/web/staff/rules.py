"""The rules: what governs, what is proposed, one version with what it would change, and proposing and settling it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.consent import MAY_CHANGE
from clearance.domain.decision import Refused
from clearance.domain.destinations import COUNTRIES
from clearance.domain.eligibility import Objection
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import Channel, Decider, RuleVersion, VisaKind
from clearance.domain.text import searchable
from clearance.issuing.fields import Fault
from clearance.issuing.rules import RuleRow, rule_rows, rule_view
from clearance.issuing.rules_change import NewRule, propose_rules, settle_rule
from clearance.issuing.rules_file import COLUMNS, NEEDS, as_csv, read_rule, row_of
from clearance.issuing.rules_preview import Preview, preview
from clearance.issuing.service import Service
from clearance.web.language import current
from clearance.web.staff.access import device, fresh_factor, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import sought_text
from clearance.web.wording_rules import key_text

REFUSED = 422
OUTCOMES: Mapping[str, tuple[ProposalState, Notice]] = {
    "consent": (ProposalState.CONSENTED, Notice.RULE_CONSENTED),
    "reject": (ProposalState.REJECTED, Notice.PROPOSAL_REJECTED),
    "withdraw": (ProposalState.WITHDRAWN, Notice.PROPOSAL_WITHDRAWN),
}
CHOICES = {"sexes": tuple(Sex), "channels": tuple(Channel), "visas": tuple(VisaKind), "deciders": tuple(Decider)}


class Shelf(StrEnum):
    """Which versions are listed."""

    IN_FORCE = "in_force"
    PROPOSED = "proposed"
    ALL = "all"


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""
    _add_looking(routes, service)
    _add_proposing(routes, service)
    _add_settling(routes, service)


def _add_looking(routes: Blueprint, service: Service) -> None:
    @routes.get("/rules")
    def rules() -> str:
        shelf = _shelf(request.args.get("shelf"))
        rows, sought = rule_rows(service), sought_text()
        today = service.today()
        on_shelf = {each: [row for row in rows if _is_on(row, each, service)] for each in Shelf}
        return render_template(
            "staff/rules.html",
            rows=[row for row in on_shelf[shelf] if searchable(sought) in _search_text(row)],
            tabs=[(each, len(on_shelf[each])) for each in Shelf],
            shelf=shelf,
            sought=sought,
            today=today,
            may_change=may_change(),
        )

    @routes.get("/rules.csv")
    def rules_file() -> Response:
        in_force = (row.version for row in rule_rows(service) if _is_on(row, Shelf.IN_FORCE, service))
        return Response(as_csv(in_force), mimetype="text/csv", headers={"Content-Disposition": "attachment"})

    @routes.get("/rules/<int:number>")
    def rule(number: int) -> str:
        return _version_page(service, number)


def _add_proposing(routes: Blueprint, service: Service) -> None:
    @routes.get("/rules/new")
    def new_rule() -> str:
        return _form_page(service, {"starts_on": service.today().isoformat()})

    @routes.get("/rules/<int:number>/change")
    def change_rule(number: int) -> str:
        texts = row_of(rule_view(service, number).row.version)
        return _form_page(service, {**texts, "starts_on": service.today().isoformat()})

    @routes.post("/rules")
    @fresh_factor
    def propose_rule() -> ResponseReturnValue:
        texts = {name: request.form.get(name, "") for name in (*COLUMNS, "reason")}
        wanted = read_rule(texts)
        if isinstance(wanted, tuple):
            return _form_page(service, texts, faults=wanted), REFUSED
        if "preview" in request.form:
            return _form_page(service, texts, seen=preview(service, _sketch(service, wanted), officer=officer()))
        outcome = propose_rules(service, [wanted], officer=officer(), device=device(), reason=texts["reason"])
        if isinstance(outcome, Refused):
            return _form_page(service, texts, against=outcome.objections), REFUSED
        flash(Notice.RULE_PROPOSED)
        return redirect(url_for("staff.rule", number=outcome[0].number), code=303)


def _add_settling(routes: Blueprint, service: Service) -> None:
    @routes.post("/rules/<int:number>/<any(consent, reject, withdraw):act>")
    @fresh_factor
    def settle_rule_version(number: int, act: str) -> ResponseReturnValue:
        state, done = OUTCOMES[act]
        reason = request.form.get("reason", "")
        outcome = settle_rule(service, number, state, officer=officer(), device=device(), reason=reason)
        if isinstance(outcome, Refused):
            return _version_page(service, number, against=outcome.objections, reason=reason), REFUSED
        flash(done)
        return redirect(url_for("staff.rule", number=number), code=303)


def may_change() -> bool:
    """Whether whoever is signed in is one of those who change rules, permits and agencies."""
    return officer().headquarters and bool(officer().roles & MAY_CHANGE)


def _shelf(text: str | None) -> Shelf:
    return next((shelf for shelf in Shelf if shelf.value == text), Shelf.IN_FORCE)


def _is_on(row: RuleRow, shelf: Shelf, service: Service) -> bool:
    match shelf:
        case Shelf.IN_FORCE:
            return row.governs_on(service.today())
        case Shelf.PROPOSED:
            return row.version.state is ProposalState.PROPOSED
        case Shelf.ALL:
            return True


def _search_text(row: RuleRow) -> str:
    key, terms = row.version.key, row.version.terms
    parts = (key.destination or "", key_text(key, current()), terms.source, terms.reference, str(row.version.number))
    return searchable(" ".join(parts))


def _version_page(service: Service, number: int, *, against: Sequence[Objection] = (), reason: str = "") -> str:
    view = rule_view(service, number)
    waits = view.row.version.state is ProposalState.PROPOSED
    return render_template(
        "staff/rule.html",
        view=view,
        seen=preview(service, view.row.version, officer=officer()) if waits else None,
        against=against,
        reason=reason,
        today=service.today(),
        may_change=may_change(),
    )


def _form_page(
    service: Service,
    texts: Mapping[str, str],
    *,
    faults: Sequence[Fault] = (),
    against: Sequence[Objection] = (),
    seen: Preview | None = None,
) -> str:
    replaces = texts.get("replaces", "")
    return render_template(
        "staff/rule_form.html",
        texts=texts,
        faults=faults,
        against=against,
        seen=seen,
        replaced=rule_view(service, int(replaces)).row.version if replaces.isdecimal() else None,
        countries=sorted(COUNTRIES, key=current().country),
        needs=tuple(NEEDS.items()),
        **CHOICES,
    )


def _sketch(service: Service, wanted: NewRule) -> RuleVersion:
    """The version as it would be proposed, to look ahead with; it has no number and is written nowhere."""
    here = Signature(officer_no=officer().number, at=service.now(), device=device())
    key = rule_view(service, wanted.replaces).row.version.key if wanted.replaces is not None else wanted.key
    return RuleVersion(
        number=0,
        key=key,
        terms=wanted.terms,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        replaces=wanted.replaces,
        state=ProposalState.PROPOSED,
        proposed=here,
    )
