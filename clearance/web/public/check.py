"""Check a card as the airport does: a file in, the desk's words out. Nothing of the file is kept anywhere.

The bytes stay in memory until the reader's own process has read them. The answer page carries what was read, sealed, so
that it can be shown in the other language; the server forgets it with the answer.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from flask import Blueprint, Request, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from clearance.credential.identifiers import normalise_passport_no
from clearance.issuing.home_check import HomeCheck, check_at_home
from clearance.issuing.service import Service
from clearance.reading.findings import FileFault, Paper, ReaderBusy
from clearance.web.language import current
from clearance.web.options import WebOptions
from clearance.web.public.later import Allowance
from clearance.web.public.ticket import Envelope
from clearance.web.published import PublishedFiles
from clearance.web.tally import Tally
from clearance.web.wording_check import ADVICE, CAUTION_WORDS, FILE_FAULT_WORDS, NO_CODE, NO_FILE
from clearance_templates.wording import DOUBT_WORDS, LOOK_WORDS, SEAL_WORDS, VERDICT_WORDS, look_of

MAX_FILE_BYTES = 10_000_000
FORM_AROUND_IT = 16 << 10
PASSPORT_TYPED = 32
UNPROCESSABLE, TOO_LARGE = 422, 413
BUSY_FOR_S = 20
CHECKS_AN_HOUR = 120
"""Of one network. Reading a file takes a second of a processor; a cafe of thirty reads a few each."""


class RequestInMemory(Request):
    """A request whose files are never spooled to a disk, however large they are; how large is bounded by its view."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


@dataclass(frozen=True, kw_only=True)
class CheckPages:
    """The pages over an open service."""

    service: Service
    published: PublishedFiles
    envelope: Envelope

    def form(self, *, problem: str = "", typed: str = "", status: int = 200) -> ResponseReturnValue:
        megabytes = MAX_FILE_BYTES // 1_000_000
        return render_template("public/check.html", problem=problem, typed=typed, megabytes=megabytes), status

    def answer(self) -> ResponseReturnValue:
        """The verdict on the file of this request, or the form with what is wrong with it."""
        as_typed = request.form.get("passport_no", "")[:PASSPORT_TYPED]
        typed = normalise_passport_no(as_typed) or None
        paper = self._handed_back() or self._sent()
        if paper is None:
            return self.form(problem=NO_FILE, typed=as_typed, status=UNPROCESSABLE)
        if paper.fault is not None:
            status = TOO_LARGE if paper.fault is FileFault.TOO_LARGE else UNPROCESSABLE
            return self.form(problem=FILE_FAULT_WORDS[paper.fault], typed=as_typed, status=status)
        held = self.published.held()
        return self._page(paper, check_at_home(self.service, paper.texts, held=held, passport_no=typed), typed)

    def _sent(self) -> Paper | None:
        """What the file of this request gives; None where none was chosen. Raises ReaderBusy."""
        sent = (request.files.get(field) for field in ("file", "photo"))
        data = next((content for each in sent if each and (content := each.read())), b"")
        if not data:
            return None
        if len(data) > MAX_FILE_BYTES:
            return Paper(fault=FileFault.TOO_LARGE)
        root = self.published.root()
        return self.service.read_file(data, root_pem=root.content if root else b"")

    def _handed_back(self) -> Paper | None:
        """What was read before, where a page is asked for in the other language."""
        content = self.envelope.open(request.form.get("ticket", ""))
        return None if content is None else Paper.from_members(json.loads(content))

    def _page(self, paper: Paper, checked: HomeCheck, typed: str | None) -> str:
        verdict = checked.verdict
        claims = None if checked.several else verdict.claims
        words = VERDICT_WORDS[verdict.reason]
        look = look_of(verdict.reason)
        return render_template(
            "public/check_answer.html",
            ticket=self.envelope.seal(json.dumps(paper.to_members()).encode()),
            typed=typed,
            checked=checked,
            look=look,
            word=LOOK_WORDS[look],
            why=words.why if paper.texts else NO_CODE,
            claims=claims,
            born=current().birth_date(claims.birth_date) if claims else "",
            portrait=b64encode(claims.photo_webp).decode() if claims and claims.photo_webp else "",
            advice=ADVICE[verdict.reason],
            warned=[(CAUTION_WORDS[each.caution], each) for each in checked.warned],
            doubt=DOUBT_WORDS[paper.doubt] if paper.doubt else None,
            seal=SEAL_WORDS.get(paper.seal_state) if paper.seal_state else None,
        )


def blueprint(service: Service, options: WebOptions, published: PublishedFiles, tally: Tally) -> Blueprint:
    """The routes under /check."""
    routes = Blueprint("check", __name__)
    pages = CheckPages(
        service=service,
        published=published,
        envelope=Envelope.of(options.secret_key, purpose=b"clearance home check", now=service.now),
    )
    # Nothing can be changed here by a forged request, as on the other pages of workers (docs/adr/0051).
    routes.record_once(lambda state: state.app.extensions["csrf"].exempt(routes))

    @routes.get("/check")
    def form() -> ResponseReturnValue:
        return pages.form()

    checks = Allowance(name="checks", an_hour=CHECKS_AN_HOUR, tally=tally, secret=options.secret_key, now=service.now)

    @routes.post("/check")
    @checks.within
    def answer() -> ResponseReturnValue:
        request.max_content_length = MAX_FILE_BYTES + FORM_AROUND_IT
        return pages.answer()

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(_unread: RequestEntityTooLarge) -> ResponseReturnValue:
        # What was sent is not read, not even the number beside the file.
        return pages.form(problem=FILE_FAULT_WORDS[FileFault.TOO_LARGE], status=TOO_LARGE)

    @routes.errorhandler(ReaderBusy)
    def busy(_busy: ReaderBusy) -> Response:
        response = Response(render_template("public/check_busy.html", seconds=BUSY_FOR_S), status=503)
        response.headers["Retry-After"] = str(BUSY_FOR_S)
        return response

    return routes
