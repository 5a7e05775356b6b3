"""The airports as head office hears them, for those who oversee."""

from flask import Blueprint, abort, render_template

from clearance.credential.reasons import Outcome, Reason
from clearance.domain.staff import OVERSIGHT
from clearance.issuing.airports import airports_now
from clearance.issuing.service import Service
from clearance.web.staff.access import officer

REFUSED = frozenset(reason.value for reason in Reason if reason.outcome is not Outcome.PASS)


def install(routes: Blueprint, service: Service) -> None:
    """Add the page's route."""

    @routes.get("/airports/")
    def airports() -> str:
        if not officer().roles & OVERSIGHT:
            abort(403)
        view = airports_now(service)
        refusals = [(reason, count) for reason, count in view.scans.most_common() if reason in REFUSED]
        return render_template("staff/airports.html", view=view, refusals=refusals)
