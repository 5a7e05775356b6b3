"""The Flask application: joins the pages with the service it was handed and decides nothing itself."""

from collections.abc import Iterable
from importlib.resources import files

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from clearance.issuing.service import Service
from clearance.issuing.vital_signs import Sign, vital_signs
from clearance.web import (
    addresses,
    desk_api,
    errors,
    health,
    language,
    limits,
    public,
    request_log,
    security,
    staff,
    standing,
    trust,
    wellknown,
)
from clearance.web.api import routes as api
from clearance.web.metrics import Metrics
from clearance.web.options import WebOptions
from clearance.web.public import check
from clearance.web.published import PublishedFiles
from clearance.web.tally import tally_of

STATIC_FRESH_S = 86_400


def create_app(service: Service, options: WebOptions) -> Flask:
    """The WSGI application over an open service."""
    pages = files("clearance_templates")
    app = Flask(__name__, template_folder=str(pages), static_folder=str(pages / "static"), static_url_path="/static")
    app.request_class = check.RequestInMemory
    app.config.update(SECRET_KEY=options.secret_key, SEND_FILE_MAX_AGE_DEFAULT=STATIC_FRESH_S)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    request_log.install(app, behind_proxy=options.trusted_proxies > 0, told=options.log_requests)
    security.install(app, trusted_proxies=options.trusted_proxies, public_url=options.public_url)
    language.install(app)
    standing.install(app)
    addresses.install(app)
    errors.install(app)
    app.context_processor(lambda: {"demo": service.demo, "options": options})
    limiter = limits.install(app, storage=options.limiter_storage)
    forms = CSRFProtect(app)
    tally = tally_of(options.limiter_storage, now=service.now)
    app.register_blueprint(public.blueprint(service, options, limiter, tally))
    published = PublishedFiles(options.trust_directory)
    app.register_blueprint(staff.blueprint(service, published, limiter))
    app.register_blueprint(trust.blueprint(published))
    app.register_blueprint(check.blueprint(service, options, published, tally))
    app.register_blueprint(wellknown.blueprint(service, published, options))
    reports = desk_api.blueprint(service, published, limiter)
    forms.exempt(reports)  # no cookie speaks for a desk
    app.register_blueprint(reports)
    interface = api.blueprint(service, limiter)
    forms.exempt(interface)  # nor for a program
    app.register_blueprint(interface)
    metrics = _metrics(service, published, options)
    metrics.install(app)
    app.register_blueprint(health.blueprint(options.probes, metrics, token=options.metrics_token))
    return app


def _metrics(service: Service, published: PublishedFiles, options: WebOptions) -> Metrics:
    def signs() -> Iterable[Sign]:
        held, checkpoint = published.held(), published.last_checkpoint()
        return (*options.signs(), *vital_signs(service, held=held, checkpoint=checkpoint, chores=options.chores))

    return Metrics(signs)
