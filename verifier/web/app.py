"""The desk's page and its doors: a scan, a camera frame, a file, a passport, an act, the serial ports, and "pull now".

Decides what a request must look like, and which screen answers it. Every answer is a screen: a verdict that is already
in the journal, or a notice. What a scan is worth is decided in `verifier.desk`, what is said in `clearance_templates`.
"""

import logging
from collections import OrderedDict
from importlib.resources import files
from threading import Lock

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException

from clearance.credential.mrz import MrzFault, read_mrz
from clearance_templates.i18n import LANGUAGES
from verifier.acts import Act, Ground, Objection
from verifier.desk import NotRecorded, NotYet, Repeat, ScannedText, ScanRecord, Source
from verifier.passport import PassportInHand, ReadBy, passport_in_hand
from verifier.web import bilingual, guard
from verifier.web.calibration import calibration_symbol
from verifier.web.screens import Answer, Screens
from verifier.web.services import Camera, Paper, Services
from verifier.web.slips import GROUND_WORDS

WAIT_FOR_SERIAL_S = 10.0  # a page asks again then, so that one that has gone holds no thread for long
MAX_PORT_CHARS = 200
MAX_ROWS = 1 << 62  # more than a database can number
MAX_PAGES = 8  # open pages whose cameras are remembered

log = logging.getLogger(__name__)


class PassportOdd(ValueError):
    """What came along as a passport is none."""


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
    acting = (doors.scan, doors.frame, doors.file, doors.passport, doors.find, doors.act)
    for door in (*acting, doors.hear, doors.port, doors.sync):
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
            grounds=GROUND_WORDS,
            calibration=calibration_symbol(),
        )

    def state(self) -> Response:
        return jsonify(self._screens.state())

    def scan(self) -> Answer:
        """JSON: `candidates`, the readings of one scan; `source`; `passport`, what was heard of one before.

        A passport reader is a scanner too: what it sends is answered as a passport, without a verdict.
        """
        match json_of_request():
            case {"candidates": [*candidates], "source": str(source), **rest} if all(
                isinstance(text, str) for text in candidates
            ) and source in set(Source):
                scanned = self._services.keyboard(candidates, Source(source))
                zones = [text for text in scanned.candidates if read_mrz(text) is not None]
                if zones:
                    return self._passport(min(zones, key=lambda zone: isinstance(read_mrz(zone), MrzFault)))
                return self._verdict(scanned, passport_along(rest.get("passport")))
        raise BadRequest

    def frame(self) -> Answer:
        """One JPEG. A card that rests in view is answered once."""
        along = passport_along(request.headers.get("X-Passport"))
        camera = self._cameras.of_page(request.headers[guard.OWN_HEADER])
        sighting = camera.look(request.get_data(), at=self._services.ticks())
        if sighting.scan is None:
            return self._screens.nothing(sighting.hint)
        match self._services.check(sighting.scan, along):
            case NotYet.TWO_CARDS as why:
                return self._screens.nothing(why)
            case NotYet.LOOK_AGAIN:
                return self._screens.nothing(None)
            case answer:
                camera.answered(sighting.scan)
                return self._answered(answer)

    def file(self) -> Answer:
        """A form with `file`, and `passport` where one was heard before."""
        upload = request.files.get("file")
        if upload is None:
            raise BadRequest
        paper = self._services.file(upload.read())
        if not paper.texts:
            return self._screens.notice(paper.fault or "no_code")
        scanned = ScannedText(candidates=paper.texts, source=Source.FILE)
        along = passport_along(request.form.get("passport"))
        return self._answered(self._services.check(scanned, along), paper)

    def passport(self) -> Answer:
        """JSON: `heard`, a number typed by hand, whole or its last four digits."""
        match json_of_request():
            case {"heard": str(heard)}:
                return self._passport(heard)
        raise BadRequest

    def find(self) -> Answer:
        """JSON: `heard`, the whole number of a passport whose card is not at hand."""
        match json_of_request():
            case {"heard": str(heard)}:
                passport = passport_in_hand(heard)
                if not isinstance(passport, PassportInHand):
                    return self._passport(heard)
                if passport.read_by is ReadBy.LAST_FOUR:
                    return self._screens.notice("whole_number")
                answer = self._services.find(passport)
                return self._screens.notice("no_card_on_file") if answer is None else self._answered(answer)
        raise BadRequest

    def act(self) -> Answer:
        """JSON: `act` on the scan of number `scan`; `ground` where somebody is referred."""
        match json_of_request():
            case {"act": Act.LET_PASS, "scan": int(number)}:
                act, ground = Act.LET_PASS, None
            case {"act": Act.REFER, "scan": int(number), "ground": str(said)} if said in set(Ground):
                act, ground = Act.REFER, Ground(said)
            case _:
                raise BadRequest
        if not 0 < number < MAX_ROWS:
            raise BadRequest
        answer = self._services.act(act, number, ground)
        return self._screens.objection(answer) if isinstance(answer, Objection) else self._screens.act(answer, ground)

    def hear(self) -> Answer:
        """JSON: `since`, the turn that the page heard of last. Waits for news of the serial ports."""
        match json_of_request():
            case {"since": int(since)}:
                return self._screens.heard(self._services.hear(since, wait_s=WAIT_FOR_SERIAL_S))
        raise BadRequest

    def port(self) -> Answer:
        """JSON: `chosen`, the serial port to listen to."""
        match json_of_request():
            case {"chosen": str(chosen)} if 0 < len(chosen) <= MAX_PORT_CHARS and chosen.isprintable():
                self._services.choose_port(chosen)
                return self._screens.nothing(None)
        raise BadRequest

    def sync(self) -> Answer:
        return self._screens.synced(complete=self._services.pull())

    def _passport(self, heard: str) -> Answer:
        return self._screens.passport(passport_in_hand(heard), heard="".join(heard.split()))

    def _verdict(self, scanned: ScannedText, along: PassportInHand | None) -> Answer:
        return self._answered(self._services.check(scanned, along))

    def _answered(self, answer: ScanRecord | Repeat | NotYet, paper: Paper | None = None) -> Answer:
        match answer:
            case ScanRecord():
                return self._screens.verdict(answer, paper)
            case Repeat(seconds=seconds):
                return self._screens.notice("repeat", seconds=seconds)
            case NotYet.TWO_CARDS:
                return self._screens.notice("two_cards")
            case NotYet.LOOK_AGAIN:
                return self._screens.nothing(None)


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


def passport_along(heard: object) -> PassportInHand | None:
    """The passport that was heard of before this scan, None where there was none. Raises PassportOdd."""
    if heard is None or heard == "":
        return None
    passport = passport_in_hand(heard) if isinstance(heard, str) else None
    if not isinstance(passport, PassportInHand):
        raise PassportOdd
    return passport


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
