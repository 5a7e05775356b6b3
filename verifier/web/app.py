"""The desk's page and its four doors: a typed scan, a camera frame, a file, and "pull now".

Decides what a request must look like, and which screen answers it. Every answer is a screen: a verdict that is already
in the journal, or a notice. What a scan is worth is decided in `verifier.desk`, what is said in `clearance_templates`.
"""

import logging
from collections import OrderedDict
from importlib.resources import files
from threading import Lock

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException

from clearance.credential.identifiers import PASSPORT_NO, normalise_passport_no
from clearance_templates.i18n import LANGUAGES
from verifier.desk import NotRecorded, ScannedText, Source
from verifier.web import bilingual, guard
from verifier.web.screens import Answer, Screens
from verifier.web.services import Camera, Services

MAX_PASSPORT_CHARS = 64
MAX_PAGES = 8  # open pages whose cameras are remembered

log = logging.getLogger(__name__)


class PassportOdd(ValueError):
    """What was typed is no passport number."""


def create_app(services: Services) -> Flask:
    """The WSGI application of one desk."""
    pages = files("clearance_templates")
    app = Flask(__name__, template_folder=str(pages), static_folder=str(pages / "static"), static_url_path="/static")
    guard.install(app)
    bilingual.install(app)
    screens = Screens(services)
    doors = Doors(services, screens)
    app.add_url_rule("/", "page", doors.page)
    app.add_url_rule("/state", "state", doors.state)
    for door in (doors.scan, doors.frame, doors.file, doors.sync):
        app.add_url_rule(f"/{door.__name__}", door.__name__, door, methods=["POST"])
    answer_errors(app, screens)
    return app


class Doors:
    """One method for each address."""

    def __init__(self, services: Services, screens: Screens) -> None:
        self._services, self._screens = services, screens
        self._cameras = Cameras(services)

    def page(self) -> str:
        language = request.cookies.get("language")
        return render_template(
            "desk/page.html",
            language=language if language in LANGUAGES else LANGUAGES[0],
            state=self._services.state(),
            desk=self._services.desk,
            version=self._services.version,
        )

    def state(self) -> Response:
        return jsonify(self._screens.state())

    def scan(self) -> Answer:
        """JSON: `candidates`, the readings of one scan; `source`; `passport`, where one was typed."""
        match json_of_request():
            case {"candidates": [*candidates], "source": str(source), **rest} if all(
                isinstance(text, str) for text in candidates
            ) and source in set(Source):
                typed = self._services.keyboard(candidates)
                scanned = ScannedText(candidates=typed.candidates, source=Source(source))
                return self._verdict(scanned, passport_in_hand(rest.get("passport")))
        raise BadRequest

    def frame(self) -> Answer:
        """One JPEG. A card that rests in view is answered once."""
        in_hand = passport_in_hand(request.headers.get("X-Passport"))
        camera = self._cameras.of_page(request.headers[guard.OWN_HEADER])
        sighting = camera.look(request.get_data(), at=self._services.ticks())
        record = self._services.check(sighting.scan, in_hand) if sighting.scan else None
        if sighting.scan is None or record is None:
            return self._screens.nothing(sighting.hint)
        camera.answered(sighting.scan)
        return self._screens.verdict(record)

    def file(self) -> Answer:
        """A form with `file`, and `passport` where one was typed."""
        upload = request.files.get("file")
        if upload is None:
            raise BadRequest
        reading = self._services.file(upload.read())
        if not reading.texts:
            return self._screens.notice(reading.fault or "no_code")
        scanned = ScannedText(candidates=reading.texts, source=Source.FILE)
        return self._verdict(scanned, passport_in_hand(request.form.get("passport")))

    def sync(self) -> Answer:
        return self._screens.synced(complete=self._services.pull())

    def _verdict(self, scanned: ScannedText, in_hand: str | None) -> Answer:
        record = self._services.check(scanned, in_hand)
        return self._screens.verdict(record) if record else self._screens.nothing(None)


class Cameras:
    """One camera memory for each open page; the page unused longest is forgotten."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._by_page: OrderedDict[str, Camera] = OrderedDict()
        self._lock = Lock()

    def of_page(self, page: str) -> Camera:
        with self._lock:
            camera = self._by_page.pop(page, None) or self._services.camera()
            self._by_page[page] = camera
            while len(self._by_page) > MAX_PAGES:
                self._by_page.popitem(last=False)
            return camera


def json_of_request() -> object:
    """The body as JSON. Raises BadRequest for what is none, or is nested without end."""
    try:
        return request.get_json()
    except RecursionError as error:
        raise BadRequest from error


def passport_in_hand(typed: object) -> str | None:
    """The normalised number of the passport in the officer's hand, None where none was typed. Raises PassportOdd."""
    if typed is None or typed == "":
        return None
    if not isinstance(typed, str) or len(typed) > MAX_PASSPORT_CHARS:
        raise PassportOdd
    number = normalise_passport_no(typed)
    if not PASSPORT_NO.fullmatch(number):
        raise PassportOdd
    return number


def answer_errors(app: Flask, screens: Screens) -> None:
    """The one place where errors become answers. None of them is a verdict."""

    @app.errorhandler(NotRecorded)
    def not_recorded(error: NotRecorded) -> Answer:
        log.error("scan not recorded: %s", error)
        return screens.notice("not_recorded")

    @app.errorhandler(PassportOdd)
    def passport_odd(_: PassportOdd) -> Answer:
        return screens.notice("passport_odd")

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Answer:
        return screens.refusal(error.code or 500)

    @app.errorhandler(Exception)
    def program_fault(error: Exception) -> Answer:
        log.error("fault at %s", request.endpoint, exc_info=error)
        return screens.notice("program_fault")
