"""Looking an agency up: public facts, asked for with GET."""

from flask import Blueprint, render_template, request
from flask_limiter import Limiter

from clearance.issuing.agency_lookup import MOST, find_agencies
from clearance.issuing.service import Service

SEARCHES_PER_ADDRESS = "300 per hour"
MAX_SOUGHT = 60


def install(routes: Blueprint, service: Service, limiter: Limiter) -> None:
    """Add the route."""

    @routes.get("/agencies")
    @limiter.limit(SEARCHES_PER_ADDRESS)
    def agencies() -> str:
        sought = request.args.get("q", "").strip()[:MAX_SOUGHT]
        found = find_agencies(service, sought) if sought else None
        return render_template("public/agencies.html", sought=sought, found=found, most=MOST)
