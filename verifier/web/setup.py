"""The set-up page of the first run: airport and counter, the administrator's code, or work without it.

It answers before the desk is opened and never beside it, at the same address and behind the same guard. What a code is
worth is decided in `verifier.setup_steps`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from threading import Lock
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException

from clearance_templates.i18n import LANGUAGES
from verifier.setup import AIRPORTS, Step
from verifier.web import bilingual, guard
from verifier.web.services import Camera

MAX_CODES = 8  # readings of one scan
MAX_BODY_BYTES = {"frame": 4_000_000, "code": 16 << 10, "unenrolled": 1 << 10}
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class SetupServices:
    """`hear` takes a code, airport and counter; `open` airport and counter. `ticks` is monotonic, in seconds."""

    hear: Callable[[str, str, str], Step]
    open: Callable[[str, str], Step]
    camera: Camera
    ticks: Callable[[], float]
    chosen: str | None  # the name under which this desk worked before
    demo: bool
    version: str


def create_setup(services: SetupServices) -> Flask:
    """The WSGI application of a desk that does not know yet who it is."""
    pages = files("clearance_templates")
    app = Flask(__name__, template_folder=str(pages), static_folder=str(pages / "static"), static_url_path="/static")
    guard.install(app, max_body_bytes=MAX_BODY_BYTES)
    bilingual.install(app)
    doors = SetupDoors(services)
    app.add_url_rule("/", "page", doors.page)
    for door in (doors.code, doors.frame, doors.unenrolled):
        app.add_url_rule(f"/{door.__name__}", door.__name__, door, methods=["POST"])

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(kind="refused"), error.code or 500

    return app


class SetupDoors:
    """One method for each address."""

    def __init__(self, services: SetupServices) -> None:
        self._services = services
        self._looking = Lock()

    def page(self) -> str:
        language = request.cookies.get("language")
        airport, _, counter = (self._services.chosen or "").partition("-")
        return render_template(
            "desk/setup.html",
            language=language if language in LANGUAGES else LANGUAGES[0],
            airports=AIRPORTS,
            airport=airport,
            counter=counter,
            demo=self._services.demo,
            version=self._services.version,
        )

    def code(self) -> Response:
        """JSON: `codes`, the readings of one scan; `airport` and `counter`, empty where nothing was chosen."""
        match request.get_json():
            case {"codes": [*codes], "airport": str(airport), "counter": str(counter)} if 0 < len(codes) <= MAX_CODES:
                return self._heard(codes, airport, counter)
        raise BadRequest

    def frame(self) -> Response:
        """One JPEG, in which a code may be seen; what it says is told to the page, which sends it with the choice."""
        with self._looking:
            scan = self._services.camera.look(request.get_data(), at=self._services.ticks()).scan
        texts = scan.candidates if scan else ()
        return jsonify(kind="seen", codes=[text for text in texts if text.startswith(("ENROL ", "RELAY "))])

    def unenrolled(self) -> Response:
        """JSON: `airport` and `counter`. The desk opens; its scans stay here."""
        match request.get_json():
            case {"airport": str(airport), "counter": str(counter)}:
                return jsonify(kind="step", step=self._services.open(airport, counter))
        raise BadRequest

    def _heard(self, codes: list[Any], airport: str, counter: str) -> Response:
        step = Step.NOT_A_CODE
        for code in codes:
            if isinstance(code, str) and step is Step.NOT_A_CODE:
                step = self._services.hear(code, airport, counter)
        log.info("set-up: %s", step)
        return jsonify(kind="step", step=step)
