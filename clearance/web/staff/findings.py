"""What the nightly report found: a list for oversight, one page for each, and the auditor's remark."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.decision import MAX_REASON, Refused
from clearance.domain.eligibility import Objection
from clearance.domain.findings import Severity
from clearance.domain.staff import Role
from clearance.issuing.findings import acknowledge, finding, findings
from clearance.issuing.ports import Conflict
from clearance.issuing.service import Service
from clearance.web.staff.access import device, officer
from clearance.web.staff.notices import Notice
from clearance.web.staff.queue import page_number
from clearance.web.staff.watching import open_to, overseen

REFUSED = 422


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""

    @routes.get("/findings")
    @overseen
    def finding_list() -> ResponseReturnValue:
        shown = "all" if request.args.get("show") == "all" else "open"
        least = Severity.WARNING if request.args.get("least") == "warning" else Severity.NOTICE
        page = findings(service, open_only=shown == "open", least=least, page=page_number())
        return render_template("staff/findings.html", page=page, shown=shown, least=least)

    @routes.get("/findings/<int:number>")
    @overseen
    def one_finding(number: int) -> ResponseReturnValue:
        return _page(service, number)

    @routes.post("/findings/<int:number>")
    @open_to(Role.AUDITOR)
    def acknowledge_finding(number: int) -> ResponseReturnValue:
        remark = request.form.get("remark", "")
        try:
            outcome = acknowledge(service, number, officer=officer(), device=device(), remark=remark)
        except Conflict:
            flash(Notice.FINDING_SETTLED, "warning")
            return redirect(url_for("staff.one_finding", number=number), code=303)
        if isinstance(outcome, Refused):
            return _page(service, number, against=outcome.objections), REFUSED
        flash(Notice.FINDING_ACKNOWLEDGED)
        return redirect(url_for("staff.finding_list"), code=303)


def _page(service: Service, number: int, *, against: tuple[Objection, ...] = ()) -> str:
    return render_template(
        "staff/finding.html",
        kept=finding(service, number),
        may_acknowledge=Role.AUDITOR in officer().roles,
        against=against,
        remark=request.form.get("remark", ""),
        max_remark=MAX_REASON,
    )
