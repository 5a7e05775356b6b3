"""Officers' pages: signing in, the queue, one case, issued cards. They show and ask; the rules answer.

Every page but the sign-in is behind `access`; who may do what to which case is decided in `clearance.domain.decision`.
"""

from functools import partial

from flask import Blueprint
from flask_limiter import Limiter

from clearance.issuing.halt import standing_stop
from clearance.issuing.service import Service
from clearance.web.published import PublishedFiles
from clearance.web.staff import (
    access,
    agencies,
    airports,
    audit,
    batches,
    cards,
    cases,
    corrections,
    entry,
    findings,
    joining,
    keys,
    messages,
    people,
    permits,
    persons,
    plastic,
    queue,
    requests,
    rules,
    second_factor,
    sessions,
    speech,
    statistics,
    void,
    watching,
)


def blueprint(service: Service, published: PublishedFiles, limiter: Limiter) -> Blueprint:
    """All routes under /staff."""
    routes = Blueprint("staff", __name__, url_prefix="/staff")
    speech.install(routes)
    access.install(routes, service, limiter)
    watching.install(routes, service)
    routes.context_processor(lambda: {"signing_stop": partial(standing_stop, service)})
    queue.install(routes, service)
    cases.install(routes, service)
    corrections.install(routes, service)
    messages.install(routes, service)
    cards.install(routes, service)
    batches.install(routes, service)
    entry.install(routes, service)
    plastic.install(routes, service)
    keys.install(routes, service, published)
    findings.install(routes, service)
    audit.install(routes, service, published)
    statistics.install(routes, service)
    void.install(routes, service)
    rules.install(routes, service)
    permits.install(routes, service)
    persons.install(routes, service)
    agencies.install(routes, service)
    airports.install(routes, service)
    second_factor.install(routes, service, limiter)
    sessions.install(routes, service)
    joining.install(routes, service, limiter)
    people.install(routes, service)
    requests.install(routes, service)
    return routes
